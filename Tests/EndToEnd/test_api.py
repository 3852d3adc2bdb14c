"""What holds for every endpoint: the description, problem documents, bodies nobody should send, repeated requests, versions."""

import json
import os
import subprocess
import threading

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from harness.api import API, FAST, administrator
from harness.wire import Wire

@pytest.fixture(scope="module")
def admin(start_for_module):
    return administrator(start_for_module("", blocks=FAST))


@pytest.fixture
def code(rng, request):
    """A tenant's code of the test's own."""
    return f"t{abs(hash((request.node.name, rng.random()))) % 10**12}"


def tenant(admin, code):
    made = admin.post("/api/v1/tenants", {"tenant_name": "Acme", "tenant_code": code})
    assert made.status == 201, made.text
    return made


def test_the_description_is_valid_openapi_3_1(admin):
    answer = admin.get("/api/openapi.json", token=None)
    assert answer.json["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(answer.json).iter_errors()) == []
    assert "no-store" not in answer.headers.get("cache-control", "")


BAD_BODIES = {
    "no JSON": (b"tenant_name=Acme", 400, "malformed_json"),
    "nothing": (b"", 415, "unsupported_media_type"),
    "cut off": (b'{"tenant_name": "Ac', 400, "malformed_json"),
    "two documents": (b"{}{}", 400, "malformed_json"),
    "a comment": (b'{"tenant_name": "A" /* x */}', 400, "malformed_json"),
    "a key twice": (b'{"tenant_name": "A", "tenant_name": "B", "tenant_code": "b"}', 400, "malformed_json"),
    "a key twice, once escaped": (b'{"tenant_code": "a", "tenant_\\u0063ode": "b"}', 400, "malformed_json"),
    "a key twice, deep inside": (b'{"config": {"x": [{"y": 1, "y": 2}]}}', 400, "malformed_json"),
    "invalid UTF-8": (b'{"tenant_name": "\xff\xfe"}', 400, "malformed_json"),
    "overlong UTF-8": (b'{"tenant_name": "\xc0\xaf"}', 400, "malformed_json"),
    "a surrogate in UTF-8": (b'{"tenant_name": "\xed\xa0\x80"}', 400, "malformed_json"),
    "half a surrogate pair": (b'{"tenant_name": "\\ud800"}', 400, "malformed_json"),
    "UTF-16": ('{"tenant_name": "A"}'.encode("utf-16"), 400, "malformed_json"),
    "a byte order mark": (b'\xef\xbb\xbf{"tenant_name": "A"}', 400, "malformed_json"),
    "a raw control character": (b'{"tenant_name": "a\x00b"}', 400, "malformed_json"),
    "arrays in arrays": (b'{"config": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400, "malformed_json"),
    "objects in objects": (b'{"config": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}", 400, "malformed_json"),
    "too large": (b'{"tenant_name": "' + b"a" * 70_000 + b'"}', 413, "content-too-large"),
    "larger than the server reads": (b'{"tenant_name": "' + b"a" * 3_000_000 + b'"}', 413, "content-too-large"),
    "NaN": (b'{"max_accounts": NaN}', 400, "malformed_json"),
    "an array": (b"[]", 422, "validation_failed"),
    "null": (b"null", 422, "validation_failed"),
    "an escaped control character": (b'{"tenant_name": "a\\u0000b", "tenant_code": "x"}', 422, "validation_failed"),
    "a number beyond 64 bits": (b'{"max_accounts": 99999999999999999999}', 422, "validation_failed"),
    "a number with a thousand digits": (b'{"max_accounts": ' + b"9" * 1000 + b"}", 422, "validation_failed"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_by_name(admin, name):
    body, status, problem = BAD_BODIES[name]
    answer = admin.post("/api/v1/tenants", body) if body else admin.call("POST", "/api/v1/tenants")
    assert (answer.status, answer.code) == (status, problem), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.text) < 20_000
    if problem == "malformed_json":
        assert "line 1, column " in answer.json["detail"]


def test_everything_that_is_wrong_is_told_at_once(admin):
    answer = admin.post(
        "/api/v1/tenants?page=1",
        {"tenant_code": "-.?", "max_accounts": -1, "webhook_url": 7, "timezone": "Mars/Olympus", "colour": "red"},
    )
    assert (answer.status, answer.code) == (422, "validation_failed")
    told = {error["field"]: error["code"] for error in answer.json["errors"]}
    assert told == {
        "page": "unknown", "tenant_name": "required", "tenant_code": "format", "max_accounts": "too_small",
        "webhook_url": "type", "timezone": "format", "colour": "unknown",
    }  # fmt: skip


def test_a_body_needs_its_media_type_and_a_get_takes_none(admin):
    def send(method, path, *fields):
        with Wire(admin.gateway.api, admin.gateway.ca) as wire:
            headers = ["Authorization: Bearer " + admin.token, *fields]
            response = wire.request(method, path, b"{}", headers)
        return response.status, json.loads(response.body)["code"]

    assert send("POST", "/api/v1/tenants") == (415, "unsupported_media_type")
    assert send("POST", "/api/v1/tenants", "Content-Type: text/plain") == (415, "unsupported_media_type")
    assert send("POST", "/api/v1/tenants", "Content-Type: application/json; charset=gbk")[0] == 415
    assert send("POST", "/api/v1/tenants", "Content-Type: application/json; charset=UTF-8")[0] == 422
    assert send("GET", "/api/v1/tenants", "Content-Type: application/json") == (400, "unexpected_body")


def test_methods_head_options_and_what_is_not_there(admin):
    head = admin.call("HEAD", "/api/v1/auth/me")
    assert (head.status, head.text) == (200, "") and int(head.headers["content-length"]) > 0
    options = admin.call("OPTIONS", "/api/v1/tenants", token=None)
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert "access-control-allow-origin" not in options.headers
    refused = admin.call("DELETE", "/api/v1/tenants")
    assert (refused.status, refused.code) == (405, "method_not_allowed")
    assert refused.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    for path in ("/api/v1/nothing", "/api/v1/tenants/", "/api/v1/tenants/..%2f..", "/api/v1/tenants/x"):
        assert admin.get(path).status == 404, path


def test_answers_are_json_and_may_not_be_kept(admin):
    refused = admin.get("/api/v1/auth/me", headers=["Accept: text/html"])
    assert (refused.status, refused.code) == (406, "not_acceptable")
    answer = admin.get("/api/v1/auth/me", headers=["Accept: text/html, */*;q=0.1"])
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_request_id_goes_in_and_out_and_a_strange_one_is_replaced(admin):
    def id_of(*sent):
        return admin.get("/api/v1/auth/me", headers=[f"X-Request-Id: {text}" for text in sent]).headers["x-request-id"]

    assert id_of("abc-123_:.Z") == "abc-123_:.Z"
    assert id_of("x" * 128) == "x" * 128
    made = {id_of(), id_of(), id_of("a b"), id_of("x" * 129), id_of("ä")}
    assert len(made) == 5 and not made & {"a b", "ä"}
    # Also where nothing was found.
    answer = admin.get("/api/v1/nothing", headers=["X-Request-Id: lost"])
    assert (answer.status, answer.headers["x-request-id"]) == (404, "lost")


def test_an_update_from_an_old_version_is_refused(admin, code):
    made = tenant(admin, code)
    path, first = made.headers["location"], made.headers["etag"]
    changed = admin.call("PATCH", path, {"tenant_name": "Second"}, headers=[f"If-Match: {first}"])
    assert changed.status == 200 and changed.headers["etag"] != first
    refused = admin.call("PATCH", path, {"tenant_name": "Third"}, headers=[f"If-Match: {first}"])
    assert (refused.status, refused.code) == (412, "version_mismatch")
    assert admin.call("PATCH", path, {"tenant_name": "4"}, headers=["If-Match: 3"]).status == 400
    assert admin.get(path).json["tenant_name"] == "Second"
    assert admin.call("PATCH", path, {"tenant_name": "Last"}).status == 200
    assert admin.call("DELETE", path, headers=[f"If-Match: {first}"]).status == 412
    assert admin.call("DELETE", path).status == 204
    assert admin.get(path).status == 404


def test_a_repeated_post_is_answered_again_and_not_done_again(admin, code):
    body, key = {"tenant_name": "Acme", "tenant_code": code}, [f"Idempotency-Key: {code}"]
    first = admin.post("/api/v1/tenants", body, headers=key)
    again = admin.post("/api/v1/tenants", body, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    assert [again.headers[name] for name in ("location", "etag")] == [first.headers[name] for name in ("location", "etag")]
    other = admin.post("/api/v1/tenants", body | {"tenant_name": "Other"}, headers=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    elsewhere = admin.post("/api/v1/api-keys", body, headers=key)
    assert elsewhere.status == 422
    # Somebody else's key of the same text is another.
    colleague = admin.user(code + ".colleague", "platform-admin")
    assert colleague.post("/api/v1/tenants", body, headers=key).code == "name_taken"
    for bad in ("", "a b", "x" * 256):
        answer = admin.post("/api/v1/tenants", body, headers=[f"Idempotency-Key: {bad}"])
        assert (answer.status, answer.code) == (400, "invalid_header"), bad
    answer = admin.post("/api/v1/tenants", body, headers=key + ["Idempotency-Key: other"])
    assert (answer.status, answer.code) == (400, "invalid_header")


def test_what_failed_is_tried_anew_under_the_same_key(admin, code):
    key = [f"Idempotency-Key: {code}"]
    body = {"tenant_name": "Acme", "tenant_code": code}
    path = tenant(admin, code).headers["location"]
    taken = admin.post("/api/v1/tenants", body, headers=key)
    assert (taken.status, taken.code) == (409, "name_taken")
    assert admin.call("DELETE", path).status == 204
    # Its code is free once it is erased; until then the refusal is the same, and never an old answer.
    again = admin.post("/api/v1/tenants", body, headers=key)
    assert again.status in (201, 409) and "idempotency-replayed" not in again.headers


def test_of_many_equal_posts_at_once_one_is_done(admin, code):
    body, key = {"tenant_name": "Acme", "tenant_code": code}, [f"Idempotency-Key: {code}"]
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(admin.post("/api/v1/tenants", body, headers=key)))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [answer for answer in answers if answer.status == 201]
    assert len([answer for answer in made if "idempotency-replayed" not in answer.headers]) == 1
    assert len({answer.json["id"] for answer in made}) == 1
    assert all(answer.code == "idempotency_in_progress" for answer in answers if answer.status != 201), answers


def test_an_answer_with_a_secret_is_kept_sealed_and_a_claim_ends_by_itself(admin, code):
    body = {"name": "robot", "role": "viewer"}
    first = admin.post("/api/v1/api-keys", body, headers=[f"Idempotency-Key: {code}"])
    assert first.status == 201, first.text
    assert admin.post("/api/v1/api-keys", body, headers=[f"Idempotency-Key: {code}"]).json["secret"] == first.json["secret"]
    redis = admin.gateway.redis_cli
    kept = redis("--scan", "--pattern", "weir:{idempotency}:*").split()
    assert kept
    for place in kept:
        assert first.json["secret"] not in redis("HGETALL", place)
        assert 0 < int(redis("PTTL", place)) <= 24 * 3600 * 1000
    # As a crash at work leaves it: claimed, not answered.
    place = next(p for p in kept if redis("HGET", p, "answer"))
    redis("HDEL", place, "answer")
    running = [admin.post("/api/v1/api-keys", body, headers=[f"Idempotency-Key: {code}"])]
    assert running[0].status in (201, 409)


def test_a_claim_is_short(admin, code):
    """Seen from Redis, since nobody waits a minute in a test."""
    monitor = subprocess.Popen(
        ["redis-cli", "-s", admin.gateway.data / "redis.sock", "MONITOR"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert monitor.stdout.readline().startswith("OK")
        assert admin.post("/api/v1/tenants", {"tenant_name": "A", "tenant_code": code}, headers=[f"Idempotency-Key: {code}"]).status == 201
        expiries = []
        while len(expiries) < 2:
            line = monitor.stdout.readline()
            if " lua] " in line and '"PEXPIRE"' in line and "{idempotency}" in line:
                expiries.append(int(line.split('"')[-2]))
        assert expiries == [60_000, 24 * 3600 * 1000]
    finally:
        monitor.kill()
        monitor.wait()


def test_while_redis_is_away_the_api_says_so(start):
    gateway = start("", blocks=FAST)
    admin = administrator(gateway)
    os.kill(gateway.redis(), 19)  # SIGSTOP: it does not answer
    try:
        answer = admin.get("/api/v1/tenants")
        assert (answer.status, answer.code) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert admin.get("/api/v1/monitor/health", token=None).status == 200
    finally:
        os.kill(gateway.redis(), 18)

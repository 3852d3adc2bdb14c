"""The audit log through the API and `weir audit verify`, also after somebody laid hands on Redis."""

import subprocess

import pytest

from harness.api import administrator
from harness.gateway import weir

TENANTS = "/api/v1/tenants"


@pytest.fixture
def gateway(start):
    return start("")


def redis(gateway, *words):
    done = subprocess.run(["redis-cli", "-s", gateway.data / "redis.sock", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def verify(gateway, *options):
    return weir("audit", "verify", "--config", str(gateway.config), *options)


def entries(api, query=""):
    answer = api.get("/api/v1/audit?size=100&" + query)
    assert answer.status == 200, answer.text
    return answer.json["entries"]


def test_every_change_and_refusal_is_logged_with_who_and_whence_and_without_secrets(gateway):
    api = administrator(gateway)
    secret = "https://example.com/hook?key=geheim-1"
    made = api.post(TENANTS, {"tenant_name": "Acme", "tenant_code": "acme"}, headers=["X-Request-Id: from-the-test"])
    path = made.headers["location"]
    api.call("PATCH", path, {"webhook_url": secret, "config": {"bot_token": "geheim-2", "colour": "red"}})
    assert api.sign_in("admin", "geheim-3 is wrong").status == 401
    assert api.sign_in("nobody", "geheim-4 is wrong").status == 401
    viewer = api.user("looker", "viewer")
    assert viewer.post(TENANTS, {"tenant_name": "X", "tenant_code": "x"}).status == 403
    log = api.get("/api/v1/audit?size=100")
    assert log.json["total"] == len(log.json["entries"]) and log.json["complete"] is True
    assert "geheim" not in log.text and "correct horse" not in log.text
    [created] = entries(api, "action=tenant.create&outcome=allowed")
    assert created["request_id"] == "from-the-test" and created["address"] == "127.0.0.1"
    assert created["actor"]["name"] == "admin" and created["object"] == {"kind": "tenant", "id": made.json["id"]}
    [updated] = entries(api, f"object_kind=tenant&object_id={made.json['id']}&action=tenant.update")
    assert updated["before"] == {"webhook_url": None, "config": {}, "updated_at": updated["before"]["updated_at"]}
    assert updated["after"]["config"] == {"bot_token": "***", "colour": "red"}
    [denied] = entries(api, "outcome=denied&actor_name=looker")
    assert (denied["action"], denied["code"]) == ("tenant.create", "permission_missing")
    assert [e["outcome"] for e in entries(api, "actor_name=nobody")] == ["denied"]
    numbers = [e["number"] for e in log.json["entries"]]
    assert numbers == list(range(numbers[0], 0, -1)), "the newest first, none missing"
    third, second = log.json["entries"][2], log.json["entries"][1]
    between = entries(api, f"start_time={third['time']}&end_time={second['time']}")
    assert {third["id"], second["id"]} <= {e["id"] for e in between}
    assert entries(api, "end_time=2020-01-01T00:00:00Z") == []


def test_verification_finds_what_was_done_to_the_log(gateway, tmp_path):
    api = administrator(gateway)
    for number in range(5):
        api.post(TENANTS, {"tenant_name": "T", "tenant_code": f"t{number}"})
    right = verify(gateway)
    assert right.returncode == 0 and "is right: entries 1 to" in right.stderr, right.stderr
    heads = tmp_path / "heads"
    heads.write_text(right.stdout)
    api.post(TENANTS, {"tenant_name": "T", "tenant_code": "later"})
    assert verify(gateway, "--heads", str(heads)).returncode == 0
    last = entries(api)[0]
    victim = next(e for e in entries(api) if e["object"] and e["action"] == "tenant.create")
    redis(gateway, "XDEL", "weir:{records}:audit", victim["id"])
    missing = verify(gateway)
    assert missing.returncode == 1 and missing.stdout == ""
    assert f"log ends with entry {last['number'] - 1}" in missing.stderr or f"entry {victim['number']} is missing" in missing.stderr
    redis(gateway, "DEL", "weir:{records}:audit", "weir:{records}:audit:head")
    assert verify(gateway).returncode == 0, "an empty log is right in itself"
    gone = verify(gateway, "--heads", str(heads))
    assert gone.returncode == 1 and "is not the one whose hash was given" in gone.stderr


def test_verification_says_what_it_cannot_reach(gateway):
    gateway.stop()
    away = verify(gateway)
    assert away.returncode == 1 and "weir serve" in away.stderr

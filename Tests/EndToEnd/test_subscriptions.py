"""Subscriptions: made through the API, delivered as they say, signed so that others' code verifies it, known to every process."""

import base64
import json
import signal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from conftest import CORP
from harness.api import FAST, administrator
from harness.gateway import MASTER_KEY, SHARED_VAULT, wecom_source, weir
from harness.polling import eventually
from harness.receiver import Answer
from harness.redis import RedisServer
from harness.wecom import WeCom, text_message
from test_tenants import tenant_of

PATH = "/api/v1/subscriptions"


class Acme:
    """A tenant with a source and no webhook of weir.conf, and its administrator's API."""

    def __init__(self, gateway, app):
        self.gateway, self.app = gateway, app
        self.api = administrator(gateway)
        self.tenant = tenant_of(self.api, "acme")["id"]

    def subscribe(self, url, status=201, **members):
        made = self.api.post(PATH, {"url": url, "tenant_id": self.tenant} | members)
        assert made.status == status, made.text
        return made.json

    def do(self, subscription, verb, body=None):
        answer = self.api.post(f"{PATH}/{subscription['id']}/{verb}", body)
        assert answer.status == 200, answer.text
        return answer.json

    def keys(self, subscription):
        answer = self.api.get(f"{PATH}/{subscription['id']}/secret")
        assert answer.status == 200, answer.text
        return answer.json["keys"]

    def send(self, text):
        assert self.gateway.call("app", self.app.push(text_message(text))).status == 200


def configured(app):
    return 'tenant "acme" {\n' + wecom_source("app", app) + "}\n"


@pytest.fixture(scope="module")
def acme(start_for_module):
    app = WeCom(CORP)
    return Acme(start_for_module(configured(app), blocks=FAST), app)


@pytest.fixture
def hook(acme, receiver):
    """Makes subscriptions to the test's receiver, gone after the test: hook(path, …)."""
    made = []

    def make(path="/hooks", **members):
        made.append(acme.subscribe(receiver.url(path), **members))
        return made[-1]

    yield make
    for subscription in made:
        acme.api.call("DELETE", f"{PATH}/{subscription['id']}")


def verifies(delivery, secret):
    try:
        Webhook(secret).verify(delivery.body, delivery.headers)
        return True
    except WebhookVerificationError:
        return False


def test_a_subscription_gets_its_types_and_what_its_filter_lets_pass(acme, hook, receiver, text):
    everything = hook("/all", headers=[{"name": "Authorization", "value": "Bearer geheim"}])
    hook("/logins", types=["account.*"])
    hook("/refunds", types=["message.*"], filter=f'content.text contains "refund {text}"')
    acme.send(f"hello {text}")
    acme.send(f"refund {text}")
    [first] = receiver.wait(lambda d: d.path == "/all" and d.text == f"hello {text}")
    receiver.wait(lambda d: d.path == "/refunds" and d.text == f"refund {text}")
    receiver.wait(lambda d: d.path == "/all" and d.text == f"refund {text}")
    assert [d.text for d in receiver.at("/refunds")] == [f"refund {text}"] and receiver.at("/logins") == []
    assert first.headers["authorization"] == "Bearer geheim"
    [key] = acme.keys(everything)
    assert (key["scheme"], key["ends_at"], key["verification_key"]) == ("v1", None, key["key"])
    assert verifies(first, key["key"]), "by the package of those who define the signature"
    assert not verifies(first, "whsec_" + base64.b64encode(bytes(32)).decode())


def test_what_changes_takes_effect_with_the_answer(acme, hook, receiver, text):
    subscription = hook("/first")
    path = f"{PATH}/{subscription['id']}"
    acme.send(f"{text} 1")
    receiver.wait(lambda d: d.path == "/first")
    changed = acme.api.call("PATCH", path, {"url": receiver.url("/second")}, headers=['If-Match: "1"'])
    assert (changed.status, changed.headers["etag"]) == (200, '"2"'), changed.text
    assert changed.json == subscription | {"url": receiver.url("/second"), "updated_at": changed.json["updated_at"]}
    assert acme.api.call("PATCH", path, {"description": "x"}, headers=['If-Match: "1"']).status == 412
    acme.send(f"{text} 2")
    receiver.wait(lambda d: d.path == "/second")
    disabled = acme.do(subscription, "disable")
    assert (disabled["status"], disabled["status_reason"]) == ("disabled", "disabled by admin")
    marker = hook("/marker")
    acme.send(f"{text} 3")
    receiver.wait(lambda d: d.path == "/marker" and d.text == f"{text} 3")
    enabled = acme.do(subscription, "enable")
    assert (enabled["status"], enabled["status_reason"]) == ("enabled", None)
    acme.send(f"{text} 4")
    receiver.wait(lambda d: d.path == "/second" and d.text == f"{text} 4")
    assert [d.text for d in receiver.at("/second")] == [f"{text} 2", f"{text} 4"], "nothing of what came meanwhile"
    assert acme.api.call("DELETE", path).status == 204 and acme.api.get(path).status == 404
    acme.send(f"{text} 5")
    receiver.wait(lambda d: d.path == "/marker" and d.text == f"{text} 5")
    assert len(receiver.at("/second")) == 2 and marker["id"] in acme.api.get(PATH + "?size=100").text


def test_one_that_answers_410_is_disabled_and_says_why_until_it_is_enabled(acme, hook, receiver, text):
    subscription = hook("/gone")
    receiver.script("/gone", Answer(410))
    acme.send(f"{text} 1")
    path = f"{PATH}/{subscription['id']}"
    gone = eventually(lambda: (now := acme.api.get(path).json)["status"] == "disabled" and now, what="it is disabled")
    assert gone["status_reason"] == "its receiver answered 410 (Gone)"
    [listed] = acme.api.get(f"/api/v1/endpoints?endpoint={subscription['endpoint']}").json["endpoints"]
    assert listed["disabled_by"] == "gone" and listed["disabled_at"]
    hook("/marker")
    acme.send(f"{text} 2")
    receiver.wait(lambda d: d.path == "/marker" and d.text == f"{text} 2")
    assert (acme.do(subscription, "enable")["status"], len(receiver.at("/gone"))) == ("enabled", 1)
    acme.send(f"{text} 3")
    receiver.wait(lambda d: d.path == "/gone" and d.text == f"{text} 3")


def test_both_keys_sign_during_the_overlap_and_the_former_one_no_longer_after_it(acme, hook, receiver, text):
    given = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
    subscription = hook(secret=given)
    assert [key["key"] for key in acme.keys(subscription)] == [given]
    keys = acme.do(subscription, "secret/rotate", {"overlap": "3s"})["keys"]
    assert len(keys) == 2 and keys[0]["ends_at"] is None and keys[1]["key"] == given and keys[1]["ends_at"]
    acme.send(f"{text} both")
    [both] = receiver.wait_text(f"{text} both")
    assert verifies(both, given) and verifies(both, keys[0]["key"])
    eventually(lambda: len(acme.keys(subscription)) == 1, what="the former key ends")

    def one():
        acme.send(f"{text} after")
        return receiver.wait_text(f"{text} after")[-1]

    eventually(lambda: not verifies(one(), given), what="it signs no more, without a restart")
    assert verifies(one(), keys[0]["key"])
    assert len(acme.do(subscription, "secret/rotate", {})["keys"]) == 2, "24 hours unless told otherwise"
    assert len(acme.do(subscription, "secret/rotate", {"overlap": "0s"})["keys"]) == 1, "none is left of those before"


def test_a_private_key_signs_what_its_public_half_verifies(acme, hook, receiver, text):
    subscription = hook(signature="v1a")
    [key] = acme.keys(subscription)
    assert key["key"].startswith("whsk_") and key["verification_key"].startswith("whpk_")
    acme.send(text)
    [delivery] = receiver.wait_text(text)
    scheme, signature = delivery.headers["webhook-signature"].split(",")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["verification_key"].removeprefix("whpk_")))
    signed = f"{delivery.headers['webhook-id']}.{delivery.headers['webhook-timestamp']}.".encode() + delivery.body
    assert scheme == "v1a"
    public.verify(base64.b64decode(signature), signed)


def test_a_ping_shows_what_the_receiver_answers(acme, hook, receiver):
    subscription = hook()
    receiver.script("/hooks", Answer(200, body="grüß dich".encode() + b"\xff"), Answer(500, body=b"x" * 9000))
    fine = acme.do(subscription, "ping")
    assert (fine["status"], fine["error"], fine["detail"], fine["answer"]) == (200, None, "delivered", "grüß dich\ufffd")
    assert 0 <= fine["latency_ms"] < 15_000
    [ping] = receiver.at("/hooks")
    assert ping.event["type"] == "webhook.ping" and ping.event["tenant"] == "acme"
    assert ping.event["content"] == {"subscription": subscription["id"]}
    assert ping.id == ping.event["id"] == fine["webhook_id"] and verifies(ping, acme.keys(subscription)[0]["key"])
    failed = acme.do(subscription, "ping")
    assert (failed["status"], failed["error"], failed["answer"]) == (500, "status_5xx", "x" * 4096)
    assert len(receiver.at("/hooks")) == 2, "once, whatever comes back"
    nobody = acme.subscribe("https://127.0.0.1:1024/nobody", types=["account.login"])
    refused = acme.do(nobody, "ping")
    assert (refused["status"], refused["error"], refused["answer"]) == (None, "connect", "")
    acme.api.call("DELETE", f"{PATH}/{nobody['id']}")


def test_who_must_be_verified_gets_nothing_until_it_echoes_the_challenge(acme, hook, receiver, text):
    subscription = hook("/strict", verify=True)
    assert subscription["verification"] == "pending", "its answer was empty"
    [challenge] = receiver.at("/strict")
    assert challenge.event["type"] == "webhook.challenge"
    hook("/other")
    acme.send(f"{text} 1")
    receiver.wait(lambda d: d.path == "/other" and d.text == f"{text} 1")
    assert len(receiver.at("/strict")) == 1
    receiver.script("/strict", Answer(200, body=b"no"), Answer(500, body=lambda body: json.loads(body)["content"]["challenge"].encode()))
    assert [acme.do(subscription, "verify")["verified"] for _ in range(2)] == [False, False]
    receiver.script("/strict", Answer(200, body=lambda body: json.dumps(json.loads(body)["content"]).encode()))
    assert acme.do(subscription, "verify")["verified"]
    acme.send(f"{text} 2")
    receiver.wait(lambda d: d.path == "/strict" and d.text == f"{text} 2")
    receiver.always("/echo", Answer(200, body=lambda body: json.loads(body)["content"].get("challenge", "").encode()))
    assert hook("/echo", verify=True)["verification"] == "verified", "text does as well as JSON"
    moved = acme.api.call("PATCH", f"{PATH}/{subscription['id']}", {"url": receiver.url("/elsewhere")})
    assert moved.json["verification"] == "pending"


def test_what_is_wrong_is_told_with_its_place(acme, receiver):
    wrong = acme.subscribe(
        receiver.url(), 422, types=["message.recieved"], filter='content.text contans "x"', rate="10 per year", secret="whpk_x",
    )  # fmt: skip
    assert {e["field"] for e in wrong["errors"]} == {"rate", "secret"}, "their form"
    wrong = acme.subscribe(receiver.url(), 422, types=["message.recieved"], filter='content.text contans "x"')
    told = {e["field"]: (e["code"], e["detail"]) for e in wrong["errors"]}
    assert told["types[0]"] == ("unknown_type", "there is no event type `message.recieved`; did you mean `message.received`?")
    assert told["filter"][0] == "filter_error"
    assert told["filter"][1] == (
        "filter:1:14: error: unknown operator `contans`; did you mean `contains`?\n"
        ' 1 | content.text contans "x"\n   |              ^~~~~~~'
    )
    for url in ("https://127.0.0.1:25/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/"):
        assert [e["code"] for e in acme.subscribe(url, 422)["errors"]] == ["unreachable_url"], url
    public = acme.subscribe(receiver.url(), 422, secret="whpk_" + base64.b64encode(bytes(32)).decode())
    assert "public key" in public["errors"][0]["detail"]
    assert acme.api.post(PATH, {"url": receiver.url()}).json["errors"][0]["field"] == "tenant_id"
    headers = [{"name": "Webhook-Id", "value": "1"}]
    assert acme.subscribe(receiver.url(), 422, headers=headers)["errors"][0]["field"] == "headers[0]"


def test_the_audit_log_has_who_did_what_and_no_secret(acme, hook, receiver):
    subscription = hook("/hooks?key=geheim", headers=[{"name": "X-Key", "value": "geheim"}])
    acme.keys(subscription)
    acme.do(subscription, "secret/rotate", {})
    acme.do(subscription, "ping")
    entries = acme.api.get(f"/api/v1/audit?tenant_id={acme.tenant}&size=100").json["entries"]
    mine = [entry for entry in entries if (entry["object"] or {}).get("id") == subscription["id"]]
    assert [entry["action"] for entry in reversed(mine)] == [
        "subscription.create", "subscription.read-secret", "subscription.rotate-secret", "subscription.ping",
    ]  # fmt: skip
    assert "geheim" not in json.dumps(mine) and "whsec_" not in json.dumps(mine)
    kept = acme.gateway.redis_cli("HGETALL", f"weir:{{records}}:subscription:{subscription['id']}")
    assert "whsec_" not in kept and '"X-Key"' in kept and "sealed" not in kept


def test_a_tenants_subscriptions_are_bounded_and_go_with_it(acme):
    made = acme.api.post("/api/v1/tenants", {"tenant_name": "Many", "tenant_code": "many"}).json
    body = {"url": "https://many.example.com/", "tenant_id": made["id"]}
    for _ in range(100):
        last = acme.api.post(PATH, body)
        assert last.status == 201, last.text
    refused = acme.api.post(PATH, body)
    assert (refused.status, refused.code) == (409, "too_many_subscriptions")
    assert acme.api.call("DELETE", f"/api/v1/tenants/{made['id']}").status == 204
    eventually(lambda: acme.api.get(f"{PATH}/{last.json['id']}").status == 404, 20, "they are erased")


def test_another_master_key_opens_them_and_a_restart_loses_none(start, receiver, text):
    app = WeCom(CORP)
    acme = Acme(start(configured(app), blocks=FAST), app)
    subscription = acme.subscribe(receiver.url())
    [key] = acme.keys(subscription)
    assert weir("keys", "rotate", "--new", "--config", acme.gateway.config, cwd=acme.gateway.folder).returncode == 0
    acme.gateway.signal(signal.SIGHUP)
    eventually(lambda: acme.gateway.metric("weir_reloads_total") == 1, what="the reload")
    rotated = weir("keys", "rotate", "--forget", "--config", acme.gateway.config, cwd=acme.gateway.folder)
    assert rotated.returncode == 0, rotated.stderr
    acme.gateway.stop()
    acme.gateway.start()
    acme.send(text)
    [delivery] = receiver.wait_text(text)
    assert verifies(delivery, key["key"])


@pytest.fixture
def redis():
    server = RedisServer()
    server.start()
    yield server
    server.clean()


def test_every_process_knows_them_and_a_router_waits_for_them(start, redis, receiver, text):
    app = WeCom(CORP)
    blocks = FAST | SHARED_VAULT | {"redis": f'url "unix:{redis.socket}"'}
    environment = {"MASTER_KEY": MASTER_KEY}

    def begin(roles):
        gateway = start(configured(app), blocks=blocks, environment=environment | {"WEIR_ROLES": roles})
        return gateway

    edge = begin("edge")
    acme = Acme(edge, app)
    subscription = acme.subscribe(receiver.url("/early"))
    # Nobody routes yet. Whoever begins must not route this before it knows who subscribed to it.
    acme.send(f"{text} 1")
    router, worker = begin("router"), begin("worker")
    receiver.wait(lambda d: d.path == "/early" and d.text == f"{text} 1")
    late = acme.subscribe(receiver.url("/late"))

    def has_arrived():
        acme.send(f"{text} 2")
        return receiver.at("/late")

    eventually(has_arrived, what="the other processes know the new one")
    changed = acme.api.call("PATCH", f"{PATH}/{late['id']}", {"url": receiver.url("/moved")})
    assert changed.status == 200
    eventually(lambda: (acme.send(f"{text} 3"), receiver.at("/moved"))[1], what="and where it went")
    router.kill()
    acme.send(f"{text} 4")
    router.start()
    receiver.wait(lambda d: d.path == "/early" and d.text == f"{text} 4")
    assert worker.health("/readyz") == 200 and subscription["endpoint"] == f"acme/sub_{subscription['id']}"

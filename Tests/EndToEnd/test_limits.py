"""Limits and quotas: who gets how much, over all processes, and what everybody is told."""

import json
import os
import signal
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conftest import CORP, EVERYTHING
from harness.api import API, administrator
from harness.gateway import MASTER_KEY, SHARED_VAULT, webhook, wecom_source
from harness.polling import eventually
from harness.redis import RedisServer
from harness.wecom import WeCom, text_message

ONE_LOOP = {"WEIR_LOOPS": "1"}


def tenants(receiver, acme, other=None):
    text = 'tenant "acme" {\n' + wecom_source("app", acme) + webhook("crm", receiver.url("/acme"), receiver.secret) + "}\n"
    if other:
        text += 'tenant "other" {\n' + wecom_source("other-app", other)
        text += webhook("crm", receiver.url("/other"), receiver.secret) + "}\n"
    return text


def quota_events(receiver, path="/acme"):
    return [
        event
        for event in (json.loads(d.body) for d in list(receiver.deliveries) if d.path == path)
        if event["type"] == "quota.reached"
    ]


def test_a_tenants_callbacks_end_at_its_quota_and_an_event_says_so(start, receiver, text):
    acme, other = WeCom(CORP), WeCom("wwother0000000000")
    rules = EVERYTHING + 'quota tenant "acme" { callbacks 6 per hour }\n'
    weir = start(tenants(receiver, acme, other), rules, environment=ONE_LOOP)
    forger = WeCom(CORP)
    with weir.connect() as wire:
        for _ in range(20):
            assert weir.call_on(wire, "app", forger.push(text_message(text))).status == 403, "costs the tenant nothing"
        for number in range(6):
            assert weir.call_on(wire, "app", acme.push(text_message(f"{text} {number}"))).status == 200
        for number in range(10):
            response = weir.call_on(wire, "app", acme.push(text_message(f"{text} late {number}")))
            assert response.status == 429
            assert 500 <= int(response.headers["retry-after"]) <= 600, "a sixth of an hour"
        assert weir.call_on(wire, "app", forger.push(text_message(text))).status == 403, "a stranger learns nothing"
        assert weir.call_on(wire, "other-app", other.push(text_message(f"{text} other"))).status == 200
    receiver.wait(lambda d: d.text and d.text.startswith(text), count=7)
    [event] = eventually(lambda: quota_events(receiver), what="the event arrived")
    assert event["tenant"] == "acme" and event["source"] == "system" and event["account"] == ""
    assert event["content"] == {"quota": "callbacks", "percent": 100, "used": 6, "limit": 6}
    assert quota_events(receiver, "/other") == []
    assert weir.metric("weir_callbacks_total", result="limited") == 10
    assert weir.metric("weir_quota_notices_total") == 1
    assert not [d for d in receiver.deliveries if d.text and "late" in d.text]


def test_a_callback_that_was_over_the_quota_is_taken_when_it_is_repeated(start, receiver, text):
    acme = WeCom(CORP)
    weir = start(tenants(receiver, acme), EVERYTHING + "quota default { callbacks 2 per second }\n", environment=ONE_LOOP)
    with weir.connect() as wire:
        for number in range(6):
            push = text_message(f"{text} {number}")
            eventually(lambda: weir.call_on(wire, "app", acme.push(push)).status == 200, what="there is room again")
    receiver.wait(lambda d: d.text and d.text.startswith(text), count=6)
    assert weir.metric("weir_callbacks_total", result="limited") > 0


def test_processes_that_share_a_redis_share_the_quota(start, receiver, text):
    redis, weirs = RedisServer().start(), []
    try:
        acme = WeCom(CORP)
        rules = EVERYTHING + "quota default { callbacks 100 per day }\n"
        blocks = {"redis": f'url "unix:{redis.socket}"', **SHARED_VAULT}
        environment = {"WEIR_LOOPS": "2", "MASTER_KEY": MASTER_KEY}
        for _ in range(2):
            weirs.append(start(tenants(receiver, acme), rules, blocks=blocks, environment=environment))
        statuses = []
        for round in range(3):
            for place, weir in enumerate(weirs):
                # Each connection is another loop's, or the same.
                for connection in range(3):
                    with weir.connect() as wire:
                        for number in range(12):
                            message = text_message(f"{text} {round} {place} {connection} {number}")
                            statuses.append(weir.call_on(wire, "app", acme.push(message)).status)
        assert set(statuses) <= {200, 429}
        # What a loop took and did not spend goes back after 10 s: with four loops at most four portions of five.
        assert 80 <= statuses.count(200) <= 100
        eventually(lambda: _one_more_round(weirs, acme, text, statuses) == 100, within=40.0, what="each token is spent in the end")
        assert len(eventually(lambda: quota_events(receiver))) >= 1
    finally:
        clean(weirs, redis)


def clean(weirs, redis):
    """In this order: a Weir that stops wants to give back its leases."""
    for weir in weirs:
        weir.clean()
    redis.clean()


def _one_more_round(weirs, acme, text, statuses):
    for weir in weirs:
        with weir.connect() as wire:
            statuses.append(weir.call_on(wire, "app", acme.push(text_message(f"{text} {len(statuses)}"))).status)
    return statuses.count(200)


def test_a_reload_changes_a_quota(start, receiver, text):
    acme = WeCom(CORP)
    weir = start(tenants(receiver, acme), EVERYTHING + "quota default { callbacks 1 per day }\n", environment=ONE_LOOP)

    def push(number):
        return weir.call("app", acme.push(text_message(f"{text} {number}"))).status

    assert [push(1), push(2)] == [200, 429]
    weir.rules = EVERYTHING
    weir.write()
    weir.signal(signal.SIGHUP)
    eventually(lambda: "reloaded" in weir.log_text(), what="the reload took effect")
    assert [push(3), push(4)] == [200, 200]


def test_with_a_redis_that_hangs_callbacks_are_answered_in_time_and_never_with_500(start, receiver, text):
    acme = WeCom(CORP)
    blocks = {"callbacks": "deadline 1000ms"}
    rules = EVERYTHING + "quota default { callbacks 3 per day }\n"
    weir = start(tenants(receiver, acme), rules, blocks=blocks, environment=ONE_LOOP)
    redis = weir.redis()
    os.kill(redis, signal.SIGSTOP)
    try:
        statuses = []
        for number in range(6):
            started = time.monotonic()
            response = weir.call("app", acme.push(text_message(f"{text} {number}")))
            assert time.monotonic() - started < 4.5, "WeCom hangs up after five seconds"
            assert int(response.headers["retry-after"]) >= 1
            statuses.append(response.status)
        # The estimate lets three through, which cannot be kept; what is beyond it need not even try.
        assert statuses == [503, 503, 503, 429, 429, 429]
        assert weir.metric("weir_limit_estimates_total") == 6
    finally:
        os.kill(redis, signal.SIGCONT)
    weir.wait_ready()
    eventually(lambda: weir.call("app", acme.push(text_message(f"{text} after"))).status == 200, what="callbacks are taken again")
    receiver.wait_text(f"{text} after")


def test_an_address_that_asks_the_api_too_often_is_told_when_to_come_again(start, receiver):
    weir = start(tenants(receiver, WeCom(CORP)), blocks={"limits": "address 5 per hour"})
    api, left = API(weir), []
    for path in ("/api/v1/monitor/health", "/api/v1/nothing", "/api/openapi.json", "/api/v1/monitor/health?x=1", "/api"):
        response = api.get(path)
        assert response.status != 429
        assert response.headers["ratelimit-limit"] == "5"
        assert response.headers["ratelimit-policy"] == '"address";q=5;w=3600'
        left.append(int(response.headers["ratelimit-remaining"]))
    assert left == [4, 3, 2, 1, 0], "whatever is asked for counts"
    response = api.get("/api/v1/monitor/health")
    assert response.status == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert response.code == "rate_limited" and "5 per hour" in response.json["detail"]
    assert 600 <= int(response.headers["retry-after"]) <= 720, "a fifth of an hour"
    assert 3500 <= int(response.headers["ratelimit-reset"]) <= 3600
    assert response.headers["ratelimit-remaining"] == "0" and "x-request-id" in response.headers
    assert weir.metric("weir_api_requests_limited_total", bucket="address") == 1
    assert weir.health("/readyz") == 200, "probes are not counted"


def make_tenant(admin, code="blue", **values):
    made = admin.post("/api/v1/tenants", {"tenant_name": code, "tenant_code": code} | values)
    assert made.status == 201, made.text
    return made.json["id"]


def policy(response):
    return response.headers["ratelimit-policy"].split('"')[1]


def test_a_user_has_a_limit_and_a_tenant_one_for_all_of_its_users(start):
    weir = start("")
    admin = administrator(weir)
    tenant = make_tenant(admin)
    ann, bob = (admin.user(name, "viewer", tenant) for name in ("ann", "bob"))
    weir.blocks["limits"] = "key 4 per day tenant 6 per day"
    weir.write()
    weir.signal(signal.SIGHUP)
    eventually(lambda: "reloaded" in weir.log_text(), what="the reload took effect")
    answers = [ann.get("/api/v1/auth/me") for _ in range(6)]
    assert [a.status for a in answers].count(429) >= 2, "four of a user, less what the sign-in used"
    assert policy(answers[-1]) == "key" and answers[-1].code == "rate_limited"
    answers = [bob.get("/api/v1/auth/me") for _ in range(6)]
    refused = [a for a in answers if a.status == 429]
    assert refused and int(refused[-1].headers["retry-after"]) > 1000
    assert weir.metric("weir_api_requests_limited_total", bucket="key") >= 2
    assert {policy(a) for a in answers} <= {"key", "tenant"}


def test_processes_share_the_limit_of_a_tenant(start):
    redis, weirs = RedisServer().start(), []
    try:
        blocks = {"redis": f'url "unix:{redis.socket}"', "limits": "tenant 40 per day", **SHARED_VAULT}
        weirs.append(start("", blocks=blocks, environment={"MASTER_KEY": MASTER_KEY}))
        admin = administrator(weirs[0])
        ann = admin.user("ann", "viewer", make_tenant(admin))
        weirs.append(start("", blocks=blocks, environment={"MASTER_KEY": MASTER_KEY}))
        sides = [ann, API(weirs[1], ann.token)]
        answers = [side.get("/api/v1/auth/me") for _ in range(30) for side in sides]
        taken = [a for a in answers if a.status == 200]
        assert all(a.status in (200, 429) for a in answers)
        # Signing in was no request of the tenant's; changing the password was one.
        assert 36 <= len(taken) <= 40
        assert all(policy(a) == "tenant" for a in answers if a.status == 429)
    finally:
        clean(weirs, redis)


def test_with_a_redis_that_hangs_the_api_goes_on_by_estimates(start):
    weir = start("", blocks={"limits": "tenant 30 per day"})
    admin = administrator(weir)
    ann = admin.user("ann", "viewer", make_tenant(admin))
    assert ann.get("/api/v1/auth/me").status == 200
    redis = weir.redis()
    os.kill(redis, signal.SIGSTOP)
    try:
        statuses = []
        for _ in range(60):
            started = time.monotonic()
            statuses.append(ann.get("/api/v1/auth/me").status)
            assert time.monotonic() - started < 2.0, "it does not wait for Redis"
        # What was leased before, then what the estimate allows.
        assert set(statuses) == {200, 429} and 30 <= statuses.count(200) <= 33
        assert statuses[-1] == 429
        assert weir.metric("weir_limit_estimates_total") > 30
    finally:
        os.kill(redis, signal.SIGCONT)
    weir.wait_ready()


def test_a_tenant_sees_its_quotas_and_what_it_used(start):
    rules = EVERYTHING + """
    quota default      { sends 20 per second per account }
    quota tenant "red" { messages 50_000 per day   callbacks 200 per second   over delay }
    """
    weir = start("", rules)
    admin = administrator(weir)
    blue = make_tenant(admin, "blue", max_accounts=3, max_daily_messages=7, timezone="America/New_York")
    red = make_tenant(admin, "red")
    ann = admin.user("ann", "viewer", blue)
    answer = ann.get(f"/api/v1/tenants/{blue}/quota")
    assert answer.status == 200, answer.text
    quota = answer.json
    today = datetime.now(ZoneInfo("America/New_York")).date()
    assert date.fromisoformat(quota["date"]) - today <= timedelta(days=1)
    assert quota["timezone"] == "America/New_York" and quota["over"] == "reject" and quota["messages_today"] == 0
    assert datetime.fromisoformat(quota["resets_at"]).astimezone(ZoneInfo("America/New_York")).time().isoformat() == "00:00:00"
    rows = {row.pop("quota"): row for row in quota["quotas"]}
    assert rows == {
        "accounts": {"limit": 3, "period": None, "per_account": False, "used": 0},
        "messages": {"limit": 7, "period": "day", "per_account": False, "used": 0},
        "sends": {"limit": 20, "period": "second", "per_account": True, "used": None},
    }
    quota = admin.get(f"/api/v1/tenants/{red}/quota").json
    rows = {row["quota"]: row["limit"] for row in quota["quotas"]}
    assert rows == {"accounts": 10, "messages": 50_000, "sends": 20, "callbacks": 200} and quota["over"] == "delay"
    assert ann.get(f"/api/v1/tenants/{red}/quota").status == 404, "another tenant's are not told of"
    assert ann.get(f"/api/v1/tenants/{red}/usage").status == 404
    # As Limits keeps it, from days on which this Weir did not run.
    weir.redis_cli("HSET", "weir:{t:blue}:day:2026-02-03", "messages", "5")
    weir.redis_cli("HSET", "weir:{t:blue}:accounts:days", "2026-02-02", "2")
    usage = ann.get(f"/api/v1/tenants/{blue}/usage?from=2026-02-01&to=2026-02-04").json
    assert usage["usage"] == [
        {"date": "2026-02-01", "account_count": 0, "message_count": 0},
        {"date": "2026-02-02", "account_count": 2, "message_count": 0},
        {"date": "2026-02-03", "account_count": 2, "message_count": 5},
        {"date": "2026-02-04", "account_count": 2, "message_count": 0},
    ]
    assert len(ann.get(f"/api/v1/tenants/{blue}/usage").json["usage"]) == 30
    for wrong in ("from=2026-02-04&to=2026-02-03", "from=2024-01-01&to=2026-01-01", "from=2026-02-30", "to=yesterday", "day=1"):
        refused = ann.get(f"/api/v1/tenants/{blue}/usage?{wrong}")
        assert (refused.status, refused.code) == (422, "validation_failed"), wrong

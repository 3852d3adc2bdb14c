"""What tenants see of their deliveries, and what they can do about those that failed: the history, dead letters, replays."""

import time
import urllib.parse

import pytest

from conftest import CORP
from harness.api import FAST, administrator
from harness.gateway import free_port, webhook, wecom_source
from harness.polling import eventually
from harness.receiver import Answer
from harness.wecom import WeCom, text_message

CRM = "acme/crm"


class World:
    """Two tenants with a webhook each, an administrator, and one of the first tenant."""

    def __init__(self, start, receiver, text, delivery="schedule [0s, 100ms]", crm="", rules=None, **blocks):
        self.receiver, self.text = receiver, text
        self.apps = {"acme": WeCom(CORP), "other": WeCom("wwother0000000000")}
        tenants = ""
        for name, app in self.apps.items():
            tenants += f'tenant "{name}" {{\n' + wecom_source(name, app)
            tenants += webhook("crm", receiver.url(f"/{name}?key=very-secret"), receiver.secret, crm) + "}\n"
        options = {"rules": rules} if rules else {}
        self.weir = start(tenants, blocks=FAST | {"delivery": delivery} | blocks, **options)
        self.admin = administrator(self.weir)
        listed = self.admin.get("/api/v1/tenants?size=100").json["tenants"]
        self.tenants = {tenant["tenant_code"]: tenant["id"] for tenant in listed}
        self.tenant = self.admin.user("acme.admin", "tenant-admin", self.tenants["acme"])

    def send(self, *texts, tenant="acme"):
        with self.weir.connect() as wire:
            for text in texts:
                assert self.weir.call_on(wire, tenant, self.apps[tenant].push(text_message(text))).status == 200

    def fail(self, status=500, body=b""):
        self.receiver.always("/acme?key=very-secret", Answer(status, body=body))

    def mend(self):
        self.fail(200)

    def arrived(self, text, count=1):
        return self.receiver.wait_text(text, count)

    def deliveries(self, query="", api=None):
        answer = (api or self.tenant).get(f"/api/v1/deliveries?{query}")
        assert answer.status == 200, answer.text
        return answer.json["deliveries"]

    def letters(self, query="", api=None):
        answer = (api or self.tenant).get(f"/api/v1/dead-letters?{query}")
        assert answer.status == 200, answer.text
        return answer.json["dead_letters"]

    def buried(self, count):
        return eventually(lambda: len(found := self.letters("size=100")) == count and found, what=f"{count} dead letters")

    def details(self, delivery):
        answer = self.tenant.get(f"/api/v1/deliveries/{delivery['id']}?endpoint={delivery['endpoint']}")
        assert answer.status == 200, answer.text
        return answer.json

    def replay(self, **body):
        made = self.tenant.post("/api/v1/replays", {"endpoint": CRM} | body)
        assert made.status == 201, made.text
        return made.json["id"]

    def ended(self, replay, within=20):
        def probe():
            seen = self.tenant.get(f"/api/v1/replays/{replay}").json
            return seen["status"] != "running" and seen

        return eventually(probe, within=within, what="the replay ended")


@pytest.fixture
def world(start, receiver, text):
    def make(**options):
        return World(start, receiver, text, **options)

    return make


def test_every_attempt_can_be_looked_at(world, receiver, text):
    it = world(delivery="schedule [0s, 100ms, 100ms]")
    receiver.script("/acme?key=very-secret", Answer(503, body="不行 ".encode() * 2000), Answer(200, body=b"fine"))
    it.send(text)
    it.arrived(text, 2)
    one = eventually(lambda: it.deliveries("outcome=delivered"), what="it is in the list")[0]
    assert one["endpoint"] == CRM and one["event_type"] == "message.received" and not one["replay"]
    assert one["event_id"] == it.arrived(text)[0].id and one["next_attempt_at"] is None
    assert one["last_attempt"]["number"] == 2 and one["last_attempt"]["status"] == 200
    assert len(it.deliveries()) == 1, "once, by its last attempt"
    first, second = it.details(one)["attempts"]
    assert (first["number"], first["status"], first["reason"]) == (1, 503, "status_5xx")
    assert (second["number"], second["status"], second["reason"], second["answer"]) == (2, 200, None, "fine")
    assert first["answer"].startswith("不行 不行") and 4000 < len(first["answer"].encode()) <= 4100
    assert first["started_at"] < second["started_at"] and 0 <= first["latency_ms"] < 10_000


def test_what_waits_says_until_when_and_what_was_given_up_says_why(world, text):
    it = world(delivery="schedule [0s, 1h]")
    it.fail(500)
    it.send(text)
    one = eventually(lambda: it.deliveries("outcome=waiting"), what="it waits")[0]
    assert one["next_attempt_at"] > one["last_attempt"]["started_at"]
    assert it.details(one)["outcome"] == "waiting"
    it.fail(410)
    it.send(f"{text} 2")
    letter = it.buried(1)[0]
    assert letter["reason"] == "status_410" and letter["attempts"] == 1
    gone = it.deliveries("outcome=dead")[0]
    assert gone["id"] == letter["delivery_id"] and it.details(gone)["attempts"][0]["status"] == 410


def test_lists_are_filtered_and_paged_by_a_cursor(world, text):
    it = world()
    it.send(*(f"{text} {n}" for n in range(25)))
    eventually(lambda: len(it.deliveries("size=100")) == 25, what="all are in the list")
    seen, cursor = [], ""
    while cursor is not None:
        page = it.tenant.get(f"/api/v1/deliveries?size=10&endpoint={CRM}{cursor and '&cursor=' + cursor}").json
        seen += [one["event_id"] for one in page["deliveries"]]
        cursor = page["next"]
        it.send(f"{text} later")
    assert len(seen) == len(set(seen)) == 25
    assert not it.deliveries("event_type=account.*") and it.deliveries("event_type=message.*")
    assert not it.deliveries("end_time=2020-01-01T00:00:00Z") and it.deliveries("start_time=2020-01-01T00:00:00Z")
    assert it.tenant.get("/api/v1/deliveries?cursor=00").status == 422


def test_a_delivery_is_sent_again_as_often_as_it_is_asked_for(world, text):
    it = world()
    it.send(text)
    it.arrived(text)
    one = eventually(lambda: it.deliveries("outcome=delivered"), what="it is in the list")[0]
    for count in (2, 3):
        again = it.tenant.post(f"/api/v1/deliveries/{one['id']}/retry?endpoint={CRM}")
        assert again.status == 202 and again.json["id"] != one["id"], again.text
        it.arrived(text, count)
    assert len({delivery.id for delivery in it.arrived(text)}) == 1
    entries = it.admin.get("/api/v1/audit?action=delivery.retry").json["entries"]
    assert len(entries) == 2 and entries[0]["object"]["id"] == one["id"]


def test_an_event_that_is_kept_nowhere_cannot_be_sent_again(world, text):
    it = world(history="keep 1s")
    it.send(text)
    one = eventually(lambda: it.deliveries("outcome=delivered"), what="it is in the list")[0]

    def refused():
        it.send(f"{text} later")
        answer = it.tenant.post(f"/api/v1/deliveries/{one['id']}/retry?endpoint={CRM}")
        return answer.status == 409 and answer

    assert eventually(refused, what="the inbox lets it go").code == "event_not_kept"


def test_dead_letters_are_sent_after_all_or_dropped(world, text):
    it = world(delivery="schedule [0s]")
    it.fail()
    it.send(*(f"{text} {n}" for n in range(4)))
    letters = it.buried(4)
    it.mend()
    sent, dropped = letters[0], letters[1]
    answer = it.tenant.post(f"/api/v1/dead-letters/{sent['id']}/retry?endpoint={CRM}")
    assert answer.status == 202, answer.text
    it.receiver.wait(lambda d: d.id == sent["event_id"], 2)
    assert it.tenant.post(f"/api/v1/dead-letters/{sent['id']}/retry?endpoint={CRM}").status == 404
    assert it.tenant.call("DELETE", f"/api/v1/dead-letters/{dropped['id']}?endpoint={CRM}").status == 204
    assert {one["id"] for one in it.letters()} == {one["id"] for one in letters[2:]}
    # By the delivery it was.
    third = it.tenant.post(f"/api/v1/deliveries/{letters[2]['delivery_id']}/retry?endpoint={CRM}")
    assert third.status == 202 and len(it.letters()) == 1
    assert it.tenant.call("DELETE", f"/api/v1/dead-letters?endpoint={CRM}").status == 204
    assert it.letters() == []


def test_dead_letters_of_one_webhook_push_out_none_of_another(world, receiver, text):
    it = world(delivery="schedule [0s] dead-letter-entries 10 breaker-after 1000000")
    it.receiver.always("/other?key=very-secret", Answer(500))
    it.send(text, tenant="other")
    eventually(lambda: len(it.letters(api=it.admin)) == 1, what="the other tenant's letter")
    it.fail()
    it.send(*(f"{text} {n}" for n in range(300)))
    eventually(lambda: it.weir.metric("weir_webhook_dead_letters_total") == 301, what="all are given up")
    other = it.letters("endpoint=other/crm", api=it.admin)
    assert len(other) == 1 and len(it.letters("size=100")) >= 10


def test_what_is_kept_of_a_webhook_stays_within_its_bounds(world, text):
    it = world(delivery="schedule [0s] history-entries 20 dead-letter-entries 20 concurrency 64 breaker-after 1000000")
    sizes = []
    for round in range(3):
        for status, answer in ((200, b"x" * 8000), (500, b"y" * 8000)):
            it.fail(status, answer)
            it.send(*(f"{text} {round} {n}" for n in range(400)))
            eventually(lambda: it.weir.metric("weir_webhook_deliveries_in_memory") == 0
                       and int(it.weir.redis_cli("EVAL", LEFT, "0")) == 0, within=30, what="all are settled")  # fmt: skip
        kept = {kind: streams(it.weir, kind) for kind in ("attempts", "dead")}
        assert all(20 <= count <= 120 for kind in kept.values() for count, _ in kind if count), kept
        sizes.append(sum(size for kind in kept.values() for _, size in kind))
    # One account, so one partition: at most 120 attempts of 4 KB and 120 letters of 2 KB, however many there were.
    assert max(sizes) < 120 * (4096 + 512) + 120 * 4096, sizes


LEFT = """
local left = 0
for number = 0, 15 do
  left = left + redis.call('XLEN', 'weir:{' .. number .. '}:webhooks') + redis.call('ZCARD', 'weir:{' .. number .. '}:retry')
end
return left
"""


def streams(weir, kind):
    keys = weir.redis_cli("KEYS", f"weir:{{*}}:{kind}:*").split()
    return [(int(weir.redis_cli("XLEN", key)), int(weir.redis_cli("MEMORY", "USAGE", key, "SAMPLES", "0"))) for key in keys]


def test_a_replay_sends_dead_letters_of_its_time_and_filter_and_no_others(world, text):
    it = world(delivery="schedule [0s]")
    it.fail()
    it.send(*(f"{text} early {n}" for n in range(3)))
    it.buried(3)
    # The filter tells the two halves apart; `from` leaves out the first.
    moment = it.letters()[0]["died_at"]
    it.send(*(f"{text} late {n}" for n in range(3)), *(f"{text} refund {n}" for n in range(3)))
    it.buried(9)
    it.mend()
    replay = it.replay(**{"from": moment, "filter": 'content.text contains "refund"', "rate": 100})
    seen = it.ended(replay)
    assert (seen["status"], seen["sent"], seen["percent"]) == ("done", 3, 100), seen
    for number in range(3):
        it.arrived(f"{text} refund {number}", 2)
    assert len(it.letters()) == 6
    again = it.ended(it.replay(rate=1000))
    assert again["sent"] == 6 and it.letters() == []
    one = it.tenant.get("/api/v1/replays").json
    assert one["total"] == 2 and {r["id"] for r in one["replays"]} == {replay, again["id"]}


def test_a_replay_of_all_sends_what_was_delivered_once_more(world, text):
    it = world()
    it.send(*(f"{text} {n}" for n in range(20)))
    it.send(text, tenant="other")
    it.receiver.wait(count=21)
    seen = it.ended(it.replay(source="all", rate=1000))
    assert (seen["status"], seen["sent"]) == ("done", 20), seen
    for number in range(20):
        it.arrived(f"{text} {number}", 2)
    assert len(it.arrived(text)) == 1, "the other tenant's event goes nowhere"
    replayed = eventually(lambda: [one for one in it.deliveries("size=100") if one["replay"]], what="replays in the list")
    assert all(one["outcome"] == "delivered" for one in replayed)


def test_a_replay_goes_no_faster_than_its_rate_and_ends_when_it_is_cancelled(world, text):
    it = world()
    it.send(*(f"{text} {n}" for n in range(60)))
    it.receiver.wait(count=60)
    started = time.monotonic()
    replay = it.replay(source="all", rate=10)
    it.receiver.wait(count=75)
    assert time.monotonic() - started > 1.0, "ten in a second"
    cancelled = it.tenant.post(f"/api/v1/replays/{replay}/cancel")
    assert cancelled.status == 200 and cancelled.json["status"] == "cancelled", cancelled.text
    sent = it.tenant.get(f"/api/v1/replays/{replay}").json["sent"]
    assert sent < 60
    marker = it.ended(it.replay(source="all", rate=1000, filter=f'content.text = "{text} 0"'))
    assert marker["sent"] == 1
    assert it.tenant.get(f"/api/v1/replays/{replay}").json["sent"] <= sent + 2, "it has ended"


def test_a_replay_survives_a_kill_and_sends_nothing_twice(world, text):
    it = world(delivery="schedule [0s] breaker-after 1000000")
    it.fail()
    it.send(*(f"{text} {n}" for n in range(60)))
    it.buried(60)
    it.mend()
    replay = it.replay(rate=30)
    before = len(it.receiver.deliveries)
    it.receiver.wait(count=before + 10)
    it.weir.kill()
    it.weir.start()
    seen = it.ended(replay, within=60)
    assert (seen["status"], seen["sent"]) == ("done", 60), seen
    for number in range(60):
        it.arrived(f"{text} {number}", 2)
    assert it.letters() == []


def test_a_replay_that_asks_for_nonsense_is_refused(world, text):
    it = world()
    for body, field in (
        ({"endpoint": "acme/none"}, "endpoint"), ({"filter": "content.text contians \"x\""}, "filter"),
        ({"from": "2999-01-01T00:00:00Z"}, "from"), ({"rate": 0}, "rate"), ({"source": "some"}, "source"),
    ):  # fmt: skip
        answer = it.tenant.post("/api/v1/replays", {"endpoint": CRM} | body)
        assert answer.status == 422 and answer.json["errors"][0]["field"] == field, answer.text
    assert "^" in it.tenant.post("/api/v1/replays", {"endpoint": CRM, "filter": "type ="}).text
    ids = [it.replay(source="all", filter="content.text = \"never\"", rate=1) for _ in range(2)]
    assert len(set(ids)) == 2


def test_webhooks_tell_how_they_do(world, text):
    nobody = f"https://127.0.0.1:{free_port()}/rule?key=very-secret"
    rules = f'route "all" {{ to webhooks to webhook "{nobody}" }}\n'
    it = world(delivery="schedule [0s]", rules=rules)
    it.send(*(f"{text} {n}" for n in range(5)))

    def counted():
        rows = {row["id"]: row for row in it.tenant.get("/api/v1/endpoints").json["endpoints"]}
        return rows[CRM]["last_hour"]["delivered"] == 5 and rows

    rows = eventually(counted, within=20, what="the counts are there")
    assert len(rows) == 2 and all(name.startswith("acme/") for name in rows)
    rule = next(row for row in rows.values() if row["origin"] == "rule")
    assert rows[CRM]["origin"] == "configuration" and "very-secret" not in str(rows)
    assert rows[CRM]["last_day"]["latency_ms_p50"] is not None and rows[CRM]["dead_letters"] == 0
    assert rule["dead_letters"] == 5
    assert it.admin.get("/api/v1/endpoints").json["total"] == 4


def test_a_webhook_that_was_disabled_is_enabled_again(world, text):
    it = world()

    def status():
        return it.tenant.get(f"/api/v1/endpoints?endpoint={CRM}").json["endpoints"][0]["status"]

    assert status() == "enabled"
    it.fail(410)
    it.send(text)
    it.buried(1)
    eventually(lambda: status() == "disabled", what="it is disabled")
    it.mend()
    assert it.tenant.post(f"/api/v1/endpoints/enable?endpoint={CRM}").status == 204
    assert status() == "enabled"
    # The loops hear of it by the feed of changes; until then an event is not planned for it.
    numbers = iter(range(1, 1000))
    eventually(
        lambda: it.send(f"{text} again {next(numbers)}")
        or any(text in (d.text or "") and "again" in d.text for d in it.receiver.deliveries),
        what="it gets events again",
    )


def test_nothing_of_another_tenant_can_be_seen_or_done(world, text):
    it = world(delivery="schedule [0s]")
    it.receiver.always("/other?key=very-secret", Answer(500))
    it.send(text, tenant="other")
    letter = eventually(lambda: it.letters(api=it.admin), what="the other tenant's letter")[0]
    delivery = it.deliveries(api=it.admin)[0]
    assert it.deliveries() == [] and it.letters() == []
    named = "endpoint=other/crm"
    replay = it.admin.post("/api/v1/replays", {"endpoint": "other/crm", "rate": 1}).json["id"]
    for method, path in (
        ("GET", f"/api/v1/deliveries?{named}"), ("GET", f"/api/v1/deliveries/{delivery['id']}?{named}"),
        ("POST", f"/api/v1/deliveries/{delivery['id']}/retry?{named}"), ("GET", f"/api/v1/dead-letters?{named}"),
        ("POST", f"/api/v1/dead-letters/{letter['id']}/retry?{named}"), ("DELETE", f"/api/v1/dead-letters?{named}"),
        ("DELETE", f"/api/v1/dead-letters/{letter['id']}?{named}"), ("GET", f"/api/v1/endpoints?{named}"),
        ("GET", f"/api/v1/replays/{replay}"), ("POST", f"/api/v1/replays/{replay}/cancel"),
        ("GET", f"/api/v1/deliveries?tenant_id={it.tenants['other']}"),
    ):  # fmt: skip
        there = it.tenant.call(method, path)
        nowhere = it.tenant.call(method, path.replace("other/crm", "nobody/crm"))
        assert there.status == 404, (method, path, there.text)
        if "endpoint=" in path:
            assert (there.status, there.text) == (nowhere.status, nowhere.text), (method, path)
    # With an own webhook's name, the foreign ids mean nothing either.
    own = urllib.parse.quote(CRM)
    assert it.tenant.get(f"/api/v1/deliveries/{delivery['id']}?endpoint={own}").status == 404
    assert it.tenant.post("/api/v1/replays", {"endpoint": "other/crm"}).status == 404

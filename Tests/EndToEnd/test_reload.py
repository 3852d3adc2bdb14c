"""SIGHUP: every setting that is marked live is taken up, every other one is named, and a refused reload changes nothing."""

import os
import re
import signal
import threading

import pytest

from conftest import CORP, EVERYTHING
from harness.api import API, administrator
from harness.gateway import free_port, make_certificates, webhook, weir, wecom_source
from harness.polling import eventually
from harness.receiver import Answer, Receiver
from harness.tunnels import TunnelProxy
from harness.wecom import WeCom, text_message
from harness.wire import Wire

LIVE = {}


def takes_up(setting):
    """The test of one live setting: called with a `World`, it sees the setting's effect change by a reload."""

    def register(proof):
        LIVE[setting] = proof
        return proof

    return register


class World:
    def __init__(self, start, receiver, text, folder):
        self._start, self.receiver, self.text, self.folder = start, receiver, text, folder
        self.app = WeCom(CORP)
        self.weir = None

    def begin(self, url=None, **blocks):
        tenants = 'tenant "acme" {\n' + wecom_source("app", self.app)
        tenants += webhook("crm", url or self.receiver.url(), self.receiver.secret) + "}\n"
        self.weir = self._start(tenants, blocks=blocks)
        return self.weir

    def reload(self, write=None, **blocks):
        before = self.weir.log_text().count("reloaded")
        self.weir.blocks |= blocks
        self.weir.write()
        if write:
            write()
        self.weir.signal(signal.SIGHUP)
        eventually(lambda: self.weir.log_text().count("reloaded") > before, what="the reload took effect")

    def send(self, text):
        return self.weir.call("app", self.app.push(text_message(text))).status


@pytest.fixture
def world(start, receiver, text, tmp_path):
    return World(start, receiver, text, tmp_path)


@takes_up("edge.header-limit")
def _(world):
    world.begin()
    long = [f"X-Long: {'x' * 2000}"]
    with world.weir.connect() as wire:
        assert wire.request("GET", "/", headers=long).status == 404
        world.reload(edge="header-limit 1KB")
        assert wire.request("GET", "/", headers=long).status == 431


@takes_up("edge.body-limit")
def _(world):
    world.begin()
    assert world.weir.post("nobody", b"x" * 2000).status == 403
    world.reload(edge="body-limit 1KB")
    assert world.weir.post("nobody", b"x" * 2000).status == 413


@takes_up("edge.header-timeout")
def _(world):
    world.begin(edge="header-timeout 120s")
    world.reload(edge="header-timeout 100ms")
    with world.weir.connect() as wire:
        wire.send(b"GET / HTT")
        assert wire.read().status == 408


@takes_up("edge.body-timeout")
def _(world):
    world.begin(edge="body-timeout 600s")
    world.reload(edge="body-timeout 100ms")
    with world.weir.connect() as wire:
        wire.send(b"POST /callback/app HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1")
        assert wire.read().status == 408


@takes_up("edge.idle-timeout")
def _(world):
    world.begin(edge="idle-timeout 1h")
    world.reload(edge="idle-timeout 1s")
    with world.weir.connect() as wire:
        assert wire.request("GET", "/").status == 404
        assert wire.closed()


@takes_up("edge.connections-per-address")
def _(world):
    world.begin()
    world.reload(edge="connections-per-address 1")

    def connected():
        try:
            return world.weir.connect()
        except OSError:  # an earlier connection of this test has not been let go of yet
            return None

    with eventually(connected, what="one connection"), pytest.raises(OSError):
        world.weir.connect()


@takes_up("callbacks.deadline")
def _(world):
    world.begin(callbacks="deadline 4500ms")
    world.reload(callbacks="deadline 100ms")
    redis = world.weir.redis()
    os.kill(redis, signal.SIGSTOP)
    try:
        assert world.send(world.text) == 503
    finally:
        os.kill(redis, signal.SIGCONT)
    assert "callbacks.deadline" in world.weir.log_text(), "it did not wait until Redis was given up"


@takes_up("callbacks.dedupe-window")
def _(world):
    def longest_memory():
        keys = world.weir.redis_cli("--scan", "--pattern", "weir:*:seen:*").split()
        return max(int(world.weir.redis_cli("TTL", key)) for key in keys)

    world.begin(callbacks="dedupe-window 2h")
    assert world.send(world.text) == 200
    assert longest_memory() > 3600
    assert world.weir.redis_cli("FLUSHALL") == "OK"
    world.reload(callbacks="dedupe-window 1h")
    eventually(lambda: world.send(world.text) == 200, what="a callback is taken")
    assert longest_memory() <= 3600


def recorded(weir):
    return sum(int(weir.redis_cli("XLEN", f"weir:{{{number}}}:in")) for number in range(16))


@takes_up("history.keep")
def _(world):
    world.begin(history="keep 1h")
    for _ in range(50):
        assert world.send("recorded") == 200
    assert recorded(world.weir) == 50
    world.reload(history="keep 1s")
    # An event that is routed takes those along that are a second old by then.
    eventually(lambda: world.send("later") == 200 and recorded(world.weir) < 50, what="old events were removed")


@takes_up("history.entries")
def _(world):
    world.begin(history="entries 10000")
    for _ in range(300):
        assert world.send("recorded") == 200
    assert recorded(world.weir) == 300
    world.reload(history="entries 100")
    eventually(lambda: world.send("later") == 200 and recorded(world.weir) < 300, what="events beyond the bound were removed")


@takes_up("delivery.timeout")
def _(world):
    world.begin(delivery="timeout 60s schedule [0s, 100ms]")
    world.reload(delivery="timeout 200ms schedule [0s, 100ms]")
    world.receiver.script("/hooks", Answer(200, held=threading.Event()))
    assert world.send(world.text) == 200
    world.receiver.wait_text(world.text, count=2)


@takes_up("delivery.concurrency")
def _(world):
    world.begin(delivery="concurrency 1")
    gate = threading.Event()
    world.receiver.always("/hooks", Answer(200, held=gate))
    for number in range(4):
        assert world.send(f"{world.text} {number}") == 200
    world.receiver.wait(count=1)
    world.reload(delivery="concurrency 3")
    world.receiver.wait(count=3)
    gate.set()
    world.receiver.wait(count=4)


@takes_up("delivery.schedule")
def _(world):
    world.begin(delivery="schedule [0s]")
    world.receiver.script("/hooks", Answer(500))
    assert world.send(f"{world.text} first") == 200
    eventually(lambda: world.weir.metric("weir_webhook_dead_letters_total") == 1, what="dead after its only attempt")
    world.reload(delivery="schedule [0s, 100ms]")
    world.receiver.script("/hooks", Answer(500))
    assert world.send(world.text) == 200
    world.receiver.wait_text(world.text, count=2)


def kept(weir, kind, command="XLEN"):
    """Of all streams of attempts, or of dead letters."""
    keys = weir.redis_cli("KEYS", f"weir:{{*}}:{kind}:*").split()
    return [int(weir.redis_cli(command, key)) for key in keys]


@takes_up("delivery.history")
def _(world):
    world.begin(delivery="history 7d")
    assert world.send(world.text) == 200
    eventually(lambda: any(ttl > 6 * 86_400_000 for ttl in kept(world.weir, "attempts", "PTTL")), what="kept for a week")
    world.reload(delivery="history 60s")
    assert world.send("later") == 200
    eventually(lambda: all(ttl <= 180_000 for ttl in kept(world.weir, "attempts", "PTTL")), what="kept for minutes")


@takes_up("delivery.history-entries")
def _(world):
    world.begin(delivery="history-entries 1000")
    for _ in range(250):
        assert world.send("delivered") == 200
    eventually(lambda: sum(kept(world.weir, "attempts")) == 250, what="an attempt for each")
    world.reload(delivery="history-entries 10")
    assert world.send("later") == 200
    eventually(lambda: sum(kept(world.weir, "attempts")) <= 110, what="the oldest attempts are gone")


@takes_up("delivery.dead-letters")
def _(world):
    world.begin(delivery="dead-letters 7d schedule [0s]")
    world.receiver.always("/hooks", Answer(500))
    assert world.send(world.text) == 200
    eventually(lambda: any(ttl > 6 * 86_400_000 for ttl in kept(world.weir, "dead", "PTTL")), what="kept for a week")
    world.reload(delivery="dead-letters 60s schedule [0s]")
    assert world.send("later") == 200
    eventually(lambda: all(ttl <= 180_000 for ttl in kept(world.weir, "dead", "PTTL")), what="kept for minutes")


@takes_up("delivery.dead-letter-entries")
def _(world):
    world.begin(delivery="dead-letter-entries 1000 schedule [0s] breaker-after 1000000")
    world.receiver.always("/hooks", Answer(500))
    for _ in range(250):
        assert world.send("given up") == 200
    eventually(lambda: sum(kept(world.weir, "dead")) == 250, what="a letter for each")
    world.reload(delivery="dead-letter-entries 10 schedule [0s]")
    assert world.send("later") == 200
    eventually(lambda: sum(kept(world.weir, "dead")) <= 110, what="the oldest letters are gone")


MANY_ATTEMPTS = "schedule [0s, " + ", ".join(["200ms"] * 19) + "]"


@takes_up("delivery.breaker-after")
def _(world):
    world.begin(delivery=f"breaker-after 1000 {MANY_ATTEMPTS}")
    world.receiver.always("/hooks", Answer(500))
    assert world.send(world.text) == 200
    world.receiver.wait_text(world.text, count=4)
    assert world.weir.metric("weir_webhook_breaker_openings_total") == 0
    world.reload(delivery=f"breaker-after 2 {MANY_ATTEMPTS}")
    eventually(lambda: world.weir.metric("weir_webhook_breaker_openings_total") == 1, what="it gets only probes")


@takes_up("delivery.disable-after")
def _(world):
    world.begin(delivery=f"disable-after 5d breaker-after 1000 {MANY_ATTEMPTS}")
    world.receiver.always("/hooks", Answer(500))
    assert world.send(world.text) == 200
    world.receiver.wait_text(world.text, count=4)
    assert world.weir.metric("weir_webhook_endpoints_disabled") == 0
    world.reload(delivery=f"disable-after 1s breaker-after 1000 {MANY_ATTEMPTS}")
    eventually(lambda: world.weir.metric("weir_webhook_endpoints_disabled") == 1, what="it is disabled")


@takes_up("delivery.trust")
def _(world):
    make_certificates(world.folder / "other")
    other = Receiver(world.folder / "other/server")
    try:
        world.begin(url=other.url(), delivery="schedule [0s, 100ms, 100ms, 100ms, 100ms, 200ms, 400ms, 800ms, 2s, 4s]")
        assert world.send(world.text) == 200
        eventually(lambda: world.weir.metric("weir_webhook_failures_total", reason="tls") > 0, what="it is not trusted")
        both = world.folder / "both.pem"
        both.write_text(world.weir.ca.read_text() + (world.folder / "other/ca.pem").read_text())
        world.weir.ca = both
        world.reload()
        other.wait_text(world.text)
    finally:
        other.close()


@takes_up("delivery.private-networks")
def _(world):
    world.begin(url=world.receiver.url().replace("127.0.0.1", "localhost"))
    world.reload(delivery="private-networks []")
    assert world.send(world.text) == 200
    eventually(lambda: world.weir.metric("weir_webhook_failures_total", reason="forbidden") == 1, what="it may not go there")


@takes_up("delivery.ports")
def _(world):
    # Of a webhook in the file the reload itself would tell; here it is that of a rule's, and allowed again.
    other = world.folder / "other.rules"
    other.write_text(f'route "all" {{ to webhook "{world.receiver.url()}" }}\n')
    world.begin()
    config = world.weir.config
    world.reload(write=lambda: config.write_text(re.sub('rules ".*"', f'rules "{other}"', config.read_text())))
    world.weir.blocks["delivery"] = 'ports ["443"]'
    world.weir.write()
    world.weir.signal(signal.SIGHUP)
    eventually(lambda: f"port {world.receiver.port} is none that webhooks may use" in world.weir.log_text(), what="a refused reload")
    world.reload(delivery=f'ports ["{world.receiver.port}"]')
    assert world.send(world.text) == 200
    world.receiver.wait_text(world.text)


SOON = "schedule [0s, 100ms, 100ms, 200ms, 400ms, 1s, 2s, 4s]"


@takes_up("delivery.proxy")
def _(world):
    proxy = TunnelProxy()
    try:
        world.begin()
        world.reload(delivery=f'{SOON} proxy "{proxy.url}"')
        assert world.send(world.text) == 200
        world.receiver.wait_text(world.text)
        assert proxy.asked == [f"127.0.0.1:{world.receiver.port}"]
    finally:
        proxy.close()


@takes_up("delivery.no-proxy")
def _(world):
    dead = f'{SOON} proxy "http://127.0.0.1:{free_port()}"'
    world.begin(delivery=dead)
    assert world.send(world.text) == 200
    eventually(lambda: world.weir.metric("weir_webhook_failures_total", reason="proxy") > 0, what="the proxy is dead")
    world.reload(delivery=f'{dead} no-proxy ["127.0.0.1"]')
    world.receiver.wait_text(world.text)


@takes_up("delivery.proxy-credentials")
def _(world):
    proxy = TunnelProxy("Basic dXNlcjpyaWdodA==")  # user:right
    wrong, right = world.folder / "wrong", world.folder / "right"
    wrong.write_text("user:wrong\n")
    right.write_text("user:right\n")
    try:
        world.begin(delivery=f'{SOON} proxy "{proxy.url}" proxy-credentials file:{wrong}')
        assert world.send(world.text) == 200
        eventually(lambda: world.weir.metric("weir_webhook_failures_total", reason="proxy") > 0, what="the proxy refuses")
        world.reload(delivery=f'{SOON} proxy "{proxy.url}" proxy-credentials file:{right}')
        world.receiver.wait_text(world.text)
    finally:
        proxy.close()


@takes_up("log.level")
def _(world):
    world.begin()
    assert '"debug"' not in world.weir.log_text()
    world.reload(log="level debug")
    assert world.send(world.text) == 200
    eventually(lambda: '"debug"' in world.weir.log_text(), what="a line of level debug")


@takes_up("rules")
def _(world):
    world.begin()
    other = world.folder / "other.rules"
    other.write_text('route "none" { to drop }\n')
    config = world.weir.config
    world.reload(write=lambda: config.write_text(re.sub('rules ".*"', f'rules "{other}"', config.read_text())))
    assert world.send(world.text) == 200
    eventually(lambda: world.weir.metric("weir_routed_events_total") >= 1, what="the event was routed")
    assert world.weir.metric("weir_webhook_attempts_total") == 0


@takes_up("public.certificates")
def _(world):
    make_certificates(world.folder / "other")
    public = f'listen "127.0.0.1:{world.begin().public}"'
    world.reload(public=f'{public} certificates ["{world.folder}/other/server"]')
    with Wire(world.weir.public, world.folder / "other/ca.pem") as wire:
        assert wire.request("GET", "/").status == 404


@takes_up("public.url")
def _(world):
    world.begin()
    public = f'listen "127.0.0.1:{world.weir.public}" certificates ["{world.weir.certificates}/server"]'
    world.reload(public=f'{public} url "https://callbacks.example"')
    with Wire(world.weir.plain) as wire:
        assert wire.request("GET", "/a").headers["location"] == "https://callbacks.example/a"


@takes_up("limits.address")
def _(world):
    api = API(world.begin())
    assert {api.get("/api/v1/monitor/health").status for _ in range(5)} == {200}
    world.reload(limits="address 1 per day")
    assert {api.get("/api/v1/monitor/health").status for _ in range(5)} <= {200, 429}
    assert api.get("/api/v1/monitor/health").status == 429


@takes_up("limits.key")
def _(world):
    admin = administrator(world.begin())
    assert {admin.get("/api/v1/auth/me").status for _ in range(5)} == {200}
    world.reload(limits="key 1 per day")
    eventually(lambda: admin.get("/api/v1/auth/me").status == 429, what="the bucket is empty")


@takes_up("limits.tenant")
def _(world):
    admin = administrator(world.begin())
    [tenant] = eventually(lambda: admin.get("/api/v1/tenants").json["tenants"], what="acme, of the file, is stored")
    user = admin.user("ann", "viewer", tenant["id"])
    assert {user.get("/api/v1/auth/me").status for _ in range(5)} == {200}
    world.reload(limits="tenant 1 per day")
    # What was leased at the old rate is spent first: at most a portion of it.
    eventually(lambda: user.get("/api/v1/auth/me").status == 429, 60, "the bucket is empty")
    assert admin.get("/api/v1/auth/me").status == 200, "of no tenant"


@pytest.mark.parametrize("setting", LIVE)
def test_a_reload_takes_up(world, setting):
    LIVE[setting](world)


def test_every_live_setting_has_its_proof_above():
    rows = re.findall(r"^ *# (WEIR_[A-Z_]+): (.*)$", weir("config", "default").stdout, re.MULTILINE)
    live = {variable for variable, form in rows if not form.endswith("; restart")}
    assert live == {"WEIR_" + setting.upper().replace(".", "_").replace("-", "_") for setting in LIVE}


def test_settings_that_need_a_restart_are_named(world):
    world.begin()
    world.reload(api=f'listen "127.0.0.1:{free_port()}"', log="format text", edge="body-limit 1KB")
    assert "needs a restart: api.listen, log.format;" in world.weir.log_text()


def test_a_refused_reload_shows_and_takes_nothing_out_of_service(world):
    gateway = world.begin()
    gateway.rules = 'route "x" { wehn type = message.received to webhooks }\n'
    gateway.write()
    gateway.signal(signal.SIGHUP)
    eventually(lambda: gateway.metric("weir_reload_failed") == 1, what="the metric says so")
    ready = gateway.operate("/readyz")
    assert ready.status == 200 and b'"degraded"' in ready.body and b"wehn" in ready.body
    assert world.send(world.text) == 200
    gateway.rules = EVERYTHING
    world.reload()
    assert gateway.metric("weir_reload_failed") == 0
    assert b'"degraded"' not in gateway.operate("/readyz").body

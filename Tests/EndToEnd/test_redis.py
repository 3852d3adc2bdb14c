"""A Redis that somebody else runs: used when it keeps what it confirms, refused with words when it does not."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from conftest import CORP
from harness.gateway import webhook, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message

DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


class Redis:
    """A redis-server of the test's own, on a Unix socket."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self.socket = self.folder / "redis.sock"
        self.process = None

    def start(self, *settings):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--save", "", *settings],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        eventually(self.socket.exists, what="redis-server listens")
        return self

    def set(self, name, value):
        command = ["redis-cli", "-s", self.socket, "CONFIG", "SET", name, value]
        assert subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip() == "OK"

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None
        self.socket.unlink(missing_ok=True)

    def clean(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def redis():
    redis = Redis()
    yield redis
    redis.clean()


@pytest.fixture
def beside(redis, start, receiver):
    """A Weir that uses `redis`: beside() → (weir, app)."""

    def begin(ready=True):
        app = WeCom(CORP)
        tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
        weir = start(tenants, ready=ready, blocks={"redis": f'url "unix:{redis.socket}"'})
        eventually(lambda: weir.health("/healthz") == 200, what="it listens")
        return weir, app

    return begin


LOSSY = {
    "no append-only file": ((), ("appendonly", "yes"), "appendonly yes"),
    "an fsync every second": (("--appendonly", "yes"), ("appendfsync", "always"), "appendfsync always"),
    "no fsync during a rewrite": (
        (*DURABLE, "--no-appendfsync-on-rewrite", "yes"), ("no-appendfsync-on-rewrite", "no"), "no-appendfsync-on-rewrite no",
    ),
    "eviction": ((*DURABLE, "--maxmemory-policy", "allkeys-lru"), ("maxmemory-policy", "noeviction"), "maxmemory-policy noeviction"),
}  # fmt: skip


@pytest.mark.parametrize("what", LOSSY)
def test_a_redis_that_could_lose_what_it_confirms_gets_nothing(redis, beside, receiver, text, what):
    settings, remedy, named = LOSSY[what]
    redis.start(*settings)
    weir, app = beside(ready=False)
    eventually(lambda: named in weir.log_text(), what="the log names the setting")
    ready = weir.operate("/readyz")
    assert ready.status == 503 and named.encode() in ready.body
    assert weir.call("app", app.push(text_message(text))).status == 503
    if remedy[0] == "appendonly":
        redis.set("appendfsync", "always")
    redis.set(*remedy)
    weir.wait_ready()
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)


def test_a_redis_that_hides_its_settings_is_used_with_a_warning(redis, beside, receiver, text):
    redis.start(*DURABLE, "--rename-command", "CONFIG", "")
    weir, app = beside()
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)
    assert "cannot be checked" in weir.log_text()
    assert b"cannot be checked" in weir.operate("/readyz").body


def test_an_absence_of_redis_is_told_once_and_ready_is_said_when_it_is(redis, beside, receiver, text):
    weir, app = beside(ready=False)
    eventually(lambda: "no Redis" in weir.log_text(), what="the log says that Redis is away")
    assert weir.health("/readyz") == 503
    assert weir.call("app", app.push(text_message(text))).status == 503
    assert '"ready"' not in weir.log_text()
    redis.start(*DURABLE)
    weir.wait_ready()
    eventually(lambda: '"ready"' in weir.log_text(), what="the log says ready")
    assert weir.log_text().count("no Redis") == 1
    redis.kill()
    eventually(lambda: weir.log_text().count("no Redis") >= 2, what="the next outage is told as well")
    redis.start(*DURABLE)
    weir.wait_ready()
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)

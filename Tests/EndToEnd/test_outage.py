"""Redis hangs or dies: no false success, a clear 503, and everything that was acknowledged still arrives."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from conftest import CORP
from harness.gateway import webhook, wecom_source
from harness.polling import eventually
from harness.receiver import Answer
from harness.redis import LEFTOVERS
from harness.wecom import WeCom, text_message


@pytest.fixture
def acme(start, receiver):
    app = WeCom(CORP)
    tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
    return start(tenants, blocks={"callbacks": "deadline 1000ms", "delivery": "schedule [0s, 1s, 1s, 1s, 1s, 1s]"}), app


def test_a_hanging_redis_means_503_with_retry_after_within_the_deadline(acme, receiver, text):
    weir, app = acme
    redis = weir.redis()
    os.kill(redis, signal.SIGSTOP)
    try:
        with weir.connect() as wire:
            for _ in range(3):
                started = time.monotonic()
                response = weir.call_on(wire, "app", app.push(text_message(text)))
                assert response.status == 503
                assert int(response.headers["retry-after"]) >= 1
                assert time.monotonic() - started < 4.5, "WeCom hangs up after five seconds"
        eventually(lambda: weir.health("/readyz") == 503, what="not ready without Redis")
        assert weir.health("/healthz") == 200, "but alive: a restart would not help"
        assert weir.call("app", app.verification("12345")).body == b"12345", "URL verification needs no Redis"
    finally:
        os.kill(redis, signal.SIGCONT)
    weir.wait_ready()
    marker = f"{text} after"
    eventually(lambda: weir.call("app", app.push(text_message(marker))).status == 200, what="callbacks are taken again")
    receiver.wait_text(marker)


def test_a_callback_that_was_refused_and_is_sent_again_is_delivered_once(acme, receiver, text):
    weir, app = acme
    redis, inner = weir.redis(), text_message(text)
    os.kill(redis, signal.SIGSTOP)
    try:
        assert weir.call("app", app.push(inner)).status == 503
    finally:
        os.kill(redis, signal.SIGCONT)
    weir.wait_ready()
    # Whether the first append took place after all is unknown to everyone; the repetition makes it certain.
    eventually(lambda: weir.call("app", app.push(inner)).status == 200, what="the repetition is taken")
    receiver.wait_text(text)
    marker = f"{text} marker"
    assert weir.call("app", app.push(text_message(marker))).status == 200
    receiver.wait_text(marker)
    assert len(receiver.wait_text(text)) == 1


def test_a_redis_that_refuses_to_write_means_503(acme, receiver, text):
    weir, app = acme
    assert weir.redis_cli("CONFIG", "SET", "maxmemory", "1") == "OK"
    with weir.connect() as wire:
        for _ in range(3):
            response = weir.call_on(wire, "app", app.push(text_message(text)))
            assert response.status == 503
            assert int(response.headers["retry-after"]) >= 1
    assert weir.redis_cli("CONFIG", "SET", "maxmemory", "0") == "OK"
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)


def test_a_redis_that_has_forgotten_its_scripts_and_its_keys_is_set_up_again(acme, receiver, text):
    weir, app = acme
    for number, loss in enumerate((("SCRIPT", "FLUSH"), ("FLUSHALL",))):
        assert weir.redis_cli(*loss) == "OK"
        marked = f"{text} {number}"
        assert weir.call("app", app.push(text_message(marked))).status == 200
        receiver.wait_text(marked, within=20.0)


def test_a_redis_that_is_killed_is_started_again_and_has_lost_nothing(acme, receiver, text):
    weir, app = acme
    texts = [f"{text} {n}" for n in range(50)]
    with weir.connect() as wire:
        for one in texts:
            assert weir.call_on(wire, "app", app.push(text_message(one))).status == 200
    first = weir.redis()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: weir.redis() not in (None, first), what="a new Redis")
    weir.wait_ready()
    after = f"{text} after"
    eventually(lambda: weir.call("app", app.push(text_message(after))).status == 200, what="callbacks are taken again")
    receiver.wait(lambda d: d.text in {*texts, after}, count=51)
    assert {d.text for d in receiver.deliveries} >= {*texts, after}


def test_an_acknowledged_event_survives_a_kill_of_weir_and_is_delivered_after_the_restart(acme, receiver, text):
    weir, app = acme
    receiver.always("/hooks", Answer(500))
    inner = text_message(text)
    assert weir.call("app", app.push(inner)).status == 200
    [first] = receiver.wait_text(text)[:1]
    weir.kill()
    receiver.always("/hooks", Answer(200))
    weir.start()
    assert weir.call("app", app.push(inner)).status == 200, "still known as a duplicate after the restart"
    attempts = receiver.wait_text(text, count=2, within=20.0)
    assert {a.id for a in attempts} == {first.id}


def test_a_redis_that_an_earlier_weir_left_is_found_once_and_stopped_at_the_end(acme):
    weir, _ = acme
    weir.kill()
    left = weir.redis()
    weir.start()
    assert weir.redis() == left
    with pytest.raises(AssertionError):  # it was once found again every second
        eventually(lambda: weir.log_text().count("found redis-server running") > 1, within=2.5)
    assert weir.stop() == 0
    assert "stopped redis-server" in weir.log_text()
    assert weir.redis() is None


def test_a_redis_that_a_killed_weir_had_only_just_started_is_waited_for_and_gets_no_rival(start, receiver, text, tmp_path):
    # Two servers on one append-only file destroy it, and the second takes the first one's socket away.
    wrapper = tmp_path / "redis-server"
    wrapper.write_text(
        f'#!/bin/sh\nif mkdir "{tmp_path}/first" 2>/dev/null; then kill -STOP $$; fi\n'
        f'exec {shutil.which("redis-server")} "$@"\n'
    )
    wrapper.chmod(0o755)
    app = WeCom(CORP)
    tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "WEIR_FAULT": "start.redis-started"}
    weir = start(tenants, ready=False, environment=environment)
    assert weir.process.wait(20) == -signal.SIGKILL
    [first] = eventually(weir.redis_processes, what="the server was started")
    eventually(lambda: Path(f"/proc/{first}/stat").read_text().split()[2] == "T", what="it stands still before its first step")
    del environment["WEIR_FAULT"]
    weir.start(ready=False)
    eventually(lambda: "does not answer" in weir.log_text(), what="the second Weir waits, and says for what")
    assert weir.redis_processes() == [first]
    os.kill(first, signal.SIGCONT)
    weir.wait_ready()
    assert weir.redis_processes() == [first]
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)


TORN = b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$4\r\ntorn\r\n$1\r\n1\r\n*1\r\n$4\r\nEXEC\r\n"


@pytest.mark.parametrize("length", [3, 15, 20, 42, 46, len(TORN) - 1])
def test_what_is_acknowledged_after_a_power_cut_survives_the_next_restart_as_well(acme, receiver, text, length):
    # Redis 7 leaves MULTI without EXEC in its log when a power cut tore a transaction, and loses what it appends next.
    weir, app = acme
    for number, torn in enumerate((TORN[:length], b"")):
        # Weir stands still meanwhile: it would start the next Redis at once.
        redis = weir.redis()
        weir.signal(signal.SIGSTOP)
        os.kill(redis, signal.SIGKILL)
        [log] = weir.data.glob("appendonlydir/*.incr.aof")
        with open(log, "ab") as end:
            end.write(torn)
        weir.signal(signal.SIGCONT)
        eventually(lambda: weir.redis() not in (None, redis), what="a new Redis")
        weir.wait_ready()
        one = f"{text} {number}"
        eventually(lambda: weir.call("app", app.push(text_message(one))).status == 200, what="callbacks are taken again")
        receiver.wait_text(one)
    kept = json.loads(weir.redis_cli("EVAL", LEFTOVERS, "0"))
    assert kept["inbox"] == 2, "both were acknowledged, so both are on disk"
    assert "MULTI calls can not be nested" not in (weir.data / "redis.log").read_text()

"""SIGTERM: finish what was begun, take nothing new, leave nothing behind."""

import os
import signal
import threading

import pytest

from conftest import CORP
from harness.gateway import webhook, wecom_source
from harness.polling import eventually
from harness.receiver import Answer
from harness.wecom import WeCom, text_message
from harness.wire import request_bytes


@pytest.fixture
def acme(start, receiver):
    app = WeCom(CORP)
    tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
    return start(tenants, blocks={"delivery": "schedule [0s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]"}), app


def test_it_ends_with_status_0_and_takes_its_redis_along(acme):
    weir, _ = acme
    assert weir.redis() is not None
    assert weir.stop() == 0
    assert weir.redis() is None
    assert weir.health("/healthz") is None
    assert '"error"' not in weir.log_text(), "what ends in order is no fault"


def test_ctrl_c_which_reaches_the_whole_process_group_does_not_take_redis_away_first(acme, receiver, text):
    weir, app = acme
    gate = threading.Event()
    receiver.script("/hooks", Answer(200, held=gate))
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)
    os.killpg(weir.process.pid, signal.SIGINT)
    eventually(lambda: weir.health("/readyz") != 200, what="it drains")
    assert weir.redis() is not None, "the delivery under way still has to be recorded"
    gate.set()
    assert weir.process.wait(20) == 0
    assert weir.redis() is None
    weir.start()
    marker = f"{text} marker"
    assert weir.call("app", app.push(text_message(marker))).status == 200
    receiver.wait_text(marker)
    assert len(receiver.wait_text(text)) == 1


def test_a_delivery_under_way_is_finished_first(acme, receiver, text):
    weir, app = acme
    gate = threading.Event()
    receiver.script("/hooks", Answer(200, held=gate))
    assert weir.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)
    weir.signal(signal.SIGTERM)

    def refuses():
        try:
            weir.connect(timeout=1.0).close()
            return False
        except OSError:
            return True

    eventually(refuses, what="no new connections while it drains")
    assert weir.process.poll() is None, "it waits for the delivery"
    gate.set()
    assert weir.process.wait(20) == 0
    weir.start()
    marker = f"{text} marker"
    assert weir.call("app", app.push(text_message(marker))).status == 200
    receiver.wait_text(marker)
    assert len(receiver.wait_text(text)) == 1, "finished before the stop, so not repeated after the start"


def test_a_callback_under_way_is_answered(acme, receiver, text):
    weir, app = acme
    request = app.push(text_message(text))
    whole = request_bytes("POST", f"/callback/app?{request.query}", request.body)
    with weir.connect() as wire:
        wire.send(whole[:-40])
        eventually(lambda: weir.health("/healthz") == 200)
        weir.signal(signal.SIGTERM)
        wire.send(whole[-40:])
        response = wire.read()
        assert response.status == 200
        assert response.headers.get("connection") == "close"
    assert weir.process.wait(20) == 0
    weir.start()
    receiver.wait_text(text)


def test_what_was_not_delivered_before_the_stop_is_delivered_after_the_start(acme, receiver, text):
    weir, app = acme
    receiver.always("/hooks", Answer(503))
    texts = {f"{text} {n}" for n in range(20)}
    for one in texts:
        assert weir.call("app", app.push(text_message(one))).status == 200
    assert weir.stop() == 0
    receiver.always("/hooks", Answer(200))
    weir.start()

    def delivered():
        return {d.text for d in receiver.deliveries if d.answered == 200} >= texts

    eventually(delivered, within=20.0, what="all twenty arrived")


def test_a_redis_that_hangs_does_not_keep_it_from_stopping(acme):
    weir, _ = acme
    os.kill(weir.redis(), signal.SIGSTOP)
    assert weir.stop(within=30.0) == 0
    eventually(lambda: weir.redis() is None, what="its own server is gone")

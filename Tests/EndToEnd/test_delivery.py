"""Webhooks: signed, retried with the same id, isolated from each other, and never silently given up."""

import threading
import time

import pytest

from conftest import CORP
from harness.gateway import free_port, make_certificates, webhook, wecom_source
from harness.polling import eventually
from harness.receiver import Answer, Receiver
from harness.wecom import WeCom, text_message


@pytest.fixture
def deliver(start, receiver):
    """A Weir with webhooks: deliver({"crm": (url, extra)}, schedule="…") → (weir, send)."""

    def prepare(hooks, schedule="[0s, 200ms, 400ms]"):
        app = WeCom(CORP)
        tenants = 'tenant "acme" {\n' + wecom_source("app", app)
        for name, (url, extra) in hooks.items():
            tenants += webhook(name, url, receiver.secret, extra)
        weir = start(tenants + "}\n", blocks={"delivery": f"timeout 2s schedule {schedule} concurrency 8"})

        def send(*texts):
            with weir.connect() as wire:
                for text in texts:
                    assert weir.call_on(wire, "app", app.push(text_message(text))).status == 200

        return weir, send

    return prepare


def test_a_failed_delivery_is_repeated_with_the_same_id_and_body(deliver, receiver, text):
    _, send = deliver({"crm": (receiver.url(), "")})
    receiver.script("/hooks", Answer(500), Answer(302, {"Location": receiver.url("/moved")}))
    send(text)
    attempts = receiver.wait_text(text, count=3)
    assert [a.path for a in attempts] == ["/hooks"] * 3, "a redirect is a failure, not an order"
    assert len({a.id for a in attempts}) == 1
    assert len({a.body for a in attempts}) == 1
    assert all(a.verified for a in attempts)


def test_retry_after_is_honoured(deliver, receiver, text):
    _, send = deliver({"crm": (receiver.url(), "")})
    receiver.script("/hooks", Answer(503, {"Retry-After": "3"}))
    send(text)
    first, second = receiver.wait_text(text, count=2)
    assert second.at - first.at >= 2.9


def test_the_pause_a_receiver_asks_for_holds_back_all_its_deliveries(deliver, receiver, text):
    _, send = deliver({"crm": (receiver.url(), "")})
    receiver.script("/hooks", Answer(429, {"Retry-After": "3"}))
    send(text)
    asked = receiver.wait_text(text)[0].at
    send(f"{text} later")
    assert receiver.wait_text(f"{text} later")[0].at - asked >= 2.9


def test_a_receiver_that_is_gone_gets_nothing_more_and_others_are_told(deliver, receiver, text):
    weir, send = deliver({"crm": (receiver.url("/gone"), ""), "all": (receiver.url("/all"), "")})
    receiver.always("/gone", Answer(410))
    send(text)
    receiver.wait(lambda d: d.path == "/all" and b'"type":"endpoint.disabled"' in d.body
                  and b'"endpoint":"acme/crm"' in d.body and b'"disabled_by":"gone"' in d.body)  # fmt: skip
    send(f"{text} 2")
    receiver.wait(lambda d: d.path == "/all" and d.text == f"{text} 2")
    weir.kill()
    weir.start()
    send(f"{text} 3")
    receiver.wait(lambda d: d.path == "/all" and d.text == f"{text} 3")
    assert len([d for d in receiver.deliveries if d.path == "/gone"]) == 1, "only the one that it answered with 410"
    assert weir.metric("weir_webhook_endpoints_disabled") == 1


def test_an_endpoint_that_fails_gets_only_probes_and_burns_no_attempts(deliver, receiver, text):
    schedule = "[0s, 100ms, 100ms, 100ms, 100ms]"
    weir, send = deliver({"crm": (receiver.url(), "concurrency 1"), "all": (receiver.url("/all"), "")}, schedule)
    receiver.always("/hooks", Answer(500))
    texts = {f"{text} {n}" for n in range(40)}
    send(*texts)
    receiver.wait(lambda d: d.path == "/all" and b'"type":"endpoint.failing"' in d.body)
    assert weir.metric("weir_webhook_breakers_open") == 1
    failed = len([d for d in receiver.deliveries if d.path == "/hooks"])
    receiver.always("/hooks", Answer(200))
    receiver.wait(lambda d: d.path == "/all" and b'"type":"endpoint.recovered"' in d.body, within=20)
    assert failed <= 11, "ten failures, and perhaps one that was under way"
    eventually(lambda: weir.metric("weir_webhook_deliveries_in_memory") == 0, what="all are settled", within=20)
    lost = weir.metric("weir_webhook_dead_letters_total")
    assert lost <= 2, "what waited was not given up"
    receiver.wait(lambda d: d.path == "/hooks" and d.answered == 200, count=40 - int(lost), within=20)


def test_a_rate_is_kept_for_all_loops_together(start, receiver, text):
    apps = {f"app-{number}": WeCom(CORP) for number in range(6)}
    tenants = 'tenant "acme" {\n' + "".join(wecom_source(name, app) for name, app in apps.items())
    tenants += webhook("crm", receiver.url(), receiver.secret, "rate 10 per second") + "}\n"
    weir = start(tenants, environment={"WEIR_LOOPS": "3"})
    for round in range(5):
        for name, app in apps.items():
            assert weir.call(name, app.push(text_message(f"{text} {name} {round}"))).status == 200
    came = sorted(d.at for d in receiver.wait(count=30, within=20))
    # Ten at once, then one each tenth of a second.
    assert came[-1] - came[0] >= 1.9


def test_an_attempt_that_takes_too_long_is_given_up_and_repeated(deliver, receiver, text):
    _, send = deliver({"crm": (receiver.url(), "timeout 500ms")})
    never = threading.Event()
    receiver.script("/hooks", Answer(200, held=never))
    send(text)
    first, second = receiver.wait_text(text, count=2)
    assert first.id == second.id
    assert second.at - first.at >= 0.5


def test_after_the_last_attempt_comes_the_dead_letter_and_no_further_attempt(deliver, receiver, text):
    weir, send = deliver({"crm": (receiver.url(), "")})
    receiver.always("/hooks", Answer(500))
    send(text)
    receiver.wait_text(text, count=3)
    eventually(lambda: weir.metric("weir_webhook_dead_letters_total") == 1, what="one dead letter in the metrics")
    receiver.always("/hooks", Answer(200))
    send(f"{text} marker")
    receiver.wait_text(f"{text} marker")
    assert len(receiver.wait_text(text)) == 3


def test_a_dead_and_a_hanging_endpoint_delay_no_other(deliver, receiver, text):
    _, send = deliver(
        {
            "dead": (f"https://127.0.0.1:{free_port()}/hooks", ""),
            "hanging": (receiver.url("/hanging"), ""),
            "alive": (receiver.url("/alive"), ""),
        },
        schedule="[0s, 5s, 1h]",
    )
    receiver.always("/hanging", Answer(200, held=threading.Event()))
    started = time.monotonic()
    texts = {f"{text} {n}" for n in range(100)}
    send(*texts)
    receiver.wait(lambda d: d.path == "/alive" and d.text in texts, count=100, within=5.0)
    assert time.monotonic() - started < 5.0


def test_an_endpoint_is_asked_no_more_at_once_than_its_concurrency(deliver, receiver, text):
    _, send = deliver({"crm": (receiver.url(), "concurrency 2 timeout 15s")})
    gate = threading.Event()
    receiver.always("/hooks", Answer(200, held=gate))
    send(*(f"{text} {n}" for n in range(10)))
    receiver.wait(count=2)
    with pytest.raises(AssertionError):
        receiver.wait(count=3, within=1.0)
    gate.set()
    receiver.wait(count=10)


def test_the_concurrency_of_an_endpoint_holds_for_all_loops_together(start, receiver, text):
    apps = {f"app-{number}": WeCom(CORP) for number in range(12)}  # accounts, so that every loop has some of the events
    tenants = 'tenant "acme" {\n' + "".join(wecom_source(name, app) for name, app in apps.items())
    tenants += webhook("crm", receiver.url(), receiver.secret, "concurrency 2") + "}\n"
    weir = start(tenants, environment={"WEIR_LOOPS": "4"})
    gate = threading.Event()
    receiver.always("/hooks", Answer(200, held=gate))
    for round in range(10):
        for name, app in apps.items():
            assert weir.call(name, app.push(text_message(f"{text} {name} {round}"))).status == 200
    receiver.wait(count=2)
    with pytest.raises(AssertionError):
        receiver.wait(count=3, within=1.0)
    gate.set()
    receiver.wait(count=120)
    assert receiver.most_at_once == 2, "no more than two, and no fewer"


def test_an_endpoint_with_a_certificate_of_a_stranger_gets_nothing(deliver, receiver, tmp_path, text):
    make_certificates(tmp_path / "stranger")
    stranger = Receiver(tmp_path / "stranger/server")
    try:
        _, send = deliver({"stranger": (stranger.url(), ""), "crm": (receiver.url(), "")})
        send(text)
        receiver.wait_text(text)
        send(*(f"{text} {n}" for n in range(5)))
        receiver.wait_text(f"{text} 4")
        assert stranger.deliveries == []
    finally:
        stranger.close()


def test_deliveries_wait_for_an_endpoint_that_comes_later(deliver, certificates, text, receiver):
    port = free_port()
    _, send = deliver({"crm": (f"https://127.0.0.1:{port}/late", "")}, schedule="[0s, 500ms, 500ms, 1s, 2s, 4s]")
    send(text)
    late = Receiver(certificates / "server", port)
    try:
        late.wait_text(text)
    finally:
        late.close()


def test_connections_to_an_endpoint_are_kept_and_used_again(deliver, receiver, text):
    weir, send = deliver({"crm": (receiver.url(), "concurrency 1")})
    send(*(f"{text} {n}" for n in range(20)))
    receiver.wait(count=20)
    assert receiver.connections <= 3

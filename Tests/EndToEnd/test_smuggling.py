"""RFC 9112 on the wire: whatever is malformed is refused with its own status and ends the connection, so that nothing behind
it is ever taken for a request; and a proxy in front agrees with Weir on where each request ends."""

import pytest

from harness.haproxy import HAProxy
from harness.offences import ODD_BUT_RIGHT, OFFENCES
from harness.polling import eventually
from harness.wecom import letters, text_message
from harness.wire import Wire, request_bytes


def stowaway(shared, text, *headers):
    """A genuine callback to hide behind an offence: if it were read, it would be appended and delivered."""
    callback = shared.app.push(text_message(text))
    return request_bytes("POST", f"/callback/app?{callback.query}", callback.body, headers)


def counts(weir, listener):
    """What the listener answered as requests, what it refused as malformed, and the callbacks that got to a handler."""
    metrics = weir.metrics()

    def total(name, label=""):
        return sum(value for sample, value in metrics.items() if sample.startswith(name + "{") and label in sample)

    here = f'listener="{listener}"'
    return (
        total("weir_http_responses_total", here), total("weir_http_malformed_total", here), total("weir_callbacks_total")
    )  # fmt: skip


@pytest.fixture(params=["public", "plain"])
def listener(request, shared):
    """The listener's name, and a way to connect to it: over TLS, and on a bare TCP socket."""
    if request.param == "public":
        return request.param, shared.weir.connect
    return request.param, lambda: Wire(shared.weir.plain)


@pytest.mark.parametrize("offence", OFFENCES, ids=str)
def test_an_offence_is_refused_and_nothing_behind_it_is_read(shared, text, listener, offence):
    name, connect = listener
    answered, malformed, callbacks = counts(shared.weir, name)
    with connect() as wire:
        wire.offer(offence.data + stowaway(shared, text))
        response = wire.read()
        assert (response.status, response.headers["connection"]) == (offence.status, "close")
        assert wire.closed(), "an answer to what stands behind the offence"
    assert counts(shared.weir, name) == (answered, malformed + 1, callbacks)


@pytest.mark.parametrize("offence", OFFENCES, ids=str)
def test_a_good_request_before_an_offence_is_answered(shared, offence):
    good = shared.app.verification("4711")
    with shared.weir.connect() as wire:
        wire.offer(request_bytes("GET", f"/callback/app?{good.query}") + offence.data)
        assert wire.read().body == b"4711"
        assert wire.read().status == offence.status
        assert wire.closed()


@pytest.mark.parametrize("what", ODD_BUT_RIGHT)
def test_what_is_odd_but_right_is_answered_and_so_is_what_follows(shared, what):
    good = shared.app.verification("4711")
    with shared.weir.connect() as wire:
        wire.send(ODD_BUT_RIGHT[what] + request_bytes("GET", f"/callback/app?{good.query}"))
        assert wire.read().status == 403, "read as a request, whose signature is wrong"
        assert wire.read().body == b"4711"


def test_an_absolute_target_is_served_like_its_path(shared):
    good = shared.app.verification("4711")
    with shared.weir.connect() as wire:
        assert wire.request("GET", f"https://localhost:8443/callback/app?{good.query}").body == b"4711"


@pytest.fixture(scope="module")
def haproxy(shared):
    proxy = HAProxy(shared.weir)
    yield proxy
    proxy.clean()


EVERYTHING = {str(offence): offence.data for offence in OFFENCES} | ODD_BUT_RIGHT


@pytest.mark.parametrize("what", EVERYTHING)
def test_a_proxy_in_front_agrees_on_where_each_request_ends(shared, haproxy, text, what):
    hidden = stowaway(shared, text, "Connection: close")
    hidden_target = hidden.split(b" ")[1].decode()
    before, appended = counts(shared.weir, "public"), shared.weir.metric("weir_events_appended_total")
    mark = len(haproxy.passages())
    with haproxy.connect() as wire:
        client = wire.port
        wire.offer(EVERYTHING[what] + hidden)
        wire.finish()  # nobody need wait for a rest that never comes
        wire.drain()

    # Whoever comes next on the same connection to Weir gets the answer to his own question.
    good = shared.app.verification(echo := letters(12))
    with haproxy.connect() as wire:
        assert wire.request("GET", f"/callback/app?{good.query}", headers=["Connection: close"]).body == echo.encode()

    def agreed():
        passages = [passage for passage in haproxy.passages()[mark:] if passage.client == client]
        whole = [passage for passage in passages if passage.forwarded and passage.whole]
        forwarded = sum(passage.forwarded for passage in passages)
        answered, malformed, _ = (now - then for now, then in zip(counts(shared.weir, "public"), before))
        seen = answered + malformed - 1  # without the bystander's
        kept = shared.weir.metric("weir_events_appended_total") - appended
        passed_on = sum(passage.target == hidden_target for passage in whole)
        # Of a request that HAProxy gave up half-way Weir may have seen the head, which makes no request.
        holds = passages and len(whole) <= seen <= forwarded and kept == passed_on
        return holds or print(f"Weir saw {seen} requests and kept {kept}; HAProxy: {passages}")

    eventually(agreed, within=5.0, what="both saw the same requests")

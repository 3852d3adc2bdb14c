"""HTTP/1.1 at the public listener, byte by byte: what clients may do, and what nobody may."""

import signal
import time

import pytest

from conftest import CORP
from harness.gateway import wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message
from harness.wire import Closed, request_bytes


def callback(shared, text):
    request = shared.app.push(text_message(text))
    return f"/callback/app?{request.query}", request.body


def chunked(body, *sizes, trailer=b""):
    framed, rest = b"", body
    for size in (*sizes, len(body)):
        part, rest = rest[:size], rest[size:]
        if part:
            framed += f"{len(part):x};note=1\r\n".encode() + part + b"\r\n"
    return framed + b"0\r\n" + trailer + b"\r\n"


def test_a_connection_is_kept_for_many_requests(shared, text):
    with shared.weir.connect() as wire:
        for number in range(20):
            target, body = callback(shared, f"{text} {number}")
            assert wire.request("POST", target, body).status == 200
    shared.receiver.wait(lambda d: (d.text or "").startswith(text), count=20)


def test_pipelined_requests_are_answered_in_order(shared, text):
    numbers = [str(1000 + n) for n in range(10)]
    with shared.weir.connect() as wire:
        targets = [f"/callback/app?{shared.app.verification(n).query}" for n in numbers]
        wire.send(b"".join(request_bytes("GET", target) for target in targets))
        assert [wire.read().body.decode() for _ in numbers] == numbers


def test_pipelined_callbacks_are_all_appended(shared, text):
    with shared.weir.connect() as wire:
        requests = [request_bytes("POST", *callback(shared, f"{text} {n}")) for n in range(8)]
        wire.send(b"".join(requests))
        assert [wire.read().status for _ in requests] == [200] * 8
    shared.receiver.wait(lambda d: (d.text or "").startswith(text), count=8)


def test_a_request_may_arrive_one_byte_at_a_time(shared, text):
    target, body = callback(shared, text)
    with shared.weir.connect() as wire:
        for byte in request_bytes("POST", target, body):
            wire.send(bytes([byte]))
        assert wire.read().status == 200


@pytest.mark.parametrize("sizes", [(), (1, 2, 3), (1,) * 50])
def test_a_chunked_body_is_read_with_extensions_and_trailers(shared, text, sizes):
    target, body = callback(shared, text)
    with shared.weir.connect() as wire:
        wire.send(request_bytes("POST", target, headers=["Transfer-Encoding: chunked", "Trailer: X-Check"]))
        wire.send(chunked(body, *sizes, trailer=b"X-Check: 1\r\n"))
        assert wire.read().status == 200
        assert wire.request("POST", *callback(shared, text + "'")).status == 200, "the connection goes on after the trailers"
    shared.receiver.wait_text(text)


def test_expect_100_continue_is_answered_before_the_body_is_sent(shared, text):
    target, body = callback(shared, text)
    with shared.weir.connect() as wire:
        wire.send(request_bytes("POST", target, headers=[f"Content-Length: {len(body)}", "Expect: 100-continue"]))
        assert wire.read().status == 100
        wire.send(body)
        assert wire.read().status == 200
    shared.receiver.wait_text(text)


def test_head_has_the_head_of_get_and_no_body(shared):
    weir = shared.weir
    get, head = weir.operate("/healthz"), weir.operate("/healthz", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers.get("content-length") == get.headers.get("content-length")


def test_what_is_not_a_callback_is_not_found_and_another_method_is_refused(shared):
    with shared.weir.connect() as wire:
        for path in ("/", "/callback", "/callback/", "/metrics", "/healthz", "/callback/app/a/b"):
            assert wire.request("GET", path).status == 404, path
        for method in ("DELETE", "PUT", "OPTIONS"):
            assert wire.request(method, "/callback/app").status in (403, 405), method


def test_connection_close_is_obeyed(shared, text):
    target, body = callback(shared, text)
    with shared.weir.connect() as wire:
        response = wire.request("POST", target, body, ["Connection: close"])
        assert response.status == 200
        assert response.headers["connection"] == "close"
        assert wire.closed()


@pytest.fixture
def small(start):
    app = WeCom(CORP)
    edge = (
        "header-limit 2KB body-limit 16KB header-timeout 1s body-timeout 1s idle-timeout 3s connections-per-address 8"
    )
    weir = start('tenant "acme" {\n' + wecom_source("app", app) + "}\n", blocks={"edge": edge})
    return weir, app


def test_limits_of_size_are_answered_and_closed(small):
    weir, app = small
    with weir.connect() as wire:
        assert wire.request("GET", "/", headers=["X-Long: " + "a" * 4096]).status == 431
        assert wire.closed()
    with weir.connect() as wire:
        wire.send(request_bytes("POST", "/callback/app", headers=["Content-Length: 999999"]))
        assert wire.read().status == 413
        assert wire.closed()
    with weir.connect() as wire:
        wire.send(request_bytes("POST", "/callback/app", headers=["Transfer-Encoding: chunked"]))
        wire.send(b"4000\r\n" + b"a" * 0x4000 + b"\r\n1\r\na\r\n")
        assert wire.read().status == 413
    accepted = app.push(text_message("a" * 8000))
    assert weir.call("app", accepted).status == 200


def test_limits_are_taken_up_by_a_reload(small):
    weir, _ = small

    def answer():
        with weir.connect() as wire:
            return wire.request("GET", "/", headers=["X-Long: " + "a" * 4096]).status

    assert answer() == 431
    weir.blocks["edge"] = "header-limit 8KB"
    weir.write()
    weir.signal(signal.SIGHUP)
    eventually(lambda: answer() == 404, what="longer heads are read")


def test_slow_heads_and_slow_bodies_are_ended(small):
    weir, _ = small
    for unfinished in (b"GET / HT", b"POST /callback/app HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na"):
        with weir.connect(timeout=8.0) as wire:
            wire.send(unfinished)
            try:
                assert wire.read().status == 408
            except Closed:
                pass  # to close without a word is allowed
            assert wire.closed()


def test_a_client_that_drips_is_ended_by_the_time_of_the_whole_head(small):
    weir, _ = small
    with weir.connect(timeout=8.0) as wire:
        started = time.monotonic()

        def ended():
            try:
                wire.send(b"A")
                wire.socket.settimeout(0.1)
                return wire.socket.recv(1) is not None
            except TimeoutError:
                return False
            except OSError:
                return True

        wire.send(b"GET /")
        eventually(ended, within=5.0, what="the drip is ended")
        assert time.monotonic() - started < 3.0


@pytest.mark.parametrize("requests", [0, 1, 3])
def test_an_idle_connection_is_ended_after_its_own_time_without_a_word(small, requests):
    weir, _ = small
    with weir.connect(timeout=8.0) as wire:
        for _ in range(requests):
            assert wire.request("GET", "/").status == 404
        started = time.monotonic()
        assert wire.closed(), "a word now would be taken for the answer to the next request"
        assert 2.5 < time.monotonic() - started < 5.0, "the idle time-out, not that of heads"


def test_one_address_cannot_take_all_connections(small):
    weir, _ = small

    def alive(wire):
        try:
            return wire.request("GET", "/").status == 404
        except OSError:
            return False

    def open_wire():
        try:
            return weir.connect(timeout=3.0)
        except OSError:
            return None

    wires = [open_wire() for _ in range(12)]
    served = sum(1 for wire in wires if wire and alive(wire))
    for wire in wires:
        if wire:
            wire.close()
    assert 1 <= served <= 8

    def again():
        wire = open_wire()
        try:
            return wire is not None and alive(wire)
        finally:
            if wire:
                wire.close()

    eventually(again, what="a place is free again after the others went")

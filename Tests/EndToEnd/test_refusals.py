"""Whatever is wrong with a callback, a stranger learns one thing only: 403, always the same bytes."""

import json
import time
from dataclasses import replace

import pytest

from conftest import CORP
from harness.wecom import WeCom, letters, text_message


def mutations(app, text):
    """Every way to be wrong, as (what, source, request)."""
    good = app.push(text_message(text))
    stale = str(int(time.time()) - 3600)
    flipped = good.signature[:-1] + ("0" if good.signature[-1] != "0" else "1")
    foreign_key = WeCom(CORP, token=app.token)
    foreign_corp = WeCom("wwsomebodyelse0000", app.token, app.key)
    longer_corp = WeCom(CORP + "x", app.token, app.key)
    yield "signature changed", replace(good, signature=flipped)
    yield "signature missing", replace(good, signature="")
    yield "signature in upper case and wrong", replace(good, signature=flipped.upper())
    yield "nonce changed", replace(good, nonce="1234567")
    yield "timestamp changed", replace(good, timestamp=str(int(good.timestamp) + 1))
    yield "timestamp an hour old", app.push(text_message(text), timestamp=stale)
    yield "timestamp no number", app.push(text_message(text), timestamp="tomorrow")
    yield "another key", foreign_key.push(text_message(text))
    yield "another corp", foreign_corp.push(text_message(text))
    yield "a corp that only begins right", longer_corp.push(text_message(text))
    yield "empty body", replace(good, body=b"")
    yield "not XML", replace(good, body=b"hello")
    yield "cut XML", replace(good, body=good.body[:-20])
    yield "no Encrypt", replace(good, body=b"<xml><ToUserName>x</ToUserName></xml>")
    yield "a document type", replace(good, body=b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + good.body)
    for what, encrypt in {
        "no base64": "%%%%",
        "empty ciphertext": "",
        "ciphertext of 15 bytes": "AAAAAAAAAAAAAAAAAAAA",
        "ciphertext of noise": "A" * 43 + "=",
        "ciphertext cut by a block": json.loads(app.push_json(text_message(text)).body)["encrypt"][:-24] + "=",
    }.items():
        signature = app.sign(good.timestamp, good.nonce, encrypt)
        yield what, replace(good, signature=signature, body=json.dumps({"encrypt": encrypt}).encode())
    echo = app.verification("123456")
    yield "verification with a changed signature", replace(echo, signature=flipped)
    yield "verification for another corp", foreign_corp.verification("123456")
    yield "verification without echostr", replace(echo, echostr="")


def test_every_refusal_is_the_same_403(shared, text):
    seen = {}
    with shared.weir.connect() as wire:
        for what, request in mutations(shared.app, text):
            response = shared.weir.call_on(wire, "app", request)
            assert response.status == 403, what
            seen.setdefault(response.comparable(), []).append(what)
    assert len(seen) == 1, f"refusals can be told apart: {seen}"


def test_a_source_that_does_not_exist_is_refused_like_a_wrong_signature(shared, text):
    request = shared.app.push(text_message(text))
    unknown = shared.weir.call("no-such-source", request)
    wrong = shared.weir.call("app", replace(request, signature="0" * 40))
    assert unknown.comparable() == wrong.comparable()


def test_refused_callbacks_are_never_delivered(shared, text):
    for _, request in mutations(shared.app, text):
        shared.weir.call("app", request)
    marker = f"{text} marker"
    assert shared.weir.call("app", shared.app.push(text_message(marker))).status == 200
    shared.receiver.wait_text(marker)
    assert not [d for d in shared.receiver.deliveries if d.text == text]


def test_a_source_of_one_tenant_refuses_the_keys_of_another(shared, text):
    assert shared.weir.call("other-app", shared.app.push(text_message(text))).status == 403


@pytest.mark.parametrize("parameter", ["msg_signature", "timestamp", "nonce"])
def test_a_missing_parameter_is_refused(shared, text, parameter):
    request = shared.app.push(text_message(text))
    query = "&".join(part for part in request.query.split("&") if not part.startswith(parameter + "="))
    with shared.weir.connect() as wire:
        assert wire.request("POST", f"/callback/app?{query}", request.body).status == 403


def test_no_secret_and_no_ciphertext_is_written_to_the_log(shared, text):
    request = shared.app.push(text_message(text))
    shared.weir.call("app", request)
    shared.weir.call("app", replace(request, signature="0" * 40))
    shared.receiver.wait_text(text)
    log = shared.weir.log_text()
    for secret in (shared.app.token, shared.app.key, shared.secret, shared.path_token, shared.header_secret):
        assert secret not in log
    assert shared.receiver.secret not in log
    assert text not in log


def test_logs_away_from_a_terminal_are_json_lines(shared):
    lines = shared.weir.log_text().splitlines()
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict), line


def test_the_reason_of_a_refusal_is_counted_where_only_the_operator_sees_it(shared, text):
    def refused(reason):
        return shared.weir.metric("weir_callback_refusals_total", reason=reason)

    good = shared.app.push(text_message(text))
    wrong_corp = WeCom("wwsomebodyelse0000", shared.app.token, shared.app.key).push(text_message(text))
    for reason, request in {"signature": replace(good, signature=letters(40)), "receiveid": wrong_corp}.items():
        before = refused(reason)
        assert shared.weir.call("app", request).status == 403
        assert refused(reason) == before + 1

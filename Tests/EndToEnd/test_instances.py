"""Callbacks of instance providers: who may write, what becomes of one callback, and numbers that no double can hold."""

import json
import time

from harness.instances import message, notice, signed
from harness.wecom import letters


def identity():
    """A fresh id of an item, beyond 2^53."""
    return 2**60 + int(time.time_ns() % 10**15) * 2 + 1


def test_a_signed_message_notice_becomes_an_event_of_its_account(shared, text):
    number = identity()
    body = notice("guid-1", 11010, message(text, number))
    assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    delivery = shared.receiver.wait_text(text)[0]
    assert delivery.verified
    event = delivery.event
    assert (event["type"], event["account"], event["source"]) == ("message.received", "sales-1", "callback")
    assert str(number) in json.dumps(event["content"]) + event["raw"]


def test_ids_beyond_two_to_the_53_survive_digit_for_digit(shared, text):
    number = 9223372036854775807 - identity() % 1000
    body = notice("guid-1", 11010, message(text, number, sender="7881299999999999999"))
    assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    content = shared.receiver.wait_text(text)[0].event["content"]
    values = {str(value) for value in content.values()}
    assert str(number) in values, content
    assert "7881299999999999999" in values, content


def test_an_account_that_is_not_listed_is_called_by_its_guid(shared, text):
    body = notice("guid-unlisted", 11010, message(text, identity()))
    assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    assert shared.receiver.wait_text(text)[0].event["account"] == "guid-unlisted"


def test_several_messages_of_one_callback_are_several_events_in_order(shared, text):
    first = identity()
    body = notice("guid-1", 11013, [message(f"{text} {n}", first + n) for n in range(5)])
    assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    deliveries = shared.receiver.wait(lambda d: (d.text or "").startswith(text), count=5)
    assert sorted(d.text for d in deliveries) == [f"{text} {n}" for n in range(5)]
    assert len({d.id for d in deliveries}) == 5
    in_order = [d.text for d in sorted(deliveries, key=lambda d: d.event["id"])]
    assert in_order == [f"{text} {n}" for n in range(5)]


def test_a_batch_that_repeats_a_message_adds_only_what_is_new(shared, text):
    first = identity()
    items = [message(f"{text} {n}", first + n) for n in range(3)]
    for batch in (items[:2], items):
        body = notice("guid-1", 11013, batch)
        assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    shared.receiver.wait_text(f"{text} 2")
    marker = notice("guid-1", 11010, message(f"{text} marker", first + 9))
    assert shared.weir.post("phones", marker, signed(marker, shared.secret)).status == 200
    shared.receiver.wait_text(f"{text} marker")
    texts = sorted(d.text for d in shared.receiver.deliveries if (d.text or "").startswith(text))
    assert texts == [f"{text} 0", f"{text} 1", f"{text} 2", f"{text} marker"]


def test_a_message_sent_by_the_account_itself_is_told_apart(shared, text):
    body = notice("guid-1", 11010, message(text, identity(), send_flag=1))
    assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    assert shared.receiver.wait_text(text)[0].event["type"] == "message.sent"


def test_qr_code_login_and_logout_notices_reach_who_subscribed_to_them(shared):
    guid = f"guid-{letters(8)}"
    notices = [
        (11002, {"status": 1}, "account.qrcode"),
        (11003, {"user_id": "1688850000000001", "name": "Wang"}, "account.login"),
        (11004, {"error_message": "kicked"}, "account.logout"),
    ]
    for kind, data, _ in notices:
        body = notice(guid, kind, data)
        assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    deliveries = shared.receiver.wait(lambda d: d.path == "/logins" and d.event["account"] == guid, count=3)
    assert {d.event["type"] for d in deliveries} == {expected for _, _, expected in notices}


def test_an_unknown_notice_is_kept(shared):
    guid = f"guid-{letters(8)}"
    body = notice(guid, 2166, {"what": "nobody knows"})
    assert shared.weir.post("phones", body, signed(body, shared.secret)).status == 200
    [delivery] = shared.receiver.wait(lambda d: d.event["account"] == guid)
    assert delivery.event["type"] == "unknown"
    assert json.loads(delivery.event["raw"]) == json.loads(body)


def test_wrong_signatures_are_refused(shared, text):
    body = notice("guid-1", 11010, message(text, identity()))
    good = signed(body, shared.secret)
    stale = signed(body, shared.secret, timestamp=str(int(time.time()) - 3600))
    for headers in ([], good[:2], good[1:], signed(body, "another secret"), signed(body + b" ", shared.secret), stale):
        assert shared.weir.post("phones", body, headers).status == 403


def test_both_secrets_are_valid_during_a_change_of_secret(shared, text):
    body = notice("guid-1", 11010, message(text, identity()))
    assert shared.weir.post("phones", body, signed(body, shared.previous_secret)).status == 200
    shared.receiver.wait_text(text)


def test_a_signed_request_cannot_be_replayed_as_a_new_event(shared, text):
    body = notice("guid-1", 11010, message(text, identity()))
    headers = signed(body, shared.secret)
    assert shared.weir.post("phones", body, headers).status == 200
    assert shared.weir.post("phones", body, headers).status in (200, 403)
    marker = notice("guid-1", 11010, message(f"{text} marker", identity()))
    assert shared.weir.post("phones", marker, signed(marker, shared.secret)).status == 200
    shared.receiver.wait_text(f"{text} marker")
    assert len([d for d in shared.receiver.deliveries if d.text == text]) == 1


def test_a_nonce_that_the_provider_uses_twice_loses_no_event(shared, text):
    bodies = [notice("guid-1", 11010, message(f"{text} {number}", identity())) for number in range(2)]
    nonce = letters(16)
    for body in bodies:
        assert shared.weir.post("phones", body, signed(body, shared.secret, nonce=nonce)).status == 200
    for number in range(2):
        shared.receiver.wait_text(f"{text} {number}")


def test_a_path_token_opens_its_source_and_nothing_else_does(shared, text):
    body = notice("guid-1", 11010, message(text, identity()))
    assert shared.weir.post("pathed", body).status == 403
    assert shared.weir.post("pathed", body, suffix="/" + letters(40)).status == 403
    assert shared.weir.post("pathed", body, suffix="/" + shared.path_token).status == 200
    shared.receiver.wait_text(text)


def test_a_secret_header_opens_its_source_and_nothing_else_does(shared, text):
    body = notice("guid-1", 11010, message(text, identity()))
    assert shared.weir.post("headed", body).status == 403
    assert shared.weir.post("headed", body, ["X-Provider-Secret: " + letters(40)]).status == 403
    assert shared.weir.post("headed", body, ["X-Provider-Secret: " + shared.header_secret]).status == 200
    shared.receiver.wait_text(text)


def test_an_address_that_is_not_on_the_list_is_refused_even_with_the_token(shared, text):
    body = notice("guid-1", 11010, message(text, identity()))
    assert shared.weir.post("elsewhere", body, suffix=f"/{shared.path_token}x").status == 403

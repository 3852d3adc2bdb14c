"""A WeCom callback in, a verified webhook out: every envelope and every kind of answer."""

import json
from concurrent.futures import ThreadPoolExecutor

from conftest import CORP, SUITE, SUITE_CORP
from harness.gateway import webhook, wecom_source
from harness.wecom import WeCom, bot_message, letters, message_id, suite_ticket, text_message


def test_a_signed_xml_message_arrives_verified_at_the_tenants_webhook(shared, text):
    identity = message_id()
    inner = text_message(text, msg_id=identity)
    response = shared.weir.call("app", shared.app.push(inner))
    assert (response.status, response.body) == (200, b"")

    delivery = shared.receiver.wait_text(text)[0]
    assert delivery.verified
    assert delivery.headers["content-type"].startswith("application/json")
    event = delivery.event
    assert event["id"].startswith("evt_")
    assert event["type"] == "message.received"
    assert (event["tenant"], event["account"], event["source"]) == ("acme", "app", "callback")
    assert event["content"]["kind"] == "text"
    assert event["raw"] == inner
    assert identity in event["raw"]


def test_a_json_envelope_is_read_whatever_the_case_of_its_keys(shared, text):
    for spelling in ("encrypt", "Encrypt", "ENCRYPT"):
        marked = f"{text} {spelling}"
        response = shared.weir.call("app", shared.app.push_json(text_message(marked), spelling))
        assert (response.status, response.body) == (200, b"")
        assert shared.receiver.wait_text(marked)[0].verified


def test_the_ai_bots_json_message_with_an_empty_receive_id_is_accepted(shared, text):
    response = shared.weir.call("bot", shared.bot.push_json(bot_message(text)))
    assert (response.status, response.body) == (200, b"")
    event = shared.receiver.wait_text(text)[0].event
    assert (event["type"], event["account"], event["content"]["kind"]) == ("message.received", "bot", "text")
    assert json.loads(event["raw"])["text"]["content"] == text


def test_a_suite_ticket_is_answered_with_the_bare_word_success(shared):
    ticket = letters(40)
    response = shared.weir.call("suite", shared.suite.push(suite_ticket(SUITE, ticket)))
    assert (response.status, response.body) == (200, b"success")
    [delivery] = shared.receiver.wait(lambda d: ticket in d.event.get("raw", ""))
    assert delivery.event["type"] == "suite.ticket"


def test_every_receive_id_of_the_set_is_accepted(shared, text):
    for identity in (SUITE, SUITE_CORP):
        sender = WeCom(identity, shared.suite.token, shared.suite.key)
        marked = f"{text} {identity}"
        assert shared.weir.call("suite", sender.push(text_message(marked, to=identity))).status == 200
        shared.receiver.wait_text(marked)


def test_url_verification_is_answered_with_the_bare_plaintext(shared):
    echo = "8761324598713459871"
    response = shared.weir.call("app", shared.app.verification(echo))
    assert (response.status, response.body) == (200, echo.encode())


def test_url_verification_works_for_an_empty_receive_id_and_for_many_lengths(shared):
    with shared.weir.connect() as wire:
        for length in (1, 11, 12, 13, 27, 28, 29, 44, 60):  # around every edge of the 32-byte padding
            echo = "7" * length
            assert shared.weir.call_on(wire, "bot", shared.bot.verification(echo)).body == echo.encode()


def test_both_keys_are_valid_during_a_change_of_key(shared, text):
    assert shared.weir.call("app", shared.previous.verification("12345")).body == b"12345"
    assert shared.weir.call("app", shared.previous.push(text_message(text))).status == 200
    assert shared.receiver.wait_text(text)[0].verified


def test_a_key_whose_last_character_has_spare_bits_works(start, receiver, text):
    # The vendor's own sample key ends in C, which a canonical base64 decoder refuses.
    sender = WeCom(CORP, "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
    weir = start(
        'tenant "acme" {\n' + wecom_source("app", sender) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
    )
    assert weir.call("app", sender.push(text_message(text))).status == 200
    receiver.wait_text(text)


def test_an_event_of_an_unknown_kind_is_kept_with_its_raw_body(shared, text):
    inner = (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>sys</FromUserName><CreateTime>1700000000</CreateTime>"
        f"<MsgType>event</MsgType><Event>invented_tomorrow</Event><Note>{text}</Note></xml>"
    )
    assert shared.weir.call("app", shared.app.push(inner)).status == 200
    [delivery] = shared.receiver.wait(lambda d: text in d.event.get("raw", ""))
    assert delivery.event["type"] == "unknown"
    assert delivery.event["raw"] == inner


def test_control_characters_that_xml_forbids_do_not_cost_the_message(shared, text):
    inner = text_message(text).replace("</Content>", "\x1d</Content>")
    assert shared.weir.call("app", shared.app.push(inner)).status == 200
    shared.receiver.wait(lambda d: text in (d.text or ""))


def test_a_repeated_callback_is_answered_as_a_success_and_delivered_once(shared, text):
    inner = text_message(text)
    same = shared.app.push(inner)
    again = shared.app.push(inner)  # encrypted anew: other nonce, other random bytes, other ciphertext
    answers = [shared.weir.call("app", request) for request in (same, same, again)]
    assert [(a.status, a.body) for a in answers] == [(200, b"")] * 3
    assert_delivered_once(shared, text)


def test_copies_of_a_callback_at_the_same_instant_are_one_event(shared, text):
    inner = text_message(text)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shared.weir.call("app", shared.app.push(inner)).status, range(16)))
    assert answers == [200] * 16
    assert_delivered_once(shared, text)


def test_events_of_one_second_and_one_user_are_different_events(shared, text):
    def menu(key):
        return (
            f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>li</FromUserName><CreateTime>1700000000</CreateTime>"
            f"<MsgType>event</MsgType><Event>click</Event><EventKey>{key}</EventKey><AgentID>1</AgentID></xml>"
        )

    for key in (f"{text} A", f"{text} B"):
        assert shared.weir.call("app", shared.app.push(menu(key))).status == 200
    shared.receiver.wait(lambda d: text in d.event.get("raw", ""), count=2)


def test_a_tenant_gets_its_own_events_and_the_types_it_asked_for(shared, text):
    assert shared.weir.call("app", shared.app.push(text_message(text))).status == 200
    assert shared.weir.call("other-app", shared.other.push(text_message(text + "'", to="wwother0000000000"))).status == 200
    assert [d.path for d in shared.receiver.wait_text(text)] == ["/acme"]
    assert [d.path for d in shared.receiver.wait_text(text + "'")] == ["/other"]


def assert_delivered_once(shared, text):
    # Later events of the same account show that the time for a second delivery has passed.
    for number in range(3):
        marker = f"{text} marker {number}"
        assert shared.weir.call("app", shared.app.push(text_message(marker))).status == 200
        shared.receiver.wait_text(marker)
    assert len(shared.receiver.wait_text(text)) == 1

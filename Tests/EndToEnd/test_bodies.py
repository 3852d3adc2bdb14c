"""What is behind a genuine signature may still be hostile: whatever an envelope or a document holds, Weir answers and goes on,
and no fault of decryption can be told from another."""

from dataclasses import replace

import pytest

from harness.forgery import Plaintext, decryption_faults, encrypted, sealed, signed
from harness.instances import signed as proven
from harness.wecom import text_message


def test_no_fault_of_decryption_can_be_told_from_a_wrong_signature(shared, text):
    message = text_message(text).encode()
    good = shared.app.push(text_message(text))
    seen = {}
    with shared.weir.connect() as wire:
        wrong = shared.weir.call_on(wire, "app", replace(good, signature="0" * 40))
        seen[wrong.comparable()] = ["a wrong signature"]
        for what, encrypt in decryption_faults(shared.app, message).items():
            request = signed(shared.app, encrypt)
            # As a callback, and where it fits into a URL as a verification.
            for request in [request, replace(request, echostr=encrypt)][: 2 if len(encrypt) < 4096 else 1]:
                response = shared.weir.call_on(wire, "app", request)
                assert response.status == 403, what
                seen.setdefault(response.comparable(), []).append(what)
    assert len(seen) == 1, f"answers that can be told apart: {seen}"
    assert_serving(shared, text)


def test_the_envelope_that_the_faults_are_made_from_is_right(shared, text):
    # Were it not, every fault would be refused for the wrong reason.
    message = text_message(text).encode()
    encrypt = encrypted(shared.app, Plaintext(message, shared.app.receive_id.encode()).bytes())
    assert shared.weir.call("app", signed(shared.app, encrypt)).status == 200
    shared.receiver.wait_text(text)


def assert_serving(shared, text):
    """A healthy callback is taken."""
    assert shared.weir.call("app", shared.app.push(text_message(f"{text} and on it goes"))).status == 200


MB = 1 << 20
ENTITIES = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;">' % ((n + 1, *([n] * 8))) for n in range(20)
)

# Documents, well-formed or not, as {what: bytes}.
XML = {
    "a billion laughs": ENTITIES + b"]><xml><MsgType>&a20;</MsgType></xml>",
    "an external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
    "an external document type": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><xml><Content>a</Content></xml>',
    "a parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]><xml></xml>',
    "an unknown entity": b"<xml><MsgType>text</MsgType><Content>&unknown;</Content></xml>",
    "an entity without end": b"<xml><Content>&amp" + b"a" * 10_000 + b"</Content></xml>",
    "character references in mass": b"<xml><Content>" + b"&#x41;" * 100_000 + b"</Content></xml>",
    "references to what XML forbids": b"<xml><Content>&#0;&#x1F;&#xD800;&#xFFFF;&#x110000;&#99999999999999999999;</Content></xml>",
    "elements 100,000 deep": b"<xml>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</xml>",
    "elements that are never closed": b"<xml>" + b"<a>" * 300_000,
    "elements that were never opened": b"<xml>" + b"</a>" * 300_000,
    "100,000 elements": b"<xml>" + b"<a>b</a>" * 100_000 + b"</xml>",
    "60,000 elements of different names": b"<xml>" + b"".join(b"<a%d>b</a%d>" % (n, n) for n in range(60_000)) + b"</xml>",
    "100,000 attributes": b"<xml " + b"".join(b'a%d="b" ' % n for n in range(100_000)) + b"></xml>",
    "the same attribute 100,000 times": b"<xml " + b'a="b" ' * 100_000 + b"></xml>",
    "a name of 500 KB": b"<" + b"a" * 500_000 + b"></" + b"a" * 500_000 + b">",
    "a text of 1 MB": b"<xml><Content>" + b"a" * MB + b"</Content></xml>",
    "brackets in a text": b"<xml><Content>" + b"]" * MB + b"</Content></xml>",
    "a CDATA without end": b"<xml><Content><![CDATA[" + b"]]" * 500_000,
    "100,000 sections of CDATA": b"<xml><Content>" + b"<![CDATA[a]]>" * 100_000 + b"</Content></xml>",
    "a comment without end": b"<xml><!--" + b"-" * MB,
    "100,000 comments": b"<xml>" + b"<!--a-->" * 100_000 + b"</xml>",
    "an instruction without end": b"<?xml " + b"?" * MB,
    "open angle brackets": b"<" * MB,
    "overlong UTF-8": b"<xml><Content>\xc0\x80\xe0\x80\xaf\xf0\x80\x80\xaf</Content></xml>",
    "surrogates in UTF-8": b"<xml><Content>\xed\xa0\x80\xed\xb0\x80</Content></xml>",
    "UTF-8 cut in the middle": b"<xml><Content>\xe4\xb8",
    "bytes that are no UTF-8": b"<xml><Content>" + bytes(range(128, 256)) + b"</Content></xml>",
    "UTF-16": "<xml><Content>a</Content></xml>".encode("utf-16"),
    "another encoding by name": b'<?xml version="1.0" encoding="UTF-7"?><xml>+ADw-a+AD4-</xml>',
    "NUL bytes": b"<xml><Content>a\0b</Content>\0</xml>\0",
    "an empty document": b"",
    "two documents": b"<xml></xml><xml></xml>",
    "a time beyond any clock": b"<xml><CreateTime>99999999999999999999999</CreateTime><MsgType>text</MsgType></xml>",
    "a negative time": b"<xml><CreateTime>-9223372036854775808</CreateTime><MsgType>text</MsgType></xml>",
    "a time of a thousand digits": b"<xml><CreateTime>" + b"9" * 1000 + b"</CreateTime><MsgType>text</MsgType></xml>",
    "the same element twice": b"<xml><MsgType>text</MsgType><MsgType>event</MsgType><Content>a</Content></xml>",
}  # fmt: skip

JSON = {
    "arrays 200,000 deep": b"[" * 200_000 + b"]" * 200_000,
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "arrays that are never closed": b"[" * MB,
    "a value 100,000 deep": b'{"msgtype":"text","text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "duplicate keys": b'{"msgtype":"text","msgtype":"event","msgid":"1","msgid":"2","text":{"content":"a","content":"b"}}',
    "100,000 keys": b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}",
    "the same key 100,000 times": b"{" + b",".join([b'"k":1'] * 100_000) + b"}",
    "a lone high surrogate": b'{"msgtype":"text","text":{"content":"\\ud800"}}',
    "a lone low surrogate": b'{"msgtype":"text","text":{"content":"\\udc00"}}',
    "surrogates in the wrong order": b'{"msgtype":"text","text":{"content":"\\udc00\\ud800"}}',
    "half a surrogate at the end": b'{"msgtype":"text","text":{"content":"\\ud800\\u"}}',
    "surrogates in UTF-8": b'{"msgtype":"text","text":{"content":"\xed\xa0\x80"}}',
    "overlong UTF-8": b'{"msgtype":"text","text":{"content":"\xc0\xaf\xe0\x80\xaf"}}',
    "bytes that are no UTF-8": b'{"msgtype":"text","text":{"content":"\xff\xfe"}}',
    "a zero byte": b'{"msgtype":"text","text":{"content":"a\0b"}}',
    "an escaped zero": b'{"msgtype":"text","text":{"content":"a\\u0000b"}}',
    "an escape there is not": b'{"msgtype":"text","text":{"content":"\\x41"}}',
    "a text without end": b'{"msgtype":"' + b"a" * MB,
    "a text of backslashes": b'{"msgtype":"' + b"\\\\" * 500_000 + b'"}',
    "a number of 1 MB": b'{"msgtype":"text","create_time":' + b"9" * MB + b"}",
    "a number beyond 64 bits": b'{"msgtype":"text","create_time":99999999999999999999999}',
    "the least number and one less": b'{"msgtype":"text","create_time":-9223372036854775809}',
    "a number beyond a double": b'{"msgtype":"text","create_time":1e999999999}',
    "an exponent of 1 MB": b'{"msgtype":"text","create_time":1e' + b"9" * MB + b"}",
    "not a number": b'{"msgtype":"text","create_time":NaN}',
    "infinity": b'{"msgtype":"text","create_time":-Infinity}',
    "a number with zeros before it": b'{"msgtype":"text","create_time":007}',
    "a hexadecimal number": b'{"msgtype":"text","create_time":0x7}',
    "a fraction that never ends": b'{"msgtype":"text","create_time":0.' + b"1" * MB + b"}",
    "a comment": b'{"msgtype":"text"/* a */}',
    "a comma at the end": b'{"msgtype":"text",}',
    "single quotes": b"{'msgtype':'text'}",
    "text behind the document": b'{"msgtype":"text"} and more',
    "a byte order mark": b'\xef\xbb\xbf{"msgtype":"text"}',
    "UTF-16": '{"msgtype":"text"}'.encode("utf-16"),
    "types that are not expected": b'{"msgid":[],"msgtype":{},"from":"a","text":[1],"chattype":null,"aibotid":true}',
    "null": b"null",
    "nothing": b"",
}  # fmt: skip


# Those that Weir reads: they are well-formed, and no deeper than it goes.
READABLE = {
    "character references in mass", "100,000 elements", "60,000 elements of different names", "a text of 1 MB",
    "brackets in a text", "100,000 sections of CDATA", "100,000 comments", "another encoding by name",
    "a time beyond any clock", "a negative time", "a time of a thousand digits", "the same element twice",
    "duplicate keys", "100,000 keys", "the same key 100,000 times", "an escaped zero", "a text of backslashes",
    "a number of 1 MB", "a number beyond 64 bits", "the least number and one less", "a number beyond a double",
    "an exponent of 1 MB", "a fraction that never ends", "types that are not expected",
}  # fmt: skip


@pytest.mark.parametrize("what", XML | JSON)
def test_a_genuine_envelope_with_a_hostile_message_is_kept_as_it_is(shared, text, what):
    message = (XML | JSON)[what]
    source, sender = ("app", shared.app) if what in XML else ("bot", shared.bot)
    assert shared.weir.call(source, sealed(sender, message)).status == 200
    assert_serving(shared, text)


@pytest.mark.parametrize("what", XML | JSON)
def test_a_hostile_document_without_encrypt_is_refused(shared, text, what):
    encrypt = shared.app.encrypt(text_message(text))
    assert shared.weir.call("app", signed(shared.app, encrypt, (XML | JSON)[what])).status == 403
    assert_serving(shared, text)


@pytest.mark.parametrize("what", XML | JSON)
def test_a_hostile_document_with_a_genuine_encrypt_is_taken_only_if_it_can_be_read(shared, text, what):
    encrypt = shared.app.encrypt(text_message(text)).encode()
    if what in XML:
        document = XML[what].replace(b"<xml>", b"<xml><Encrypt>" + encrypt + b"</Encrypt>", 1)
    else:
        document = JSON[what].replace(b"{", b'{"encrypt":"' + encrypt + b'",', 1)
    # WeCom's own JSON has come with a byte order mark, so an envelope may.
    accepted = what in READABLE or what == "a byte order mark"
    response = shared.weir.call("app", signed(shared.app, encrypt.decode(), document))
    assert response.status == (200 if accepted else 403)
    assert_serving(shared, text)


@pytest.mark.parametrize("what", JSON)
def test_a_hostile_notice_is_taken_only_if_it_can_be_read(shared, text, what):
    body = JSON[what]
    response = shared.weir.post("phones", body, proven(body, shared.secret))
    assert response.status == (200 if what in READABLE else 403)
    assert_serving(shared, text)

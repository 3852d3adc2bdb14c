"""WeCom's side of a callback, made with wechatpy (and, for what it lacks, its cipher): never with our own code."""

import itertools
import json
import secrets
import string
import time
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import xmltodict
from wechatpy.crypto import _get_signature
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto

_ids = itertools.count(secrets.randbelow(10**9) * 10**7 + 2**60)


def letters(count):
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


def message_id():
    """A MsgId like WeCom's: 64 bits, far beyond what a double can tell apart."""
    return str(next(_ids))


@dataclass
class Request:
    """A callback as it goes over the wire; tests break single parts of it with `dataclasses.replace`."""

    signature: str
    timestamp: str
    nonce: str
    body: bytes = b""
    echostr: str | None = None

    @property
    def query(self):
        fields = {"msg_signature": self.signature, "timestamp": self.timestamp, "nonce": self.nonce}
        if self.echostr is not None:
            fields["echostr"] = self.echostr
        return urlencode(fields)


class WeCom:
    """One receiver's configuration as the console has it."""

    def __init__(self, receive_id, token=None, key=None):
        self.receive_id = receive_id
        self.token = token or letters(32)
        self.key = key or letters(43)
        self.crypto = WeChatCrypto(self.token, self.key, receive_id)

    def push(self, inner, timestamp=None, nonce=None):
        """An XML envelope around `inner`, with the fields around Encrypt that WeCom sends."""
        timestamp, nonce = timestamp or str(int(time.time())), nonce or letters(10)
        reply = xmltodict.parse(self.crypto.encrypt_message(inner, nonce, timestamp))["xml"]
        body = (
            f"<xml><ToUserName><![CDATA[{self.receive_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{reply['Encrypt']}]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>"
        )
        return Request(reply["MsgSignature"], timestamp, nonce, body.encode())

    def push_json(self, inner, spelling="encrypt", timestamp=None, nonce=None):
        """A JSON envelope, as the AI bot and JSON-mode receivers get it. `inner` is a dictionary or text."""
        inner = inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)
        timestamp, nonce = timestamp or str(int(time.time())), nonce or letters(10)
        encrypt = self.encrypt(inner)
        return Request(self.sign(timestamp, nonce, encrypt), timestamp, nonce, json.dumps({spelling: encrypt}).encode())

    def verification(self, echo, timestamp=None, nonce=None):
        timestamp, nonce = timestamp or str(int(time.time())), nonce or letters(10)
        encrypt = self.encrypt(echo)
        return Request(self.sign(timestamp, nonce, encrypt), timestamp, nonce, echostr=encrypt)

    def encrypt(self, inner):
        return PrpCrypto(self.crypto.key).encrypt(inner, self.receive_id).decode()

    def sign(self, timestamp, nonce, encrypt):
        return _get_signature(self.token, timestamp, nonce, encrypt)


def text_message(text, to="ww0123456789abcdef", sender="zhangsan", msg_id=None):
    """The inner document of a text message to an app."""
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{escape(text)}</Content><MsgId>{msg_id or message_id()}</MsgId><AgentID>1000002</AgentID></xml>"
    )


def bot_message(text):
    """The inner document of a text message to an AI bot."""
    return {
        "msgid": letters(20),
        "aibotid": "aib-1",
        "chattype": "single",
        "from": {"userid": "zhangsan"},
        "msgtype": "text",
        "text": {"content": text},
    }


def suite_ticket(suite, ticket):
    return (
        f"<xml><SuiteId><![CDATA[{suite}]]></SuiteId><InfoType><![CDATA[suite_ticket]]></InfoType>"
        f"<TimeStamp>{int(time.time())}</TimeStamp><SuiteTicket><![CDATA[{ticket}]]></SuiteTicket></xml>"
    )

"""A provider of instances: JSON with a guid, signed (where the source asks for it) over timestamp, nonce and raw body."""

import hashlib
import hmac
import json
import time

from harness.wecom import letters

TIMESTAMP, NONCE, SIGNATURE = "X-Weir-Timestamp", "X-Weir-Nonce", "X-Weir-Signature"


def notice(guid, kind, data):
    return json.dumps({"guid": guid, "notify_type": kind, "data": data}, ensure_ascii=False).encode()


def message(text, identity, sender="1688850000000001", **fields):
    """One item of a message notice; the ids are written as JSON numbers, as providers do."""
    return {
        "seq": identity,
        "id": identity,
        "sender": int(sender),
        "receiver": 1688850000000002,
        "roomid": "0",
        "sendtime": int(time.time()),
        "sender_name": "Wang",
        "content_type": 2,
        "msg_type": 2,
        "content": text,
        "send_flag": 0,
        **fields,
    }


def signed(body, secret, timestamp=None, nonce=None):
    """The headers of a signed callback."""
    timestamp, nonce = timestamp or str(int(time.time())), nonce or letters(16)
    digest = hmac.new(secret.encode(), f"{timestamp}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()
    return [f"{TIMESTAMP}: {timestamp}", f"{NONCE}: {nonce}", f"{SIGNATURE}: {digest}"]

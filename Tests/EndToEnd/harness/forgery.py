"""Envelopes as somebody makes them who has the token, so that the signature is genuine, and breaks what is behind it."""

import base64
import json
import time
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness.wecom import Request, letters


@dataclass(frozen=True)
class Plaintext:
    """What an envelope holds; the defaults are as they should be, for a message whose padding is not empty."""

    message: bytes
    receive_id: bytes
    random: bytes = b"0123456789abcdef"
    length: int | None = None  # what the length field says
    padding: bytes | None = None

    def bytes(self):
        length = len(self.message) if self.length is None else self.length
        text = self.random + (length % 2**32).to_bytes(4, "big") + self.message + self.receive_id
        count = 32 - len(text) % 32
        return text + (bytes([count]) * count if self.padding is None else self.padding)


def encrypted(wecom, plaintext):
    """Whole blocks under the key, without any padding of ours."""
    key = base64.b64decode(wecom.key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plaintext) + encryptor.finalize()).decode()


def signed(wecom, encrypt, body=None):
    """A callback with `encrypt` as it is; `body` makes the document around it."""
    timestamp, nonce = str(int(time.time())), letters(10)
    body = json.dumps({"encrypt": encrypt}).encode() if body is None else body
    return Request(wecom.sign(timestamp, nonce, encrypt), timestamp, nonce, body)


def sealed(wecom, message):
    """A callback that is right in all but perhaps its message, which is bytes."""
    return signed(wecom, encrypted(wecom, Plaintext(message, wecom.receive_id.encode()).bytes()))


def decryption_faults(wecom, message):
    """Every way in which what is behind a genuine signature can be wrong, as {what: Encrypt}."""
    corp = wecom.receive_id.encode()
    # 76 bytes before the padding, so that it would be 20 bytes of 20.
    message = message[: 76 - 20 - len(corp)].ljust(76 - 20 - len(corp), b" ")
    right = Plaintext(message, corp)
    whole = right.bytes()
    assert len(whole) == 96 and whole[-20:] == bytes([20]) * 20
    faults = {}

    def plain(what, text):
        faults[what] = encrypted(wecom, text)

    for value in (0, *range(33, 256)):
        plain(f"padding of value {value}", whole[:-1] + bytes([value]))
    for value in range(1, 33):
        last = bytes([value]) * (value - 1)
        broken = (last[:-1] + b"\0" if last else b"") + bytes([value])
        # A value of 1 is always right by itself: there it is the receiveid in front of it that is too long.
        plain(f"uneven padding of value {value}", whole[: 96 - len(broken)] + broken)
        if value != 20:
            plain(f"whole padding of value {value} where 20 is right", whole[: 96 - value] + bytes([value]) * value)
    for what, length in {
        "one too long": len(message) + len(corp) + 1, "beyond the end": 4096, "2^31 - 1": 2**31 - 1, "2^31": 2**31,
        "2^32 - 20": 2**32 - 20, "-1": -1, "-2": -2, "negative by itself": -len(message), "one short": len(message) - 1,
        "zero": 0, "one more": len(message) + 1, "with the receiveid": len(message) + len(corp),
        "with swapped bytes": int.from_bytes(len(message).to_bytes(4, "little"), "big"),
    }.items():  # fmt: skip
        plain(f"a length that is {what}", Plaintext(message, corp, length=length).bytes())
    for what, identity in {"another": b"wwsomebodyelse0000"[: len(corp)], "no": b"", "half a": corp[:8]}.items():
        plain(f"{what} receiveid", Plaintext(message, identity).bytes())
    plain("a receiveid and more", Plaintext(message, corp + b"\0").bytes())
    plain("nothing but padding", bytes([32]) * 32)
    plain("one block", bytes([16]) * 16)
    plain("nineteen bytes", b"a" * 19 + bytes([13]) * 13)
    plain("a head alone", b"a" * 16 + b"\0\0\0\0" + bytes([12]) * 12)
    other = encrypted(type(wecom)(wecom.receive_id, token=wecom.token), whole)
    faults["another key"] = other
    for count in (1, 15, 17, 31, 33, 95, 97):
        faults[f"{count} bytes, which are no blocks"] = base64.b64encode((whole * 2)[:count]).decode()
    good = encrypted(wecom, whole)
    faults |= {
        "no ciphertext": "",
        "nothing but padding of base64": "====",
        "a stray byte in base64": good[:40] + "%" + good[41:],
        "a zero byte in base64": good[:40] + "\0" + good[41:],
        "an accent in base64": good[:40] + "é" + good[41:],
        "padding inside base64": good[:40] + "=" + good[41:],
        "base64 cut by one": good[:-1] if not good.endswith("=") else good.rstrip("=")[:-1],
        "base64 of a length no base64 has": good.rstrip("=")[: 4 * 20 + 1],
        "blocks cut off": good[:64],
        "blocks in another order": base64.b64encode(base64.b64decode(good)[32:] + base64.b64decode(good)[:32]).decode(),
        "the last block twice": base64.b64encode(base64.b64decode(good) + base64.b64decode(good)[-16:]).decode(),
        "a bit changed in the last block": base64.b64encode(flipped(base64.b64decode(good), -1)).decode(),
        "a bit changed before the last block": base64.b64encode(flipped(base64.b64decode(good), -17)).decode(),
        "a megabyte of one letter": "A" * (1 << 20),
        "a megabyte of no base64": "-" * (1 << 20),
    }
    return faults


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + (data[at + 1 :] if at != -1 else b"")

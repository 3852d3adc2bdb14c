"""The API as a client sees it: JSON over TLS, with a token, or signed by a key."""

import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass

from harness.polling import eventually
from harness.wire import Wire

PASSWORD = "correct horse battery"


@dataclass
class Answer:
    status: int
    headers: dict
    json: object
    text: str

    @property
    def code(self):
        return self.json["code"]


class API:
    """`token` goes with every call unless the call says otherwise."""

    def __init__(self, gateway, token=None):
        self.gateway = gateway
        self.token = token

    def call(self, method, path, body=None, token=..., headers=()):
        token = self.token if token is ... else token
        fields = list(headers) + (["Authorization: Bearer " + token] if token else [])
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            fields.append("Content-Type: application/json")
        with Wire(self.gateway.api, self.gateway.ca) as wire:
            response = wire.request(method, path, data, fields)
        text = response.body.decode()
        return Answer(response.status, response.headers, json.loads(text) if text else None, text)

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, body, **options)

    def signed(self, method, path, body=None, *, key, secret, query="", **changes):
        """A request signed by an API key; `changes` spoil it on purpose."""
        return self.call(
            method, path + (f"?{query}" if query else ""), body, token=None,
            headers=[authorization(method, path, query, body, key, secret, **changes)],
        )  # fmt: skip

    def sign_in(self, username, password=PASSWORD):
        return self.post("/api/v1/auth/login", {"username": username, "password": password}, token=None)

    def user(self, username, role, tenant=None):
        """A new user, signed in, with the password changed: another API."""
        first = "given by others"
        made = self.post(
            "/api/v1/users", {"username": username, "password": first, "role": role, "tenant_id": tenant}
        )
        assert made.status == 201, made.text
        return settle(self.gateway, username, first)


# Limits of requests that no test reaches.
FAST = {"limits": "address 100000 per second key 100000 per second tenant 100000 per second"}


def authorization(method, path, query, body, key, secret, timestamp=None, nonce=None, signature=None):
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp, nonce = timestamp or int(time.time()), nonce or secrets.token_hex(16)
    text = "\n".join([method, path, query, str(timestamp), nonce, hashlib.sha256(data).hexdigest()])
    signature = signature or hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"Authorization: Weir-HMAC-SHA256 key={key}, timestamp={timestamp}, nonce={nonce}, signature={signature}"


def settle(gateway, username, first, password=PASSWORD):
    """Signs in with a one-time password and changes it."""
    api = API(gateway)
    signed_in = api.sign_in(username, first)
    assert signed_in.status == 200, signed_in.text
    changed = api.call(
        "PUT", "/api/v1/auth/password", {"current_password": first, "new_password": password},
        token=signed_in.json["access_token"],
    )  # fmt: skip
    assert changed.status == 200, changed.text
    return API(gateway, changed.json["access_token"])


def one_time_password(gateway):
    """What the first start prints."""
    shown = eventually(
        lambda: re.search(r"username  admin\n\s+password  (\S+)", gateway.output_text()), 20, "a first administrator"
    )
    return shown[1]


def administrator(gateway):
    """The first administrator, signed in, with the one-time password changed."""
    return settle(gateway, "admin", one_time_password(gateway))

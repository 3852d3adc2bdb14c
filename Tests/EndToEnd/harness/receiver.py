"""A tenant's side: an HTTPS server that records deliveries, checks Standard Webhooks signatures, and fails on request.

Standard library only, and nothing of Weir's: if the two agree about a signature, it is right.
"""

import base64
import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict = field(default_factory=dict)
    held: threading.Event | None = None  # answered only when the test sets it
    body: object = b""  # or a function that makes it of the delivery's body


@dataclass(frozen=True)
class Delivery:
    path: str
    id: str | None
    headers: dict
    body: bytes
    verified: bool
    at: float  # monotonic
    answered: int
    client: str | None = None  # the common name, or the first host, of the certificate that was shown

    @cached_property
    def event(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.event.get("content", {}).get("text")


class Receiver:
    def __init__(self, certificate, port=0, clients=None):
        """`clients`: whose certificates (the authority's file) callers must show."""
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.deliveries = []
        self.connections = 0
        self.most_at_once = 0
        self._under_way = 0
        self._arrived = threading.Condition()
        self._scripts = {}
        self._standing = {}
        self._closing = threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        self._server = _Server(self, context, port)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path="/hooks"):
        return f"https://127.0.0.1:{self.port}{path}"

    def script(self, path, *answers):
        """The answers to the next deliveries at `path`, in order; then what `always` says, or 200."""
        self._scripts.setdefault(path, []).extend(answers)

    def always(self, path, answer):
        self._standing[path] = answer

    def at(self, path):
        with self._arrived:
            return [delivery for delivery in self.deliveries if delivery.path == path]

    def wait(self, matching=lambda _: True, count=1, within=10.0):
        """The deliveries that match, once there are `count` of them."""

        def found():
            return [delivery for delivery in self.deliveries if matching(delivery)]

        with self._arrived:
            if not self._arrived.wait_for(lambda: len(found()) >= count, within):
                seen = [(d.path, d.id, d.text) for d in self.deliveries[-5:]]
                raise AssertionError(f"{len(found())} of {count} deliveries within {within} s; the last that came: {seen}")
            return found()

    def wait_text(self, text, count=1, within=10.0):
        return self.wait(lambda delivery: delivery.text == text, count, within)

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _record(self, path, headers, body, client=None):
        headers = {name.lower(): value for name, value in headers.items()}
        verified = self._verify(headers, body)
        with self._arrived:
            script = self._scripts.get(path)
            answer = script.pop(0) if script else self._standing.get(path, Answer())
            identity, now = headers.get("webhook-id"), time.monotonic()
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            self.deliveries.append(Delivery(path, identity, headers, body, verified, now, answer.status, client))
            self._arrived.notify_all()
        if answer.held is not None:
            while not answer.held.wait(0.05) and not self._closing.is_set():
                pass
        with self._arrived:
            self._under_way -= 1
        return answer

    def _verify(self, headers, body):
        stamp = headers.get("webhook-timestamp", "")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
            return False
        signed = f"{headers.get('webhook-id')}.{stamp}.".encode() + body
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(expected, s) for s in headers.get("webhook-signature", "").split(" "))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, receiver, context, port):
        self.receiver, self.context = receiver, context
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self):
        connection, address = super().get_request()
        self.receiver.connections += 1
        # The handshake happens in the connection's own thread: a peer that never finishes it must not block the others.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, address):
        pass  # a peer that hangs up (Weir killed by a test) is no news


def _shown(connection):
    names = (connection.getpeercert() or {}).get("subjectAltName", ())
    return names[0][1] if names else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        if self.headers.get("Transfer-Encoding"):
            self.send_error(411)  # tenants' frameworks often want a length; Weir knows it, so it says it
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.receiver._record(self.path, self.headers, body, _shown(self.connection))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        answered = answer.body(body) if callable(answer.body) else answer.body
        self.send_header("Content-Length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)

    def log_message(self, *_):
        pass

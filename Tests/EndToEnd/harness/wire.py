"""HTTP/1.1 by hand over TLS, so that tests decide every byte and see every byte."""

import contextlib
import socket
import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict
    body: bytes
    head: bytes

    def comparable(self):
        """All a stranger can see but for the clock."""
        lines = [line for line in self.head.split(b"\r\n") if not line.lower().startswith(b"date:")]
        return b"\r\n".join(lines) + self.body


class Closed(ConnectionError):
    """The server ended the connection where a response was due."""


class Wire:
    def __init__(self, port, ca=None, name="localhost", context=None, session=None, timeout=15.0):
        raw = socket.create_connection(("127.0.0.1", port), timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca is not None or context is not None:
            context = context or client_context(ca)
            raw = context.wrap_socket(raw, server_hostname=name, session=session)
        self.socket = raw
        self._unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    @property
    def port(self):
        """This end's."""
        return self.socket.getsockname()[1]

    def send(self, data):
        self.socket.sendall(data)

    def offer(self, data):
        """Sends what the server may refuse before it has read it all; its answer is read all the same."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self.socket.sendall(data)

    def request(self, method, target, body=None, headers=()):
        self.send(request_bytes(method, target, body, headers))
        return self.read(method)

    def read(self, method="GET"):
        head = self._until(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        status = int(first.split(b" ")[1])
        headers = {}
        for line in lines:
            name, _, value = line.partition(b":")
            headers[name.strip().lower().decode()] = value.strip().decode("latin-1")
        if method == "HEAD" or status in (204, 304) or 100 <= status < 200:
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self._exactly(int(headers.get("content-length", 0)))
        return Response(status, headers, body, head)

    def closed(self):
        """Waits for the server's end of the connection; True when nothing more came before it."""
        try:
            return self._unread == b"" and self.socket.recv(1) == b""
        except (ConnectionError, ssl.SSLEOFError):
            return True

    def finish(self):
        """Nothing more will be sent; what comes can still be read. On a plain connection."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def drain(self):
        """All that comes until the server ends the connection, in whatever way."""
        data, self._unread = self._unread, b""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while more := self.socket.recv(65536):
                data += more
        return data

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLEOFError) as error:
            raise Closed(str(error)) from error
        if not data:
            raise Closed(f"after {self._unread!r}")
        self._unread += data

    def _until(self, mark):
        while mark not in self._unread:
            self._more()
        end = self._unread.index(mark) + len(mark)
        taken, self._unread = self._unread[:end], self._unread[end:]
        return taken

    def _exactly(self, count):
        while len(self._unread) < count:
            self._more()
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def _chunks(self):
        body = b""
        while size := int(self._until(b"\r\n")[:-2].split(b";")[0], 16):
            body += self._exactly(size)
            self._exactly(2)
        self._until(b"\r\n")
        return body


def client_context(ca):
    context = ssl.create_default_context(cafile=str(ca))
    context.set_alpn_protocols(["http/1.1"])
    return context


def request_bytes(method, target, body=None, headers=()):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")

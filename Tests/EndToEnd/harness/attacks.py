"""Hostile clients. Each is a generator that holds one connection: it does one thing, yields, and does the next when it is its
turn again; a `Crowd` keeps many of them at it. Used by test_hostile.py and by Deploy/soak."""

import contextlib
import itertools
import resource
import socket
import ssl
import struct
import subprocess
import threading
from dataclasses import dataclass

from harness.offences import OFFENCES, request
from harness.wire import client_context

REQUEST = request(method=b"GET", target=b"/")


class Target:
    """A Weir, as attackers see it: an address and a port. They come from addresses of their own."""

    def __init__(self, port, ca, sources=("127.0.0.2", "127.0.0.3"), timeout=3.0):
        self.port = port
        self.timeout = timeout
        self._ca = ca
        self._context = client_context(ca)
        self._sources = itertools.cycle(sources)

    def tcp(self):
        connection = socket.create_connection(("127.0.0.1", self.port), self.timeout, (next(self._sources), 0))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def tls(self):
        connection = self.tcp()
        try:
            return self._context.wrap_socket(connection, server_hostname="localhost")
        except BaseException:
            connection.close()
            raise

    def tls12_context(self):
        """Of the version in which Python hands out a session before anything was read."""
        context = client_context(self._ca)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    def client_hello(self):
        outgoing = ssl.MemoryBIO()
        handshake = self._context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
        with contextlib.suppress(ssl.SSLWantReadError):
            handshake.do_handshake()
        return outgoing.read()


class Crowd:
    """So many attackers that act in turn, from a thread of their own, for as long as the `with` block lasts. Where one's
    connection was ended, another takes its place."""

    def __init__(self, attack, target, size, pause=0.01):
        self.attack, self.target, self.size, self.pause = attack, target, size, pause
        self.turns = 0
        self.ended = 0  # connections that Weir ended, or that came to their own end
        self._members = [None] * size
        self._stop = threading.Event()
        self._assembled = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        """Returns once everybody had a turn."""
        self._thread.start()
        self._assembled.wait(60)
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)

    def _run(self):
        while not self._stop.is_set():
            for slot in range(self.size):
                if self._stop.is_set():
                    break
                self._turn(slot)
            self._assembled.set()
            self._stop.wait(self.pause)
        for member in self._members:
            if member is not None:
                with contextlib.suppress(OSError, ValueError):
                    member.close()

    def _turn(self, slot):
        try:
            if self._members[slot] is None:
                self._members[slot] = self.attack(self.target)
            next(self._members[slot])
            self.turns += 1
        except (StopIteration, OSError, ValueError):
            self._members[slot] = None
            self.ended += 1


@contextlib.contextmanager
def open_file_limit(wanted):
    """As many descriptors as are wanted, or as this user may have; yields how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = max(soft, min(wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield limit
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@dataclass
class Idle:
    connection: ssl.SSLSocket

    def is_open(self):
        """Nothing came but what TLS itself has to say."""
        try:
            return self.connection.recv(1) != b""
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False


@contextlib.contextmanager
def idle(target, count):
    """So many connections that have shaken hands and say nothing. All but the first resume its session, which costs both sides
    less than a full handshake."""
    connections = []
    context = target.tls12_context()
    session = None
    try:
        for _ in range(count):
            connection = context.wrap_socket(target.tcp(), server_hostname="localhost", session=session)
            session = session or connection.session
            connection.setblocking(False)
            connections.append(Idle(connection))
        yield connections
    finally:
        for held in connections:
            held.connection.close()


def reset(connection):
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def dripping(start, drop):
    def attack(target):
        with target.tls() as connection:
            connection.sendall(start)
            while True:
                yield
                connection.sendall(drop)

    return attack


def saying(*pieces, plain=False):
    """Says these pieces, one a turn, then nothing more; ends when Weir ends it."""

    def attack(target):
        with target.tcp() if plain else target.tls() as connection:
            for piece in pieces:
                connection.sendall(piece)
                yield
            yield from until_ended(connection)

    return attack


def until_ended(connection):
    connection.setblocking(False)
    while True:
        try:
            if not connection.recv(65536):
                return
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        yield


def half_a_hello(target):
    hello = target.client_hello()
    with target.tcp() as connection:
        connection.sendall(hello[: len(hello) // 2])
        yield from until_ended(connection)


def dripping_hello(target):
    with target.tcp() as connection:
        for byte in target.client_hello():
            connection.sendall(bytes([byte]))
            yield
        yield from until_ended(connection)


def never_reading(target):
    """Asks and asks, and leaves the answers in its socket."""
    with target.tcp() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with target._context.wrap_socket(connection, server_hostname="localhost") as secure:
            secure.setblocking(False)
            while True:
                with contextlib.suppress(ssl.SSLWantWriteError):
                    secure.send(REQUEST * 200)
                yield


def reading_slowly(target):
    """Takes a byte of its answers a turn."""
    with target.tls() as connection:
        connection.sendall(REQUEST * 2000)
        while connection.recv(1):
            yield


def half_closing(*pieces):
    """Says these pieces and closes its side only."""

    def attack(target):
        with target.tls() as connection:
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
            yield from until_ended(connection)

    return attack


def half_closing_by_the_book(target):
    """With close_notify, as TLS wants it."""
    with target.tls() as connection:
        connection.sendall(REQUEST)
        with contextlib.suppress(ssl.SSLError):  # raised when the answer comes after our close_notify, as it should
            connection.unwrap()
        yield


def resetting(*pieces, reads=False):
    def attack(target):
        connection = target.tls()
        for piece in pieces:
            connection.sendall(piece)
        if reads:
            connection.recv(1)
        yield
        reset(connection)

    return attack


def resetting_at_once(target):
    reset(target.tcp())
    yield


def resetting_in_the_handshake(target):
    connection = target.tcp()
    connection.sendall(target.client_hello())
    yield
    reset(connection)


def coming_and_going(target):
    target.tcp().close()
    yield


def shaking_hands(target):
    target.tls().close()
    yield


def asking(command, version):
    """openssl's client, which renegotiates at `R` and changes the key at `K`, twenty times, and lives on."""

    def attack(target):
        arguments = ["openssl", "s_client", "-connect", f"127.0.0.1:{target.port}", version]
        process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            for _ in range(20):
                process.stdin.write(command)
                process.stdin.flush()
                yield
        finally:
            process.kill()
            process.wait()
            process.stdin.close()

    return attack


def offending():
    offences = itertools.cycle([offence.data for offence in OFFENCES if len(offence.data) < 65536])

    def attack(target):
        with target.tls() as connection:
            connection.sendall(next(offences))
            yield from until_ended(connection)

    return attack


BODY = request(b"Content-Length: 2000000")
CHUNKED = request(b"Transfer-Encoding: chunked")

# What is said of each is what Weir does about it.
ATTACKS = {
    "slow heads": dripping(b"GET / HTTP/1.1\r\nX-A: ", b"a"),  # 408 when the time of the whole head is over
    "slow bodies": dripping(BODY, b"a"),
    "slow chunks": dripping(CHUNKED, b"1\r\na\r\n"),
    "large bodies that stop": saying(BODY + b"a" * 1_900_000),
    "large chunked bodies that stop": saying(CHUNKED + (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 28),
    "never reading": never_reading,
    "reading slowly": reading_slowly,
    "silent from the start": saying(plain=True),
    "silent after the handshake": saying(),
    "half a ClientHello": half_a_hello,
    "a ClientHello byte by byte": dripping_hello,
    "garbage for TLS": saying(bytes(range(256)) * 64, plain=True),
    "an endless record": saying(b"\x16\x03\x01\x40\x00" + b"a" * 8192, plain=True),
    "plain HTTP for TLS": saying(REQUEST, plain=True),
    "renegotiating": asking(b"R\n", "-tls1_2"),
    "changing keys": asking(b"K\n", "-tls1_3"),
    "half-closing after the handshake": half_closing(),
    "half-closing in the head": half_closing(b"GET / HT"),
    "half-closing in the body": half_closing(BODY + b"abc"),
    "half-closing after the request": half_closing(REQUEST),
    "half-closing by close_notify": half_closing_by_the_book,
    "reset at once": resetting_at_once,
    "reset in the handshake": resetting_in_the_handshake,
    "reset after the handshake": resetting(),
    "reset in the head": resetting(b"GET / HT"),
    "reset in the body": resetting(BODY + b"abc"),
    "reset before the answer": resetting(REQUEST * 20),
    "reset in the answer": resetting(REQUEST * 200, reads=True),
    "connections that come and go": coming_and_going,
    "handshakes that come and go": shaking_hands,
    "malformed requests": offending(),
}  # fmt: skip

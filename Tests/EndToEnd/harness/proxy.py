"""Between Weir and a Redis: stops the world at a certain call of a certain script.

Weir's scripts open with their name in a comment, so a SCRIPT LOAD that passes by tells what an EVALSHA means.
"""

import hashlib
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from enum import Enum


class Moment(Enum):
    UNREAD = "unread"  # before the call reached Redis
    DONE = "done"  # Redis has carried it out and synced it; its reply reaches nobody
    UNSYNCED = "unsynced"  # carried out in memory, but the disk does not have all of it


@dataclass
class Trap:
    """Springs at the n-th call of `script`; `spring` runs in the connection's thread while nothing else passes."""

    script: str
    moment: Moment
    spring: object  # callable: None
    before: object = lambda: None  # called before the call goes on to Redis, with nothing else under way
    calls: int = 1
    sprung: threading.Event = field(default_factory=threading.Event)


class Proxy:
    def __init__(self, folder, target):
        self.socket = f"{folder}/proxy.sock"
        self._target = str(target)
        self._trap = None
        self._passing = threading.Condition()  # guards all that follows
        self._under_way = 0  # calls that Redis has and will answer by itself
        self._held = False
        self._unsynced = False  # Redis sends nobody anything, also not what the call woke, before its fsync
        self._names = {}
        self._open = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.socket)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, trap):
        self._trap = trap
        return trap

    def close(self):
        self._listener.close()
        self._cut_all()

    def _accept(self):
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._target)
            except OSError:
                client.close()
                server.close()
                continue
            link = _Link(client, server)
            with self._passing:
                self._open.add(link)
            threading.Thread(target=self._commands, args=(link,), daemon=True).start()
            threading.Thread(target=self._replies, args=(link,), daemon=True).start()

    def _commands(self, link):
        reader = _Reader(link.client)
        try:
            while True:
                raw, words = reader.value()
                self._command(link, raw, words)
        except OSError:
            pass
        finally:
            self._cut(link)

    def _command(self, link, raw, words):
        verb, name = words[0].upper(), None
        if verb == b"SCRIPT" and words[1].upper() == b"LOAD":
            source = words[2]
            self._names[hashlib.sha1(source).hexdigest().encode()] = source.split(b"\n")[0].removeprefix(b"-- ").decode()
        elif verb == b"EVALSHA":
            name = self._names.get(words[1])
        blocks = verb == b"XREAD"
        with self._passing:
            self._passing.wait_for(lambda: not self._held)
            trap = self._trap
            if trap is not None and trap.script == name:
                trap.calls -= 1
                if trap.calls == 0:
                    self._held, self._trap = True, None
                    # Replies of earlier calls get home first: what they did is synced, and no part of this death.
                    self._passing.wait_for(lambda: self._under_way == 0, 5.0)
                    self._unsynced = trap.moment is Moment.UNSYNCED
                else:
                    trap = None
            else:
                trap = None
            link.waiting.append((blocks, trap))
            if not blocks:
                self._under_way += 1
        if trap is not None:
            if trap.moment is Moment.UNREAD:
                return self._spring(link, trap)
            trap.before()
        link.server.sendall(raw)

    def _replies(self, link):
        reader = _Reader(link.server)
        try:
            while True:
                raw, _ = reader.value()
                with self._passing:
                    blocks, trap = link.waiting.popleft()
                    if not blocks:
                        self._under_way -= 1
                        self._passing.notify_all()
                    is_lost = self._unsynced and trap is None
                if trap is not None:
                    return self._spring(link, trap)
                if is_lost:
                    continue
                link.client.sendall(raw)
        except (OSError, IndexError):
            pass
        finally:
            self._cut(link)

    def _spring(self, link, trap):
        trap.spring()
        self._cut(link)
        with self._passing:
            self._held = self._unsynced = False
            self._passing.notify_all()
        trap.sprung.set()

    def _cut(self, link):
        with self._passing:
            if link not in self._open:
                return
            self._open.remove(link)
            self._under_way -= sum(not blocks for blocks, _ in link.waiting)
            link.waiting.clear()
            self._passing.notify_all()
        for end in (link.client, link.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def _cut_all(self):
        for link in list(self._open):
            self._cut(link)


@dataclass(eq=False)
class _Link:
    client: socket.socket
    server: socket.socket
    waiting: deque = field(default_factory=deque)


class _Reader:
    """RESP 2: one value at a time, with the bytes it came in."""

    def __init__(self, source):
        self._source = source
        self._unread = b""

    def value(self):
        while True:
            taken = _parse(self._unread, 0)
            if taken is not None:
                value, end = taken
                raw, self._unread = self._unread[:end], self._unread[end:]
                return raw, value
            data = self._source.recv(1 << 18)
            if not data:
                raise ConnectionError("closed")
            self._unread += data


def _parse(data, at):
    line = data.find(b"\r\n", at)
    if line < 0:
        return None
    kind, rest, at = data[at : at + 1], data[at + 1 : line], line + 2
    if kind in b"+-:":
        return rest, at
    count = int(rest)
    if kind == b"$":
        if count < 0:
            return None, at
        return (data[at : at + count], at + count + 2) if len(data) >= at + count + 2 else None
    values = []
    for _ in range(count):
        taken = _parse(data, at)
        if taken is None:
            return None
        value, at = taken
        values.append(value)
    return values, at

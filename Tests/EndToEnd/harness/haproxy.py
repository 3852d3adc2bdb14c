"""Debian's HAProxy in front of a Weir: plain HTTP at the front, TLS behind, and a log that says what it passed on."""

import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.gateway import free_port
from harness.polling import eventually
from harness.wire import Wire

# One thread and one connection to Weir for all clients: what a request left behind on it would become the next one's head.
CONFIGURATION = """
global
    nbthread 1
    log 127.0.0.1:{log} format raw local0
defaults
    mode http
    log global
    log-format "%cp %s %ts %HU"
    option http-keep-alive
    http-reuse always
    timeout connect 5s
    timeout client 5s
    timeout http-request 5s
    timeout server 5s
frontend front
    bind 127.0.0.1:{port}
    default_backend weir
backend weir
    server weir 127.0.0.1:{weir} ssl verify required ca-file {ca} verifyhost localhost maxconn 1 pool-max-conn 1
"""


@dataclass(frozen=True)
class Passage:
    """One request as HAProxy saw it."""

    client: int  # the client's port
    forwarded: bool
    whole: bool  # it ended as it should, on both sides
    target: str


class HAProxy:
    def __init__(self, weir):
        assert shutil.which("haproxy"), "haproxy is missing: Deploy/install haproxy"
        self.folder = Path(tempfile.mkdtemp(prefix="weir-haproxy-"))
        self.port = free_port()
        self._passages = []
        self._log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._log.bind(("127.0.0.1", 0))
        self._log.setblocking(False)
        file = self.folder / "haproxy.cfg"
        log = self._log.getsockname()[1]
        file.write_text(CONFIGURATION.format(log=log, port=self.port, weir=weir.public, ca=weir.ca))
        self.process = subprocess.Popen(["haproxy", "-db", "-q", "-f", file], stdin=subprocess.DEVNULL)
        eventually(self._answers, what="haproxy is there")

    def connect(self):
        return Wire(self.port)

    def passages(self):
        """What HAProxy has logged so far, each request when it is over."""
        while True:
            try:
                line = self._log.recv(65536).decode(errors="replace")
            except BlockingIOError:
                return self._passages
            port, server, end, target = line.strip().split(" ", 3)
            self._passages.append(Passage(int(port), server != "<NOSRV>", end == "--", target))

    def clean(self):
        self.process.terminate()
        self.process.wait(10)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self):
        assert self.process.poll() is None, "haproxy ended; its words are above"
        try:
            with self.connect() as wire:
                return wire.request("GET", "/").status == 404
        except OSError:
            return False

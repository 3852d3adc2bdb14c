"""The servers under measurement, each in a folder of its own below one temporary folder, on free loopback ports."""

import base64
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import string
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEIR = ROOT / ".build/release/weir"
HERE = Path(__file__).resolve().parent


class Void(Exception):
    """Nothing trustworthy was measured."""


def letters(count):
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


# What WeCom's console would show, fresh for each run.
TOKEN, KEY, RECEIVE_ID = letters(32), letters(43), "ww0123456789abcdef"
SOURCES = 16  # as Tests/Load/CallbackMaker.swift has it

_taken = set()


def free_port():
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _taken:
            _taken.add(port)
            return port


def wait_for(probe, what, within=20.0, pause=0.01):
    deadline = time.monotonic() + within
    while not (value := probe()):
        if time.monotonic() > deadline:
            raise Void(f"not within {within:g} s: {what}")
        time.sleep(pause)
    return value


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A process that ends with the benchmark."""

    process = None

    def launch(self, command, folder, log):
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.log = log

    def check_alive(self):
        if self.process.poll() is not None:
            tail = "\n".join(Path(self.log).read_text(errors="replace").splitlines()[-15:])
            raise Void(f"{type(self).__name__} ended with status {self.process.returncode}:\n{tail}")

    @property
    def worker(self):
        """The process whose CPU and memory count."""
        return self.process.pid

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self):
        """Resident and proportional bytes of the worker."""
        values = {}
        for line in Path(f"/proc/{self.worker}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("Rss", "Pss"):
                values[name.lower()] = int(value.split()[0]) * 1024
        return values


class Redis(Server):
    """As Weir starts its own (Sources/Redis/EmbeddedRedis.swift), but its file is never rewritten during a measurement."""

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.socket = folder / "redis.sock"
        self.launch(
            ["redis-server", "--port", 0, "--unixsocket", self.socket, "--dir", folder, "--appendonly", "yes",
             "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--save", "", "--maxmemory-policy",
             "noeviction", "--auto-aof-rewrite-percentage", 0],
            folder, folder / "log",
        )  # fmt: skip
        wait_for(lambda: self.check_alive() or self.socket.exists(), "Redis has its socket")

    def command(self, *words):
        return redis_command(self.socket, *words)


def redis_command(path, *words):
    """What redis-cli answers, as text."""
    done = subprocess.run(
        ["redis-cli", "-s", str(path), *map(str, words)], capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout.strip()


class Nginx(Server):
    """One worker; `callback` is what happens to a callback."""

    def __init__(self, folder, certificate, callback, redis=None):
        folder.mkdir(parents=True)
        self.port = free_port()
        self.redis = redis
        modules = Path("/usr/lib/nginx/modules")
        values = {
            "modules": "\n".join(f"load_module {modules / name};" for name in ("ndk_http_module.so", "ngx_http_lua_module.so")),
            "user": "user root;" if os.getuid() == 0 else "",
            "folder": folder, "port": self.port, "certificate": certificate, "callback": callback,
            "token": TOKEN, "redis": redis.socket if redis else "",
        }  # fmt: skip
        text = (HERE / "nginx.conf").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        (folder / "nginx.conf").write_text(text)
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.launch([program, "-p", folder, "-c", folder / "nginx.conf"], folder, folder / "log")
        wait_for(lambda: self.check_alive() or (answers(self.port) and self.children()), "nginx answers")

    def children(self):
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    @property
    def worker(self):
        return int(self.children()[0])

    @classmethod
    def plain(cls, folder, certificate):
        return cls(folder, certificate, "return 200;")

    @classmethod
    def lua(cls, folder, certificate, redis):
        return cls(folder, certificate, f"content_by_lua_file {HERE}/signature.lua;", redis)

    def kept(self):
        """How many callbacks it says it has kept."""
        return int(self.redis.command("XLEN", "in"))

    def forget(self):
        self.redis.command("DEL", "in")


class Weir(Server):
    """One loop. Without `redis` it starts its own; `roles` are what it does, without them all."""

    def __init__(self, folder, certificate, rules, redis=None, webhook=None, roles=None, wait=True, webhooks=()):
        folder.mkdir(parents=True)
        self.port, self.operations, self.api = free_port(), free_port(), free_port()
        self.socket = redis.socket if redis else folder / "data/redis.sock"
        authority = Path(certificate).parent / "ca.pem"
        lines = [
            f'data "{folder}/data"', f'rules "{rules}"', "loops 1",
            f'public {{ listen "127.0.0.1:{self.port}" certificates ["{certificate}"] }}',
            f'api {{ listen "127.0.0.1:{self.api}" }}', f'operations {{ listen "127.0.0.1:{self.operations}" }}',
            "edge { connections-per-address 20000 idle-timeout 300s }",
            # Beyond what the driver can ask for: counted as ever, and never reached.
            "limits { address 1000000 per second key 1000000 per second tenant 1000000 per second }",
            f'delivery {{ trust "{authority}" private-networks ["127.0.0.0/8"] }}', "log { level warning }",
        ]  # fmt: skip
        if redis:
            lines.append(f'redis {{ url "unix:{redis.socket}" }}')
            # Those that share a Redis share the key of its secrets.
            os.environ.setdefault("WEIR_BENCH_KEY", base64.b64encode(os.urandom(32)).decode())
            lines.append("vault { master-key env:WEIR_BENCH_KEY }")
        if roles:
            lines.append(f"roles [{', '.join(roles)}]")
        lines.append('tenant "bench" {')
        for number in range(SOURCES):
            lines.append(
                f'source "bench-{number}" {{ kind wecom account "bench-{number}" token "{TOKEN}" aes-key "{KEY}" '
                f'receive-ids ["{RECEIVE_ID}"] }}'
            )
        if webhook:
            lines.append(
                f'webhook "bench" {{ url "https://127.0.0.1:{webhook}/hooks" concurrency 64 '
                f'secret "whsec_{"A" * 43}=" types [*] }}'
            )
        (folder / "weir.conf").write_text("\n".join([*lines, *webhooks, "}"]) + "\n")
        self.launch([WEIR, "serve", "--config", folder / "weir.conf"], folder, folder / "log")
        if wait:
            wait_for(lambda: self.check_alive() or self.is_ready(), "Weir is ready")
            if not redis:
                redis_command(self.socket, "CONFIG", "SET", "auto-aof-rewrite-percentage", 0)

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.operations, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def is_ready(self):
        try:
            return self.ask("/readyz")[0] == 200
        except OSError:
            return False

    def metric(self, sample):
        for line in self.ask("/metrics")[1].splitlines():
            name, _, value = line.rpartition(" ")
            if name == sample:
                return int(float(value))
        return 0

    def kept(self):
        return self.metric("weir_events_appended_total")

    def routed(self):
        return self.metric("weir_routed_events_total")

    def forget(self):
        """Frees what the last run left in the streams."""
        for partition in range(16):
            redis_command(self.socket, "XTRIM", f"weir:{{{partition}}}:in", "MAXLEN", 0)


def redis_process(path):
    """The process id of the server behind a socket."""
    for line in redis_command(path, "INFO", "server").splitlines():
        if line.startswith("process_id:"):
            return int(line.partition(":")[2])
    raise Void(f"the Redis at {path} does not tell its process id")


def processor_microseconds(pid):
    """CPU time of all threads so far, also of those that have ended."""
    # CPUCLOCK_SCHED of a process: ~pid << 3 | 2, as clock_getcpuclockid makes it.
    return time.clock_gettime_ns((~pid << 3) | 2) / 1000


def make_certificate(folder):
    subprocess.run([ROOT / "Certs/make", "--out", folder], check=True, stdout=subprocess.DEVNULL)
    return folder / "server"


def last_json(text):
    return json.loads(text.strip().splitlines()[-1])

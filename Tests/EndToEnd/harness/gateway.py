"""The real binary in a folder of its own, with the Redis it starts itself, on free ports."""

import base64
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from harness.polling import eventually
from harness.wire import Wire

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("WEIR_BINARY", ROOT / ".build/release/weir"))

# Of Weirs that share a Redis: the environment's variable and the block that names it.
MASTER_KEY = base64.b64encode(bytes(32)).decode()
SHARED_VAULT = {"vault": "master-key env:MASTER_KEY"}

_taken = set()


def free_port():
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _taken:
            _taken.add(port)
            return port


def make_certificates(folder, *arguments):
    subprocess.run([ROOT / "Certs/make", "--out", folder, *arguments], check=True, stdout=subprocess.DEVNULL)


@dataclass
class Gateway:
    """`tenants` and `rules` are the text of the configuration; `blocks` replaces single settings blocks by name."""

    certificates: Path
    tenants: str
    rules: str
    blocks: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    descriptors: int | None = None  # as many as it may have at most

    def __post_init__(self):
        # Short, since the path of a Unix socket has 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="weir-"))
        self.data = self.folder / "data"
        self.config = self.folder / "weir.conf"
        self.log = self.folder / "log"
        self.output = self.folder / "output"
        self.ca = self.certificates / "ca.pem"
        self.public, self.plain, self.api, self.operations = (free_port() for _ in range(4))
        self.process = None
        self.killed = False
        self.write()

    def write(self):
        """Writes the configuration and the rules; a running Weir sees them after a reload."""
        blocks = {
            "public": f'listen "127.0.0.1:{self.public}" certificates ["{self.certificates}/server"]',
            "plain": f'listen "127.0.0.1:{self.plain}"',
            "api": f'listen "127.0.0.1:{self.api}"',
            "operations": f'listen "127.0.0.1:{self.operations}"',
        } | self.blocks
        delivery = f'trust "{self.ca}" {blocks.get("delivery", "")}'
        if "private-networks" not in delivery:  # the tests' receivers are on this host
            delivery += ' private-networks ["127.0.0.0/8"]'
        blocks["delivery"] = delivery
        (self.folder / "Rules").mkdir(exist_ok=True)
        (self.folder / "Rules/main.rules").write_text(self.rules)
        text = f'data "{self.data}"\nrules "{self.folder}/Rules"\n'
        text += "".join(f"{name} {{ {settings} }}\n" for name, settings in blocks.items())
        self.config.write_text(text + self.tenants)

    def start(self, ready=True):
        self.killed = False
        limited = ["prlimit", f"--nofile={self.descriptors}"] if self.descriptors else []
        with open(self.log, "ab") as log, open(self.output, "ab") as output:
            self.process = subprocess.Popen(
                [*limited, BINARY, "serve", "--config", self.config],
                stdin=subprocess.DEVNULL, stdout=output, stderr=log, cwd=self.folder, env=os.environ | self.environment,
                start_new_session=True,  # a process group of its own, as a terminal would give it
            )  # fmt: skip
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, within=20.0):
        def probe():
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}")
            return self.health("/readyz") == 200

        try:
            eventually(probe, within, "weir is ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log_tail()}") from None

    def health(self, path):
        """The status of an operations endpoint; None where nothing answers."""
        try:
            return self.operate(path).status
        except OSError:
            return None

    def operate(self, path, method="GET"):
        with Wire(self.operations) as wire:
            return wire.request(method, path, headers=["Connection: close"])

    def metrics(self):
        """Every sample as {"name{labels}": value}."""
        samples = {}
        for line in self.operate("/metrics").body.decode().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def metric(self, name, **labels):
        """The sum of a metric's samples that have all these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(
            value
            for sample, value in self.metrics().items()
            if sample.partition("{")[0] == name and all(text in sample for text in wanted)
        )

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_bytes(self):
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()

    def connect(self, **options):
        return Wire(self.public, self.ca, **options)

    def call(self, source, request, method=None):
        """One callback on a connection of its own."""
        with self.connect() as wire:
            return self.call_on(wire, source, request, method)

    def call_on(self, wire, source, request, method=None):
        method = method or ("GET" if request.echostr is not None else "POST")
        body = request.body if method == "POST" else None
        return wire.request(method, f"/callback/{source}?{request.query}", body)

    def post(self, source, body, headers=(), suffix=""):
        with self.connect() as wire:
            return wire.request("POST", f"/callback/{source}{suffix}", body, ["Content-Type: application/json", *headers])

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, within=20.0):
        """SIGTERM; the exit status."""
        self.signal(signal.SIGTERM)
        return self.process.wait(within)

    def kill(self):
        self.killed = True
        self.process.kill()
        self.process.wait()

    def redis(self):
        """The process id of the Redis of this data folder, whoever its parent is now; None when there is none."""
        return next(iter(self.redis_processes()), None)

    def redis_processes(self):
        """All of them: there must never be two. One that has not gone to its data folder yet is in Weir's own."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                name = (entry / "comm").read_text()
                if name.startswith("redis-server") and Path(os.readlink(entry / "cwd")).is_relative_to(self.folder):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def redis_cli(self, *arguments):
        """What redis-cli answers, on the socket of the embedded Redis."""
        command = ["redis-cli", "-s", self.data / "redis.sock", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def output_text(self):
        """What it told whoever started it, and no log."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def log_tail(self, lines=40):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def clean(self):
        if self.process and self.process.poll() is None:
            try:
                self.stop(10.0)
            except subprocess.TimeoutExpired:
                self.kill()
        for redis in self.redis_processes():
            os.kill(redis, signal.SIGCONT)
            os.kill(redis, signal.SIGKILL)
        if "WEIR_KEEP" not in os.environ:  # set it to look at the logs and the data of a failure
            shutil.rmtree(self.folder, ignore_errors=True)


def webhook(name, url, secret, extra=""):
    return f'    webhook "{name}" {{ url "{url}" secret "{secret}" {extra} }}\n'


def wecom_source(name, wecom, receive_ids=None, extra=""):
    ids = ", ".join(f'"{identity}"' for identity in receive_ids or [wecom.receive_id])
    return (
        f'    source "{name}" {{ kind wecom account "{name}" token "{wecom.token}" aes-key "{wecom.key}" '
        f"receive-ids [{ids}] {extra} }}\n"
    )


def weir(*arguments, stdin="", **options):
    """A command of the binary, to its end."""
    return subprocess.run(
        [BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=30, **options
    )

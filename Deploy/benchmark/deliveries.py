"""What the worker alone can do: deliveries put straight into Redis, a Weir with no role but `worker`, endpoints in the driver."""

import re
import subprocess

from driver import LOAD, load
from servers import (
    ROOT, Redis, Server, Void, Weir, free_port, last_json, processor_microseconds, wait_for,
)  # fmt: skip

RULES = ROOT / "Rules"
BODY_BYTES = 900  # as Tests/Load/DeliveryFeed.swift makes them, about


class Scene:
    """A Redis and a worker with so many endpoints: first the dead, then the slow, then the living."""

    def __init__(self, folder, certificate, started, endpoints=1, dead=0, slow=0, concurrency=64):
        self.shape = {"endpoints": endpoints, "dead": dead, "slow": slow}
        self.certificate, self.receiver, self.slow_receiver = certificate, free_port(), free_port()
        closed = free_port()
        self.redis = Redis(folder / "redis")
        started.append(self.redis)
        webhooks = []
        for number in range(endpoints):
            port = closed if number < dead else self.slow_receiver if number < dead + slow else self.receiver
            webhooks.append(
                f'webhook "w{number}" {{ url "https://127.0.0.1:{port}/hooks" concurrency {concurrency} timeout 30s '
                f'secret "whsec_{"A" * 43}=" types [*] }}'
            )
        self.weir = Weir(folder / "weir", certificate, RULES, self.redis, roles=["worker"], webhooks=webhooks)
        started.append(self.weir)

    def run(self, **options):
        return load(
            "deliveries", {"worker": self.weir.worker, "redis": self.redis.worker}, redis=self.redis.socket,
            receiver=self.receiver, slow_receiver=self.slow_receiver, certificate=self.certificate, **self.shape, **options,
        )  # fmt: skip

    def stop(self):
        self.weir.stop()
        self.redis.stop()


class Receiver(Server):
    """The driver's endpoint in a process of its own, as wrk needs it."""

    def __init__(self, folder, certificate, port):
        self.process = subprocess.Popen(
            [LOAD, "receive", "--port", str(port), "--certificate", certificate],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if last_json(self.process.stdout.readline() or '{"problems": ["it said nothing"]}')["problems"]:
            raise Void("the receiver did not start")

    def received(self):
        output, _ = self.process.communicate("\n", timeout=30)
        return last_json(output)["received"]


def wrk(folder, certificate, started, seconds):
    """µs of CPU that wrk spends on a POST like a delivery, and how many it makes a second on one core."""
    port = free_port()
    receiver = Receiver(folder, certificate, port)
    started.append(receiver)
    script = folder / "post.lua"
    script.write_text(
        'wrk.method = "POST"\n'
        f'wrk.body = \'{{"id":"evt_1","text":"\' .. string.rep("x", {BODY_BYTES - 28}) .. \'"}}\'\n'
        'wrk.headers["content-type"] = "application/json"\n'
        'wrk.headers["user-agent"] = "Weir"\n'
        'wrk.headers["webhook-id"] = "evt_1"\n'
        'wrk.headers["webhook-timestamp"] = "1790000000"\n'
        f'wrk.headers["webhook-signature"] = "v1,{"A" * 43}="\n'
    )
    process = subprocess.Popen(
        ["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", script, f"https://127.0.0.1:{port}/hooks"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    spent = 0.0

    def ended():
        nonlocal spent
        if process.poll() is not None:
            return True
        try:
            spent = processor_microseconds(process.pid)
        except OSError:
            pass
        return False

    wait_for(ended, "wrk ends", within=seconds + 20, pause=0.002)
    output = process.stdout.read()
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    count = receiver.received()
    if process.returncode != 0 or not rate or not count:
        raise Void(f"wrk: {output[-300:]}")
    return {"cpu_us": spent / count, "rps": float(rate[1])}


def delivery_speed(folder, certificate, effort, started):
    """As fast as they go over 64 connections, in turn with wrk at the same receiver."""
    scene = Scene(folder / "speed", certificate, started)
    runs = []
    for number in range(effort.delivery_rounds):
        run = scene.run(count=effort.deliveries)
        peer = wrk(folder, certificate, started, 2)
        runs.append(run | {"wrk_cpu_us": peer["cpu_us"], "wrk_rps": peer["rps"]})
    latency = scene.run(count=5000 * effort.webhook_seconds, rate=5000, warm_up=2500)
    scene.stop()
    runs.sort(key=lambda run: run["worker_cpu_us"] / run["wrk_cpu_us"])
    # The run with the middle ratio, whole: figures of different runs do not go together.
    middle = runs[len(runs) // 2]
    return {
        name: middle[name]
        for name in ("worker_cpu_us", "redis_cpu_us", "deliveries_per_s", "wrk_cpu_us", "wrk_rps")
    } | {"p50_ms_at_5000": latency["p50_ms"], "p99_ms_at_5000": latency["p99_ms"]}


ENDPOINTS, DEAD, SLOW, HOLD_MS = 1000, 100, 100, 20_000
CONCURRENCY = 8  # the default


def isolation(folder, certificate, effort, started):
    """p99 of the living endpoints alone, and with dead and slow ones beside them that get as many deliveries each."""
    living = ENDPOINTS - DEAD - SLOW
    rate = effort.isolation_rate
    results = {}
    for name, shape, rate in (
        ("without", {"endpoints": living}, rate * living // ENDPOINTS),
        ("with", {"endpoints": ENDPOINTS, "dead": DEAD, "slow": SLOW}, rate),
    ):
        scene = Scene(folder / f"isolation-{name}", certificate, started, concurrency=CONCURRENCY, **shape)
        # Before it counts, the slow ones have all the connections they may have: as it is in life, but for the first minute.
        scene.run(count=(CONCURRENCY + 1) * shape["endpoints"], rate=400, hold_ms=HOLD_MS)
        results[name] = scene.run(count=rate * effort.isolation_seconds, rate=rate, hold_ms=HOLD_MS)
        scene.stop()
    return results

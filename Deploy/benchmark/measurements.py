"""What is measured, one class or function for each kind. All figures of a run are of this machine, minutes apart at most."""

import http.client
import statistics
import subprocess
import time
from dataclasses import dataclass

from driver import Idle, load
from servers import ROOT, Nginx, Redis, Void, Weir, answers, free_port, processor_microseconds, redis_process, wait_for

RULES = ROOT / "Rules"  # the default rule file


@dataclass
class Effort:
    """How long everything goes on."""

    rounds: int
    rounds_seconds_max: int  # no round is begun that would end later
    requests: int  # the most of one run, all made beforehand
    milliseconds: int  # of sending in one run
    idle_connections: int
    handshakes: int
    handshake_milliseconds: int
    webhook_seconds: int
    webhook_rates: tuple
    starts: int
    api_seconds: int
    delivery_rounds: int
    deliveries: int
    isolation_rate: int  # deliveries a second to all endpoints together
    isolation_seconds: int  # 0: not measured
    api_tenants: int  # stored for the second look at the API; 0 for no second look
    curve_kb: int  # the largest of the hostile rule files, which double from 64 KB on

    @classmethod
    def quick(cls):
        return cls(2, 24, 16_000, 800, 2000, 3000, 800, 2, (2000,), 3, 1, 1, 20_000, 2000, 0, 0, 256)

    @classmethod
    def full(cls):
        return cls(7, 400, 60_000, 3000, 10_000, 20_000, 4000, 10, (2000, 5000), 9, 4, 5, 100_000, 2000, 40, 10_000, 1024)


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


class Peers:
    """(a), (b) and (c), each with servers of its own, measured in turn: a, b, c, a, b, c, …"""

    CONNECTIONS = (64, 256)
    FIGURES = ("rps", "p50_ms", "p99_ms", "server_cpu_us", "redis_cpu_us", "driver_cpu_us")

    def __init__(self, folder, certificate, started):
        def start(server):
            started.append(server)
            return server

        self.nginx = start(Nginx.plain(folder / "nginx", certificate))
        lua_redis = start(Redis(folder / "lua-redis"))
        self.lua = start(Nginx.lua(folder / "nginx-lua", certificate, lua_redis))
        # What (c) is defined as, from the first byte to the answer: an edge whose router runs elsewhere.
        self.weir = start(Weir(folder / "weir", certificate, RULES, roles=["edge"]))
        # All roles, so with the router at work in the same loop: default rules, a tenant without webhooks.
        self.routed = start(Weir(folder / "weir-routed", certificate, RULES))
        self.servers = {"nginx": self.nginx, "nginx_lua": self.lua, "weir": self.weir, "weir_routed": self.routed}
        self.runs = {}
        self.tls = set()

    def round(self, effort, void):
        for connections in self.CONNECTIONS:
            for name in self.servers:
                try:
                    self.runs.setdefault((name, connections), []).append(self.run(name, connections, effort))
                except (Void, subprocess.TimeoutExpired) as error:
                    void.append(f"{name}, {connections} connections: {error}")

    def run(self, name, connections, effort):
        server = self.servers[name]
        keeps = name != "nginx"
        watch = {"server": server.worker}
        if keeps:
            watch["redis"] = redis_process(server.redis.socket if name == "nginx_lua" else server.socket)
            before = server.kept()
        figures = load(
            "requests", watch, port=server.port, connections=connections, count=effort.requests,
            milliseconds=effort.milliseconds,
        )  # fmt: skip
        if keeps:
            kept, accepted = server.kept() - before, figures["ledger"]["accepted"]
            if kept != accepted:
                raise Void(f"the ledger does not balance: {accepted} were acknowledged, the server kept {kept}")
            if name == "weir_routed":
                self.drain(figures, server)
            server.forget()
        self.tls.add(figures["tls"])
        return figures

    @staticmethod
    def drain(figures, server):
        """What the router had not done yet when the last answer came, it does now, and it counts as well."""
        before = processor_microseconds(server.worker)
        wait_for(lambda: server.routed() >= server.kept(), "all events are routed")
        rest = processor_microseconds(server.worker) - before
        figures["server_cpu_us"] += rest / figures["ledger"]["sent"]

    def results(self):
        """{peer: {connections: {figure: median, "runs": n, "sent": n}}}"""
        results = {}
        for (name, connections), runs in self.runs.items():
            figures = {figure: median([run.get(figure) for run in runs]) for figure in self.FIGURES}
            figures |= {"runs": len(runs), "sent": sum(run["ledger"]["sent"] for run in runs)}
            results.setdefault(name, {})[str(connections)] = figures
        return results


def handshakes(peers, effort, rounds):
    """Full and resumed handshakes; the rate is bound by the driver, which has more to compute than the server."""
    results = {}
    for kind, resume in (("full", None), ("resumed", 1)):
        runs = {"nginx": [], "weir": []}
        for _ in range(rounds):
            for name, server in (("nginx", peers.nginx), ("weir", peers.weir)):
                runs[name].append(
                    load(
                        "handshakes", {"server": server.worker}, port=server.port, connections=32,
                        count=effort.handshakes, milliseconds=effort.handshake_milliseconds, resume=resume,
                    )
                )  # fmt: skip
        results[kind] = {
            name: {figure: median([run[figure] for run in found]) for figure in ("rps", "server_cpu_us")}
            for name, found in runs.items()
        }
    return results


def idle_memory(folder, certificate, effort, started):
    """Resident bytes of the server for each connection that had one answer and says nothing more. The processes are fresh:
    what one freed after an earlier run it would use again now, and its connections would seem to need less."""
    nginx = Nginx.plain(folder / "idle-nginx", certificate)
    started.append(nginx)
    weir = Weir(folder / "idle-weir", certificate, RULES, roles=["edge"])
    started.append(weir)
    servers = {"nginx": nginx, "weir": weir}
    results = {}
    for name, server in servers.items():
        load("requests", port=server.port, connections=64, count=2000)
        before = server.memory()["rss"]
        with Idle(server.port, effort.idle_connections):
            time.sleep(0.3)  # what a server frees after an answer, it has freed by now
            during = server.memory()["rss"]
        results[name] = (during - before) / effort.idle_connections
        server.stop()
    return results


def start_up(folder, certificate, effort, started):
    """From exec to the first 200 of /readyz, with Redis running already; and what the process holds when idle."""
    redis = Redis(folder / "start-redis")
    started.append(redis)
    times, memories = [], []
    for number in range(effort.starts):
        began = time.monotonic()
        weir = Weir(folder / f"start-{number}", certificate, RULES, redis, wait=False)
        started.append(weir)
        wait_for(lambda: weir.check_alive() or (answers(weir.operations) and is_ready(weir)), "Weir is ready", pause=0.0005)
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.5)
        memories.append(weir.memory()["rss"] / 1e6)
        weir.stop()
    return {"start_up_ms": median(times), "idle_rss_mb": median(memories)}


def is_ready(weir):
    connection = http.client.HTTPConnection("127.0.0.1", weir.operations, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def webhooks(folder, certificate, effort, started, void):
    """Callback to webhook, open loop at fixed rates: the whole way, in one loop, to a receiver in the driver."""
    receiver = free_port()
    weir = Weir(folder / "weir-webhooks", certificate, RULES, webhook=receiver)
    started.append(weir)
    redis = redis_process(weir.socket)
    results = {}
    for rate in effort.webhook_rates:
        try:
            results[str(rate)] = load(
                "requests", {"server": weir.worker, "redis": redis}, port=weir.port, connections=64,
                count=rate * effort.webhook_seconds, rate=rate, receiver=receiver, certificate=certificate,
                warm_up=rate // 2,
            )  # fmt: skip
        except (Void, subprocess.TimeoutExpired) as error:
            void.append(f"webhooks at {rate}/s: {error}")
    weir.stop()
    return results


def delivery_alone(folder, certificate, effort, started):
    """The same way through two processes, so that the worker's CPU time is that of deliveries and of nothing else."""
    receiver, rate = free_port(), effort.webhook_rates[0]
    # Each is remembered before the next is started: if that one cannot, these are stopped all the same.
    redis = Redis(folder / "split-redis")
    started.append(redis)
    edge = Weir(folder / "split-edge", certificate, RULES, redis, receiver, ["edge", "router"])
    started.append(edge)
    worker = Weir(folder / "split-worker", certificate, RULES, redis, receiver, ["worker"])
    started.append(worker)
    figures = load(
        "requests", {"server": edge.worker, "worker": worker.worker}, port=edge.port, connections=64,
        count=rate * effort.webhook_seconds, rate=rate, receiver=receiver, certificate=certificate, warm_up=rate // 2,
    )  # fmt: skip
    worker.stop()
    edge.stop()
    return figures["worker_cpu_us"]


def rule_matching():
    found = {str(routes): load("rules", routes=routes) for routes in (10, 1000, 10_000)}
    lists = {str(words): load("rules", words=words) for words in (10, 10_000)}
    return {"routes": found, "words": lists}


def rule_curve(effort):
    """{kind of hostile rule file: {KB: µs per KB}}: a check that is linear has one figure for all sizes of a kind."""
    found = load("rules-curve", largest_kb=effort.curve_kb)
    del found["problems"]
    return found

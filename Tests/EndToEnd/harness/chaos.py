"""Blows at random instants against Weir and Redis under load. Afterwards the ledger must balance (harness/scene.py).

Two stages: one Weir with the Redis it starts itself, and two Weirs on a Redis of somebody else. `Deploy/chaos` runs this for long,
test_chaos.py for a minute. The seed repeats the choices, not the scheduler's.
"""

import argparse
import itertools
import json
import math
import random
import resource
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from harness.gateway import ROOT, make_certificates
from harness.polling import eventually
from harness.receiver import Answer
from harness.redis import RedisServer
from harness.scene import Scene, kill, redis_cli
from harness.wecom import text_message
from harness.wire import request_bytes

SENDERS, ACCOUNTS = 4, 6
# Longer than the replies of Redis are waited for (3 s), and than a lease lives (9 s).
SHORT_STALL, LONG_STALL, FULL_FOR = 3.5, 10.0, 1.0


class Load:
    """Senders that put unique events in, each in batches over one connection, and repeat what was not acknowledged."""

    def __init__(self, scene, prefix):
        self.scene = scene
        self._stop = threading.Event()
        self.faults = []
        self._threads = [threading.Thread(target=self._send, args=(prefix, n), daemon=True) for n in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(70)
        assert not any(thread.is_alive() for thread in self._threads), "a sender hangs"
        assert not self.faults, self.faults[0]

    def _send(self, prefix, sender):
        rng = random.Random(f"{prefix}/{sender}")
        count = 0
        while not self._stop.is_set():
            batch = range(count, count + rng.randrange(1, 12))
            count = batch.stop
            try:
                pipeline(self.scene, callbacks(f"{prefix} {sender}/{n}" for n in batch), rng, self._stop.is_set)
            except AssertionError as fault:
                return self.faults.append(fault)


def callbacks(texts):
    """For each text the account it is for and the message, whose id stays the same however often it is sent."""
    return {text: (number % ACCOUNTS, text_message(text)) for number, text in enumerate(texts)}


def pipeline(scene, left, rng, is_over=lambda: False):
    """Sends the callbacks in one go and reads the answers; what got none is sent again."""
    while left and not is_over():
        try:
            with rng.choice(scene.up).connect(timeout=8.0) as wire:
                wire.send(b"".join(_bytes(scene, *callback) for callback in left.values()))
                for text in list(left):
                    status = wire.read().status
                    assert status in (200, 503), f"{text}: anything but 200, 503 and silence is a lie: {status}"
                    if status == 200:
                        scene.acknowledged[text] = None
                        del left[text]
        except OSError:
            pass
        if left:
            time.sleep(0.02)  # nobody listens while Weir is down: do not spin


def _bytes(scene, account, inner):
    request = scene.senders[account].push(inner)
    return request_bytes("POST", f"/callback/app-{account}?{request.query}", request.body)


class OwnRedis:
    """One Weir, and the Redis that it starts and keeps running."""

    victims = {
        "weir": 6, "redis": 6, "both": 6, "weir at a byte": 3, "weir at a fault point": 3, "redis at a byte": 3,
        "redis stalls": 1, "redis is full": 1,
    }  # fmt: skip

    def __init__(self, certificates):
        self.scene = Scene(certificates, accounts=ACCOUNTS, loops=2)
        self.folder = self.scene.weir.data

    def redis(self):
        """Its process id; None when there is none just now."""
        return self.scene.weir.redis()

    def recover_redis(self):
        """Weir does that."""

    def close(self):
        self.scene.close()


class SharedRedis:
    """Two Weirs on one Redis, which the stage itself starts again."""

    victims = {
        "weir": 6, "redis": 4, "both": 4, "weir at a byte": 2, "weir at a fault point": 3, "redis at a byte": 2,
        "weir stalls": 1, "redis stalls": 1, "redis is full": 1,
    }  # fmt: skip

    def __init__(self, certificates):
        self._redis = RedisServer().start()
        self.scene = Scene(certificates, instances=2, accounts=ACCOUNTS, redis=self._redis.socket, loops=1)
        self.folder = self._redis.folder

    def redis(self):
        return self._redis.process.pid if self._redis.process.poll() is None else None

    def recover_redis(self):
        if self._redis.process.poll() is not None:
            self._redis.start()

    def close(self):
        self.scene.close()
        self._redis.clean()


FAULT_POINTS = [
    line.split('"')[1]
    for line in (ROOT / "Sources/Loop/FaultPoint.swift").read_text().splitlines()
    if line.startswith("    case ") and not line.split('"')[1].startswith(("reload.", "stop."))
]


class Storm:
    """Until there were `kills`, or for `seconds`, but not before the first three kills: a slow machine has its storm as well."""

    LEAST = 3

    def __init__(self, make_stage, certificates, seed, kills=10**9, seconds=float("inf"), say=lambda _: None):
        self.stage = make_stage(certificates)
        self.scene = self.stage.scene
        self.rng = random.Random(f"{make_stage.__name__} {seed}")
        self.kills, self.pauses = Counter(), Counter()
        self.say, self.wanted, self.end = say, kills, time.monotonic() + seconds

    def run(self):
        for weir in self.scene.weirs:
            weir.start()
        load = Load(self.scene, f"chaos {type(self.stage).__name__}")
        try:
            for number in itertools.count(1):
                killed = self.kills.total()
                if killed >= self.wanted or (killed >= self.LEAST and time.monotonic() > self.end):
                    break
                self._blow()
                if number % 20 == 0:
                    self.say(f"{number} blows, {self.kills.total()} kills, {len(self.scene.acknowledged)} acknowledged")
            for weir in self.scene.weirs:  # one may have a death planned, which would fall when nobody raises it any more
                self.kills["weir"] += 1
                self._kill(weir)
            self._recover()
        finally:
            load.stop()
        self.scene.balance(within=90.0)
        return self

    def close(self):
        self.stage.close()

    def ledger(self):
        answered = Counter(d.answered for d in self.scene.receiver.deliveries)
        return {
            "stage": type(self.stage).__name__, "kills": dict(self.kills), "killed": sum(self.kills.values()),
            "pauses": dict(self.pauses), "acknowledged": len(self.scene.acknowledged),
            "delivered": len(self.scene.acknowledged) - len(self.scene.missing()), "missing": len(self.scene.missing()),
            "deliveries": answered.total(), "duplicates": self.scene.duplicates(),
        }  # fmt: skip

    def _blow(self):
        instant = time.monotonic() + self.rng.expovariate(1 / 0.5)
        self.scene.receiver.script("/hooks", *[Answer(500)] * self.rng.randrange(3))
        eventually(lambda: time.monotonic() >= instant, what="the instant")
        victims = self.stage.victims
        victim = self.rng.choices(list(victims), victims.values())[0]
        weir = self.rng.choice(self.scene.weirs)
        if victim.endswith("stalls"):
            self.pauses[victim] += 1
            self._stall(victim, weir)
        elif victim == "redis is full":
            self.pauses[victim] += 1
            self._fill(instant + FULL_FOR)
        elif victim == "redis at a byte":
            self.kills[victim] += self._cut_log_off()
        elif victim == "weir at a byte":
            self.kills[victim] += 1
            self._cut_off(weir)
        elif victim == "weir at a fault point":
            # The next start has a death planned; the process goes now, so that there is one.
            self.kills["weir"] += 1
            self._kill(weir)
            weir.environment["WEIR_FAULT"] = f"{self.rng.choice(FAULT_POINTS)}:{self.rng.choice((1, 2, 5, 20, 100))}"
            weir.start(ready=False)
            weir.environment.pop("WEIR_FAULT")
        else:
            self.kills[victim] += 1
            if victim != "weir":
                self.scene.died("redis")
                self._kill_redis()
            if victim != "redis":
                self._kill(weir)
        if self.rng.random() < 0.7:  # now and then the next blow falls before it has recovered
            self._recover()
        else:
            self._raise()

    def _kill(self, weir):
        self._notice(weir)
        self.scene.died("weir")
        weir.kill()

    def _cut_off(self, weir):
        """Dies in the middle of a burst of callbacks, which are sent again."""
        burst = callbacks(f"cut {len(self.scene.deaths)}/{n}" for n in range(8))
        whole = b"".join(_bytes(self.scene, *callback) for callback in burst.values())
        try:
            with weir.connect(timeout=8.0) as wire:
                wire.send(whole[: self.rng.randrange(len(whole))])
                self._kill(weir)
        except OSError:
            self._kill(weir)  # it was down already
        self._raise()
        pipeline(self.scene, burst, self.rng)

    def _cut_log_off(self):
        """Redis may write so many bytes more to its log of commands and dies at the next; nothing is full in truth."""
        logs = list(self.stage.folder.glob("appendonlydir/*.incr.aof"))
        if (redis := self.stage.redis()) is None or not logs:
            return 0
        limit = max(log.stat().st_size for log in logs) + self.rng.randrange(1, 5000)
        self.scene.died("redis")
        try:
            resource.prlimit(redis, resource.RLIMIT_FSIZE, (limit, limit))
        except ProcessLookupError:
            return 0

        def is_gone():
            gone = self.stage.redis() != redis
            self._raise()  # a Weir that reaches its fault point meanwhile leaves Redis with nothing to write
            return gone

        eventually(is_gone, within=60.0, what="Redis has come to the byte")
        return 1

    def _fill(self, end):
        """Its memory is full: callbacks get 503, what was accepted goes on."""
        redis_cli(self.scene.redis, "CONFIG", "SET", "maxmemory", "1")
        eventually(lambda: time.monotonic() >= end, what="the end of the shortage")
        redis_cli(self.scene.redis, "CONFIG", "SET", "maxmemory", "0")

    def _kill_redis(self):
        if (redis := self.stage.redis()) is not None:
            kill(redis)
            eventually(lambda: self.stage.redis() != redis, what="the killed Redis is gone")

    def _signal_redis(self, number):
        if (redis := self.stage.redis()) is not None:
            kill(redis, number)

    def _stall(self, victim, weir):
        """Of Weir, longer than its leases live; of Redis, longer than its replies are waited for."""
        send = weir.signal if victim == "weir stalls" else self._signal_redis
        end = time.monotonic() + (LONG_STALL if victim == "weir stalls" else SHORT_STALL)
        self.scene.died(victim)
        send(signal.SIGSTOP)
        try:
            eventually(lambda: time.monotonic() >= end, within=60.0, what="the end of the pause")
        finally:
            send(signal.SIGCONT)
        self.scene.died(victim)  # what was sent before the pause may be settled, or repeated, after it

    def _raise(self):
        self.stage.recover_redis()
        for weir in self.scene.weirs:
            self._raise_one(weir)

    def _raise_one(self, weir):
        if weir.process.poll() is not None:
            self._notice(weir)
            weir.start(ready=False)

    def _notice(self, weir):
        """A process that ended by itself has reached its fault point."""
        if not weir.killed and weir.process.poll() is not None:
            assert weir.process.returncode == -signal.SIGKILL, f"it ended with {weir.process.returncode}\n{weir.log_tail()}"
            self.kills["weir at a fault point"] += 1
            self.scene.died("weir")

    def _recover(self):
        """Until all are ready. One whose fault point is reached meanwhile is started again."""

        def ready():
            self._raise()
            return all(weir.health("/readyz") == 200 for weir in self.scene.weirs)

        try:
            eventually(ready, within=60.0, what="all are ready again")
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(weir.log_tail() for weir in self.scene.weirs)) from None


def main():
    parser = argparse.ArgumentParser(prog="Deploy/chaos", description="Kills Weir and Redis under load; the ledger must balance.")
    parser.add_argument("--kills", type=int, help="at least so many (default: 200, unless --minutes is given)")
    parser.add_argument("--minutes", type=float, help="for so long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = parser.parse_args()
    kills = given.kills or (None if given.minutes else 200)
    print(f"seed {given.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    make_certificates(folder)
    status = 0
    # Two thirds of the blows with Weir's own Redis, one third with two instances.
    for stage, share in ((OwnRedis, 2 / 3), (SharedRedis, 1 / 3)):
        bounds = {"kills": math.ceil(kills * share)} if kills else {}
        bounds |= {"seconds": given.minutes * 60 * share} if given.minutes else {}
        storm = Storm(stage, folder, given.seed, **bounds, say=lambda text: print(text, file=sys.stderr, flush=True))
        try:
            storm.run()
        except AssertionError as fault:
            status = 1
            print(f"{stage.__name__}, seed {given.seed}: {fault}", file=sys.stderr)
        finally:
            storm.close()
        print(json.dumps(storm.ledger() | {"seed": given.seed}), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())

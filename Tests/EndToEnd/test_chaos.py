"""The promise itself: whatever is killed at whatever instant, an acknowledged event arrives.

A minute of load with kill -9 of Weir and of its Redis at random instants. The ledger must balance: acknowledged events
minus delivered ones is the empty set. The seed of the run repeats the choices (not the scheduler's).
"""

import os
import signal
import threading
import time

from conftest import CORP, seed
from harness.gateway import webhook, wecom_source
from harness.polling import eventually
from harness.receiver import Answer
from harness.wecom import WeCom, text_message

DURATION = float(os.environ.get("WEIR_CHAOS_SECONDS", "45"))
SENDERS = 4


class Load:
    """Senders that put unique events in and write down which were acknowledged. Like WeCom they repeat what was not."""

    def __init__(self, weir, app):
        self.weir, self.app = weir, app
        self.acknowledged, self.unavailable, self.odd = set(), 0, []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _send(self, sender):
        wire, count = None, 0
        while not self._stop.is_set():
            count += 1
            text = f"chaos {sender}/{count}"
            inner = text_message(text)
            for _ in range(3):
                try:
                    wire = wire or self.weir.connect(timeout=8.0)
                    status = self.weir.call_on(wire, "app", self.app.push(inner)).status
                except OSError:
                    if wire:
                        wire.close()
                    wire = None
                    self._stop.wait(0.05)  # nobody listens while Weir is down: do not spin
                    continue
                with self._lock:
                    if status == 200:
                        self.acknowledged.add(text)
                    elif status == 503:
                        self.unavailable += 1
                    else:
                        self.odd.append((text, status))
                if status == 200:
                    break


def test_kill_9_of_weir_and_redis_under_load_loses_no_acknowledged_event(start, receiver, rng):
    app = WeCom(CORP)
    tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
    schedule = "[0s, " + ", ".join(["500ms"] * 19) + "]"
    weir = start(tenants, blocks={"delivery": f"timeout 2s schedule {schedule}", "callbacks": "deadline 2000ms"})
    load = Load(weir, app)
    kills = {"weir": 0, "redis": 0, "both": 0}
    end = time.monotonic() + DURATION
    try:
        while time.monotonic() < end:
            instant = time.monotonic() + rng.uniform(0.2, 3.0)
            receiver.script("/hooks", *[Answer(500)] * rng.randrange(3))
            eventually(lambda: time.monotonic() >= instant)
            victim = rng.choice(list(kills))
            kills[victim] += 1
            redis = weir.redis()
            if victim != "weir" and redis is not None:
                os.kill(redis, signal.SIGKILL)
            if victim != "redis":
                weir.kill()
                weir.start(ready=False)
            if rng.random() < 0.7:  # now and then the next blow falls before it has recovered
                weir.wait_ready()
        weir.wait_ready()
    finally:
        load.stop()
    print(f"seed {seed()}: {kills}, {len(load.acknowledged)} acknowledged, {load.unavailable} times 503")
    assert load.odd == [], "anything but 200 and 503 is a lie"
    assert len(load.acknowledged) > 100, "there was no load to speak of"

    def missing():
        delivered = {d.text for d in list(receiver.deliveries) if d.answered == 200}
        return load.acknowledged - delivered

    eventually(lambda: not missing(), within=60.0, what="every acknowledged event arrived")
    assert all(d.verified for d in receiver.deliveries)
    identities = {}
    for delivery in receiver.deliveries:
        identities.setdefault(delivery.text, set()).add(delivery.id)
    twice = {text: ids for text, ids in identities.items() if len(ids) > 1}
    assert not twice, f"repeated callbacks became new events: {dict(list(twice.items())[:3])}"

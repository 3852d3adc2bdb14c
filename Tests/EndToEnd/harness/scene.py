"""One tenant with its sender and its receiver around one Weir, or several on one Redis; and the ledger that must balance."""

import json
import os
import signal
import subprocess
import threading
import time
from collections import defaultdict

from harness.gateway import MASTER_KEY, SHARED_VAULT, Gateway, webhook, wecom_source
from harness.polling import eventually
from harness.receiver import Receiver
from harness.redis import LEFTOVERS
from harness.wecom import WeCom, text_message

CORP = "ww0123456789abcdef"
RULES = """
route "everything" { to webhooks }
"""
# Twenty attempts: what fails on purpose, or because Weir is gone, is repeated soon and never given up.
SCHEDULE = "[0s, " + ", ".join(["300ms"] * 19) + "]"
# The receiver has a moment between the end of a process that sent something and the look at what it sent.
LAG = 2.0


class Scene:
    """`redis`: the socket of a Redis that somebody else runs; without, the only Weir has its own."""

    def __init__(self, certificates, instances=1, accounts=1, redis=None, loops=1):
        self.receiver = Receiver(certificates / "server")
        self.senders = [WeCom(CORP) for _ in range(accounts)]
        blocks = {"delivery": f"schedule {SCHEDULE}", "callbacks": "deadline 2000ms", "log": "level debug"}
        if redis is not None:
            blocks |= {"redis": f'url "unix:{redis}"', **SHARED_VAULT}
        self.weirs = [
            Gateway(
                certificates, self.tenants(), RULES, blocks, {"WEIR_LOOPS": str(loops), "MASTER_KEY": MASTER_KEY}
            ) for _ in range(instances)
        ]
        self.weir = self.weirs[0]
        self.up = self.weirs  # those that the sender knows
        self.redis = redis or self.weir.data / "redis.sock"
        self.acknowledged = {}  # text: the answers it got, None where there was none
        self.deaths = []  # (monotonic time, what died or stood still)
        self._lock = threading.Lock()

    def tenants(self, more=""):
        sources = "".join(wecom_source(f"app-{n}", sender) for n, sender in enumerate(self.senders))
        hook = webhook("crm", self.receiver.url(), self.receiver.secret)
        return f'tenant "acme" {{\n{sources}{hook}{more}}}\n'

    def close(self):
        for weir in self.weirs:
            weir.clean()
        self.receiver.close()

    # The sender's side

    def send(self, text, account=0, within=60.0, until=lambda: False):
        """Repeats a callback until it is acknowledged, as WeCom would if it never gave up. The answers, None for none."""
        inner, answers, deadline = text_message(text), [], time.monotonic() + within
        while not until():
            status = self._try(account, inner, len(answers))
            answers.append(status)
            if status == 200:
                with self._lock:
                    self.acknowledged[text] = answers
                return answers
            assert status in (None, 503), f"{text}: anything but 200, 503 and silence is a lie: {answers}"
            assert time.monotonic() < deadline, f"{text} was not acknowledged within {within} s: {answers[-5:]}"
            time.sleep(0.02)  # nobody listens while Weir is down: do not spin
        return answers

    def _try(self, account, inner, turn):
        weir = self.up[turn % len(self.up)]
        try:
            with weir.connect(timeout=8.0) as wire:
                return weir.call_on(wire, f"app-{account}", self.senders[account].push(inner)).status
        except OSError:
            return None

    def sending(self, texts, accounts=1):
        """Sends all of them from a thread of its own; join it."""
        thread = threading.Thread(target=lambda: [self.send(text, n % accounts) for n, text in enumerate(texts)], daemon=True)
        thread.start()
        return thread

    # Crashes

    def died(self, what):
        self.deaths.append((time.monotonic(), what))

    def arm(self, fault, weir=None):
        (weir or self.weir).environment["WEIR_FAULT"] = fault

    def disarm(self):
        for weir in self.weirs:
            weir.environment.pop("WEIR_FAULT", None)

    def wait_killed(self, weir=None, within=30.0):
        weir = weir or self.weir
        status = weir.process.wait(within)
        self.died("weir")
        assert status == -signal.SIGKILL, f"it ended with {status} and not at the fault point\n{weir.log_tail()}"

    # The ledger

    def leftovers(self):
        return defaultdict(lambda: None, self._ask(LEFTOVERS))

    def _ask(self, script):
        said = redis_cli(self.redis, "EVAL", script, "0")
        try:
            return json.loads(said)
        except ValueError:
            return {"redis": said}  # not there just now

    def is_idle(self):
        left = self.leftovers()
        return all(left[name] == 0 for name in ("webhooks", "retry", "deliveries", "unrouted"))

    def missing(self):
        return self.acknowledged.keys() - {d.text for d in list(self.receiver.deliveries) if d.answered == 200}

    def attempts(self):
        """The deliveries of each text, in the order of their arrival."""
        attempts = defaultdict(list)
        for delivery in list(self.receiver.deliveries):
            attempts[delivery.text].append(delivery)
        return attempts

    def shares(self):
        """How many leases each living instance holds, the routers' and the workers' together."""
        script = """
        local held = {}
        for number = 0, 15 do
          for _, role in ipairs({'router', 'worker'}) do
            local owner = string.match(redis.call('GET', 'weir:{' .. number .. '}:lease:' .. role) or '', '^(%x+)/')
            if owner then held[owner] = (held[owner] or 0) + 1 end
          end
        end
        return cjson.encode(held)"""
        return sorted(count for count in self._ask(script).values() if isinstance(count, int))

    def make_leases_last(self):
        for number in range(16):
            for role in ("router", "worker"):
                redis_cli(self.redis, "PERSIST", f"weir:{{{number}}}:lease:{role}")

    def balance(self, within=30.0, given_up=frozenset()):
        """Waits until all that was acknowledged has arrived and nothing is left, then looks at every delivery."""
        try:
            eventually(lambda: self.missing() <= given_up, within, "every acknowledged event arrived")
            eventually(self.is_idle, within, "nothing is stuck")
        except AssertionError as error:
            lost = sorted(self.missing() - given_up)
            raise AssertionError(f"{error}: {len(lost)} missing {lost[:3]}, left {dict(self.leftovers())}") from None
        attempts = self.attempts()
        assert all(d.verified for d in self.receiver.deliveries), "each signature is right"
        twice = {text: {d.id for d in of} for text, of in attempts.items() if len({d.id for d in of}) > 1}
        assert not twice, f"repeated callbacks became new events: {dict(list(twice.items())[:3])}"
        paths = {(d.path, d.text) for d in self.receiver.deliveries}
        unexplained = [
            (path, text) for path, text in paths if not self._explained([d for d in attempts[text] if d.path == path])
        ]
        assert not unexplained, f"delivered twice without a crash in between: {unexplained[:5]} of {len(unexplained)}"

    def duplicates(self):
        """How many deliveries came after one that the receiver had answered with 200."""
        return sum(max(0, sum(d.answered == 200 for d in of) - 1) for of in self.attempts().values())

    def _explained(self, attempts):
        """Whether a crash or a pause stands between each delivery that was answered with 200 and the next. A crash of Redis
        is no reason for another: the outcome is kept in memory until Redis has it."""
        taken = [d.at for d in attempts if d.answered == 200]
        return all(
            any(first - LAG <= death <= second for death, what in self.deaths if what != "redis") for first, second in zip(taken, taken[1:])
        )


def redis_cli(path, *arguments):
    done = subprocess.run(["redis-cli", "-s", path, *arguments], capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass

"""All hostile clients in turn, for as long as is asked: what a healthy client notices of each, and whether anything is left behind.

Run by `Deploy/soak`. The healthy client is a process of its own that sends callbacks on a schedule; its latency counts from the
instant at which a callback was due. The attackers run at a lower priority, since elsewhere they would have machines of their own.
Before each attack it measures quiet for as long, so that the two are compared under the same conditions."""

import argparse
import contextlib
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from pathlib import Path

from harness.attacks import ATTACKS, Crowd, Target, idle, open_file_limit
from harness.gateway import Gateway, make_certificates, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message
from harness.wire import Wire, request_bytes

CORP = "ww0123456789abcdef"
EDGE = "header-timeout 2s body-timeout 2s idle-timeout 30s connections-per-address 20000"
MB = 1 << 20


class HealthyClient:
    """Sends callbacks at a rate, from a process of its own."""

    def __init__(self, weir, app, rate):
        self._ours, theirs = multiprocessing.Pipe()
        arguments = (theirs, weir.public, weir.ca, app, rate)
        self._process = multiprocessing.Process(target=self._run, args=arguments, daemon=True)
        self._process.start()

    def begin(self, seconds):
        self._ours.send(seconds)

    def result(self):
        """Latencies in ms, and how many callbacks were not answered with 200."""
        return self._ours.recv()

    def measure(self, seconds):
        self.begin(seconds)
        return self.result()

    @staticmethod
    def _run(pipe, port, ca, app, rate):
        number = 0
        while True:
            seconds = pipe.recv()
            requests = []
            for _ in range(int(seconds * rate)):
                callback = app.push(text_message(f"soak {os.getpid()} {number}"))
                requests.append(request_bytes("POST", f"/callback/app?{callback.query}", callback.body))
                number += 1
            latencies, failed = [], 0
            wire = Wire(port, ca)
            started = time.perf_counter()
            for index, data in enumerate(requests):
                due = started + index / rate
                while (ahead := due - time.perf_counter()) > 0:
                    time.sleep(ahead)
                try:
                    wire.send(data)
                    if wire.read().status != 200:
                        failed += 1
                except OSError:
                    failed += 1
                    wire = Wire(port, ca)
                latencies.append((time.perf_counter() - due) * 1000)
            wire.close()
            pipe.send((latencies, failed))


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@contextlib.contextmanager
def ten_thousand_idle(target):
    with idle(target, 10_000):
        yield


def standing(name, target, size):
    """The attack as a context: while it lasts, it goes on."""
    if name == "10,000 idle connections":
        return ten_thousand_idle(target)
    return Crowd(ATTACKS[name], target, min(size, 8) if name in ("renegotiating", "changing keys") else size)


def round_of(name, weir, healthy, target, arguments):
    quiet, failed_before = healthy.measure(arguments.seconds)
    with standing(name, target, arguments.size):
        attacked, failed = healthy.measure(arguments.seconds)
        during = weir.resident_bytes()
    eventually(lambda: weir.metric("weir_connections", listener="public") == 0, within=60.0, what="all is closed again")
    row = {
        "attack": name, "quiet_p50_ms": percentile(quiet, 0.5), "quiet_p99_ms": percentile(quiet, 0.99),
        "p50_ms": percentile(attacked, 0.5), "p99_ms": percentile(attacked, 0.99), "failed": failed + failed_before,
        "rss_during_mb": during / MB, "rss_after_mb": weir.resident_bytes() / MB,
        "descriptors_after": weir.open_descriptors(),
    }  # fmt: skip
    row["ratio"] = row["p99_ms"] / row["quiet_p99_ms"]
    print(
        f"{name:34} {row['quiet_p50_ms']:8.2f} {row['quiet_p99_ms']:8.2f} {row['p50_ms']:8.2f} {row['p99_ms']:8.2f} "
        f"{row['ratio']:6.2f} {row['failed']:6} {row['rss_during_mb']:8.1f} {row['rss_after_mb']:8.1f} "
        f"{row['descriptors_after']:5}", flush=True
    )  # fmt: skip
    return row


def summary(rows):
    """The median of each attack's rounds, and the first and last state of what could leak."""
    print(f"\n{'median of all rounds':34} {'quiet p99':>10} {'p99':>10} {'ratio':>7}")
    ratios = {}
    for name in dict.fromkeys(row["attack"] for row in rows):
        mine = [row for row in rows if row["attack"] == name]
        quiet, attacked = (statistics.median(row[key] for row in mine) for key in ("quiet_p99_ms", "p99_ms"))
        ratios[name] = attacked / quiet
        print(f"{name:34} {quiet:10.2f} {attacked:10.2f} {ratios[name]:7.2f}")
    return ratios


def main():
    parser = argparse.ArgumentParser(prog="Deploy/soak", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=0, help="go on for so long (default: one round of each attack)")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (default: 5)")
    parser.add_argument("--rate", type=int, default=50, help="callbacks a second of the healthy client (default: 50)")
    parser.add_argument("--size", type=int, default=100, help="attackers at a time (default: 100)")
    parser.add_argument("--attack", metavar="WORDS", help="only attacks whose names contain these words")
    arguments = parser.parse_args()
    names = [name for name in ["10,000 idle connections", *ATTACKS] if (arguments.attack or "") in name]
    if not names:
        parser.error(f"no attack is called so; there are: {', '.join(ATTACKS)}")
    app = WeCom(CORP)
    with tempfile.TemporaryDirectory() as folder, open_file_limit(12_000):
        make_certificates(Path(folder))
        tenants = 'tenant "acme" {\n' + wecom_source("app", app) + "}\n"
        weir = Gateway(Path(folder), tenants, "", blocks={"edge": EDGE})
        try:
            weir.start()
            healthy = HealthyClient(weir, app, arguments.rate)
            healthy.measure(arguments.seconds)  # for warming up
            os.nice(10)
            target = Target(weir.public, weir.ca, [f"127.0.0.{n}" for n in range(2, 12)])
            deadline, rows, rounds = time.monotonic() + arguments.minutes * 60, [], 0
            print(f"{'':34} {'quiet':>17} {'attacked':>17} {'':6} {'':6} {'RSS in MB':>17}")
            print(f"{'attack':34} {'p50 ms':>8} {'p99 ms':>8} {'p50 ms':>8} {'p99 ms':>8} {'ratio':>6} {'failed':>6} "
                  f"{'during':>8} {'after':>8} {'fds':>5}")  # fmt: skip
            marks = []
            while rounds == 0 or time.monotonic() < deadline:
                for name in names:
                    if rounds > 0 and time.monotonic() > deadline:
                        break
                    rows.append(round_of(name, weir, healthy, target, arguments))
                rounds += 1
                marks.append((weir.resident_bytes() / MB, weir.open_descriptors()))
            ratios = summary(rows)
            failed = sum(row["failed"] for row in rows)
            print(f"\nafter the first round {marks[0][0]:.1f} MB and {marks[0][1]} descriptors, "
                  f"after {rounds} rounds {marks[-1][0]:.1f} MB and {marks[-1][1]}; "
                  f"{failed} healthy callbacks were not answered with 200")  # fmt: skip
            print(json.dumps({
                "rounds": rounds, "failed": failed, "ratios": ratios,
                "rss_mb": [mark[0] for mark in marks], "descriptors": [mark[1] for mark in marks],
            }))  # fmt: skip
            leaked = marks[-1][1] > marks[0][1]
            raise SystemExit(1 if failed or leaked else 0)
        finally:
            weir.clean()


if __name__ == "__main__":
    main()

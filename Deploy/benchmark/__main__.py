"""Deploy/bench's orchestrator: starts the peers, measures them in turn, prints a table and, as the last line, one JSON object."""

import argparse
import datetime
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import goals
import readme
import report
from api import api_cost
from deliveries import delivery_speed, isolation
from machine import fsync_milliseconds, load_average, machine
from measurements import Effort, Peers, delivery_alone, handshakes, idle_memory, rule_curve, rule_matching, start_up, webhooks
from servers import ROOT, Void, make_certificate

RESULTS = ROOT / "Deploy/bench-results"


def measure(effort, folder, say):
    """All results, and why some of them are void."""
    started, void, results = [], [], {"load_before": load_average(), "fsync_ms_before": fsync_milliseconds(folder)}

    def attempt(name, what, *arguments):
        began = time.monotonic()
        try:
            results[name] = what(*arguments)
        except (Void, OSError, TimeoutError) as error:
            void.append(f"{name}: {error}")
        say(f"{name}: {time.monotonic() - began:.1f} s")

    try:
        certificate = make_certificate(folder / "certificates")
        peers = Peers(folder, certificate, started)
        for number in range(effort.rounds):
            began = time.monotonic()
            peers.round(effort, void)
            took = time.monotonic() - began
            say(f"round {number + 1} of {effort.rounds}: {took:.1f} s")
            if number + 1 < effort.rounds and took * (number + 2) > effort.rounds_seconds_max:
                say("no more rounds: this machine is too busy to finish in time")
                break
        results["peers"], results["tls"] = peers.results(), sorted(peers.tls)
        attempt("handshakes", handshakes, peers, effort, 2)
        attempt("idle_tls_bytes", idle_memory, folder, certificate, effort, started)
        attempt("start", start_up, folder, certificate, effort, started)
        attempt("webhooks", webhooks, folder, certificate, effort, started, void)
        attempt("delivery_cpu_us", delivery_alone, folder, certificate, effort, started)
        attempt("deliveries", delivery_speed, folder, certificate, effort, started)
        if effort.isolation_seconds:
            attempt("isolation", isolation, folder, certificate, effort, started)
        attempt("api", api_cost, folder, certificate, effort, started)
        attempt("rules", rule_matching)
        attempt("rules_curve", rule_curve, effort)
    finally:
        for server in reversed(started):
            server.stop()
    results["load_after"], results["fsync_ms_after"] = load_average(), fsync_milliseconds(folder)
    return results, void


def main():
    parser = argparse.ArgumentParser(prog="Deploy/bench", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="bench-weir-"))
    try:
        effort = Effort.quick() if options.quick else Effort.full()
        results, void = measure(effort, folder, lambda text: print(text, file=sys.stderr, flush=True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    document = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kind": "quick" if options.quick else "full",
        "seconds": round(time.monotonic() - began, 1),
        "machine": machine(),
        "effort": vars(effort),
    } | goals.flat(results) | {"void": void, "results": results}
    document["goals"] = goals.judged(document)
    print(report.table(document))
    if not options.quick:
        report.write(document, options.out or RESULTS)
        if not options.out:
            readme.update(document)
    print(json.dumps(document, ensure_ascii=False))
    return 1 if void else 0


sys.exit(main())

"""Whether faults of decryption can be told apart by the time of their answers: many samples of each, interleaved at random, and
Welch's test of each against the first. The first is measured twice, as two classes: what those two differ by is noise.

Run by `Deploy/soak timing`. The envelopes are genuinely signed and all of one length, so that only what is behind the key
differs."""

import argparse
import base64
import json
import math
import os
import random
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from harness.forgery import Plaintext, encrypted, signed
from harness.gateway import Gateway, make_certificates, wecom_source
from harness.wecom import WeCom
from harness.wire import request_bytes

CORP = "ww0123456789abcdef"
BLOCK = 32


def plaintexts(size):
    """{class: a maker of one plaintext of `size` bytes}; each envelope is made anew, with a message of its own."""
    corp = CORP.encode()
    count = size - 20 - len(corp) - 12

    def right(**changes):
        return Plaintext(base64.b64encode(os.urandom(count))[:count], corp, os.urandom(16), **changes).bytes()

    return {
        "padding of 0": lambda: right()[:-1] + b"\0",
        "padding of 0, again": lambda: right()[:-1] + b"\0",
        "padding of 255": lambda: right()[:-1] + b"\xff",
        "uneven padding of 2": lambda: right()[:-2] + b"\0\2",
        "uneven padding of 32": lambda: right()[:-BLOCK] + b"\0" + bytes([32]) * 31,
        "a length beyond the end": lambda: right(length=2**31),
        "a length of -1": lambda: right(length=-1),
        "a length of 0, the rest receiveid": lambda: right(length=0),
        "another receiveid": lambda: right().replace(corp, b"ww0123456789abcdeg"),
    }


def measure(weir, app, size, samples):
    """{class: nanoseconds of each sample}"""
    makers = {what: lambda make=make: signed(app, encrypted(app, make())) for what, make in plaintexts(size).items()}
    makers["a wrong signature"] = lambda: replace(signed(app, encrypted(app, plaintexts(size)["padding of 0"]())), signature="0" * 40)
    times = {what: [] for what in makers}
    order = list(makers)
    with weir.connect() as wire:
        for number in range(samples):
            random.shuffle(order)
            requests = []
            for what in order:
                request = makers[what]()
                requests.append((what, request_bytes("POST", f"/callback/app?{request.query}", request.body)))
            for what, data in requests:
                started = time.perf_counter_ns()
                wire.send(data)
                response = wire.read()
                elapsed = time.perf_counter_ns() - started
                assert response.status == 403, what
                if number >= samples // 20:  # the first are for warming up
                    times[what].append(elapsed)
    return times


def compared(times, base):
    """One row for each class: median, mean of the faster half (what else the machine does makes the slower one), its
    difference from `base`, and Welch's t of it."""

    def cut(values):
        return sorted(values)[: len(values) // 2]

    reference = cut(times[base])
    rows = []
    for what, values in times.items():
        kept = cut(values)
        difference = statistics.fmean(kept) - statistics.fmean(reference)
        error = math.sqrt(statistics.variance(kept) / len(kept) + statistics.variance(reference) / len(reference))
        rows.append({
            "class": what, "samples": len(values), "median_us": statistics.median(values) / 1000,
            "mean_us": statistics.fmean(kept) / 1000, "difference_us": difference / 1000, "t": difference / error,
        })  # fmt: skip
    return rows


def main():
    parser = argparse.ArgumentParser(prog="Deploy/soak timing", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--samples", type=int, default=10_000, help="of each class and size (default: 10000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1024, 131072], help="bytes of the plaintexts")
    arguments = parser.parse_args()
    app = WeCom(CORP)
    with tempfile.TemporaryDirectory() as folder:
        make_certificates(Path(folder))
        weir = Gateway(Path(folder), 'tenant "acme" {\n' + wecom_source("app", app) + "}\n", "")
        try:
            weir.start()
            for size in arguments.sizes:
                samples = max(200, min(arguments.samples, arguments.samples * 16384 // size))
                rows = compared(measure(weir, app, size, samples), "padding of 0")
                print(f"\nplaintexts of {size} bytes, {rows[0]['samples']} samples of each class")
                print(f"{'':36} {'median µs':>10} {'mean µs':>10} {'difference':>10} {'t':>7}")
                for row in rows:
                    print(f"{row['class']:36} {row['median_us']:10.2f} {row['mean_us']:10.2f} {row['difference_us']:+10.3f} {row['t']:+7.2f}")
                print(json.dumps({"size": size, "classes": rows}))
        finally:
            weir.clean()


if __name__ == "__main__":
    main()

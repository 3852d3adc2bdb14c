"""Waiting without fixed sleeps: ask until it holds, fail with words after a deadline."""

import time


def eventually(probe, within=10.0, what="the condition"):
    """The first truthy value of `probe()`; AssertionError with its last value after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what} (last value: {value!r})")
        time.sleep(0.02)

"""What a figure depends on besides Weir."""

import os
import platform
import re
import statistics
import subprocess
import time
from pathlib import Path

from servers import ROOT, WEIR


def load_average():
    return [round(value, 2) for value in os.getloadavg()]


def fsync_milliseconds(folder, count=60):
    """What `appendfsync always` waits for each time: the median of an append of 16 KB and its fdatasync, beside Redis' files."""
    path, block, times = folder / "fsync", bytes(16 << 10), []
    with open(path, "wb", buffering=0) as file:
        for _ in range(count):
            file.write(block)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return round(statistics.median(times), 3)


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=ROOT)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()


def first(pattern, text):
    found = re.search(pattern, text)
    return found.group(1).strip() if found else "unknown"


def machine():
    processor = Path("/proc/cpuinfo").read_text()
    dirty = " with changes" if output("git", "status", "--porcelain", "--", "Sources", "Package.swift") else ""
    return {
        "cpu": first(r"model name\s*: (.*)", processor),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        # Above 0 or below: how far this run stood behind other processes, or went before them.
        "nice": os.nice(0),
        "kernel": platform.release(),
        "system": first(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text()),
        "swift": first(r"Swift version ([\w.]+)", output("swift", "--version")),
        "openssl": first(r"OpenSSL ([\w.]+)", output("openssl", "version")),
        "nginx": first(r"nginx/([\w.]+)", output("nginx", "-v")),
        "redis": first(r"v=([\w.]+)", output("redis-server", "--version")),
        "weir": first(r"weir (\S+)", output(str(WEIR), "version")),
        "commit": output("git", "rev-parse", "--short", "HEAD") + dirty,
    }

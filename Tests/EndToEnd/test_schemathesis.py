"""The API under schemathesis. On a Weir of its own: its many wrong passwords slow down every sign-in from this address."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import seed
from harness.api import FAST, administrator
from harness.gateway import ROOT

def test_schemathesis_finds_no_fault(start, tmp_path):
    """Thousands of requests made from the description, right and wrong: no 5xx, and nothing that it does not promise."""
    admin = administrator(start("", blocks=FAST))
    reports = tmp_path / "schemathesis"
    run = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis", "--config-file", ROOT / "Tests/EndToEnd/schemathesis.toml", "run",
            f"https://localhost:{admin.gateway.api}/api/openapi.json", "--tls-verify", admin.gateway.ca,
            "-H", f"Authorization: Bearer {admin.token}", "--seed", str(seed()), "--max-time", "75",
            "--report", "junit", "--report-dir", reports, "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=240,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(ROOT / "Tests/EndToEnd/harness")},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-20000:] + run.stderr[-2000:]
    assert admin.get("/api/v1/auth/me").status == 200, "the administrator is still signed in"

"""The promise itself: whatever is killed at whatever instant, an acknowledged event arrives.

A short one of what `Deploy/chaos` does for long (harness/chaos.py). The seed of the run repeats the choices, not the scheduler's.
"""

import os

import pytest

from conftest import seed
from harness.chaos import OwnRedis, SharedRedis, Storm

SECONDS = float(os.environ.get("WEIR_CHAOS_SECONDS", "40"))


@pytest.mark.parametrize(("stage", "share"), [(OwnRedis, 0.6), (SharedRedis, 0.4)])
def test_kills_and_pauses_under_load_lose_no_acknowledged_event(certificates, stage, share):
    storm = Storm(stage, certificates, seed(), seconds=SECONDS * share)
    try:
        ledger = storm.run().ledger()
    finally:
        storm.close()
    print(ledger)
    assert ledger["acknowledged"] and ledger["killed"] >= Storm.LEAST, f"there was no storm to speak of: {ledger}"

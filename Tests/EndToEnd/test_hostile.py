"""Clients that are slow, silent, rude or many: Weir goes on serving the others, and keeps nothing of them."""

import contextlib
import subprocess

import pytest

from conftest import CORP
from harness.attacks import ATTACKS, Crowd, Target, idle, open_file_limit
from harness.gateway import wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message

MB = 1 << 20
EDGE = "header-timeout 1s body-timeout 1s idle-timeout {idle} connections-per-address {limit}"


class Patient:
    """A Weir under attack, with a healthy client."""

    def __init__(self, start, limit=1000, idle="2s", extra="", **options):
        self.app = WeCom(CORP)
        edge = f"{EDGE.format(idle=idle, limit=limit)} {extra}"
        tenants = 'tenant "acme" {\n' + wecom_source("app", self.app) + "}\n"
        self.weir = start(tenants, blocks={"edge": edge}, **options)

    def target(self, *sources):
        return Target(self.weir.public, self.weir.ca, *([sources] if sources else []))

    def connections(self):
        return self.weir.metric("weir_connections", listener="public")

    def refused(self, reason):
        return self.weir.metric("weir_connections_refused_total", listener="public", reason=reason)

    def serves(self, text, kept=10, fresh=5):
        """Callbacks on a connection that stays and on new ones are all answered with 200."""
        with self.weir.connect() as wire:
            for number in range(kept):
                request = self.app.push(text_message(f"{text} kept {number}"))
                assert self.weir.call_on(wire, "app", request).status == 200
        for number in range(fresh):
            assert self.weir.call("app", self.app.push(text_message(f"{text} fresh {number}"))).status == 200

    def rests(self):
        """Waits until nobody is connected; the descriptors that are left."""
        eventually(lambda: self.connections() == 0, what="all connections are gone")
        return self.weir.open_descriptors()


@pytest.fixture(scope="module")
def patient(start_for_module):
    return Patient(start_for_module)


@pytest.mark.parametrize("attack", ATTACKS)
def test_others_are_served_and_nothing_is_left_behind(patient, text, attack):
    patient.serves(text)
    descriptors = patient.rests()
    size = 3 if attack in ("renegotiating", "changing keys") else 40
    with Crowd(ATTACKS[attack], patient.target(), size) as crowd:
        patient.serves(text + "'")
        assert crowd.turns > 0
    eventually(
        lambda: patient.connections() == 0 and patient.weir.open_descriptors() <= descriptors, what="all is closed again"
    )
    assert patient.weir.process.poll() is None


def test_all_at_once(patient, text):
    descriptors = patient.rests()
    with contextlib.ExitStack() as stack:
        for attack in ATTACKS:
            stack.enter_context(Crowd(ATTACKS[attack], patient.target(), 2, pause=0.05))
        patient.serves(text, kept=50, fresh=20)
    eventually(
        lambda: patient.connections() == 0 and patient.weir.open_descriptors() <= descriptors, what="all is closed again"
    )


SLOW = [
    "slow heads", "slow bodies", "slow chunks", "large bodies that stop", "never reading", "silent from the start",
    "silent after the handshake", "half a ClientHello", "a ClientHello byte by byte", "an endless record",
]  # fmt: skip


def test_who_keeps_weir_waiting_is_ended(patient):
    crowds = {attack: Crowd(ATTACKS[attack], patient.target(), 1) for attack in SLOW}
    with contextlib.ExitStack() as stack:
        for crowd in crowds.values():
            stack.enter_context(crowd)
        eventually(lambda: all(crowd.ended for crowd in crowds.values()), what="each was ended once")


def test_who_never_reads_is_answered_no_more_than_small_buffers_hold(patient):
    patient.rests()
    before = patient.weir.metric("weir_http_responses_total", listener="public")
    with Crowd(ATTACKS["never reading"], patient.target(), 1) as crowd:
        eventually(lambda: crowd.ended > 0, what="it was given up")
    patient.rests()
    answers = patient.weir.metric("weir_http_responses_total", listener="public") - before
    # Of some 150 bytes each: 64 KB of output and as much in the kernel, which counts its own overhead too.
    assert answers / (crowd.ended + 1) < 5000


def test_renegotiation_is_refused(patient):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{patient.weir.public}", "-tls1_2"]
    refused = subprocess.run(command, input=b"R\n", capture_output=True, timeout=20)
    assert b"no renegotiation" in refused.stderr


def test_who_goes_on_asking_for_new_keys_is_given_up(patient):
    arguments = ["openssl", "s_client", "-connect", f"127.0.0.1:{patient.weir.public}", "-tls1_3"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as client:

        def ask():
            client.stdin.write(b"K\n")
            client.stdin.flush()
            # One at a time: openssl looks at the first letter of what it reads.
            return any(b"KEYUPDATE" in line for line in client.stderr)

        asked = 0
        with contextlib.suppress(BrokenPipeError):
            while asked < 10_000 and ask():
                asked += 1
        # It is some way ahead before it notices. An honest peer asks once in millions of records.
        assert 32 < asked < 10_000
        with contextlib.suppress(BrokenPipeError):
            client.stdin.close()


def test_ten_thousand_idle_connections_cost_nobody_else_anything(start, text):
    with open_file_limit(12_000) as limit:
        count = min(10_000, limit - 1000)
        patient = Patient(start, limit=count, idle="60s")
        patient.serves(text)
        descriptors, resident = patient.rests(), patient.weir.resident_bytes()
        with idle(patient.target(*(f"127.0.0.{n}" for n in range(2, 10))), count) as connections:
            assert patient.connections() == count
            patient.serves(text, kept=50, fresh=20)
            each = (patient.weir.resident_bytes() - resident) / count
            assert all(connection.is_open() for connection in connections)
            assert each < 64 * 1024, "of memory for each"
        eventually(
            lambda: patient.connections() == 0 and patient.weir.open_descriptors() <= descriptors, within=30.0,
            what="all is closed again",
        )  # fmt: skip


def test_a_flood_from_one_address_takes_its_own_places_only(start, text):
    patient = Patient(start, limit=50)
    with Crowd(ATTACKS["silent after the handshake"], patient.target("127.0.0.2"), 100):
        eventually(lambda: patient.refused("address_limit") > 0, what="the address has its fill")
        patient.serves(text)
        assert patient.connections() <= 51


@pytest.mark.parametrize("attack", ["silent from the start", "silent after the handshake", "slow heads", "slow bodies"])
def test_when_descriptors_are_used_up_others_are_served(start, text, attack):
    patient = Patient(start, descriptors=128)
    with Crowd(ATTACKS[attack], patient.target(), 200) as crowd:
        patient.serves(text, kept=20, fresh=2)
        eventually(lambda: patient.weir.metric("weir_connections_shed_total") > 0, what="some had to go")
        patient.serves(text + "'", kept=20, fresh=2)
        assert patient.weir.health("/readyz") == 200
        assert crowd.ended > 0
    patient.rests()
    assert "descriptors are used up" in patient.weir.log_text()


def test_bodies_that_never_end_share_a_bounded_memory(start, text):
    patient = Patient(start, extra="body-memory 8MB")
    patient.serves(text)
    before = patient.weir.resident_bytes()
    with Crowd(ATTACKS["large bodies that stop"], patient.target(), 60):
        eventually(lambda: patient.refused("body_memory") > 0, what="the memory for bodies is taken")
        patient.serves(text)
        # 60 bodies of 1.9 MB would be 114 MB.
        assert patient.weir.resident_bytes() - before < 40 * MB
    patient.rests()
    # All of it is given back: a body that needs nearly all of it is taken again.
    large = patient.app.push(text_message("a" * (1 << 20)))
    assert patient.weir.call("app", large).status == 200

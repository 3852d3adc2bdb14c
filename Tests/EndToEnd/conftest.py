"""Fixtures: one Weir that most tests share, and `start` for those that need one of their own (faults, limits, restarts)."""

import contextlib
import os
import random
import types

import pytest

from harness.gateway import BINARY, Gateway, make_certificates, webhook, wecom_source
from harness.receiver import Receiver
from harness.wecom import WeCom, letters

CORP, SUITE_CORP, SUITE = "ww0123456789abcdef", "wwprovider00000000", "tj5d9e0ab1c2d3e4f5"

EVERYTHING = """
route "everything" { to webhooks }
"""


def pytest_sessionstart(session):
    if not os.access(BINARY, os.X_OK):
        pytest.exit(f"no binary at {BINARY}; build it: swift build -c release --static-swift-stdlib", returncode=2)


def pytest_report_header(config):
    return f"weir: {BINARY}, seed {seed()}"


def seed():
    """One seed for the whole run; the header prints it, WEIR_SEED repeats it."""
    return int(os.environ.setdefault("WEIR_SEED", str(random.SystemRandom().randrange(2**32))))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and report.when == "call":
        for gateway in _running:
            report.sections.append((f"log of weir in {gateway.folder}", gateway.log_tail()))
    return report


_running = []


@pytest.fixture
def rng():
    return random.Random(seed())


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture(scope="session")
def shared_receiver(certificates):
    receiver = Receiver(certificates / "server")
    yield receiver
    receiver.close()


@pytest.fixture
def receiver(certificates):
    receiver = Receiver(certificates / "server")
    yield receiver
    receiver.close()


@contextlib.contextmanager
def starting(certificates):
    mine = []

    def start(tenants, rules=EVERYTHING, ready=True, **options):
        gateway = Gateway(options.pop("certificates", certificates), tenants, rules, **options)
        mine.append(gateway)
        _running.append(gateway)
        return gateway.start(ready)

    try:
        yield start
    finally:
        for gateway in mine:
            _running.remove(gateway)
            gateway.clean()


@pytest.fixture
def start(certificates):
    """Starts a Weir of the test's own: start(tenants, rules=…, blocks={…}, environment={…})."""
    with starting(certificates) as start:
        yield start


@pytest.fixture(scope="module")
def start_for_module(certificates):
    """The same, for a Weir that the tests of one file share."""
    with starting(certificates) as start:
        yield start


@pytest.fixture(scope="session")
def shared(certificates, shared_receiver):
    """One Weir with every kind of source. Its tests tell their events apart by the text they send."""
    app, bot, suite = WeCom(CORP), WeCom(""), WeCom(SUITE)
    previous = WeCom(CORP)
    secret, previous_secret, path_token, header_secret = (letters(40) for _ in range(4))
    tenants = (
        'tenant "acme" {\n'
        + wecom_source("app", app, extra=f'previous {{ token "{previous.token}" aes-key "{previous.key}" }}')
        + wecom_source("bot", bot)
        + wecom_source("suite", suite, [SUITE_CORP, SUITE])
        + f'    source "phones" {{ kind instance accounts {{ "guid-1" "sales-1" }} hmac "{secret}" '
        + f'previous-hmac "{previous_secret}" tolerance 5m }}\n'
        + f'    source "pathed" {{ kind instance path-token "{path_token}" allow ["127.0.0.0/8"] }}\n'
        + f'    source "headed" {{ kind instance header "X-Provider-Secret" "{header_secret}" allow ["127.0.0.1"] }}\n'
        + f'    source "elsewhere" {{ kind instance path-token "{path_token}x" allow ["10.0.0.0/8"] }}\n'
        + webhook("crm", shared_receiver.url("/acme"), shared_receiver.secret)
        + webhook("logins", shared_receiver.url("/logins"), shared_receiver.secret, "types [account.*]")
        + '}\ntenant "other" {\n'
        + wecom_source("other-app", other := WeCom("wwother0000000000"))
        + webhook("crm", shared_receiver.url("/other"), shared_receiver.secret)
        + "}\n"
    )
    gateway = Gateway(certificates, tenants, EVERYTHING)
    _running.append(gateway)
    try:
        yield types.SimpleNamespace(
            weir=gateway.start(), receiver=shared_receiver, app=app, bot=bot, suite=suite, previous=previous,
            other=other, secret=secret, previous_secret=previous_secret, path_token=path_token, header_secret=header_secret,
        )  # fmt: skip
    finally:
        _running.remove(gateway)
        gateway.clean()


@pytest.fixture
def text():
    """A text that occurs in this test only."""
    return f"hello, 世界 {letters(12)}"

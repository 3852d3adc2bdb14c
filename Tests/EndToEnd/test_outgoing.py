"""The way out: which addresses webhooks reach, through which proxy, and what Weir shows of itself."""

import base64

import pytest

from conftest import CORP
from harness.clients import ClientAuthority
from harness.gateway import free_port, make_certificates, webhook, weir, wecom_source
from harness.polling import eventually
from harness.receiver import Receiver
from harness.tunnels import TunnelProxy
from harness.wecom import WeCom, text_message

RETRIES = "schedule [0s, 200ms, 400ms, 1s, 2s, 4s]"


@pytest.fixture
def deliver(start, receiver):
    """A Weir with one webhook: deliver(url, extra="", delivery="…") → (weir, send)."""

    def prepare(url, extra="", delivery=RETRIES, environment={}):
        app = WeCom(CORP)
        tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", url, receiver.secret, extra) + "}\n"
        gateway = start(tenants, blocks={"delivery": delivery}, environment=environment)

        def send(text):
            assert gateway.call("app", app.push(text_message(text))).status == 200

        return gateway, send

    return prepare


@pytest.fixture
def proxy():
    proxy = TunnelProxy()
    yield proxy
    proxy.close()


def failures(gateway, reason):
    return gateway.metric("weir_webhook_failures_total", reason=reason)


def test_a_name_that_leads_to_a_private_address_is_not_followed(deliver, receiver, text):
    gateway, send = deliver(receiver.url().replace("127.0.0.1", "localhost"), delivery=f"{RETRIES} private-networks []")
    send(text)
    eventually(lambda: failures(gateway, "forbidden") >= 1, what="it may not go there")
    assert receiver.connections == 0 and "is not a public address" in gateway.log_text()
    assert gateway.metric("weir_webhook_failures_total") == failures(gateway, "forbidden")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "localhost."]
)
def test_an_address_that_is_not_public_is_refused_where_it_is_configured(tmp_path, host):
    config = tmp_path / "weir.conf"
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    config.write_text('tenant "acme" {\n' + webhook("crm", f"https://{host}:8443/", secret) + "}\n")
    checked = weir("config", "check", "--config", config)
    assert checked.returncode == 1
    assert "not a public address" in checked.stderr or "this URL cannot be used" in checked.stderr


def test_the_proxy_is_asked_for_the_vetted_address_and_tls_is_the_receivers(deliver, receiver, proxy, text):
    gateway, send = deliver(
        receiver.url().replace("127.0.0.1", "localhost"), delivery=f'{RETRIES} proxy "{proxy.url}" private-networks ["127.0.0.0/8", "::1"]'
    )
    send(text)
    send(f"{text} again")
    receiver.wait_text(f"{text} again")
    assert set(proxy.asked) <= {f"127.0.0.1:{receiver.port}", f"[::1]:{receiver.port}"}, "an address, never the name"
    assert proxy.asked and receiver.connections == proxy.asked.count(f"127.0.0.1:{receiver.port}")


def test_the_proxy_is_not_asked_for_what_may_not_be_reached(deliver, receiver, proxy, text):
    url = receiver.url().replace("127.0.0.1", "localhost")
    gateway, send = deliver(url, delivery=f'{RETRIES} proxy "{proxy.url}" private-networks []')
    send(text)
    eventually(lambda: failures(gateway, "forbidden") >= 1, what="it may not go there")
    assert proxy.asked == [] and receiver.connections == 0


def test_a_proxy_that_wants_credentials_gets_those_of_the_configuration(deliver, receiver, text):
    credentials = "weir:hush hush"
    proxy = TunnelProxy("Basic " + base64.b64encode(credentials.encode()).decode())
    try:
        gateway, send = deliver(receiver.url(), delivery=f'{RETRIES} proxy "{proxy.url}"')
        send(text)
        eventually(lambda: failures(gateway, "proxy") >= 1, what="the proxy refuses")
        assert "`delivery.proxy-credentials` are missing or wrong" in gateway.log_text() and receiver.connections == 0
        gateway.stop()
        gateway.blocks["delivery"] += " proxy-credentials env:PROXY_CREDENTIALS"
        gateway.environment["PROXY_CREDENTIALS"] = credentials
        gateway.write()
        gateway.start()
        receiver.wait_text(text)
        assert "hush" not in gateway.log_text()
    finally:
        proxy.close()


def test_whom_no_proxy_names_is_reached_without_it_and_a_dead_proxy_by_nobody(deliver, receiver, text):
    dead = f"http://127.0.0.1:{free_port()}"
    gateway, send = deliver(receiver.url(), delivery=f'{RETRIES} proxy "{dead}"')
    send(text)
    eventually(lambda: failures(gateway, "proxy") >= 1, what="the proxy is dead")
    assert receiver.connections == 0
    gateway.blocks["delivery"] += ' no-proxy ["127.0.0.0/8"]'
    gateway.write()
    gateway.signal(1)
    receiver.wait_text(text)


@pytest.fixture
def clients(tmp_path):
    return ClientAuthority(tmp_path / "clients")


@pytest.fixture
def picky(certificates, receiver, clients):
    """A receiver that asks who calls."""
    picky = Receiver(certificates / "server", clients=clients.trust)
    picky.secret = receiver.secret
    yield picky
    picky.close()


def test_a_receiver_that_asks_who_calls_is_shown_the_endpoints_certificate(deliver, clients, picky, text):
    _, send = deliver(picky.url(), f'client-certificate "{clients.certificate("weir")}"')
    send(text)
    [delivery] = picky.wait_text(text)
    assert delivery.client == "weir.client.example" and delivery.verified


def test_without_a_certificate_or_with_a_strangers_nothing_is_delivered_to_who_asks(deliver, picky, tmp_path, text):
    stranger = ClientAuthority(tmp_path / "strangers").certificate("weir")
    for extra in ("", f'client-certificate "{stranger}"'):
        gateway, send = deliver(picky.url(), extra)
        send(text)
        eventually(lambda: failures(gateway, "tls") >= 1, what="the receiver refuses")
        assert picky.deliveries == []


def test_connections_are_not_shared_between_certificates(start, clients, picky, text):
    app = WeCom(CORP)
    tenants = 'tenant "acme" {\n' + wecom_source("app", app)
    for name in ("one", "two"):
        tenants += webhook(name, picky.url(f"/{name}"), picky.secret, f'client-certificate "{clients.certificate(name)}"')
    gateway = start(tenants + "}\n", environment={"WEIR_LOOPS": "1"})
    for number in range(4):
        assert gateway.call("app", app.push(text_message(f"{text} {number}"))).status == 200
        picky.wait_text(f"{text} {number}", count=2)
    assert all(delivery.client == f"{delivery.path[1:]}.client.example" for delivery in picky.deliveries)


def test_a_client_certificate_that_is_not_there_or_not_the_keys_is_told(tmp_path, certificates):
    make_certificates(tmp_path, "weir", "weir.client.example")
    config = tmp_path / "weir.conf"
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()

    def check(stem):
        config.write_text('tenant "acme" {\n' + webhook("crm", "https://crm.example/", secret, f'client-certificate "{stem}"') + "}\n")
        return weir("config", "check", "--config", config, cwd=tmp_path).stderr

    assert "nowhere.pem" in check(tmp_path / "nowhere")
    (tmp_path / "weir.key").write_bytes((certificates / "server.key").read_bytes())
    assert "the key is not that of the certificate" in check(tmp_path / "weir")

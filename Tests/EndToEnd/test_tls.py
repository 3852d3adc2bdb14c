"""TLS: which versions, which certificate, and a change of certificate that nobody notices."""

import shutil
import signal
import socket
import ssl

import pytest

from conftest import CORP
from harness.gateway import free_port, make_certificates, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom
from harness.wire import Wire, client_context


def serial(wire):
    return wire.socket.getpeercert()["serialNumber"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_versions_are_spoken_with_alpn(shared, version):
    context = client_context(shared.weir.ca)
    context.minimum_version = context.maximum_version = version
    with shared.weir.connect(context=context) as wire:
        assert wire.socket.selected_alpn_protocol() == "http/1.1"
        assert wire.request("GET", "/").status == 404


@pytest.mark.parametrize("listener", ["public", "api"])
def test_tls_1_1_is_refused_by_the_server(shared, listener):
    context = client_context(shared.weir.ca)
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that it is the server who refuses, not this client
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        Wire(getattr(shared.weir, listener), context=context)


def test_weak_ciphers_are_refused(shared):
    context = client_context(shared.weir.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        shared.weir.connect(context=context)


def test_a_session_is_resumed(shared):
    context = client_context(shared.weir.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # where Python hands out the session at once
    with shared.weir.connect(context=context) as wire:
        wire.request("GET", "/")
        session = wire.socket.session
    with shared.weir.connect(context=context, session=session) as wire:
        assert wire.socket.session_reused
        assert wire.request("GET", "/").status == 404


def test_plain_text_at_a_tls_port_and_half_a_handshake_disturb_nobody(shared):
    with socket.create_connection(("127.0.0.1", shared.weir.public), 5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with socket.create_connection(("127.0.0.1", shared.weir.public), 5) as half:
            half.sendall(b"\x16\x03\x01\x02\x00")
            with shared.weir.connect() as wire:
                assert wire.request("GET", "/").status == 404


def test_the_plain_port_only_redirects(shared):
    request = shared.app.verification("12345")
    for method in ("GET", "POST"):
        with Wire(shared.weir.plain) as wire:
            target = f"/callback/app?{request.query}"
            response = wire.request(method, target, b"" if method == "POST" else None)
            assert response.status in (301, 308)
            assert response.headers["location"].startswith("https://")
            assert response.headers["location"].endswith(target)
            assert b"12345" not in response.body


@pytest.fixture
def two_names(start, certificates, tmp_path):
    """A Weir with certificates for localhost and for other.example, in a folder that the test may change."""
    folder = tmp_path / "certificates"
    shutil.copytree(certificates, folder)
    make_certificates(folder, "other", "other.example")
    port = free_port()
    weir = start(
        'tenant "acme" {\n' + wecom_source("app", WeCom(CORP)) + "}\n",
        certificates=folder,
        blocks={"public": f'listen "127.0.0.1:{port}" certificates ["{folder}/server", "{folder}/other"]'},
    )
    weir.public = port
    return weir, folder


def test_the_name_in_the_handshake_chooses_the_certificate(two_names):
    weir, _ = two_names
    with weir.connect(name="localhost") as first, weir.connect(name="other.example") as second:
        assert serial(first) != serial(second)
        names = [value for _, value in second.socket.getpeercert()["subjectAltName"]]
        assert names == ["other.example"]


def test_an_unknown_or_missing_name_gets_the_first_certificate(two_names):
    weir, _ = two_names
    context = client_context(weir.ca)
    context.check_hostname = False
    with weir.connect(name="localhost") as known:
        expected = serial(known)
    for name in ("unknown.example", None):
        with weir.connect(name=name, context=context) as wire:
            assert serial(wire) == expected


def test_sighup_takes_new_certificates_and_drops_no_connection(two_names, tmp_path):
    weir, folder = two_names
    with weir.connect() as old:
        assert old.request("GET", "/").status == 404
        before = serial(old)
        renew(folder, tmp_path)
        weir.signal(signal.SIGHUP)

        def renewed():
            with weir.connect() as fresh:
                assert fresh.request("GET", "/").status == 404
                return serial(fresh) != before

        eventually(renewed, what="new connections see the new certificate")
        assert old.request("GET", "/").status == 404, "the old connection goes on"
    assert weir.process.poll() is None


def test_a_certificate_that_cannot_be_read_leaves_the_old_one_in_service(two_names):
    weir, folder = two_names
    (folder / "server.pem").write_text("this is no certificate\n")
    before = len(weir.log_text())
    weir.signal(signal.SIGHUP)
    eventually(lambda: "server.pem" in weir.log_text()[before:], what="the log says which file is wrong")
    for name in ("localhost", "other.example"):
        with weir.connect(name=name) as wire:
            assert wire.request("GET", "/").status == 404


def renew(folder, scratch):
    """A new server certificate by the same authority."""
    for file in ("server.pem", "server.key"):
        (folder / file).unlink()
    make_certificates(folder)

"""Deliveries are signed as Standard Webhooks has it: checked by its own package and by an Ed25519 that is not OpenSSL's caller in Weir."""

import base64
import os
import subprocess

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks import Webhook

from conftest import CORP
from harness.gateway import BINARY, free_port, webhook, weir, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message


def public_half(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def is_signed(delivery, public):
    """By v1a: one of the signatures is the key's, over id, timestamp and the very bytes that came."""
    signed = f"{delivery.id}.{delivery.headers['webhook-timestamp']}.".encode() + delivery.body
    for signature in delivery.headers["webhook-signature"].split(" "):
        scheme, _, text = signature.partition(",")
        if scheme == "v1a":
            Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(text), signed)  # raises if it is not
            return True
    return False


def test_the_packages_of_others_verify_what_is_signed_with_a_secret_and_with_a_private_key(start, receiver, text):
    app, seed = WeCom(CORP), os.urandom(32)
    private = "whsk_" + base64.b64encode(seed + public_half(seed)).decode()
    tenants = 'tenant "acme" {\n' + wecom_source("app", app)
    tenants += webhook("secret", receiver.url("/secret"), receiver.secret)
    tenants += webhook("private", receiver.url("/private"), private)
    # In the middle of a change: from a secret to a private key.
    tenants += webhook("both", receiver.url("/both"), private, f'previous-secret "{receiver.secret}"') + "}\n"
    rules = 'route "all" { to webhooks   to webhook "' + receiver.url("/rule") + '" secret env:RULE_KEY }\n'
    gateway = start(tenants, rules=rules, environment={"RULE_KEY": "whsk_" + base64.b64encode(seed).decode()})
    assert gateway.call("app", app.push(text_message(text))).status == 200
    came = {delivery.path: delivery for delivery in receiver.wait_text(text, count=4)}
    for path in ("/secret", "/both"):
        delivery = came[path]
        assert Webhook(receiver.secret).verify(delivery.body, dict(delivery.headers))["content"]["text"] == text
    for path in ("/private", "/both", "/rule"):
        assert is_signed(came[path], public_half(seed)), path
    assert came["/both"].headers["webhook-signature"].count(" ") == 1
    assert "v1," not in came["/private"].headers["webhook-signature"]


def test_listen_verifies_with_the_public_key_alone(start, tmp_path, text):
    app, seed = WeCom(CORP), os.urandom(32)
    port = free_port()
    tenants = 'tenant "acme" {\n' + wecom_source("app", app)
    tenants += webhook("crm", f"https://127.0.0.1:{port}/hooks", "whsk_" + base64.b64encode(seed).decode()) + "}\n"
    gateway = start(tenants, blocks={"delivery": "schedule [0s, 100ms, 100ms, 100ms, 200ms, 400ms, 1s, 1s, 2s, 4s]"})
    for key, status in ((public_half(seed), 0), (public_half(os.urandom(32)), 1)):
        name = tmp_path / f"said-{status}"
        arguments = [
            BINARY, "listen", "--secret", "whpk_" + base64.b64encode(key).decode(), "--port", str(port), "--count", "1",
            "--certificate", gateway.certificates / "server",
        ]  # fmt: skip
        with open(name, "w") as said:
            listener = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=tmp_path)
        try:
            eventually(lambda: "waiting at" in name.read_text(), what="it listens")
            assert gateway.call("app", app.push(text_message(f"{text} {status}"))).status == 200
            assert listener.wait(20) == status, name.read_text()
        finally:
            listener.kill()
        assert ("signature right" if status == 0 else "NOT GENUINE: signed with another key") in name.read_text()


def test_a_public_key_does_not_sign(tmp_path):
    config = tmp_path / "weir.conf"
    public = "whpk_" + base64.b64encode(public_half(os.urandom(32))).decode()
    config.write_text('tenant "acme" {\n' + webhook("crm", "https://crm.example/", public) + "}\n")
    checked = weir("config", "check", "--config", config)
    assert checked.returncode == 1 and "cannot sign" in checked.stderr and public not in checked.stderr

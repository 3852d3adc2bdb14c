"""The command line: help everywhere, honest exit statuses, and tools that agree with an implementation that is not ours."""

import base64
import json
import os
import subprocess

import pytest
import xmltodict

from conftest import CORP
from harness.gateway import BINARY, ROOT, free_port, wecom_source, weir
from harness.polling import eventually
from harness.wecom import WeCom, letters, text_message

# The vendor's own vector (WeCom documentation, path/90968).
VENDOR = {
    "--token": "QDG6eK",
    "--key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "--receive-id": "wx5823bf96d3bd56c7",
    "--signature": "477715d11cdb4164915debcba66cb864d751f3e6",
    "--timestamp": "1409659813",
    "--nonce": "1372623149",
}
VENDOR_ENCRYPT = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)


def envelope(action, options, stdin, *more):
    arguments = [part for pair in options.items() for part in pair]
    return weir("envelope", action, *arguments, *more, stdin=stdin)


def options_of(wecom, request):
    return {
        "--token": wecom.token,
        "--key": wecom.key,
        "--receive-id": wecom.receive_id,
        "--signature": request.signature,
        "--timestamp": request.timestamp,
        "--nonce": request.nonce,
    }


COMMANDS = [
    (), ("serve",), ("config",), ("config", "check"), ("config", "default"), ("config", "show"), ("rules",), ("rules", "check"), ("rules", "explain"), ("rules", "test"), ("rules", "fmt"), ("rules", "diff"),
    ("audit",), ("audit", "verify"), ("send-callback",), ("listen",), ("envelope",), ("envelope", "open"), ("envelope", "seal"), ("version",),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_there_at_every_level(command):
    helped = weir(*command, "--help")
    assert helped.returncode == 0, helped.stderr
    assert helped.stdout.strip() and helped.stderr == ""
    assert "sage" in helped.stdout


def test_an_unknown_command_fails_and_points_at_the_help():
    failed = weir("serv")
    assert failed.returncode not in (0, 1) or failed.returncode == 1
    assert failed.returncode != 0
    assert "serve" in failed.stderr


def test_the_version_is_one_line():
    answered = weir("version")
    assert answered.returncode == 0
    assert len(answered.stdout.strip().splitlines()) == 1


@pytest.mark.parametrize("form", ["xml", "json", "bare"])
def test_open_reads_the_vendors_vector_in_every_form(form):
    body = {
        "xml": f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{VENDOR_ENCRYPT}]]></Encrypt></xml>",
        "json": json.dumps({"encrypt": VENDOR_ENCRYPT}),
        "bare": VENDOR_ENCRYPT,
    }[form]
    opened = envelope("open", VENDOR, body)
    assert opened.returncode == 0, opened.stderr
    inner = xmltodict.parse(opened.stdout)["xml"]
    assert (inner["Content"], inner["MsgId"], inner["AgentID"]) == ("hello", "4561255354251345929", "218")


def test_open_reads_what_wechatpy_sealed_also_from_a_file_and_without_receive_id(tmp_path):
    for wecom in (WeCom(CORP), WeCom("")):
        inner = text_message("第一条")
        request = wecom.push(inner)
        body = tmp_path / "body.xml"
        body.write_bytes(request.body)
        opened = envelope("open", options_of(wecom, request), "", body)
        assert (opened.returncode, opened.stdout.rstrip("\n")) == (0, inner)


def test_wechatpy_opens_what_seal_made():
    wecom = WeCom(CORP)
    inner = text_message("sealed by weir")
    options = {"--token": wecom.token, "--key": wecom.key, "--receive-id": CORP, "--timestamp": "1409659813", "--nonce": "n0nce"}
    sealed = envelope("seal", options, inner)
    assert sealed.returncode == 0, sealed.stderr
    document = xmltodict.parse(sealed.stdout)["xml"]
    opened = wecom.crypto.decrypt_message(sealed.stdout, document["MsgSignature"], document["TimeStamp"], document["Nonce"])
    assert opened == inner


@pytest.mark.parametrize(
    ("what", "change", "code"),
    [
        ("a changed signature", {"--signature": "0" * 40}, "-40001"),
        ("another nonce", {"--nonce": "1"}, "-40001"),
        ("another receive id", {"--receive-id": "wx0000000000000000"}, "-40005"),
        ("a short key", {"--key": "tooshort"}, "-40004"),
    ],
)
def test_open_refuses_with_the_vendors_code_and_a_reason(what, change, code):
    opened = envelope("open", VENDOR | change, VENDOR_ENCRYPT)
    assert opened.returncode == 1
    assert code in opened.stderr and len(opened.stderr.strip()) > len(code)
    assert opened.stdout == ""


def test_open_refuses_a_body_that_is_no_envelope():
    opened = envelope("open", VENDOR, "<xml><Encrypt>")
    assert opened.returncode == 1
    assert "-40002" in opened.stderr


def test_rules_check_is_silent_or_short_about_a_good_file(tmp_path):
    good = tmp_path / "good.rules"
    good.write_text('route "all" { when type = message.received   to webhooks }\n')
    assert weir("rules", "check", good).returncode == 0


def test_rules_check_points_at_every_mistake_with_a_caret(tmp_path):
    bad = tmp_path / "bad.rules"
    bad.write_text(
        'route "one" { when type = message.received and content.txt exists   to webhooks }\n'
        'route "two" { wehn type = message.received   to webhooks }\n'
    )
    checked = weir("rules", "check", bad)
    said = checked.stdout + checked.stderr
    assert checked.returncode == 1
    assert f"{bad}:1:" in said and "content.text" in said
    assert f"{bad}:2:" in said and "when" in said
    carets = [line for line in said.splitlines() if "^" in line]
    assert len(carets) >= 2
    lines = said.splitlines()
    for mistake in ("content.txt", "wehn"):
        source = next(n for n, line in enumerate(lines) if mistake in line and "|" in line)
        assert lines[source + 1].index("^") == lines[source].index(mistake), "the caret stands under the word"


def test_rules_check_of_a_missing_file_says_so(tmp_path):
    checked = weir("rules", "check", tmp_path / "none.rules")
    assert checked.returncode != 0
    assert "none.rules" in checked.stderr


def test_the_rules_of_the_repository_are_right():
    assert weir("rules", "check", ROOT / "Rules").returncode == 0


def test_rules_explain_names_the_routes_and_the_clause_that_was_false(tmp_path):
    rules = tmp_path / "main.rules"
    rules.write_text(
        'route "refunds" { when type = message.received and content.text contains "退款"   to webhooks }\n'
        'route "logins" { when type = account.login   to accounts }\n'
    )
    event = {
        "id": "evt_01K0000000000000000000000A", "type": "message.received", "tenant": "acme", "account": "sales-1",
        "time": "2026-11-23T22:33:00.123Z", "source": "callback", "content": {"kind": "text", "text": "我要退款"},
    }  # fmt: skip
    explained = weir("rules", "explain", "-", "--rules", rules, stdin=json.dumps(event))
    assert explained.returncode == 0, explained.stderr
    assert "refunds" in explained.stdout and "logins" in explained.stdout
    assert "account.login" in explained.stdout and "message.received" in explained.stdout


def test_send_callback_and_listen_show_an_event_the_whole_way(start, tmp_path):
    app = WeCom(CORP)
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    port = free_port()
    gateway = start(
        f'tenant "acme" {{ source "app" {{ kind wecom account "app" token "{app.token}" aes-key "{app.key}" receive-ids ["{CORP}"] }}\n'
        f'webhook "crm" {{ url "https://127.0.0.1:{port}/hooks" secret "{secret}" }} }}\n'
    )
    said = open(tmp_path / "said", "w+")
    arguments = [BINARY, "listen", "--config", gateway.config, "--endpoint", "crm", "--port", str(port), "--count", "1"]
    listener = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=gateway.folder)
    try:
        sent = weir("send-callback", "--source", "app", "--config", gateway.config, "--text", "hello from a test", cwd=gateway.folder)
        assert sent.returncode == 0, sent.stderr
        assert listener.wait(20) == 0
        shown = (tmp_path / "said").read_text()
        assert "hello from a test" in shown and "message.received" in shown
    finally:
        listener.kill()
    verified = weir("send-callback", "--source", "app", "--config", gateway.config, "--verify", cwd=gateway.folder)
    assert verified.returncode == 0, verified.stderr


def test_send_callback_fails_when_the_gateway_refuses_or_is_away(shared, tmp_path):
    conf = shared.weir.config.read_text().replace(shared.app.token, "wrongtoken")
    wrong = tmp_path / "weir.conf"
    wrong.write_text(conf)
    refused = weir("send-callback", "--source", "app", "--config", wrong)
    assert refused.returncode != 0 and "403" in refused.stderr + refused.stdout
    away = weir("send-callback", "--source", "app", "--config", wrong, "--url", f"https://127.0.0.1:{free_port()}/callback/app")
    assert away.returncode != 0 and away.stderr


def test_open_reads_the_query_that_seal_wrote():
    keys = {"--token": "t", "--key": letters(43), "--receive-id": CORP}
    query = envelope("seal", keys, "hello", "--format", "query").stdout
    assert envelope("open", keys, query).stdout == "hello"
    wrong = envelope("open", keys | {"--token": "another"}, "https://host/callback/app?" + query)
    assert wrong.returncode == 1 and "-40001" in wrong.stderr, "its signature is checked"


def test_explain_asks_what_a_misspelt_type_was_to_be(tmp_path):
    rules = tmp_path / "main.rules"
    rules.write_text('route "all" { to webhooks }\n')
    explained = weir("rules", "explain", "--rules", rules, "-", stdin='{"type":"message.recieved"}')
    assert explained.returncode == 0
    assert "message.recieved" in explained.stderr and "message.received" in explained.stderr


def test_a_503_is_not_blamed_on_the_keys(start):
    app = WeCom(CORP)
    gateway = start(
        'tenant "acme" {\n' + wecom_source("app", app) + "}\n", ready=False, blocks={"redis": 'url "unix:/nowhere/redis.sock"'}
    )
    eventually(lambda: gateway.health("/healthz") == 200, what="it listens")
    sent = weir("send-callback", "--source", "app", "--config", gateway.config, "--trust", gateway.ca)
    assert sent.returncode == 1
    assert "Redis" in sent.stderr and "token" not in sent.stderr


def test_config_show_tells_what_is_in_force(tmp_path):
    config = tmp_path / "weir.conf"
    config.write_text('loops 3\npublic { listen "127.0.0.1:1234" }\nredis { url "redis://user:hush@host" }\n')
    shown = weir("config", "show", "--config", config, env=os.environ | {"WEIR_LOOPS": "5"})
    lines = shown.stdout.splitlines()
    assert "loops 5" in lines and 'public.listen "127.0.0.1:1234"' in lines
    assert "hush" not in shown.stdout
    assert weir("config", "show", "--config", config, "public.listen").stdout == '"127.0.0.1:1234"\n'
    assert weir("config", "show", "--config", config, "public.url").stdout == "\n"
    unknown = weir("config", "show", "--config", config, "public.listne")
    assert unknown.returncode == 2 and "public.listen" in unknown.stderr

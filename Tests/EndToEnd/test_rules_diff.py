"""`weir rules diff`: what new rules would do with the events that were recorded, told before anybody deploys them."""

import json

import pytest

from conftest import CORP
from harness.gateway import weir, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message

OLD = 'route "all" { to webhooks }\n'
NEW = """
route "refunds" {
    when type = message.received and content.text contains any ["refund", "退款"]
    to   alert "refund" level warning
    to   webhook "https://crm.example.com/hook?key=very-secret"
    stop
}
route "all" { to webhooks }
"""


@pytest.fixture
def gateway(start):
    app = WeCom(CORP)
    weir = start('tenant "acme" {\n' + wecom_source("app", app) + "}\n", rules=OLD)
    weir.app = app
    return weir


def send(gateway, *texts):
    routed = gateway.metric("weir_routed_events_total")
    for text in texts:
        assert gateway.call("app", gateway.app.push(text_message(text))).status == 200
    eventually(lambda: gateway.metric("weir_routed_events_total") >= routed + len(texts), what="all are routed")


def diff(gateway, new, *options):
    path = gateway.folder / "new.rules"
    path.write_text(new)
    return weir("rules", "diff", path, "--config", gateway.config, *options)


def test_what_would_go_elsewhere_is_told_before_anybody_deploys_it(gateway):
    send(gateway, "hello", "我要退款 please", "a refund", "bye")
    done = diff(gateway, NEW, "--last", "1h")
    assert done.returncode == 1, done.stderr
    assert "events  4 of the last 1h" in done.stdout and "goes elsewhere 2, unchanged 2" in done.stdout
    assert 'webhooks → webhooks' not in done.stdout
    assert 'webhooks → alert "refund" level warning, webhook "https://crm.example.com/hook?••••"' in done.stdout
    assert 'now matched by "refunds"' in done.stdout and 'no longer matched by "all"' in done.stdout
    assert "acme/app" in done.stdout and "message.received" in done.stdout
    for secret in ("退款 please", "a refund", "very-secret", gateway.app.token):
        assert secret not in done.stdout, "nothing of what people write, and no key"
    # The running Weir goes on as before.
    assert gateway.metric("weir_reloads_total") == 0


def test_json_has_the_same_and_show_bounds_the_list(gateway):
    send(gateway, "hello", *["a refund"] * 5)
    done = diff(gateway, NEW, "--json", "--show", "2")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert (told["events"], told["changed"], told["unchanged"], told["rerouted"]) == (6, 5, 1, 0)
    assert told["complete"] is False and told["truncated"] is False, "there is no day since the first start"
    assert len(told["changes"]) == 2
    change = told["changes"][0]
    assert (change["tenant"], change["account"], change["type"]) == ("acme", "app", "message.received")
    assert change["before"] == ["webhooks"] and change["began"] == ["refunds"] and change["ceased"] == ["all"]
    assert {"name": "refunds", "before": None, "after": 5} in told["routes"]
    assert {"name": "webhooks", "before": 6, "after": 1} in told["targets"]
    assert "and 3 more that go elsewhere" in diff(gateway, NEW, "--show", "2").stdout


def test_the_same_rules_are_no_difference(gateway):
    send(gateway, "hello")
    done = diff(gateway, OLD + "# a comment\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "goes elsewhere 0, unchanged 1" in done.stdout
    old = gateway.folder / "old.rules"
    old.write_text(NEW)
    assert diff(gateway, NEW, "--rules", old).returncode == 0
    assert diff(gateway, OLD, "--rules", old).returncode == 0, "hello goes where it went"


def test_trouble_is_told_from_a_difference(gateway):
    wrong = diff(gateway, 'route "a" { when tenant = to webhooks }\n')
    assert wrong.returncode == 2 and "new.rules:1:" in wrong.stderr and "1 error" in wrong.stderr
    assert weir("rules", "diff", gateway.folder / "absent.rules", "--config", gateway.config).returncode == 2
    assert diff(gateway, NEW, "--last", "yesterday").returncode == 2
    gateway.stop()
    stopped = diff(gateway, NEW)
    assert stopped.returncode == 2 and "no Redis answers" in stopped.stderr


def test_a_recording_that_is_too_short_says_how_long_it_is(start):
    app = WeCom(CORP)
    gateway = start('tenant "acme" {\n' + wecom_source("app", app) + "}\n", rules=OLD, blocks={"history": "entries 100"})
    gateway.app = app
    for _ in range(4):
        send(gateway, *["a refund"] * 100)
    kept = sum(int(gateway.redis_cli("XLEN", f"weir:{{{number}}}:in")) for number in range(16))
    # Redis cuts whole nodes of up to 4 KB, and Weir counts in blocks of 64.
    assert 50 <= kept <= 100 + 64 + 100
    done = diff(gateway, NEW, "--last", "24h")
    assert f"events  {kept} of the last 24h" in done.stdout
    assert "the recording is complete for the last " in done.stdout and "`history` in weir.conf" in done.stdout
    told = json.loads(diff(gateway, NEW, "--last", "24h", "--json").stdout)
    assert told["complete"] is False and told["since"] < told["complete_since"] < told["until"]


def test_findings_as_json(tmp_path):
    path = tmp_path / "main.rules"
    path.write_text('route "a" { when content.txt = "x" to webhooks }\n')
    done = weir("rules", "check", "--json", path)
    assert done.returncode == 1
    [checked] = json.loads(done.stdout)
    assert checked["ok"] is False and checked["path"] == str(path)
    finding = checked["findings"][0]
    assert (finding["severity"], finding["line"], finding["column"]) == ("error", 1, 18)
    assert "content.text" in finding["message"] and finding["rendered"].count("\n") >= 2

"""The rules through the API: those that run, and trying others, which changes nothing."""

import json

import pytest

from conftest import CORP
from harness.api import FAST, administrator
from harness.gateway import wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message

RULES = """route "noise" { when content.text = "noise" to drop stop }
route "all" { to webhooks to webhook "https://crm.example.com/hook?key=very-secret" }
route "tried" { to accounts shadow }
"""
NEW = """route "refunds" { when content.text contains "refund" to alert "refund" level warning stop }
route "all" { to webhooks to webhook "https://crm.example.com/hook?key=very-secret" }
"""
WRONG = 'route "a" {\n    when content.txt = "x"\n    to webhooks\n}\n'


@pytest.fixture(scope="module")
def gateway(start_for_module):
    app = WeCom(CORP)
    gateway = start_for_module('tenant "acme" {\n' + wecom_source("app", app) + "}\n", rules=RULES, blocks=FAST)
    gateway.app = app
    return gateway


@pytest.fixture(scope="module")
def admin(gateway):
    return administrator(gateway)


def send(gateway, *texts):
    routed = gateway.metric("weir_routed_events_total")
    for text in texts:
        assert gateway.call("app", gateway.app.push(text_message(text))).status == 200
    eventually(lambda: gateway.metric("weir_routed_events_total") >= routed + len(texts), what="all are routed")


def ask(admin, what, body):
    answer = admin.post(f"/api/v1/rules/{what}", body)
    assert answer.status == 200, answer.text
    return answer.json


def matches(running):
    return {route["name"]: route["matches"] for route in running["routes"]}


def test_the_running_rules_with_their_text_and_what_each_route_matched(gateway, admin):
    before = matches(admin.get("/api/v1/rules").json)
    send(gateway, "noise", "hello", "a refund")
    answer = admin.get("/api/v1/rules")
    assert answer.status == 200 and "very-secret" not in answer.text
    running = answer.json
    assert running["path"] == f"{gateway.folder}/Rules"
    [file] = running["files"]
    assert file["name"].endswith("Rules/main.rules")
    assert file["text"] == RULES.replace("key=very-secret", "••••")
    routes = {route["name"]: route for route in running["routes"]}
    assert routes["noise"]["place"].endswith("main.rules:1:7") and routes["noise"]["stop"] and not routes["noise"]["shadow"]
    assert routes["all"]["targets"] == ["webhooks", 'webhook "https://crm.example.com/hook?••••"']
    assert routes["tried"]["shadow"] and routes["tried"]["targets"] == ["accounts"]
    grown = {name: count - before[name] for name, count in matches(running).items()}
    assert grown == {"noise": 1, "all": 2, "tried": 2}
    for name, count in matches(running).items():
        assert gateway.metric("weir_route_matches_total", route=name) == count


def test_a_check_finds_what_the_command_finds(admin):
    right = ask(admin, "check", {"text": NEW})
    assert right["ok"] and right["routes"] == 2 and right["findings"] == [] and right["faults"] == []
    wrong = ask(admin, "check", {"files": [{"name": "a.rules", "text": NEW}, {"name": "b.rules", "text": WRONG}]})
    assert not wrong["ok"] and wrong["version"] is None
    finding = wrong["findings"][0]
    assert (finding["severity"], finding["file"], finding["line"], finding["column"]) == ("error", "b.rules", 2, 10)
    assert "did you mean `content.text`?" in finding["message"]
    assert "^~~~" in finding["rendered"] and 'when content.txt = "x"' in finding["rendered"]
    # Right in itself, and a reload here would refuse it.
    secretless = ask(admin, "check", {"text": 'route "a" { to webhook "https://example.com/" secret env:ABSENT_SECRET }'})
    assert not secretless["ok"] and secretless["version"] and "ABSENT_SECRET" in secretless["faults"][0]
    named = ask(admin, "check", {"text": 'route "a" { to webhook "https://user:pass@example.com/?key=very-secret" }'})
    assert "https://••••@example.com/?••••" in named["faults"][0] and "very-secret" not in json.dumps(named)


def test_a_check_runs_the_tests_that_come_with_the_rules(admin):
    def check(expected):
        test = f'test "refund" {{ event type message.received content.text "a refund"   expect {expected} }}\n'
        files = [{"name": "main.rules", "text": NEW}, {"name": "main.test.rules", "text": test}]
        return ask(admin, "check", {"files": files})

    right = check('alert "refund"')
    assert right["ok"] and (right["tests"]["run"], right["tests"]["failed"], right["tests"]["failures"]) == (1, 0, [])
    assert any('route "all"' in gap for gap in right["tests"]["gaps"])
    wrong = check("webhooks")
    assert not wrong["ok"] and wrong["findings"] == [] and wrong["tests"]["failed"] == 1
    [failure] = wrong["tests"]["failures"]
    assert (failure["test"], failure["file"], failure["line"]) == ("refund", "main.test.rules", 1) and "webhooks" in failure["rendered"]
    unreadable = check("nonsense")
    assert not unreadable["ok"] and unreadable["tests"]["run"] == 0 and unreadable["tests"]["findings"][0]["severity"] == "error"
    # Others ask about the rules alone.
    files = [{"name": "main.rules", "text": NEW}, {"name": "main.test.rules", "text": "nonsense"}]
    assert ask(admin, "explain", {"event": {"type": "message.received"}, "files": files})["routes"]
    alone = admin.post("/api/v1/rules/check", {"files": files[1:]})
    assert (alone.status, alone.json["errors"][0]["field"]) == (422, "files")


def test_an_explanation_by_the_running_rules_and_by_others(admin):
    event = {"type": "message.received", "content": {"text": "a refund"}}
    told = ask(admin, "explain", {"event": event})
    assert [route["outcome"] for route in told["routes"]] == ["failed", "matched", "matched"]
    failed = told["routes"][0]
    assert failed["clause"] == 'content.text = "noise"' and failed["clause_place"].endswith("main.rules:1:22")
    assert failed["seen"] == [{"field": "content.text", "value": '"a refund"'}]
    assert told["targets"][0] == "webhooks" and "✘ noise" in told["rendered"] and told["warning"] is None
    told = ask(admin, "explain", {"event": event, "text": NEW})
    assert [route["outcome"] for route in told["routes"]] == ["matched", "stopped"]
    assert told["routes"][1]["stopped_by"] == "refunds" and told["targets"] == ['alert "refund" level warning']
    misspelt = ask(admin, "explain", {"event": {"type": "mesage.received"}})
    assert "did you mean `message.received`?" in misspelt["warning"]
    nothing = admin.post("/api/v1/rules/explain", {"event": {"content": {}}})
    assert (nothing.status, nothing.code, nothing.json["errors"][0]["field"]) == (422, "validation_failed", "event")


def test_a_comparison_is_the_one_of_the_command(gateway, admin):
    send(gateway, "a refund", "hello")
    told = ask(admin, "diff", {"text": NEW, "last": "1h", "show": 1})
    assert not told["truncated"] and told["changed"] >= 1
    assert not told["complete"] and told["since"] < told["complete_since"] < told["until"], "Weir has just been installed"
    [change] = told["changes"]
    assert change["after"] == ['alert "refund" level warning'] and change["began"] == ["refunds"]
    assert (change["tenant"], change["account"]) == ("acme", "app") and "a refund" not in json.dumps(told)
    assert "goes elsewhere" in told["rendered"]
    same = ask(admin, "diff", {"text": RULES})
    assert same["changed"] == same["rerouted"] == 0 and same["events"] == told["events"]


def test_what_is_asked_is_bounded_and_checked(admin):
    def refused(what, body, status, code, field=None):
        answer = admin.post(f"/api/v1/rules/{what}", body)
        assert (answer.status, answer.code) == (status, code), answer.text
        if field:
            assert answer.json["errors"][0]["field"] == field

    refused("check", {}, 422, "validation_failed", "files")
    refused("check", {"text": "", "files": [{"name": "a", "text": ""}]}, 422, "validation_failed", "text")
    refused("check", {"files": [{"name": "a", "text": ""}] * 2}, 422, "validation_failed", "files[1].name")
    refused("check", {"files": [{"name": str(number), "text": ""} for number in range(65)]}, 422, "validation_failed", "files")
    refused("check", {"text": "x" * (2 << 20)}, 413, "content-too-large")
    refused("diff", {"text": NEW, "last": "31d"}, 422, "validation_failed", "last")
    refused("diff", {"text": NEW, "last": "a day"}, 422, "validation_failed", "last")
    refused("diff", {"text": NEW, "show": 1001}, 422, "validation_failed", "show")
    refused("diff", {"text": WRONG}, 422, "rules_invalid", "main.rules:2:10")
    refused("explain", {"event": {"type": "message.received"}, "text": WRONG}, 422, "rules_invalid", "main.rules:2:10")


def test_a_large_file_is_checked_while_others_are_answered(gateway, admin):
    text = "".join(f'route "r{number}" {{ when content.text contains "word {number}" to webhooks }}\n' for number in range(10_000))
    assert ask(admin, "check", {"text": text})["routes"] == 10_000
    assert ask(admin, "diff", {"text": text})["after"]


def test_questions_leave_no_trace(gateway, admin):
    """No audit entry, no kept answer: nothing was changed, and rule texts may hold keys."""
    mark = "Idempotency-Key: rules-0001"
    for _ in range(2):
        assert admin.post("/api/v1/rules/check", {"text": NEW}, headers=[mark]).status == 200
        assert admin.post("/api/v1/rules/check", {"text": RULES}, headers=[mark]).status == 200, "the key means nothing here"
    assert admin.get("/api/v1/audit?action=rules").json["total"] == 0
    assert gateway.redis_cli("KEYS", "weir:{idempotency}:*") == ""


def test_a_refused_reload_shows_everywhere_and_the_counts_go_on(gateway, admin):
    path = gateway.folder / "Rules/main.rules"
    first = admin.get("/api/v1/rules").json
    assert first["last_reload"] is None
    total = gateway.metric("weir_route_matches_total", route="all")
    path.write_text(WRONG)
    eventually(lambda: gateway.metric("weir_reload_failed") == 1, what="the wrong file was refused")
    refused = admin.get("/api/v1/rules").json
    assert refused["version"] == first["version"] and refused["files"] == first["files"], "what runs, not what lies there"
    assert refused["last_reload"]["ok"] is False and "main.rules:2:10: error:" in refused["last_reload"]["reason"]
    services = json.loads(gateway.operate("/readyz").body)["services"]
    assert [part for part in services if part["status"] == "degraded" and "main.rules:2:10" in part["detail"]]
    assert "reload refused; the running configuration stays" in gateway.log_text()
    path.write_text(NEW)
    eventually(lambda: gateway.metric("weir_reload_failed") == 0, what="the right file took effect")
    running = admin.get("/api/v1/rules").json
    assert running["last_reload"]["ok"] is True and running["last_reload"]["reason"] is None
    assert running["version"] != first["version"] and running["loaded_at"] > first["loaded_at"]
    assert matches(running) == {"refunds": 0, "all": 0}, "since they took effect"
    assert gateway.metric("weir_route_matches_total", route="all") == total, "a rate over it does not jump"
    send(gateway, "hello")
    assert gateway.metric("weir_route_matches_total", route="all") == total + 1
    assert matches(admin.get("/api/v1/rules").json)["all"] == 1
    loaded = gateway.metric("weir_rules_loaded_timestamp_seconds")
    assert loaded > 1_700_000_000

"""Rules as a weapon: what somebody with a rule file, or with nothing but the right to try rules, must not be able to do."""

import json
import os

import pytest

from conftest import CORP, EVERYTHING
from harness.api import API, FAST, administrator
from harness.gateway import wecom_source, weir
from harness.polling import eventually
from harness.wecom import WeCom

HOOK = "https://user:k0@hooks.example.com/T01/abcDEFghi123456XYZ7890"
KEYS = ("k0@", "abcDEFghi123456XYZ7890", "key=k1")


def source():
    return 'tenant "acme" {\n' + wecom_source("app", WeCom(CORP)) + "}\n"


@pytest.fixture(scope="module")
def gateway(start_for_module):
    return start_for_module(source(), rules=EVERYTHING, blocks=FAST)


@pytest.fixture(scope="module")
def viewer(gateway):
    return administrator(gateway).user("onlooker", "viewer")


def check(api, text, tests=None):
    files = [{"name": "main.rules", "text": text}] + ([{"name": "main.test.rules", "text": tests}] if tests else [])
    answer = api.post("/api/v1/rules/check", {"files": files})
    assert answer.status == 200, answer.text
    return answer.json


def test_a_pipe_among_the_rules_stops_nobody(start):
    running = start(source(), rules=EVERYTHING)
    pipe = running.folder / "Rules/pipe.rules"
    os.mkfifo(pipe)
    eventually(lambda: running.metric("weir_reload_failures_total") == 1, what="it was refused, and Weir still answers")
    assert "pipe.rules is not a file" in running.operate("/readyz").body.decode()
    pipe.unlink()
    eventually(lambda: running.metric("weir_reload_failed") == 0, what="it is gone")
    assert running.stop() == 0


def test_keys_in_urls_show_nowhere_when_a_test_of_rules_fails(start):
    running = start(source(), rules=EVERYTHING)
    admin = administrator(running)
    folder = running.folder / "Rules"
    # The key of the test is wrong by a letter, then the expectation fails.
    for number, expectation in enumerate([f'webhook "{HOOK}?key=k11"', f'not webhook "{HOOK}?key=k1"']):
        (folder / "main.rules").write_text(f'route "a" {{ to webhook "{HOOK}?key=k1" }}\n')
        (folder / "main.test.rules").write_text(f'test "t" {{ event type message.received   expect {expectation} }}\n')
        eventually(lambda: running.metric("weir_reload_failures_total") > number, what="refused")
        shown = running.operate("/readyz").body.decode() + admin.get("/api/v1/rules").text + running.log_text()
        shown += weir("rules", "test", folder).stderr + weir("rules", "test", folder).stdout
        assert "hooks.example.com" in shown and not [key for key in KEYS if key in shown]
    # And whoever has no credentials is told that there is trouble, and of no file.
    brief = API(running).get("/api/v1/monitor/health").text
    assert "reload refused: " in brief and "main.rules" not in brief and "hooks.example.com" not in brief


def test_keys_in_urls_show_neither_in_the_running_text_nor_in_targets(start):
    running = start(source(), rules=f'route "a" {{ to webhook "{HOOK.replace("user:k0@", "")}?key=k1" }}\n')
    told = administrator(running).get("/api/v1/rules")
    assert not [key for key in KEYS if key in told.text]
    assert told.json["routes"][0]["targets"] == ['webhook "https://hooks.example.com/T01/••••?••••"']


def test_a_check_opens_no_file_of_the_host(viewer, tmp_path):
    there = tmp_path / "there"
    there.write_text("whsec_" + "A" * 32)
    os.mkfifo(tmp_path / "pipe")
    answers = []
    for name in ("there", "absent", "pipe"):
        path = str(tmp_path / name)
        told = check(viewer, f'route "a" {{ to webhook "https://crm.example.com/" secret file:{path} }}')
        assert told["unopened"] == [path]
        answers.append({**told, "unopened": None, "version": None})
    assert answers[0] == answers[1] == answers[2], "who asks does not learn which of them exists"


def test_tests_that_would_take_minutes_are_refused_and_others_are_served(viewer):
    routes = "".join(f'route "{number}" {{ to webhooks }}\n' for number in range(15_000))
    events = 'test "t" {' + "event type message.received\n" * 20_000 + "expect webhooks }"
    told = check(viewer, routes, events)
    assert not told["ok"] and "too much work" in told["tests"]["findings"][0]["message"]
    failing = 'test "t" { event type message.received\n' + "expect accounts\n" * 500 + "}"
    assert check(viewer, routes, failing)["tests"]["failed"] == 1
    assert viewer.get("/api/v1/rules").status == 200


def test_a_large_event_is_not_explained_to_thousands_of_routes(viewer):
    answer = viewer.post("/api/v1/rules/explain", {"event": {"type": "message.received", "content": {"text": "a" * 300_000}}})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "event")
    answer = viewer.post("/api/v1/rules/explain", {"event": {"type": "message.received", "content": {"text": "a" * 200_000}}})
    assert answer.status == 200


def test_a_terminal_is_sent_no_control_characters(tmp_path):
    (tmp_path / "a.rules").write_text('route "a\u202eb" { when content.text = "\x1b[31m\u202e" to alert "x\u202ey" }\n')
    event = '{"type":"message.received","content":{"text":"\\u001b[31m"}}'
    done = weir("rules", "explain", "-", "--rules", tmp_path / "a.rules", stdin=event)
    assert done.returncode == 0 and "content.text" in done.stdout
    assert not set("\x1b\u202e") & set(done.stdout)


def test_a_file_without_tests_does_not_pass(tmp_path):
    (tmp_path / "a.rules").write_text(EVERYTHING)
    (tmp_path / "a.test.rules").write_text("# later\n")
    done = weir("rules", "test", tmp_path / "a.rules")
    assert done.returncode == 1 and "there is no test in" in done.stderr
    assert weir("rules", "check", tmp_path / "a.rules").returncode == 0, "tests are not demanded"


def test_tests_that_cannot_be_read_are_in_the_json_of_a_check(tmp_path):
    (tmp_path / "a.rules").write_text(EVERYTHING)
    (tmp_path / "a.test.rules").mkdir()
    done = weir("rules", "check", "--json", tmp_path)
    [told] = json.loads(done.stdout)
    assert done.returncode == 1 and not told["ok"] and "a.test.rules is not a file" in told["faults"][0]


def test_a_shells_pipe_is_a_rule_file_to_commands(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.fork()
    if writer == 0:
        pipe.write_text(EVERYTHING)
        os._exit(0)
    done = weir("rules", "check", pipe)
    os.waitpid(writer, 0)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_what_may_not_be_written_is_not_replaced(tmp_path):
    path = tmp_path / "main.rules"
    path.write_text('route "a" {to webhooks}\n')
    path.chmod(0o444)
    done = weir("rules", "fmt", path)
    assert done.returncode == 1 and "Permission denied" in done.stderr
    assert path.read_text() == 'route "a" {to webhooks}\n'

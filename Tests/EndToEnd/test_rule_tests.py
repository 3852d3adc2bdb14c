"""Tests beside the rules: the command that runs them, and a running Weir that refuses rules whose tests fail."""

import json
import xml.etree.ElementTree as XML

import pytest

from conftest import CORP, EVERYTHING
from harness.gateway import ROOT, wecom_source, weir
from harness.polling import eventually
from harness.wecom import WeCom

RULES = """route "complaints" { when type = message.received and content.text contains "退款"   to alert "complaint" }
route "all" { to webhooks }
"""
GOOD = """test "a complaint" {
    event  type message.received content.text "我要退款"
    expect alert "complaint"
}
"""
BAD = GOOD.replace("我要退款", "hello")


@pytest.fixture
def rules(tmp_path):
    def write(tests, text=RULES):
        (tmp_path / "a.rules").write_text(text)
        (tmp_path / "a.test.rules").write_text(tests)
        return str(tmp_path)

    return write


@pytest.mark.parametrize("path", ["Rules", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("Rules/gallery/*.rules")
                                                   if not p.name.endswith(".test.rules"))])  # fmt: skip
def test_what_weir_ships_passes_its_tests_and_is_covered(path):
    done = weir("rules", "test", str(ROOT / path), "--cover")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_failing_test_says_what_where_and_why(rules):
    done = weir("rules", "test", rules(BAD))
    assert done.returncode == 1
    assert 'a.test.rules:3:12: error: test "a complaint": expected alert "complaint"' in done.stdout
    assert '^~~~~~~~~~~~~~~~~' in done.stdout
    assert 'content.text contains "退款"' in done.stdout and 'content.text is "hello"' in done.stdout
    assert "1 of 1 test failed" in done.stderr


def test_a_faulty_file_of_tests_is_not_run(rules):
    done = weir("rules", "test", rules(GOOD.replace("content.text", "content.txt")))
    assert done.returncode == 1 and done.stdout == ""
    assert "did you mean `content.text`?" in done.stderr


def test_cover_fails_for_what_no_test_reaches(rules):
    path = rules(GOOD, RULES + 'quota default { messages 5 per day }\nroute "never" { when tenant = "x" to drop }\n')
    assert weir("rules", "test", path).returncode == 0
    done = weir("rules", "test", path, "--cover")
    assert done.returncode == 1 and "2 gaps" in done.stderr
    assert 'route "never"' in done.stdout and "quota default" in done.stdout


def test_results_come_as_junit(rules):
    done = weir("rules", "test", rules(GOOD + BAD.replace("a complaint", "<&>")), "--junit")
    assert done.returncode == 1
    suite = XML.fromstring(done.stdout)
    assert suite.attrib["tests"] == "2" and suite.attrib["failures"] == "1"
    assert [case.attrib["name"] for case in suite] == ["a complaint", "<&>"]
    assert 'content.text is "hello"' in suite[1][0].text


def test_a_single_file_has_the_tests_of_its_name_only(rules, tmp_path):
    path = rules(GOOD)
    (tmp_path / "b.test.rules").write_text(BAD)
    assert weir("rules", "test", path + "/a.rules").returncode == 0
    assert weir("rules", "test", path).returncode == 1


def test_checks_run_the_tests_too(rules):
    done = weir("rules", "check", rules(BAD))
    assert done.returncode == 1 and "its tests fail" in done.stderr and "a.test.rules:3:12" in done.stderr


def configuration(weir):
    return next(part for part in json.loads(weir.operate("/readyz").body)["services"] if part["name"] == "configuration")


def source():
    return 'tenant "acme" {\n' + wecom_source("app", WeCom(CORP)) + "}\n"


def test_a_reload_whose_tests_fail_is_refused_until_they_pass(start):
    running = start(source(), rules=EVERYTHING)
    folder = running.folder / "Rules"
    (folder / "main.test.rules").write_text('test "t" { event type message.received   expect drop }\n')
    eventually(lambda: running.metric("weir_reload_failures_total") == 1, what="the failing test refused the reload")
    assert configuration(running)["status"] == "degraded" and "main.test.rules:1" in configuration(running)["detail"]
    assert running.metric("weir_reload_failed") == 1
    assert "weir rules test" in running.log_text()
    # The tests alone changed, and that is enough.
    (folder / "main.test.rules").write_text('test "t" { event type message.received   expect webhooks }\n')
    eventually(lambda: running.metric("weir_reloads_total") == 1, what="the passing test let the reload through")
    assert configuration(running)["status"] == "ready"


def test_a_start_does_not_fail_for_a_test_and_says_so(start, tmp_path):
    running = start(source(), rules=EVERYTHING)
    (running.folder / "Rules" / "main.test.rules").write_text('test "t" { event type message.received   expect drop }\n')
    eventually(lambda: running.metric("weir_reload_failures_total") == 1, what="the failing test refused the reload")
    running.kill()
    running.start()
    assert configuration(running)["status"] == "degraded"
    assert running.metric("weir_rule_tests_failing") == 1
    assert "in force with a failing test" in running.log_text()

"""Changed rule files take effect by themselves, however they are changed; wrong ones never do."""

import json
import os

import pytest

from conftest import CORP, EVERYTHING
from harness.gateway import wecom_source
from harness.polling import eventually
from harness.wecom import WeCom

WRONG = 'route "a" { when tenant = to webhooks }\n'


def rule(name):
    return f'route "{name}" {{ to webhooks }}\n'


@pytest.fixture
def follower(start):
    app = WeCom(CORP)
    return start('tenant "acme" {\n' + wecom_source("app", app) + "}\n", rules=EVERYTHING)


def reloads(weir):
    return weir.metric("weir_reloads_total")


def in_place(folder, text):
    with (folder / "main.rules").open("r+") as file:
        file.truncate()
        file.write(text)


def moved_over(folder, text):
    (folder / ".main.rules.swp").write_text(text)
    os.replace(folder / ".main.rules.swp", folder / "main.rules")


def another_file(folder, text):
    (folder / "more.rules").write_text(text)


def as_kubernetes_does(folder, text):
    versions = len(list(folder.glob("..v*")))
    (folder / f"..v{versions}").mkdir()
    (folder / f"..v{versions}/main.rules").write_text(text)
    (folder / "..new").symlink_to(f"..v{versions}")
    os.replace(folder / "..new", folder / "..data")
    if not (folder / "main.rules").is_symlink():
        (folder / "main.rules").unlink()
        (folder / "main.rules").symlink_to("..data/main.rules")


def by_swapping_the_folder(folder, text):
    new = folder.with_name("Rules.new")
    new.mkdir()
    (new / "main.rules").write_text(text)
    folder.rename(folder.with_name(f"Rules.{len(text)}.{os.urandom(4).hex()}"))
    new.rename(folder)


@pytest.mark.parametrize("change", [in_place, moved_over, another_file, as_kubernetes_does, by_swapping_the_folder])
def test_a_change_takes_effect_by_itself_and_again(follower, change):
    for number, name in enumerate(["one", "twoo", "three"]):
        change(follower.folder / "Rules", rule(name))
        eventually(lambda: reloads(follower) == number + 1, what=f"change {number + 1} took effect")
    assert follower.log_text().count("the rule files changed") == 3


def test_wrong_rules_change_nothing_and_say_so_once(follower):
    in_place(follower.folder / "Rules", WRONG)
    eventually(lambda: follower.metric("weir_reload_failures_total") == 1, what="the wrong file was refused")
    ready = follower.operate("/readyz")
    assert ready.status == 200
    services = json.loads(ready.body)["services"]
    assert [part for part in services if part["status"] == "degraded" and "main.rules:1" in part["detail"]]
    # The same text again, and files that are no rules, are not news.
    in_place(follower.folder / "Rules", WRONG)
    (follower.folder / "Rules/notes.txt").write_text("nothing")
    in_place(follower.folder / "Rules", rule("right"))
    eventually(lambda: reloads(follower) == 1, what="the right file took effect")
    assert follower.metric("weir_reload_failures_total") == 1
    assert follower.metric("weir_reload_failed") == 0


def test_emptied_rules_change_nothing(follower):
    for text in ("", "# nothing but a comment\n"):
        refused = follower.metric("weir_reload_failures_total")
        in_place(follower.folder / "Rules", text)
        eventually(lambda: follower.metric("weir_reload_failures_total") == refused + 1, what=f"{text!r} was refused")
        assert "no route any more" in follower.operate("/readyz").body.decode()
    assert reloads(follower) == 0
    in_place(follower.folder / "Rules", 'route "nothing" { to drop }\n')
    eventually(lambda: reloads(follower) == 1, what="who says so may route nothing")


def test_an_edit_of_the_configuration_waits_for_its_signal(follower):
    configuration = follower.folder / "weir.conf"
    configuration.write_text(configuration.read_text() + "\nnot ready yet {\n")
    in_place(follower.folder / "Rules", rule("right"))
    eventually(lambda: reloads(follower) == 1, what="the rules took effect all the same")
    assert follower.metric("weir_reload_failures_total") == 0

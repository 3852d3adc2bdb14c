"""`weir rules fmt`: rule files in their one style, replaced as a whole or not touched at all."""

import os
import stat

import pytest

from harness.gateway import ROOT, weir

LOOSE = 'route "a" {when type=message.received to webhooks} # all of them\n'
NEAT = 'route "a" { when type = message.received   to webhooks }  # all of them\n'
BAD = 'route "b" { tto webhook "https://crm.example.com/hook" }\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "main.rules").write_text(LOOSE)
    (tmp_path / "neat.rules").write_text(NEAT)
    return tmp_path


def state(path):
    return path.read_bytes(), path.lstat().st_ino, path.lstat().st_mtime_ns


def test_files_are_formatted_and_those_that_changed_are_named(folder):
    neat = state(folder / "neat.rules")
    done = weir("rules", "fmt", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}/main.rules\n", "")
    assert (folder / "main.rules").read_text() == NEAT
    assert state(folder / "neat.rules") == neat, "what is in the style is not written"
    assert sorted(path.name for path in folder.iterdir()) == ["main.rules", "neat.rules"], "no draft is left"
    again = weir("rules", "fmt", folder)
    assert (again.returncode, again.stdout) == (0, "")


def test_check_changes_nothing_and_fails_where_something_would_change(folder):
    before = state(folder / "main.rules")
    done = weir("rules", "fmt", "--check", folder)
    assert (done.returncode, done.stdout) == (1, f"{folder}/main.rules\n")
    assert state(folder / "main.rules") == before
    done = weir("rules", "fmt", "--check", folder / "neat.rules")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_file_with_errors_is_left_alone_and_the_others_are_formatted(folder):
    bad = folder / "bad.rules"
    bad.write_text(BAD)
    before = state(bad)
    done = weir("rules", "fmt", folder)
    assert done.returncode == 1
    assert f"{bad}:1:13: error: unknown word `tto`" in done.stderr and "^" in done.stderr
    assert done.stdout == f"{folder}/main.rules\n"
    assert state(bad) == before


def test_standard_input_goes_to_standard_output(folder):
    done = weir("rules", "fmt", "-", stdin=LOOSE)
    assert (done.returncode, done.stdout, done.stderr) == (0, NEAT, "")
    done = weir("rules", "fmt", "-", stdin=NEAT)
    assert (done.returncode, done.stdout) == (0, NEAT)
    done = weir("rules", "fmt", "-", stdin=BAD)
    assert done.returncode == 1 and done.stdout == "" and "standard input:1:13" in done.stderr
    done = weir("rules", "fmt", "--check", "-", stdin=LOOSE)
    assert (done.returncode, done.stdout) == (1, "standard input\n")


def test_mode_and_symbolic_link_stay(folder):
    target = folder / "elsewhere" / "real"
    target.parent.mkdir()
    target.write_text(LOOSE)
    target.chmod(0o640)
    link = folder / "linked.rules"
    link.symlink_to("elsewhere/real")
    assert weir("rules", "fmt", link).returncode == 0
    assert link.is_symlink() and os.readlink(link) == "elsewhere/real"
    assert target.read_text() == NEAT and stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["real"]


def test_what_is_no_file_is_not_replaced(folder):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    writer = os.fork()
    if writer == 0:
        pipe.write_text(LOOSE)
        os._exit(0)
    done = weir("rules", "fmt", pipe)
    os.waitpid(writer, 0)
    assert done.returncode == 1 and "is not a file that can be replaced" in done.stderr
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    missing = weir("rules", "fmt", folder / "none.rules")
    assert missing.returncode == 1 and "none.rules" in missing.stderr


def test_the_rules_of_the_repository_are_in_the_style():
    assert weir("rules", "fmt", "--check", ROOT / "Rules").returncode == 0

"""What an operator sees: health, readiness, metrics that Prometheus accepts, configuration errors that say what to do."""

import shutil
import signal
import subprocess

import pytest

from conftest import CORP, EVERYTHING
from harness.gateway import free_port, webhook, weir, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message


def test_health_and_readiness_are_answered(shared):
    assert shared.weir.operate("/healthz").status == 200
    assert shared.weir.operate("/readyz").status == 200


def test_promtool_finds_nothing_wrong_with_the_metrics(shared, text):
    assert shutil.which("promtool"), "promtool is missing: Deploy/install prometheus"
    assert shared.weir.call("app", shared.app.push(text_message(text))).status == 200
    shared.receiver.wait_text(text)
    metrics = shared.weir.operate("/metrics")
    assert metrics.status == 200
    assert metrics.headers["content-type"].startswith("text/plain")
    checked = subprocess.run(["promtool", "check", "metrics"], input=metrics.body, capture_output=True)
    assert (checked.returncode, checked.stderr) == (0, b""), checked.stdout


def test_every_stage_counts_what_passes_it(shared, text):
    before = shared.weir.metrics()
    assert shared.weir.call("app", shared.app.push(text_message(text))).status == 200
    shared.receiver.wait_text(text)

    def grown():
        after = shared.weir.metrics()
        return {name.partition("{")[0] for name in after if after[name] > before.get(name, 0.0)}

    eventually(lambda: len(grown()) >= 3, what="counters of callback, routing and delivery grew")
    assert any(name.endswith("_bucket") for name in grown()), "latency has a histogram"


def test_a_broken_rule_file_leaves_the_running_one_in_place_and_shows(start, receiver, text):
    app = WeCom(CORP)
    tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
    gateway = start(tenants)
    gateway.rules = 'route "x" { wehn type = message.received to webhooks }\n'
    gateway.write()
    before = len(gateway.log_text())
    gateway.signal(signal.SIGHUP)
    eventually(lambda: "wehn" in gateway.log_text()[before:], what="the log says what is wrong")
    assert gateway.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)
    gateway.rules = EVERYTHING
    gateway.write()
    gateway.signal(signal.SIGHUP)
    eventually(lambda: gateway.health("/readyz") == 200, what="ready after the file was mended")


def start_fails(start, tenants="", **options):
    gateway = start(tenants, ready=False, **options)
    status = gateway.process.wait(15)
    assert status not in (0, None) and status > 0, "it ended by itself, with a status, not by a signal"
    return gateway.log_text()


def test_a_port_that_is_taken_is_named(shared, start):
    said = start_fails(start, blocks={"operations": f'listen "127.0.0.1:{shared.weir.operations}"'})
    assert str(shared.weir.operations) in said


def test_a_certificate_that_is_missing_is_named(start):
    said = start_fails(start, blocks={"public": f'listen "127.0.0.1:{free_port()}" certificates ["/nowhere/server"]'})
    assert "/nowhere/server" in said


def test_a_second_weir_on_the_same_data_folder_does_not_start(shared, certificates):
    second = subprocess.run(
        [str(shared.weir.process.args[0]), "serve", "--config", shared.weir.config],
        capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert second.returncode > 0
    assert shared.weir.health("/readyz") == 200, "and the first goes on"


def test_environment_variables_override_the_file(start):
    port = free_port()
    gateway = start("", ready=False, environment={"WEIR_OPERATIONS_LISTEN": f"127.0.0.1:{port}"})
    gateway.operations = port
    gateway.wait_ready()


def test_secrets_come_from_the_environment_and_from_files(start, receiver, tmp_path, text):
    app = WeCom(CORP)
    (tmp_path / "key").write_text(app.key + "\n")
    gateway = start(
        f'''tenant "acme" {{
            source "app" {{ kind wecom account "app" token env:APP_TOKEN aes-key file:{tmp_path}/key receive-ids ["{CORP}"] }}
            webhook "crm" {{ url "{receiver.url()}" secret env:CRM_SECRET }}
        }}''',
        environment={"APP_TOKEN": app.token, "CRM_SECRET": receiver.secret},
    )
    assert gateway.call("app", app.push(text_message(text))).status == 200
    assert receiver.wait_text(text)[0].verified


MISTAKES = {
    "an unknown setting": ("edge { haeder-limit 16KB }", "header-limit"),
    "a wrong unit": ("edge { header-limit 16s }", "16KB"),
    "a short key": (
        'tenant "a" { source "s" { kind wecom account "s" token "t" aes-key "tooshort" receive-ids ["x"] } }',
        "43",
    ),
    "a missing variable": (
        'tenant "a" { webhook "w" { url "https://x.example/" secret env:WEIR_TEST_NOT_SET } }',
        "WEIR_TEST_NOT_SET",
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_config_check_says_what_is_wrong_and_where(tmp_path, what):
    line, expected = MISTAKES[what]
    config = tmp_path / "weir.conf"
    config.write_text(line + "\n")
    checked = weir("config", "check", "--config", config)
    assert checked.returncode == 1
    said = checked.stdout + checked.stderr
    assert expected in said and f"{config}:1:" in said, said


UNFIT = {
    "a secret that rules name": ({"rules": 'route "a" { to webhook "https://a.example/" secret env:WEIR_TEST_NOT_SET }'}, "WEIR_TEST_NOT_SET"),
    "a rule": ({"rules": 'route "a" { wehn type = message.received to webhooks }'}, "wehn"),
    "a folder of rules without any": ({"rules": None}, "rules"),
    "a certificate": ({"blocks": {"public": 'certificates ["/nowhere/server"]'}}, "/nowhere/server"),
    "certificates to trust": ({"blocks": {"delivery": 'trust "/nowhere/ca.pem"'}}, "/nowhere/ca.pem"),
    "a data folder too deep for a socket": ({"data": "/tmp/" + "d" * 100}, "107"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_config_check_refuses_what_serve_refuses(tmp_path, certificates, what):
    changes, expected = UNFIT[what]
    rules = tmp_path / "Rules"
    rules.mkdir()
    if (text := changes.get("rules", EVERYTHING)) is not None:
        (rules / "main.rules").write_text(text)
    blocks = {"public": f'certificates ["{certificates}/server"]'} | changes.get("blocks", {})
    config = tmp_path / "weir.conf"
    config.write_text(
        f'data "{changes.get("data", tmp_path / "data")}"\nrules "{rules}"\n'
        + "".join(f"{name} {{ {settings} }}\n" for name, settings in blocks.items())
    )
    for command in (("config", "check"), ("serve",)):
        refused = weir(*command, "--config", config)
        assert refused.returncode == 1, command
        assert expected in refused.stdout + refused.stderr, command


def test_rules_check_warns_of_a_secret_that_is_not_there(tmp_path):
    rules = tmp_path / "main.rules"
    rules.write_text(UNFIT["a secret that rules name"][0]["rules"])
    checked = weir("rules", "check", rules)
    assert checked.returncode == 0 and "WEIR_TEST_NOT_SET" in checked.stderr and "1 warning" in checked.stdout
    assert weir("rules", "check", "--strict", rules).returncode == 1


def test_config_check_warns_of_a_source_that_anyone_could_write_to(tmp_path):
    config = tmp_path / "weir.conf"
    config.write_text('tenant "a" { source "open" { kind instance } }\n')
    checked = weir("config", "check", "--config", config)
    assert "open" in checked.stdout + checked.stderr
    assert "warning" in checked.stdout + checked.stderr or checked.returncode == 1


def test_the_default_configuration_is_valid(tmp_path):
    default = weir("config", "default")
    assert default.returncode == 0 and "#" in default.stdout
    config = tmp_path / "weir.conf"
    config.write_text(default.stdout)
    checked = weir("config", "check", "--config", config, cwd=tmp_path)
    assert "unknown" not in checked.stdout + checked.stderr

"""Who may come in: passwords, tokens, API keys, and how each is taken away again."""

import base64
import json
import os
import re
import subprocess
import uuid

import pytest

from harness.api import API, PASSWORD, administrator, authorization, one_time_password, settle
from harness.gateway import ROOT, weir
from harness.polling import eventually


@pytest.fixture(scope="module")
def gateway(start_for_module):
    return start_for_module("")


@pytest.fixture(scope="module")
def admin(gateway):
    return administrator(gateway)


@pytest.fixture
def name():
    return "user-" + uuid.uuid4().hex[:12]


def becomes(probe, status, within=10):
    eventually(lambda: probe().status == status, within, f"the answer {status}")


def make_key(admin, **changes):
    made = admin.post("/api/v1/api-keys", {"name": "crm", "role": "viewer"} | changes)
    assert made.status == 201, made.text
    return made.json


# --- The first administrator


def test_the_first_start_shows_a_password_once_that_opens_nothing_but_its_own_change(start):
    gateway = start("")
    api, password = API(gateway), one_time_password(gateway)
    tokens = api.sign_in("admin", password).json
    assert tokens["user"]["must_change_password"] is True
    api.token = tokens["access_token"]
    assert api.get("/api/v1/auth/me").json["permissions"] == []
    refused = api.get("/api/v1/users")
    assert (refused.status, refused.code) == (403, "password_change_required")
    settled = settle(gateway, "admin", password)
    assert settled.get("/api/v1/users").json["total"] == 1
    becomes(lambda: api.get("/api/v1/auth/me"), 401)
    assert api.sign_in("admin", password).status == 401

    gateway.stop()
    gateway.start()
    assert settled.get("/api/v1/users").status == 200, "a session outlives a restart"
    output, log = gateway.output_text(), gateway.log_text()
    assert output.count(password) == 1 and output.count("The first administrator") == 1
    for secret in (password, PASSWORD, tokens["refresh_token"], tokens["access_token"]):
        assert secret not in log


def test_a_forgotten_password_is_reset_by_a_command(gateway, admin, name):
    user = admin.user(name, "viewer")
    done = weir("users", "reset", name, "--config", gateway.config)
    assert done.returncode == 0, done.stderr
    becomes(lambda: user.get("/api/v1/auth/me"), 401)
    assert user.sign_in(name).status == 401
    again = settle(gateway, name, done.stdout.strip(), PASSWORD + "!")
    assert again.get("/api/v1/auth/me").json["name"] == name
    missing = weir("users", "reset", "nobody-at-all", "--config", gateway.config)
    assert missing.returncode == 1 and "no user nobody-at-all" in missing.stderr


# --- Passwords


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(admin, name):
    admin.user(name, "viewer")
    answers = [admin.sign_in(who, "wrong password") for who in (name, name + "-not", "", "x" * 200, "ä\u0000")]
    assert [answer.status for answer in answers] == [401, 401, 422, 401, 401]
    assert answers[0].json == answers[1].json == answers[3].json
    assert answers[0].code == "invalid_credentials"
    assert "www-authenticate" in answers[0].headers


def test_guesses_are_slowed_down_and_the_right_password_comes_through_in_time(admin, name):
    admin.user(name, "viewer")
    for _ in range(5):
        assert admin.sign_in(name, "wrong password").status == 401
    # The first waits are short, and on a busy machine the check of a password is longer.
    guesses = (admin.sign_in(name, "wrong password") for _ in range(8))
    slowed = next(guess for guess in guesses if guess.status != 401)
    assert (slowed.status, slowed.code) == (429, "too_many_attempts")
    right = admin.sign_in(name)
    assert right.status == 429 and int(right.headers["retry-after"]) >= 1, "the right one has to wait as well"
    becomes(lambda: admin.sign_in(name), 200, 90)


def test_passwords_must_be_long_enough_for_us_and_short_enough_for_bcrypt(admin, name):
    for password, code in [("short", "too_short"), ("x" * 73, "too_long"), ("字" * 25, "too_long"), (f"--{name}--", "not_allowed")]:
        refused = admin.post("/api/v1/users", {"username": name, "password": password, "role": "viewer"})
        assert refused.status == 422, refused.text
        assert [(e["field"], e["code"]) for e in refused.json["errors"]] == [("password", code)]


# --- Tokens


def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_session(admin, name):
    admin.user(name, "viewer")
    first = admin.sign_in(name).json
    second = admin.post("/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]}, token=None)
    assert second.status == 200
    api = API(admin.gateway, second.json["access_token"])
    assert api.get("/api/v1/auth/me").json["name"] == name
    stolen = admin.post("/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]}, token=None)
    assert (stolen.status, stolen.code) == (401, "refresh_token_reused")
    owner = admin.post("/api/v1/auth/refresh", {"refresh_token": second.json["refresh_token"]}, token=None)
    assert (owner.status, owner.code) == (401, "invalid_refresh_token")
    becomes(lambda: api.get("/api/v1/auth/me"), 401)


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_no_token_is_taken_that_weir_did_not_sign(admin, name):
    user = admin.user(name, "viewer")
    header, payload, signature = user.token.split(".")
    head, claims = decoded(header), decoded(payload)
    assert head["alg"] == "HS256" and head["typ"] == "at+jwt" and claims["exp"] - claims["iat"] == 7200
    other = decoded(admin.token.split(".")[1])
    forged = [
        f"{encoded(head | {'alg': 'none'})}.{payload}.",
        f"{encoded({'alg': 'none'})}.{payload}.",
        f"{encoded(head | {'alg': 'none'})}.{payload}.{signature}",
        f"{encoded(head | {'alg': 'HS512'})}.{payload}.{signature}",
        f"{encoded(head | {'alg': 'RS256'})}.{payload}.{signature}",
        f"{encoded(head | {'kid': str(uuid.uuid4())})}.{payload}.{signature}",
        f"{header}.{encoded(claims | {'sub': other['sub'], 'sid': other['sid']})}.{signature}",
        f"{header}.{encoded(claims | {'exp': claims['exp'] + 10**6})}.{signature}",
        f"{header}.{payload}.{'A' * 43}",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature[:-1]}",
        "a.b.c",
        "x" * 5000,
    ]
    for token in forged:
        refused = user.get("/api/v1/auth/me", token=token)
        assert (refused.status, refused.code) == (401, "unauthenticated"), token
    twice = user.get("/api/v1/auth/me", headers=["Authorization: Bearer " + admin.token])
    assert twice.status == 401, "two fields"
    assert user.get("/api/v1/auth/me").status == 200


def test_signing_out_ends_the_access_token_too(admin, name):
    user = admin.user(name, "viewer")
    other = API(admin.gateway, user.sign_in(name).json["access_token"])
    assert user.post("/api/v1/auth/logout").status == 204
    becomes(lambda: user.get("/api/v1/auth/me"), 401)
    assert other.get("/api/v1/auth/me").status == 200, "another session of the user"


def test_a_suspended_user_is_out_at_once_and_another_role_holds_at_once(admin, name):
    user = admin.user(name, "viewer")
    identity = user.get("/api/v1/auth/me").json["id"]
    assert user.get("/api/v1/users").status == 403
    path = f"/api/v1/users/{identity}"
    assert admin.call("PATCH", path, {"role": "platform-admin"}).status == 200
    becomes(lambda: user.get("/api/v1/users"), 200)
    assert admin.call("PATCH", path, {"status": "suspended"}).status == 200
    becomes(lambda: user.get("/api/v1/auth/me"), 401)
    refused = user.sign_in(name)
    assert (refused.status, refused.code) == (403, "user_suspended")
    assert admin.call("PATCH", path, {"status": "active"}).status == 200
    becomes(lambda: user.get("/api/v1/auth/me"), 200)
    assert admin.call("DELETE", path).status == 204
    becomes(lambda: user.get("/api/v1/auth/me"), 401)


def test_a_new_key_for_tokens_signs_later_and_at_once_it_ends_what_is_out(start):
    gateway = start("")
    admin = administrator(gateway)
    pair = admin.sign_in("admin").json
    assert weir("keys", "renew", "--config", gateway.config).returncode == 0
    assert admin.get("/api/v1/auth/me").status == 200, "the old key still verifies"
    assert weir("keys", "renew", "--at-once", "--config", gateway.config).returncode == 0
    becomes(lambda: admin.get("/api/v1/auth/me"), 401, 40)
    next_pair = admin.post("/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]}, token=None)
    assert admin.get("/api/v1/auth/me", token=next_pair.json["access_token"]).status == 200


# --- Who may touch whom


def test_a_tenant_admin_sees_and_makes_only_those_of_the_own_tenant(start):
    gateway = start('tenant "acme" { }\ntenant "other" { }\n')
    admin = administrator(gateway)
    tenants = {t["tenant_code"]: t["id"] for t in eventually(lambda: admin.get("/api/v1/tenants").json["tenants"])}
    acme, other = tenants["acme"], tenants["other"]
    chief, stranger = admin.user("chief", "tenant-admin", acme), admin.user("stranger", "viewer", other)
    foreign = stranger.get("/api/v1/auth/me").json["id"]
    for method, body in [("GET", None), ("PATCH", {"status": "suspended"}), ("DELETE", None)]:
        refused = chief.call(method, f"/api/v1/users/{foreign}", body)
        assert (refused.status, refused.code) == (404, "not_found"), method
    assert chief.get(f"/api/v1/users?tenant_id={other}").status == 404
    assert [u["username"] for u in chief.get("/api/v1/users").json["users"]] == ["chief"]
    made = chief.post("/api/v1/users", {"username": "mine", "password": "long enough", "role": "operator"})
    assert made.status == 201 and made.json["tenant_id"] == acme
    for tenant, role, status in [(other, "viewer", 404), (None, "viewer", 404), (acme, "platform-admin", 422)]:
        body = {"username": "x", "password": "long enough", "role": role, "tenant_id": tenant}
        assert chief.post("/api/v1/users", body).status == status, (tenant, role)
    key = make_key(chief)
    assert key["tenant_id"] == acme
    assert stranger.get(f"/api/v1/api-keys/{key['id']}").status == 403
    assert admin.post("/api/v1/users", {"username": "y", "password": "long enough", "role": "viewer", "tenant_id": str(uuid.uuid4())}).status == 422


def test_the_last_administrator_stays(admin):
    identity = admin.get("/api/v1/auth/me").json["id"]
    refused = admin.call("DELETE", f"/api/v1/users/{identity}")
    assert (refused.status, refused.code) == (409, "not_oneself")
    key = make_key(admin, role="platform-admin")
    refused = admin.signed("DELETE", f"/api/v1/users/{identity}", key=key["id"], secret=key["secret"])
    assert refused.status == 409, refused.text


# --- API keys


def test_the_secret_of_a_key_is_shown_once(gateway, admin):
    key = make_key(admin, scopes=["usage.read"])
    shown = [admin.get(f"/api/v1/api-keys/{key['id']}").text, admin.get("/api/v1/api-keys?size=100").text, gateway.log_text()]
    assert all(key["secret"] not in text for text in shown)
    dump = gateway.redis_cli("HGETALL", f"weir:{{records}}:api-key:{key['id']}")
    assert key["id"] in dump and key["secret"] not in dump


def test_a_signed_request_is_taken_once_and_not_when_it_was_changed(admin):
    key = make_key(admin, role="platform-admin")
    as_key = {"key": key["id"], "secret": key["secret"]}
    assert admin.signed("GET", "/api/v1/auth/me", **as_key).json["kind"] == "key"
    assert admin.signed("GET", "/api/v1/users", query="size=5&page=1", **as_key).status == 200
    field = authorization("GET", "/api/v1/auth/me", "", None, key["id"], key["secret"])
    assert admin.get("/api/v1/auth/me", token=None, headers=[field]).status == 200
    assert admin.get("/api/v1/auth/me", token=None, headers=[field]).status == 401, "replayed"
    field = authorization("GET", "/api/v1/users", "size=5", None, key["id"], key["secret"])
    assert admin.get("/api/v1/users?size=6", token=None, headers=[field]).status == 401
    assert admin.get("/api/v1/auth/me", token=None, headers=[field]).status == 401
    old = admin.signed("GET", "/api/v1/auth/me", timestamp=1_700_000_000, **as_key)
    assert old.status == 401
    wrong = admin.signed("GET", "/api/v1/auth/me", key=key["id"], secret=key["secret"] + "x")
    assert wrong.status == 401
    eventually(lambda: admin.get(f"/api/v1/api-keys/{key['id']}").json["last_used_at"], what="a note of its use")
    assert admin.call("DELETE", f"/api/v1/api-keys/{key['id']}").status == 204
    becomes(lambda: admin.signed("GET", "/api/v1/auth/me", **as_key), 401)


def run_readme_block(readme, beginning, gateway, tmp_path, **values):
    """Runs the block of commands with these values of its variables, as a reader would have put them in."""
    block = re.search(rf"```sh\n({beginning}.*?)```", (ROOT / readme).read_text(), re.S)[1]
    for variable, value in {"api": f"https://127.0.0.1:{gateway.api}", **values}.items():
        block, count = re.subn(rf"(^| ){variable}=('[^']*'|\S+)", rf"\g<1>{variable}={value}", block, count=1)
        assert count == 1
    (tmp_path / "Certs").mkdir(exist_ok=True)
    if not (tmp_path / "Certs/dev").exists():
        os.symlink(gateway.certificates, tmp_path / "Certs/dev")
    done = subprocess.run(["bash", "-c", block], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    return json.loads(done.stdout or "{}"), done.stderr + done.stdout


READMES = ["README.md", "README.zh-CN.md"]


@pytest.mark.parametrize("readme", READMES)
def test_the_command_in_the_readme_signs_a_request(gateway, admin, tmp_path, readme):
    key = make_key(admin)
    me, said = run_readme_block(readme, r"api=\S+ key=", gateway, tmp_path, key=key["id"], secret=key["secret"])
    assert me.get("id") == key["id"], said


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_in_the_readme_sign_in_for_the_first_time(gateway, admin, tmp_path, readme):
    name = f"reader-{READMES.index(readme)}"
    made = admin.post("/api/v1/users", {"username": name, "password": "once-and-never-again", "role": "platform-admin"})
    assert made.status == 201, made.text
    me, said = run_readme_block(
        readme, r"api=\S+ user=", gateway, tmp_path, user=name, once="once-and-never-again", password="'chosen by me'")  # fmt: skip
    assert me.get("name") == name and me["must_change_password"] is False, said


# --- Secrets at rest


def keys_of(gateway):
    lines = (gateway.data / "master.key").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_master_key_is_rotated_while_weir_runs_and_again_after_a_kill(start):
    gateway = start("")
    admin = administrator(gateway)
    keys = [make_key(admin, name=f"key {n}", role="platform-admin") for n in range(25)]
    assert (gateway.data / "master.key").stat().st_mode & 0o777 == 0o600
    (old,) = keys_of(gateway)

    def all_work():
        for key in keys:
            assert admin.signed("GET", "/api/v1/auth/me", key=key["id"], secret=key["secret"]).status == 200

    # Killed in the middle, at whatever instant that is; then from the beginning.
    from harness.gateway import BINARY

    running = subprocess.Popen([BINARY, "keys", "rotate", "--new", "--config", gateway.config], stdout=subprocess.DEVNULL)
    eventually(lambda: len(keys_of(gateway)) == 2, what="a new key in front")
    running.kill()
    running.wait()
    all_work()
    done = weir("keys", "rotate", "--config", gateway.config)
    assert done.returncode == 0, done.stderr
    all_work()
    # What is sealed before Weir has noticed is found by the next run.
    keys.append(make_key(admin, role="platform-admin"))
    done = weir("keys", "rotate", "--forget", "--config", gateway.config)
    assert done.returncode == 0, done.stderr
    (new,) = keys_of(gateway)
    assert new != old
    gateway.stop()
    gateway.start()
    all_work()
    assert admin.get("/api/v1/auth/me").status == 200
    assert old not in gateway.log_text() and new not in gateway.log_text()


@pytest.mark.parametrize("how", ["another", "missing", "malformed"])
def test_weir_refuses_to_start_without_the_right_master_key_and_changes_nothing(start, how):
    gateway = start("")
    admin = administrator(gateway)
    key = make_key(admin)
    gateway.stop()
    path = gateway.data / "master.key"
    right = path.read_text()
    path.unlink()
    if how != "missing":
        path.write_text("bm90IGEga2V5\n" if how == "malformed" else base64.b64encode(os.urandom(32)).decode())
        path.chmod(0o600)
    wrong = path.read_text() if path.exists() else None
    gateway.start(ready=False)
    assert gateway.process.wait(30) == 1
    assert re.search("master key|master.key", gateway.log_tail(3)), gateway.log_tail()
    assert (path.read_text() if path.exists() else None) == wrong, "nothing was made or overwritten"
    path.write_text(right)
    gateway.start()
    assert admin.signed("GET", "/api/v1/auth/me", key=key["id"], secret=key["secret"]).status == 200


def test_the_master_key_may_be_named_in_the_configuration(start, tmp_path):
    secret = base64.b64encode(os.urandom(32)).decode()
    gateway = start("", blocks={"vault": "master-key env:THE_KEY"}, environment={"THE_KEY": secret})
    administrator(gateway)
    assert not (gateway.data / "master.key").exists()
    assert secret not in gateway.log_text()

"""What somebody with bad intentions, or with bad luck in Redis, gets from the API."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.api import administrator
from harness.gateway import weir
from harness.polling import eventually

FIRST = "given by others"


@pytest.fixture(scope="module")
def gateway(start_for_module):
    return start_for_module("")


@pytest.fixture(scope="module")
def admin(gateway):
    return administrator(gateway)


@pytest.fixture
def name():
    return "user-" + uuid.uuid4().hex[:12]


def make(admin, resource, **body):
    made = admin.post("/api/v1/" + resource, body)
    assert made.status == 201, made.text
    return made.json


def make_tenant(admin):
    code = "t" + uuid.uuid4().hex[:12]
    return make(admin, "tenants", tenant_name=code, tenant_code=code)["id"]


def damage(gateway, kind, identity):
    gateway.redis_cli("HSET", f"weir:{{records}}:{kind}:{identity}", "document", '{"id":')


def test_who_is_made_while_the_tenant_is_deleted_cannot_come_in(admin):
    tenant = make_tenant(admin)
    names = ["race-" + uuid.uuid4().hex[:12] for _ in range(4)]

    def create(name):
        return admin.post("/api/v1/users", {"username": name, "password": FIRST, "role": "tenant-admin", "tenant_id": tenant})

    with ThreadPoolExecutor(4) as crowd:
        made = [crowd.submit(create, name) for name in names]
        made[0].result()  # one password after the other is hashed, so some of the others are still waiting
        assert admin.call("DELETE", f"/api/v1/tenants/{tenant}").status == 204
        made = [one.result() for one in made]
    assert made[0].status == 201
    assert {one.status for one in made} <= {201, 422}
    for name in names:
        signed_in = admin.sign_in(name, FIRST)
        if signed_in.status == 200:
            refused = admin.get("/api/v1/auth/me", token=signed_in.json["access_token"])
            assert (refused.status, refused.code) == (401, "unauthenticated")


def test_who_belongs_to_a_deleted_tenant_is_out_at_once_though_its_data_cannot_be_erased(gateway, admin, name):
    tenant = make_tenant(admin)
    chief = admin.user(name, "tenant-admin", tenant)
    key = make(chief, "api-keys", name="crm", role="viewer")
    signer = {"key": key["id"], "secret": key["secret"]}
    assert admin.signed("GET", "/api/v1/auth/me", **signer).status == 200
    # What is no record at all, even the script that deletes stumbles over: the erasure begins again and again.
    broken = make(admin, "users", username=name + "-x", password=FIRST, role="viewer", tenant_id=tenant)["id"]
    place = f"weir:{{records}}:user:{broken}"
    gateway.redis_cli("HSET", place, "names", "[")
    assert admin.call("DELETE", f"/api/v1/tenants/{tenant}").status == 204
    assert chief.get("/api/v1/auth/me").status == 401
    assert admin.signed("GET", "/api/v1/auth/me", **signer).status == 401
    gateway.redis_cli("HSET", place, "names", "[]")
    eventually(lambda: gateway.redis_cli("EXISTS", f"weir:{{records}}:tenant:{tenant}") == "0", what="an erasure")


def test_a_damaged_record_hides_no_other_and_goes_with_its_tenant(gateway, admin, name):
    tenant = make_tenant(admin)
    user = make(admin, "users", username=name, password=FIRST, role="viewer", tenant_id=tenant)["id"]
    key = make(admin, "api-keys", name="crm", role="viewer", tenant_id=tenant)["id"]
    other = make(admin, "users", username=name + "-2", password=FIRST, role="viewer", tenant_id=tenant)["id"]
    other_tenant = make_tenant(admin)
    damage(gateway, "user", user)
    damage(gateway, "api-key", key)
    try:
        listed = admin.get(f"/api/v1/users?tenant_id={tenant}")
        assert listed.status == 200 and [one["id"] for one in listed.json["users"]] == [other]
        listed = admin.get(f"/api/v1/api-keys?tenant_id={tenant}")
        assert listed.status == 200 and listed.json["api_keys"] == []
        document = gateway.redis_cli("HGET", f"weir:{{records}}:tenant:{other_tenant}", "document")
        damage(gateway, "tenant", other_tenant)
        listed = admin.get("/api/v1/tenants?size=100")
        assert listed.status == 200
        assert tenant in (ids := [one["id"] for one in listed.json["tenants"]]) and other_tenant not in ids
        gateway.redis_cli("HSET", f"weir:{{records}}:tenant:{other_tenant}", "document", document)
        assert user in gateway.log_text() and "a record is damaged" in gateway.log_text()
    finally:
        assert admin.call("DELETE", f"/api/v1/tenants/{tenant}").status == 204
    eventually(lambda: gateway.redis_cli("EXISTS", f"weir:{{records}}:tenant:{tenant}") == "0", what="an erasure")
    assert gateway.redis_cli("EXISTS", f"weir:{{records}}:user:{user}", f"weir:{{records}}:api-key:{key}") == "0"


def test_a_narrow_key_changes_and_revokes_no_wide_one(admin):
    wide = make(admin, "api-keys", name="wide", role="platform-admin")
    narrow = make(admin, "api-keys", name="narrow", role="platform-admin", scopes=["api-keys.manage", "users.manage"])
    signer = {"key": narrow["id"], "secret": narrow["secret"]}
    path = f"/api/v1/api-keys/{wide['id']}"
    for method, body in [("PATCH", {"scopes": ["users.manage"]}), ("DELETE", None)]:
        refused = admin.signed(method, path, body, **signer)
        assert (refused.status, refused.code) == (403, "role_too_high"), method
    assert admin.get(path).json["scopes"] is None
    own = f"/api/v1/api-keys/{narrow['id']}"
    assert admin.signed("PATCH", own, {"scopes": None}, **signer).status == 422
    assert admin.signed("DELETE", own, **signer).status == 204


def test_an_answer_that_went_with_the_master_key_is_no_fault_of_weir(start):
    gateway = start("")
    admin = administrator(gateway)
    header = ["Idempotency-Key: once"]
    body = {"name": "crm", "role": "viewer"}
    assert admin.post("/api/v1/api-keys", body, headers=header).status == 201
    for option in ("--new", "--forget"):
        done = weir("keys", "rotate", option, "--config", gateway.config)
        assert done.returncode == 0, done.stderr
        gateway.stop()
        gateway.start()
    refused = admin.post("/api/v1/api-keys", body, headers=header)
    assert (refused.status, refused.code) == (409, "idempotency_answer_lost")
    assert admin.get("/api/v1/api-keys").json["total"] == 1

"""Tenants through the API: made, changed, suspended, deleted; and one with the tenants of weir.conf."""

import signal

import pytest

from conftest import CORP
from harness.api import API, administrator
from harness.gateway import webhook, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message

TENANTS = "/api/v1/tenants"


def configured(app, receiver):
    return 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"


def tenant_of(api, code):
    """The tenant of weir.conf, which is made soon after the start."""

    def found():
        return [t for t in api.get(TENANTS + "?size=100").json["tenants"] if t["tenant_code"] == code]

    return eventually(found, what=f"tenant {code} is there")[0]


@pytest.fixture(scope="module")
def api(start_for_module):
    return administrator(start_for_module(""))


def entries(api, query):
    answer = api.get("/api/v1/audit?" + query)
    assert answer.status == 200, answer.text
    return answer.json["entries"]


def test_a_tenant_is_made_read_changed_and_found_in_lists(api):
    made = api.post(TENANTS, {"tenant_name": "Northwind 公司", "tenant_code": "northwind"})
    assert made.status == 201, made.text
    tenant = made.json
    path = made.headers["location"]
    assert path == f"{TENANTS}/{tenant['id']}" and made.headers["etag"] == '"1"'
    assert (tenant["max_accounts"], tenant["max_daily_messages"]) == (10, 10_000)
    assert (tenant["status"], tenant["timezone"], tenant["config"], tenant["webhook_url"]) == ("active", "Asia/Shanghai", {}, None)
    assert api.get(path).json == tenant
    change = {"max_accounts": 3, "webhook_url": "https://example.com/hook?key=hidden", "config": {"a": [1, None]}}
    changed = api.call("PATCH", path, change)
    assert changed.status == 200 and changed.headers["etag"] == '"2"', changed.text
    assert changed.json == tenant | change | {"updated_at": changed.json["updated_at"]}
    assert api.get(path).json == changed.json
    cleared = api.call("PATCH", path, {"webhook_url": None, "status": "suspended"})
    assert cleared.json["webhook_url"] is None and cleared.json["status"] == "suspended"
    assert tenant["id"] in [t["id"] for t in api.get(TENANTS + "?status=suspended&size=100").json["tenants"]]
    assert tenant["id"] not in [t["id"] for t in api.get(TENANTS + "?status=active&size=100").json["tenants"]]


def test_lists_have_pages(api):
    for number in range(5):
        assert api.post(TENANTS, {"tenant_name": f"Paged {number}", "tenant_code": f"paged-{number}"}).status == 201
    whole = api.get(TENANTS + "?size=100").json
    pages = [api.get(f"{TENANTS}?page={page}&size=2").json for page in range(1, whole["total"] // 2 + 2)]
    assert [t["id"] for page in pages for t in page["tenants"]] == [t["id"] for t in whole["tenants"]]
    assert {page["total"] for page in pages} == {whole["total"]}
    assert api.get(TENANTS + "?page=1000000&size=100").json["tenants"] == []


def test_what_is_wrong_is_told_at_once(api):
    answer = api.post(TENANTS, {"tenant_name": "", "tenant_code": "a b", "max_accounts": -1, "timezone": "Mars/X", "hm": 1})
    assert answer.status == 422 and answer.code == "validation_failed"
    assert {e["field"] for e in answer.json["errors"]} == {"tenant_name", "tenant_code", "max_accounts", "timezone", "hm"}
    for name in ("\u202etxet denrut", "\x1b[2J"):
        answer = api.post(TENANTS, {"tenant_name": name, "tenant_code": "turned"})
        assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [("tenant_name", "format")], name
    large = api.post(TENANTS, {"tenant_name": "L", "tenant_code": "large", "config": {"x": "y" * 17_000}})
    assert large.status == 422 and [e["field"] for e in large.json["errors"]] == ["config"]
    assert api.post(TENANTS, {"tenant_name": "T", "tenant_code": "taken"}).status == 201
    taken = api.post(TENANTS, {"tenant_name": "T", "tenant_code": "taken"})
    assert taken.status == 409 and taken.code == "name_taken" and taken.json["errors"][0]["field"] == "tenant_code"
    path = TENANTS + "/" + tenant_of(api, "taken")["id"]
    assert api.call("PATCH", path, {"tenant_code": "other"}).status == 422, "a code never changes"
    assert api.call("PATCH", path, {"status": "deleted"}).status == 422


def test_an_update_does_not_overwrite_what_its_author_has_not_seen(api):
    path = api.post(TENANTS, {"tenant_name": "V", "tenant_code": "versions"}).headers["location"]
    assert api.call("PATCH", path, {"max_accounts": 1}, headers=['If-Match: "1"']).status == 200
    stale = api.call("PATCH", path, {"max_accounts": 2}, headers=['If-Match: "1"'])
    assert stale.status == 412 and stale.code == "version_mismatch"
    assert api.call("DELETE", path, headers=['If-Match: "1"']).status == 412
    assert api.get(path).json["max_accounts"] == 1
    assert api.call("DELETE", path, headers=['If-Match: "2"']).status == 204


def test_those_of_a_tenant_see_it_alone_and_do_not_decide_about_its_limits(api):
    own = api.post(TENANTS, {"tenant_name": "Own", "tenant_code": "own"}).json
    other = api.post(TENANTS, {"tenant_name": "Other", "tenant_code": "other"}).json
    admin = api.user("own-admin", "tenant-admin", own["id"])
    assert [t["id"] for t in admin.get(TENANTS).json["tenants"]] == [own["id"]]
    assert admin.get(f"{TENANTS}/{other['id']}").status == 404
    assert admin.call("PATCH", f"{TENANTS}/{own['id']}", {"tenant_name": "Ours"}).status == 200
    refused = admin.call("PATCH", f"{TENANTS}/{own['id']}", {"max_accounts": 1000, "status": "active"})
    assert refused.status == 403 and refused.code == "permission_missing"
    assert admin.post(TENANTS, {"tenant_name": "X", "tenant_code": "x"}).status == 403
    assert admin.call("DELETE", f"{TENANTS}/{own['id']}").status == 403
    seen = entries(admin, "size=100")
    assert seen and {e["tenant_id"] for e in seen} == {own["id"]}
    assert entries(admin, "outcome=denied&action=tenant.update")[0]["actor"]["name"] == "own-admin"
    assert admin.get(f"/api/v1/audit?tenant_id={other['id']}").status == 404


def test_a_deleted_tenant_is_gone_its_data_are_erased_and_its_users_cannot_come_in(api):
    made = api.post(TENANTS, {"tenant_name": "Gone", "tenant_code": "gone"})
    path, identity = made.headers["location"], made.json["id"]
    admin = api.user("gone-admin", "tenant-admin", identity)
    assert admin.get(path).status == 200
    assert api.call("DELETE", path).status == 204
    assert api.get(path).status == 404 and admin.get(path).status in (401, 404)
    assert identity not in [t["id"] for t in api.get(TENANTS + "?size=100").json["tenants"]]
    [erased] = eventually(lambda: entries(api, f"action=tenant.erase&tenant_id={identity}"), what="the erasure is logged")
    assert erased["actor"] == {"kind": "system", "id": "erasure", "name": "erasure"}
    assert erased["after"] == {"users": 1, "keys": 0, "subscriptions": 0, "replays": 0, "counters": 0, "deliveries": 0}, "counts are no secrets"
    [deleted] = entries(api, f"action=tenant.delete&tenant_id={identity}")
    assert deleted["actor"]["name"] == "admin"
    assert eventually(lambda: admin.get(path).status == 401, what="its users are out")
    assert api.sign_in("gone-admin").status == 401
    assert api.post(TENANTS, {"tenant_name": "Again", "tenant_code": "gone"}).status == 201, "the code is free"


def test_tenants_of_the_configuration_are_tenants_and_suspension_keeps_their_callbacks(start, receiver, text):
    app = WeCom(CORP)
    gateway = start(configured(app, receiver))
    api = administrator(gateway)
    tenant = tenant_of(api, "acme")
    path = f"{TENANTS}/{tenant['id']}"
    assert entries(api, "action=tenant.create")[0]["actor"]["id"] == "configuration"
    assert api.call("PATCH", path, {"status": "suspended"}).status == 200
    assert gateway.call("app", app.push(text_message(text))).status == 200
    receiver.wait_text(text)
    refused = api.call("DELETE", path)
    assert refused.status == 409 and refused.code == "tenant_configured"
    gateway.stop()
    gateway.start()
    api = API(gateway, api.sign_in("admin").json["access_token"])
    assert api.get(path).json["status"] == "suspended", "a restart changes nothing"
    gateway.tenants = ""
    gateway.write()
    gateway.signal(signal.SIGHUP)
    eventually(lambda: api.call("DELETE", path).status == 204, what="it can be deleted")

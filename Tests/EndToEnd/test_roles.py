"""Who may do what: every endpoint, asked by every role, about its own tenant and about another's.

The table below is written by hand, from what the roles are for. An endpoint that has no row fails the test.
"""

import functools
import itertools
import time

import pytest

from harness.api import FAST, PASSWORD, API, administrator
from harness.polling import eventually

# Columns: nobody | platform-admin, operator and viewer of the platform | tenant-admin, operator, viewer of the tenant whose object
# it is | the same three of another tenant. Where a row has no last group, the endpoint is not about one tenant.
MATRIX = {
    "getHealth": "200 | 200 200 200 | 200 200 200",
    "getDescription": "200 | 200 200 200 | 200 200 200",
    "signIn": "200 | 200 200 200 | 200 200 200",
    # The token is no one's.
    "refreshTokens": "401 | 401 401 401 | 401 401 401",
    "signOut": "401 | 204 204 204 | 204 204 204",
    "getMe": "401 | 200 200 200 | 200 200 200",
    # Allowed, and then found empty.
    "changePassword": "401 | 422 422 422 | 422 422 422",
    "listTenants": "401 | 200 200 200 | 200 200 200",
    "createTenant": "401 | 201 403 403 | 403 403 403",
    "getTenant": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "updateTenant": "401 | 200 403 403 | 200 403 403 | 404 404 404",
    "deleteTenant": "401 | 204 403 403 | 403 403 403 | 404 404 404",
    "getTenantUsage": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "getTenantQuota": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "listSubscriptions": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "createSubscription": "401 | 201 201 403 | 201 201 403 | 404 404 403",
    "getSubscription": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "updateSubscription": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "deleteSubscription": "401 | 204 204 403 | 204 204 403 | 404 404 403",
    # A secret is for who may change it.
    "getSubscriptionSecret": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "rotateSubscriptionSecret": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "pingSubscription": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "verifySubscription": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "enableSubscription": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "disableSubscription": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "enableEndpoint": "401 | 204 204 403 | 204 204 403 | 404 404 403",
    "listEndpoints": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "listDeliveries": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "getDelivery": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "retryDelivery": "401 | 202 202 403 | 202 202 403 | 404 404 403",
    "listDeadLetters": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "retryDeadLetter": "401 | 202 202 403 | 202 202 403 | 404 404 403",
    "dropDeadLetter": "401 | 204 204 403 | 204 204 403 | 404 404 403",
    "dropDeadLetters": "401 | 204 204 403 | 204 204 403 | 404 404 403",
    "listReplays": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "createReplay": "401 | 201 201 403 | 201 201 403 | 404 404 403",
    "getReplay": "401 | 200 200 200 | 200 200 200 | 404 404 404",
    "cancelReplay": "401 | 200 200 403 | 200 200 403 | 404 404 403",
    "listUsers": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    "createUser": "401 | 201 403 403 | 201 403 403 | 404 403 403",
    "getUser": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    "updateUser": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    "deleteUser": "401 | 204 403 403 | 204 403 403 | 404 403 403",
    "listAPIKeys": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    "createAPIKey": "401 | 201 403 403 | 201 403 403 | 404 403 403",
    "getAPIKey": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    "updateAPIKey": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    "deleteAPIKey": "401 | 204 403 403 | 204 403 403 | 404 403 403",
    "listAuditEntries": "401 | 200 403 403 | 200 403 403 | 404 403 403",
    # Rules may name any tenant, and a comparison shows whose events go elsewhere: the platform's.
    "getRules": "401 | 200 200 200 | 403 403 403",
    "checkRules": "401 | 200 200 200 | 403 403 403",
    "explainRules": "401 | 200 200 200 | 403 403 403",
    "diffRules": "401 | 200 200 200 | 403 403 403",
}

# What is sent, by operation; `tenant`, `user` and `key` are those of the tenant in question, made anew where they are destroyed.
BODIES = {
    "signIn": lambda it: {"username": it.name("viewer"), "password": PASSWORD},
    "refreshTokens": lambda it: {"refresh_token": "nobody's"},
    "changePassword": lambda it: {},
    "createTenant": lambda it: {"tenant_name": "New", "tenant_code": it.fresh("code")},
    "updateTenant": lambda it: {"tenant_name": it.fresh("Name")},
    "createUser": lambda it: {
        "username": it.fresh("user"), "password": PASSWORD, "role": "viewer", "tenant_id": it.tenant,
    },
    "createSubscription": lambda it: {"url": "https://127.0.0.1:1024/hook", "tenant_id": it.tenant},
    "updateSubscription": lambda it: {"description": it.fresh("CRM")},
    "rotateSubscriptionSecret": lambda it: {},
    "createReplay": lambda it: {"endpoint": it.webhook, "rate": 1000},
    "updateUser": lambda it: {"status": "active"},
    "createAPIKey": lambda it: {"name": "robot", "role": "viewer", "tenant_id": it.tenant},
    "checkRules": lambda it: {"text": ""},
    "explainRules": lambda it: {"event": {"type": "message.received"}},
    "diffRules": lambda it: {"text": ""},
    "updateAPIKey": lambda it: {"name": it.fresh("robot")},
}  # fmt: skip
QUERIES = {
    "listSubscriptions": "tenant_id={tenant}",
    "listEndpoints": "tenant_id={tenant}",
    "enableEndpoint": "endpoint={webhook}",
    "listDeliveries": "tenant_id={tenant}&endpoint={webhook}",
    "getDelivery": "endpoint={webhook}",
    "retryDelivery": "endpoint={webhook}",
    "listDeadLetters": "endpoint={webhook}",
    "retryDeadLetter": "endpoint={webhook}",
    "dropDeadLetter": "endpoint={webhook}",
    "dropDeadLetters": "endpoint={webhook}",
    "listReplays": "tenant_id={tenant}",
    "listUsers": "tenant_id={tenant}",
    "listAPIKeys": "tenant_id={tenant}",
    "listAuditEntries": "tenant_id={tenant}",
}
ROLES = ["tenant-admin", "operator", "viewer"]


class Tenant:
    """A tenant with a user and a key to be asked about, and one signed-in user of each role."""

    numbers = itertools.count(1)

    def __init__(self, admin, code):
        self.admin, self.code = admin, code
        made = admin.post("/api/v1/tenants", {"tenant_name": code, "tenant_code": code})
        assert made.status == 201, made.text
        self.tenant = made.json["id"]
        self.actors = [admin.user(self.name(role), role, self.tenant) for role in ROLES]

    def name(self, role):
        return f"{self.code}.{role}"

    def fresh(self, word):
        return f"{word}{next(self.numbers)}"

    def user(self):
        made = self.admin.post("/api/v1/users", BODIES["createUser"](self))
        assert made.status == 201, made.text
        return made.json["id"]

    def key(self):
        made = self.admin.post("/api/v1/api-keys", BODIES["createAPIKey"](self))
        assert made.status == 201, made.text
        return made.json["id"]

    @functools.cached_property
    def webhook(self):
        """Of a subscription; its id."""
        self.subscription()
        listed = lambda: self.admin.get(f"/api/v1/endpoints?tenant_id={self.tenant}").json["endpoints"]
        return eventually(listed, what="the webhook is in force")[0]["id"]

    def letter(self):
        event = ["endpoint", self.webhook, "id", "evt_1", "event", '{"id":"evt_1","type":"message.received"}']
        entry = self.admin.gateway.redis_cli("XADD", f"weir:{{3}}:dead:{self.webhook}", "*", *event)
        return f"3-{entry.strip()}"

    def delivery(self):
        """One that became a dead letter."""
        letter = self.letter()
        words = f"x {letter[2:]} 1 500 status_5xx 1 1 evt_1 message.received - -"
        self.admin.gateway.redis_cli(
            "XADD", f"weir:{{3}}:attempts:{self.webhook}", "*", "l", letter[2:], "a", words)  # fmt: skip
        return letter

    @functools.cached_property
    def replay(self):
        # Few may be under way at a time, and those of other tests may not have ended.
        make = lambda: self.admin.post("/api/v1/replays", BODIES["createReplay"](self))
        return eventually(lambda: (made := make()).status == 201 and made.json["id"], what="a replay is made")

    def subscription(self):
        made = self.admin.post("/api/v1/subscriptions", BODIES["createSubscription"](self))
        assert made.status == 201, made.text
        return made.json["id"]


class World:
    def __init__(self, gateway):
        self.admin = administrator(gateway)
        self.platform = [self.admin] + [self.admin.user(f"platform.{role}", role) for role in ROLES[1:]]
        self.own, self.other = Tenant(self.admin, "own"), Tenant(self.admin, "other")
        self.nobody = API(gateway)
        self.description = self.nobody.get("/api/openapi.json").json

    def operations(self):
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                yield operation["operationId"], method.upper(), path

    def ask(self, actor, operation, method, path, about):
        if operation == "signOut" and actor.token:
            # By a session of its own, or the actor would be gone.
            signed_in = self.nobody.sign_in(actor.get("/api/v1/auth/me").json["name"])
            actor = API(actor.gateway, signed_in.json["access_token"])
        if operation == "deleteTenant" and actor is self.admin:
            about = Tenant.__new__(Tenant)
            made = self.admin.post("/api/v1/tenants", BODIES["createTenant"](self.own))
            about.tenant = made.json["id"]
        if "{user_id}" in path:
            path = path.replace("{user_id}", about.user())
        if "{key_id}" in path:
            path = path.replace("{key_id}", about.key())
        if "{subscription_id}" in path:
            path = path.replace("{subscription_id}", about.subscription())
        if "{delivery_id}" in path:
            path = path.replace("{delivery_id}", about.delivery())
        if "{letter_id}" in path:
            path = path.replace("{letter_id}", about.letter())
        if "{replay_id}" in path:
            path = path.replace("{replay_id}", about.replay)
        path = path.replace("{tenant_id}", about.tenant)
        if operation in QUERIES:
            path += "?" + QUERIES[operation].format(tenant=about.tenant, webhook=QUERIES[operation].count("{webhook}") and about.webhook)
        body = BODIES[operation](about) if operation in BODIES else None
        return actor.call(method, path, body)


@pytest.fixture(scope="module")
def world(start_for_module):
    return World(start_for_module("", blocks=FAST))


def test_every_endpoint_has_a_row_and_every_row_an_endpoint(world):
    assert sorted(name for name, _, _ in world.operations()) == sorted(MATRIX)


@pytest.mark.parametrize("operation", MATRIX)
def test_who_may(world, operation):
    found = [(method, path) for name, method, path in world.operations() if name == operation]
    assert found, f"{operation} is in the matrix and not in the API"
    method, path = found[0]
    nobody, platform, own, *other = [group.split() for group in MATRIX[operation].split("|")]
    asked = [("nobody", world.nobody, world.own, nobody[0])]
    asked += [(f"platform {i}", actor, world.own, e) for i, (actor, e) in enumerate(zip(world.platform, platform))]
    asked += [(f"own {role}", actor, world.own, e) for role, actor, e in zip(ROLES, world.own.actors, own)]
    for expected in other:
        asked += [(f"foreign {role}", actor, world.other, e) for role, actor, e in zip(ROLES, world.own.actors, expected)]
        # Both ways: no tenant is special.
        asked += [(f"foreign {role} (other)", actor, world.own, e)
                  for role, actor, e in zip(ROLES, world.other.actors, expected)]  # fmt: skip
    wrong = []
    for who, actor, about, expected in asked:
        answer = world.ask(actor, operation, method, path, about)
        if answer.status != int(expected):
            wrong.append(f"{who}: {answer.status} instead of {expected}: {answer.text}")
        elif answer.status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert not wrong, "\n".join(wrong)


def test_lists_show_nothing_of_another_tenant(world):
    foreign = {world.other.tenant, world.other.user(), world.other.key(), world.other.subscription()}
    for path in ("/api/v1/tenants", "/api/v1/users", "/api/v1/api-keys", "/api/v1/audit", "/api/v1/subscriptions"):
        answer = world.own.actors[0].get(path + "?size=100")
        assert answer.status == 200, answer.text
        assert not [one for one in foreign if one in answer.text], path


def test_another_tenants_object_looks_like_none(world):
    """Whether it exists must not show: not in the status, and not in a word."""
    nothing = "0198a3c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"
    admin = world.own.actors[0]
    for path, foreign in (
        ("/api/v1/tenants/", world.other.tenant), ("/api/v1/users/", world.other.user()),
        ("/api/v1/api-keys/", world.other.key()), ("/api/v1/users?tenant_id=", world.other.tenant),
        ("/api/v1/subscriptions/", world.other.subscription()), ("/api/v1/subscriptions?tenant_id=", world.other.tenant),
    ):  # fmt: skip
        there, absent = admin.get(path + foreign), admin.get(path + nothing)
        assert (there.status, there.text) == (absent.status, absent.text) and there.status == 404, path


def test_a_key_does_what_its_scopes_say_and_no_more(world):
    made = world.admin.post(
        "/api/v1/api-keys",
        {"name": "narrow", "role": "tenant-admin", "scopes": ["tenants.read"], "tenant_id": world.own.tenant},
    )
    assert made.status == 201, made.text
    def ask(method, path, body=None):
        return world.nobody.signed(method, path, body, key=made.json["id"], secret=made.json["secret"]).status

    assert ask("GET", f"/api/v1/tenants/{world.own.tenant}") == 200
    assert ask("PATCH", f"/api/v1/tenants/{world.own.tenant}", {"tenant_name": "X"}) == 403
    assert ask("GET", f"/api/v1/tenants/{world.other.tenant}") == 404
    assert ask("GET", "/api/v1/users") == 403


def test_a_one_time_password_opens_nothing_but_its_own_change(world):
    name = world.own.fresh("novice")
    made = world.admin.post("/api/v1/users", {"username": name, "password": PASSWORD, "role": "platform-admin", "tenant_id": None})
    assert made.status == 201, made.text
    novice = API(world.admin.gateway, world.nobody.sign_in(name).json["access_token"])
    assert novice.get("/api/v1/auth/me").status == 200
    answer = novice.get("/api/v1/tenants")
    assert (answer.status, answer.code) == (403, "password_change_required")


def test_a_denial_is_in_the_audit_log(world):
    mark = f"denied-{time.time_ns()}"
    viewer = world.own.actors[2]
    assert viewer.call("PATCH", f"/api/v1/tenants/{world.own.tenant}", {"tenant_name": "X"},
                       headers=[f"X-Request-Id: {mark}-403"]).status == 403  # fmt: skip
    assert viewer.get(f"/api/v1/tenants/{world.other.tenant}", headers=[f"X-Request-Id: {mark}-404"]).status == 404
    viewer_id = viewer.get("/api/v1/auth/me").json["id"]
    assert viewer.get(f"/api/v1/users/{viewer_id}", headers=[f"X-Request-Id: {mark}-user"]).status == 403
    entries = world.admin.get(f"/api/v1/audit?outcome=denied&tenant_id={world.own.tenant}&size=100").json
    array = next(value for value in entries.values() if isinstance(value, list))
    found = {entry["request_id"]: entry for entry in array if (entry.get("request_id") or "").startswith(mark)}
    assert found[f"{mark}-403"]["code"] == "permission_missing"
    assert found[f"{mark}-404"]["code"] == "not_found"
    assert found[f"{mark}-403"]["object"] == {"kind": "tenant", "id": world.own.tenant}
    assert found[f"{mark}-404"]["object"] == {"kind": "tenant", "id": world.other.tenant}
    assert found[f"{mark}-user"]["object"] == {"kind": "user", "id": viewer_id}, "not the tenant: what the action is about"
    assert all(entry["actor"]["name"] == "own.viewer" and entry["address"] == "127.0.0.1" for entry in found.values())

"""The rule file decides: which events go where, what `stop` and `drop` do, and what a reload changes."""

import signal

import pytest

from conftest import CORP
from harness.gateway import webhook, wecom_source
from harness.polling import eventually
from harness.wecom import WeCom, text_message


@pytest.fixture
def routed(start, receiver):
    """routed(rules) → (weir, send) for a tenant with the webhook `/hooks`; the rules may use env:HOOK_SECRET."""
    app = WeCom(CORP)

    def prepare(rules):
        tenants = 'tenant "acme" {\n' + wecom_source("app", app) + webhook("crm", receiver.url(), receiver.secret) + "}\n"
        weir = start(tenants, rules=rules, environment={"HOOK_SECRET": receiver.secret})

        def send(text):
            assert weir.call("app", app.push(text_message(text))).status == 200

        return weir, send

    return prepare


def paths(receiver, text):
    return sorted(delivery.path for delivery in receiver.deliveries if delivery.text == text)


def test_content_decides_and_every_route_that_matches_applies(routed, receiver, text):
    _, send = routed(
        f"""
        route "refunds" {{ when content.text contains any ["退款", "投诉"]   to webhook "{receiver.url("/refunds")}" secret env:HOOK_SECRET }}
        route "urgent"  {{ when content.text starts with "!"   to webhook "{receiver.url("/urgent")}" secret env:HOOK_SECRET   stop }}
        route "noise"   {{ when content.text = "noise"   to drop   stop }}
        route "rest"    {{ to webhooks }}
        """
    )
    expected = {
        f"我要退款 {text}": ["/hooks", "/refunds"],
        f"! {text}": ["/urgent"],
        f"!投诉 {text}": ["/refunds", "/urgent"],
        text: ["/hooks"],
    }
    send("noise")
    for one in expected:
        send(one)
    for one, where in expected.items():
        receiver.wait_text(one, count=len(where))
        assert paths(receiver, one) == where
    assert paths(receiver, "noise") == []
    assert all(delivery.verified for delivery in receiver.deliveries)


def test_an_event_with_several_targets_is_one_event_with_one_id_for_each_of_them(routed, receiver, text):
    _, send = routed(
        f"""
        route "one" {{ to webhook "{receiver.url("/one")}" secret env:HOOK_SECRET }}
        route "two" {{ to webhook "{receiver.url("/two")}" secret env:HOOK_SECRET   to webhooks }}
        """
    )
    send(text)
    deliveries = receiver.wait_text(text, count=3)
    assert len({d.event["id"] for d in deliveries}) == 1
    assert len({d.body for d in deliveries}) == 1


def test_a_reload_changes_the_routes_of_the_events_that_follow(routed, receiver, text):
    weir, send = routed('route "all" { to webhooks }')
    send(f"{text} before")
    receiver.wait_text(f"{text} before")
    weir.rules = f'route "all" {{ to webhook "{receiver.url("/new")}" secret env:HOOK_SECRET }}'
    weir.write()
    weir.signal(signal.SIGHUP)
    eventually(lambda: weir.metric("weir_reloads_total") == 1, what="the reload took effect")
    send(f"{text} after")
    receiver.wait_text(f"{text} after")
    assert paths(receiver, f"{text} after") == ["/new"]


def test_a_source_added_by_a_reload_takes_callbacks(routed, receiver, text):
    weir, _ = routed('route "all" { to webhooks }')
    added = WeCom(CORP)
    assert weir.call("added", added.push(text_message(text))).status == 403
    weir.tenants += 'tenant "new" {\n' + wecom_source("added", added)
    weir.tenants += webhook("crm", receiver.url("/new"), receiver.secret) + "}\n"
    weir.write()
    weir.signal(signal.SIGHUP)
    eventually(lambda: weir.metric("weir_reloads_total") == 1, what="the reload took effect")
    assert weir.call("added", added.push(text_message(text))).status == 200
    assert receiver.wait_text(text)[0].path == "/new"

"""Triggers and automations: from nothing to a preview to what they send, with a script and without."""

import json
import re

import pytest
from playwright.sync_api import expect

import watching

NEW = "/console/triggers/new"
both = pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])


def accessible(page):
    """What looks at a page is a script itself."""
    if page.evaluate("typeof show") == "function":
        watching.accessible(page)


@pytest.fixture
def tickets(server, receiver):
    """A webhook that rules notify."""
    made = server.api("POST", "/api/v2/webhooks", {"webhook": {
        "name": "Tickets", "status": "active", "endpoint": receiver.url("/tickets"), "http_method": "POST",
        "request_format": "json", "subscriptions": ["conditional_ticket_events"],
    }})["webhook"]
    yield made
    server.api("DELETE", f"/api/v2/webhooks/{made['id']}")


def sweep(server):
    for kind in ("triggers", "automations"):
        ids = [str(rule["id"]) for rule in server.api("GET", f"/api/v2/{kind}")[kind]]
        if ids:
            server.api("DELETE", f"/api/v2/{kind}/destroy_many?ids={','.join(ids)}")


@both
def test_a_trigger_goes_from_nothing_to_its_preview_and_fires(server, signed_in, tickets, receiver, javascript):
    page = signed_in(javascript=javascript)
    page.goto("/console/triggers")
    expect(page.get_by_text("There are no triggers yet")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="New trigger").click()
    accessible(page)
    page.get_by_label("Title").fill("Orders")
    everything = page.get_by_role("group", name="All of these must hold")
    everything.get_by_label("Field 1").select_option("tag")
    everything.get_by_label("Operator 1").select_option("is")
    everything.get_by_label("Value 1").fill("order-status")
    page.get_by_label("Webhook").first.select_option(label="Tickets (POST json)")
    body = page.get_by_label("Body").first
    body.fill('{"order": {{params.order_idd}, "tag": "{{tag}}"}')
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("It would not be sent: line 1")
    body.fill('{"order": {{params.order_id}}, "tag": "{{tag}}"}')
    server.call("order-status", {"order_id": "A-1"}, session=f"preview-{javascript}")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text('"tag": "order-status"')
    expect(page.locator("#preview")).to_contain_text("(params.order_id)")
    expect(page.get_by_label("Title")).to_have_value("Orders")
    accessible(page)
    assert receiver.received.empty()
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    accessible(page)
    server.call("order-status", {"order_id": "A-2"}, session=f"fires-{javascript}")
    *_, sent = receiver.next()
    assert json.loads(sent) == {"order": "A-2", "tag": "order-status"}
    page.goto("/console/triggers")
    expect(page.get_by_role("row").nth(1)).to_contain_text("tag is order-status")
    expect(page.get_by_role("row").nth(1)).not_to_contain_text("not in 7 days")
    accessible(page)
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("link", name="Deactivate…").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status")).to_have_text("Deactivated.")
    page.get_by_role("link", name="Delete…").click()
    accessible(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_have_text("Deleted.")
    sweep(server)


@both
def test_faults_stand_beside_their_rows(server, signed_in, tickets, javascript):
    page = signed_in(javascript=javascript)
    page.goto(f"{NEW}?kind=automation")
    page.get_by_label("Title").fill("Later")
    everything = page.get_by_role("group", name="All of these must hold")
    everything.get_by_label("Field 1").select_option("minutes_since_last_call")
    everything.get_by_label("Operator 1").select_option("greater_than")
    everything.get_by_label("Value 1").fill("soon")
    page.get_by_label("Webhook").first.select_option(tickets["id"])
    page.get_by_role("button", name="Create automation").click()
    expect(page.get_by_role("alert")).to_contain_text('Condition 1: expected a number, found "soon".')
    expect(page.locator("#all-0")).to_contain_text("expected a number")
    accessible(page)
    page.get_by_role("link", name="Condition 1").click()
    everything.get_by_label("Value 1").fill("30")
    page.get_by_label("Once per").select_option("call")
    page.get_by_role("button", name="Create automation").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    (rule,) = server.api("GET", "/api/v2/automations")["automations"]
    assert rule["once_per"] == "call"
    sweep(server)


def test_the_script_adds_rows_and_offers_what_fits(server, console, tickets):
    finder = server.api("POST", "/api/v2/webhooks", {"webhook": {
        "name": "Finder", "status": "active", "endpoint": "https://example.com/find", "http_method": "GET",
        "request_format": "json", "subscriptions": ["conditional_ticket_events"],
    }})["webhook"]
    console.goto(NEW)
    console.get_by_label("Title").fill("Rows")
    everything = console.get_by_role("group", name="All of these must hold")
    expect(everything.locator(".row")).to_have_count(1)
    everything.get_by_label("Field 1").select_option("params.")
    everything.get_by_label("Parameter 1").fill("city.name")
    everything.get_by_label("Operator 1").select_option("changed")
    expect(everything.get_by_label("Value 1")).to_be_hidden()
    everything.get_by_role("button", name="Add a row").click()
    everything.get_by_label("Field 2").select_option("message")
    offered = everything.get_by_label("Operator 2").locator("option:not([hidden])")
    assert offered.evaluate_all("all => all.map((one) => one.value)") == ["", "includes", "not_includes", "present", "not_present"]
    everything.get_by_label("Operator 2").select_option("includes")
    expect(everything.get_by_label("Value 2")).to_have_attribute("list", "choices-message")
    everything.get_by_label("Value 2").fill("live_agent_handoff")
    everything.get_by_role("button", name="Add a row").click()
    everything.get_by_label("Field 3").select_option("tag")
    everything.get_by_role("button", name="Remove condition 3").click()
    expect(everything.locator(".row")).to_have_count(2)
    console.get_by_label("Webhook").select_option(tickets["id"])
    console.get_by_label("Body").fill('{"city": "')
    console.get_by_role("button", name="{{session.id}}").click()
    console.keyboard.type('"}')
    expect(console.get_by_label("Body")).to_have_value('{"city": "{{session.id}}"}')
    console.get_by_role("button", name="Add another webhook").click()
    second = console.locator(".action-row").nth(1)
    second.get_by_label("Webhook").select_option(finder["id"])
    expect(second.get_by_label("Body")).to_be_hidden()
    second.get_by_label("Key 1").fill("q")
    second.get_by_label("Value 1").fill("{{tag}}")
    second.get_by_role("button", name="Add a row").click()
    second.get_by_label("Key 2").fill("s")
    second.get_by_label("Value 2").fill("{{session.id}}")
    accessible(console)
    console.get_by_role("button", name="Create trigger").click()
    expect(console.get_by_role("status")).to_have_text("Created.")
    (rule,) = server.api("GET", "/api/v2/triggers")["triggers"]
    assert [one["field"] for one in rule["conditions"]["all"]] == ["params.city.name", "message"]
    assert [one["value"] for one in rule["actions"]] == [
        [tickets["id"], '{"city": "{{session.id}}"}'],
        [finder["id"], [["q", "{{tag}}"], ["s", "{{session.id}}"]]],
    ]
    sweep(server)
    server.api("DELETE", f"/api/v2/webhooks/{finder['id']}")


@both
def test_rules_change_places_and_are_cloned(server, signed_in, tickets, javascript):
    for title in ("One", "Two"):
        server.api("POST", "/api/v2/triggers", {"trigger": {
            "title": title, "conditions": {"all": [{"field": "tag", "operator": "is", "value": "x"}]},
            "actions": [{"field": "notification_webhook", "value": [tickets["id"], "{}"]}],
        }})
    page = signed_in(javascript=javascript)
    page.goto("/console/triggers")
    page.get_by_role("button", name="Move Two up").click()
    expect(page.get_by_role("status")).to_have_text("Moved.")
    titles = [rule["title"] for rule in server.api("GET", "/api/v2/triggers")["triggers"]]
    assert titles == ["Two", "One"]
    page.get_by_role("link", name="One").click()
    page.get_by_role("link", name="Clone…").click()
    expect(page.get_by_label("Title")).to_have_value("One (copy)")
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    page.goto("/console/triggers?q=copy")
    expect(page.get_by_role("row")).to_have_count(2)
    sweep(server)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it_on_narrow_and_dark_screens(server, signed_in, tickets, scheme):
    made = server.api("POST", "/api/v2/triggers", {"trigger": {
        "title": "<b>" + "long " * 30, "conditions": {"all": [{"field": "tag", "operator": "is", "value": "x" * 200}]},
        "actions": [{"field": "notification_webhook", "value": [tickets["id"], json.dumps({"a": "y" * 300})]}],
    }})["trigger"]
    page = signed_in(color_scheme=scheme, viewport={"width": 420, "height": 900})
    one = f"/console/triggers/{made['id']}"
    for path in ["/console/triggers", "/console/triggers?kind=automation", NEW, one, f"{one}/edit", f"{one}/delete"]:
        page.goto(path)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Delete “<b>long"))
    sweep(server)

"""Event and trigger webhooks: made, tried against a receiver, looked at, changed and deleted, with a script and without."""

import base64
import hashlib
import hmac
import json
import re

import pytest
from playwright.sync_api import expect

import watching
from served import until

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
NEW = "/console/webhooks/events/new"
both = pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])


def accessible(page):
    """What looks at a page is a script itself."""
    if page.evaluate("typeof show") == "function":
        watching.accessible(page)


def verify(headers, body, secret):
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    assert headers["X-Zendesk-Webhook-Signature"] == base64.b64encode(digest).decode()


def create(page, name, endpoint):
    """Makes one that is told of turns; gives its page's path."""
    page.goto(f"{NEW}?connection=events")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Endpoint").fill(endpoint)
    page.get_by_label("conversation.turn").check()
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    return page.url.split("?")[0].split("/", 3)[-1]


def secret_of(server, path):
    return server.api("GET", f"/api/v2/webhooks/{path.rsplit('/', 1)[-1]}/signing_secret")["signing_secret"]["secret"]


@both
def test_an_event_webhook_is_made_and_tried_before_and_after(server, signed_in, receiver, javascript):
    page = signed_in(javascript=javascript)
    page.goto(NEW)
    accessible(page)
    page.get_by_role("link", name="Events").click()
    accessible(page)
    page.get_by_label("Name", exact=True).fill("Dashboard")
    page.get_by_label("Endpoint").fill("ftp://example.com")
    page.get_by_role("button", name="Create webhook").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Endpoint: its scheme is ftp")
    expect(alert).to_contain_text("Events: choose at least one.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dashboard")
    accessible(page)
    page.get_by_label("Endpoint").fill(receiver.url("/202"))
    page.get_by_label("conversation.handoff").check()
    page.get_by_label("Sample event").select_option(label="conversation.handoff")
    page.get_by_role("button", name="Put it in").click()
    expect(page.get_by_label("Body")).to_have_value(re.compile('"type": "rejoinder:event-type:conversation.handoff"'))
    assert receiver.received.empty()
    page.get_by_role("button", name="Send the test").click()
    result = page.locator("#test-result")
    expect(result).to_contain_text("202")
    expect(result).to_contain_text('"got": "it"')
    expect(result).to_contain_text("published for tests")
    method, path, headers, body = receiver.next()
    assert (method, path) == ("POST", "/202")
    assert json.loads(body)["event"]["by"] == "reply"
    verify(headers, body, TEST_SECRET)
    # The rest of the form is as it was typed.
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dashboard")
    expect(page.get_by_label("conversation.handoff")).to_be_checked()
    accessible(page)
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dashboard")
    accessible(page)
    place = page.url.split("?")[0].split("/", 3)[-1]
    page.get_by_label("Body").fill('{"typed": "é"}')
    page.get_by_role("button", name="Send the test").click()
    expect(page.locator("#test-result")).to_contain_text("202")
    _, _, headers, body = receiver.next()
    assert body == '{"typed": "é"}'.encode()
    verify(headers, body, secret_of(server, place))


@both
def test_headers_have_rows_and_secrets_are_written_only(server, signed_in, javascript):
    page = signed_in(javascript=javascript)
    page.goto(f"{NEW}?connection=rules")
    page.get_by_label("Name", exact=True).fill("CRM")
    page.get_by_label("Endpoint").fill("https://crm.example.com/in")
    page.get_by_label("Method").select_option("PUT")
    page.get_by_label("Kind").select_option("api_key")
    page.get_by_label("Header’s name, or user name").fill("X-Key")
    page.get_by_label("Key, password or token").fill("s3cret-key")
    for row in (1, 2):
        if javascript and row == 2:
            page.locator("#custom_headers").get_by_role("button", name="Add a row").click()
        page.get_by_label(f"Name of header {row}").fill(f"X-{row}")
        page.get_by_label(f"Value of header {row}").fill(str(row))
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    assert "s3cret-key" not in page.content()
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Key, password or token")).to_have_value("")
    expect(page.get_by_label("Key, password or token")).to_have_attribute("placeholder", "stored; leave empty to keep")
    accessible(page)
    page.get_by_label("Description").fill("by the console")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    (webhook,) = server.api("GET", "/api/v2/webhooks?filter[name_contains]=CRM&page[size]=1")["webhooks"]
    assert webhook["custom_headers"] == {"X-1": "1", "X-2": "2"}
    assert (webhook["http_method"], webhook["authentication"]["data"]) == ("PUT", {"name": "X-Key"})
    server.api("DELETE", f"/api/v2/webhooks/{webhook['id']}")


@both
def test_deliveries_are_looked_at_and_made_again(server, signed_in, receiver, javascript):
    page = signed_in(javascript=javascript)
    place = create(page, "Told", receiver.url("/500"))
    server.call_many([{
        "detectIntentResponseId": f"deliveries-{javascript}-{turn}",
        "fulfillmentInfo": {"tag": "order-status"},
        "sessionInfo": {"session": "projects/p/locations/l/agents/a/sessions/<b>s</b>", "parameters": {}},
    } for turn in range(2)])
    log = f"/api/v2/webhooks/{place.rsplit('/', 1)[-1]}/invocations"
    until(lambda: len(server.api("GET", f"{log}?filter[status]=failed")["invocations"]) == 2, "two failures")
    page.goto(f"/{place}")
    expect(page.get_by_role("row")).to_have_count(3)
    accessible(page)
    page.get_by_label("Status").select_option("success")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing of the last seven days fits.")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    page.locator("td a.mono").first.click()
    expect(page.get_by_role("heading", name="Attempt 1")).to_contain_text("server error")
    expect(page.locator(".attempt")).to_contain_text("sessions/<b>s</b>")
    expect(page.locator(".attempt")).to_contain_text('"got": "it"')
    accessible(page)
    # The endpoint is mended: one is made again, then the one that is left.
    server.api("PATCH", f"/api/v2/webhooks/{place.rsplit('/', 1)[-1]}", {"webhook": {"endpoint": receiver.url("/200")}})
    page.get_by_role("button", name="Make again").click()
    expect(page.get_by_role("status")).to_have_text("Made again.")
    expect(page.get_by_text("Repeats")).to_be_visible()
    page.get_by_role("link", name="Told").click()
    page.get_by_label("Make all again that failed since").fill("1h")
    page.get_by_role("button", name="Look…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make one delivery again?")
    accessible(page)
    page.get_by_role("button", name="Make them again").click()
    expect(page.get_by_role("status")).to_have_text("Made again.")
    until(lambda: len(server.api("GET", f"{log}?filter[status]=success")["invocations"]) == 2, "two successes")
    for _ in range(4):
        _, _, headers, body = receiver.next()
        verify(headers, body, secret_of(server, place))
    server.api("DELETE", f"/api/v2/webhooks/{place.rsplit('/', 1)[-1]}")


@both
def test_a_secret_is_rotated_and_a_webhook_cloned_switched_and_deleted(server, signed_in, receiver, javascript):
    page = signed_in(javascript=javascript)
    place = create(page, "Short-lived", receiver.url())
    before = secret_of(server, place)
    page.get_by_role("link", name="Show or rotate").click()
    assert before not in page.content()
    page.get_by_role("button", name="Show the secret").click()
    expect(page.get_by_label("Secret (SHA256)")).to_have_value(before)
    accessible(page)
    if javascript:
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_role("link", name="Rotate…").click()
    accessible(page)
    page.get_by_role("button", name="Rotate").click()
    expect(page.get_by_role("status")).to_contain_text("There is a new signing secret")
    expect(page.get_by_text("also signed with the secret before")).to_be_visible()
    assert secret_of(server, place) != before
    page.goto(f"/{place}")
    page.get_by_role("link", name="Clone…").click()
    page.get_by_label("Name").fill("Another one")
    page.get_by_role("button", name="Clone").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Another one")
    page.get_by_role("link", name="Deactivate…").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status")).to_have_text("Deactivated.")
    page.get_by_role("link", name="Activate…").click()
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status")).to_have_text("Activated.")
    page.get_by_role("link", name="Delete…").click()
    accessible(page)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/console/webhooks\\?done=deleted"))
    left = [one["name"] for one in server.api("GET", "/api/v2/webhooks")["webhooks"]]
    assert "Another one" not in left and "Short-lived" in left
    server.api("DELETE", f"/api/v2/webhooks/{place.rsplit('/', 1)[-1]}")


def test_the_script_shows_what_goes_with_what_is_chosen(console):
    console.goto(f"{NEW}?connection=rules")
    secret = console.get_by_label("Key, password or token")
    expect(secret).to_be_hidden()
    console.get_by_label("Kind").select_option("bearer_token")
    expect(secret).to_be_visible()
    expect(console.get_by_label("Header’s name, or user name")).to_be_hidden()
    expect(console.get_by_label("Body")).to_be_visible()
    console.get_by_label("Method").select_option("GET")
    expect(console.get_by_label("Body")).to_be_hidden()
    expect(console.get_by_label("Key 1")).to_be_visible()
    rows = console.locator("#custom_headers .row")
    expect(rows).to_have_count(1)
    add = console.locator("#custom_headers").get_by_role("button", name="Add a row")
    for _ in range(4):
        add.click()
    expect(rows).to_have_count(5)
    expect(add).to_be_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it_on_narrow_and_dark_screens(server, signed_in, receiver, scheme):
    page = signed_in(color_scheme=scheme, viewport={"width": 420, "height": 900})
    place = create(page, "Seen by all", receiver.url())
    for path in [f"/{place}", f"/{place}/edit", f"/{place}/secret", f"/{place}/clone", f"/{place}/test"]:
        page.goto(path)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    server.api("DELETE", f"/api/v2/webhooks/{place.rsplit('/', 1)[-1]}")

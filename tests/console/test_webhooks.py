"""The list of all webhooks, and Dialogflow's: made, edited, tried, copied, deleted; imported and exported."""

import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from receiver import Receiver
from watching import accessible

AGENT = "projects/example-project/locations/global/agents/example-agent"
AGENTS = Path(__file__).resolve().parents[2] / "fixtures" / "agents"
NARROW = {"width": 420, "height": 900}
REPLY = {
    "now": {"celsius": 7.5},
    "fulfillmentResponse": {"messages": [{"text": {"text": ["<b>On its way.</b>"]}}]},
    "sessionInfo": {"parameters": {"status": "shipped"}},
}
NAMES = iter(f"Webhook {number}" for number in range(1000))


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(request, signed_in):
    return signed_in(javascript=request.param)


@pytest.fixture
def upstream():
    running = Receiver(json.dumps(REPLY).encode())
    yield running
    running.stop()


def made(server, uri="https://api.example.com/v1", **service):
    """A webhook that is there: its name, and the address of its page."""
    name = next(NAMES)
    webhook = {"displayName": name, "genericWebService": {"uri": uri, "webhookType": "FLEXIBLE", **service}}
    resource = server.api("POST", f"/v3/{AGENT}/webhooks", webhook)
    return name, f"/console/webhooks/dialogflow/{resource['name'].rsplit('/', 1)[1]}"


def done(page, text):
    expect(page.locator(".flash")).to_have_text(text)


def row(page, group, index, name, value):
    fields = page.get_by_role("group", name=group, exact=True).get_by_role("textbox")
    fields.nth(2 * index).fill(name)
    fields.nth(2 * index + 1).fill(value)


def test_a_flexible_webhook_is_tried_made_edited_and_deleted(server, page, upstream):
    name = next(NAMES)
    page.goto("/console/webhooks")
    page.get_by_role("link", name="New Dialogflow webhook").click()
    page.get_by_label("Display name").fill(name)
    page.get_by_label("URI", exact=True).fill(upstream.url("/v1/$session.params.city"))
    page.get_by_label("HTTP method").select_option("POST")
    page.get_by_label("Request body").fill('{"days": "$session.params.days"}')
    row(page, "Parameter mapping", 0, "temperature", "$.now.celsius")
    row(page, "Request headers", 0, "X-Api-Key", "s3cret-key")
    page.get_by_label("Timeout, in seconds").fill("31")
    page.locator("form.webhook > .actions").get_by_role("button", name="Create").click()
    expect(page.locator(".faults").first).to_contain_text("set at most 30s")
    expect(page.get_by_label("Timeout, in seconds")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Display name")).to_have_value(name)
    page.get_by_label("Timeout, in seconds").fill("3")

    page.get_by_label("Session parameters").fill('{"city": "São Paulo", "days": 3}')
    page.get_by_role("button", name="Send test").click()
    outcome = page.locator("#tried .outcome")
    expect(outcome).to_contain_text("goes on")
    expect(outcome.get_by_role("row", name=re.compile("temperature"))).to_contain_text("7.5")
    expect(outcome).to_contain_text("/v1/S%C3%A3o%20Paulo")
    assert "s3cret" not in outcome.inner_html()
    method, path, headers, body = upstream.next()
    assert (method, path, json.loads(body)) == ("POST", "/v1/S%C3%A3o%20Paulo", {"days": 3})
    assert headers["X-Api-Key"] == "s3cret-key"

    page.locator("form.webhook > .actions").get_by_role("button", name="Create").click()
    done(page, "Created.")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    assert "s3cret" not in page.content()
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("group", name="Request headers", exact=True).get_by_role("textbox").nth(1)).to_have_value("***")
    page.get_by_label("URI", exact=True).fill(upstream.url("/v2"))
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#tried .outcome")).to_contain_text("/v2")
    assert upstream.next()[2]["X-Api-Key"] == "s3cret-key", "what is stored is sent"
    page.locator("form.webhook > .actions").get_by_role("button", name="Save").click()
    done(page, "Saved.")
    expect(page.locator("dl.facts")).to_contain_text("/v2")

    page.get_by_role("link", name="Disable").click()
    page.get_by_role("button", name="Disable").click()
    done(page, "Disabled.")
    page.get_by_role("link", name="Enable").click()
    page.get_by_role("button", name="Enable").click()
    done(page, "Enabled.")
    page.get_by_role("link", name="Clone").click()
    page.get_by_label("Display name of the copy").fill(f"{name}, copied")
    page.get_by_role("button", name="Clone").click()
    done(page, "Cloned.")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    done(page, "Deleted.")
    page.get_by_label("Name or address").fill(name)
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("table.webhooks tbody tr")).to_have_count(1)


def test_a_standard_webhook_is_tried_with_a_sample(server, page, upstream):
    name, place = made(server, upstream.url("/webhook"), webhookType="STANDARD")
    page.goto(place)
    page.get_by_label("Sample request").select_option("telephony")
    page.get_by_role("button", name="Fill in").click()
    expect(page.get_by_label("Tag", exact=True)).to_have_value("identify-caller")
    page.get_by_label("Tag", exact=True).fill("who-calls")
    page.get_by_role("button", name="Send test").click()
    outcome = page.locator("#tried .outcome")
    expect(outcome).to_contain_text("<b>On its way.</b>")
    expect(outcome).to_contain_text("shipped")
    _, _, headers, body = upstream.next()
    sent = json.loads(body)
    assert headers["User-Agent"] == "Google-Dialogflow"
    assert (sent["fulfillmentInfo"]["tag"], sent["dtmfDigits"]) == ("who-calls", "00471")
    page.get_by_label("Session parameters").fill("[")
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#tried")).to_contain_text("This is no JSON")
    server.logged(1)
    page.goto(place)
    expect(page.get_by_role("table", name=re.compile("The newest first"))).to_contain_text("who-calls")
    page.goto("/console/webhooks?q=" + name.replace(" ", "+"))
    expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("Dialogflow, standard")


def test_failures_name_the_event(server, page, upstream):
    _, place = made(server, upstream.url("/503"))
    page.goto(place)
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#tried .outcome")).to_contain_text("webhook.error.unavailable")


def test_somebody_else_saves_first(server, page):
    name, place = made(server)
    page.goto(f"{place}/edit")
    resource = f"{AGENT}/webhooks/{place.rsplit('/', 1)[1]}"
    server.api("PATCH", f"/v3/{resource}?updateMask=timeout", {"timeout": "9s"})
    page.get_by_label("Timeout, in seconds").fill("2")
    save = page.locator("form.webhook > .actions").get_by_role("button", name="Save")
    save.click()
    expect(page.get_by_role("alert").first).to_contain_text("Somebody else has saved this")
    expect(page.get_by_role("table", name="What differs").get_by_role("row", name=re.compile("Timeout"))).to_contain_text("9")
    page.locator("form.webhook > .actions").get_by_role("button", name="Save").click()
    done(page, "Saved.")
    assert server.api("GET", f"/v3/{resource}")["timeout"] == "2s"


def test_an_environment_overrides_a_webhook(server, page):
    name, place = made(server)
    environment = f"Stage {name}"
    page.goto("/console/webhooks/environments")
    page.get_by_role("link", name="New environment").click()
    page.get_by_label("Display name").fill(environment)
    page.get_by_role("button", name="Create").click()
    done(page, "Created.")
    page.get_by_label("Webhook to override").select_option(label=name)
    page.get_by_role("button", name="Override").click()
    page.get_by_label("URI", exact=True).fill("https://stage.example.com/v1")
    page.get_by_role("button", name="Save").click()
    done(page, "Saved.")
    expect(page.get_by_role("table", name="What is different here")).to_contain_text("stage.example.com")
    page.goto(place)
    page.get_by_role("link", name=environment).click()
    page.locator("section.override").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    done(page, "Deleted.")
    page.locator("main > .bar").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    done(page, "Deleted.")


def package(folder):
    """The ZIP file of an agent in `fixtures/agents`, its webhooks renamed so that they can be taken again."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for file in sorted(folder.rglob("*.json")):
            text = file.read_text()
            if file.parent.name == "webhooks":
                webhook = json.loads(text)
                webhook["displayName"] = next(NAMES)
                text = json.dumps(webhook)
            archive.writestr(str(file.relative_to(folder)), text)
    return written.getvalue()


def test_webhooks_are_imported_and_exported(server, page):
    page.goto("/console/webhooks")
    page.get_by_role("link", name="Import").click()
    export = {"name": "agent.zip", "mimeType": "application/zip", "buffer": package(AGENTS / "order-status")}
    page.get_by_label("Export (ZIP)").set_input_files(export)
    page.get_by_role("button", name="Read it").click()
    boxes = page.get_by_role("checkbox")
    name = boxes.first.get_attribute("aria-label").removeprefix("Take ")
    for index in range(1, boxes.count()):
        boxes.nth(index).uncheck()
    page.get_by_role("button", name="Import").click()
    done(page, "Imported.")
    page.get_by_role("link", name=name, exact=True).click()
    for button, ending, part in [("JSON", ".json", '"displayName"'), ("Terraform", ".tf", "google_dialogflow_cx_webhook")]:
        with page.expect_download() as saved:
            page.get_by_role("link", name=button).click()
        assert saved.value.suggested_filename.endswith(ending)
        assert part in Path(saved.value.path()).read_text()
    page.goto("/console/webhooks/import")
    page.get_by_label("Export (ZIP)").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": b"nothing"})
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("alert")).to_contain_text("this is no agent export")


def test_a_script_adds_rows_and_hides_what_is_of_no_use(console):
    console.goto("/console/webhooks/dialogflow/new")
    mapping = console.get_by_role("group", name="Parameter mapping", exact=True)
    expect(mapping.get_by_role("textbox")).to_have_count(4)
    mapping.get_by_role("button", name="Add a row").click()
    expect(mapping.get_by_role("textbox")).to_have_count(6)
    expect(mapping.get_by_label("Parameter 3", exact=True)).to_be_focused()
    console.get_by_label("Type", exact=True).select_option("STANDARD")
    expect(mapping).to_be_hidden()
    console.get_by_label("Type", exact=True).select_option("FLEXIBLE")
    expect(mapping).to_be_visible()


def test_a_test_leaves_what_was_typed(console, upstream):
    console.goto("/console/webhooks/dialogflow/new")
    console.get_by_label("Display name").fill("Typed")
    console.get_by_label("URI", exact=True).fill(upstream.url("/x"))
    console.get_by_label("User name").fill("agent")
    console.get_by_label("Password", exact=True).fill("s3cret-password")
    console.get_by_role("button", name="Send test").click()
    expect(console.locator("#tried .outcome")).to_contain_text("goes on")
    assert urlsplit(console.url).path == "/console/webhooks/dialogflow/new"
    expect(console.get_by_label("Password", exact=True)).to_have_value("s3cret-password")
    assert upstream.next()[2]["Authorization"].startswith("Basic ")


def test_who_may_only_look_is_offered_nothing_else(server, signed_in):
    _, place = made(server)
    viewer = signed_in(role="viewer")
    viewer.goto("/console/webhooks")
    expect(viewer.get_by_role("link", name="New Dialogflow webhook")).to_have_count(0)
    viewer.goto(place)
    expect(viewer.get_by_role("button", name="Send test")).to_have_count(0)
    expect(viewer.get_by_role("link", name="Edit", exact=True)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(server, signed_in, upstream, scheme):
    name, place = made(server, upstream.url("/x"), requestHeaders={"X-A": "1"}, parameterMapping={"t": "$.now.celsius"})
    resource = f"{AGENT}/webhooks/{place.rsplit('/', 1)[1]}"
    override = {"name": resource, "genericWebService": {"uri": "https://b.example.com"}}
    environment = {"displayName": f"E {name}", "webhookConfig": {"webhookOverrides": [override]}}
    made_there = server.api("POST", f"/v3/{AGENT}/environments", environment)["response"]["name"].rsplit("/", 1)[1]
    there = f"/console/webhooks/environments/{made_there}"
    page = signed_in(color_scheme=scheme)
    for path in [
        "/console/webhooks",
        "/console/webhooks/dialogflow/new",
        "/console/webhooks/import",
        "/console/webhooks/environments",
        there,
        f"{there}/overrides/0",
        f"{place}/edit",
        f"{place}/clone",
        f"{place}/delete",
        place,
    ]:
        page.goto(path)
        accessible(page)
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#tried .outcome")).to_contain_text("goes on")
    accessible(page)
    narrow = signed_in(color_scheme=scheme, viewport=NARROW)
    for path in ["/console/webhooks", place, f"{place}/edit", there]:
        narrow.goto(path)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path

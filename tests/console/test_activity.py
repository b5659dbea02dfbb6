"""The log of invocations and the conversations in it, with and without JavaScript."""

import json
import re

import pytest
from playwright.sync_api import expect

from served import Console, until
from watching import accessible

NARROW = {"width": 420, "height": 900}
ORDER = {"order_id": "42", "customer_name": "Ada"}
VARIABLES = {
    "REJOINDER_ACTIVITY__INBOUND_BODIES": "true",
    "REJOINDER_ACTIVITY__PARAMETERS": '["order_id", "order_status"]',
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Console(tmp_path_factory.mktemp("activity"), variables=VARIABLES)
    running.fill(24)
    yield running
    code = running.stop()
    assert code == 0, f"serve ended with {code}:\n{running.output()}"


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(request, signed_in):
    return signed_in(javascript=request.param, timezone_id="Asia/Tokyo", locale="en-GB")


def rows(page):
    return page.locator("#rows tr")


def newest(server, query=""):
    return server.api("GET", f"/api/invocations?page_size=1{query}")["invocations"][0]["id"]


def test_filters_stand_in_the_address_and_the_form(server, page):
    page.goto("/console/activity")
    page.get_by_label("Status", exact=True).select_option("failed")
    page.get_by_label("Tag", exact=True).fill("fail")
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url(re.compile("status=failed.*tag=fail"))
    found = rows(page).count()
    assert found >= 4
    expect(page.locator("#count")).to_have_text(f"{found} invocations")
    expect(rows(page).first).to_contain_text("The demo fails as asked.")
    expect(page.get_by_label("Tag", exact=True)).to_have_value("fail")
    expect(page.get_by_label("Status", exact=True)).to_have_value("failed")
    page.get_by_role("link", name="Clear").click()
    assert rows(page).count() >= 24


def test_times_are_the_readers_with_a_script_and_in_utc_without(server, signed_in):
    start = "2026-01-02T03:04:05"
    plain = signed_in(javascript=False, timezone_id="Asia/Tokyo")
    plain.goto(f"/console/activity?start={start}")
    expect(plain.get_by_label("From (UTC)")).to_have_value(start)
    page = signed_in(timezone_id="Asia/Tokyo")
    page.goto(f"/console/activity?start={start}")
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-01-02T12:04:05")
    page.get_by_label("From", exact=True).fill("2026-01-02T13:00:00")
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url(f"{server.url}/console/activity?start=2026-01-02T04%3A00%3A00")
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-01-02T13:00")


def test_a_moment_that_is_none_is_told_beside_the_field(page):
    page.goto("/console/activity?status_code=7")
    expect(page.get_by_role("alert")).to_contain_text("expected a number from 100 to 999")
    expect(page.get_by_label("Status code")).to_have_attribute("aria-invalid", "true")


def test_new_calls_come_in_at_the_top_until_somebody_pauses(server, console):
    console.goto("/console/activity?session=live")
    expect(console.get_by_text("Nothing is in the log that fits.")).to_be_visible()
    live = console.get_by_role("button", name="Live")
    live.click()
    expect(live).to_have_attribute("aria-pressed", "true")
    server.call("counter", {}, session="live")
    expect(rows(console)).to_have_count(1)
    server.call("fail", {}, session="live", text="<img src=x onerror=alert(1)>")
    server.call("<script>alert(1)</script>", {}, session="live")
    expect(rows(console)).to_have_count(3)
    expect(rows(console).first).to_contain_text("<script>alert(1)</script>")
    expect(rows(console).last).to_contain_text("counter")
    live.click()
    expect(console.locator("#live-state")).to_have_text("paused")
    asked = []
    console.on("request", lambda request: asked.append(request.url))
    server.call("counter", {}, session="live")
    console.wait_for_timeout(2500)
    assert not asked and rows(console).count() == 3
    console.get_by_role("link", name="Refresh").click()
    expect(rows(console)).to_have_count(4)


def test_the_tail_stops_where_nobody_is_signed_in_any_more(server, signed_in):
    page = signed_in()
    page.goto("/console/activity")
    page.context.clear_cookies()
    page.get_by_role("button", name="Live").click()
    expect(page.locator("#live-state")).to_contain_text("signed out")
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "false")
    # The redirect to signing in, which the script does not follow.
    page.watch.faults.clear()


def test_without_a_script_newer_calls_are_a_link_away(server, plain):
    plain.goto("/console/activity")
    expect(plain.get_by_role("button", name="Live")).to_be_hidden()
    plain.get_by_role("link", name="Refresh").click()
    expect(plain).to_have_url(f"{server.url}/console/activity")


def test_an_invocation_is_shown_with_both_sides(server, page):
    server.call(parameters=ORDER, session="both-sides")
    page.goto("/console/activity?session=both-sides")
    rows(page).first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("order-status")
    expect(page.get_by_role("img", name=re.compile("phases: reading .*handling"))).to_be_visible()
    request = page.get_by_role("group", name="Request")
    expect(request).to_contain_text('"order_id": "42"')
    expect(page.get_by_role("group", name="Response")).to_contain_text("order 42 shipped")
    page.get_by_role("link", name="Raw").click()
    expect(request).to_contain_text('"order_id":')
    with page.expect_download() as downloading:
        page.get_by_role("link", name="All that is kept of it, as text").first.click()
    text = downloading.value.path().read_text()
    assert json.loads(text)["sessionInfo"]["parameters"] == ORDER


def test_the_command_is_copied_and_says_where_secrets_were(server, signed_in):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer s3cret-of-the-agent"}
    body = {"fulfillmentInfo": {"tag": "counter"}, "sessionInfo": {"session": "copied"}}
    server.request("POST", "/webhook", json.dumps(body), headers)
    page = signed_in()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page.goto(f"/console/activity/{newest(server)}")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -sS -X POST") and f"{server.url}/webhook" in copied
    assert '-H "authorization: Bearer ${TOKEN}"' in copied
    assert "s3cret" not in page.content()


def test_a_call_is_made_again_after_a_question(server, page):
    server.call(parameters=ORDER, session="again")
    page.goto(f"/console/activity/{newest(server, '&session=again')}")
    page.get_by_role("link", name="Replay…").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Replay this call?")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Replay…").first.click()
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("status").first).to_have_text("Made again.")
    page.get_by_text("It was made again as").get_by_role("link").click()
    expect(page.get_by_text("Replay of")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("success")


def test_everything_that_failed_is_made_again(server, page):
    session = f"failed-{id(page)}"
    for _ in range(3):
        server.call("fail", {}, session=session)
    page.goto(f"/console/activity?session={session}")
    page.get_by_role("link", name="Replay what failed…").click()
    expect(page.get_by_text("3 calls failed since")).to_be_visible()
    page.get_by_role("button", name="Replay them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What was made again")
    expect(page.locator("dl.facts")).to_contain_text("Failed again3")
    made = server.api("GET", f"/api/invocations?session={session}")["invocations"]
    assert len(made) == 6
    # What failed again is not made again by the same wish.
    expect(page.get_by_role("button", name="Replay those that are left")).to_have_count(0)


def test_a_conversation_is_read_as_it_went(server, page):
    session = f"talk-{id(page)}"
    server.call(parameters=ORDER, session=session, text="Where is <b>it</b>?")
    server.call("fail", ORDER | {"order_status": "shipped"}, session=session, text="Break it.")
    page.goto("/console/conversations")
    expect(page.locator("tbody tr").first).to_contain_text(session)
    page.get_by_role("link", name=session).click()
    turns = page.locator("li.turn")
    expect(turns).to_have_count(2)
    expect(turns.first).to_contain_text("Where is <b>it</b>?")
    expect(turns.first).to_contain_text("order 42 shipped")
    expect(turns.first.locator("ins", has_text="order_status")).to_be_visible()
    expect(turns.first.locator("ins", has_text="shipped")).to_be_visible()
    expect(turns.last).to_contain_text("the agent raises webhook.error")
    turns.last.get_by_role("link", name=re.compile("The call")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("fail")
    page.get_by_role("link", name=session).click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Save as transcript").click()
    assert downloading.value.suggested_filename == f"{session}.yaml"
    page.get_by_role("link", name="Erase…").click()
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_role("status")).to_have_text("Erased.")
    expect(page.get_by_role("link", name=session)).to_have_count(0)


def test_a_session_is_found_by_its_id(server, page):
    server.call(parameters=ORDER, session="by id/with 100% é")
    page.goto("/console/conversations")
    page.get_by_role("searchbox").fill("by id/with 100% é")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("by id/with 100% é")
    page.goto("/console/conversations?session=unheard-of")
    expect(page.get_by_text("The log has nothing of this session.")).to_be_visible()


def test_a_delivery_says_why_it_did_not_arrive(server, page, receiver):
    name = f"Ticketing {id(page)}"
    webhook = {
        "name": name,
        "endpoint": receiver.url("/500"),
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": ["rejoinder:event-type:fulfillment.failed"],
    }
    made = server.api("POST", "/api/v2/webhooks", {"webhook": webhook})["webhook"]
    server.call("fail", {}, session="told")
    receiver.next()
    found = lambda: server.api("GET", "/api/invocations?kind=delivery&session=told")["invocations"]
    until(found, "the delivery is in the log")
    page.goto("/console/conversations/told")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_text("it was answered with status 500")).to_be_visible()
    expect(page.get_by_text("Tells of")).to_be_visible()
    server.api("DELETE", f"/api/v2/webhooks/{made['id']}")


@pytest.mark.parametrize("scheme,viewport", [("light", None), ("dark", NARROW)], ids=["light", "dark and narrow"])
def test_everybody_can_use_these_pages(server, signed_in, scheme, viewport):
    server.call(parameters=ORDER, session="for everybody")
    server.call("gallery", {}, session="for everybody")
    one = newest(server, "&session=for+everybody&tag=order-status")
    page = signed_in(color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    for path in [
        "/console/activity",
        "/console/activity?status=nonsense",
        "/console/activity?kind=test",
        f"/console/activity/{one}",
        f"/console/activity/{one}/replay",
        "/console/activity/replay",
        "/console/activity/received",
        "/console/conversations",
        "/console/conversations/for%20everybody",
        "/console/conversations/for%20everybody/erase",
        "/console/conversations/unheard-of",
    ]:
        page.goto(path)
        accessible(page)
        if viewport:
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= NARROW["width"], f"{path}: {wide} pixels"

"""What a hostile conversation, endpoint or colleague left behind stays text, on every page that can be reached."""

import json
import re
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from calls import AGENT, PAGE
from receiver import Receiver
from served import Console, until

PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>{{7*7}}"
LINK = "javascript:alert(4)"
# Enough to see one of everything.
MOST_PAGES = 150
# Pages of one kind that are visited: those that differ in an id alone.
ALIKE = 3


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server in whose store everything is hostile that others can write."""
    folder = tmp_path_factory.mktemp("hostile")
    shop = Receiver(PAYLOAD.encode())
    webhooks = folder / "webhooks"
    webhooks.mkdir()
    webhook = {
        "displayName": f"Shop {PAYLOAD}",
        "genericWebService": {
            "uri": f"{shop.url('/stock')}?city=$session.params.city",
            "webhookType": "FLEXIBLE",
            "httpMethod": "POST",
            "requestHeaders": {"X-Note": PAYLOAD},
            "requestBody": json.dumps({"note": PAYLOAD, "city": "$session.params.city"}),
            "parameterMapping": {"stock": "$.stock"},
        },
    }
    (webhooks / "shop.json").write_text(json.dumps(webhook))
    config = f"""
webhooks_dir = "{webhooks}"
[agent]
name = {json.dumps(AGENT)}
[activity]
parameters = ["*"]
inbound_bodies = true
[routes."hostile"]
webhook = {json.dumps(webhook["displayName"], ensure_ascii=False)}
"""
    server = Console(folder, config)
    fill(server, shop)
    yield server
    shop.stop()
    assert server.stop() == 0, server.output()


def fill(server, shop):
    api = server.api
    subscribed = {
        "name": f"Desk {PAYLOAD}",
        "description": PAYLOAD,
        "status": "active",
        "endpoint": shop.url("/500"),
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["rejoinder:event-type:conversation.turn"],
    }
    api("POST", "/api/v2/webhooks", {"webhook": subscribed})
    notified = subscribed | {"name": f"Rule {PAYLOAD}", "subscriptions": ["conditional_ticket_events"]}
    made = api("POST", "/api/v2/webhooks", {"webhook": notified})["webhook"]
    trigger = {
        "title": f"Trigger {PAYLOAD}",
        "description": PAYLOAD,
        "conditions": {"all": [{"field": "tag", "operator": "is", "value": PAYLOAD}], "any": []},
        "actions": [{"field": "notification_webhook", "value": [made["id"], json.dumps({"note": PAYLOAD.replace("{{7*7}}", "")})]}],
    }
    api("POST", "/api/v2/triggers", {"trigger": trigger})
    api("POST", "/api/tokens", {"role": "viewer", "name": PAYLOAD[:90]})
    tags = ["order-status", "hostile", "fail", f"unheard {PAYLOAD}", LINK]
    for turn, tag in enumerate(tags):
        body = {
            "detectIntentResponseId": f"{PAYLOAD}{turn}",
            "fulfillmentInfo": {"tag": tag},
            "intentInfo": {"lastMatchedIntent": f"{AGENT}/intents/{PAYLOAD}", "displayName": PAYLOAD, "confidence": 1.0},
            "pageInfo": {"currentPage": f"{PAGE}{PAYLOAD}", "displayName": f"Page {PAYLOAD}"},
            "sessionInfo": {
                "session": f"{AGENT}/environments/{PAYLOAD.replace('/', '')}/sessions/{PAYLOAD.replace('/', '')}",
                "parameters": {
                    "order_id": PAYLOAD,
                    "customer_name": PAYLOAD,
                    "city": PAYLOAD,
                    PAYLOAD: PAYLOAD,
                    "link": LINK,
                    "list": [PAYLOAD, {PAYLOAD: PAYLOAD}],
                },
            },
            "payload": {PAYLOAD: PAYLOAD},
            "messages": [{"text": {"text": [PAYLOAD]}}],
            "text": PAYLOAD,
            "languageCode": PAYLOAD,
        }
        headers = {
            "Content-Type": "application/json",
            "User-Agent": PAYLOAD,
            "X-Request-Id": PAYLOAD,
            "X-Goog-Note": PAYLOAD,
        }
        server.request("POST", f"/webhook?{'x' * 20}=%3Cscript%3E", json.dumps(body), headers)
    server.request("POST", "/webhook", PAYLOAD.encode(), {"Content-Type": "application/json"})
    # The calls, the one to the shop, and a delivery that failed.
    until(
        lambda: len(api("GET", "/api/invocations?page_size=100")["invocations"]) >= len(tags) + 2,
        "everything in the log",
    )
    shop.next()


def kind(path):
    """The address without what names one of many."""
    return re.sub(r"/[0-9A-HJKMNP-TV-Z]{26}\b|/[0-9a-f-]{36}\b|/[^/]*%[^/]*", "/…", urlsplit(path).path)


def crawl(page, visit):
    """Follows every link within the console; tells what was seen."""
    waiting, seen, kinds = ["/console/"], set(), {}
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen or kinds.get(kind(path), 0) >= ALIKE:
            continue
        seen.add(path)
        kinds[kind(path)] = kinds.get(kind(path), 0) + 1
        with_file = page.request.head(path).headers.get("content-disposition")
        if with_file:
            assert with_file.startswith("attachment"), (path, with_file)
            continue
        answer = page.goto(path)
        assert answer.status < 500, f"{path}: {answer.status}"
        visit(page, path)
        for href in page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            whole = urldefrag(urljoin(page.url, href)).url
            assert urlsplit(whole).scheme in ("http", "https"), f"{path} leads to {href}"
            if urlsplit(whole).netloc == urlsplit(page.url).netloc and urlsplit(whole).path.startswith("/console/"):
                waiting.append(whole.removeprefix(page.url.split("/console/")[0]))
    return kinds


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_hostile_text_stays_text_on_every_page(hostile, signed_in, javascript):
    page = signed_in(server=hostile, javascript=javascript)
    shown = []

    def visit(page, path):
        for element in ("img[src=x]", "svg[onload]", "[onerror]", "script:not([src])", "[style]", "iframe", "object"):
            assert page.locator(element).count() == 0, f"{path} has {element}"
        if "<script>alert(1)</script>" in page.locator("main").inner_text():
            shown.append(path)

    kinds = crawl(page, visit)
    assert {"/console/handlers", "/console/settings/tokens", "/console/settings/audit"} <= set(kinds), kinds
    # It was there to be seen, as text.
    assert "/console/handlers" in shown and "/console/settings/tokens" in shown, shown
    assert page.watch.faults == []


def test_whatever_an_address_says_stays_text(hostile, signed_in):
    page = signed_in(server=hostile)
    quoted = "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    for path in (
        f"/console/{quoted}",
        f"/console/?done={quoted}",
        f"/console/handlers?q={quoted}",
        f"/console/settings?q={quoted}",
        f"/console/settings/tokens?q={quoted}&state={quoted}&page={quoted}",
        f"/console/settings/audit?who={quoted}&resource={quoted}&action={quoted}",
        f"/console/settings/audit?since={quoted}",
        f"/console/activity?tag={quoted}&text={quoted}&status={quoted}",
        f"/console/webhooks?q={quoted}",
        f"/console/sign-in?next={quoted}",
    ):
        page.goto(path)
        assert page.locator("img[src=x]").count() == 0, path
    assert page.watch.faults == []


def test_no_other_site_can_frame_it_or_send_its_forms(server, signed_in):
    other = Receiver(
        f"<!doctype html><iframe src='{server.url}/console/'></iframe>"
        f"<form method=post action='{server.url}/console/settings/tokens/new'><input name=role value=admin></form>"
        "<script>onload = () => document.forms[0].submit()</script>".encode(),
        "text/html",
    )
    page = signed_in()
    try:
        before = len(server.api("GET", "/api/tokens")["tokens"])
        page.goto(other.url(), wait_until="commit")
        page.wait_for_url(re.compile("/console/"))
        assert len(server.api("GET", "/api/tokens")["tokens"]) == before
        assert "Not allowed" in page.content()
    finally:
        other.stop()
    # That it was not framed is in the browser's log.
    assert any("frame" in fault.lower() for fault in page.watch.faults), page.watch.faults
    page.watch.faults.clear()

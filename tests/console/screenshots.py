"""Takes every page of the console, with a store as it may look after a week: `just screenshots`.

    python tests/console/screenshots.py [FOLDER]        docs/screenshots, unless FOLDER says otherwise

Each page is taken light and dark, at 1280 and at 420 pixels. A page that shows an error, logs one or breaks its policy
fails the run. The ones that the README shows are named in MAIN; the others are for looking at, and stay out of git.
"""

import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))

from playwright.sync_api import sync_playwright  # noqa: E402

from calls import AGENT, request  # noqa: E402
from program import REPOSITORY  # noqa: E402
from receiver import Receiver  # noqa: E402
from served import Console, until  # noqa: E402
from watching import CHROMIUM, Watch  # noqa: E402

WIDTHS = {"wide": (1280, 860), "narrow": (420, 860)}
SCHEMES = ("light", "dark")
# What stands in the README: wide, in both themes.
MAIN = ("overview", "webhooks", "activity", "emulator")
LARGEST = 200_000

SETTINGS = """
[agent]
name = "projects/example-project/locations/global/agents/demo"

[auth]
any_of = [
  { kind = "header", name = "X-Agent-Key", values = ["a-key-of-the-agent"] },
]

[outbound]
breaker_failures = 5

[routes."weather"]
webhook = "Weather API"
reply = "It is $session.params.temperature degrees in $session.params.city."
on_error = "I cannot look at the weather now."

[routes."stock.*"]
webhook = "Stock API"
"""

WEATHER = {
    "displayName": "Weather API",
    "timeout": "3s",
    "genericWebService": {
        "uri": "",
        "webhookType": "FLEXIBLE",
        "httpMethod": "GET",
        "parameterMapping": {"temperature": "$.now.celsius"},
        "requestHeaders": {"Accept": "application/json", "X-Api-Key": "a-key-of-ours"},
    },
}


class Filled:
    """A server with a week behind it."""

    def __init__(self, folder):
        self.random = random.Random(10)
        self.weather = Receiver(b'{"now": {"celsius": 21.5}}')
        self.shop = Receiver()
        webhooks = folder / "webhooks"
        webhooks.mkdir()
        weather = json.loads(json.dumps(WEATHER))
        weather["genericWebService"]["uri"] = f"{self.weather.url('/today')}?city=$session.params.city"
        stock = json.loads(json.dumps(WEATHER))
        stock |= {"displayName": "Stock API"}
        stock["genericWebService"] |= {"uri": self.shop.url("/503"), "parameterMapping": {"stock": "$.stock"}}
        for name, webhook in (("weather", weather), ("stock", stock)):
            (webhooks / f"{name}.json").write_text(json.dumps(webhook))
        self.folder = folder
        self._work = 0
        self.server = self._serve()
        self._manage()
        self._converse(160)
        assert self.server.stop() == 0, self.server.output()
        self._yesterday()
        self.server = self._serve()
        self._converse(60)

    def _serve(self):
        """Each run has a working folder of its own, and all of them the same store."""
        folder = self.folder / f"run-{self._work}"
        self._work += 1
        folder.mkdir()
        return Console(folder, SETTINGS.replace("[agent]", f'webhooks_dir = "{self.folder}/webhooks"\n\n[agent]', 1),
                       {"REJOINDER_STORE__URL": f"sqlite://{self.folder}/rejoinder.db"})

    def _manage(self):
        """What people and pipelines set up."""
        api = self.server.api
        for role, name in (("editor", "Grace's laptop"), ("creator", "deployment"), ("viewer", "Prometheus")):
            api("POST", "/api/tokens", {"role": role, "name": name, "expires_in": "90d"})
        created = {}
        for name, path, subscriptions in (
            ("Order desk", "/orders", ["rejoinder:event-type:conversation.turn"]),
            ("CRM", "/503", ["rejoinder:event-type:fulfillment.failed"]),
            ("Notify the shop", "/notify", ["conditional_ticket_events"]),
        ):
            webhook = {
                "name": name,
                "description": "Told of conversations",
                "status": "active",
                "endpoint": self.shop.url(path),
                "http_method": "POST",
                "request_format": "json",
                "subscriptions": subscriptions,
            }
            created[name] = api("POST", "/api/v2/webhooks", {"webhook": webhook}, role="editor")["webhook"]
        self.webhook = created["Order desk"]["id"]
        body = json.dumps({"order": "{{params.order_id}}", "said": "{{input.utterance}}"})
        trigger = {
            "title": "Tell the shop of orders",
            "description": "What the shop wants to know of each order",
            "conditions": {"all": [{"field": "tag", "operator": "is", "value": "order-status"}], "any": []},
            "actions": [{"field": "notification_webhook", "value": [created["Notify the shop"]["id"], body]}],
        }
        self.trigger = api("POST", "/api/v2/triggers", {"trigger": trigger}, role="editor")["trigger"]["id"]
        # One that is not of a file, which can be edited here.
        orders = {"displayName": "Orders API", "genericWebService": {
            "uri": "https://orders.example.com/v1/$session.params.order_id", "webhookType": "FLEXIBLE", "httpMethod": "GET",
            "parameterMapping": {"order_status": "$.status"}}}
        self.orders = api("POST", f"/v3/{AGENT}/webhooks", orders, role="editor")["name"].rsplit("/", 1)[-1]
        api("PATCH", f"/api/v2/webhooks/{self.webhook}", {"webhook": {"description": "Orders that need somebody"}}, role="editor")

    def _converse(self, turns):
        """Conversations of some turns each, some of which fail."""
        cities = ["Oslo", "Lisbon", "Kyoto"]
        said = ["Where is my order?", "What is the weather like?", "Do you have size 42?", "I want to speak to somebody"]
        bodies = []
        for turn in range(turns):
            tag = self.random.choices(
                ["order-status", "weather", "counter", "gallery", "validate-form", "fail", "stock.shoes", "order_status"],
                [40, 25, 12, 8, 6, 3, 4, 2],
            )[0]
            parameters = {
                "order_id": str(1000 + turn % 37),
                "customer_name": self.random.choice(["Ada", "Grace", "Edsger"]),
                "city": self.random.choice(cities),
            }
            body = request(tag, parameters, session=f"call-{turn // 6:04}", text=self.random.choice(said))
            bodies.append(body)
        headers = {"Content-Type": "application/json", "X-Agent-Key": "a-key-of-the-agent", "User-Agent": "Google-Dialogflow"}
        for body in bodies:
            self.server.request("POST", "/webhook", json.dumps(body), headers)

    def _yesterday(self):
        """Sums of the days before: by the hours of shops, with an hour in which the stock was not to be had."""
        with sqlite3.connect(self.folder / "rejoinder.db") as store:
            now = int(time.time() // 3600)
            facets = store.execute(
                "SELECT c.facet, SUM(c.calls), f.status FROM activity_counts c JOIN activity_facets f ON f.id = c.facet"
                " GROUP BY c.facet, f.status"
            ).fetchall()
            for hour in range(now - 167, now):
                busy = 14 - abs(hour % 24 - 14) + self.random.randrange(3)
                for facet, calls, status in facets:
                    failing = 6 if hour == now - 30 and status != "success" else 1
                    count = calls * max(busy, 1) * failing // 3
                    store.execute(
                        "INSERT INTO activity_counts (hour, facet, calls) VALUES (?, ?, ?)"
                        " ON CONFLICT (hour, facet) DO UPDATE SET calls = calls + excluded.calls",
                        (hour, facet, count),
                    )

    def stop(self):
        self.weather.stop()
        self.shop.stop()
        code = self.server.stop()
        assert code == 0, self.server.output()


def pages(filled):
    """Every page, by the name of its picture."""
    api = filled.server.api
    newest = until(lambda: api("GET", "/api/invocations?page_size=1&kind=standard")["invocations"], "a call in the log")[0]
    webhooks = api("GET", f"/v3/{AGENT}/webhooks")["webhooks"]
    weather = next(one["name"].rsplit("/", 1)[-1] for one in webhooks if one["displayName"] != "Orders API")
    return {
        "sign-in": "/console/sign-in",
        "overview": "/console/",
        "webhooks": "/console/webhooks",
        "webhook-new": "/console/webhooks/dialogflow/new",
        "webhook": f"/console/webhooks/dialogflow/{weather}",
        "webhook-edit": f"/console/webhooks/dialogflow/{filled.orders}/edit",
        "environments": "/console/webhooks/environments",
        "event-webhook-new": "/console/webhooks/events/new",
        "event-webhook": f"/console/webhooks/events/{filled.webhook}",
        "event-webhook-test": f"/console/webhooks/events/{filled.webhook}/test",
        "activity": "/console/activity",
        "invocation": f"/console/activity/{newest['id']}",
        "conversations": "/console/conversations",
        "conversation": "/console/conversations/call-0001",
        "handlers": "/console/handlers",
        "agent": "/console/handlers/agent",
        "emulator": conversation(filled.server),
        "emulator-new": "/console/emulator?tag=order-status",
        "triggers": "/console/triggers",
        "trigger": f"/console/triggers/{filled.trigger}",
        "trigger-new": "/console/triggers/new",
        "settings": "/console/settings?changed=true",
        "tokens": "/console/settings/tokens",
        "token-new": "/console/settings/tokens/new",
        "audit": "/console/settings/audit",
    }


def conversation(server):
    """The address of a conversation in the emulator: two turns, the second with a value that is refused."""
    sent = {"Authorization": f"Bearer {server.token()}", "Content-Type": "application/x-www-form-urlencoded"}
    start = [("name", "A T-shirt"), ("page", "Details"), ("flow", "Orders"), ("parameters", "customer_name=Ada\norder_id:=42")]
    start += [("row_name", "quantity"), ("row_prompt", "How many do you want?"), ("row_again", "Please choose another number.")]
    turns = [
        [("said", "Where is my order?"), ("tag", "order-status")],
        [("said", "99"), ("tag", "validate-form"), ("fills", "quantity:=99")],
    ]
    address = server.request("POST", "/console/emulator", urlencode(start), sent).headers["Location"]
    for turn in turns:
        answer = server.request("POST", f"{address}/turn", urlencode(turn), sent)
        assert answer.status == 303, answer.body
    return address


def take(filled, folder):
    """Takes all of them; tells which pages are not there."""
    missing, faults = [], []
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme in SCHEMES:
            for width, (pixels, high) in WIDTHS.items():
                context = browser.new_context(
                    base_url=filled.server.url,
                    color_scheme=scheme,
                    viewport={"width": pixels, "height": high},
                    timezone_id="UTC",
                    locale="en-GB",
                    reduced_motion="reduce",
                )
                context.add_cookies([filled.server.cookie()])
                page = context.new_page()
                watch = Watch(page)
                for name, path in pages(filled).items():
                    answer = page.goto(path)
                    if answer.status == 404:
                        missing.append(path)
                        continue
                    assert answer.status == 200, f"{path}: {answer.status}"
                    main = name in MAIN and width == "wide"
                    target = folder / f"{name}-{scheme}{'' if main else '-' + width}.png"
                    page.screenshot(path=target, full_page=not main)
                    if main:
                        shrink(target)
                        assert target.stat().st_size < LARGEST, f"{target} has {target.stat().st_size} bytes"
                faults += watch.faults
                context.close()
        browser.close()
    assert not faults, "\n".join(faults)
    return sorted(set(missing))


def shrink(picture):
    """Fewer colours make it a third as large, where there is a program for it."""
    try:
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", picture, "64", picture], check=False)
    except FileNotFoundError:
        pass


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "docs" / "screenshots"
    with tempfile.TemporaryDirectory() as work:
        filled = Filled(Path(work))
        try:
            missing = take(filled, folder)
        finally:
            filled.stop()
    for path in missing:
        print(f"there is no {path}")
    taken = sorted(path.name for path in folder.glob("*.png"))
    print(f"{len(taken)} pictures in {folder}")
    unknown = [name for name in taken if not re.fullmatch(r"[a-z-]+\.png", name)]
    assert not unknown, unknown


if __name__ == "__main__":
    main()

"""Zendesk's API of webhooks in plain HTTP: shapes and statuses as recordings of the real service have them."""

import base64
import re
from datetime import datetime, timedelta

import pytest
import requests

from receiver import Receiver
from zendesk import serve, told, until

ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


class Api(requests.Session):
    """Paths below the webhooks of a server."""

    def __init__(self, served):
        super().__init__()
        self.base = f"http://127.0.0.1:{served.port}/api/v2/webhooks"
        self.headers["Authorization"] = f"Bearer {served.token}"

    def request(self, method, path, **arguments):
        url = path if path.startswith("http") else self.base + path
        return super().request(method, url, timeout=30, **arguments)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("webhooks"), REJOINDER_DELIVERY__MAX_WEBHOOKS="10")
    yield running
    assert running.stop() == 0, running.output()


@pytest.fixture
def api(served):
    made = Api(served)
    yield made
    for webhook in made.get("").json()["webhooks"]:
        assert made.delete(f"/{webhook['id']}").status_code == 204


@pytest.fixture(scope="module")
def receiver():
    running = Receiver()
    yield running
    running.stop()


def webhook(**changes):
    return {
        "webhook": {
            "name": "Example",
            "description": "what it is for",
            "status": "active",
            "subscriptions": ["conditional_ticket_events"],
            "endpoint": "https://receiver.example.com/hook",
            "http_method": "GET",
            "request_format": "json",
            "authentication": None,
        }
        | changes
    }


MEMBERS = {
    "id",
    "name",
    "description",
    "status",
    "subscriptions",
    "created_at",
    "created_by",
    "endpoint",
    "http_method",
    "request_format",
}


def test_created(api):
    answer = api.post("", json=webhook())
    assert answer.status_code == 201
    assert set(answer.json()) == {"webhook"}
    made = answer.json()["webhook"]
    assert set(made) == MEMBERS, "null is no authentication, and is not shown"
    assert ULID.fullmatch(made["id"]) and NANOSECONDS.fullmatch(made["created_at"])
    shown = api.get(f"/{made['id']}")
    assert shown.status_code == 200
    assert shown.json() == {"webhook": made | {"created_at": made["created_at"][:19] + "Z"}}


def test_listed(api):
    assert api.get("").json() == {"meta": {"has_more": False}, "webhooks": []}
    made = api.post("", json=webhook()).json()["webhook"]
    for query in ("", "?filter[name_contains]=Exam", "?filter%5Bname_contains%5D=Exam"):
        answer = api.get(query)
        assert answer.status_code == 200
        assert answer.json()["meta"] == {"has_more": False}
        assert [one["id"] for one in answer.json()["webhooks"]] == [made["id"]]
    assert api.get("?filter[name_contains]=other").json()["webhooks"] == []


def test_replaced_patched_and_deleted(api):
    basic = {"type": "basic_auth", "data": {"username": "u", "password": "p"}, "add_position": "header"}
    made = api.post("", json=webhook(authentication=basic)).json()["webhook"]
    path = f"/{made['id']}"
    kept = ("name", "endpoint", "http_method", "request_format", "status")
    put = api.put(path, json={"webhook": {name: made[name] for name in kept} | {"name": "Put"}})
    assert (put.status_code, put.content) == (204, b"")
    shown = api.get(path).json()["webhook"]
    assert shown["authentication"] == {"type": "basic_auth", "data": {"username": "u"}, "add_position": "header"}
    assert SECONDS.fullmatch(shown["updated_at"])
    patch = api.patch(path, json={"webhook": shown | {"name": "Patched"}})
    assert (patch.status_code, patch.content) == (204, b"")
    assert api.get(path).json()["webhook"]["name"] == "Patched"
    delete = api.delete(path, json={"webhook": {"id": made["id"]}})
    assert (delete.status_code, delete.content) == (204, b"")
    gone = api.get(path)
    assert gone.status_code == 404 and gone.json()["error"] == "RecordNotFound"


def test_cloned(api):
    bearer = {"type": "bearer_token", "data": {"token": "t"}, "add_position": "header"}
    made = api.post("", json=webhook(authentication=bearer)).json()["webhook"]
    answer = api.post(f"?clone_webhook_id={made['id']}")
    assert answer.status_code == 201
    clone = answer.json()["webhook"]
    assert clone["name"] == "Example (copy)"
    assert clone["authentication"] == {"type": "bearer_token", "add_position": "header"}


def test_signing_secret(api):
    made = api.post("", json=webhook()).json()["webhook"]
    path = f"/{made['id']}/signing_secret"
    shown = api.get(path)
    assert shown.status_code == 200 and set(shown.json()["signing_secret"]) == {"algorithm", "secret"}
    new = api.post(path)
    assert new.status_code == 201 and set(new.json()["signing_secret"]) == {"algorithm", "secret"}
    assert len(new.json()["signing_secret"]["secret"]) == 44
    assert api.get(path).json() == new.json() != shown.json()


def test_tested(api, receiver):
    made = api.post("", json=webhook(endpoint=receiver.url())).json()["webhook"]
    answer = api.post(f"/test?webhook_id={made['id']}", json={"request": {}})
    assert answer.status_code == 200
    response = answer.json()["response"]
    assert set(response) == {"headers", "status_code", "payload"}
    assert all(set(header) == {"key", "value"} for header in response["headers"])
    assert (response["status_code"], response["payload"]) == (200, '{"got": "it"}')
    unsaved = {"request": {"endpoint": receiver.url("/404"), "request_format": "json", "http_method": "GET"}}
    answer = api.post("/test", json=unsaved)
    assert (answer.status_code, answer.json()["response"]["status_code"]) == (200, 404)


def test_parameters_and_headers_of_a_test(api, receiver):
    while not receiver.received.empty():
        receiver.next()
    form = {"endpoint": receiver.url(), "request_format": "form_encoded", "http_method": "POST"}
    api.post("/test", json={"request": form | {"payload": [["id", "35436"], ["email", "a@example.com"]]}})
    method, path, headers, body = receiver.next()
    assert (method, path, body) == ("POST", "/hook", b"id=35436&email=a%40example.com")
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    query = {"endpoint": receiver.url("/hook?a=1"), "request_format": "json", "http_method": "GET"}
    api.post("/test", json={"request": query | {"payload": [["b", "2 3"]]}})
    assert receiver.next()[1] == "/hook?a=1&b=2+3"
    plain = query | {"headers": [{"key": "X-Team", "value": "orders"}]}
    refused = api.post("/test", json={"request": plain})
    assert refused.status_code == 400 and "https alone" in refused.json()["description"]


def test_what_cannot_be_reached_is_told(api, receiver):
    closed = {"endpoint": "http://127.0.0.1:1/x", "request_format": "json", "http_method": "GET"}
    answer = api.post("/test", json={"request": closed})
    assert answer.status_code == 422 and "not reached" in answer.json()["description"], answer.text
    guarded = closed | {"endpoint": "http://169.254.169.254/latest"}
    answer = api.post("/test", json={"request": guarded})
    assert answer.status_code == 422 and "refused" in answer.json()["description"], answer.text


def test_the_eleventh_of_a_trial(api):
    for number in range(10):
        assert api.post("", json=webhook(name=str(number))).status_code == 201
    answer = api.post("", json=webhook())
    assert answer.status_code == 403 and answer.json()["error"] == "Forbidden"


def test_invocations_and_attempts(api, served, receiver):
    event = webhook(
        endpoint=receiver.url("/500"), http_method="POST", subscriptions=["rejoinder:event-type:conversation.turn"]
    )
    made = api.post("", json=event).json()["webhook"]
    path = f"/{made['id']}/invocations"
    told(served, 3)
    until(lambda: len(api.get(f"{path}?filter[status]=failed").json()["invocations"]) == 3, "three have failed")
    answer = api.get(f"{path}?page[size]=2")
    assert answer.status_code == 200
    page = answer.json()
    assert set(page) == {"meta", "links", "invocations"} and page["meta"]["has_more"] is True
    for one in page["invocations"]:
        assert set(one) == {"id", "status", "status_code", "latest_completed_at"}
        assert ULID.fullmatch(one["id"]) and SECONDS.fullmatch(one["latest_completed_at"])
        assert one["status_code"] == 500
    # Cursors are base64 of the id and the order, and arrive percent-encoded.
    cursor = page["meta"]["after_cursor"]
    assert base64.b64decode(cursor).decode() == page["invocations"][-1]["id"] + ",desc"
    assert "page%5Bafter%5D=" in page["links"]["next"] and page["links"]["next"].startswith("http://")
    rest = api.get(page["links"]["next"]).json()
    assert len(rest["invocations"]) == 1 and rest["meta"]["has_more"] is False
    everything = [one["id"] for one in page["invocations"] + rest["invocations"]]
    assert len(set(everything)) == 3
    ended = [one["latest_completed_at"] for one in page["invocations"] + rest["invocations"]]
    assert ended == sorted(ended, reverse=True), "the newest first"
    back = api.get(rest["links"]["prev"]).json()
    assert [one["id"] for one in back["invocations"]] == everything[:2]
    oldest = api.get(f"{path}?sort=latest_completed_at").json()["invocations"]
    assert [one["id"] for one in oldest] == everything[::-1]

    for status in ("accepted", "success", "timeout", "circuit broken", "throttled", "client error", "unknown"):
        assert api.get(path, params={"filter[status]": status}).json()["invocations"] == [], status
    assert api.get(f"{path}?filter[status]=ok").status_code == 400
    at = datetime.fromisoformat(oldest[0]["latest_completed_at"])
    second = timedelta(seconds=1)
    for start, end, found in ((at, at + 30 * second, 3), (at - 2 * second, at, 0), (at + 60 * second, None, 0)):
        window = {"filter[from_ts]": start.isoformat()}
        window |= {"filter[to_ts]": end.isoformat()} if end else {}
        assert len(api.get(path, params=window).json()["invocations"]) == found, window

    attempts = api.get(f"{path}/{everything[0]}/attempts").json()
    assert set(attempts) == {"attempts"}
    (attempt,) = attempts["attempts"]
    assert set(attempt) == {"id", "invocation_id", "status_code", "status", "request", "response", "completed_at"}
    for side in ("request", "response"):
        assert set(attempt[side]) == {"headers", "payload"}
        assert all(set(header) == {"key", "value"} for header in attempt[side]["headers"])
    assert attempt["response"]["payload"] == '{"got": "it"}'
    sent = {header["key"].lower(): header["value"] for header in attempt["request"]["headers"]}
    assert sent["content-type"] == "application/json; charset=utf-8"
    while True:
        _, _, headers, body = receiver.next()
        if headers["X-Zendesk-Webhook-Invocation-Id"] == everything[0]:
            break
    assert headers["User-Agent"].startswith("Rejoinder/") and headers["X-Zendesk-Webhook-Id"] == made["id"]
    assert headers["X-Zendesk-Account-Id"] == "0" and SECONDS.fullmatch(sent["x-zendesk-webhook-signature-timestamp"])
    assert attempt["request"]["payload"].encode() == body


def test_no_webhook_no_activity(api):
    made = api.post("", json=webhook()).json()["webhook"]
    answer = api.get(f"/{made['id']}/invocations")
    assert answer.json() == {"meta": {"has_more": False}, "invocations": []}
    unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    for path in (f"/{unknown}/invocations", f"/{unknown}/invocations/{unknown}/attempts"):
        assert api.get(path).status_code == 404
    assert api.get(f"/{made['id']}/invocations/{unknown}/attempts").status_code == 404

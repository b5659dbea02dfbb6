"""Zendesk's API of webhooks, driven by the public client `zenpy` as it is."""

import base64
import hashlib
import hmac
import json

import pytest
import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import Webhook
from zenpy.lib.exception import APIException, RecordNotFoundException

from receiver import Receiver
from zendesk import SUBDOMAIN, Detour, client, serve, told, until

STATIC_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("zenpy"))
    yield running
    assert running.stop() == 0, running.output()


@pytest.fixture(scope="module")
def receiver():
    running = Receiver()
    yield running
    running.stop()


@pytest.fixture
def zenpy(served):
    """The client; what a test has made is deleted behind it."""
    made = client(served.port, served.token)
    yield made
    for webhook in list(made.webhooks.list()):
        made.webhooks.delete(webhook)


def webhook(name="W", **changes):
    members = {
        "name": name,
        "description": "made by zenpy",
        "status": "active",
        "subscriptions": ["conditional_ticket_events"],
        "endpoint": "https://receiver.example.com/hook",
        "http_method": "GET",
        "request_format": "json",
    }
    return Webhook(**(members | changes))


def sign(secret, timestamp, body):
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def test_create_and_show(zenpy):
    made = zenpy.webhooks.create(webhook())
    assert len(made.id) == 26 and made.created_at.endswith("000Z")
    shown = zenpy.webhooks(id=made.id)
    assert isinstance(shown, Webhook)
    for member in ("name", "description", "status", "subscriptions", "endpoint", "http_method", "request_format"):
        assert getattr(shown, member) == getattr(made, member), member
    assert shown.created.year > 2000 and shown.authentication is None


@pytest.mark.parametrize(
    ("authentication", "shown"),
    [
        (
            {"type": "basic_auth", "data": {"username": "u", "password": "p"}, "add_position": "header"},
            {"type": "basic_auth", "data": {"username": "u"}, "add_position": "header"},
        ),
        (
            {"type": "bearer_token", "data": {"token": "t"}, "add_position": "header"},
            {"type": "bearer_token", "add_position": "header"},
        ),
    ],
)
def test_authentication_is_shown_without_its_secret(zenpy, authentication, shown):
    made = zenpy.webhooks.create(webhook(authentication=authentication))
    assert zenpy.webhooks(id=made.id).to_dict()["authentication"] == shown
    assert zenpy.webhooks.clone(made).to_dict()["authentication"] == shown


def test_list_filter_and_iterate(zenpy):
    for number in range(105):
        zenpy.webhooks.create(webhook(f"number {number}"))
    assert len(list(zenpy.webhooks.list())) == 105, "two pages, the second by its link"
    assert [one.name for one in zenpy.webhooks.list(filter="NUMBER 104")] == ["number 104"]
    assert list(zenpy.webhooks.list(filter="nothing")) == []
    names = [one.name for one in zenpy.webhooks.list(sort="name", page_size=20)]
    assert len(names) == 105 and names == sorted(names)


def test_update_is_a_put(zenpy):
    made = zenpy.webhooks.create(
        webhook(authentication={"type": "bearer_token", "data": {"token": "t"}, "add_position": "header"})
    )
    new = Webhook(
        name="New",
        endpoint="https://receiver.example.com/new",
        http_method="GET",
        request_format="json",
        status="inactive",
    )
    response = zenpy.webhooks.update(made.id, new)
    assert (response.status_code, response.content) == (204, b"")
    shown = zenpy.webhooks(id=made.id)
    assert (shown.name, shown.status, shown.endpoint) == ("New", "inactive", new.endpoint)
    assert shown.subscriptions == ["conditional_ticket_events"]
    assert shown.authentication["type"] == "bearer_token"


def test_patch_sends_everything_that_is_shown(zenpy):
    made = zenpy.webhooks(id=zenpy.webhooks.create(webhook()).id)
    made.name = "Patched"
    response = zenpy.webhooks.patch(made)
    assert (response.status_code, response.content) == (204, b"")
    assert zenpy.webhooks(id=made.id).name == "Patched"


def test_delete_sends_a_body(zenpy):
    made = zenpy.webhooks.create(webhook())
    response = zenpy.webhooks.delete(made)
    assert response.status_code == 204
    with pytest.raises(RecordNotFoundException):
        zenpy.webhooks(id=made.id)


def test_clone(zenpy):
    made = zenpy.webhooks.create(webhook())
    clone = zenpy.webhooks.clone(made)
    assert (clone.name, clone.endpoint) == ("W (copy)", made.endpoint)
    assert clone.id != made.id
    assert zenpy.webhooks.clone(made.id).name == "W (copy)", "by its id, too"


def test_secrets(zenpy):
    made = zenpy.webhooks.create(webhook())
    shown = zenpy.webhooks.show_secret(made)
    assert shown.algorithm == "SHA256" and len(base64.b64decode(shown.secret)) == 32
    new = zenpy.webhooks.reset_secret(made)
    assert new.secret != shown.secret
    assert zenpy.webhooks.show_secret(made).secret == new.secret


def test_test_of_a_saved_webhook(zenpy, receiver):
    made = zenpy.webhooks.create(
        webhook(
            endpoint=receiver.url(),
            http_method="POST",
            authentication={"type": "bearer_token", "data": {"token": "t"}, "add_position": "header"},
        )
    )
    response = zenpy.webhooks.test(made)
    assert (response.status_code, json.loads(response.payload)) == (200, {"got": "it"})
    assert {"key": "Content-Type", "value": "application/json"} in [
        {"key": one["key"].title(), "value": one["value"]} for one in response.headers
    ]
    method, path, headers, body = receiver.next()
    assert (method, path, body, headers["Authorization"]) == ("POST", "/hook", b"", "Bearer t")
    assert headers["X-Zendesk-Webhook-Id"] == made.id
    secret = zenpy.webhooks.show_secret(made).secret
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(secret, timestamp, body)

    # What the request brings is in the place of what is kept; a destination's 404 is an answer, too.
    other = {"endpoint": receiver.url("/404"), "http_method": "PUT", "payload": '{"a": "é"}'}
    response = zenpy.webhooks.test(made, request=other)
    assert response.status_code == 404
    method, path, headers, body = receiver.next()
    assert (method, path, body) == ("PUT", "/404", '{"a": "é"}'.encode())
    assert headers["Authorization"] == "Bearer t", "it is the same origin"
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(secret, timestamp, body)
    assert zenpy.webhooks(id=made.id).endpoint == made.endpoint, "a test changes nothing"


def test_credentials_of_a_saved_webhook_go_nowhere_else(zenpy, receiver):
    other = Receiver()
    made = zenpy.webhooks.create(
        webhook(
            endpoint=receiver.url(),
            http_method="POST",
            authentication={"type": "bearer_token", "data": {"token": "t"}, "add_position": "header"},
        )
    )
    zenpy.webhooks.test(made, request={"endpoint": other.url()})
    assert other.next()[2]["Authorization"] is None
    own = {"type": "bearer_token", "data": {"token": "own"}, "add_position": "header"}
    zenpy.webhooks.test(made, request={"endpoint": other.url(), "authentication": own})
    assert other.next()[2]["Authorization"] == "Bearer own"
    other.stop()


def test_test_of_an_unsaved_webhook(zenpy, receiver):
    new = {"endpoint": receiver.url("/201"), "request_format": "json", "http_method": "GET"}
    response = zenpy.webhooks.test(request=new)
    assert response.status_code == 201
    method, path, headers, body = receiver.next()
    assert (method, path, body) == ("GET", "/201", b"")
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(STATIC_SECRET, timestamp, b"")


def test_faults_are_told_by_the_client(zenpy):
    with pytest.raises(APIException, match="did you mean active"):
        zenpy.webhooks.create(webhook(status="activ"))
    with pytest.raises(RecordNotFoundException):
        zenpy.webhooks.show_secret("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    made = zenpy.webhooks.create(webhook())
    with pytest.raises(APIException, match="fixed"):
        made.subscriptions = ["rejoinder:event-type:conversation.*"]
        made.http_method = "POST"
        zenpy.webhooks.patch(made)


def test_a_token_as_zendesks_own(served):
    session = requests.Session()
    session.mount("https://", Detour(served.port))
    zenpy = Zenpy(subdomain=SUBDOMAIN, session=session, email="ada@example.com", token=served.token)
    assert list(zenpy.webhooks.list()) == []


def subscribed(zenpy, receiver, path):
    return zenpy.webhooks.create(
        webhook(
            endpoint=receiver.url(path),
            http_method="POST",
            subscriptions=["rejoinder:event-type:conversation.turn"],
            authentication={"type": "bearer_token", "data": {"token": "s3cret"}, "add_position": "header"},
        )
    )


def test_invocations_and_attempts(zenpy, served, receiver):
    made = subscribed(zenpy, receiver, "/events")
    assert list(zenpy.webhooks.invocations(made)) == []
    told(served)
    (one,) = until(
        lambda: [one for one in zenpy.webhooks.invocations(made) if one.status == "success"],
        "nothing was delivered",
    )
    assert one.status_code == 200 and one.latest_completed_at.endswith("Z")
    (attempt,) = zenpy.webhooks.invocation_attempts(made.id, one.id)
    assert (attempt.invocation_id, attempt.status, attempt.status_code) == (one.id, "success", 200)
    sent = {header["key"].lower(): header["value"] for header in attempt.request.headers}
    assert sent["x-zendesk-webhook-invocation-id"] == one.id
    assert "s3cret" not in json.dumps(sent)
    # Byte for byte what was signed and what came.
    secret = zenpy.webhooks.show_secret(made).secret
    while True:
        method, path, headers, body = receiver.next()
        if headers["X-Zendesk-Webhook-Invocation-Id"] == one.id:
            break
    assert (method, path, headers["Authorization"]) == ("POST", "/events", "Bearer s3cret")
    assert body.endswith(b"}\n") and attempt.request.payload.encode() == body
    assert json.loads(body)["type"] == "rejoinder:event-type:conversation.turn"
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(secret, timestamp, body)
    # A new secret signs at once, and for a while the old one does beside it.
    new = zenpy.webhooks.reset_secret(made).secret
    zenpy.webhooks.test(made)
    _, _, headers, body = receiver.next()
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(new, timestamp, body)
    assert headers["X-Rejoinder-Webhook-Signature-Previous"] == sign(secret, timestamp, body)


def test_invocations_are_iterated_over_pages(zenpy, served, receiver):
    made = subscribed(zenpy, receiver, "/403")
    told(served, 105)
    ended = until(
        lambda: len(found := [one.id for one in zenpy.webhooks.invocations(made) if one.status == "terminated"]) == 105
        and found,
        "some were not delivered",
    )
    assert len(set(ended)) == 105

"""Zendesk's API of triggers and automations, driven by the public client `zenpy` as it is."""

import json

import pytest
from zenpy.lib.api_objects import Automation, Trigger, Webhook
from zenpy.lib.exception import APIException, RecordNotFoundException

from receiver import Receiver
from zendesk import client, serve, told

MISSING = 9223372036854775807


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("zenpy_rules"))
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
    for api in (made.triggers, made.automations):
        for rule in list(api()):
            api.delete(rule)
    for webhook in list(made.webhooks.list()):
        made.webhooks.delete(webhook)


@pytest.fixture
def webhook(zenpy, receiver):
    return zenpy.webhooks.create(
        Webhook(
            name="W",
            status="active",
            subscriptions=["conditional_ticket_events"],
            endpoint=receiver.url(),
            http_method="POST",
            request_format="json",
        )
    )


BODY = '{"order": "{{params.order_id}}", "rule": "{{rule.title}}"}'


def notify(webhook, body=BODY):
    return [{"field": "notification_webhook", "value": [webhook.id, body]}]


def trigger(webhook, title="T", **changes):
    members = {
        "title": title,
        "all": [{"field": "tag", "operator": "is", "value": "order-status"}],
        "actions": notify(webhook),
    }
    return Trigger(**(members | changes))


def automation(webhook, title="A", minutes="10"):
    return Automation(
        title=title,
        all=[{"field": "minutes_since_last_call", "operator": "greater_than", "value": minutes}],
        actions=notify(webhook, '{"session": "{{session.id}}"}'),
    )


KINDS = pytest.mark.parametrize(
    ("api", "make", "of"), [("triggers", trigger, Trigger), ("automations", automation, Automation)]
)


@KINDS
def test_create_show_update_and_delete(zenpy, webhook, api, make, of):
    api = getattr(zenpy, api)
    made = api.create(make(webhook))
    assert isinstance(made, of) and isinstance(made.id, int)
    assert (made.raw_title, made.active, made.default, made.url.endswith(f"/{made.id}.json")) == (made.title, True, False, True)
    assert made.created_at.endswith("Z") and made.updated_at == made.created_at
    shown = api(id=made.id)
    assert isinstance(shown, of) and shown.to_dict() == made.to_dict()
    # The client sends what was changed, and nothing else.
    shown.title = "New"
    changed = api.update(shown)
    assert isinstance(changed, of) and (changed.id, changed.title) == (made.id, "New")
    assert api(id=made.id).to_dict()["actions"] == made.to_dict()["actions"]
    api.delete(changed)
    with pytest.raises(RecordNotFoundException):
        api(id=made.id)
    for call in (api.update, api.delete):
        missing = make(webhook)
        missing.id = MISSING
        with pytest.raises(RecordNotFoundException):
            call(missing)


@KINDS
def test_lists_are_iterated_over_pages(zenpy, webhook, api, make, of):
    api = getattr(zenpy, api)
    made = [api.create(make(webhook, f"number {number}")) for number in range(5)]
    ids = [one.id for one in made]
    assert [one.id for one in api()] == ids
    assert [one.id for one in api(cursor_pagination=2)] == ids, "three pages, by their links"
    assert [one.id for one in api(cursor_pagination=False)] == ids
    assert [one.id for one in api(sort_by="alphabetical", sort_order="desc")] == ids[::-1]
    assert all(isinstance(one, of) for one in api())


@KINDS
def test_many_at_once(zenpy, webhook, api, make, of):
    api = getattr(zenpy, api)
    made = [api.create(make(webhook, f"number {number}")) for number in range(3)]
    for number, one in enumerate(made):
        one.position = 10 - number
    api.update(made)
    assert [one.id for one in api()] == [one.id for one in made[::-1]]
    api.delete(made)
    assert list(api()) == []


def test_faults_are_told_by_the_client(zenpy, webhook):
    with pytest.raises(APIException, match="did you mean tag"):
        zenpy.triggers.create(trigger(webhook, all=[{"field": "tagg", "operator": "is", "value": "a"}]))
    with pytest.raises(APIException, match="did you mean `session.id`"):
        zenpy.triggers.create(trigger(webhook, actions=notify(webhook, "{{sesion.id}}")))
    with pytest.raises(APIException, match="notification_webhook"):
        zenpy.triggers.create(trigger(webhook, actions=[{"field": "status", "value": "open"}]))


def test_a_trigger_notifies(zenpy, served, webhook, receiver):
    zenpy.triggers.create(trigger(webhook, "Orders"))
    told(served)
    method, path, headers, body = receiver.next()
    assert (method, path) == ("POST", "/hook")
    assert json.loads(body) == {"order": "42", "rule": "Orders"}
    assert headers["X-Zendesk-Webhook-Id"] == webhook.id


def test_an_automation_notifies_once(zenpy, served, webhook, receiver):
    zenpy.automations.create(automation(webhook, minutes="0.01"))
    told(served)
    _, _, _, body = receiver.next()
    assert json.loads(body)["session"]
    assert receiver.received.empty()

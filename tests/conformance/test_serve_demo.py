"""The demo's handlers: each reply read by the official types, and its meaning checked."""

import time

import pytest
from google.cloud.dialogflowcx_v3 import PageInfo
from google.protobuf.json_format import MessageToDict

from calls import AGENT
from official import TYPES, fixtures, parse, read

REPLACE = TYPES["response", "v3"].FulfillmentResponse.MergeBehavior.Value("REPLACE")
INVALID = PageInfo.FormInfo.ParameterInfo.ParameterState.INVALID
ORDER = {"customer_name": "Ada", "order_id": "42", "attempts": 2}
# What a webhook may not send: the platform alone puts these into messages.
OUTPUT_ONLY = {"end_interaction", "mixed_audio"}


def texts(reply):
    return [text for message in reply.fulfillment_response.messages for text in message.text.text]


def parameters(reply):
    return MessageToDict(reply.session_info).get("parameters", {})


def test_order_status_answers_and_sets_parameters(ask):
    reply = ask("order-status", ORDER)
    assert texts(reply) == ["Hi Ada, order 42 shipped and arrives on Friday."]
    assert parameters(reply) == {
        "order_status": "shipped",
        "attempts": 3,
        "last_tag": "order-status",
    }
    assert reply.fulfillment_response.merge_behavior != REPLACE
    assert reply.WhichOneof("transition") is None


@pytest.mark.parametrize("stem", ["order-status", "typical-3kb", "large-40kb"])
def test_order_status_answers_the_fixtures(stem, server):
    (path,) = (path for path in fixtures("request") if path.stem == stem)
    reply = read(server.post(path.read_bytes()))
    assert texts(reply) == ["Hi Ada, order 42 shipped and arrives on Friday."]
    assert parameters(reply)["attempts"] == 3


@pytest.mark.parametrize("quantity", [0, 11, -3])
def test_validate_form_rejects_a_quantity_out_of_range(ask, quantity):
    form = [{"displayName": "quantity", "required": True, "state": "FILLED", "value": quantity}]
    reply = ask("validate-form", {"quantity": quantity}, form)
    (info,) = reply.page_info.form_info.parameter_info
    assert (info.display_name, info.state) == ("quantity", INVALID)
    assert any(texts(reply)), "the user is told what to say instead"


@pytest.mark.parametrize("quantity", [1, 4, 10])
def test_validate_form_accepts_a_quantity_in_range(ask, quantity):
    form = [{"displayName": "quantity", "required": True, "state": "FILLED", "value": quantity}]
    reply = ask("validate-form", {"quantity": quantity}, form)
    assert all(info.state != INVALID for info in reply.page_info.form_info.parameter_info)


def test_gallery_sends_every_kind_that_a_webhook_may_send(ask):
    reply = ask("gallery")
    sent = {message.WhichOneof("message") for message in reply.fulfillment_response.messages}
    known = TYPES["response", "v3"]().fulfillment_response.messages.add().DESCRIPTOR
    assert sent == {field.name for field in known.oneofs_by_name["message"].fields} - OUTPUT_ONLY
    assert reply.payload.fields, "the reply's own payload is there"
    for message in reply.fulfillment_response.messages:
        for kind in (message.text, message.output_audio_text, message.play_audio):
            assert not kind.allow_playback_interruption, "the platform alone sets it"


def test_transition_completes_a_short_page_id(ask):
    reply = ask("transition", {"target_page": "CONFIRM"})
    assert reply.target_page == f"{AGENT}/flows/orders/pages/CONFIRM"


def test_transition_keeps_a_full_page_name(ask):
    page = f"{AGENT}/flows/returns/pages/LABEL"
    assert ask("transition", {"target_page": page}).target_page == page


def test_clear_sends_null_for_the_named_parameter_only(ask):
    reply = ask("clear", {"name": "order_id", "order_id": "42", "customer_name": "Ada"})
    assert parameters(reply)["order_id"] is None
    assert "customer_name" not in parameters(reply)


def test_slow_answers_after_its_time(ask):
    before = time.monotonic()
    ask("slow", {"ms": 200})
    assert time.monotonic() - before >= 0.2


def test_counter_counts_its_calls(ask):
    first, second = (parameters(ask("counter"))["count"] for _ in range(2))
    assert first >= 1
    assert second == first + 1


def test_big_is_answered_by_a_reply_that_fits(ask, server):
    reply = ask("big")
    assert reply.fulfillment_response.messages, "the fallback says something"
    body = server.post({"fulfillmentInfo": {"tag": "big"}}).body
    assert len(body) <= 65536
    parse("response", "v3", body)


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in fixtures("request")])
def test_the_webhook_reads_every_fixture(path, server):
    answer = server.post(path.read_bytes())
    assert answer.status in (200, 404), answer.body
    if answer.status == 200:
        read(answer)
    else:
        answer.error()  # readable, and no handler has its tag

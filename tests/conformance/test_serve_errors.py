"""Refusals: the status that the agent acts on, and a body that says why."""

import json

import pytest

from calls import request
from program import Server


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("bad-request", 400),
        ("unauthorized", 401),
        ("forbidden", 403),
        ("not-found", 404),
        ("internal", 500),
        ("unavailable", 503),
        ("panic", 500),
    ],
)
def test_a_failing_handler_answers_its_status(server, kind, status):
    answer = server.post(request("fail", {"kind": kind}))
    assert answer.status == status
    assert answer.headers.get_content_type() == "application/json"
    answer.error()


def test_a_panic_leaves_the_server_running(server, ask):
    assert server.post(request("fail", {"kind": "panic"})).status == 500
    ask("counter")
    assert server.request("GET", "/readyz").status == 200


def test_a_missing_parameter_is_named(server):
    answer = server.post(request("order-status", {"customer_name": "Ada", "attempts": 2}))
    assert answer.status == 400
    assert "order_id" in answer.error()["message"]


def test_an_unknown_tag_is_answered_with_the_nearest_one(server):
    answer = server.post(request("order-statsu"))
    assert answer.status == 404
    assert "order-status" in answer.error()["message"]


@pytest.mark.parametrize(
    ("method", "path", "content_type", "status"),
    [
        ("GET", "/webhook", "application/json", 405),
        ("POST", "/no-such-path", "application/json", 404),
        ("POST", "/webhook", "text/plain", 415),
    ],
)
def test_a_wrong_call_is_refused(server, method, path, content_type, status):
    body = json.dumps(request("counter")).encode() if method == "POST" else None
    answer = server.request(method, path, body, {"Content-Type": content_type})
    assert answer.status == status
    answer.error()


def test_an_empty_body_is_refused(server):
    answer = server.post(b"")
    assert answer.status == 400
    answer.error()


def test_health_is_answered(server):
    assert server.request("GET", "/healthz").status == 200


def test_serve_ends_with_zero_when_told_to_stop(tmp_path):
    running = Server(tmp_path)
    assert running.stop() == 0, running.output()

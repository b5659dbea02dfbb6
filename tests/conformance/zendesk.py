"""Zendesk's public Python client, on a server of ours in the place of Zendesk."""

import subprocess
import time
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from zenpy import Zenpy

from calls import request
from program import Server, binary, environment

SUBDOMAIN = "example"
ZENDESK = f"https://{SUBDOMAIN}.zendesk.com"


class Detour(HTTPAdapter):
    """Sends what was meant for Zendesk to a server of ours.

    The client chooses how to read an answer by the address of its request, so that is put back.
    """

    def __init__(self, port):
        super().__init__()
        self.netloc = f"127.0.0.1:{port}"

    def send(self, request, **arguments):
        meant = request.url
        request.url = urlunsplit(("http", self.netloc, *urlsplit(meant)[2:]))
        response = super().send(request, **arguments)
        response.request.url = meant
        return response


def client(port, token):
    """The client, unchanged: its session knows where to go and what to present."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    session.mount("https://", Detour(port))
    return Zenpy(subdomain=SUBDOMAIN, session=session, anonymous=True, disable_cache=True)


def told(served, calls=1):
    """Makes calls of the agent, each a turn of a conversation, which subscribers are told of."""
    for _ in range(calls):
        answer = served.post(request("order-status", {"order_id": "42", "customer_name": "Ada"}))
        assert answer.status == 200, answer.body


def until(found, what):
    """What is there once it is; deliveries take their time."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if there := found():
            return there
        time.sleep(0.05)
    raise AssertionError(what)


def serve(folder, **more):
    """A server with a store, and an editor's token for it."""
    variables = {
        "REJOINDER_STORE__URL": f"sqlite://{folder}/rejoinder.db",
        "REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP": "true",
        "REJOINDER_OUTBOUND__ALLOW_NETWORKS": '["127.0.0.0/8"]',
    } | more
    created = subprocess.run(
        [binary(), "token", "create", "--role", "editor"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment() | variables,
        timeout=30,
        check=False,
    )
    assert created.returncode == 0, created.stderr
    running = Server(folder, command=[binary(), "serve"], variables=variables)
    running.token = created.stdout.strip()
    return running

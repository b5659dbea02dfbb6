"""What the tests share: a running server, and a way to call its handlers."""

import itertools

import pytest

from official import VERSIONS, assert_same, parse
from program import Server

AGENT = "projects/example-project/locations/global/agents/demo"
PAGE = f"{AGENT}/flows/orders/pages/START_PAGE"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One `serve` for all tests; it must end cleanly when it is told to."""
    running = Server(tmp_path_factory.mktemp("serve"))
    yield running
    code = running.stop()
    assert code == 0, f"serve ended with {code}:\n{running.output()}"


@pytest.fixture
def folder(tmp_path):
    """An empty working folder, so that no configuration is picked up."""
    return tmp_path


_turns = itertools.count(1)


def request(tag, parameters=None, form=None):
    """A webhook call of the agent, with an id of its own: a repeated id would be a retry."""
    page = {"currentPage": PAGE, "displayName": "Start Page"}
    if form is not None:
        page["formInfo"] = {"parameterInfo": form}
    return {
        "detectIntentResponseId": f"conformance-{next(_turns)}",
        "fulfillmentInfo": {"tag": tag},
        "pageInfo": page,
        "sessionInfo": {"session": f"{AGENT}/sessions/conformance", "parameters": parameters or {}},
        "text": "hello",
        "languageCode": "en",
    }


def read(answer):
    """A reply as the platform reads it: strictly, by both versions, which must agree."""
    assert answer.status == 200, answer.body
    assert answer.headers.get_content_type() == "application/json"
    v3, v3beta1 = (parse("response", version, answer.body) for version in VERSIONS)
    beta_as_v3 = type(v3)()
    beta_as_v3.ParseFromString(v3beta1.SerializeToString())
    assert_same(v3, beta_as_v3)
    return v3


@pytest.fixture
def ask(server):
    """Calls one tag of the demo and returns the reply as an official message."""

    def ask(tag, parameters=None, form=None):
        return read(server.post(request(tag, parameters, form)))

    return ask

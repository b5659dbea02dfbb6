"""What the tests share: a running server, and a way to call its handlers."""

import pytest

from calls import request
from official import read
from program import Server


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


@pytest.fixture
def ask(server):
    """Calls one tag of the demo and returns the reply as an official message."""

    def ask(tag, parameters=None, form=None):
        return read(server.post(request(tag, parameters, form)))

    return ask

"""What tests of the console share: a server, and people with browsers who signed in to it.

    server          the real program with the demo and an SQLite store, one for each file of tests
    console         the page of an admin, with JavaScript
    plain           the page of an admin, without
    signed_in       makes such pages: signed_in(role="viewer", javascript=False, **settings of the context)
    receiver        an endpoint that keeps what it is sent

A test fails when one of its pages logs an error, breaks its policy or opens a dialog (watching.py).
"""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))

from receiver import Receiver  # noqa: E402
from served import Console  # noqa: E402
from watching import CHROMIUM, Watch  # noqa: E402

PATIENCE_MS = 10_000


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Console(tmp_path_factory.mktemp("console"))
    yield running
    code = running.stop()
    assert code == 0, f"serve ended with {code}:\n{running.output()}"


@pytest.fixture
def open_browser(chromium):
    """Makes pages of people who are not signed in: open_browser(server, **settings of the context)."""
    contexts, watched = [], []

    def open_browser(server, javascript=True, **settings):
        context = chromium.new_context(base_url=server.url, java_script_enabled=javascript, **settings)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.watch = Watch(page)
        watched.append(page.watch)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    faults = [fault for watch in watched for fault in watch.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def signed_in(server, open_browser):
    """Makes pages of people who are."""

    def signed_in(role="admin", javascript=True, server=server, **settings):
        page = open_browser(server, javascript, **settings)
        page.context.add_cookies([server.cookie(role)])
        return page

    return signed_in


@pytest.fixture
def console(signed_in):
    return signed_in()


@pytest.fixture
def plain(signed_in):
    return signed_in(javascript=False)


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.stop()

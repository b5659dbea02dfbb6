"""The first page, the served tags and an agent's export, with and without JavaScript."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from program import REPOSITORY
from watching import accessible

NARROW = {"width": 420, "height": 900}


@pytest.fixture(scope="module", autouse=True)
def filled(server):
    server.fill(24)


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(request, signed_in):
    return signed_in(role="viewer", javascript=request.param)


def test_the_first_page_says_what_there_was_and_how_it_is(page):
    page.goto("/console/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    for title in ("Last hour", "Seven days"):
        period = page.get_by_role("region", name=title)
        expect(period.locator(".card", has_text="Calls")).to_contain_text("24")
        # Two of six tags fail, and the one that is unheard of.
        expect(period.locator(".card", has_text="Failed")).to_contain_text("50.0 %")
        expect(period.get_by_role("img", name=re.compile("24 calls, 12 of them failed"))).to_be_visible()
    expect(page.locator("#curl")).to_contain_text("curl http://127.0.0.1:")


def test_the_line_to_paste_is_copied(server, signed_in):
    page = signed_in()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page.goto("/console/")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#curl").inner_text()


def test_without_a_script_there_is_no_button_that_does_nothing(plain):
    plain.goto("/console/")
    expect(plain.get_by_role("button", name="Copy")).to_be_hidden()


def test_the_link_that_serve_prints_fills_in_its_token(server, open_browser):
    page = open_browser(server)
    page.goto(f"/console/sign-in#token={server.token('viewer')}")
    expect(page.get_by_label("Management token")).to_have_value(server.token("viewer"))
    assert page.url == f"{server.url}/console/sign-in"
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/console/")


def test_tags_are_listed_found_and_led_to_their_calls(page):
    page.goto("/console/handlers")
    row = page.get_by_role("row", name=re.compile("^order-status"))
    expect(row).to_contain_text("exact")
    expect(row).to_contain_text("customer_name")
    expect(row.get_by_role("img", name=re.compile("calls of the last seven days"))).to_be_visible()
    failing = page.get_by_role("row", name=re.compile("^fail"))
    expect(failing).to_contain_text("100.0 %")
    expect(failing).to_contain_text("internal")
    unserved = page.get_by_role("region", name="Tags that nobody served")
    expect(unserved.get_by_role("row", name=re.compile("unheard-of"))).to_contain_text("not served")
    page.get_by_label("Tag, webhook or parameter").fill("gallery")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"\?q=gallery"))
    expect(page.get_by_role("region", name="Served tags").get_by_role("row")).to_have_count(2)


def export(name):
    folder = REPOSITORY / "fixtures" / "agents" / name
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*.json")):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def test_an_export_is_compared(page):
    page.goto("/console/handlers")
    page.get_by_role("link", name="Compare an agent's export").click()
    chooser = page.get_by_label("Export")
    chooser.set_input_files({"name": "agent.zip", "mimeType": "application/zip", "buffer": b"nothing"})
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert")).to_contain_text("agent.zip")
    page.get_by_label("Export").set_input_files(
        {"name": "agent.zip", "mimeType": "application/zip", "buffer": export("broken")}
    )
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()
    expect(page.get_by_text("not served").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/console/", "/console/handlers", "/console/handlers/agent"])
def test_everybody_can_use_them(signed_in, path, scheme):
    page = signed_in(color_scheme=scheme)
    page.goto(path)
    accessible(page)


@pytest.mark.parametrize("path", ["/console/", "/console/handlers", "/console/handlers/agent"])
def test_narrow_screens_scroll_in_one_direction(signed_in, path):
    page = signed_in(viewport=NARROW)
    page.goto(path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} pixels"
    accessible(page)

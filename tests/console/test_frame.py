"""The frame around every page: signing in and out, the keyboard, narrow and dark screens."""

import re

import pytest
from playwright.sync_api import expect

from watching import accessible

NARROW = {"width": 420, "height": 900}
PAGES = ["/console/", "/console/nothing"]


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_a_token_opens_the_console_until_somebody_leaves(server, open_browser, javascript):
    page = open_browser(server, javascript)
    page.goto("/console/?from=here")
    expect(page.get_by_label("Management token")).to_be_focused()
    page.keyboard.type("rjt_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Management token").fill(server.token("viewer"))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{server.url}/console/?from=here")
    expect(page.get_by_text("test viewer")).to_be_visible()
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax", cookie
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Management token")).to_be_visible()
    page.goto("/console/")
    expect(page).to_have_url(re.compile("/console/sign-in"))


def test_the_keyboard_leads_from_the_skip_link_through_the_pages(console):
    console.goto("/console/")
    console.keyboard.press("Tab")
    skip = console.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["x"] >= 0, "what has the focus is seen"
    focused = []
    for _ in range(10):
        console.keyboard.press("Tab")
        focused.append(console.evaluate("document.activeElement.textContent.trim()"))
    links = console.get_by_role("navigation", name="Pages").get_by_role("link").all_text_contents()
    assert focused == ["Rejoinder", *links, "Sign out"]
    skip.focus()
    console.keyboard.press("Enter")
    expect(console.get_by_role("main")).to_be_focused()


def test_what_is_here_is_said(console):
    console.goto("/console/")
    here = console.get_by_role("navigation", name="Pages").locator("[aria-current=page]")
    expect(here).to_have_text("Overview")
    assert console.title() == "Overview · Rejoinder"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(signed_in, path, scheme):
    page = signed_in(color_scheme=scheme)
    page.goto(path)
    accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_sign_in(server, open_browser, scheme):
    page = open_browser(server, color_scheme=scheme)
    page.goto("/console/sign-in")
    accessible(page)


def test_dark_and_light_follow_the_system(signed_in):
    def ground(scheme):
        page = signed_in(color_scheme=scheme)
        page.goto("/console/")
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert sum(channels(ground("dark"))) < 150 < 600 < sum(channels(ground("light")))


def channels(colour):
    return [int(channel) for channel in re.findall(r"\d+", colour)[:3]]


@pytest.mark.parametrize("path", PAGES)
def test_narrow_screens_scroll_in_one_direction(signed_in, path):
    page = signed_in(viewport=NARROW)
    page.goto(path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} pixels"
    accessible(page)


def test_times_are_told_in_the_readers_zone_and_exactly(server, signed_in):
    page = signed_in(timezone_id="Asia/Tokyo", locale="en-GB")
    page.goto("/console/")
    page.evaluate(
        """() => {
          const time = document.createElement("time");
          time.dateTime = "2026-11-30T23:33:20.123456Z";
          document.querySelector("main").append(time);
          localTimes(document);
        }"""
    )
    expect(page.locator("time").last).to_have_text(re.compile("1 Dec 2026.*08:33:20"))


def test_scripts_that_somebody_put_into_a_page_do_not_run_and_are_seen_here(console):
    console.goto("/console/")
    console.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          document.body.setAttribute("onclick", "window.ran = true");
        }"""
    )
    console.get_by_role("heading", level=1).click()
    assert console.evaluate("window.ran") is None
    assert "Content Security Policy" in console.watch.faults.pop(0), console.watch.faults
    console.watch.faults.clear()

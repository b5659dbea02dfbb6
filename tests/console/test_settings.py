"""Tokens, the audit trail and the settings in force, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from watching import accessible

NARROW = {"width": 420, "height": 900}
PAGES = ["/console/settings", "/console/settings/tokens", "/console/settings/tokens/new", "/console/settings/audit"]


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(request, signed_in):
    return signed_in(javascript=request.param)


def test_a_token_is_made_shown_once_and_revoked(server, page):
    page.goto("/console/settings")
    page.get_by_role("link", name="Tokens", exact=True).click()
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("Ada's laptop")
    page.get_by_label("Role").select_option("editor")
    page.get_by_label("Expires in").fill("tomorrow")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("alert")).to_contain_text("expected a time from 1m")
    expect(page.get_by_label("Name")).to_have_value("Ada's laptop")
    expect(page.get_by_label("Role")).to_have_value("editor")
    page.get_by_label("Expires in").fill("12h")
    page.get_by_role("button", name="Make the token").click()
    token = page.get_by_label("Token", exact=True).input_value()
    me = server.request("GET", "/api/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status == 200, me.body
    page.get_by_role("link", name="All tokens").click()
    assert token not in page.content()
    row = page.get_by_role("row", name=re.compile("Ada's laptop")).first
    expect(row).to_contain_text("active")
    row.get_by_role("link", name="Revoke").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revoke the token Ada's laptop?")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_have_text("Revoked.")
    me = server.request("GET", "/api/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status == 401, me.body
    page.get_by_label("State").select_option("revoked")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row", name=re.compile("Ada's laptop")).first).to_contain_text("revoked")


def test_the_trail_says_what_is_different(server, page):
    made = server.api("POST", "/api/tokens", {"role": "viewer", "name": "for the trail", "expires_in": "1h"})
    server.api("DELETE", f"/api/tokens/{made['id']}")
    page.goto("/console/settings/audit")
    page.get_by_label("Resource begins with").fill(f"tokens/{made['id']}")
    page.get_by_label("Action").select_option("revoke")
    page.get_by_role("button", name="Filter").click()
    rows = page.get_by_role("region", name="Changes").locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.locator("summary").click()
    difference = rows.locator("dl")
    expect(difference).to_contain_text("state")
    expect(difference.locator("del", has_text='"active"')).to_be_visible()
    expect(difference.locator("ins", has_text='"revoked"')).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("Action")).to_have_value("")


def test_settings_are_found(page):
    page.goto("/console/settings")
    page.get_by_label("Only what is not the default").check()
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("REJOINDER_STORE__URL")).to_be_visible()
    expect(page.get_by_role("region", name="console")).to_have_count(0)
    page.get_by_label("Key or value").fill("allow_networks")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("region")).to_have_count(1)


def test_viewers_are_offered_no_more_than_they_may_see(signed_in):
    page = signed_in(role="viewer")
    page.goto("/console/settings")
    expect(page.get_by_role("link", name="Tokens", exact=True)).to_have_count(0)
    answer = page.goto("/console/settings/tokens")
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_them(signed_in, path, scheme):
    page = signed_in(color_scheme=scheme)
    page.goto(path)
    for details in page.locator("details").all()[:2]:
        details.locator("summary").click()
    accessible(page)


@pytest.mark.parametrize("path", PAGES)
def test_narrow_screens_scroll_in_one_direction(signed_in, path):
    page = signed_in(viewport=NARROW)
    page.goto(path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} pixels"
    accessible(page)

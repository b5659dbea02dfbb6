"""The emulator: conversations in a browser, with JavaScript and without."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from program import REPOSITORY, binary, environment
from served import SETTINGS, Console
from watching import accessible

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def page(request, signed_in):
    return signed_in(javascript=request.param)


def begin(page, **fields):
    """Begins a conversation; gives its address."""
    page.goto("/console/emulator")
    for summary in ("Page and its form", "More"):
        page.locator("summary", has_text=summary).first.click()
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/console/emulator/*")
    return page.url


def turns(page):
    return page.locator("#turns > li")


def say(page, text, tag=None, fills=None):
    """Sends a turn and waits for it; gives it."""
    count = turns(page).count()
    page.locator("#said").fill(text)
    if tag is not None:
        page.locator("#tag").fill(tag)
    for name, (value, kind) in (fills or {}).items():
        group = page.get_by_role("group", name=name, exact=True)
        group.locator("[name=field_value]").fill(value)
        group.locator("select").select_option(kind)
    page.get_by_role("button", name="Send").click()
    expect(turns(page)).to_have_count(count + 1)
    return turns(page).nth(count)


def button(page, name):
    page.get_by_role("button", name=name).click()


def emulate(folder, *arguments):
    done = subprocess.run(
        [binary(), "emulate", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def save(page, server, folder):
    """The conversation's transcript, written into a folder."""
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a transcript").click()
    file = Path(folder) / "saved.yaml"
    saved.value.save_as(file)
    assert saved.value.suggested_filename.endswith(".yaml")
    return file


def export():
    """The agent of the fixtures as a ZIP file."""
    folder = Path(REPOSITORY) / "fixtures" / "agents" / "order-status"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return {"name": "orders.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}


def test_a_form_is_filled_refused_taken_back_and_saved(page, server, tmp_path):
    page.goto("/console/emulator")
    page.locator("summary", has_text="Page and its form").click()
    page.locator("#page").fill("Details")
    for row, texts in enumerate([("size", "Which size?", ""), ("quantity", "How many?", "Another number, please.")]):
        inputs = page.get_by_role("group", name=f"Parameter {row + 1}").locator("input")
        for at, text in enumerate(texts):
            inputs.nth(at).fill(text)
    page.locator("#parameters").fill("customer_name=Ada\norder_id:=42")
    button(page, "Begin")
    first = say(page, "Where is my order?", "order-status")
    expect(first).to_contain_text("Hi Ada, order 42 shipped")
    expect(first).to_contain_text("Which size?")
    expect(page.locator("#knows ins", has_text='"shipped"')).to_be_visible()
    expect(page.locator("#said")).to_be_focused()
    say(page, "L", "", {"size": ("L", "text")})
    wrong = say(page, "99", "validate-form", {"quantity": ("99", "json")})
    expect(wrong).to_contain_text("Please choose a whole number from 1 to 10.")
    expect(wrong).to_contain_text("Another number, please.")
    expect(page.locator("#knows .badge", has_text="INVALID")).to_be_visible()
    button(page, "Take the last turn back")
    expect(turns(page)).to_have_count(2)
    expect(page.locator("#said")).to_have_value("99")
    say(page, "3", "validate-form", {"quantity": ("3", "json")})
    expect(page.locator("#knows .badge", has_text="INVALID")).to_have_count(0)
    file = save(page, server, tmp_path)
    code, told = emulate(tmp_path, file.name)
    assert code == 0, told
    page.get_by_role("link", name="Turn 1").click()
    expect(page.get_by_role("heading", name="What the agent knows after turn 1")).to_be_visible()
    page.get_by_role("link", name="Show the last one").click()
    button(page, "Start over")
    expect(turns(page)).to_have_count(0)


def test_a_failure_tells_its_event_and_what_was_answered(page):
    begin(page)
    failed = say(page, "Fail", "fail")
    expect(failed.locator(".badge.bad")).to_have_text("webhook.error")
    call = page.get_by_role("region", name="Call 1")
    expect(call).to_contain_text("500")
    expect(call).to_contain_text("The demo fails as asked.")
    call.locator("summary", has_text="Request").click()
    expect(call).to_contain_text('"tag": "fail"')


def test_what_is_wrong_is_told_and_kept(page):
    begin(page)
    page.locator("summary", has_text="More about the turn").click()
    page.locator("#said").fill("Hello")
    page.locator("#parameters").fill("no assignment")
    button(page, "Send")
    expect(page.get_by_role("alert")).to_contain_text("expected NAME=TEXT or NAME:=JSON")
    expect(page.locator("#said")).to_have_value("Hello")
    expect(turns(page)).to_have_count(0)


def test_a_script_sends_turns_without_leaving_the_page(console):
    begin(console)
    console.evaluate("window.same = true")
    say(console, "Hello", "gallery")
    expect(console.locator("#said")).to_be_focused()
    expect(console.locator("#said")).to_have_value("")
    console.get_by_role("button", name="Thanks").click()
    expect(turns(console)).to_have_count(2)
    expect(turns(console).nth(1)).to_contain_text("Thanks")
    console.locator("#said").press("Enter")
    expect(turns(console)).to_have_count(3)
    assert console.evaluate("window.same")


def test_a_transcript_is_played_turn_by_turn(page):
    page.goto("/console/emulator")
    page.locator("summary", has_text="From an agent's export").click()
    text = (
        "name: Orders\nparameters: { customer_name: Ada, order_id: 1 }\nturns:\n"
        "  - { text: Where?, tag: order-status, expect: { messages: { contains: shipped } } }\n"
        "  - { text: Now?, tag: counter, expect: { messages: [Lost] } }\n"
    )
    file = {"name": "orders.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    page.locator("#transcript").set_input_files(file)
    button(page, "Begin")
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    button(page, "Play the next turn")
    expect(turns(page).nth(0)).to_contain_text("as expected")
    button(page, "Play all of them")
    expect(turns(page).nth(1)).to_contain_text("not as expected")
    expect(page.get_by_role("button", name="Play the next turn")).to_have_count(0)


def test_an_exports_webhook_is_called(page):
    page.goto("/console/emulator")
    page.locator("summary", has_text="From an agent's export").click()
    page.locator("#export").set_input_files(export())
    page.locator("#told").check()
    button(page, "Begin")
    page.locator("summary", has_text="More about the turn").click()
    page.locator("#page").fill("Cancel order")
    page.locator("#fills").fill("cancel_reason=late")
    say(page, "Cancel it", "counter")
    call = page.get_by_role("region", name="Call 1")
    expect(call).to_contain_text("through Cancellations")
    expect(call).to_contain_text('"count": ')


def test_an_exported_agent_runs_by_itself(page, tmp_path, server):
    page.goto("/console/emulator")
    page.locator("summary", has_text="From an agent's export").click()
    page.locator("#export").set_input_files(export())
    button(page, "Begin")
    expect(page.locator("#tag")).to_have_count(0)
    named = say(page, "#order.status")
    expect(named).to_contain_text("#order.status")
    page.locator("summary", has_text="What was evaluated").click()
    expect(page.locator(".trail li").first).to_be_visible()
    expect(say(page, "qwertyuiop")).to_contain_text("understood as")
    file = save(page, server, tmp_path)
    (tmp_path / "orders.zip").write_bytes(export()["buffer"])
    code, told = emulate(tmp_path, file.name)
    assert code == 0, told


def test_a_conversation_is_of_the_token_that_began_it(page, signed_in):
    address = begin(page, name="Mine")
    other = signed_in("editor")
    assert other.goto(address).status == 404
    other.goto("/console/emulator")
    expect(other.get_by_text("Mine")).to_have_count(0)
    viewer = signed_in("viewer")
    viewer.goto("/console/emulator")
    expect(viewer.get_by_role("button", name="Begin")).to_have_count(0)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server one of whose handlers says what a hostile one would."""
    reply = HOSTILE.replace('"', '\\"')
    config = f'[routes."nasty"]\nwebhook = "Nasty"\nreply = "{reply}"\n'
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "webhooks").mkdir()
    upstream = '{"displayName": "Nasty", "genericWebService": {"uri": "http://127.0.0.1:9/x", "webhookType": "FLEXIBLE", "httpMethod": "GET"}}'
    (folder / "webhooks" / "nasty.json").write_text(upstream)
    config += 'on_error = "' + reply + '"\n'
    running = Console(folder, config, SETTINGS)
    yield running
    assert running.stop() == 0


def test_what_is_said_stays_text(hostile, signed_in):
    page = signed_in(server=hostile)
    begin(page, name=HOSTILE, language=HOSTILE, channel=HOSTILE)
    page.locator("summary", has_text="More about the turn").click()
    page.locator("#queued").fill(HOSTILE)
    page.locator("#intent").fill(HOSTILE)
    said = say(page, HOSTILE, "nasty")
    assert said.locator("script, img").count() == 0
    expect(said.locator(".user .words")).to_have_text(HOSTILE)
    page.goto("/console/emulator")
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(signed_in, scheme):
    page = signed_in(color_scheme=scheme)
    page.goto("/console/emulator")
    for summary in ("Page and its form", "From an agent's export", "More"):
        page.locator("summary", has_text=summary).first.click()
    accessible(page)
    begin(page, name="A conversation")
    say(page, "Hello", "gallery")
    say(page, "Fail", "fail")
    page.locator("summary", has_text="More about the turn").click()
    accessible(page)
    for width in (1280, 420):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{width} px: {wide} px too wide"

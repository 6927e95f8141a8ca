"""What an app shows on the page, and how people use it: blocks, commands, shortcuts, modals, Home."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.browsing import IN_CHROMIUM, composer, give, open_form, rows, sit_down
from tests.sandbox.page_app import every_block

pytestmark = IN_CHROMIUM


async def test_markup_from_an_app_never_becomes_html(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(composer(page)).to_be_visible()

    evil = "<img src=x onerror=alert(1)> <javascript:alert(1)|click> *<script>x</script>*"
    await board.chat_postMessage(channel="CGENERAL", text=evil)

    await expect(rows(page).last.locator(".text")).to_contain_text("click")
    assert await rows(page).last.locator("img, script, a[href^=javascript]").count() == 0


async def test_every_block_is_drawn_with_dates_in_the_readers_zone(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    await board.chat_postMessage(channel="CGENERAL", text="all", blocks=every_block())

    page = await sit_down(browser, sandbox, "UDINA/CGENERAL")

    message = rows(page).last
    await expect(message.get_by_role("heading", name=re.compile("Your week"))).to_be_visible()
    await expect(message.locator("[data-block=about] time")).to_have_text("Friday 23 June 2023 at 08:00")
    await expect(message.locator("[data-block=about] .code")).to_have_text("make demo")
    await expect(message.locator("[data-block=about] .pre")).to_have_text("for day in week:\n    rest()")
    await expect(message.locator("[data-block=about] .quote")).to_have_text("Quoted words")
    await expect(message.locator("[data-block=about] a")).to_have_attribute(
        "href", "https://example.org/plan?a=1&b=2"
    )
    await expect(message.locator("[data-block=about]")).to_contain_text("& enjoy <it>.")
    await expect(message.locator(".section-field")).to_have_count(4)
    await expect(message.locator("[data-block=rich] li")).to_have_text(["first", "second"])
    await expect(message.locator("[data-block=md] strong")).to_have_text("bold")
    await expect(message.get_by_role("img", name="A map of Torino")).to_be_attached()
    unknown = await message.locator(".unsupported").all_text_contents()
    assert unknown == []


async def test_pressing_and_choosing_reaches_the_app(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    await board.chat_postMessage(channel="CGENERAL", text="all", blocks=every_block())
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    answer = page.locator(".message.ephemeral .text").last
    first = rows(page).first

    await first.get_by_role("button", name="Done").click()
    await expect(answer).to_have_text('plain_button: {"type": "button", "value": "v1"}')
    await expect(page.locator(".message.ephemeral .ephemeral-note").last).to_have_text("Only visible to you")

    await first.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Stop").click()
    await first.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Do it").click()
    await expect(answer).to_have_text('danger_button: {"type": "button", "value": "v2"}')

    await first.get_by_role("button", name="A colour").click()
    await page.get_by_role("option", name="Green").click()
    await expect(answer).to_contain_text('"value": "green"')

    await first.get_by_role("button", name="Your team").press("ArrowDown")
    await page.keyboard.type("cle")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(answer).to_have_text('team: {"selected_users": ["UCLEO"], "type": "multi_users_select"}')

    await first.locator("input[type=date]").fill("2023-07-01")
    await expect(answer).to_have_text('day: {"selected_date": "2023-07-01", "type": "datepicker"}')

    await first.get_by_role("checkbox", name="Wrote").check()
    await expect(answer).to_contain_text('did: {"selected_options": [{"text"')

    await first.get_by_role("button", name="More actions", exact=True).first.click()
    await page.get_by_role("menuitem", name="Archive").click()
    await expect(answer).to_contain_text('more_menu: {"selected_option"')


async def test_the_list_of_commands_helps_to_give_one(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await composer(page).press_sequentially("/")
    await expect(page.get_by_role("option")).to_have_text(
        ["/form[title]Opens a form · Almanac", "/helloSays hello · Almanac"]
    )

    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.type("world")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.ephemeral .text")).to_have_text("Hello @Ann Example, you said: world")
    await expect(composer(page)).to_have_value("")


async def test_what_slack_refuses_is_said(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")

    await give(page, "/nothing")
    await expect(page.get_by_role("alert").last).to_contain_text("/nothing is not a valid command.")
    await expect(composer(page)).to_have_value("/nothing")

    # The app of this test does not run: nobody acknowledges.
    await give(page, "/hello")
    await expect(page.get_by_role("alert").last).to_contain_text("/hello failed with the error")


async def test_a_modal_shows_errors_at_the_field_and_then_hands_in(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    form = await open_form(page)
    title = form.get_by_role("textbox", name="Title")
    await expect(title).to_be_focused()
    submit = form.get_by_role("button", name="Hand in", exact=True)

    await submit.click()
    await expect(form.locator("[data-block=title] .input-error")).to_have_text(
        "Please complete this required field."
    )
    await title.fill("wrong")
    await form.get_by_role("textbox", name="Link").fill("no link")
    await submit.click()
    await expect(form.locator("[data-block=link] .input-error")).to_contain_text("valid URL")
    await form.get_by_role("textbox", name="Link").fill("https://example.org/x")
    await submit.click()
    await expect(form.locator(".input-error")).to_have_text(["That title is taken."])
    await expect(title).to_have_attribute("aria-invalid", "true")
    await expect(title).to_have_value("wrong")
    await title.fill("Our plan")
    await form.get_by_role("textbox", name="Partners").fill("3")
    await form.get_by_role("button", name="Colour", exact=True).click()
    await page.get_by_role("option", name="Blue").click()
    await form.get_by_role("button", name="Colours").click()
    await page.get_by_role("option", name="Red").click()
    await page.get_by_role("option", name="Green").click()
    await page.get_by_role("button", name="Done").click()
    await form.locator("[data-block=when] input").fill("2023-07-01T18:00")
    await form.get_by_role("radio", name="Final").check()
    await form.get_by_label("Files").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}
    )
    await expect(form.locator(".file-chip")).to_have_text(["a.txt"])
    await submit.click()

    await expect(form).to_be_hidden()
    values = await handed_in(sandbox)
    assert values["title"]["it"]["value"] == "Our plan"
    assert values["count"]["it"]["value"] == "3"
    assert values["colour"]["it"]["selected_option"]["value"] == "blue"
    assert [option["value"] for option in values["colours"]["it"]["selected_options"]] == ["red", "green"]
    assert values["day"]["it"]["selected_date"] == "2023-06-23"
    assert values["when"]["it"]["selected_date_time"] == int(datetime(2023, 7, 1, 16, tzinfo=UTC).timestamp())
    assert values["kind"]["it"]["selected_option"]["value"] == "final"
    file = sandbox.workspace.files[values["files"]["it"]["files"][0]["id"]]
    assert (file.name, file.content) == ("a.txt", b"hello")


async def handed_in(sandbox: Sandbox) -> dict[str, Any]:
    """The values that the app repeated in the direct messages with Ann."""
    await sandbox.quiet()
    [app] = sandbox.workspace.apps.values()
    said = sandbox.workspace.direct("UANN", app.bot_user_id).messages[-1]["text"]
    values: dict[str, Any] = json.loads(said.removeprefix("got "))
    return values


async def test_modals_lie_on_one_another_and_escape_closes_the_one_in_front(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    form = await open_form(page)
    await form.get_by_role("textbox", name="Title").fill("Half a plan")
    await form.get_by_role("button", name="Push").click()
    top = page.get_by_role("dialog", name="On top")
    await expect(top).to_be_visible()

    await page.keyboard.press("Escape")

    await expect(top).to_be_hidden()
    await expect(form.get_by_role("textbox", name="Title")).to_have_value("Half a plan")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    assert sandbox.workspace.modals["UANN"] == []


async def test_an_app_may_change_a_modal_while_one_types_in_it(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await give(page, "/form live")
    live = page.get_by_role("dialog", name="Live")
    say = live.get_by_role("textbox", name="Say")
    await say.press_sequentially("tea?", delay=30)
    await expect(live.locator("[data-block=echo]")).to_have_text("You typed: tea?")
    await expect(say).to_have_value("tea?")
    await expect(say).to_be_focused()

    await live.get_by_role("button", name="City").click()
    await expect(page.get_by_text("Type at least 1 letter")).to_be_visible()
    await page.keyboard.type("to")
    await expect(page.get_by_role("option")).to_have_text(["Torino", "Toulouse"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(live.get_by_role("button", name="City: Toulouse")).to_be_focused()
    await live.get_by_role("button", name="Save").click()

    saved = page.get_by_role("dialog", name="Saved")
    await expect(saved.locator("[data-block=echo]")).to_have_text("You typed: saved")


async def test_a_modal_that_became_another_is_read_from_its_beginning(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    form = await open_form(page)
    view_id = sandbox.workspace.modals["UANN"][-1]["id"]
    lines: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": f"line {number}"}} for number in range(60)
    ]

    async def shows(title: str) -> float:
        titled = {"type": "plain_text", "text": title}
        await board.views_update(view_id=view_id, view={"type": "modal", "title": titled, "blocks": lines})
        body = page.get_by_role("dialog", name=title).locator(".modal-body")
        await expect(body).to_contain_text(f"line {len(lines) - 1}")
        top: float = await body.evaluate("body => body.scrollTop")
        await body.evaluate("body => { body.scrollTop = 300; }")
        return top

    await expect(form).to_be_visible()
    tops = [await shows("A list")]
    lines.append({"type": "section", "text": {"type": "plain_text", "text": "line 60"}})
    tops.append(await shows("A list"))
    tops.append(await shows("Another"))

    assert tops == [0, 300, 0]


async def test_one_page_of_a_person_shows_what_another_of_theirs_opened(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    first = await sit_down(browser, sandbox, "UANN/CGENERAL")
    second = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(composer(second)).to_be_visible()
    form = await open_form(first)

    await second.get_by_role("button", name="Not now").click()

    await expect(form).to_be_hidden()


async def test_switching_to_another_person_forgets_the_first(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.workspace.post("CCOUNCIL", {"user": "UANN", "text": "secret"})
    page = await sit_down(browser, sandbox, "UANN/CCOUNCIL")
    await expect(rows(page)).to_have_count(1)
    await composer(page, "Message #council").fill("half a thought")

    await page.get_by_role("button", name="Switch").click()
    await page.get_by_role("button", name="Dina Example").click()

    await expect(page.get_by_role("navigation").locator(".conversation-name").first).to_have_text("general")
    await expect(page.get_by_text("secret")).to_have_count(0)
    await page.get_by_role("button", name="general", exact=True).click()
    await expect(composer(page)).to_have_value("")


async def test_unread_messages_are_counted_until_looked_at(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UANN/CQUIET")
    await expect(composer(page, "Message #quiet")).to_be_visible()
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "one"})
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "two"})
    await expect(page.get_by_label("2 unread")).to_be_visible()

    await page.get_by_role("button", name="general").click()

    await expect(page.get_by_label("2 unread")).to_be_hidden()


async def test_the_keyboard_stays_inside_a_modal(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await open_form(page)

    outside = []
    for _ in range(30):
        await page.keyboard.press("Tab")
        outside.append(
            await page.evaluate(
                "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
            )
        )

    assert outside == [False] * 30


async def test_shortcuts_are_in_the_bolt_menu_and_at_the_message(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Worth keeping"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="New note").click()
    await expect(page.get_by_role("dialog", name="New note")).to_be_visible()
    await page.get_by_role("button", name="Not now").click()

    await rows(page).first.hover()
    await rows(page).first.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Keep").click()

    await expect(page.locator(".message.ephemeral .text")).to_have_text("Kept: Worth keeping")


async def test_the_home_tab_is_published_and_changes_when_pressed(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN")
    home = page.get_by_role("tabpanel", name="Home")
    await expect(home).to_contain_text("Pressed 0 times")
    await expect(home.locator("time")).to_have_text("Tomorrow at 11:00")

    await home.get_by_role("button", name="Press").click()

    await expect(home).to_contain_text("Pressed 1 times")
    await page.get_by_role("tab", name="Messages").click()
    await expect(composer(page, "Message almanac")).to_be_visible()

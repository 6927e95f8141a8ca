"""The page in headless Chromium, on a desktop's and a phone's width, with a small app behind it."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.limits import Rates
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.sandbox.browsing import DESKTOP, IN_CHROMIUM, PHONE, chromium
from tests.sandbox.page_app import HARD_TEXTS, every_block, running

pytestmark = IN_CHROMIUM


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_here() -> AsyncIterator[Browser]:
    """One browser for the module."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(workspace: Workspace, app: App) -> AsyncIterator[Sandbox]:
    """The workspace served on a free port, on the loop of the browser."""
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium_here: Browser, sandbox: Sandbox) -> AsyncIterator[Browser]:
    """The browser; its windows are closed after each test."""
    yield chromium_here
    for context in chromium_here.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def board(sandbox: Sandbox, app: App) -> AsyncIterator[AsyncWebClient]:
    """The app of page_app.py runs; this is its own client."""
    async with running(sandbox, app) as bolt:
        yield bolt.client


async def sit_down(browser: Browser, sandbox: Sandbox, place: str, **options: Any) -> Page:
    """A page at `place`, such as `UANN/CGENERAL`, which fails the test if a script of it fails."""
    context = await browser.new_context(**(options or DESKTOP))
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    await page.goto(f"{sandbox.url}/#{place}")
    return page


def composer(page: Page, name: str = "Message #general") -> Locator:
    """The box in which one writes."""
    return page.get_by_role("combobox", name=name, exact=True)


def rows(page: Page) -> Locator:
    """The messages of the conversation."""
    return page.get_by_role("log", name="Messages").locator(".message")


async def give(page: Page, command: str) -> None:
    """Type something and send it."""
    await composer(page).fill(command)
    await composer(page).press("Enter")


async def open_form(page: Page) -> Locator:
    """The app's modal, opened by its command."""
    await give(page, "/form")
    dialog = page.get_by_role("dialog", name="Hand in your plan")
    await expect(dialog).to_be_visible()
    return dialog


# -- who one is, and where -----------------------------------------------------------------------------


async def test_one_chooses_a_person_and_sees_their_conversations(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.workspace.change_user("UDINA", title="Cluster manager, Blue Fjord")
    page = await sit_down(browser, sandbox, "")
    await expect(page.locator(".person-name")).to_have_text(
        ["Ann Example", "Ben Example", "Cleo Example", "Dina Example"]
    )

    await expect(page.locator(".person-note").last).to_have_text("Cluster manager, Blue Fjord")
    await page.get_by_role("button", name="Dina Example").click()

    side = page.get_by_role("navigation", name="Conversations")
    await expect(side.locator(".conversation-name")).to_have_text(["general", "Almanac", "quiet"])
    await expect(page.get_by_role("button", name=re.compile("Workspace clock"))).to_contain_text("05:00")


async def test_one_joins_a_public_channel_before_writing_in_it(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UBEN/CQUIET")
    await expect(composer(page, "Message #quiet")).to_be_hidden()

    await page.get_by_role("button", name="Join channel").click()

    await expect(composer(page, "Message #quiet")).to_be_visible()
    assert sandbox.workspace.channel("CQUIET").members == ["UANN", "UBEN"]


async def test_a_person_of_no_such_id_is_asked_who_they_are(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UNOBODY/CGENERAL")

    await expect(page.get_by_role("button", name="Ann Example")).to_be_visible()


# -- messages ------------------------------------------------------------------------------------------


async def test_what_one_writes_another_sees_at_once_and_as_typed(browser: Browser, sandbox: Sandbox) -> None:
    ann = await sit_down(browser, sandbox, "UANN/CGENERAL")
    ben = await sit_down(browser, sandbox, "UBEN/CGENERAL")
    await expect(composer(ben)).to_be_visible()

    await give(ann, "Is 1 < 2 & *true*, @ben? <b>no</b> &lt; <!channel>")

    said = rows(ben).last.locator(".text")
    await expect(said).to_have_text("Is 1 < 2 & true, @Ben Example? <b>no</b> &lt; <!channel>")
    await expect(said.locator("strong")).to_have_text("true")
    await expect(said.locator(".mention-me")).to_have_count(1)
    assert "<b>" not in sandbox.workspace.channel("CGENERAL").messages[-1]["text"]


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


async def test_a_thread_opens_beside_and_takes_replies(browser: Browser, sandbox: Sandbox) -> None:
    root = sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Who brings tea?"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")

    await rows(page).last.hover()
    await rows(page).last.get_by_role("button", name="Reply in thread").click()
    await composer(page, "Reply in thread").fill("I do")
    await composer(page, "Reply in thread").press("Enter")

    await expect(page.get_by_role("log", name="Thread").locator(".text")).to_have_text(
        ["Who brings tea?", "I do"]
    )
    await expect(rows(page).locator(".text")).to_have_text(["Who brings tea?"])
    await expect(rows(page).last.get_by_role("button", name="1 reply")).to_be_visible()
    assert sandbox.workspace.channel("CGENERAL").messages[-1]["thread_ts"] == root["ts"]


async def test_reactions_are_shown_and_taken_back(browser: Browser, sandbox: Sandbox) -> None:
    message = sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Done"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await rows(page).last.hover()
    await rows(page).last.get_by_role("button", name="Add reaction").click()
    await page.get_by_role("menuitem", name=":tada:").click()
    reaction = rows(page).last.locator(".reaction")
    await expect(reaction).to_have_text("🎉1")

    await reaction.click()

    await expect(reaction).to_have_count(0)
    assert "reactions" not in message


async def test_one_edits_and_deletes_ones_own_message(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UANN", "text": "Teh &amp; tea"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await rows(page).last.hover()
    await rows(page).last.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit message").click()
    box = page.get_by_role("textbox", name="Edit message")
    await expect(box).to_have_value("Teh & tea")

    await box.fill("The & tea")
    await box.press("Enter")

    await expect(rows(page).last.locator(".text")).to_have_text("The & tea")
    await rows(page).last.hover()
    await rows(page).last.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete message").click()
    await expect(rows(page)).to_have_count(0)


async def test_a_file_is_uploaded_listed_and_downloaded(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    content = b"<script>alert(1)</script>"
    await page.get_by_label("Attach files").first.set_input_files(
        {"name": "plan.html", "mimeType": "text/html", "buffer": content}
    )
    await expect(page.locator(".composer .file-chip").first).to_contain_text("plan.html")

    await give(page, "My plan")

    card = rows(page).last.get_by_role("link", name="plan.html")
    async with page.expect_download() as waiting:
        await card.click()
    download = await waiting.value
    assert (download.suggested_filename, (await download.path()).read_bytes()) == ("plan.html", content)


async def test_older_messages_come_when_one_scrolls_up(browser: Browser, sandbox: Sandbox) -> None:
    for number in range(150):
        sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": f"message {number}"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(rows(page)).to_have_count(60)
    await expect(rows(page).last).to_be_in_viewport()

    await rows(page).first.scroll_into_view_if_needed()

    await expect(page.get_by_text("message 40", exact=True)).to_be_attached()
    await expect(page.get_by_text("message 90", exact=True)).to_be_in_viewport()


async def test_a_tall_window_is_filled_with_older_messages(browser: Browser, sandbox: Sandbox) -> None:
    for number in range(100):
        sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": f"message {number}"})

    page = await sit_down(browser, sandbox, "UANN/CGENERAL", viewport={"width": 1280, "height": 2400})

    await expect(rows(page)).to_have_count(100)
    await expect(rows(page).last).to_be_in_viewport()


# -- commands, shortcuts, modals, Home -------------------------------------------------------------------


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


# -- the clock and the connection --------------------------------------------------------------------------


async def test_the_clock_is_moved_from_the_page(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    clock = page.get_by_role("button", name=re.compile("Workspace clock"))
    await expect(clock).to_contain_text(re.compile("Tue 6 Jun 2023.*11:00.*Rome"))
    await clock.click()

    await page.get_by_role("button", name="+1 day").click()
    await expect(clock).to_contain_text(re.compile("Wed 7 Jun 2023.*11:00"))
    await page.get_by_label(re.compile("Date and time")).fill("2023-11-02T08:15")
    await page.get_by_role("button", name="Set", exact=True).click()

    await expect(clock).to_contain_text(re.compile("Thu 2 Nov 2023.*08:15"))
    assert sandbox.clock.now() == datetime(2023, 11, 2, 7, 15, tzinfo=UTC)


async def test_whoever_embeds_the_sandbox_may_move_the_clock_itself(
    browser: Browser, sandbox: Sandbox
) -> None:
    asked: list[datetime] = []

    async def mover(instant: datetime) -> None:
        asked.append(instant)

    sandbox.clock_mover = mover
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await page.get_by_role("button", name=re.compile("Workspace clock")).click()

    await page.get_by_role("button", name="+1 hour").click()

    await expect(page.get_by_role("status").filter(has_text="It is now")).to_be_visible()
    assert asked == [sandbox.clock.now() + timedelta(hours=1)]


async def test_a_lost_connection_is_said_and_nothing_is_missed(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(composer(page)).to_be_visible()
    port = int(sandbox.url.rpartition(":")[2])

    await sandbox.stop()
    await expect(page.get_by_text("The connection is lost.")).to_be_visible()
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "while you were away"})
    await sandbox.start(port=port)

    await expect(rows(page).last.locator(".text")).to_have_text("while you were away")
    await expect(page.get_by_text("The connection is lost.")).to_be_hidden()


# -- widths ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_no_text_breaks_the_layout(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient, options: dict[str, Any]
) -> None:
    for text in HARD_TEXTS.values():
        sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": text})
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}
        await board.chat_postMessage(channel="CGENERAL", text="hard", blocks=[section])
    await board.chat_postMessage(channel="CGENERAL", text="all", blocks=every_block())

    page = await sit_down(browser, sandbox, "UANN/CGENERAL", **options)

    await expect(rows(page)).to_have_count(11)
    widest = (
        "Math.max(...[...document.querySelectorAll('.main *')].map(e => e.getBoundingClientRect().right))"
    )
    assert await page.evaluate("document.documentElement.scrollWidth") == options["viewport"]["width"]
    assert await page.evaluate(widest) <= options["viewport"]["width"]


async def test_a_phone_has_the_side_bar_behind_a_button_and_threads_over_the_conversation(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    root = sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Who brings tea?"})
    sandbox.workspace.post("CGENERAL", {"user": "UANN", "text": "I do", "thread_ts": root["ts"]})
    page = await sit_down(browser, sandbox, "UANN", **PHONE)
    side = page.get_by_role("navigation", name="Conversations")
    await expect(side).to_be_hidden()

    await page.get_by_role("button", name="Conversations").tap()
    await side.get_by_role("button", name="general").tap()
    await expect(side).to_be_hidden()
    await page.get_by_role("button", name="1 reply").tap()
    await expect(page.get_by_role("log", name="Thread").locator(".text")).to_have_text(
        ["Who brings tea?", "I do"]
    )
    thread = await page.get_by_role("complementary", name="Thread").bounding_box()
    await page.get_by_role("button", name="Close thread").tap()
    await composer(page).fill("/form")
    await page.get_by_role("button", name="Send").tap()
    await page.get_by_role("textbox", name="Title").fill("wrong")
    await page.get_by_role("button", name="Hand in", exact=True).tap()

    await expect(page.locator(".input-error")).to_have_text(["That title is taken."])
    await expect(page.locator(".input-error")).to_be_in_viewport()
    assert thread == {"x": 0, "y": 0, "width": 390, "height": 844}

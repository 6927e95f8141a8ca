"""Who one is on the page, conversations, the clock, the connection, and the two widths."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.server import Sandbox
from tests.sandbox.browsing import DESKTOP, IN_CHROMIUM, PHONE, composer, give, rows, sit_down
from tests.sandbox.page_app import HARD_TEXTS, every_block
from tests.sandbox.test_director import Almanac

pytestmark = IN_CHROMIUM


class SlowAlmanac(Almanac):
    """Its first day lasts until it may go on."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.days = asyncio.Queue[datetime]()
        self.may_go_on = asyncio.Event()

    async def move_to(self, instant: datetime) -> None:
        self.days.put_nowait(instant)
        await self.may_go_on.wait()
        await super().move_to(instant)


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


async def test_the_calendar_is_moved_through_by_button_and_by_keyboard(
    browser: Browser, sandbox: Sandbox
) -> None:
    sandbox.director = Almanac(sandbox.clock)
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    strip = page.get_by_role("region", name="Calendar")
    await expect(strip.get_by_role("button", name="Tuesday 6 June 2023")).to_have_attribute(
        "aria-current", "date"
    )

    await strip.get_by_role("button", name="Next event").click()
    today = strip.get_by_role("button", name="Wednesday 7 June 2023, 1 planned")
    await expect(today).to_have_attribute("aria-current", "date")
    await today.press("ArrowRight")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Go to 09:00 of this day").press("Enter")

    await expect(strip.locator("strong")).to_have_text("Thu 8 Jun 2023 10:00 Rome")
    assert sandbox.clock.now() == datetime(2023, 6, 8, 8, 0, tzinfo=UTC)


async def test_playing_makes_up_for_a_day_that_took_long_and_stops_when_paused(
    browser: Browser, sandbox: Sandbox
) -> None:
    almanac = sandbox.director = SlowAlmanac(sandbox.clock)
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    strip = page.get_by_role("region", name="Calendar")
    await expect(strip.get_by_role("button", name="Play")).to_be_visible()
    await page.clock.install(time=0)
    await page.clock.pause_at(1_000)

    await strip.get_by_role("button", name="Play").click()
    await almanac.days.get()
    await page.clock.run_for(6_000)
    almanac.may_go_on.set()
    passed_ms = 0
    for _ in range(4):
        while almanac.days.empty():
            passed_ms += 1
            await page.clock.run_for(1)
        await almanac.days.get()

    assert passed_ms < 1_000
    await expect(strip.get_by_role("status")).to_have_text("Much happens: as fast as this machine can.")
    await page.clock.resume()
    await strip.get_by_role("button", name="Pause").click()
    await expect(strip.get_by_role("status")).to_have_text("")


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
    menu = page.get_by_role("button", name="Conversations")
    await expect(menu).not_to_have_attribute("aria-description", "Something new")
    sandbox.workspace.post("CCOUNCIL", {"user": "UBEN", "text": "news"})
    await expect(menu).to_have_attribute("aria-description", "Something new")
    await composer(page).fill("/form")
    await page.get_by_role("button", name="Send").tap()
    await page.get_by_role("textbox", name="Title").fill("wrong")
    await page.get_by_role("button", name="Hand in", exact=True).tap()

    await expect(page.locator(".input-error")).to_have_text(["That title is taken."])
    await expect(page.locator(".input-error")).to_be_in_viewport()
    assert thread == {"x": 0, "y": 0, "width": 390, "height": 844}


async def test_a_finger_uses_the_tools_that_stand_under_the_message_it_tapped(
    browser: Browser, sandbox: Sandbox
) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Who brings tea?"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL", **PHONE)
    await rows(page).last.locator(".text").tap()
    await rows(page).last.get_by_role("button", name="Add reaction").tap()
    await page.get_by_role("menuitem", name=":tada:").tap()
    await expect(rows(page).last.locator(".reaction")).to_have_text("🎉1")

    await rows(page).last.locator(".text").tap()
    await rows(page).last.get_by_role("button", name="Reply in thread").tap()

    await expect(composer(page, "Reply in thread")).to_be_focused()

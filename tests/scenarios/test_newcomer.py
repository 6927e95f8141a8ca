"""The demo from end to end under one person's hands: its page in Chromium, wide as a desktop and as a phone.

Each width takes about a minute, most of it for the fourteen weeks that pass. Nothing here reaches past the
page but the last look at what the bot's calls were answered. `make screenshots` walks the same way with
`--pictures`, which keeps what the README shows.
"""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from bot.demo import demonstration
from tests.sandbox.browsing import DESKTOP, IN_CHROMIUM, PHONE, chromium, rows

pytestmark = [*IN_CHROMIUM, pytest.mark.long]

PARTICIPANT, ALUMNUS, ORGANISER = "Aino Koskenharju", "Kristaps Bērzlapa", "Clémence Arbouvillon"
BOT = "Alumni Bot"
# Fourteen weeks pass in one press; a machine that does much else takes its time for them.
PATIENCE_MS = 120_000

# What the README shows of the way, by width.
PICTURES = {
    "desktop": ("home", "earlier-answer", "round", "alumni", "two-seats"),
    "phone": ("reminder", "feedback", "announcement"),
}
MOST_BYTES = 150_000

PLAN = "Aim: members who heat with what others waste. First action: visit five of them."
QUESTION = "How do we get our quiet members to take part in what the cluster does?"
ANSWER = "Ask two of them to show you their workshop, and bring a neighbour along."
FEEDBACK = "Your first step is small enough to begin on Monday."
NEWS = "Trains to Torino"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the module."""
    async with chromium() as browser:
        yield browser


class Newcomer:
    """Somebody at the page, who presses with a mouse or taps with a finger."""

    def __init__(self, page: Page, *, width: str, pictures: Path | None) -> None:
        """pictures: the folder in which those of this width are kept; None keeps none."""
        self.page = page
        self._width = width
        self._has_touch = width == "phone"
        self._pictures = pictures

    @property
    def last(self) -> Locator:
        """The newest message of the conversation."""
        return rows(self.page).last

    def dialog(self, name: str) -> Locator:
        """The modal of a title."""
        return self.page.get_by_role("dialog", name=name, exact=True)

    def message(self, words: str) -> Locator:
        """The newest message of the conversation in which these words stand."""
        return rows(self.page).filter(has_text=words).last

    async def sees(self, what: Locator, words: str | re.Pattern[str] = "") -> None:
        """Wait until it is there, and says this."""
        await expect(what).to_contain_text(words, timeout=PATIENCE_MS)
        await expect(what).to_be_visible()

    async def press(self, what: Locator) -> None:
        if self._has_touch:
            await what.tap()
        else:
            await what.click()

    async def button(self, name: str, within: Locator | None = None) -> None:
        await self.press((within or self.page).get_by_role("button", name=name, exact=True))

    async def closes(self, dialog: Locator) -> None:
        """Close a modal by the button at its foot."""
        await self.press(dialog.get_by_role("contentinfo").get_by_role("button").last)

    async def becomes(self, name: str) -> None:
        """Choose who one is, or change it."""
        search = self.page.get_by_role("searchbox", name="Search people")
        if not await search.is_visible():
            await self._open_side()
            await self.press(self.page.get_by_title("Be somebody else"))
        await search.fill(name)
        await self.press(self.page.locator(".person", has_text=name))
        # What is on a phone behind a button says it too.
        await expect(self.page.locator(".whoami-name")).to_contain_text(name, timeout=PATIENCE_MS)

    async def goes_to(self, conversation: str, *, section: str = "") -> None:
        """Open a conversation of the side bar."""
        await self._open_side()
        listed = self._side.locator(".sidebar-section").filter(has_text=section)
        await self.press(listed.locator(".conversation", has_text=conversation).first)

    async def reads_messages(self) -> None:
        """Open what the bot sent."""
        await self.goes_to(BOT, section="Apps")
        await self.press(self.page.get_by_role("tab", name="Messages"))
        await expect(self.page.get_by_role("tab", name="Messages", selected=True)).to_be_visible()

    async def types(self, words: str, box: str = "Message ") -> None:
        composer = self.page.get_by_role("combobox", name=re.compile(f"^{box}"))
        await composer.fill(words)
        await self.button("Send", self.page.locator(".composer", has=composer))

    async def chooses(self, field: Locator, option: str) -> None:
        await self.press(field)
        await self.press(self.page.get_by_role("option", name=option))

    async def with_message(self, message: Locator, tool: str) -> None:
        """Press one of the tools that a message shows to who points at it."""
        await (self.press(message.locator(".text").first) if self._has_touch else message.hover())
        await self.button(tool, message)

    async def goes_to_date(self, day: str, *, said: str) -> None:
        """Move the academy by the calendar strip to nine o'clock of a day. said: by the strip then."""
        await self.page.get_by_label("Go to a date").fill(day)
        strip = self.page.get_by_role("region", name="Calendar")
        await self.sees(strip.locator("strong"), said)
        await expect(strip.get_by_role("status")).to_have_text("", timeout=PATIENCE_MS)

    async def keeps(self, name: str) -> None:
        """Keep what the page shows, if it is wanted, in so few colours that it stays small."""
        if self._pictures is None or name not in PICTURES[self._width]:
            return
        await self.page.evaluate("document.fonts.ready")
        taken = Image.open(BytesIO(await self.page.screenshot(animations="disabled")))
        path = self._pictures / f"{name}.png"
        taken.convert("RGB").quantize(colors=256, dither=Image.Dither.NONE).save(path, optimize=True)
        assert path.stat().st_size <= MOST_BYTES

    async def _open_side(self) -> None:
        if not await self._side.is_visible():
            await self.button("Conversations")

    @property
    def _side(self) -> Locator:
        return self.page.get_by_role("navigation", name="Conversations")


@pytest.fixture
def pictures(pytestconfig: pytest.Config) -> Path | None:
    """The folder that `--pictures` names."""
    folder: Path | None = pytestconfig.getoption("--pictures")
    return folder


@pytest.mark.parametrize(("width", "options"), [("desktop", DESKTOP), ("phone", PHONE)])
async def test_a_newcomer_lives_the_academy_in_ten_steps(
    browser: Browser, width: str, options: dict[str, Any], pictures: Path | None
) -> None:
    async with demonstration(port=0) as demo:
        reader: dict[str, Any] = {"locale": "en-GB", "reduced_motion": "reduce"}
        context = await browser.new_context(**options, **reader, accept_downloads=True)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        await page.goto(demo.url)
        person = Newcomer(page, width=width, pictures=pictures)
        await person.becomes(PARTICIPANT)
        await page.get_by_label("The others act by themselves").uncheck()

        await hand_in(person)
        await be_reminded(person)
        await ask(person)
        await find_an_earlier_answer(person)
        await accept_an_answer(person)
        await plan_and_publish_a_round(person)
        await give_feedback(person)
        await announce_and_confirm(person)
        await export_ones_data(person)
        await play_to_the_end(person)
        if width == "desktop":
            await take_a_second_seat(person)

        refused = [(call.method, call.answer) for call in demo.sandbox.calls if not call.answer.get("ok")]
        assert refused == []
        # It works without a net: of nobody else was anything asked.
        assert asked == {urlsplit(demo.url).netloc}
        await context.close()


async def hand_in(person: Newcomer) -> None:
    home = person.page.get_by_role("tabpanel", name="Home")
    await person.sees(home, "Action plan: first blueprint")
    await person.keeps("home")
    await person.press(home.get_by_role("button", name="Hand in", exact=True).nth(1))
    form = person.dialog("Hand in homework")
    await person.sees(form, "Action plan: first blueprint")
    await form.get_by_role("textbox", name="Your text").fill(PLAN)
    await person.button("Hand in", form)

    await person.reads_messages()
    await person.sees(person.last, "Received, on time: Action plan: first blueprint")


async def be_reminded(person: Newcomer) -> None:
    await person.goes_to_date("2023-06-14", said="Wed 14 Jun 2023 09:00 Rome")

    await person.sees(person.last, "Coaching in June: your questions for the coach")
    await person.sees(person.last, "⏰")
    await expect(person.last).not_to_contain_text("Action plan")
    await expect(person.last.locator("time.message-time")).to_have_text("09:00")
    await person.keeps("reminder")


async def ask(person: Newcomer) -> None:
    await person.goes_to("ask-the-academy")
    await person.types(QUESTION)

    await person.sees(person.message(QUESTION))
    beside = person.message("This was asked before. Does it help?")
    await person.sees(beside, "How do you get quiet members to take part in cluster activities?")
    await person.message(QUESTION).scroll_into_view_if_needed()
    await person.keeps("earlier-answer")
    await person.button("Ask anyway", beside)


async def find_an_earlier_answer(person: Newcomer) -> None:
    await person.types("/questions membership fee start-up")

    await person.sees(
        person.last, "What membership fee do you ask of a start-up, and what of a large company?"
    )
    await person.sees(person.last, "Start-ups pay the first step only from their third year on.")
    await person.sees(person.last, "Sanne Wittevliet")


async def accept_an_answer(person: Newcomer) -> None:
    thread = person.page.get_by_role("log", name="Thread").locator(".message")
    await person.becomes(ALUMNUS)
    await person.goes_to("ask-the-academy")
    await person.with_message(person.message(QUESTION), "Reply in thread")
    await person.types(ANSWER, "Reply in thread")
    await person.sees(thread.last, ANSWER)
    await person.button("Close thread")

    await person.becomes(PARTICIPANT)
    await person.goes_to("ask-the-academy")
    await person.press(person.message(QUESTION).get_by_role("button", name="1 reply"))
    await person.with_message(thread.filter(has_text=ANSWER).first, "Add reaction")
    await person.press(person.page.get_by_role("menuitem", name=":white_check_mark:"))
    await person.sees(thread.last, f"✅ Answered by @{ALUMNUS}: {ANSWER}")
    await person.button("Close thread")
    await person.types("/questions mine")
    await person.sees(person.last, QUESTION)
    await person.sees(person.last, "✅ Answered")
    await person.sees(person.last, ANSWER)


async def plan_and_publish_a_round(person: Newcomer) -> None:
    await person.becomes(ORGANISER)
    await person.reads_messages()
    await person.types("/peers plan")
    form = person.dialog("Plan a round")
    homework = form.get_by_role("button", name="About which homework?")
    await person.chooses(homework, "Action plan: first blueprint")
    await form.get_by_label("Until").fill("2023-06-30")
    await person.button("Draw", form)
    draft = person.dialog("Draft of round 1")
    await person.sees(draft, "not published yet")
    await person.keeps("round")
    await person.button("Publish", draft)
    await person.button("Publish", person.dialog("Publish this round?"))

    published = person.dialog("Round 1")
    await person.sees(published, "Round 1 is published")
    await person.closes(published)


async def give_feedback(person: Newcomer) -> None:
    await person.becomes(PARTICIPANT)
    await person.goes_to(BOT, section="Direct messages")
    await person.sees(person.last, "you are together in round 1")
    others = person.last.get_by_role("button", name=re.compile(f"^Feedback for (?!{PARTICIPANT})"))
    await person.press(others.first)
    form = person.dialog("Give feedback")
    await form.get_by_role("textbox", name="What works").fill(FEEDBACK)
    await person.keeps("feedback")
    await person.button("Save", form)

    given = person.dialog("Feedback")
    await person.sees(given, "✅ Thank you!")
    await person.closes(given)


async def announce_and_confirm(person: Newcomer) -> None:
    await person.becomes(ORGANISER)
    await person.reads_messages()
    await person.types("/announce")
    form = person.dialog("Announcement")
    await form.get_by_role("textbox", name="Title").fill(NEWS)
    await form.get_by_role("textbox", name="Text").fill("There is one from Milano each hour. Book by July.")
    await person.chooses(form.get_by_role("button", name="Role"), "Participants")
    await person.button("Done", person.page.locator(".picker-box"))
    await form.get_by_role("checkbox", name="Ask for a confirmation").check()
    await person.button("Save and preview", form)
    preview = person.dialog("Preview")
    await person.sees(preview, "There is one from Milano each hour.")
    await person.button("Send to 21", preview)
    sent = person.dialog("Announcement")
    await person.sees(sent, "It is on its way.")
    await person.closes(sent)

    await person.becomes(PARTICIPANT)
    await person.reads_messages()
    await person.sees(person.message(NEWS), "There is one from Milano each hour.")
    await person.button("Got it", person.message(NEWS))
    await person.sees(person.message(NEWS), "✅ You confirmed this")
    await person.keeps("announcement")


async def export_ones_data(person: Newcomer) -> None:
    await person.types("/academy privacy")
    await person.button("Send me my data", person.dialog("Privacy"))
    await person.closes(person.dialog("On its way"))
    await person.closes(person.dialog("Privacy"))
    sent = person.message("Here is all that I hold on you")
    async with person.page.expect_download() as waiting:
        await person.press(sent.get_by_role("link", name="What the bot holds, to read"))
    text = (await (await waiting.value).path()).read_text(encoding="utf-8")

    assert "What the bot of Cluster Booster Academy holds on you" in text
    assert [said for said in (PLAN, QUESTION, FEEDBACK) if said not in text] == []


async def play_to_the_end(person: Newcomer) -> None:
    await person.goes_to_date("2023-09-22", said="Fri 22 Sept 2023 09:00 Rome")
    await person.page.get_by_label("The others act by themselves").check()
    await person.button("Play")

    await person.sees(person.message("You are an alumna or alumnus of 2nd Cluster Booster Academy now"))
    await person.sees(person.page.get_by_role("button", name="Play", exact=True))
    await person.keeps("alumni")


async def take_a_second_seat(person: Newcomer) -> None:
    await person.goes_to("ask-the-academy")
    await person.button("Second seat")

    for seat in ("First seat", "Second seat"):
        log = person.page.frame_locator(f"iframe[title='{seat}']").get_by_role("log", name="Messages")
        await person.sees(log.locator(".message").last)
    await person.keeps("two-seats")

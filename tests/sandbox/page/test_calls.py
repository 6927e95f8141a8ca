"""What Slack would have refused, the panel of calls and events, two seats, and very many messages."""

import re
import time

import pytest
from playwright.async_api import Browser, expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.browsing import IN_CHROMIUM, composer, give, rows, sit_down

pytestmark = IN_CHROMIUM

MANY = 5_000
MOST_DRAWN = 160
ARRIVES_WITHIN_S = 0.2
MOST_MESSAGES = 50


async def refuse(board: AsyncWebClient) -> None:
    """The app posts a header that is longer than Slack takes."""
    blocks = [{"type": "header", "block_id": "top", "text": {"type": "plain_text", "text": "x" * 151}}]
    with pytest.raises(SlackApiError):
        await board.chat_postMessage(channel="CGENERAL", text="long", blocks=blocks)


async def test_what_slack_would_have_refused_is_said_at_once_with_block_and_limit(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(composer(page)).to_be_visible()

    await refuse(board)
    await refuse(board)

    notice = page.get_by_role("alert")
    await expect(notice).to_have_count(1)
    await expect(notice).to_contain_text("Slack refused chat.postMessage: invalid_blocks")
    await expect(notice).to_contain_text(
        "block 1 (header, top): must be less than 151 characters; it has 151"
    )
    await expect(page.get_by_role("button", name="Calls and events, 2 refused")).to_be_visible()


async def test_the_panel_lists_calls_and_events_as_they_come_and_is_used_by_keyboard(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(composer(page)).to_be_visible()
    await refuse(board)
    button = page.get_by_role("button", name="Calls and events, 1 refused")

    await button.press("Enter")
    panel = page.get_by_role("region", name="Calls and events")
    lines = panel.locator(".panel-row")
    await expect(lines.first).to_contain_text(re.compile("← call.*chat.postMessage.*200 invalid_blocks"))
    await give(page, "/hello you")
    command = lines.filter(has_text="/hello")
    await expect(command).to_contain_text(re.compile(r"→ command.*/hello.*acknowledged in \d+ ms"))
    await command.focus()
    for _ in range(await lines.count()):
        await page.keyboard.press("ArrowDown")
    while not await page.evaluate("document.activeElement.classList.contains('refused')"):
        await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")

    await expect(panel.locator(".panel-fault")).to_have_text(
        "block 1 (header, top): must be less than 151 characters; it has 151 [/blocks/0/text/text]"
    )
    await expect(panel.locator(".panel-detail pre").first).to_contain_text('"channel": "CGENERAL"')
    await panel.get_by_label("Which to list").select_option("refused")
    await expect(lines).to_have_count(1)
    await panel.get_by_label("Filter by name").fill("views")
    await expect(lines).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Calls and events", exact=True)).to_be_focused()


async def test_of_two_seats_one_sees_what_the_other_does(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UCLEO", "text": "Welcome"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await page.get_by_role("button", name="Second seat").click()
    ann, ben = page.frame_locator("[name=seat-1]"), page.frame_locator("[name=seat-2]")
    await expect(ben.get_by_role("combobox", name="Message #general")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/two#UANN/CGENERAL\|UBEN/CGENERAL$"))

    await ann.get_by_role("combobox", name="Message #general").fill("Hello, seat two")
    await ann.get_by_role("combobox", name="Message #general").press("Enter")
    await ben.get_by_text("Hello, seat two").hover()
    await ben.get_by_role("button", name="Add reaction").last.click()
    await ben.get_by_role("menuitem", name=":tada:").click()

    await expect(ann.locator(".reaction")).to_have_text("🎉1")
    await page.reload()
    await expect(ben.get_by_text("Hello, seat two")).to_be_visible()
    await page.get_by_role("button", name="Back to one seat").click()
    await expect(composer(page)).to_be_visible()


async def test_five_thousand_messages_are_there_and_few_are_drawn(browser: Browser, sandbox: Sandbox) -> None:
    for number in range(MANY):
        sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": f"message {number}"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(page.get_by_text("message 4999", exact=True)).to_be_in_viewport()

    await page.keyboard.press("Control+k")
    await page.get_by_role("searchbox", name="Search messages").fill("message 1799")
    await expect(page.get_by_text("1 found")).to_be_visible()
    await page.keyboard.press("Enter")

    found = page.locator(".message.found")
    await expect(found).to_have_text(re.compile("message 1799$"))
    await expect(found).to_be_in_viewport()
    assert await rows(page).count() <= MOST_DRAWN
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "the latest"})
    await expect(found).to_be_in_viewport()
    await page.get_by_role("button", name="Jump to the latest").click()
    await expect(page.get_by_text("the latest", exact=True)).to_be_in_viewport()
    assert await rows(page).count() <= MOST_DRAWN


async def test_what_one_reads_stays_in_place_while_older_ones_come(
    browser: Browser, sandbox: Sandbox
) -> None:
    for number in range(600):
        sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": f"message {number}"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(page.get_by_text("message 599", exact=True)).to_be_in_viewport()
    jumps = """async (list) => {
        const jumps = [];
        const first = () => [...list.querySelectorAll(".message")]
            .find((row) => row.getBoundingClientRect().bottom > list.getBoundingClientRect().top);
        for (let turn = 0; turn < 60; turn += 1) {
            list.scrollTop -= 150;
            const [ts, top] = [first().dataset.ts, first().getBoundingClientRect().top];
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const row = list.querySelector(`[data-ts="${ts}"]`);
            jumps.push(Math.abs(row.getBoundingClientRect().top - top));
        }
        return Math.max(...jumps);
    }"""

    moved_px = await page.get_by_role("log", name="Messages").evaluate(jumps)

    assert moved_px < 2
    assert await rows(page).count() <= MOST_DRAWN


async def test_a_message_arrives_in_the_other_seat_within_a_fifth_of_a_second(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await sit_down(browser, sandbox, "")
    await page.goto(f"{sandbox.url}/two#UANN/CGENERAL|UBEN/CGENERAL")
    ann, ben = page.frame_locator("[name=seat-1]"), page.frame_locator("[name=seat-2]")
    box = ann.get_by_role("combobox", name="Message #general")
    await expect(ben.get_by_role("combobox", name="Message #general")).to_be_visible()
    took_s: list[float] = []

    # Until one was so quick: what else this machine does is not the page's.
    while len(took_s) < MOST_MESSAGES and min(took_s, default=1) >= ARRIVES_WITHIN_S:
        text = f"number {len(took_s)}"
        await box.fill(text)
        began_s = time.perf_counter()
        await box.press("Enter")
        await ben.get_by_text(text, exact=True).wait_for()
        took_s.append(time.perf_counter() - began_s)

    assert min(took_s) < ARRIVES_WITHIN_S

"""What goes wrong at the page: reloads, two windows, another person, a moved clock, a lost connection."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.sandbox.browsing import IN_CHROMIUM, composer, open_form, rows, sit_down
from tests.sandbox.conftest import MANIFEST

pytestmark = IN_CHROMIUM


async def test_what_each_person_was_typing_where_is_theirs_and_lives_through_a_reload(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await composer(page).fill("half a thought of Ann")
    await page.get_by_label("Attach files").first.set_input_files(
        {"name": "ann.txt", "mimeType": "text/plain", "buffer": b"hers"}
    )
    await expect(page.locator(".composer .file-chip").first).to_contain_text("ann.txt")

    await page.get_by_role("button", name="Switch").click()
    await page.get_by_role("button", name="Ben Example").click()
    await page.get_by_role("button", name="general").click()
    await expect(composer(page)).to_have_value("")
    await expect(page.locator(".composer .file-chip")).to_have_count(0)
    await composer(page).fill("Ben's")
    await page.get_by_role("button", name="Switch").click()
    await page.get_by_role("button", name="Ann Example").click()
    await page.get_by_role("button", name="general").click()
    await page.reload()

    await expect(composer(page)).to_have_value("half a thought of Ann")
    await composer(page).press("Enter")
    await expect(rows(page).last.get_by_role("link", name="ann.txt")).to_be_visible()
    said = sandbox.workspace.channel("CGENERAL").messages
    assert [(message["user"], message["text"]) for message in said] == [("UANN", "half a thought of Ann")]
    await page.reload()
    await expect(composer(page)).to_have_value("")


async def test_a_window_stays_with_what_was_typed_while_the_clock_moves(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    dialog = await open_form(page)
    await dialog.get_by_role("textbox", name="Title").fill("My plan")

    await sandbox.move_clock(sandbox.clock.now() + timedelta(days=30))
    await expect(
        page.get_by_role("button", name=re.compile("Thu 6 Jul 2023"), include_hidden=True)
    ).to_be_attached()

    await expect(dialog.get_by_role("textbox", name="Title")).to_have_value("My plan")
    await dialog.get_by_role("button", name="Hand in", exact=True).click()
    await expect(dialog).to_be_hidden()


async def test_the_same_window_open_twice_closes_in_both_when_it_is_handed_in(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    twice = await sit_down(browser, sandbox, "UANN/CGENERAL")
    dialog = await open_form(page)
    await expect(twice.get_by_role("dialog", name="Hand in your plan")).to_be_visible()

    await dialog.get_by_role("textbox", name="Title").fill("My plan")
    await dialog.get_by_role("button", name="Hand in", exact=True).click()

    await expect(twice.get_by_role("dialog")).to_have_count(0)


async def test_after_time_went_back_the_page_finds_the_new_life_and_says_what_is_gone(
    browser: Browser, sandbox: Sandbox, board: AsyncWebClient
) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "of the old life"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await open_form(page)
    port = int(sandbox.url.rpartition(":")[2])
    again = Workspace(clock=Clock(datetime(2023, 6, 1, 9, tzinfo=UTC), ticking=False))
    again.add_user("ann", user_id="UANN", real_name="Ann Example", tz="Europe/Rome")
    again.add_channel("general", members=["UANN"], channel_id="CGENERAL")
    install(again, MANIFEST)
    again.post("CGENERAL", {"user": "UANN", "text": "of the new life"})

    await sandbox.stop()
    async with Sandbox(again, rates=Rates.off()) as unused:
        await unused.stop()
        await unused.start(port=port)

        await expect(rows(page).locator(".text")).to_have_text(["of the new life"])
        await expect(page.get_by_role("alert")).to_contain_text(
            "“Hand in your plan” is not open any more: the workspace began again."
        )
        await expect(page.get_by_role("dialog", name="Hand in your plan")).to_have_count(0)
        await expect(
            page.get_by_role("button", name=re.compile("Workspace clock: Thu 1 Jun"))
        ).to_be_visible()
        await page.close()


async def test_what_is_sent_while_the_connection_is_lost_stays_in_the_box(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await expect(composer(page)).to_be_visible()
    port = int(sandbox.url.rpartition(":")[2])
    await sandbox.stop()

    await composer(page).fill("not lost")
    await composer(page).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("The workspace did not answer.")
    await expect(composer(page)).to_have_value("not lost")
    await sandbox.start(port=port)
    await expect(page.get_by_text("The connection is lost.")).to_be_hidden()
    await composer(page).press("Enter")

    await expect(rows(page).locator(".text")).to_have_text(["not lost"])

"""What axe finds on the page in either colours: nothing serious, nothing critical."""

from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Frame, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.records import App
from sandbox.server import Sandbox
from tests.sandbox.browsing import DESKTOP, IN_CHROMIUM, PHONE, composer, open_form, rows, sit_down
from tests.sandbox.page_app import every_block
from tests.sandbox.test_director import Almanac

pytestmark = IN_CHROMIUM

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
SERIOUS = ("serious", "critical")


async def faults(place: Page | Frame) -> list[str]:
    """What axe finds that is serious or critical: the rule and where."""
    if not await place.evaluate("Boolean(window.axe)"):
        await place.evaluate(AXE)
    # In the dark only the colours are others.
    is_dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    chosen = f"{is_dark} ? {{runOnly: ['color-contrast']}} : {{}}"
    result: dict[str, Any] = await place.evaluate(f"axe.run({{resultTypes: ['violations'], ...({chosen})}})")
    return [
        f"{fault['id']}: {node['target']} {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in result["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:3]
    ]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing_serious(
    browser: Browser,
    sandbox: Sandbox,
    app: App,
    board: AsyncWebClient,
    options: dict[str, Any],
    colours: str,
) -> None:
    found: dict[str, list[str]] = {}
    is_phone = options is PHONE
    sandbox.director = Almanac(sandbox.clock)
    sandbox.workspace.change_user("UBEN", title="Coach")
    await board.chat_postMessage(channel="CGENERAL", text="all", blocks=every_block())
    root = sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "<@UANN>, see `this` and <#CQUIET>"})
    sandbox.workspace.post("CGENERAL", {"user": "UANN", "text": "I do", "thread_ts": root["ts"]})
    sandbox.workspace.react("CGENERAL", root["ts"], "UANN", "tada")
    sandbox.workspace.show_only_to("CGENERAL", "UANN", {"text": "only you", "user": "UBEN"})
    sandbox.workspace.post("CCOUNCIL", {"user": "UBEN", "text": "<@UANN>"})
    page = await sit_down(browser, sandbox, "", **options, color_scheme=colours)

    await expect(page.get_by_role("button", name="Ann Example")).to_be_visible()
    found["choosing"] = await faults(page)
    await page.goto(f"{sandbox.url}/#UANN/CGENERAL/{root['ts']}")
    await expect(page.get_by_role("log", name="Thread").locator(".message")).to_have_count(2)
    await expect(page.get_by_role("region", name="Calendar")).to_be_visible()
    if is_phone:
        # There a thread lies over the conversation, and the side bar behind a button.
        found["thread"] = await faults(page)
        await page.get_by_role("button", name="Close thread").tap()
        await page.get_by_role("button", name="Conversations").tap()
        await page.get_by_role("navigation").evaluate(
            "side => Promise.all(side.getAnimations().map(a => a.finished))"
        )
    await expect(page.get_by_role("img", name="1 unread, 1 mention")).to_be_visible()
    found["channel, strip, side bar"] = await faults(page)
    await page.get_by_role("button", name="Threads").click()
    await expect(page.get_by_role("menuitem")).to_be_visible()
    found["threads"] = await faults(page)
    await page.keyboard.press("Escape")
    if is_phone:
        await page.get_by_role("navigation").get_by_role("button", name="general").tap()
    await page.locator(".strip-day").nth(1).click()
    await expect(page.get_by_role("button", name="Go to 09:00 of this day")).to_be_visible()
    found["day"] = await faults(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Calls and events").click()
    await page.locator(".panel-row").first.click()
    await expect(page.locator(".panel-detail")).to_be_visible()
    found["panel"] = await faults(page)
    await page.get_by_role("button", name="Close calls and events").click()
    await page.get_by_role("button", name="Search messages").click()
    await page.get_by_role("searchbox", name="Search messages").fill("see")
    await expect(page.get_by_role("list", name="Found").get_by_role("button")).to_have_count(2)
    found["search"] = await faults(page)
    await page.keyboard.press("Escape")
    await rows(page).last.hover()
    await page.locator(".message-author", has_text="Ben").first.click()
    await expect(page.get_by_role("dialog", name="Ben Example")).to_be_visible()
    found["card"] = await faults(page)
    await page.keyboard.press("Escape")
    await composer(page).fill("@be")
    await expect(page.get_by_role("option").first).to_be_visible()
    found["completion"] = await faults(page)
    await composer(page).fill("")
    await open_form(page)
    found["modal"] = await faults(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    direct = sandbox.workspace.direct("UANN", app.bot_user_id)
    await page.goto(f"{sandbox.url}/#UANN/{direct.id}/home")
    await expect(page.get_by_role("tabpanel", name="Home").locator(".block").first).to_be_visible()
    found["Home"] = await faults(page)
    await page.goto(f"{sandbox.url}/two#UANN/CGENERAL|UBEN/CGENERAL")
    second = page.frame(name="seat-2")
    assert second is not None
    await expect(second.get_by_role("combobox", name="Message #general")).to_be_visible()
    found["two seats"] = await faults(page)
    found["the second seat"] = await faults(second)

    assert {where: each for where, each in found.items() if each} == {}

"""The pictures of the demo that the README shows: `make screenshots` writes them to sandbox/screenshots/."""

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.demo import demonstration
from tests.sandbox.browsing import DESKTOP, PHONE, chromium

FOLDER = Path(__file__).parents[1] / "sandbox" / "screenshots"
MOST_BYTES = 150_000
AT = datetime(2023, 6, 15, 10, 0, tzinfo=UTC)
PARTICIPANT, CHANNEL = "U0CM01", "cba-2"


async def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    async with demonstration(port=0) as demo, chromium() as browser:
        await demo.machine.move_to(AT)
        channels = demo.sandbox.workspace.channels.values()
        channel = next(one for one in channels if one.name == CHANNEL)
        direct = demo.sandbox.workspace.direct(PARTICIPANT, demo.app.bot_user_id)

        page = await sit(browser, f"{demo.url}/#{PARTICIPANT}/{direct.id}/home", DESKTOP)
        await expect(page.get_by_role("tabpanel", name="Home").locator(".block").first).to_be_visible()
        await keep(page, "home")
        await page.get_by_role("tab", name="Messages").click()
        await page.get_by_role("button", name="Calls and events").click()
        await page.locator(".panel-row", has_text="chat.postMessage").first.click()
        await expect(page.locator(".panel-detail")).to_be_visible()
        await keep(page, "calls")

        page = await sit(
            browser, f"{demo.url}/#{PARTICIPANT}/{direct.id}", {**DESKTOP, "color_scheme": "dark"}
        )
        await expect(page.locator(".message").last).to_be_visible()
        await keep(page, "reminder-dark")

        places = f"{PARTICIPANT}/{channel.id}|{channel.members[1]}/{channel.id}"
        page = await sit(browser, f"{demo.url}/two#{places}", DESKTOP)
        for seat in ("seat-1", "seat-2"):
            await expect(page.frame_locator(f"[name={seat}]").locator(".message").last).to_be_visible()
        await keep(page, "two-seats")

        page = await sit(browser, f"{demo.url}/#{PARTICIPANT}/{direct.id}", PHONE)
        await expect(page.locator(".message").last).to_be_visible()
        await keep(page, "phone")


async def sit(browser: Browser, url: str, options: dict[str, Any]) -> Page:
    """A page of its own at an address, told that the reader wants no movement."""
    context = await browser.new_context(**options, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(url)
    return page


async def keep(page: Page, name: str) -> None:
    """Write what the page shows, in so few colours that it stays small."""
    await page.evaluate("document.fonts.ready")
    await page.mouse.move(0, 0)
    picture = Image.open(BytesIO(await page.screenshot(animations="disabled")))
    path = FOLDER / f"{name}.png"
    picture.convert("RGB").quantize(colors=128, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} has {path.stat().st_size} bytes, more than {MOST_BYTES}")
    print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    asyncio.run(main())

"""Debian's Chromium for the page's tests, and what one does with the page in nearly all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from sandbox.patience import PATIENCE_S
from sandbox.server import Sandbox

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

expect.set_options(timeout=PATIENCE_S * 1000)

IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}: apt-get install chromium"),
    # One browser for all tests of a module, so they share its event loop.
    pytest.mark.asyncio(loop_scope="module"),
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE_S * 1000
        )
        try:
            yield browser
        finally:
            await browser.close()


async def sit_down(browser: Browser, sandbox: Sandbox, place: str, **options: Any) -> Page:
    """A page at `place`, such as `UANN/CGENERAL`, which fails the test if a script of it fails."""
    context = await browser.new_context(**(options or DESKTOP))
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
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

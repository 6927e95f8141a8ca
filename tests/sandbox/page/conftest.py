"""A browser for each module, and a sandbox on the same event loop."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.limits import Rates
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.ports import own_port
from tests.sandbox.browsing import chromium
from tests.sandbox.page_app import running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_here() -> AsyncIterator[Browser]:
    """One browser for the module."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(workspace: Workspace, app: App) -> AsyncIterator[Sandbox]:
    """The workspace served on a port that it can have again, on the loop of the browser."""
    sandbox = Sandbox(workspace, rates=Rates.off())
    sandbox.delivery.ack_within_s = PATIENCE_S
    await sandbox.start(port=own_port())
    yield sandbox
    await sandbox.stop()


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

"""Payloads of every kind with a field missing or of another type: each is answered or refused."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

import handlers.errors
import handlers.middleware
from bot.app import FEATURES, bolt_app
from bot.clients import web_client
from bot.intake import NoPayload, bolt_request
from handlers.deps import Deps
from storage import outbox
from storage.db import open_database
from tests.scenarios import recording
from tests.scenarios.stage import Stage

SOME, ALL = 300, 2_000
"""Of each use that is recorded: 10,000 together."""


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[AsyncApp]:
    """The bot's listeners on the stage's database and workspace, and nothing else of the bot."""
    await stage.bot.stop()
    db = open_database(stage.settings.database_url)
    async with aiohttp.ClientSession() as session:
        client = web_client(stage.settings, session=session)
        me = {"team_id": stage.team_id, "user_id": stage.bot.bot_user_id}
        app = bolt_app(stage.settings, client=client, me=me)
        deps = Deps(db=db, clock=stage.workspace.clock, client_for={stage.team_id: client}.__getitem__)
        for feature in (handlers.errors, handlers.middleware, *FEATURES):
            feature.register(app, deps)
        yield app
        await deps.background.finish()
    await db.close()


async def status(app: AsyncApp, payload: recording.Payload) -> int:
    """What is answered to a payload that comes in, as HTTP says it."""
    try:
        request = bolt_request(payload, headers=None, mode="socket_mode")
    except NoPayload:
        return 400
    return (await app.async_dispatch(request)).status


def unexpected(caplog: pytest.LogCaptureFixture, level: int = logging.ERROR) -> list[logging.LogRecord]:
    """The errors in the log.

    Two are none: Bolt's, that a payload names a workspace that the bot is not in, and the dispatcher's, that
    Slack knows no such person to write to.
    """
    said = [record for record in caplog.records if record.levelno >= level]
    return [
        one
        for one in said
        if not one.name.endswith("Authorization") and "Slack refused a message" not in str(one.msg)
    ]


async def unsent(stage: Stage) -> list[str]:
    """The queued messages that are due, and neither sent nor given up."""
    async with stage.bot.db.reading() as work:
        rows = await outbox.rows(work, team_id=stage.team_id)
    now = stage.workspace.clock.now()
    return [
        f"{row.key}: {row.state}"
        for row in rows
        if row.state == "sending" or (row.state == "queued" and row.not_before_at <= now)
    ]


@pytest.mark.parametrize("times", [SOME, pytest.param(ALL, marks=pytest.mark.long)])
@pytest.mark.parametrize("use", recording.FEATURES, ids=lambda use: str(use.__name__))
async def test_spoilt_payloads_are_answered_or_refused(
    stage: Stage, use: Callable[[Stage], Awaitable[None]], times: int, caplog: pytest.LogCaptureFixture
) -> None:
    await use(stage)
    payloads = recording.recorded(stage)

    answered: Counter[int] = Counter()
    async with listening(stage) as app:
        for payload in recording.spoilt(payloads, times=times, seed=7):
            answered[await status(app, payload)] += 1
    failures = unexpected(caplog)
    caplog.clear()
    # What was stored of it breaks neither a start, nor what is due, nor an answer.
    await stage.restart()
    await stage.settle()
    await stage.person("UBEN").command("/academy help")

    assert answered.keys() <= {200, 400, 500}
    assert answered[500] <= len(failures) < times / 20
    assert [one for one in failures if len(one.__dict__.get("reference", "")) != 8] == []
    assert unexpected(caplog) == []
    assert await unsent(stage) == []
    assert "/homework" in str(stage.person("UBEN").direct()[-1])
    stage.expected_errors = stage.errors()

"""The dispatcher in channels: replies, emoji, whispers, and what a lost answer means for each."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import outbox
from storage.db import Database, Work
from storage.outbox import Composed, Composer, OutboxRow, React, Whisper
from tests.bot.test_dispatcher import CLAIM_IS_OVER_IN, dispatching, the_row, until, until_state

START = datetime(2023, 7, 3, 7, tzinfo=UTC)
CHANNEL = "CASK"
SCOPES = ["chat:write", "channels:history", "reactions:write"]
MANIFEST = {
    "display_information": {"name": "Poster"},
    "features": {"bot_user": {"display_name": "poster"}},
    "oauth_config": {"scopes": {"bot": SCOPES}},
    "settings": {"socket_mode_enabled": True},
}


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace(clock=Clock(START))
    workspace.add_user("ana", user_id="UANA")
    return workspace


@pytest.fixture
def app(workspace: Workspace) -> App:
    app = install(workspace, MANIFEST)
    workspace.add_channel("ask", members=["UANA", app.bot_user_id], channel_id=CHANNEL)
    return app


@pytest.fixture
async def sandbox(workspace: Workspace, app: App) -> AsyncIterator[Sandbox]:
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        yield sandbox


def asked(workspace: Workspace) -> str:
    """The ts of a message by a person."""
    return str(workspace.post(CHANNEL, {"user": "UANA", "text": "Who?"})["ts"])


async def enqueue(db: Database, key: str, *, kind: str = "message", **body: Any) -> None:
    async with db.writing() as work:
        given = {"text": key, "blocks": [], **body}
        await outbox.enqueue(work, team_id="T1", key=key, recipient=CHANNEL, kind=kind, body=given, now=START)


def composing(composed: Composed) -> dict[str, Composer]:
    async def compose(_work: Work, _row: OutboxRow, _now: datetime) -> Composed:
        return composed

    return {"thing": compose}


async def test_a_row_that_names_a_thread_is_posted_in_it(
    db: Database, sandbox: Sandbox, app: App, workspace: Workspace
) -> None:
    ts = asked(workspace)
    await enqueue(db, "answered", thread_ts=ts)

    async with dispatching(db, sandbox, app) as dispatcher:
        await dispatcher.drain()

    reply = workspace.channel(CHANNEL).messages[-1]
    assert (reply["text"], reply["thread_ts"]) == ("answered", ts)


@pytest.mark.parametrize("executed", [True, False])
async def test_a_reply_of_unknown_fate_is_looked_up_in_its_thread(
    db: Database, sandbox: Sandbox, app: App, workspace: Workspace, executed: bool
) -> None:
    ts = asked(workspace)
    await enqueue(db, "answered", thread_ts=ts)
    sandbox.faults.add("server_error", method="chat.postMessage", times=1, executed=executed)
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, outcomes=outcomes):
        await until(lambda: outcomes["unsettled"] == 1)
        while (await the_row(db, "answered")).state != "sent":
            sandbox.clock.advance(timedelta(seconds=10))
            await asyncio.sleep(0.02)

    replies = [one for one in workspace.channel(CHANNEL).messages if one.get("thread_ts") == ts]
    assert [one["text"] for one in replies if one["ts"] != ts] == ["answered"]


async def test_an_emoji_is_put_and_taken_away_and_either_twice_is_no_failure(
    db: Database, sandbox: Sandbox, app: App, workspace: Workspace
) -> None:
    ts = asked(workspace)
    for key, is_there in (("put", True), ("away", False)):
        async with dispatching(
            db, sandbox, app, composers=composing(React(CHANNEL, ts, "eyes", is_there=is_there))
        ) as dispatcher:
            for again in ("", " again"):
                await enqueue(db, key + again, kind="thing")
                await dispatcher.drain()
            assert [(await the_row(db, key + again)).state for again in ("", " again")] == ["sent", "sent"]
            assert bool(workspace.message(CHANNEL, ts).get("reactions")) is is_there

    called = [(call.method, call.answer.get("error")) for call in sandbox.calls]
    assert called == [
        ("reactions.add", None),
        ("reactions.add", "already_reacted"),
        ("reactions.remove", None),
        ("reactions.remove", "no_reaction"),
    ]


async def test_a_whisper_is_seen_by_one_person(
    db: Database, sandbox: Sandbox, app: App, workspace: Workspace
) -> None:
    await enqueue(db, "psst", kind="thing")

    async with dispatching(
        db, sandbox, app, composers=composing(Whisper(CHANNEL, "UANA", "psst", []))
    ) as dispatcher:
        await dispatcher.drain()

    assert [one["text"] for one in workspace.ephemerals[CHANNEL, "UANA"]] == ["psst"]
    assert workspace.channel(CHANNEL).messages == []
    assert (await the_row(db, "psst")).state == "sent"


@pytest.mark.parametrize("executed", [True, False])
async def test_a_whisper_of_unknown_fate_is_given_up(
    db: Database, sandbox: Sandbox, app: App, workspace: Workspace, executed: bool
) -> None:
    await enqueue(db, "psst", kind="thing")
    sandbox.faults.add("server_error", method="chat.postEphemeral", times=1, executed=executed)
    outcomes = Counter[str]()

    async with dispatching(
        db, sandbox, app, composers=composing(Whisper(CHANNEL, "UANA", "psst", [])), outcomes=outcomes
    ):
        await until(lambda: outcomes["unsettled"] == 1)
        sandbox.clock.advance(CLAIM_IS_OVER_IN)
        row = await until_state(db, "psst", "dropped")

    assert len(workspace.ephemerals.get((CHANNEL, "UANA"), [])) == int(executed)
    assert row.reason == "it stayed unknown whether Slack took it"

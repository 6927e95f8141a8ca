"""Files in the outbox: shared once, whatever becomes of Slack's answers."""

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
from storage.outbox import Composed, Composer, File, OutboxRow, Share
from tests.bot.test_dispatcher import dispatching, the_row, until

START = datetime(2023, 7, 3, 7, tzinfo=UTC)
FILES = [
    File(name="course-1.png", content=b"\x89PNG and so on", title="The course", alt_text="A chart"),
    File(name="table-1.csv", content="naïve,1\r\n".encode(), title="The table"),
]
MANIFEST = {
    "display_information": {"name": "Poster"},
    "features": {"bot_user": {"display_name": "poster"}},
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "files:write", "im:write", "im:history", "channels:history"]}
    },
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
    workspace.add_channel("ask", members=["UANA", app.bot_user_id], channel_id="CASK")
    return app


@pytest.fixture
async def sandbox(workspace: Workspace, app: App) -> AsyncIterator[Sandbox]:
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        yield sandbox


async def enqueue(db: Database, recipient: str = "UANA") -> None:
    async with db.writing() as work:
        await outbox.enqueue(
            work,
            team_id="T1",
            key="files",
            recipient=recipient,
            kind="files",
            body={"files": [file.name for file in FILES]},
            now=START,
        )


async def _compose(_work: Work, _row: OutboxRow, _now: datetime) -> Composed:
    async def make(_db: Database) -> list[File]:
        return FILES

    return Share("Here they are.", make)


COMPOSERS: dict[str, Composer] = {"files": _compose}


def shared(sandbox: Sandbox, channel_id: str) -> list[tuple[str, list[Any]]]:
    """Text and files of each message of a conversation."""
    held = sandbox.workspace.files
    return [
        (message["text"], [(held[one["id"]].name, held[one["id"]].content) for one in message["files"]])
        for message in sandbox.workspace.channel(channel_id).messages
    ]


@pytest.mark.parametrize("recipient", ["UANA", "CASK"])
async def test_files_come_in_one_message_to_a_person_or_a_channel(
    db: Database, sandbox: Sandbox, app: App, recipient: str
) -> None:
    await enqueue(db, recipient)

    async with dispatching(db, sandbox, app, composers=COMPOSERS) as dispatcher:
        await dispatcher.drain()

    row = await the_row(db, "files")
    assert row.state == "sent"
    assert shared(sandbox, str(row.channel_id)) == [
        ("Here they are.", [(file.name, file.content) for file in FILES])
    ]


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("files.getUploadURLExternal", "lost_reply"),
        ("files.completeUploadExternal", "lost_reply"),
        ("files.completeUploadExternal", "server_error"),
        ("conversations.open", "server_error"),
    ],
)
async def test_files_of_unknown_fate_are_settled_from_the_history(
    db: Database, sandbox: Sandbox, app: App, method: str, fault: Any
) -> None:
    await enqueue(db)
    sandbox.faults.add(fault, method=method, times=1)
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, composers=COMPOSERS, outcomes=outcomes):
        await until(lambda: outcomes["unsettled"] == 1)
        while (await the_row(db, "files")).state != "sent":
            sandbox.clock.advance(timedelta(seconds=10))
            await asyncio.sleep(0.02)

    row = await the_row(db, "files")
    assert [text for text, _ in shared(sandbox, str(row.channel_id))] == ["Here they are."]


async def test_files_wait_where_slack_says_how_long(db: Database, sandbox: Sandbox, app: App) -> None:
    await enqueue(db)
    sandbox.faults.add("ratelimited", method="files.getUploadURLExternal", times=1, retry_after_s=30)
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, composers=COMPOSERS, outcomes=outcomes) as dispatcher:
        await until(lambda: outcomes["ratelimited"] == 1)
        in_between = await the_row(db, "files")
        sandbox.clock.advance(timedelta(seconds=31))
        await dispatcher.drain()

    assert in_between.not_before_at >= START + timedelta(seconds=30)
    assert (await the_row(db, "files")).state == "sent"


async def test_files_that_cannot_be_made_are_given_up_and_named(
    db: Database, sandbox: Sandbox, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    async def compose(_work: Work, _row: OutboxRow, _now: datetime) -> Composed:
        async def make(_db: Database) -> list[File]:
            raise RuntimeError("a bug")

        return Share("Here they are.", make)

    await enqueue(db)
    states = []

    async with dispatching(db, sandbox, app, composers={"files": compose}) as dispatcher:
        for _ in range(6):
            await dispatcher.drain()
            states.append((await the_row(db, "files")).state)
            sandbox.clock.advance(timedelta(minutes=5))

    row = await the_row(db, "files")
    references = {getattr(record, "reference", None) for record in caplog.records}
    assert states == ["queued"] * 4 + ["failed"] * 2
    assert str(row.reason).removeprefix("could not be written, reference ") in references
    assert row.attempts == 5


async def test_files_that_their_address_does_not_take_are_tried_again_then_given_up_and_named(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    async with dispatching(db, sandbox, app, composers=COMPOSERS) as dispatcher:
        sandbox.workspace.url += "/nowhere"  # in the addresses that it gives for files from here on
        await enqueue(db)
        await dispatcher.drain()
        once = await the_row(db, "files")
        while (row := await the_row(db, "files")).state != "failed":
            sandbox.clock.advance(timedelta(minutes=5))
            await dispatcher.drain()

    assert (once.state, once.attempts, once.reason) == ("queued", 1, "not uploaded")
    assert (row.attempts, row.reason) == (10, "Slack did not take the file")


async def test_files_that_slack_refuses_are_named_as_failed(db: Database, sandbox: Sandbox, app: App) -> None:
    await enqueue(db, "CNOWHERE")

    async with dispatching(db, sandbox, app, composers=COMPOSERS) as dispatcher:
        await dispatcher.drain()

    row = await the_row(db, "files")
    assert (row.state, row.reason) == ("failed", "channel_not_found")

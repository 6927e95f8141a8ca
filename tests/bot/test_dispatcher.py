"""The dispatcher against a Slack that answers late, twice, wrongly or not at all."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.calls import METADATA_EVENT
from bot.dispatcher import Dispatcher
from bot.pace import Pace
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import outbox, outgoing
from storage.db import Database, Work
from storage.outbox import Composed, Composer, Drop, Edit, Later, OutboxRow, Send, Whisper

START = datetime(2023, 7, 3, 7, tzinfo=UTC)
REQUEST_TIMEOUT_S = 10
CLAIM_IS_OVER_IN = timedelta(seconds=REQUEST_TIMEOUT_S + 6)
TEAM = "T1"
PEOPLE = [f"U{number:03d}" for number in range(12)]
UNPACED = Pace(per_minute=60_000, burst=100, per_recipient_s=0)
MANIFEST = {
    "display_information": {"name": "Poster"},
    "features": {"bot_user": {"display_name": "poster"}},
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "im:write", "im:history", "channels:history", "users:read"]}
    },
    "settings": {"socket_mode_enabled": True},
}


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    workspace = Workspace(clock=clock)
    for user_id in PEOPLE:
        workspace.add_user(user_id.lower(), user_id=user_id)
    return workspace


@pytest.fixture
def app(workspace: Workspace) -> App:
    app = install(workspace, MANIFEST)
    workspace.add_channel("academy", members=[*PEOPLE, app.bot_user_id], channel_id="CACADEMY")
    workspace.add_channel("elsewhere", members=PEOPLE, channel_id="CELSEWHERE")
    return app


@pytest.fixture
async def sandbox(workspace: Workspace, app: App) -> AsyncIterator[Sandbox]:
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        yield sandbox


@asynccontextmanager
async def dispatching(
    db: Database,
    sandbox: Sandbox,
    app: App,
    *,
    composers: dict[str, Composer] | None = None,
    pace: Pace = UNPACED,
    request_timeout_s: float = REQUEST_TIMEOUT_S,
    outcomes: Counter[str] | None = None,
    client: AsyncWebClient | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Dispatcher]:
    client = client or AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    counted = Counter[str]() if outcomes is None else outcomes
    dispatcher = Dispatcher(
        db,
        client_for=lambda team_id: client,
        composers=composers or {},
        clock=clock or sandbox.clock,
        pace=pace,
        request_timeout_s=request_timeout_s,
        on_outcome=lambda outcome: counted.update([outcome]),
        monotonic=lambda: sandbox.clock.now().timestamp(),
    )
    await dispatcher.start()
    yield dispatcher
    await dispatcher.stop()


async def enqueue(
    db: Database, key: str, *, recipient: str = PEOPLE[0], kind: str = "message", due_at: datetime = START
) -> None:
    async with db.writing() as work:
        body = {"text": key, "blocks": []}
        await outbox.enqueue(
            work, team_id=TEAM, key=key, recipient=recipient, kind=kind, body=body, now=START, due_at=due_at
        )


async def the_row(db: Database, key: str) -> OutboxRow:
    async with db.reading() as work:
        row = await outbox.row(work, team_id=TEAM, key=key)
    assert row is not None
    return row


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


async def until_state(db: Database, key: str, state: str) -> OutboxRow:
    async with asyncio.timeout(PATIENCE_S):
        while (row := await the_row(db, key)).state != state:
            await asyncio.sleep(0.01)
    return row


async def until_sent_as_time_goes_on(db: Database, sandbox: Sandbox, key: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await the_row(db, key)).state != "sent":
            sandbox.clock.advance(timedelta(seconds=10))
            await asyncio.sleep(0.02)


def texts(sandbox: Sandbox, app: App, recipient: str = PEOPLE[0]) -> list[str]:
    workspace = sandbox.workspace
    channel = (
        workspace.direct(recipient, app.bot_user_id)
        if recipient.startswith("U")
        else workspace.channel(recipient)
    )
    return [str(message["text"]) for message in channel.messages]


async def test_a_message_goes_out_once_with_its_key_and_its_place_is_kept(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    await enqueue(db, "remind:a")

    async with dispatching(db, sandbox, app) as dispatcher:
        await dispatcher.drain()
        await dispatcher.drain()

    (message,) = sandbox.workspace.direct(PEOPLE[0], app.bot_user_id).messages
    row = await the_row(db, "remind:a")
    assert message["metadata"] == {"event_type": METADATA_EVENT, "event_payload": {"key": "remind:a"}}
    assert (row.state, row.ts) == ("sent", message["ts"])
    assert row.channel_id == sandbox.workspace.direct(PEOPLE[0], app.bot_user_id).id


async def test_a_message_that_is_not_due_waits_until_it_is(db: Database, sandbox: Sandbox, app: App) -> None:
    await enqueue(db, "later", due_at=START + timedelta(hours=1))

    async with dispatching(db, sandbox, app) as dispatcher:
        await dispatcher.drain()
        before = texts(sandbox, app)
        sandbox.clock.advance(timedelta(hours=1))
        await until(lambda: texts(sandbox, app) == ["later"])

    assert before == []


async def test_what_goes_to_one_person_goes_in_order(db: Database, sandbox: Sandbox, app: App) -> None:
    wanted = [f"{number:02d}" for number in range(10)]
    for number, key in enumerate(wanted):
        await enqueue(db, key, due_at=START - timedelta(seconds=100 - number))
    sandbox.faults.add("slow", method="chat.postMessage", share=0.3, delay_s=0.05)
    sandbox.faults.add("ratelimited", method="chat.postMessage", share=0.3, retry_after_s=1)

    async with dispatching(db, sandbox, app):
        await until(lambda: len(texts(sandbox, app)) == len(wanted))

    assert texts(sandbox, app) == wanted


@pytest.mark.parametrize(
    ("fault", "executed"), [("lost_reply", True), ("server_error", True), ("server_error", False)]
)
async def test_a_message_of_unknown_fate_is_settled_from_the_history(
    db: Database, sandbox: Sandbox, app: App, fault: str, executed: bool
) -> None:
    await enqueue(db, "remind:a")
    sandbox.faults.add(fault, method="chat.postMessage", times=1, executed=executed)  # type: ignore[arg-type]
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, outcomes=outcomes):
        await until(lambda: outcomes["unsettled"] == 1)
        in_between = (await the_row(db, "remind:a")).state
        await until_sent_as_time_goes_on(db, sandbox, "remind:a")

    assert in_between == "sending"
    assert texts(sandbox, app) == ["remind:a"]


@pytest.mark.parametrize("error", ["internal_error", "token_expired"])
async def test_a_look_up_that_slack_fails_at_says_nothing_of_the_message(
    db: Database, sandbox: Sandbox, app: App, error: str
) -> None:
    await enqueue(db, "remind:a")
    sandbox.faults.add("lost_reply", method="chat.postMessage", times=1)
    failed = sandbox.faults.add("error", method="conversations.open", times=1, error=error)

    async with dispatching(db, sandbox, app):
        await until(lambda: bool(texts(sandbox, app)))
        await until_sent_as_time_goes_on(db, sandbox, "remind:a")

    assert failed.hits == 1
    assert texts(sandbox, app) == ["remind:a"]


async def test_a_slow_answer_past_the_time_limit_does_not_post_twice(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    await enqueue(db, "remind:a")
    sandbox.faults.add("slow", method="chat.postMessage", times=1, delay_s=1.0)
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, request_timeout_s=0.2, outcomes=outcomes):
        await until(lambda: outcomes["unsettled"] > 0)
        await until_sent_as_time_goes_on(db, sandbox, "remind:a")

    assert texts(sandbox, app) == ["remind:a"]


async def test_a_row_that_a_killed_process_had_posted_is_not_posted_again(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    await enqueue(db, "remind:a")
    async with db.writing() as work:
        await outgoing.claim(work, team_id=TEAM, key="remind:a", now=START, claimed_by="killed")
    metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": "remind:a"}}
    direct = sandbox.workspace.direct(PEOPLE[0], app.bot_user_id)
    posted = sandbox.workspace.post(
        direct.id, {"user": app.bot_user_id, "text": "remind:a", "metadata": metadata}
    )

    async with dispatching(db, sandbox, app):
        await until_sent_as_time_goes_on(db, sandbox, "remind:a")

    row = await the_row(db, "remind:a")
    assert row.ts == posted["ts"]
    assert len(direct.messages) == 1


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=1), timedelta(hours=-1)])
async def test_a_row_that_a_killed_process_had_not_posted_waits_out_the_request_and_goes(
    db: Database, sandbox: Sandbox, app: App, ahead: timedelta
) -> None:
    await enqueue(db, "remind:a")
    async with db.writing() as work:  # on a host whose clock is ahead, or behind
        await outgoing.claim(work, team_id=TEAM, key="remind:a", now=START + ahead, claimed_by="killed")

    async with dispatching(db, sandbox, app) as dispatcher:
        dispatcher.wake()
        sandbox.clock.advance(timedelta(seconds=5))
        await enqueue(db, "to another", recipient=PEOPLE[1])
        dispatcher.wake()
        await until_state(db, "to another", "sent")
        early = (await the_row(db, "remind:a")).state
        await until_sent_as_time_goes_on(db, sandbox, "remind:a")

    assert early == "sending"
    assert texts(sandbox, app) == ["remind:a"]


async def test_while_slack_wants_no_look_ups_those_that_have_begun_wait_as_well(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    keys = ["remind:a", "remind:b"]
    for key, person in zip(keys, PEOPLE, strict=False):
        await enqueue(db, key, recipient=person)
    sandbox.faults.add("lost_reply", method="chat.postMessage", times=2)
    sandbox.faults.add("slow", method="conversations.open", times=1, delay_s=0.3)
    sandbox.faults.add("ratelimited", method="conversations.history", times=1, retry_after_s=30)
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, outcomes=outcomes):
        await until(lambda: outcomes["unsettled"] == 2)
        sandbox.clock.advance(timedelta(seconds=20))
        await until(lambda: outcomes["unsettled"] == 4)
        asked = [call.status for call in sandbox.calls if call.method == "conversations.history"]
        for key in keys:
            await until_sent_as_time_goes_on(db, sandbox, key)

    assert asked == [429]
    assert [texts(sandbox, app, person) for person in PEOPLE[:2]] == [["remind:a"], ["remind:b"]]


async def test_several_processes_share_the_work_and_each_message_goes_once_and_in_order(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    for number, person in itertools.product(range(3), PEOPLE[:8]):
        due_at = START - timedelta(minutes=10 - number)
        await enqueue(db, f"{person}:{number}", recipient=person, due_at=due_at)
    outcomes = [Counter[str]() for _ in range(3)]

    async with (
        dispatching(db, sandbox, app, outcomes=outcomes[0]),
        dispatching(db, sandbox, app, outcomes=outcomes[1]),
        dispatching(db, sandbox, app, outcomes=outcomes[2]),
    ):
        for person in PEOPLE[:8]:
            await until_state(db, f"{person}:2", "sent")

    assert {person: texts(sandbox, app, person) for person in PEOPLE[:8]} == {
        person: [f"{person}:{number}" for number in range(3)] for person in PEOPLE[:8]
    }
    assert sum(one["sent"] for one in outcomes) == 3 * 8


async def test_what_another_process_settled_meanwhile_is_left_as_it_is(db: Database) -> None:
    await enqueue(db, "remind:a")
    async with db.writing() as work:
        first = await outgoing.claim(work, team_id=TEAM, key="remind:a", now=START, claimed_by="slow")
        assert first is not None
        await outgoing.release(work, first, state="queued")
        second = await outgoing.claim(work, team_id=TEAM, key="remind:a", now=START, claimed_by="quick")

        was_released = await outgoing.release(work, first, state="queued")
        arrived = [await outgoing.arrive(work, first, channel_id="D1", ts="1.0", now=START) for _ in range(2)]

    row = await the_row(db, "remind:a")
    assert second is not None
    assert (was_released, arrived) == (False, [True, False])
    assert (row.state, row.claimed_by, row.ts) == ("sent", "quick", "1.0")


async def test_nothing_is_called_inside_a_retry_after_window(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    for number, user_id in enumerate(PEOPLE):
        await enqueue(db, f"remind:{number}", recipient=user_id)
    sandbox.faults.add("ratelimited", method="chat.postMessage", times=1, retry_after_s=30)

    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, pace=Pace(at_once=1, burst=100), outcomes=outcomes):
        await until(lambda: outcomes["ratelimited"] == 1)
        limited = next(call for call in sandbox.calls if call.status == 429)
        sandbox.clock.advance(timedelta(seconds=28))
        await enqueue(db, "another", recipient="CACADEMY")
        sandbox.clock.advance(timedelta(seconds=2))
        await until(lambda: texts(sandbox, app, "CACADEMY") == ["another"])
        await until(lambda: all(texts(sandbox, app, user_id) for user_id in PEOPLE))

    posts = [call for call in sandbox.calls if call.method == "chat.postMessage"]
    window = [call for call in posts if limited.at < call.at < limited.at + timedelta(seconds=30)]
    assert window == []
    assert Counter(call.status for call in posts) == {200: len(PEOPLE) + 1, 429: 1}


class Telling(AsyncWebClient):
    """A client that says when Slack has told it to wait."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.told_to_wait = asyncio.Event()

    async def chat_postMessage(self, **fields: Any) -> AsyncSlackResponse:
        try:
            return await super().chat_postMessage(**fields)
        except SlackApiError:
            self.told_to_wait.set()
            raise


async def test_a_row_that_was_taken_up_before_slack_said_to_wait_waits_too(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    client = Telling(token=app.bot_token, base_url=sandbox.api_url, retry_handlers=[])

    async def compose(_work: Work, row: OutboxRow, _now: datetime) -> Composed:
        # It has been claimed, and Slack refuses another one before it is written.
        await client.told_to_wait.wait()
        return Send(row.key, [])

    await enqueue(db, "first", recipient=PEOPLE[0])
    await enqueue(db, "second", recipient=PEOPLE[1], kind="slow")
    sandbox.faults.add("ratelimited", method="chat.postMessage", times=1, retry_after_s=30)

    async with dispatching(db, sandbox, app, composers={"slow": compose}, client=client):
        waiting = await until_waiting(db, "second")
        calls = [call.status for call in sandbox.calls if call.method == "chat.postMessage"]
        sandbox.clock.advance(timedelta(seconds=31))
        await until_state(db, "second", "sent")

    assert (waiting.state, waiting.attempts, calls) == ("queued", 0, [429])


async def until_waiting(db: Database, key: str) -> OutboxRow:
    async with asyncio.timeout(PATIENCE_S):
        while (row := await the_row(db, key)).not_before_at == row.due_at:
            await asyncio.sleep(0.01)
    return row


class JumpingClock(Clock):
    """A host's clock that is set to another time; what goes by goes by all the same."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead

    def steady(self) -> datetime:
        return super().now()


async def test_a_clock_that_jumps_ahead_does_not_end_a_wait(db: Database, sandbox: Sandbox, app: App) -> None:
    clock, outcomes = JumpingClock(START), Counter[str]()
    sandbox.faults.add("ratelimited", method="chat.postMessage", times=1, retry_after_s=30)

    async def compose(_work: Work, _row: OutboxRow, _now: datetime) -> Composed:
        return Whisper("CACADEMY", PEOPLE[1], "whispered", [])

    async with dispatching(
        db, sandbox, app, composers={"whisper": compose}, outcomes=outcomes, clock=clock
    ) as dispatcher:
        await enqueue(db, "before", recipient=PEOPLE[1], kind="whisper")
        dispatcher.wake()
        await until_state(db, "before", "sent")
        await enqueue(db, "first", recipient=PEOPLE[0])
        dispatcher.wake()
        await until(lambda: outcomes["ratelimited"] == 1)
        clock.ahead = timedelta(hours=1)
        # Of another method: once it went, all that is waiting has been looked at.
        await enqueue(db, "after", recipient=PEOPLE[1], kind="whisper")
        dispatcher.wake()
        await until_state(db, "after", "sent")
        calls = [call.status for call in sandbox.calls if call.method == "chat.postMessage"]
        clock.advance(timedelta(seconds=31))
        await until_state(db, "first", "sent")

    assert calls == [429]


async def test_while_slack_wants_no_lookups_none_is_asked_for_another_row(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    for number in range(3):
        await enqueue(db, f"remind:{number}", recipient=PEOPLE[number])
    sandbox.faults.add("lost_reply", method="chat.postMessage", times=3)
    sandbox.faults.add("ratelimited", method="conversations.history", times=1, retry_after_s=30)

    def looked_up() -> list[int]:
        return [call.status for call in sandbox.calls if call.method == "conversations.history"]

    async with dispatching(db, sandbox, app, pace=Pace(at_once=1, burst=100)):
        await until(lambda: sum(call.status == 0 for call in sandbox.calls) == 3)
        sandbox.clock.advance(CLAIM_IS_OVER_IN)
        await until(lambda: bool(looked_up()))
        limited = next(call for call in sandbox.calls if call.status == 429)
        for number in range(3):
            await until_sent_as_time_goes_on(db, sandbox, f"remind:{number}")

    window = [
        call
        for call in sandbox.calls
        if call.method == "conversations.history"
        and limited.at < call.at < limited.at + timedelta(seconds=30)
    ]
    assert window == []
    assert looked_up() == [429, 200, 200, 200]
    assert [len(texts(sandbox, app, user_id)) for user_id in PEOPLE[:3]] == [1, 1, 1]


async def test_a_retry_after_holds_up_only_the_method_that_got_it(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    async def compose(work: Work, row: OutboxRow, _now: datetime) -> Composed:
        target = await outbox.row(work, team_id=TEAM, key=row.body["of"])
        assert target is not None
        return Edit(str(target.channel_id), str(target.ts), f"{target.key}, changed", [])

    for number, user_id in enumerate(PEOPLE[:3]):
        await enqueue(db, f"first:{number}", recipient=user_id)
    outcomes = Counter[str]()

    one_by_one = Pace(per_minute=60_000, burst=100, per_recipient_s=0, at_once=1)
    async with dispatching(
        db, sandbox, app, composers={"edit": compose}, pace=one_by_one, outcomes=outcomes
    ) as dispatcher:
        await dispatcher.drain()
        sandbox.faults.add("ratelimited", method="chat.update", times=1, retry_after_s=30)
        async with db.writing() as work:
            for number, user_id in enumerate(PEOPLE[:3]):
                await outbox.enqueue(
                    work,
                    team_id=TEAM,
                    key=f"edit:{number}",
                    recipient=user_id,
                    kind="edit",
                    body={"of": f"first:{number}"},
                    now=START + timedelta(seconds=number),
                )
        sandbox.clock.advance(timedelta(seconds=5))
        dispatcher.wake()
        await until(lambda: outcomes["ratelimited"] == 1)
        limited = next(call for call in sandbox.calls if call.status == 429)
        await enqueue(db, "a reply", recipient=PEOPLE[4])
        dispatcher.wake()
        await until(lambda: texts(sandbox, app, PEOPLE[4]) == ["a reply"])
        replied_at = sandbox.clock.now()
        sandbox.clock.advance(timedelta(seconds=31))
        await until(lambda: texts(sandbox, app, PEOPLE[2]) == ["first:2, changed"])
        await until(lambda: texts(sandbox, app, PEOPLE[0]) == ["first:0, changed"])

    edits = [call for call in sandbox.calls if call.method == "chat.update" and call.at > limited.at]
    assert replied_at < limited.at + timedelta(seconds=30)
    assert [call for call in edits if call.at < limited.at + timedelta(seconds=30)] == []
    assert [call.status for call in edits] == [200] * 3


@pytest.mark.parametrize("processes", [1, 3])
async def test_slacks_own_rates_are_kept(
    db: Database, workspace: Workspace, app: App, processes: int
) -> None:
    for number in range(6):
        await enqueue(db, f"{number}", recipient="CACADEMY", due_at=START - timedelta(seconds=60 - number))
    for user_id in PEOPLE:
        await enqueue(db, f"remind:{user_id}", recipient=user_id)

    async with Sandbox(workspace, rates=Rates()) as sandbox, AsyncExitStack() as leaving:
        began_at = sandbox.clock.now()
        for _ in range(processes):
            await leaving.enter_async_context(dispatching(db, sandbox, app, pace=Pace()))
        await until(lambda: len(texts(sandbox, app, "CACADEMY")) == 6)
        await until(lambda: all(texts(sandbox, app, user_id) for user_id in PEOPLE))
        posts = [call for call in sandbox.calls if call.method == "chat.postMessage"]

    instants = [call.at for call in posts if call.args["channel"] == "CACADEMY"]
    assert [call.status for call in posts] == [200] * 18
    # Five times a second between two, counted from before the first, which may arrive late.
    assert max(instants) - began_at >= timedelta(seconds=4.5)


async def test_what_slack_refuses_for_good_is_named_and_the_others_go_on(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    await enqueue(db, "not a member", recipient="CELSEWHERE")
    await enqueue(db, "no such person", recipient="U999")
    await enqueue(db, "fine", recipient=PEOPLE[1])

    async with dispatching(db, sandbox, app) as dispatcher:
        await dispatcher.drain()

    rows = {key: await the_row(db, key) for key in ("not a member", "no such person", "fine")}
    assert {key: (row.state, row.reason) for key, row in rows.items()} == {
        "not a member": ("failed", "not_in_channel"),
        "no such person": ("failed", "channel_not_found"),
        "fine": ("sent", None),
    }


async def test_a_token_that_slack_refuses_fails_no_message(db: Database, sandbox: Sandbox, app: App) -> None:
    await enqueue(db, "remind:a")
    sandbox.faults.add("error", method="chat.postMessage", times=1, error="token_revoked")
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, outcomes=outcomes):
        await until(lambda: outcomes["unsettled"] == 1)
        in_between = await the_row(db, "remind:a")
        sandbox.clock.advance(timedelta(seconds=61))
        await until_state(db, "remind:a", "sent")

    assert (in_between.state, in_between.reason) == ("queued", "token_revoked")
    assert texts(sandbox, app) == ["remind:a"]


async def test_a_message_is_composed_at_the_instant_of_sending_or_dropped_or_put_off(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    put_off: list[str] = []

    async def compose(_work: Work, row: OutboxRow, now: datetime) -> Composed:
        if row.key == "gone":
            return Drop("handed in")
        if row.key == "tomorrow" and not put_off:
            put_off.append(row.key)
            return Later(now + timedelta(hours=1))
        return Send(f"{row.key} at {now:%H}", [])

    for key in ("gone", "now", "tomorrow"):
        await enqueue(db, key, kind="composed")

    async with dispatching(db, sandbox, app, composers={"composed": compose}) as dispatcher:
        await dispatcher.drain()
        at_first = texts(sandbox, app)
        sandbox.clock.advance(timedelta(hours=1))
        await until_state(db, "tomorrow", "sent")

    gone = await the_row(db, "gone")
    assert at_first == ["now at 07"]
    assert texts(sandbox, app) == ["now at 07", "tomorrow at 08"]
    assert (gone.state, gone.reason) == ("dropped", "handed in")


async def test_an_edit_whose_answer_was_lost_is_simply_made_again(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    async def compose(work: Work, _row: OutboxRow, _now: datetime) -> Composed:
        target = await outbox.row(work, team_id=TEAM, key="remind:a")
        assert target is not None
        return Edit(str(target.channel_id), str(target.ts), "received", [])

    await enqueue(db, "remind:a")
    sandbox.faults.add("lost_reply", method="chat.update", times=1)
    outcomes = Counter[str]()

    async with dispatching(db, sandbox, app, composers={"edit": compose}, outcomes=outcomes) as dispatcher:
        await dispatcher.drain()
        await enqueue(db, "edit:a", kind="edit")
        dispatcher.wake()
        await until(lambda: outcomes["unsettled"] == 1)
        await until_sent_as_time_goes_on(db, sandbox, "edit:a")

    assert texts(sandbox, app) == ["received"]


async def test_a_message_that_cannot_be_composed_stops_no_other_and_is_named_in_the_end(
    db: Database, sandbox: Sandbox, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    async def compose(_work: Work, _row: OutboxRow, _now: datetime) -> Composed:
        raise RuntimeError("a bug")

    await enqueue(db, "broken", kind="broken")
    await enqueue(db, "fine", recipient=PEOPLE[1])

    async with dispatching(db, sandbox, app, composers={"broken": compose}) as dispatcher:
        await dispatcher.drain()
        while (await the_row(db, "broken")).state != "failed":
            sandbox.clock.advance(timedelta(minutes=5))
            await dispatcher.drain()

    broken = await the_row(db, "broken")
    references = {getattr(record, "reference", None) for record in caplog.records}
    assert (await the_row(db, "fine")).state == "sent"
    assert str(broken.reason).removeprefix("could not be written, reference ") in references


async def test_a_clock_that_is_set_back_sends_nothing_again_and_holds_nothing_up(
    db: Database, sandbox: Sandbox, app: App
) -> None:
    await enqueue(db, "first")

    async with dispatching(db, sandbox, app) as dispatcher:
        await dispatcher.drain()
        sandbox.clock.advance(timedelta(hours=-3))
        await dispatcher.drain()
        await enqueue(db, "second", due_at=START - timedelta(hours=3))
        dispatcher.wake()
        await until_state(db, "second", "sent")

    assert texts(sandbox, app) == ["first", "second"]

"""Three processes on one PostgreSQL, one of which is killed: nothing is lost, and nothing comes twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import read_values, settings_from
from bot.domain.ids import HomeworkId, QuestionId, TeamId, UserId
from bot.domain.questions import Question
from bot.importing import take_in
from bot.manifest import manifest
from bot.services.homework.handing_in import RECEIPT
from bot.services.reminders.queueing import PERSONAL
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import homework, outbox, questions
from storage.db import Database
from storage.outbox import OutboxRow
from tests.chaos.replicas import Balancer, Replicas, environment
from tests.chaos.scene import ASK, ORGANISER, essay, head, plan, roster

NOW = datetime(2023, 6, 21, 8, tzinfo=UTC)
"""An hour after a reminder: it was missed, and each replica sees it as it starts."""
PEOPLE = [f"U0PERSON{number}" for number in range(6)]
EDITION = head("replicas", name="Replicas") + plan() + essay()
# Nobody is reminded of it yet: who has handed in is not reminded, and that may be before they would be.
ESSAY = HomeworkId("replicas/essay")


@dataclass
class Scene:
    """The workspace, the replicas, and their database as the test sees it."""

    sandbox: Sandbox
    app: App
    db: Database
    replicas: Replicas

    @property
    def team_id(self) -> TeamId:
        return TeamId(self.sandbox.workspace.team_id)

    async def rows(self) -> list[OutboxRow]:
        async with self.db.reading() as work:
            return await outbox.rows(work, team_id=self.team_id)

    async def until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(90):
            while not await is_so():
                await asyncio.sleep(0.1)

    async def logged(self) -> list[Question]:
        async with self.db.reading() as work:
            numbers = [QuestionId(number) for number in range(1, 100)]
            return await questions.questions(work, team_id=self.team_id, question_ids=numbers)

    def posted(self) -> Counter[str]:
        """The keys of all that the bot posted, wherever that was."""
        return Counter(
            str(message["metadata"]["event_payload"]["key"])
            for channel in self.sandbox.workspace.channels.values()
            for message in channel.messages
            if message.get("user") == self.app.bot_user_id and "metadata" in message
        )


@pytest.fixture(params=["socket", "http"])
async def scene(
    request: pytest.FixtureRequest,
    database_url: str,
    db: Database,
    tmp_path: Path,
    unused_tcp_port_factory: Callable[[], int],
) -> AsyncIterator[Scene]:
    clock = Clock(NOW)
    workspace = Workspace(clock=clock)
    workspace.add_user("orla", user_id=ORGANISER, real_name="Orla", is_admin=True)
    for user_id in PEOPLE:
        workspace.add_user(user_id.lower(), user_id=user_id, real_name=user_id.title())
    async with AsyncExitStack() as leaving:
        sandbox = await leaving.enter_async_context(Sandbox(workspace, rates=Rates.off()))
        ports = [unused_tcp_port_factory() for _ in range(3)] if request.param == "http" else None
        balancer = await leaving.enter_async_context(Balancer(ports or []))
        app = install(workspace, manifest(http_url=balancer.url if ports else None))
        workspace.add_channel("ask", members=[*PEOPLE, app.bot_user_id], channel_id=ASK)
        ahead_s = (clock.now() - datetime.now(UTC)).total_seconds()
        told = environment(sandbox, app, database_url, ahead_s=ahead_s)
        way_in = {"SLACK_SIGNING_SECRET": app.signing_secret} if ports else {"SLACK_APP_TOKEN": app.app_token}
        told |= way_in
        settings = settings_from(read_values({**told, "HTTP_PORT": "8080"}, tmp_path))
        people = roster(PEOPLE, edition_key="replicas")
        files = [("edition.toml", EDITION.encode()), ("roster.csv", people.encode())]
        await take_in(settings, files, now=clock.now() - timedelta(days=10))
        # Answered late, so that whoever is killed has messages on their way that Slack did post.
        sandbox.faults.add("slow", method="chat.postMessage", times=len(PEOPLE), delay_s=2)
        replicas = await leaving.enter_async_context(Replicas(told, tmp_path, ports=ports))
        await replicas.ready(sandbox, app)
        if ports:
            await sandbox.delivery.set_request_url(app, f"{balancer.url}/slack/events")
        yield Scene(sandbox, app, db, replicas)


@pytest.mark.long
@pytest.mark.postgres
async def test_three_replicas_lose_nothing_and_do_nothing_twice_though_one_is_killed(scene: Scene) -> None:
    asked: list[str] = []
    people = [scene.sandbox.person(user_id) for user_id in PEOPLE]

    async def one_is_sending() -> bool:
        return any(row.state == "sending" for row in await scene.rows())

    async def hand_in(number: int) -> None:
        # What a killed process did not answer is tried again, as a person does.
        person = people[number]
        async with asyncio.timeout(60):
            while person.modal is None:
                await person.command("/homework submit essay")
            while await person.submit({"text": f"Essay {number}"}):
                pass

    await scene.until(one_is_sending)
    victim = next(row.claimed_by for row in await scene.rows() if row.state == "sending")
    asked += [await person.say(ASK, f"How do we start, {person.user_id}?") for person in people]
    handing_in = asyncio.gather(*(hand_in(number) for number in range(len(people))))
    assert victim is not None
    await scene.replicas.kill(int(victim.partition("-")[0]))
    asked += [await person.say(ASK, f"And how do we end, {person.user_id}?") for person in people]
    await handing_in

    async def all_is_done() -> bool:
        states = {row.state for row in await scene.rows()}
        return len(await scene.logged()) == len(asked) and not states & {"queued", "sending"}

    await scene.until(all_is_done)

    rows, posted = await scene.rows(), scene.posted()
    async with scene.db.reading() as work:
        versions = [
            await homework.versions(work, team_id=scene.team_id, homework_id=ESSAY, user_id=UserId(user_id))
            for user_id in PEOPLE
        ]
    reminded = [row.recipient for row in rows if row.kind == PERSONAL and row.key in posted]
    receipts = [row.recipient for row in rows if row.kind == RECEIPT and row.key in posted]
    assert sorted(one.ts or "" for one in await scene.logged()) == sorted(asked)
    assert [[one.text for one in of] for of in versions] == [[f"Essay {n}"] for n in range(len(PEOPLE))]
    assert (sorted(reminded), sorted(receipts)) == (PEOPLE, PEOPLE)
    assert {key: times for key, times in posted.items() if times > 1} == {}
    assert [row.key for row in rows if row.state == "failed"] == []
    # The killed one's rows may all have been claimed anew by the others.
    assert len({row.claimed_by for row in rows if row.claimed_by}) in (2, 3)
    assert "Traceback" not in scene.replicas.log()

"""Who reads and who sends call Slack from one process: what one is told of waiting holds for the other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients import PatientClient
from bot.config import Secret, Settings
from bot.pace import Limits, Pace, Pauses, asked_to_wait_s
from sandbox.clock import Clock
from sandbox.faults import Kind
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

NOW = datetime(2023, 6, 8, 9, 0, tzinfo=UTC)
HISTORY = "conversations.history"


@pytest.fixture
def limits() -> Limits:
    return Limits(Pace())


@pytest.fixture
def pauses(limits: Limits) -> Pauses:
    return Pauses(limits, now=lambda: NOW)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    workspace = Workspace(clock=Clock(NOW))
    install(
        workspace,
        {
            "display_information": {"name": "Reader"},
            "features": {"bot_user": {"display_name": "reader"}},
            "oauth_config": {"scopes": {"bot": ["channels:history"]}},
        },
    )
    async with Sandbox(workspace, rates=Rates.off()) as running:
        yield running


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Date": "now", "Retry-After": "30"}, 30.0),
        ({"retry-after": ["30"]}, 30.0),
        ({"RETRY-AFTER": "1.5"}, 1.5),
        ({"Retry-Later": "30"}, 1.0),
        ({}, 1.0),
    ],
    ids=str,
)
def test_how_long_to_wait_is_read_in_whatever_letters_it_is_told(
    headers: dict[str, str | list[str]], wait_s: float
) -> None:
    assert asked_to_wait_s(headers) == wait_s


def test_the_dispatcher_keeps_what_a_reader_was_told(limits: Limits, pauses: Pauses) -> None:
    pauses.told(HISTORY, wait_s=30)

    over_at = limits.pause_over_at((HISTORY,), NOW)
    assert (over_at, limits.pause_over_at(("chat.update",), NOW)) == (NOW + timedelta(seconds=30), NOW)


def test_a_reader_waits_once_for_what_the_dispatcher_was_told(limits: Limits, pauses: Pauses) -> None:
    limits.pause(HISTORY, NOW + timedelta(seconds=30))

    waits_s = [pauses.left_s(HISTORY), pauses.left_s(HISTORY), pauses.left_s("users.list")]

    assert waits_s == [30.0, 0.0, 0.0]


def test_a_reader_waits_no_second_time_for_what_it_was_told_itself(pauses: Pauses) -> None:
    pauses.told(HISTORY, wait_s=30)

    assert pauses.left_s(HISTORY) == 0.0


async def test_a_reader_tells_of_its_wait_and_is_answered_after_it(
    sandbox: Sandbox, limits: Limits, pauses: Pauses
) -> None:
    (app,) = sandbox.workspace.apps.values()
    client = PatientClient(Settings(bot_token=Secret(app.bot_token), slack_api_url=sandbox.api_url))
    client.pauses = pauses
    sandbox.faults.add("ratelimited", method="auth.test", times=1, retry_after_s=1)

    asking = asyncio.create_task(client.auth_test())
    async with asyncio.timeout(60):
        while limits.pause_over_at(("auth.test",), NOW) == NOW:
            await asyncio.sleep(0.005)
        answer = await asking

    assert answer["team_id"] == sandbox.workspace.team_id
    assert limits.pause_over_at(("auth.test",), NOW) == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "lost_reply"])
async def test_a_reader_that_tries_again_waits_for_what_the_dispatcher_was_told_meanwhile(
    sandbox: Sandbox, limits: Limits, pauses: Pauses, kind: Kind
) -> None:
    (app,) = sandbox.workspace.apps.values()
    client = PatientClient(Settings(bot_token=Secret(app.bot_token), slack_api_url=sandbox.api_url))
    client.pauses = pauses
    sandbox.faults.add(kind, method="auth.test", times=1, retry_after_s=0)
    told_until = NOW + timedelta(seconds=0.1)
    sandbox.on_call.append(lambda _call: limits.pause("auth.test", told_until))

    answer = await client.auth_test()

    assert answer["team_id"] == sandbox.workspace.team_id
    assert pauses.left_s("auth.test") == 0.0

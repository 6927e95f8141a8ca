"""Rates on the workspace's clock, and faults on demand."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.errors import RateLimited
from sandbox.faults import Faults
from sandbox.limits import Rates
from sandbox.patience import PATIENCE_S
from sandbox.server import Sandbox
from sandbox.workspace import Workspace


async def post(client: AsyncWebClient, channel: str = "CGENERAL") -> int:
    """Posts once; gives 0, or the seconds of `Retry-After` where it was too much."""
    try:
        await client.chat_postMessage(channel=channel, text="t")
    except SlackApiError as error:
        if (error.response.status_code, error.response["error"]) != (429, "ratelimited"):
            raise
        return int(error.response.headers["Retry-After"])
    return 0


async def test_a_channel_takes_a_short_burst_then_one_a_second(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace, clock: Clock
) -> None:
    sandbox.rates = Rates()

    assert [await post(client) for _ in range(5)] == [0, 0, 0, 0, 1]
    assert await post(client, "UANN") == 0
    clock.advance(timedelta(seconds=1))
    assert [await post(client) for _ in range(2)] == [0, 1]
    clock.advance(timedelta(seconds=60))
    assert [await post(client) for _ in range(5)] == [0, 0, 0, 0, 1]
    assert len(workspace.channel("CGENERAL").messages) == 9


async def test_the_whole_workspace_takes_so_many_a_minute(
    client: AsyncWebClient, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.rates = Rates(posts_per_minute=3)

    assert [await post(client, user) for user in ("UANN", "UBEN", "UCLEO", "UDINA")] == [0, 0, 0, 60]
    clock.advance(timedelta(seconds=45))
    assert await post(client, "UDINA") == 15
    clock.advance(timedelta(seconds=15))
    assert await post(client, "UDINA") == 0


async def test_a_refused_message_is_not_posted_and_not_counted(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace, clock: Clock
) -> None:
    sandbox.rates = Rates(channel_burst=1)
    await post(client)

    assert [await post(client) for _ in range(10)] == [1] * 10

    clock.advance(timedelta(seconds=1))
    assert await post(client) == 0
    assert len(workspace.channel("CGENERAL").messages) == 2


async def test_each_tier_has_its_own_number(client: AsyncWebClient, sandbox: Sandbox) -> None:
    sandbox.rates = Rates()

    for _ in range(20):
        await client.users_list()
    with pytest.raises(SlackApiError) as refused:
        await client.users_list()
    for _ in range(50):
        await client.conversations_history(channel="CGENERAL")

    assert refused.value.response.status_code == 429


async def test_a_clock_may_go_faster_than_the_host_s() -> None:
    clock = Clock(speed=1000)
    began_at = clock.now()

    async with asyncio.timeout(PATIENCE_S):
        await clock.sleep(60)

    assert clock.now() - began_at >= timedelta(seconds=60)


def test_a_clock_moved_back_does_not_lock_anybody_out(clock: Clock) -> None:
    rates = Rates(tiers={3: 2}, channel_burst=1)
    rates.call(clock, app_id="A", method="m", tier=3)
    rates.post(clock, app_id="A", channel_id="C")
    clock.advance(timedelta(days=-1))

    rates.call(clock, app_id="A", method="m", tier=3)
    rates.call(clock, app_id="A", method="m", tier=3)
    with pytest.raises(RateLimited):
        rates.call(clock, app_id="A", method="m", tier=3)
    rates.post(clock, app_id="A", channel_id="C")
    with pytest.raises(RateLimited):
        rates.post(clock, app_id="A", channel_id="C")


@given(gaps=st.lists(st.floats(0, 30), max_size=80))
def test_no_minute_sees_more_calls_than_the_tier_allows(gaps: list[float]) -> None:
    clock, rates = Clock(ticking=False), Rates(tiers={3: 5})
    passed: list[float] = []
    waits_s: list[int] = []
    at_s = 0.0
    for gap in gaps:
        clock.advance(timedelta(seconds=gap))
        at_s += gap
        try:
            rates.call(clock, app_id="A", method="m", tier=3)
            passed.append(at_s)
        except RateLimited as limited:
            waits_s.append(limited.retry_after_s)

    assert all(1 <= wait_s <= 60 for wait_s in waits_s)
    assert all(later - earlier > 59.999 for earlier, later in zip(passed, passed[5:], strict=False))


# -- faults -------------------------------------------------------------------------------------------------


async def test_an_ordered_429_is_not_executed(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace
) -> None:
    rule = sandbox.faults.add("ratelimited", method="chat.*", times=1, retry_after_s=7)

    assert [await post(client) for _ in range(2)] == [7, 0]
    assert len(workspace.channel("CGENERAL").messages) == 1
    assert rule.hits == 1
    assert [call.status for call in sandbox.calls] == [429, 200]


@pytest.mark.parametrize("executed", [False, True])
async def test_a_server_error_is_a_page_and_executed_or_not(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace, executed: bool
) -> None:
    sandbox.faults.add("server_error", executed=executed)

    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel="CGENERAL", text="t")

    assert error.value.response.status_code == 503
    assert len(workspace.channel("CGENERAL").messages) == int(executed)


async def test_a_reply_is_lost_after_the_message_was_posted(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace
) -> None:
    sandbox.faults.add("lost_reply", method="chat.postMessage", times=1)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel="CGENERAL", text="t")

    assert [message["text"] for message in workspace.channel("CGENERAL").messages] == ["t"]
    assert [(call.method, call.status) for call in sandbox.calls] == [("chat.postMessage", 0)]
    assert (await client.auth_test())["ok"] is True


async def test_a_slow_answer_comes_late_and_takes_effect_before(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    sandbox.faults.add("slow", delay_s=3600, method="chat.postMessage")

    asked = asyncio.create_task(client.chat_postMessage(channel="CGENERAL", text="t"))
    await sandbox.person("UANN").saw("CGENERAL", "t")

    assert [(call.method, call.status) for call in sandbox.calls] == [("chat.postMessage", 200)]
    assert not asked.done()
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)


async def test_a_slack_that_stands_still_takes_up_what_was_asked_when_it_goes_on(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace
) -> None:
    sandbox.faults.stall()
    asked = asyncio.create_task(client.chat_postMessage(channel="CGENERAL", text="late"))
    done, _ = await asyncio.wait([asked], timeout=0.1)
    before = len(workspace.channel("CGENERAL").messages)

    sandbox.faults.flow()
    await asked

    assert (done, before) == (set(), 0)
    assert [message["text"] for message in workspace.channel("CGENERAL").messages] == ["late"]


async def test_a_call_says_who_made_it_and_how_long_it_was_asked_to_wait(
    client: AsyncWebClient, sandbox: Sandbox
) -> None:
    client.headers["User-Agent"] = "poster/7"
    sandbox.faults.add("ratelimited", times=1, retry_after_s=12)

    await post(client)
    await post(client)

    assert [(call.agent, call.retry_after_s) for call in sandbox.calls] == [("poster/7", 12), ("poster/7", 0)]


async def test_an_error_can_be_ordered_by_name(
    client: AsyncWebClient, sandbox: Sandbox, workspace: Workspace
) -> None:
    sandbox.faults.add("error", error="fatal_error")

    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel="CGENERAL", text="t")

    assert error.value.response.data == {"ok": False, "error": "fatal_error"}
    assert workspace.channel("CGENERAL").messages == []


@given(seed=st.integers(0, 1000), share=st.floats(0.2, 0.8))
def test_faults_repeat_with_their_seed_and_hit_their_share(seed: int, share: float) -> None:
    def drawn() -> list[bool]:
        faults = Faults(seed)
        faults.add("lost_reply", share=share)
        return [faults.draw("chat.postMessage") is not None for _ in range(2_000)]

    hits = drawn()

    assert hits == drawn()
    assert abs(sum(hits) / 2_000 - share) < 0.08


def test_the_first_rule_that_is_drawn_decides() -> None:
    faults = Faults()
    never = faults.add("slow", share=0)
    first = faults.add("slow", method="users.*", times=1)
    second = faults.add("lost_reply")

    drawn = [faults.draw(name) for name in ("chat.postMessage", "users.info", "users.info")]

    assert drawn == [second, first, second]
    assert never.hits == 0
    faults.clear()
    assert faults.draw("users.info") is None


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("explosion", {}, "no kind of fault"),
        ("slow", {"share": 1.5}, "share is a part between 0 and 1"),
        ("error", {}, "needs the error's name"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(kind: str, fields: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Faults().add(kind, **fields)  # type: ignore[arg-type]

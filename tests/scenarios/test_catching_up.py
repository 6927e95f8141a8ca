"""What is said while a channel's past is being read is heard as it was told, whatever the past still says."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.messages import ChannelMessage
from bot.domain.questions import QuestionState
from bot.services.questions import catching_up, following
from storage import channels
from tests.scenarios.asking import ASK, answers, logged, open_questions_channel
from tests.scenarios.stage import Stage

CHECK = "white_check_mark"
Deed = Callable[[], Awaitable[object]]


class Interrupted(AsyncWebClient):
    """Between an answer of Slack's to one method and its being read, something happens."""

    def __init__(self, stage: Stage, method: str, meanwhile: Deed) -> None:
        super().__init__(stage.app.bot_token, base_url=stage.sandbox.api_url)
        self._method = method
        self._meanwhile = [meanwhile]
        self.called: list[str] = []

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        """Call it."""
        self.called.append(api_method)
        answer = await super().api_call(api_method, **options)
        if api_method == self._method and self._meanwhile:
            await self._meanwhile.pop()()
        return answer


@pytest.fixture
async def asking(stage: Stage) -> Stage:
    """The stage with a questions channel."""
    await open_questions_channel(stage)
    return stage


async def read(stage: Stage, *, client: AsyncWebClient | None = None) -> None:
    """Have the channel's past read."""
    await catching_up.read(
        stage.bot.db,
        client=client or stage.bot.client,
        team_id=TeamId(stage.team_id),
        channel_id=ChannelId(ASK),
        now=stage.workspace.clock.now(),
    )
    await stage.settle()


async def test_a_first_reply_that_comes_while_the_channel_is_read_stays_an_answer(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    await asking.settle()

    async def answered_and_accepted() -> None:
        reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
        await ben.react(ASK, reply, CHECK)
        await asking.sandbox.quiet()

    await read(asking, client=Interrupted(asking, "conversations.history", answered_and_accepted))

    (question,) = await logged(asking)
    assert question.state is QuestionState.ANSWERED
    assert [one.author_id for one in await answers(asking, question)] == ["UEVA"]


async def test_a_further_reply_that_comes_while_its_thread_is_read_stays_an_answer(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await asking.settle()

    async def answered_again() -> None:
        await eva.say(ASK, "And we meet in June.", thread_ts=ts)
        await asking.sandbox.quiet()

    await read(asking, client=Interrupted(asking, "conversations.replies", answered_again))

    (question,) = await logged(asking)
    assert [one.text for one in await answers(asking, question)] == [
        "We call each of them twice a year.",
        "And we meet in June.",
    ]


async def test_a_question_that_is_asked_while_the_channel_is_read_stays_in_the_log(asking: Stage) -> None:
    ben = asking.person("UBEN")
    await ben.say(ASK, "How do you keep members engaged?")
    await asking.settle()

    async def asked() -> None:
        await ben.say(ASK, "Who runs a mentoring programme?")
        await asking.sandbox.quiet()

    await read(asking, client=Interrupted(asking, "conversations.history", asked))

    assert [one.state for one in await logged(asking)] == [QuestionState.OPEN, QuestionState.OPEN]


@pytest.mark.parametrize(
    ("is_checked", "state"), [(True, QuestionState.ANSWERED), (False, QuestionState.OPEN)]
)
async def test_a_check_mark_while_its_thread_is_read_counts_and_not_how_it_was(
    asking: Stage, is_checked: bool, state: QuestionState
) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await asking.settle()
    change = ben.react if is_checked else ben.unreact
    if not is_checked:
        await ben.react(ASK, reply, CHECK)
        await asking.settle()

    async def changed() -> None:
        await change(ASK, reply, CHECK)
        await asking.sandbox.quiet()

    await read(asking, client=Interrupted(asking, "conversations.replies", changed))

    assert [one.state for one in await logged(asking)] == [state]


async def test_a_reply_is_accepted_before_the_news_of_it_has_come(asking: Stage) -> None:
    ts = await asking.person("UBEN").say(ASK, "How do you keep members engaged?")
    await asking.settle()
    ben = Actor(team_id=TeamId(asking.team_id), user_id=UserId("UBEN"), name="Ben", tz="", is_organiser=False)
    reply = ChannelMessage(
        channel_id=ChannelId(ASK),
        ts=f"{float(ts) + 1:.6f}",
        author_id=UserId("UEVA"),
        text="We call each of them twice a year.",
        thread_ts=ts,
    )

    settled, is_own = await following.accepted_by_shortcut(
        asking.bot.db,
        team_id=ben.team_id,
        message=reply,
        thread=(),
        by=ben,
        now=asking.workspace.clock.now(),
    )

    assert (settled.state, is_own) == (QuestionState.ANSWERED, False)


async def test_the_last_answer_deleted_while_the_bot_was_away_is_taken_out(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await ben.react(ASK, reply, CHECK)
    await asking.settle()
    await asking.at("2023-06-28 08:00")
    await asking.bot.stop()

    # The bot's own word of the answer, too: nothing stands in the thread any more.
    for message in list(asking.workspace.channel(ASK).messages):
        if message.get("thread_ts") == ts != message["ts"]:
            asking.workspace.delete(ASK, message["ts"])
    await asking.sandbox.quiet()
    # Nobody is there to hear of the two; and what the bot said of the answer cannot be changed any more.
    asking.expected_errors = ["chat.update: message_not_found", "dispatch_failed", "dispatch_failed"]
    await asking.restart()
    await asking.settle()

    (question,) = await logged(asking)
    assert (question.state, await answers(asking, question)) == (QuestionState.OPEN, [])


async def synced(stage: Stage, *, client: AsyncWebClient) -> None:
    """The channels taken over from Slack, as a process does that starts."""
    team_id = TeamId(stage.team_id)
    async with stage.bot.db.reading() as work:
        home = await channels.installation(work, team_id=team_id)
    assert home is not None
    now = stage.workspace.clock.now()
    await catching_up.sync(stage.bot.db, client=client, team_id=team_id, installation=home, now=now)


async def test_who_leaves_while_slack_lists_a_channel_s_members_has_left(asking: Stage) -> None:
    async def left() -> None:
        await asking.person("UBEN").leave(ASK)
        await asking.sandbox.quiet()

    await synced(asking, client=Interrupted(asking, "conversations.members", left))

    async with asking.bot.db.reading() as work:
        sight = await channels.sight(work, team_id=TeamId(asking.team_id), user_id=UserId("UBEN"))
    assert ChannelId(ASK) not in sight.channels


async def test_news_of_who_left_counts_though_the_host_s_clock_was_ahead_of_slack_s(asking: Stage) -> None:
    place: dict[str, Any] = {"team_id": TeamId(asking.team_id), "channel_id": ChannelId(ASK)}
    async with asking.bot.db.writing() as work:
        everybody = await channels.members_of(work, **place)
        ahead = asking.workspace.clock.now() + timedelta(minutes=5)
        await channels.set_members(work, user_ids=everybody, now=ahead, **place)

    await asking.person("UBEN").leave(ASK)
    await asking.settle()

    async with asking.bot.db.reading() as work:
        sight = await channels.sight(work, team_id=TeamId(asking.team_id), user_id=UserId("UBEN"))
    assert ChannelId(ASK) not in sight.channels


async def test_a_channel_joined_while_slack_lists_the_channels_is_in_sight(asking: Stage) -> None:
    asking.workspace.add_channel("ask-coaches", members=["UBEN"], channel_id="CNEW")

    async def joined() -> None:
        asking.workspace.join("CNEW", asking.app.bot_user_id)
        await asking.settle()

    await synced(asking, client=Interrupted(asking, "conversations.list", joined))

    async with asking.bot.db.reading() as work:
        sight = await channels.sight(work, team_id=TeamId(asking.team_id), user_id=UserId("UBEN"))
        found = await channels.channel(work, team_id=TeamId(asking.team_id), channel_id=ChannelId("CNEW"))
    assert ChannelId("CNEW") in sight.channels
    assert found is not None
    assert not found.is_archived


async def test_a_channel_made_private_while_slack_lists_its_members_stays_private(asking: Stage) -> None:
    async def closed() -> None:
        asking.workspace.channels[ASK].kind = "private"
        said = {"user": "UANN", "subtype": "channel_convert_to_private", "text": "made this channel private"}
        asking.workspace.post(ASK, said)
        await asking.settle()

    await synced(asking, client=Interrupted(asking, "conversations.members", closed))

    async with asking.bot.db.reading() as work:
        found = await channels.channel(work, team_id=TeamId(asking.team_id), channel_id=ChannelId(ASK))
    assert found is not None
    assert found.is_private


async def test_who_starts_while_another_reads_has_it_read_again_after_that(asking: Stage) -> None:
    """What the one who starts has missed may stand where the other has been already."""
    await asking.person("UBEN").say(ASK, "How do you keep members engaged?")
    await asking.settle()

    async def another_starts() -> None:
        await synced(asking, client=asking.bot.client)

    client = Interrupted(asking, "conversations.history", another_starts)
    await read(asking, client=client)

    assert client.called.count("conversations.history") == 2
    assert await catching_up.behind(asking.bot.db, team_id=TeamId(asking.team_id)) == []

"""A question log with something in it: channels, questions and answers, as a test wants them."""

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.ids import ChannelId, UserId
from bot.domain.questions import Channel, NewAnswer, NewQuestion, Question, QuestionState
from storage import channels, questions
from tests.scenarios.stage import EDITION, Stage

EVERYBODY = ("UANN", "UADA", "UBEN", "UCLEO", "UDINA", "UEVA", "UFAY", "UGUS")


async def channel(
    stage: Stage, name: str, *, members: Sequence[str] = EVERYBODY, is_private: bool = False
) -> ChannelId:
    """A channel with these people and the bot; its id is `C` and its name in capitals."""
    channel_id = ChannelId(f"C{name.upper().replace('-', '')}")
    there = [*members, stage.app.bot_user_id]
    stage.workspace.add_channel(name, members=there, channel_id=channel_id, private=is_private)
    async with stage.bot.db.writing() as work:
        known = Channel(team_id=stage.team_id, channel_id=channel_id, name=name, is_private=is_private)
        await questions.put_channel(work, known)
        await channels.set_members(
            work,
            team_id=stage.team_id,
            channel_id=channel_id,
            user_ids=[UserId(one) for one in there],
            now=stage.workspace.clock.now(),
        )
    return channel_id


async def question(
    stage: Stage,
    title: str,
    *,
    by: str = "UDINA",
    at: str = "2023-06-05 10:00",
    channel_id: ChannelId | None = None,
    answers: Sequence[tuple[str, str]] = (),
    accepted: int | None = None,
    answered_at: str = "2023-06-06 10:00",
    detail: str = "",
    topic: str = "",
    is_anonymous: bool = False,
) -> Question:
    """A question of the log.

    at, answered_at: UTC; answers follow one another by the minute. answers: who and what. accepted: the place
    of the accepted one among them, from 1.
    """
    asked_at, first_at = utc(at), utc(answered_at)
    ts = f"{asked_at.timestamp():.0f}.{zlib.crc32(title.encode()) % 1_000_000:06}"
    if channel_id is not None:
        # Said before anybody listened: no event tells the bot of it.
        message = {"type": "message", "team": stage.team_id, "user": by, "text": title, "ts": ts}
        stage.workspace.channel(channel_id).messages.append(message)
        stage.workspace.channel(channel_id).messages.sort(key=lambda one: str(one["ts"]))
    async with stage.bot.db.writing() as work:
        new = NewQuestion(
            title=title,
            detail=detail,
            asker_id=UserId(by),
            asked_at=asked_at,
            channel_id=channel_id,
            ts=ts if channel_id else None,
            permalink=permalink(channel_id, ts) if channel_id else "",
            topic=topic,
            is_anonymous=is_anonymous,
        )
        given = [
            NewAnswer(author_id=UserId(who), text=text, answered_at=first_at.replace(minute=place))
            for place, (who, text) in enumerate(answers)
        ]
        (made,) = await questions.add_questions(work, team_id=stage.team_id, asked=[(new, given)])
        if accepted is not None:
            made = Question(
                **{
                    **vars(made),
                    "state": QuestionState.ANSWERED,
                    "accepted_answer_id": accepted,
                    "answered_at": given[accepted - 1].answered_at,
                }
            )
            await questions.change_question(work, made)
    return made


async def of(stage: Stage, made: Question) -> Question:
    """The question as it is in the log now."""
    async with stage.bot.db.reading() as work:
        found = await questions.question(work, team_id=stage.team_id, question_id=made.id)
    assert found is not None
    return found


def permalink(channel_id: ChannelId, ts: str) -> str:
    """The address of a message."""
    return f"https://example.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"


def utc(moment: str) -> datetime:
    """An instant given as `2023-06-05 10:00`."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


async def leave(stage: Stage, channel_id: ChannelId, user_id: str) -> None:
    """Somebody is no member any more."""
    async with stage.bot.db.writing() as work:
        await channels.change_member(
            work,
            team_id=stage.team_id,
            channel_id=channel_id,
            user_id=UserId(user_id),
            is_member=False,
            at=stage.workspace.clock.now(),
        )


def edition_with_questions(channel_id: ChannelId) -> str:
    """The stage's edition, whose academy has a questions channel."""
    return EDITION.replace('organisers = ["UANN"]', f'organisers = ["UANN"]\nquestions = ["{channel_id}"]')

"""Over any course of questions nobody is asked directly more often than once a week."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from bot.domain.editions import Academy, Edition
from bot.domain.ids import ChannelId, EditionKey, TeamId, UserId
from bot.domain.members import Actor, Enrolment, Member, Role
from bot.domain.questions import Channel, NewQuestion, Question
from bot.services.questions import experts
from bot.services.questions.experts import COMPOSERS, REQUEST
from storage import asking, channels, editions, members, outbox, questions
from storage.db import Database
from storage.outbox import Drop, Later, Send

TEAM, ASK, BEN = TeamId("T1"), ChannelId("CASK"), UserId("UBEN")
START = datetime(2023, 6, 1, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
ALUMNI = [UserId(f"UALUM{place}") for place in range(5)]


async def peopled(db: Database) -> None:
    """Five alumni who know hydrogen and agreed to be asked, all over the world, and one who asks."""
    zones = ["Europe/Rome", "Europe/Helsinki", "America/New_York", "Asia/Tokyo", ""]
    async with db.writing() as work:
        await editions.put_academy(work, Academy(team_id=TEAM, name="CBA", timezone="Europe/Brussels"))
        key = EditionKey("cba-1")
        await editions.put_edition(work, Edition(team_id=TEAM, key=key, name="1st", timezone="Europe/Rome"))
        await questions.put_channel(
            work, Channel(team_id=TEAM, channel_id=ASK, name="ask-alumni", is_private=False)
        )
        await channels.set_members(work, team_id=TEAM, channel_id=ASK, user_ids=[BEN, *ALUMNI[:3]], now=START)
        await members.put_member(work, Member(team_id=TEAM, user_id=BEN, name="Ben"))
        for user_id, zone in zip(ALUMNI, zones, strict=True):
            await members.put_member(
                work,
                Member(team_id=TEAM, user_id=user_id, name=user_id, tz=zone, expertise=("hydrogen",)),
            )
            await members.put_enrolment(
                work, Enrolment(team_id=TEAM, edition_key=key, user_id=user_id, role=Role.ALUMNUS)
            )
            await asking.put_consent(work, team_id=TEAM, user_id=user_id, may_be_asked=True, decided_at=START)


async def ask(db: Database, *, number: int, now: datetime) -> Question:
    """A question on hydrogen, asked and passed on to those who may know."""
    async with db.writing() as work:
        new = NewQuestion(
            title=f"Hydrogen, number {number}?",
            asker_id=BEN,
            asked_at=now,
            channel_id=ASK,
            ts=f"{now.timestamp():.0f}.{number:06}",
        )
        made = await questions.add_question(work, team_id=TEAM, asked=new)
        found = await experts.who_may_know(
            work, team_id=TEAM, text=made.title, asker_id=BEN, channel_id=ASK, ranked=[], now=now
        )
        await experts.ask_directly(work, question=made, experts=found, now=now)
        await experts.mention_unanswered(work, question=made, experts=found, now=now)
    return made


async def send_due(db: Database, *, now: datetime) -> list[UserId]:
    """What the dispatcher would send now; returns whom it reaches."""
    reached = []
    async with db.writing() as work:
        for row in await outbox.rows(work, team_id=TEAM, states={"queued"}):
            if row.kind != REQUEST or row.not_before_at > now:
                continue
            composed = await COMPOSERS[REQUEST](work, row, now)
            match composed:
                case Later(at):
                    await outbox.change(work, row, not_before_at=at, due_at=at)
                case Drop(reason):
                    await outbox.change(work, row, state="dropped", reason=reason)
                case Send():
                    await outbox.change(work, row, state="sent", sent_at=now)
                    reached.append(UserId(row.recipient))
    return reached


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_is_asked_more_often_than_once_a_week(db: Database, seed: int) -> None:
    rng = Random(seed)
    await peopled(db)
    asked: dict[UserId, list[datetime]] = {}

    now, number = START, 0
    while now < START + 6 * WEEK:
        now += timedelta(hours=rng.choice([1, 3, 9, 20]))
        if rng.random() < 0.4:
            number += 1
            await ask(db, number=number, now=now)
        # Now and then nothing goes out for days, as when Slack cannot be reached.
        if rng.random() < 0.7:
            for user_id in await send_due(db, now=now):
                asked.setdefault(user_id, []).append(now)

    gaps = [later - earlier for at in asked.values() for earlier, later in pairwise(at)]
    assert sorted(asked) == ALUMNI
    assert min(gaps) >= WEEK
    assert len(gaps) >= 8


async def test_a_mention_by_the_asker_does_not_count_for_the_week(db: Database) -> None:
    await peopled(db)
    eva = ALUMNI[4]
    made = await ask(db, number=1, now=START)
    ben = Actor(team_id=TEAM, user_id=BEN, name="Ben", tz="", is_organiser=False)

    await experts.mention(db, question_id=made.id, user_id=eva, by=ben, now=START)

    async with db.reading() as work:
        asked = await asking.requested(work, team_id=TEAM, question_id=made.id)
        last = await asking.last_requests(work, team_id=TEAM)
    assert asked - set(last) == {eva}

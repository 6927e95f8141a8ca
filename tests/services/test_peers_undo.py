"""Whatever happened in a round, once it is taken back everybody has met whom they had met before."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.editions import Edition
from bot.domain.homework import Homework, Submission
from bot.domain.ids import EditionKey, TeamId, UserId, homework_id
from bot.domain.matching.values import Met
from bot.domain.members import Enrolment, Member, Role
from bot.domain.peers import Answer, Asked, Debt, Handover, Kind, Match, Round, Who, debts
from bot.domain.refusals import Refused
from bot.services import peers
from storage import editions, homework, members
from storage import peers as stored
from storage.db import Database, open_database

TEAM, EDITION = TeamId("T1"), EditionKey("cba-2")
PLAN = homework_id(EDITION, "plan")
NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
ORGANISER = UserId("UORG")

Happening = tuple[Literal["answer", "feedback", "drop_out", "nothing"], int]
happenings = st.lists(
    st.tuples(st.sampled_from(["answer", "feedback", "drop_out", "nothing"]), st.integers(0, 50)), max_size=5
)
kinds = st.sampled_from(list(Kind))


async def academy(db: Database, count: int) -> None:
    """So many participants in an edition, all of whom have handed in one homework."""
    async with db.writing() as work:
        await editions.put_edition(
            work, Edition(team_id=TEAM, key=EDITION, name="2nd Academy", timezone="Europe/Rome")
        )
        opens, due = datetime(2023, 6, 1, 9), datetime(2023, 6, 30, 18)  # noqa: DTZ001 (wall times)
        piece = Homework(
            team_id=TEAM,
            id=PLAN,
            edition_key=EDITION,
            key="plan",
            title="Plan",
            brief="",
            zone="Europe/Rome",
            opens=opens,
            due=due,
        )
        await homework.put_homework(work, piece)
        await members.put_member(work, Member(team_id=TEAM, user_id=ORGANISER, name="Olga", is_admin=True))
        for number in range(count):
            user_id = UserId(f"U{number}")
            await members.put_member(work, Member(team_id=TEAM, user_id=user_id, name=f"Person {number}"))
            await members.put_enrolment(
                work,
                Enrolment(team_id=TEAM, edition_key=EDITION, user_id=user_id, role=Role.PARTICIPANT),
            )
            handed_in = Submission(
                team_id=TEAM,
                homework_id=PLAN,
                user_id=user_id,
                version=1,
                text="Done.",
                link="",
                files=(),
                submitted_at=NOW,
                late_by_s=0,
            )
            await homework.add_submission(work, handed_in)


def asked(kind: Kind) -> Asked:
    return Asked(
        edition_key=EDITION,
        kind=kind,
        homework_id=PLAN,
        who=Who.EVERYBODY,
        size={Kind.PAIRS: 2, Kind.REVIEWS: 1, Kind.GROUPS: 3}[kind],
        sector="any",
        common_language=False,
        reciprocal="avoid",
        give_back=datetime(2023, 8, 30, 23, 59),  # noqa: DTZ001 (a wall time)
        handover=Handover.AT_ONCE,
        is_anonymous=False,
        rubric=(),
    )


async def published(db: Database, kind: Kind, *, now: datetime) -> Round:
    drawn = await peers.plan(db, team_id=TEAM, asked=asked(kind), planned_by=ORGANISER, now=now)
    of, _ = await peers.publish(db, team_id=TEAM, round_id=drawn.round.id, revision=1, now=now)
    return of


async def state(db: Database, of: Round) -> tuple[list[Match], list[Debt]]:
    async with db.reading() as work:
        matches = (await stored.matches(work, team_id=TEAM, round_ids=[of.id]))[of.id]
    return [match for match in matches if not match.is_ended], debts(of, matches)


async def happen(db: Database, of: Round, what: Happening, *, now: datetime) -> None:
    """Let one thing happen in a round; what the bot refuses does not."""
    kind, chance = what
    matches, owed = await state(db, of)
    if not matches:
        return
    match = matches[chance % len(matches)]
    try:
        if kind == "answer" and of.kind is Kind.PAIRS:
            answer = list(Answer)[chance % len(Answer)]
            await peers.answer(
                db,
                team_id=TEAM,
                round_id=of.id,
                number=match.number,
                user_id=match.members[0],
                answer=answer,
                now=now,
            )
        elif kind == "feedback" and owed:
            debt = owed[chance % len(owed)]
            await peers.write(
                db,
                team_id=TEAM,
                round_id=of.id,
                giver=debt.giver,
                author=debt.author,
                works="Good.",
                change="",
                question="",
                ratings={},
                is_draft=False,
                now=now,
            )
        elif kind == "drop_out":
            await peers.drop_out(db, team_id=TEAM, round_id=of.id, user_ids=[match.members[0]], now=now)
    except Refused:
        return


async def history(db: Database) -> list[Met]:
    async with db.reading() as work:
        return list(await peers.all_history(work, team_id=TEAM))


@settings(max_examples=12, deadline=None)
@given(
    count=st.integers(3, 8),
    earlier=st.lists(st.tuples(kinds, happenings), max_size=2),
    kind=kinds,
    after=happenings,
)
def test_undo_restores_who_has_met_whom(
    migrated_file: Path,
    count: int,
    earlier: list[tuple[Kind, list[Happening]]],
    kind: Kind,
    after: list[Happening],
) -> None:
    async def scene(db: Database) -> None:
        await academy(db, count)
        now = NOW
        for of_kind, happened in earlier:
            of = await published(db, of_kind, now=now)
            now += timedelta(days=1)
            for what in happened:
                await happen(db, of, what, now=now)
        before = await history(db)

        of = await published(db, kind, now=now)
        grown = await history(db)
        for what in after:
            await happen(db, of, what, now=now)
        await peers.undo(db, team_id=TEAM, round_id=of.id, now=now + timedelta(minutes=59))

        assert len(grown) > len(before)
        assert await history(db) == before

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alumni.db"
        copy(migrated_file, path)

        async def run() -> None:
            database = open_database(f"sqlite+aiosqlite:///{path}")
            try:
                await scene(database)
            finally:
                await database.close()

        asyncio.run(run())

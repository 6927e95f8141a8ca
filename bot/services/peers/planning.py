"""An organiser plans a round: drawn, looked at, corrected, drawn again. Nobody else hears of it."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import TeamId, UserId
from bot.domain.matching.values import Compromise, Reason
from bot.domain.peers import (
    Asked,
    Match,
    Round,
    RoundState,
)
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.peers import checks, solving
from bot.services.peers import pool as pools
from bot.services.peers.pool import Pool
from storage import editions, homework, members, peers
from storage.db import Database, Delivery, Work

_STALE = "Someone changed this draft meanwhile. It is shown here as it is now: please look again."


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A round as its planner sees it, before or after it is published."""

    round: Round
    matches: tuple[Match, ...]
    people: Mapping[str, str]
    """Names by id."""
    reasons: Mapping[int, Reason]
    """Why, by the match's number."""
    compromises: tuple[Compromise, ...]
    homework: Homework | None
    planner: str
    """Who planned it, by name."""

    @property
    def messages(self) -> int:
        """How many messages publishing sends: one to each pair or group, one for each review."""
        return len(self.matches)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the form offers."""

    editions: tuple[Edition, ...]
    homeworks: tuple[Homework, ...]
    draft: Round | None
    """One that is there already, and is to be looked at first."""
    planner: str = ""
    """Who made that draft."""


async def choices(db: Database, *, team_id: TeamId) -> Choices:
    """What there is to plan a round of. Raises Refused where there is no edition."""
    async with db.reading() as work:
        known = await editions.editions(work, team_id=team_id)
        if not known:
            raise Refused("There is no edition yet. Make one in the setup first, then plan its rounds.")
        drafts = await peers.rounds(work, team_id=team_id, state=RoundState.DRAFT)
        planner = await _name(work, team_id, drafts[-1].planned_by) if drafts else ""
        pieces: list[Homework] = []
        for edition in known:
            pieces += (await homework.homeworks(work, team_id=team_id, edition_key=edition.key))[::-1]
    return Choices(
        editions=tuple(known),
        homeworks=tuple(pieces),
        draft=drafts[-1] if drafts else None,
        planner=planner,
    )


async def plan(
    db: Database,
    *,
    team_id: TeamId,
    asked: Asked,
    planned_by: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> Draft:
    """Draw a round and keep it as the draft of its edition.

    Raises Refused, with the form's block id where it belongs to one, for what cannot be asked; where the
    rules leave somebody without a match; and where the edition has a draft already, whoever made it.
    """
    async with db.reading() as work:
        zone = await checks.check_asked(work, asked, team_id=team_id, now=now)
        pool = await pools.read(work, asked, team_id=team_id, now=now)
    checks.check_people(asked, pool)
    made = Round(
        team_id=team_id,
        id=0,
        zone=zone,
        state=RoundState.DRAFT,
        seed=0,
        revision=1,
        planned_by=planned_by,
        planned_at=now,
        **{name: getattr(asked, name) for name in Asked.__dataclass_fields__},
    )
    groups = await _drawn(pool, made, locked=())
    async with db.writing(once) as work:
        await peers.lock_edition(work, team_id=team_id, edition_key=asked.edition_key)
        for other in await peers.rounds(
            work, team_id=team_id, edition_key=asked.edition_key, state=RoundState.DRAFT
        ):
            name = await _name(work, team_id, other.planned_by)
            raise Refused(
                f"{name} has planned a round of this edition meanwhile. "
                "Close this form and give the command again to see it."
            )
        made = replace(made, id=await peers.next_id(work, team_id=team_id))
        await peers.put_round(work, made)
        await peers.put_matches(work, _matches(groups), team_id=team_id, round_id=made.id)
        drawn = await _read(work, made)
    return await _explained(drawn, pool)


async def draft(db: Database, *, team_id: TeamId, round_id: int, now: datetime) -> Draft:
    """A draft as it is now. Raises Refused where it is gone or published."""
    async with db.reading() as work:
        found = await _existing(work, team_id=team_id, round_id=round_id)
        pool = await pools.read(work, found, team_id=team_id, now=now)
        drawn = await _read(work, found)
    return await _explained(drawn, pool)


async def draw_again(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    revision: int,
    now: datetime,
    left_out: Collection[UserId] = (),
    once: Delivery | None = None,
) -> Draft:
    """Draw a draft anew from those who can take part now, around the locked matches.

    left_out: people who are not to take part beside those left out before; their locked matches go.
    Raises Refused where the draft was changed since that revision, or the rules leave somebody over.
    """
    async with db.reading() as work:
        before = await _existing(work, team_id=team_id, round_id=round_id, revision=revision)
        everybody = tuple(sorted({*before.left_out, *left_out}))
        after = replace(before, left_out=everybody, seed=before.seed + 1, revision=before.revision + 1)
        pool = await pools.read(work, after, team_id=team_id, now=now)
        locked = [
            match.members
            for match in (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
            if match.is_locked and set(match.members) <= set(pool.people)
        ]
    checks.check_people(after, pool)
    groups = await _drawn(pool, after, locked=locked)
    async with db.writing(once) as work:
        await _taken(work, before)
        await peers.put_round(work, after)
        await peers.put_matches(work, _matches(groups, locked=locked), team_id=team_id, round_id=round_id)
        drawn = await _read(work, after)
    return await _explained(drawn, pool)


async def lock(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    revision: int,
    number: int,
    is_locked: bool,
    now: datetime,
    once: Delivery | None = None,
) -> Draft:
    """Keep a match when the draft is drawn again, or no longer. Raises Refused for another revision."""

    def locked(matches: Sequence[Match]) -> list[Match]:
        return [replace(one, is_locked=is_locked) if one.number == number else one for one in matches]

    return await _corrected(
        db, team_id=team_id, round_id=round_id, revision=revision, alter=locked, now=now, once=once
    )


async def swap(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    revision: int,
    one: UserId,
    other: UserId,
    one_author: UserId | None = None,
    other_author: UserId | None = None,
    now: datetime,
    once: Delivery | None = None,
) -> Draft:
    """Let two people change places, and lock what comes of it.

    one_author, other_author: for reviews, whose work each of the two reviews so far.
    Raises Refused where they are not in the draft, are in the same match, or a rule forbids what would come.
    """
    if one == other:
        raise Refused("Choose two different people.", block_id="other")

    def swapped(matches: Sequence[Match]) -> list[Match]:
        first = _place(matches, one, one_author, block_id="one")
        second = _place(matches, other, other_author, block_id="other")
        if first.number == second.number:
            raise Refused("These two are in one match already.", block_id="other")
        places = {first.number: (one, other), second.number: (other, one)}
        return [
            _with(match, *places[match.number], is_ordered=one_author is not None)
            if match.number in places
            else match
            for match in matches
        ]

    return await _corrected(
        db, team_id=team_id, round_id=round_id, revision=revision, alter=swapped, now=now, once=once
    )


async def discard(
    db: Database, *, team_id: TeamId, round_id: int, revision: int, once: Delivery | None = None
) -> Round:
    """Throw a draft away. Raises Refused where it was changed since that revision, or published."""
    async with db.writing(once) as work:
        await peers.lock(work, team_id=team_id, round_id=round_id)
        before = await _existing(work, team_id=team_id, round_id=round_id, revision=revision)
        gone = replace(before, state=RoundState.DISCARDED, revision=before.revision + 1)
        await peers.put_round(work, gone)
    return gone


async def existing(work: Work, *, team_id: TeamId, round_id: int, revision: int | None = None) -> Round:
    """A draft in an open transaction; see `draft`."""
    return await _existing(work, team_id=team_id, round_id=round_id, revision=revision)


async def _corrected(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    revision: int,
    alter: Callable[[Sequence[Match]], list[Match]],
    now: datetime,
    once: Delivery | None,
) -> Draft:
    async with db.writing(once) as work:
        await peers.lock(work, team_id=team_id, round_id=round_id)
        before = await _existing(work, team_id=team_id, round_id=round_id, revision=revision)
        pool = await pools.read(work, before, team_id=team_id, now=now)
        matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
        altered = alter(matches)
        after = replace(before, revision=before.revision + 1)
        solving.check(pool, after, altered)
        await peers.put_round(work, after)
        await peers.put_matches(work, altered, team_id=team_id, round_id=round_id)
        corrected = await _read(work, after)
    return await _explained(corrected, pool)


async def _drawn(pool: Pool, of: Round, *, locked: Collection[Sequence[UserId]]) -> list[tuple[UserId, ...]]:
    # The larger draws take seconds: other people's commands must not wait for them.
    return await asyncio.to_thread(solving.draw, pool, of, locked=locked)


async def _taken(work: Work, before: Round) -> None:
    """Make sure that nobody changed the draft while it was being drawn."""
    await peers.lock(work, team_id=before.team_id, round_id=before.id)
    await _existing(work, team_id=before.team_id, round_id=before.id, revision=before.revision)


async def _existing(work: Work, *, team_id: TeamId, round_id: int, revision: int | None = None) -> Round:
    found = await peers.round_(work, team_id=team_id, round_id=round_id)
    if found is None or found.state is RoundState.DISCARDED:
        raise Refused("This draft is gone. Plan a new round.")
    if found.is_published:
        raise Refused("This round is published already. Undo that first, if there is still time.")
    if revision is not None and found.revision != revision:
        raise Refused(_STALE)
    return found


async def _explained(found: Draft, pool: Pool) -> Draft:
    # As long as it takes for many people, it must not hold up a transaction, or anybody's command.
    reasons, compromises = await asyncio.to_thread(solving.judged, pool, found.round, found.matches)
    return replace(found, reasons=reasons, compromises=compromises)


async def _read(work: Work, of: Round) -> Draft:
    matches = (await peers.matches(work, team_id=of.team_id, round_ids=[of.id]))[of.id]
    involved = {member for match in matches for member in match.members} | {of.planned_by}
    known = await members.members(work, team_id=of.team_id, user_ids=involved)
    names: dict[str, str] = {one.user_id: one.name for one in known}
    piece = None
    if of.homework_id is not None:
        piece = await homework.homework(work, team_id=of.team_id, homework_id=of.homework_id)
    return Draft(
        round=of,
        matches=tuple(matches),
        people=names,
        reasons={},
        compromises=(),
        homework=piece,
        planner=names.get(of.planned_by, "an organiser"),
    )


def _matches(groups: Sequence[Sequence[UserId]], *, locked: Collection[Sequence[UserId]] = ()) -> list[Match]:
    kept = {tuple(group) for group in locked}
    return [
        Match(number=number, members=tuple(group), is_locked=tuple(group) in kept)
        for number, group in enumerate(groups, start=1)
    ]


def _place(matches: Sequence[Match], user_id: UserId, author: UserId | None, *, block_id: str) -> Match:
    for match in matches:
        if author is None and user_id in match.members:
            return match
        if author is not None and match.members == (user_id, author):
            return match
    if author is None:
        raise Refused("This person is not in the draft.", block_id=block_id)
    raise Refused("This person does not review that one's work in the draft.", block_id=block_id)


def _with(match: Match, out: UserId, into: UserId, *, is_ordered: bool) -> Match:
    members = [into if member == out else member for member in match.members]
    return replace(match, members=tuple(members if is_ordered else sorted(members)), is_locked=True)


async def _name(work: Work, team_id: TeamId, user_id: UserId) -> str:
    person = await members.member(work, team_id=team_id, user_id=user_id)
    return person.name if person else "Another organiser"

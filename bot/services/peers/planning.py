"""An organiser plans a round: drawn, looked at, corrected, drawn again. Nobody else hears of it."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import calendar
from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.matching.values import Compromise, Reason
from bot.domain.peers import (
    LARGEST_GROUP,
    MOST_REVIEWS,
    SMALLEST_GROUP,
    Apart,
    Asked,
    Kind,
    Match,
    Round,
    RoundState,
    Who,
)
from bot.domain.refusals import Refused
from bot.services.peers import pool as pools
from bot.services.peers import solving
from bot.services.peers.pool import Pool
from bot.views import words
from storage import editions, homework, members, peer_people, peers
from storage.db import Database, Delivery, Work

MOST_RUBRIC_LINES = 6
LONGEST_RUBRIC_LINE = 75

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
        zone = await _check(work, asked, team_id=team_id, now=now)
        pool = await pools.read(work, asked, team_id=team_id, now=now)
    _check_people(asked, pool)
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
        return await _draft(work, made, pool)


async def draft(db: Database, *, team_id: TeamId, round_id: int, now: datetime) -> Draft:
    """A draft as it is now. Raises Refused where it is gone or published."""
    async with db.reading() as work:
        found = await _existing(work, team_id=team_id, round_id=round_id)
        return await _draft(work, found, await pools.read(work, found, team_id=team_id, now=now))


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
    _check_people(after, pool)
    groups = await _drawn(pool, after, locked=locked)
    async with db.writing(once) as work:
        await _taken(work, before)
        await peers.put_round(work, after)
        await peers.put_matches(work, _matches(groups, locked=locked), team_id=team_id, round_id=round_id)
        return await _draft(work, after, pool)


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


async def keep_apart(
    db: Database,
    *,
    team_id: TeamId,
    user_ids: Collection[UserId],
    asked_by: UserId,
    once: Delivery | None = None,
) -> None:
    """Match none of these people with each other any more. Raises Refused for fewer than two.

    Who asks must not be one of them: that would be their own, private wish.
    """
    chosen = sorted(set(user_ids))
    if len(chosen) < 2:
        raise Refused("Choose two people or more who are not to be matched.", block_id="people")
    if asked_by in chosen:
        raise Refused(
            "For yourself, use the button under your own list of matches: that stays private.",
            block_id="people",
        )
    async with db.writing(once) as work:
        for place, one in enumerate(chosen):
            for other in chosen[place + 1 :]:
                kept = Apart(one=one, other=other, asked_by=asked_by)
                await peer_people.add_apart(work, kept, team_id=team_id)


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
        return await _draft(work, after, pool)


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


async def _draft(work: Work, of: Round, pool: Pool) -> Draft:
    matches = (await peers.matches(work, team_id=of.team_id, round_ids=[of.id]))[of.id]
    reasons, compromises = solving.judged(pool, of, matches)
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
        reasons=reasons,
        compromises=compromises,
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


async def _check(work: Work, asked: Asked, *, team_id: TeamId, now: datetime) -> str:
    """Refuse what no round can be; returns the edition's zone."""
    edition = await editions.edition(work, team_id=team_id, edition_key=asked.edition_key)
    if edition is None:
        raise Refused("This edition does not exist any more.")
    if asked.kind is Kind.REVIEWS and asked.homework_id is None:
        raise Refused("Reviews are about homework: choose which.", block_id="homework")
    if asked.who is Who.HANDED_IN and asked.homework_id is None:
        raise Refused("Choose the homework that they have handed in.", block_id="homework")
    if asked.homework_id is not None:
        await _check_homework(work, asked, asked.homework_id, team_id=team_id)
    if asked.kind is Kind.REVIEWS and not 1 <= asked.size <= MOST_REVIEWS:
        raise Refused(f"A hand-in gets 1 to {MOST_REVIEWS} reviews.", block_id="size")
    if asked.kind is Kind.GROUPS and not SMALLEST_GROUP <= asked.size <= LARGEST_GROUP:
        raise Refused(f"A group has {SMALLEST_GROUP} to {LARGEST_GROUP} people.", block_id="size")
    if calendar.instant(asked.give_back, edition.timezone) <= now:
        raise Refused("This date is past. Choose one that is still ahead.", block_id="date")
    if len(asked.rubric) > MOST_RUBRIC_LINES or any(len(one) > LONGEST_RUBRIC_LINE for one in asked.rubric):
        raise Refused(
            f"At most {MOST_RUBRIC_LINES} lines of at most {LONGEST_RUBRIC_LINE} characters each.",
            block_id="rubric",
        )
    return edition.timezone


async def _check_homework(work: Work, asked: Asked, homework_id: HomeworkId, *, team_id: TeamId) -> None:
    piece = await homework.homework(work, team_id=team_id, homework_id=homework_id)
    if piece is None:
        raise Refused("This homework does not exist any more.", block_id="homework")
    if piece.edition_key != asked.edition_key:
        raise Refused("This homework is of another edition.", block_id="homework")
    needs_hand_ins = asked.kind is Kind.REVIEWS or asked.who is Who.HANDED_IN
    if needs_hand_ins and not await homework.latest_submissions(
        work, team_id=team_id, homework_id=homework_id
    ):
        raise Refused(f"Nobody has handed in “{piece.title}” yet.", block_id="homework")


def _check_people(asked: Asked | Round, pool: Pool) -> None:
    names = [one.name for one in pool.people.values()]
    if len(names) < 2:
        alone = f"Only {names[0]} could take part" if names else "Nobody could take part"
        raise Refused(
            f"{alone}: a round needs two people. Some may be paused, left out or without a hand-in.",
            block_id="who",
        )
    if asked.kind is Kind.REVIEWS and asked.size >= len(names):
        raise Refused(
            f"{words.plural(len(names), 'person', 'people')} can take part, so a hand-in can get at most "
            f"{words.plural(len(names) - 1, 'review')}.",
            block_id="size",
        )
    if asked.kind is Kind.GROUPS and len(names) < SMALLEST_GROUP:
        raise Refused(f"A group needs {SMALLEST_GROUP} people, and there are {len(names)}.", block_id="size")


async def default_edition(work: Work, *, team_id: TeamId) -> EditionKey | None:
    """The most recent edition."""
    known = await editions.editions(work, team_id=team_id)
    return known[0].key if known else None

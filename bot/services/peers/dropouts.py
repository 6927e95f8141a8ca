"""Somebody drops out of a published round: what they owed is placed anew, and nobody else's matches move."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import TeamId, UserId
from bot.domain.peers import Feedback, Kind, Match, Round, group_recipient
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.peers import pool as pools
from bot.services.peers import publishing, solving
from bot.services.peers.pool import Pool
from storage import members, outbox, peers
from storage.db import Database, Delivery, Work

ENDED = "peers.match.ended"


class Crossed(Refused):
    """Somebody else changed the round at the same moment; a second try finds it as it is then."""


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """What became of a round after somebody dropped out."""

    round: Round
    placed: tuple[Match, ...]
    """The matches that were made anew."""
    alone: tuple[UserId, ...]
    """Who is left without a match, since no rule allows one."""


async def drop_out(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    user_ids: Collection[UserId],
    now: datetime,
    once: Delivery | None = None,
) -> Dropped:
    """Take people out of a published round and find others for what they were to do.

    Reviews that they owed go to others, nobody of whom gives more than one beyond what the round asks for, or
    to alumni who offered it. Who is left alone in a pair meets another who is, or joins a pair. Feedback that
    was given stays. Raises Refused where the round is not published, is over, or they are not in it.
    """
    dropped = set(user_ids)
    async with db.reading() as work:
        of, matches, feedback = await _open(work, team_id=team_id, round_id=round_id, now=now)
        if not any(dropped & set(match.members) and not match.is_ended for match in matches):
            raise Refused("This person is not in the round, so nothing has to change.", block_id="person")
        pool = await pools.read(work, of, team_id=team_id, now=now)
    after, alone = await asyncio.to_thread(_replaced, pool, of, matches, feedback, dropped)
    async with db.writing(once) as work:
        await peers.lock(work, team_id=team_id, round_id=round_id)
        if await _open(work, team_id=team_id, round_id=round_id, now=now) != (of, matches, feedback):
            raise Crossed("Something has changed in this round just now. Please try again.")
        await _write(work, of, matches, after, dropped, now=now)
    before = {match.number for match in matches}
    placed = tuple(match for match in after if match.number not in before)
    return Dropped(round=of, placed=placed, alone=alone)


async def replace_those_who_left(
    db: Database, *, team_id: TeamId, round_id: int, now: datetime
) -> Dropped | None:
    """Take those out of a round who have left the workspace since it was published."""
    async with db.reading() as work:
        of = await peers.round_(work, team_id=team_id, round_id=round_id)
        gone = set() if of is None else await who_left(work, of)
    if not gone:
        return None
    return await drop_out(db, team_id=team_id, round_id=round_id, user_ids=gone, now=now)


async def who_left(work: Work, of: Round) -> set[UserId]:
    """Those of a round who have left the workspace, and from whom or for whom something is still to come."""
    matches = (await peers.matches(work, team_id=of.team_id, round_ids=[of.id]))[of.id]
    open_now = [match for match in matches if not match.is_ended]
    gone = await members.deactivated(
        work, team_id=of.team_id, user_ids={member for match in open_now for member in match.members}
    )
    if not gone or of.kind is not Kind.REVIEWS:
        return gone
    written = await peers.feedback(work, team_id=of.team_id, round_ids=[of.id])
    given = {(one.giver, one.author) for one in written if one.sent_at is not None}
    # A review that was given is done, whoever leaves after it.
    return gone & {member for match in open_now if match.members not in given for member in match.members}


async def _open(
    work: Work, *, team_id: TeamId, round_id: int, now: datetime
) -> tuple[Round, list[Match], list[Feedback]]:
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    if of is None or not of.is_published:
        raise Refused("This round is not published.")
    if now >= of.closes_at:
        raise Refused("This round is over.")
    matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
    return of, matches, await peers.feedback(work, team_id=team_id, round_ids=[round_id])


def _replaced(
    pool: Pool, of: Round, matches: Sequence[Match], feedback: Sequence[Feedback], dropped: set[UserId]
) -> tuple[list[Match], tuple[UserId, ...]]:
    given = {(one.giver, one.author) for one in feedback if one.sent_at is not None}
    if of.kind is Kind.REVIEWS:
        return _reviews_replaced(pool, of, matches, given, dropped)
    ended = [
        replace(match, is_ended=True) if dropped & set(match.members) and not match.is_ended else match
        for match in matches
    ]
    broken = [match for match in matches if not match.is_ended and dropped & set(match.members)]
    left = [[member for member in match.members if member not in dropped] for match in broken]
    groups = [tuple(rest) for rest in left if len(rest) > 1]
    alone = [rest[0] for rest in left if len(rest) == 1]
    whole = [match for match in ended if not match.is_ended]
    added, over = solving.rejoined(pool, of, alone=alone, matches=whole)
    joined = {match.number for match, _ in added if match is not None}
    ended = [replace(match, is_ended=True) if match.number in joined else match for match in ended]
    return _numbered(ended, [*groups, *(members for _, members in added)]), tuple(over)


def _reviews_replaced(
    pool: Pool,
    of: Round,
    matches: Sequence[Match],
    given: Collection[tuple[UserId, UserId]],
    dropped: set[UserId],
) -> tuple[list[Match], tuple[UserId, ...]]:
    after: list[Match] = []
    standing: list[tuple[UserId, UserId]] = []
    orphaned: set[UserId] = set()
    for match in matches:
        giver, author = match.members
        goes = not match.is_ended and bool(dropped & {giver, author}) and (giver, author) not in given
        after.append(replace(match, is_ended=True) if goes else match)
        if not match.is_ended:
            standing.append((giver, author))
        if goes and author not in dropped:
            orphaned.add(author)
    done = [pair for pair in standing if pair in given]
    new = solving.reassigned(pool, of, standing, done=done, dropped=dropped)
    return _numbered(after, new), tuple(sorted(orphaned - {author for _, author in new}))


def _numbered(matches: Sequence[Match], new: Sequence[tuple[UserId, ...]]) -> list[Match]:
    first = max((match.number for match in matches), default=0) + 1
    added = [
        Match(number=first + place, members=group, is_replacement=True) for place, group in enumerate(new)
    ]
    return [*matches, *added]


async def _write(
    work: Work,
    of: Round,
    before: Sequence[Match],
    after: Sequence[Match],
    dropped: set[UserId],
    *,
    now: datetime,
) -> None:
    changed = replace(of, revision=of.revision + 1)
    await peers.put_round(work, changed)
    await peers.put_matches(work, after, team_id=of.team_id, round_id=of.id)
    known = {match.number for match in before}
    was_open = {match.number for match in before if not match.is_ended}
    for match in after:
        if match.number not in known:
            await publishing.announce(work, changed, match, now=now)
        elif match.is_ended and match.number in was_open:
            await _tell_ended(work, changed, match, dropped, now=now)
    await publishing.after_change(work, changed, list(after), now=now)


async def _tell_ended(work: Work, of: Round, match: Match, dropped: set[UserId], *, now: datetime) -> None:
    """Those who stay hear that a match has ended; an author need not know of each reviewer."""
    staying = [member for member in match.members if member not in dropped]
    if of.kind is Kind.REVIEWS:
        staying = [member for member in staying if member == match.members[0]]
    if not staying:
        return
    await outbox.enqueue(
        work,
        team_id=of.team_id,
        key=f"{publishing.prefix(of)}e{match.number}",
        recipient=staying[0] if len(staying) == 1 else group_recipient(staying),
        kind=ENDED,
        body={"round_id": of.id, "number": match.number, "dropped": sorted(dropped)},
        now=now,
    )

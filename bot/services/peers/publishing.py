"""A round is published: people hear of it; and taken back within the hour, as if it had never been."""

from dataclasses import replace
from datetime import datetime

from bot.domain.ids import TeamId, UserId
from bot.domain.peers import (
    Kind,
    Match,
    Round,
    RoundState,
    group_recipient,
    piece_id,
)
from bot.domain.refusals import Refused
from bot.services import reminders
from bot.services.homework import refresh_home
from bot.services.peers import planning, solving
from bot.services.peers import pool as pools
from bot.services.peers.pool import Pool
from bot.views import words
from storage import members, outbox, peers
from storage.db import Database, Delivery, Work

MATCH = "peers.match"
REVIEW = "peers.review"
TAKE_BACK = "peers.take_back"

_MOST_NAMES = 5


async def publish(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    revision: int,
    now: datetime,
    once: Delivery | None = None,
) -> tuple[Round, int]:
    """Tell everybody in a draft whom they are matched with; returns the round and how many messages go out.

    Raises Refused where the draft was changed since that revision, where its people are others by now than
    those whom it was drawn from, and where its date has passed. Nothing goes out then.
    """
    async with db.writing(once) as work:
        await peers.lock(work, team_id=team_id, round_id=round_id)
        drafted = await planning.existing(work, team_id=team_id, round_id=round_id, revision=revision)
        matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
        pool = await pools.read(work, drafted, team_id=team_id, now=now)
        if drafted.give_back_at <= now:
            raise Refused("The date of this round has passed. Throw the draft away and plan a new one.")
        await _refuse_if_others(work, drafted, matches, pool)
        solving.check(pool, drafted, matches)
        published = replace(
            drafted,
            state=RoundState.PUBLISHED,
            revision=drafted.revision + 1,
            published_at=now,
            publication=drafted.publication + 1,
            checked_at=None,
            counted_at=None,
        )
        await peers.put_round(work, published)
        for match in matches:
            await announce(work, published, match, now=now)
        await after_change(work, published, matches, now=now)
    return published, len(matches)


async def undo(
    db: Database, *, team_id: TeamId, round_id: int, now: datetime, once: Delivery | None = None
) -> Round:
    """Take a published round back: its messages are deleted, and it is a draft again.

    Who has met whom is as it was before. Feedback given meanwhile is kept as its writers' drafts: where the
    same match is published again, they find it in the form.
    Raises Refused after the hour, and where it is not published.
    """
    async with db.writing(once) as work:
        await peers.lock(work, team_id=team_id, round_id=round_id)
        published = await peers.round_(work, team_id=team_id, round_id=round_id)
        if published is None or not published.is_published:
            raise Refused("This round is not published, so there is nothing to undo.")
        if not published.may_undo(now):
            raise Refused("The hour in which this round could be taken back is over.")
        matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
        for row in await outbox.rows_beginning(work, team_id=team_id, prefix=prefix(published)):
            if row.state == "queued":
                await outbox.change(work, row, state="dropped", reason="the round was taken back")
            elif row.state in ("sending", "sent"):
                await outbox.enqueue(
                    work,
                    team_id=team_id,
                    key=f"undone:{row.key}",
                    recipient=row.recipient,
                    kind=TAKE_BACK,
                    body={"target_key": row.key},
                    now=now,
                )
        await peers.remove_replies(work, team_id=team_id, round_id=round_id)
        for one in await peers.feedback(work, team_id=team_id, round_ids=[round_id]):
            await peers.put_feedback(
                work, replace(one, sent_at=None, thanked_at=None, useful=None), team_id=team_id
            )
        drafted = replace(
            published, state=RoundState.DRAFT, revision=published.revision + 1, published_at=None
        )
        await peers.put_round(work, drafted)
        # Who dropped out meanwhile is found out when it is published again.
        as_drawn = [replace(match, is_ended=False) for match in matches if not match.is_replacement]
        await peers.put_matches(work, as_drawn, team_id=team_id, round_id=round_id)
        involved = {member for match in matches for member in match.members}
        await reminders.taken_back(
            work, team_id=team_id, homework_id=piece_id(round_id), user_ids=involved, now=now
        )
        await after_change(work, drafted, matches, now=now)
    return drafted


async def announce(work: Work, of: Round, match: Match, *, now: datetime) -> None:
    """Queue the message that tells of a match: to the pair or group, or to the reviewer."""
    is_review = of.kind is Kind.REVIEWS
    await outbox.enqueue(
        work,
        team_id=of.team_id,
        key=f"{prefix(of)}m{match.number}",
        recipient=match.members[0] if is_review else group_recipient(match.members),
        kind=REVIEW if is_review else MATCH,
        body={"round_id": of.id, "number": match.number, "publication": of.publication},
        now=now,
    )


async def after_change(work: Work, of: Round, matches: list[Match], *, now: datetime) -> None:
    """Plan the round's reminders, and have the Home tabs of its people shown anew."""
    await reminders.replan(work, team_id=of.team_id, now=now, homework_id=piece_id(of.id))
    for user_id in sorted({member for match in matches for member in match.members}):
        why = f"{piece_id(of.id)}:r{of.revision}:{len(matches)}"
        await refresh_home(work, team_id=of.team_id, user_id=user_id, why=why, now=now)


def prefix(of: Round) -> str:
    """What the keys of all messages of a round begin with, as often as it has been published."""
    return f"{piece_id(of.id)}:p{of.publication}:"


async def _refuse_if_others(work: Work, drafted: Round, matches: list[Match], pool: Pool) -> None:
    drawn = {member for match in matches for member in match.members}
    helping = {one.user_id for one in pool.standins} if drafted.kind is Kind.REVIEWS else set()
    gone, new = drawn - set(pool.people) - helping, set(pool.people) - drawn
    if not gone and not new:
        return
    known = await members.members(work, team_id=drafted.team_id, user_ids=gone | new)
    names = {one.user_id: one.name for one in known}
    said = []
    if gone:
        said.append(f"{_listed(gone, names)} can no longer take part")
    if new:
        said.append(f"{_listed(new, names)} would be left over")
    raise Refused(f"The people have changed since the draw: {' and '.join(said)}. Draw again, then publish.")


def _listed(user_ids: set[UserId], names: dict[UserId, str]) -> str:
    shown = sorted(names.get(one, one) for one in user_ids)
    if len(shown) > _MOST_NAMES:
        shown = [*shown[:_MOST_NAMES], f"{len(shown) - _MOST_NAMES} more"]
    return words.listed(shown)

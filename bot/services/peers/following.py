"""What happens to a published round by itself: the question half-way, and who has said nothing twice."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import TeamId, UserId
from bot.domain.peers import (
    MISSES_UNTIL_LEFT_OUT,
    Answer,
    Because,
    Kind,
    Match,
    Pause,
    Reply,
    Round,
    RoundState,
    group_recipient,
)
from bot.domain.refusals import Refused
from bot.services.homework import refresh_home
from bot.services.peers.dropouts import replace_those_who_left, who_left
from bot.services.peers.publishing import prefix
from storage import members, outbox, peer_people, peers
from storage.db import Database, Delivery, Work

_log = logging.getLogger(__name__)

CHECK_IN = "peers.check_in"
CHECKED = "peers.check_in.answered"
LEFT_OUT = "peers.left_out"
SILENT = "peers.silent"


async def next_due_at(work: Work, *, now: datetime) -> datetime | None:
    """The instant at which a round next needs something, now where somebody left; None where none does."""
    published = await peers.rounds(work, state=RoundState.PUBLISHED)
    for one in published:
        if now < one.closes_at and await who_left(work, one):
            return now
    waits = [one.check_in_at for one in published if one.checked_at is None]
    waits += [one.ends_at for one in published if one.counted_at is None]
    return min((at for at in waits if at is not None), default=None)


async def tick(db: Database, *, now: datetime) -> None:
    """Ask pairs half-way, find those who have said nothing twice, replace who left the workspace."""
    async with db.reading() as work:
        published = await peers.rounds(work, state=RoundState.PUBLISHED)
    for one in published:
        if one.checked_at is None and one.check_in_at is not None and one.check_in_at <= now:
            await _ask(db, one, now=now)
        if one.counted_at is None and one.ends_at <= now:
            await _count(db, one, now=now)
        if now < one.closes_at:
            try:
                await replace_those_who_left(db, team_id=one.team_id, round_id=one.id, now=now)
            except Refused as refused:
                # Somebody changed the round in that moment: the next beat finds it as it is then.
                _log.info("round %s: %s", one.id, refused)


async def answer(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    number: int,
    user_id: UserId,
    answer: Answer,
    now: datetime,
    once: Delivery | None = None,
) -> Answer:
    """Enter what somebody says of their match; the question then shows it.

    Raises Refused where they are not in that match, or it is no longer open.
    """
    async with db.writing(once) as work:
        of = await peers.round_(work, team_id=team_id, round_id=round_id)
        matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
        match = next((one for one in matches if one.number == number), None)
        if of is None or not of.is_published or match is None or match.is_ended or now >= of.closes_at:
            raise Refused("This match is no longer open. See your matches with the command for them.")
        if user_id not in match.members:
            raise Refused("This question is for the people of the match.")
        reply = Reply(round_id=round_id, number=number, user_id=user_id, answer=answer, answered_at=now)
        await peers.put_reply(work, reply, team_id=team_id)
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{_key(of, match)}:{user_id}:{now.isoformat()}",
            recipient=group_recipient(match.members),
            kind=CHECKED,
            body={"round_id": of.id, "number": number, "target_key": _key(of, match)},
            now=now,
        )
        pause = (await peer_people.pauses(work, team_id=team_id)).get(user_id)
        if pause is not None and pause.because is Because.SILENT and pause.resumed_at is None:
            await peer_people.put_pause(work, replace(pause, resumed_at=now), team_id=team_id)
    return answer


async def _ask(db: Database, of: Round, *, now: datetime) -> None:
    async with db.writing(team_id=of.team_id) as work:
        await peers.lock(work, team_id=of.team_id, round_id=of.id)
        asked = await peers.round_(work, team_id=of.team_id, round_id=of.id)
        if asked is None or not asked.is_published or asked.checked_at is not None:
            return
        await peers.put_round(work, replace(asked, checked_at=now))
        for match in (await peers.matches(work, team_id=of.team_id, round_ids=[of.id]))[of.id]:
            if match.is_ended or now >= of.ends_at:
                continue
            await outbox.enqueue(
                work,
                team_id=of.team_id,
                key=_key(asked, match),
                recipient=group_recipient(match.members),
                kind=CHECK_IN,
                body={"round_id": of.id, "number": match.number},
                now=now,
            )


async def _count(db: Database, of: Round, *, now: datetime) -> None:
    """After a round's date: whoever has said nothing in this one and the one before is left out."""
    async with db.writing(team_id=of.team_id) as work:
        await peers.lock(work, team_id=of.team_id, round_id=of.id)
        ended = await peers.round_(work, team_id=of.team_id, round_id=of.id)
        if ended is None or not ended.is_published or ended.counted_at is not None:
            return
        await peers.put_round(work, replace(ended, counted_at=now))
        if ended.kind is not Kind.PAIRS or ended.checked_at is None:
            return
        silent = await _silent(work, ended)
        known = await members.members(work, team_id=of.team_id, user_ids=silent)
        active = [one.user_id for one in known if not one.is_deactivated]
        pauses = await peer_people.pauses(work, team_id=of.team_id)
        out = [one for one in active if pauses.get(one) is None or pauses[one].resumed_at is not None]
        for user_id in out:
            paused = Pause(user_id=user_id, since=now, until=None, because=Because.SILENT)
            await peer_people.put_pause(work, paused, team_id=of.team_id)
            await _queue(work, ended, kind=LEFT_OUT, recipient=user_id, user_ids=[user_id], now=now)
            why = f"silent:{prefix(ended)}"
            await refresh_home(work, team_id=of.team_id, user_id=user_id, why=why, now=now)
        for organiser in await members.organisers(work, team_id=of.team_id) if out else []:
            await _queue(work, ended, kind=SILENT, recipient=organiser, user_ids=out, now=now)


async def _silent(work: Work, of: Round) -> list[UserId]:
    """Who has missed this round of pairs and those just before it without a word, by id."""
    team_id = of.team_id
    rounds = [
        one
        for one in await peers.rounds(work, team_id=team_id, state=RoundState.PUBLISHED)
        if one.kind is Kind.PAIRS and one.checked_at is not None and one.counted_at is not None
    ]
    rounds.sort(key=lambda one: (_began_at(one), one.id), reverse=True)
    round_ids = [one.id for one in rounds]
    matches = await peers.matches(work, team_id=team_id, round_ids=round_ids)
    replies = await peers.replies(work, team_id=team_id, round_ids=round_ids)
    gave = {
        (one.round_id, one.giver)
        for one in await peers.feedback(work, team_id=team_id, round_ids=round_ids)
        if one.sent_at is not None
    }
    pauses = await peer_people.pauses(work, team_id=team_id)
    found: list[UserId] = []
    for user_id in sorted({member for match in matches[of.id] for member in match.members}):
        pause = pauses.get(user_id)
        counted = [
            one
            for one in rounds
            if pause is None or pause.resumed_at is None or _began_at(one) > pause.resumed_at
        ]
        missed = _missed_in_a_row(user_id, counted, matches, replies, gave)
        if missed >= MISSES_UNTIL_LEFT_OUT:
            found.append(user_id)
    return found


def _began_at(of: Round) -> datetime:
    return of.published_at or of.planned_at


def _missed_in_a_row(
    user_id: UserId,
    rounds: Sequence[Round],
    matches: Mapping[int, Sequence[Match]],
    replies: Mapping[int, Sequence[Reply]],
    gave: Collection[tuple[int, UserId]],
) -> int:
    missed = 0
    for one in rounds:
        own = [match for match in matches[one.id] if user_id in match.members and not match.is_ended]
        if not own:
            continue
        numbers = {match.number for match in own}
        said = any(reply.user_id == user_id for reply in replies[one.id])
        met = any(reply.number in numbers and reply.answer is Answer.MET for reply in replies[one.id])
        if said or met or (one.id, user_id) in gave:
            break
        missed += 1
    return missed


async def _queue(
    work: Work, of: Round, *, kind: str, recipient: UserId, user_ids: Sequence[UserId], now: datetime
) -> None:
    await outbox.enqueue(
        work,
        team_id=of.team_id,
        key=f"{prefix(of)}{kind}:{recipient}",
        recipient=recipient,
        kind=kind,
        body={"round_id": of.id, "user_ids": list(user_ids)},
        now=now,
    )


def _key(of: Round, match: Match) -> str:
    return f"{prefix(of)}c{match.number}"

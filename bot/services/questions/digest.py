"""The weekly digest: each questions channel's own week, on Monday at 09:00."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar, workdays
from bot.domain import follow_up as domain
from bot.domain.editions import Academy
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import LinkKind, Question
from bot.services.questions import experts, places
from bot.views import digest as views
from bot.views import questions as question_views
from bot.views.digest import Line
from storage import editions, follow_up, members, outbox
from storage import questions as stored
from storage.db import Database, Work
from storage.follow_up import DigestDue
from storage.outbox import Composed, Composer, Drop, Later, OutboxRow, Send

DIGEST = "question.digest"

_WEEK = timedelta(days=7)
_ON_TIME = timedelta(hours=1)
# Who is back on Thursday is not helped by Monday's news.
_TOO_LATE = timedelta(days=2)
_LISTED = 8
_THANKED = 30


async def next_due_at(work: Work, academies: Sequence[Academy], *, now: datetime) -> datetime | None:
    """When a digest is due next; now where one is to be planned or taken away, None where there is none."""
    new, known, gone = await _plan(work, academies)
    return now if new or gone else min((one.due_at for one in known), default=None)


async def queue_due(db: Database, *, now: datetime) -> int:
    """Queue the digests that are due, and enter when the next ones are. Returns the number of messages.

    A channel that became a questions channel gets its first one on the Monday after.
    """
    queued = 0
    async with db.writing() as work:
        academies = await editions.academies(work)
        zones = {one.team_id: one.timezone for one in academies}
        new, known, gone = await _plan(work, academies)
        for team_id, channel_id in new:
            next_at = domain.next_digest_at(now, zones[team_id])
            await follow_up.put_digest(
                work, DigestDue(team_id=team_id, channel_id=channel_id, due_at=next_at)
            )
        for one in gone:
            await follow_up.remove_digest(work, one)
        for one in known:
            if one.due_at > now:
                continue
            zone = zones[one.team_id]
            await follow_up.put_digest(work, replace(one, due_at=domain.next_digest_at(now, zone)))
            if now - one.due_at > _TOO_LATE:
                continue
            queued += await outbox.enqueue(
                work,
                team_id=one.team_id,
                key=f"digest:{one.channel_id}:{calendar.local_date(one.due_at, zone)}",
                recipient=one.channel_id,
                kind=DIGEST,
                body={"until": one.due_at.isoformat()},
                now=now,
                due_at=one.due_at,
            )
    return queued


async def _plan(
    work: Work, academies: Sequence[Academy]
) -> tuple[list[tuple[TeamId, ChannelId]], list[DigestDue], list[DigestDue]]:
    """Channels without a planned digest, what is planned, and that of channels that get none any more."""
    planned = {(one.team_id, one.channel_id): one for one in await follow_up.digests(work)}
    wanted = [
        (academy.team_id, channel_id)
        for academy in academies
        for channel_id in await places.question_channels_of(work, academy)
    ]
    return (
        [one for one in wanted if one not in planned],
        [planned[one] for one in wanted if one in planned],
        [due for one, due in planned.items() if one not in wanted],
    )


async def _digest(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, channel_id = TeamId(row.team_id), ChannelId(row.recipient)
    zone = await editions.academy_zone(work, team_id=team_id)
    usual = await places.question_channels(work, team_id=team_id)
    if channel_id not in usual:
        return Drop("not a questions channel of the bot any more")
    if now - row.due_at >= _ON_TIME:
        civil_at = workdays.next_civil_at(now, zone, workdays.is_weekend)
        if civil_at > now:
            return Later(civil_at)
    until = datetime.fromisoformat(row.body["until"])
    covered = await _covered(work, team_id=team_id, channel_id=channel_id, usual=usual)
    waiting, open_count = await follow_up.open_questions(
        work, team_id=team_id, channel_ids=covered, limit=_LISTED
    )
    answered = await follow_up.answered_questions(
        work, team_id=team_id, channel_ids=covered, since=until - _WEEK, until=until
    )
    replied = await follow_up.repliers(
        work, team_id=team_id, channel_ids=covered, since=until - _WEEK, until=until
    )
    answerers = await _answerers(work, team_id, answered)
    if not waiting and not answered and not replied:
        return Drop("nothing is open, and nothing was answered")
    thanked = list(dict.fromkeys([*replied, *answerers.values()]))[:_THANKED]
    message = views.digest(
        open_questions=await _lines(work, team_id, waiting, {}),
        open_count=open_count,
        answered=await _lines(work, team_id, answered[-_LISTED:], answerers),
        answered_count=len(answered),
        thanks=list((await _named(work, team_id, thanked)).values()),
        until=calendar.local_date(until, zone),
    )
    return Send(message["text"], message["blocks"])


async def _covered(
    work: Work, *, team_id: TeamId, channel_id: ChannelId, usual: Sequence[ChannelId]
) -> list[ChannelId]:
    """The channels whose questions a channel's digest tells of: its own.

    The first public one's tells of those that were asked in other public channels, too.
    """
    known = await stored.channels(work, team_id=team_id)
    public = {one.channel_id for one in known if not one.is_private}
    first = next((one for one in usual if one in public), None)
    if channel_id != first:
        return [channel_id]
    return [channel_id, *sorted(public - set(usual))]


async def _answerers(
    work: Work, team_id: TeamId, question_ids: Sequence[QuestionId]
) -> dict[QuestionId, UserId]:
    """Who gave the answer to each question, or to the earlier one that closed it; no asker of their own."""
    found: dict[QuestionId, UserId] = {}
    for question in await stored.questions(work, team_id=team_id, question_ids=question_ids):
        source: Question | None = question
        if question.accepted_answer_id is None:
            linked = await stored.linked(work, team_id=team_id, question_id=question.id)
            earlier = [one for kind, one in linked if kind is LinkKind.ANSWERED_BY]
            source = await stored.question(work, team_id=team_id, question_id=earlier[0]) if earlier else None
        if source is None or not await experts.is_seen_in(
            work, question=source, channel_id=question.channel_id
        ):
            continue
        for answer in await stored.answers(work, team_id=team_id, question_ids=[source.id]):
            if answer.id == source.accepted_answer_id and answer.author_id != question.asker_id:
                found[question.id] = answer.author_id
    return found


async def _lines(
    work: Work, team_id: TeamId, question_ids: Sequence[QuestionId], answerers: dict[QuestionId, UserId]
) -> list[Line]:
    found = {one.id: one for one in await stored.questions(work, team_id=team_id, question_ids=question_ids)}
    names = await _named(work, team_id, [*(one.asker_id for one in found.values()), *answerers.values()])
    return [
        Line(
            question=found[one],
            asker="" if found[one].is_anonymous else names[found[one].asker_id],
            answerer=names[answerers[one]] if one in answerers else "",
        )
        for one in question_ids
    ]


async def _named(work: Work, team_id: TeamId, user_ids: Sequence[UserId]) -> dict[UserId, str]:
    """A mention of each, in the same order, or the name of those who left."""
    people = {
        one.user_id: one for one in await members.members(work, team_id=team_id, user_ids=set(user_ids))
    }
    return {one: question_views.person(people.get(one)) for one in user_ids}


COMPOSERS: dict[str, Composer] = {DIGEST: _digest}
"""By the kind of row in the outbox."""

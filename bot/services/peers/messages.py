"""Messages of peer feedback, made at the instant of sending from what holds then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.homework import Homework
from bot.domain.ids import TeamId, UserId
from bot.domain.meeting_times import Attendee, proposed_times
from bot.domain.members import Member
from bot.domain.peers import Handover, Kind, Match, Round, debts
from bot.domain.values import dataclass
from bot.services.days_off import at_work_at, days_off
from bot.services.peers.desk import NUDGE
from bot.services.peers.dropouts import ENDED
from bot.services.peers.feedback import CHANGED, GIVEN, THANKS, is_shown, shown
from bot.services.peers.following import CHECK_IN, CHECKED, LEFT_OUT, SILENT
from bot.services.peers.pool import participants
from bot.services.peers.publishing import MATCH, REVIEW, TAKE_BACK
from bot.views import peers_messages as views
from bot.views.kit import Message
from storage import homework, members, outbox, peers
from storage.db import Work
from storage.outbox import Composed, Composer, Delete, Drop, Edit, Later, OutboxRow, Send

_AGAIN_IN = timedelta(seconds=10)
_TIME_TO_ANSWER = timedelta(hours=4)
_TAKEN_BACK = Drop("the round was taken back, or somebody dropped out")
_GONE = Drop("the person has left the workspace")


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A match of a published round, with its people."""

    round: Round
    match: Match
    people: dict[UserId, Member]
    clusters: dict[UserId, str]
    homework: Homework | None


async def _match(work: Work, row: OutboxRow, now: datetime) -> Composed:
    case = await _case(work, row)
    if case is None:
        return _TAKEN_BACK
    partners = [await _partner(work, case, user_id) for user_id in case.match.members]
    attendees = [Attendee(zone=one.zone, is_day_off=days_off(one.member.country)) for one in partners]
    proposed = proposed_times(attendees, after=now + _TIME_TO_ANSWER, before=case.round.give_back_at)
    return _send(views.match(case.round, partners, homework=case.homework, proposed=proposed))


async def _review(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    case = await _case(work, row)
    if case is None or case.homework is None:
        return _TAKEN_BACK
    reviewer, author = case.match.members
    zone = calendar.zone_or(case.people[reviewer].tz, case.round.zone)
    partner = await _partner(work, case, author)
    return _send(views.review(case.round, partner, homework=case.homework, reader_zone=zone))


async def _check_in(work: Work, row: OutboxRow, now: datetime) -> Composed:
    case = await _case(work, row)
    if case is None or now >= case.round.ends_at:
        return _TAKEN_BACK
    return _send(await _question(work, case))


async def _checked(work: Work, row: OutboxRow, now: datetime) -> Composed:
    case = await _case(work, row)
    target = await outbox.row(work, team_id=row.team_id, key=row.body["target_key"])
    if case is None or target is None or target.state in ("dropped", "failed"):
        return _TAKEN_BACK
    if target.state != "sent" or target.channel_id is None or target.ts is None:
        return Later(now + _AGAIN_IN)
    message = await _question(work, case)
    return Edit(target.channel_id, target.ts, message["text"], message["blocks"])


async def _question(work: Work, case: _Case) -> Message:
    team_id, round_id = case.round.team_id, case.round.id
    replies = (await peers.replies(work, team_id=team_id, round_ids=[round_id]))[round_id]
    own = [one for one in replies if one.number == case.match.number]
    names = {one.user_id: one.name for one in case.people.values()}
    return views.check_in(case.round, case.match.number, views.replied(own, names))


async def _given(work: Work, row: OutboxRow, now: datetime) -> Composed:
    message = await _feedback(work, row, now)
    if isinstance(message, Drop):
        return message
    of = await peers.round_(work, team_id=TeamId(row.team_id), round_id=int(row.body["round_id"]))
    # What comes at once is awaited; the date of a round ends at midnight.
    if of is not None and of.handover is Handover.AT_DATE:
        return await _at_work(work, row, now, zone=of.zone) or _send(message)
    return _send(message)


async def _changed(work: Work, row: OutboxRow, now: datetime) -> Composed:
    target = await outbox.row(work, team_id=row.team_id, key=row.body["target_key"])
    if target is None or target.state in ("dropped", "failed"):
        return Drop("the feedback never went out")
    if target.state != "sent" or target.channel_id is None or target.ts is None:
        return Later(now + _AGAIN_IN)
    message = await _feedback(work, row, now)
    if isinstance(message, Drop):
        return message
    return Edit(target.channel_id, target.ts, message["text"], message["blocks"])


async def _feedback(work: Work, row: OutboxRow, now: datetime) -> Message | Drop:
    team_id, round_id = TeamId(row.team_id), int(row.body["round_id"])
    giver, author = UserId(row.body["giver"]), UserId(row.body["author"])
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    found = await peers.feedback(work, team_id=team_id, round_ids=[round_id], giver=giver, author=author)
    reader = await members.member(work, team_id=team_id, user_id=author)
    if of is None or not of.is_published or not found or not is_shown(of, found[0], now):
        return _TAKEN_BACK
    if reader is None or reader.is_deactivated:
        return _GONE
    one = await shown(work, of, found[0])
    return views.feedback(
        of,
        one.feedback,
        giver=one.giver.name if one.giver else None,
        title=one.title,
        reference=one.reference,
        rubric=of.rubric,
    )


async def _thanks(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, round_id = TeamId(row.team_id), int(row.body["round_id"])
    giver, author = UserId(row.body["giver"]), UserId(row.body["author"])
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    found = await peers.feedback(work, team_id=team_id, round_ids=[round_id], giver=giver, author=author)
    known = {
        one.user_id: one for one in await members.members(work, team_id=team_id, user_ids=[giver, author])
    }
    if of is None or not of.is_published or not found or author not in known:
        return _TAKEN_BACK
    if giver not in known or known[giver].is_deactivated:
        return _GONE
    title = (await shown(work, of, found[0])).title
    return _send(views.thanks(known[author].name, title=title, useful=found[0].useful))


async def _nudge(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, round_id, user_id = TeamId(row.team_id), int(row.body["round_id"]), UserId(row.recipient)
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    if of is None or not of.is_published or of.homework_id is None or now >= of.closes_at:
        return _TAKEN_BACK
    matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
    sent = {
        one.author
        for one in await peers.feedback(work, team_id=team_id, round_ids=[round_id], giver=user_id)
        if one.sent_at is not None
    }
    owed = [one.author for one in debts(of, matches) if one.giver == user_id and one.author not in sent]
    if not owed:
        return Drop("the feedback was given meanwhile")
    known = {
        one.user_id: one for one in await members.members(work, team_id=team_id, user_ids=[*owed, user_id])
    }
    if user_id not in known or known[user_id].is_deactivated:
        return _GONE
    piece = await homework.homework(work, team_id=team_id, homework_id=of.homework_id)
    return _send(
        views.nudge(
            of,
            title=piece.title if piece else "homework",
            owed=[(one, known[one].name) for one in owed if one in known],
            reader_zone=calendar.zone_or(known[user_id].tz, of.zone),
            is_over=now >= of.ends_at,
        )
    )


async def _ended(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, round_id = TeamId(row.team_id), int(row.body["round_id"])
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    if of is None or not of.is_published:
        return _TAKEN_BACK
    matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
    match = next((one for one in matches if one.number == row.body["number"]), None)
    if match is None:
        return _TAKEN_BACK
    dropped = await _names(work, team_id, row.body["dropped"])
    if of.kind is Kind.REVIEWS:
        return _send(views.ended(of, names=dropped, others=await _names(work, team_id, [match.members[1]])))
    gone = [one for one in row.body["dropped"] if one in match.members]
    # A pair that somebody joins hears of it by the new match's own message.
    if not gone:
        return Drop("somebody joins them; their new match says so")
    return _send(views.ended(of, names=await _names(work, team_id, gone), others=[]))


async def _left_out(work: Work, row: OutboxRow, now: datetime) -> Composed:
    return await _at_work(work, row, now) or _send(views.left_out())


async def _silent(work: Work, row: OutboxRow, now: datetime) -> Composed:
    if waiting := await _at_work(work, row, now):
        return waiting
    return _send(views.silent(await _names(work, TeamId(row.team_id), row.body["user_ids"])))


async def _at_work(work: Work, row: OutboxRow, now: datetime, *, zone: str = "UTC") -> Later | Drop | None:
    """Where a message has to wait for its reader's working hours; None where it goes now."""
    person = await members.member(work, team_id=TeamId(row.team_id), user_id=UserId(row.recipient))
    if person is None or person.is_deactivated:
        return _GONE
    civil_at = at_work_at(person, now, zone=zone)
    return Later(civil_at) if now < civil_at else None


async def _take_back(work: Work, row: OutboxRow, now: datetime) -> Composed:
    target = await outbox.row(work, team_id=row.team_id, key=row.body["target_key"])
    if target is None or target.state in ("dropped", "failed"):
        return Drop("the message never went out")
    if target.state != "sent" or target.channel_id is None or target.ts is None:
        return Later(now + _AGAIN_IN)
    return Delete(target.channel_id, target.ts)


async def _case(work: Work, row: OutboxRow) -> _Case | None:
    team_id, round_id = TeamId(row.team_id), int(row.body["round_id"])
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    if of is None or not of.is_published or row.body.get("publication", of.publication) != of.publication:
        return None
    matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
    match = next((one for one in matches if one.number == row.body["number"] and not one.is_ended), None)
    if match is None:
        return None
    known = {
        one.user_id: one
        for one in await members.members(work, team_id=team_id, user_ids=match.members)
        if not one.is_deactivated
    }
    if set(known) != set(match.members):
        return None
    piece = None
    if of.homework_id is not None:
        piece = await homework.homework(work, team_id=team_id, homework_id=of.homework_id)
    clusters = await participants(work, team_id=team_id, edition_key=of.edition_key)
    return _Case(round=of, match=match, people=known, clusters=clusters, homework=piece)


async def _partner(work: Work, case: _Case, user_id: UserId) -> views.Partner:
    versions = []
    if case.homework is not None:
        versions = await homework.versions(
            work, team_id=case.round.team_id, homework_id=case.homework.id, user_id=user_id
        )
    member = case.people[user_id]
    return views.Partner(
        member=member,
        cluster=case.clusters.get(user_id, ""),
        handed_in=versions[-1] if versions else None,
        zone=calendar.zone_or(member.tz, case.round.zone),
    )


async def _names(work: Work, team_id: TeamId, user_ids: Sequence[str]) -> list[str]:
    wanted = [UserId(one) for one in user_ids]
    known = await members.members(work, team_id=team_id, user_ids=wanted)
    # Who was deleted since has no name any more.
    return [one.name for one in known] + ["somebody"] * (len(set(wanted)) - len(known))


def _send(message: Message) -> Send:
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {
    MATCH: _match,
    REVIEW: _review,
    CHECK_IN: _check_in,
    CHECKED: _checked,
    GIVEN: _given,
    CHANGED: _changed,
    THANKS: _thanks,
    NUDGE: _nudge,
    ENDED: _ended,
    LEFT_OUT: _left_out,
    SILENT: _silent,
    TAKE_BACK: _take_back,
}
"""By the kind of row in the outbox."""

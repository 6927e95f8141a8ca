"""Word to those whom an answer concerns beside its asker: whoever gave it, and whoever asked the same."""

from datetime import datetime, time

from bot.domain import calendar, workdays
from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.questions import LinkKind, Question, QuestionState
from bot.services.days_off import at_work_at, days_off
from bot.services.questions import experts
from bot.services.questions.finding import described, reader_zone
from bot.services.questions.settling import ANSWERED_TOO, THANKS, answered_by
from bot.views import credits as views
from storage import channels, members, outbox
from storage import questions as stored
from storage.db import Work
from storage.outbox import Composed, Composer, Drop, Later, OutboxRow, Send

THANKED_AT = time(16, 0)
"""When somebody is thanked, on their own clock, for all that was accepted by then; on working days."""

_LEFT = Drop("the person has left the workspace")
_NOT_ANY_MORE = Drop("open again, or out of this person's sight")


async def _thanks(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or person.is_deactivated or person.is_bot:
        return _LEFT
    zone = await reader_zone(work, team_id=team_id, tz=person.tz)
    ids = [row.body["question_id"], *row.body.get("with", ())]
    if not [one for one in ids if await _helped(work, person, QuestionId(one))]:
        return _NOT_ANY_MORE
    due_at = await _thanked_at(work, row, person, zone)
    civil_at = at_work_at(person, max(now, due_at), zone=zone)
    if now < civil_at:
        return Later(civil_at)
    waiting = await outbox.rows(work, team_id=team_id, states={"queued"}, recipient=user_id)
    for other in waiting:
        question_id = QuestionId(other.body.get("question_id", 0))
        if other.kind == THANKS and await _helped(work, person, question_id) is not None:
            await outbox.change(work, other, state="sent", sent_at=now, reason=f"told with {row.key}")
            ids.append(question_id)
    # Kept, in case that Slack's answer is lost and it is written again.
    await outbox.change(work, row, body={**row.body, "with": ids[1:]})
    message = views.thanks([one for each in ids if (one := await _helped(work, person, QuestionId(each)))])
    return Send(message["text"], message["blocks"])


async def _helped(work: Work, person: Member, question_id: QuestionId) -> views.Helped | None:
    """A question that somebody's answer answers; None where that no longer holds, or they cannot see it."""
    question = await stored.question(work, team_id=person.team_id, question_id=question_id)
    if question is None or await answered_by(work, question) != person.user_id:
        return None
    if not await experts.may_see(work, question=question, user_id=person.user_id):
        return None
    asker = await members.member(work, team_id=person.team_id, user_id=question.asker_id)
    return views.Helped(
        question=question,
        asker="" if question.is_anonymous or asker is None else asker.name,
        is_earlier=question.accepted_answer_id is None,
    )


async def _thanked_at(work: Work, row: OutboxRow, person: Member, zone: str) -> datetime:
    """The first time for thanks after a row was queued, on a day on which there were none yet."""
    is_day_off = days_off(person.country)
    on = calendar.local_date(row.queued_at, zone)
    if is_day_off(on) or calendar.instant_on(on, THANKED_AT, zone) < row.queued_at:
        on = workdays.next_workday(on, is_day_off)
    last_at = await outbox.last_posted_at(work, team_id=row.team_id, recipient=row.recipient, kind=THANKS)
    if last_at is not None and on <= calendar.local_date(last_at, zone):
        on = workdays.next_workday(calendar.local_date(last_at, zone), is_day_off)
    return calendar.instant_on(on, THANKED_AT, zone)


async def _answered_too(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or person.is_deactivated or person.is_bot:
        return _LEFT
    merged, into = await _pair(work, row)
    if merged is None or into is None:
        return Drop("open again, or not merged any more")
    if not await experts.may_see(work, question=into, user_id=user_id):
        return Drop("the other question is not for these eyes")
    zone = await reader_zone(work, team_id=team_id, tz=person.tz)
    civil_at = at_work_at(person, now, zone=zone)
    if now < civil_at:
        return Later(civil_at)
    sight = await channels.sight(work, team_id=team_id, user_id=user_id)
    (result,) = await described(work, team_id=team_id, sight=sight, question_ids=[into.id])
    message = views.answered_too(merged, result, zone=zone)
    return Send(message["text"], message["blocks"])


async def _pair(work: Work, row: OutboxRow) -> tuple[Question | None, Question | None]:
    """The merged question and the answered one that it was merged into; None for what no longer holds."""
    team_id = TeamId(row.team_id)
    merged_id, into_id = QuestionId(row.body["merged_id"]), QuestionId(row.body["question_id"])
    merged = await stored.question(work, team_id=team_id, question_id=merged_id)
    into = await stored.question(work, team_id=team_id, question_id=into_id)
    linked = await stored.linked(work, team_id=team_id, question_id=merged_id)
    holds = (LinkKind.MERGED_INTO, into_id) in linked
    return (
        merged if merged is not None and merged.state is QuestionState.MERGED and holds else None,
        into if into is not None and into.state is QuestionState.ANSWERED else None,
    )


COMPOSERS: dict[str, Composer] = {THANKS: _thanks, ANSWERED_TOO: _answered_too}
"""By the kind of row in the outbox."""

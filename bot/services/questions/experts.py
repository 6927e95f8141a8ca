"""Who may know the answer to a question, and asking them: at most once a week, and only who agreed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.domain import calendar, workdays
from bot.domain import experts as domain
from bot.domain.experts import Candidate
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Actor, Member, Role
from bot.domain.questions import Question, QuestionState
from bot.domain.refusals import Refused
from bot.domain.search.ranking import Ranked
from bot.services.days_off import days_off
from bot.services.homework import refresh_home
from bot.services.questions.finding import reader_zone
from bot.views import asking as views
from bot.views.asking import Expert
from storage import asking, channels, editions, members, outbox
from storage import questions as stored
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, Later, OutboxRow, Send

REQUEST = "question.request"
MENTION = "question.mention"

_MOST_EARLIER = 20
_AGAIN_IN = timedelta(minutes=1)
_GIVEN_UP_AFTER = timedelta(days=1)


async def who_may_know(
    work: Work,
    *,
    team_id: TeamId,
    text: str,
    asker_id: UserId,
    channel_id: ChannelId,
    ranked: Sequence[Ranked],
    now: datetime,
    without: Collection[UserId] = (),
    most: int = domain.MOST,
) -> list[Expert]:
    """The alumni who fit a question best, best first, and who can see the channel that it is asked in.

    text: the whole question with its topic. ranked: earlier questions by nearness, as its asker sees them.
    without: people who are not wanted, beside the asker.
    """
    alumni = await _alumni(work, team_id=team_id, channel_id=channel_id, now=now)
    answered = await _answered(work, team_id=team_id, ranked=ranked)
    last = await asking.last_requests(work, team_id=team_id)
    left_out = {asker_id, *without}
    candidates = [
        Candidate(
            user_id=one.user_id,
            expertise=one.expertise,
            sectors=one.sectors,
            answered=tuple(answered.get(one.user_id, ())),
            last_asked_at=last.get(one.user_id),
        )
        for one in alumni
    ]
    names = {one.user_id: one.name for one in alumni}
    # Rarity is that among all alumni, so that who is left out is left out last.
    found = domain.fitting(text, candidates, most=len(candidates))
    return [
        Expert(user_id=fit.user_id, name=names[fit.user_id], known_for=fit.known_for, answered=fit.answered)
        for fit in found
        if fit.user_id not in left_out
    ][:most]


async def ask_directly(
    work: Work,
    *,
    question: Question,
    experts: Sequence[Expert],
    now: datetime,
    due_at: datetime | None = None,
) -> list[UserId]:
    """Queue a direct message to those of `experts` who let the bot ask, and whom it did not ask this week.

    due_at: not before this instant. Returns whom it goes to.
    """
    team_id = question.team_id
    agreed = await asking.consents(work, team_id=team_id, user_ids=[one.user_id for one in experts])
    last = await asking.last_requests(work, team_id=team_id)
    reached: list[UserId] = []
    for one in experts:
        if not agreed.get(one.user_id) or not domain.may_be_asked(last.get(one.user_id), now=now):
            continue
        is_new = await asking.add_request(
            work,
            team_id=team_id,
            question_id=question.id,
            user_id=one.user_id,
            how=asking.DIRECT,
            asked_at=now,
        )
        if is_new:
            await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"question.request:{question.id}:{one.user_id}",
                recipient=one.user_id,
                kind=REQUEST,
                body={
                    "question_id": question.id,
                    "known_for": list(one.known_for),
                    "answered": one.answered,
                },
                now=now,
                due_at=due_at,
            )
            reached.append(one.user_id)
    return reached


async def mention_unanswered(
    work: Work, *, question: Question, experts: Sequence[Expert], now: datetime
) -> list[UserId]:
    """Name those of `experts` in the question's thread who never declined, and were not asked this week.

    Returns who is named; nobody who is not in the channel.
    """
    team_id, channel_id = question.team_id, question.channel_id
    if channel_id is None or question.ts is None:
        return []
    decided = await asking.consents(work, team_id=team_id, user_ids=[one.user_id for one in experts])
    last = await asking.last_requests(work, team_id=team_id)
    present = await channels.members_of(work, team_id=team_id, channel_id=channel_id)
    named = [
        one.user_id
        for one in experts
        if decided.get(one.user_id, True)
        and one.user_id in present
        and domain.may_be_asked(last.get(one.user_id), now=now)
        and await asking.add_request(
            work,
            team_id=team_id,
            question_id=question.id,
            user_id=one.user_id,
            how=asking.MENTION,
            asked_at=now,
        )
    ]
    if named:
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"question.mention:{question.id}:unanswered",
            recipient=channel_id,
            kind=MENTION,
            body={"question_id": question.id, "user_ids": named, "thread_ts": question.ts, "by_asker": False},
            now=now,
        )
    return named


async def mention(
    db: Database,
    *,
    question_id: QuestionId,
    user_id: UserId,
    by: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> str:
    """The asker has somebody mentioned in the thread. Returns that person's name.

    Raises Refused for anybody but the asker, for a question that is closed, or is not posted yet, and where
    the person is not there any more or was mentioned already.
    """
    team_id = by.team_id
    async with db.writing(once) as work:
        question = await stored.question(work, team_id=team_id, question_id=question_id)
        person = await members.member(work, team_id=team_id, user_id=user_id)
        if question is None or question.asker_id != by.user_id:
            raise Refused("Only the one who asks can do this.")
        if question.state is not QuestionState.OPEN:
            raise Refused("This question is not open any more.")
        if question.ts is None or question.channel_id is None:
            raise Refused("Your question is still on its way. Please try again in a moment.")
        if person is None or person.is_deactivated:
            raise Refused("This person is not in the workspace any more.")
        is_new = await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"question.mention:{question.id}:{user_id}",
            recipient=question.channel_id,
            kind=MENTION,
            body={
                "question_id": question.id,
                "user_ids": [user_id],
                "thread_ts": question.ts,
                "by_asker": True,
            },
            now=now,
        )
        if not is_new:
            raise Refused(f"{person.name} is mentioned in the thread already.")
        # This is the asker's doing, and not one of the bot's own requests, of which there is one a week.
        await asking.add_request(
            work,
            team_id=team_id,
            question_id=question.id,
            user_id=user_id,
            how=asking.BY_ASKER,
            asked_at=now,
        )
    return person.name


async def decide(
    db: Database, *, who: Actor, may_be_asked: bool, now: datetime, once: Delivery | None = None
) -> None:
    """A person lets the bot ask them directly, or no longer does."""
    async with db.writing(once) as work:
        await asking.put_consent(
            work, team_id=who.team_id, user_id=who.user_id, may_be_asked=may_be_asked, decided_at=now
        )
        why = f"consent:{now.isoformat()}"
        await refresh_home(work, team_id=who.team_id, user_id=who.user_id, why=why, now=now)


async def lets_itself_be_asked(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> bool | None:
    """Whether an alumnus lets the bot ask them directly; None for those who are none and never decided."""
    decided = await asking.consents(work, team_id=team_id, user_ids=[user_id])
    if user_id in decided:
        return decided[user_id]
    return False if user_id in await _alumni_ids(work, team_id=team_id, now=now) else None


async def may_see(work: Work, *, question: Question, user_id: UserId) -> bool:
    """Whether a person may see a question now, by where it was asked."""
    sight = await channels.sight(work, team_id=question.team_id, user_id=user_id)
    if question.channel_id is None:
        return not sight.is_guest
    known = await channels.channel(work, team_id=question.team_id, channel_id=question.channel_id)
    is_public = known is not None and not known.is_private
    return question.channel_id in sight.channels or (is_public and not sight.is_guest)


async def is_seen_in(work: Work, *, question: Question, channel_id: ChannelId | None) -> bool:
    """Whether everybody in a channel may see a question, by where it was asked."""
    if question.channel_id in (None, channel_id):
        return True
    known = await channels.channel(
        work, team_id=question.team_id, channel_id=ChannelId(str(question.channel_id))
    )
    return known is not None and not known.is_private


async def _alumni(work: Work, *, team_id: TeamId, channel_id: ChannelId, now: datetime) -> list[Member]:
    """Who took part in an edition that is over, or is enrolled as an alumnus; active, and let in there."""
    ids = await _alumni_ids(work, team_id=team_id, now=now)
    known = await channels.channel(work, team_id=team_id, channel_id=channel_id)
    present = await channels.members_of(work, team_id=team_id, channel_id=channel_id)
    is_public = known is not None and not known.is_private
    return [
        person
        for person in await members.members(work, team_id=team_id, user_ids=ids)
        if not person.is_deactivated
        and not person.is_bot
        and (person.user_id in present or (is_public and not person.is_guest))
    ]


async def _alumni_ids(work: Work, *, team_id: TeamId, now: datetime) -> set[UserId]:
    over = {
        edition.key
        for edition in await editions.editions(work, team_id=team_id)
        if edition.days and max(day.on for day in edition.days) < calendar.local_date(now, edition.timezone)
    }
    return {
        one.user_id
        for one in await members.enrolments(work, team_id=team_id)
        if one.role is Role.ALUMNUS or (one.role is Role.PARTICIPANT and one.edition_key in over)
    }


async def _answered(work: Work, *, team_id: TeamId, ranked: Sequence[Ranked]) -> dict[UserId, list[float]]:
    """Who gave accepted answers to questions near this one, and how near those are."""
    near = {
        QuestionId(one.id): one.overlap for one in ranked[:_MOST_EARLIER] if one.overlap >= domain.NEAR_ENOUGH
    }
    accepted = {
        one.id: one.accepted_answer_id
        for one in await stored.questions(work, team_id=team_id, question_ids=near)
        if one.accepted_answer_id is not None
    }
    found: dict[UserId, list[float]] = {}
    for answer in await stored.answers(work, team_id=team_id, question_ids=accepted):
        if answer.id == accepted[answer.question_id]:
            found.setdefault(answer.author_id, []).append(near[answer.question_id])
    return found


# -- messages -----------------------------------------------------------------------------------------


async def _request(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    question_id = QuestionId(row.body["question_id"])
    question = await stored.question(work, team_id=team_id, question_id=question_id)
    person = await members.member(work, team_id=team_id, user_id=user_id)
    reason = await _not_wanted(work, question, person, now=now)
    if question is None or person is None or reason:
        # It did not come to it, so that another question may have this week.
        await asking.remove_request(work, team_id=team_id, question_id=question_id, user_id=user_id)
        return Drop(reason)
    if question.ts is None:
        return Later(now + _AGAIN_IN)
    zone = await reader_zone(work, team_id=team_id, tz=person.tz)
    civil_at = workdays.next_civil_at(now, zone, days_off(person.country), at=workdays.CIVIL_FROM)
    if civil_at > now:
        return Later(civil_at)
    await asking.move_request(work, team_id=team_id, question_id=question_id, user_id=user_id, asked_at=now)
    asker = await members.member(work, team_id=team_id, user_id=question.asker_id)
    expert = Expert(
        user_id=user_id,
        name=person.name,
        known_for=tuple(row.body["known_for"]),
        answered=row.body["answered"],
    )
    name = "" if question.is_anonymous or asker is None else asker.name
    message = views.request(question, expert, asker=name)
    return Send(message["text"], message["blocks"])


async def _not_wanted(work: Work, question: Question | None, person: Member | None, *, now: datetime) -> str:
    """Why somebody is not asked after all; empty where they are."""
    if question is None or question.state is not QuestionState.OPEN:
        return "answered or taken out meanwhile"
    if question.ts is None and now - question.asked_at > _GIVEN_UP_AFTER:
        return "the question was never posted"
    if person is None or person.is_deactivated:
        return "the person has left the workspace"
    agreed = await asking.consents(work, team_id=question.team_id, user_ids=[person.user_id])
    if not agreed.get(person.user_id):
        return "the person does not want to be asked any more"
    given = await stored.answers(work, team_id=question.team_id, question_ids=[question.id])
    if any(one.author_id != question.asker_id for one in given):
        return "somebody has replied meanwhile"
    if not await may_see(work, question=question, user_id=person.user_id):
        return "the person cannot see the question's channel any more"
    last = await asking.last_requests(work, team_id=question.team_id, without=question.id)
    if not domain.may_be_asked(last.get(person.user_id), now=now):
        return "the person was asked about another question this week"
    return ""


async def _mention(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id = TeamId(row.team_id)
    question = await stored.question(work, team_id=team_id, question_id=QuestionId(row.body["question_id"]))
    if question is None or question.state is not QuestionState.OPEN:
        return Drop("answered or taken out meanwhile")
    user_ids = [UserId(one) for one in row.body["user_ids"]]
    if row.body["by_asker"]:
        message = views.mention(user_ids, asker_id=None if question.is_anonymous else question.asker_id)
    else:
        message = views.mention_unanswered(user_ids)
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {REQUEST: _request, MENTION: _mention}
"""By the kind of row in the outbox."""

"""What a person's Home tab shows, and its publishing anew after something changed."""

from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.announcements import Announcement
from bot.domain.editions import Day, Edition
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Role
from bot.domain.programme import current_edition, is_over, next_day
from bot.domain.values import dataclass
from bot.services import announcements, home_desk, peers
from bot.services.homework import HOME, Piece, Status, at_a_glance, pieces
from bot.services.questions import experts, finding, stats
from bot.services.questions import waiting as waiting_questions
from bot.services.questions.stats import Overview
from bot.services.questions.waiting import ForMe
from bot.views import announce, asking, questions_desk, questions_search
from bot.views import home as views
from bot.views import peers as peer_views
from bot.views.home_desk import Decision
from bot.views.questions_search import Result
from storage import channels, editions, members, outbox
from storage.db import Database, Work
from storage.outbox import Composed, Composer, OutboxRow, Publish

_MOST_FAILURES = 10
# A large log takes its time to be counted, and this is done each time that the tab changes.
_NUMBERS_FOR = timedelta(hours=1)
_OPEN_QUESTIONS = 5
_OWN_QUESTIONS = 3


@dataclass(frozen=True, kw_only=True)
class Home:
    """All that one person's Home tab shows."""

    academy_name: str
    edition: Edition | None
    """The one that matters to this person now."""
    next_day: Day | None
    roles: frozenset[Role]
    """The person's parts in any edition."""
    pieces: tuple[Piece, ...]
    """Their homework in that edition and in others that are not over, by due date."""
    reader_zone: str
    is_organiser: bool
    glance: tuple[Status, ...] = ()
    """For organisers: the homework of those editions over all their participants."""
    failures: tuple[OutboxRow, ...] = ()
    """For organisers: the newest messages that could not be delivered."""
    failure_count: int = 0
    open_questions: tuple[Result, ...] = ()
    """The newest open questions that this person may see."""
    are_more_open: bool = False
    may_be_asked: bool | None = None
    """For alumni: whether they let the bot ask them directly; None for others."""
    overview: Overview | None = None
    """For organisers: the question log in numbers."""
    feedback: peers.Mine | None = None
    """None for who has nothing to do with rounds of feedback."""
    to_confirm: tuple[Announcement, ...] = ()
    """Announcements that this person was asked to confirm and has not."""
    own_questions: tuple[Result, ...] = ()
    """The newest that this person asked."""
    has_more_own: bool = False
    for_reader: tuple[ForMe, ...] = ()
    """For alumni and coaches: open questions that they may know about."""
    decisions: tuple[Decision, ...] = ()
    """For organisers: what waits for one."""


async def home(db: Database, *, team_id: TeamId, user_id: UserId, now: datetime) -> Home:
    """What this person's Home tab shows now."""
    async with db.reading() as work:
        return await _home(work, team_id=team_id, user_id=user_id, now=now)


async def _home(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> Home:
    academy = await editions.academy(work, team_id=team_id)
    person = await members.member(work, team_id=team_id, user_id=user_id)
    parts = await members.enrolments(work, team_id=team_id, user_id=user_id)
    is_organiser = await members.is_organiser(work, team_id=team_id, user_id=user_id)
    known = await editions.editions(work, team_id=team_id)
    current, glance = current_edition(known, now=now), list[Status]()
    if is_organiser:
        current, glance = await at_a_glance(work, team_id=team_id, now=now)
    mine = {one.edition_key for one in parts if one.role is Role.PARTICIPANT}
    edition = current
    own = [one for one in known if one.key in mine]
    if own and not is_organiser:
        edition = current if current is not None and current.key in mine else own[0]
    found = await pieces(work, team_id=team_id, user_id=user_id, now=now)
    if edition is not None:
        shown = {edition.key} | {one.key for one in own if not is_over(one, now=now)}
        found = [piece for piece in found if piece.homework.edition_key in shown] or found
    zone = edition.timezone if edition else academy.timezone if academy else "UTC"
    feedback = await peers.mine_in(work, team_id=team_id, user_id=user_id, now=now)
    has_part = feedback.rounds or feedback.is_participant or feedback.is_alumnus
    failed = await outbox.rows(work, team_id=team_id, states={"failed"}) if is_organiser else []
    sight = await channels.sight(work, team_id=team_id, user_id=user_id)
    waiting, are_more = await finding.newest_open(work, team_id=team_id, sight=sight, limit=_OPEN_QUESTIONS)
    own_questions, has_more_own = await waiting_questions.mine(
        work, team_id=team_id, sight=sight, limit=_OWN_QUESTIONS
    )
    may_be_asked = await experts.lets_itself_be_asked(work, team_id=team_id, user_id=user_id, now=now)
    known_to: list[ForMe] = []
    if may_be_asked is not None or Role.COACH in {one.role for one in parts}:
        known_to = await waiting_questions.for_me(
            work, team_id=team_id, user_id=user_id, sight=sight, limit=_OPEN_QUESTIONS
        )
    decisions = (
        await home_desk.decisions(work, team_id=team_id, glance=glance, now=now) if is_organiser else []
    )
    overview = (
        await stats.overviewed(work, team_id=team_id, user_id=user_id, now=now, may_be_old=_NUMBERS_FOR)
        if is_organiser
        else None
    )
    return Home(
        academy_name=academy.name if academy else "",
        edition=edition,
        next_day=next_day(edition, now=now) if edition else None,
        roles=frozenset(one.role for one in parts),
        pieces=tuple(found),
        reader_zone=calendar.zone_or(person.tz if person else "", zone),
        is_organiser=is_organiser,
        glance=tuple(glance),
        failures=tuple(failed[::-1][:_MOST_FAILURES]),
        failure_count=len(failed),
        open_questions=tuple(waiting),
        are_more_open=are_more,
        may_be_asked=may_be_asked,
        overview=overview,
        feedback=feedback if has_part else None,
        to_confirm=tuple(await announcements.to_confirm(work, team_id=team_id, user_id=user_id)),
        own_questions=tuple(own_questions),
        has_more_own=has_more_own,
        for_reader=tuple(known_to),
        decisions=tuple(decisions),
    )


async def _republish(work: Work, row: OutboxRow, now: datetime) -> Composed:
    found = await _home(work, team_id=TeamId(row.team_id), user_id=UserId(row.recipient), now=now)
    return Publish(view(found, now=now))


def view(found: Home, *, now: datetime) -> dict[str, object]:
    """The Home tab of what was found."""
    return views.home(
        academy_name=found.academy_name,
        edition=found.edition,
        next_day=found.next_day,
        roles=found.roles,
        pieces=[(piece.standing, piece.is_stopped) for piece in found.pieces],
        glance=[
            views.Glance(
                homework=one.homework, counts=one.counts(), to_nudge=len(one.to_nudge), of=len(one.people)
            )
            for one in found.glance
        ],
        failures=[
            views.Failure(recipient=row.recipient, what=row.kind, reason=row.reason or "", at=row.due_at)
            for row in found.failures
        ],
        failure_count=found.failure_count,
        questions=[
            *questions_search.search_box(
                found.open_questions, is_more=found.are_more_open, zone=found.reader_zone, now=now
            ),
            *asking.consent(found.may_be_asked),
        ],
        numbers=(
            questions_desk.at_a_glance(found.overview.numbers, found.overview.helpers)
            if found.overview
            else []
        ),
        is_organiser=found.is_organiser,
        reader_zone=found.reader_zone,
        feedback=_feedback(found.feedback, now=now) if found.feedback else (),
        to_confirm=announce.to_confirm(found.to_confirm),
        own_questions=questions_search.own(
            found.own_questions, is_more=found.has_more_own, zone=found.reader_zone, now=now
        ),
        for_reader=questions_search.for_reader(
            [(one.result, one.known_for) for one in found.for_reader], zone=found.reader_zone, now=now
        ),
        decisions=found.decisions,
        now=now,
    )


def peer_entries(found: peers.Mine, *, now: datetime) -> list[peer_views.Entry]:
    """A person's rounds as they are shown."""
    return [
        peer_views.Entry(
            round=one.round,
            title=one.title,
            partners=one.partners,
            owed=[owing(each) for each in one.owed],
            got=[
                peer_views.Got(giver=each.giver.name if each.giver else "", reference=each.reference)
                for each in one.got
            ],
            is_open=one.is_open,
            is_past=now >= one.round.ends_at,
            is_stopped=one.is_stopped,
        )
        for one in found.rounds
    ]


def owing(one: peers.Owed) -> peer_views.Owing:
    """Feedback to give, or given, as it is shown."""
    is_draft = one.written is not None and not one.is_given
    return peer_views.owing(one.author, is_given=one.is_given, is_draft=is_draft)


def _feedback(found: peers.Mine, *, now: datetime) -> list[dict[str, object]]:
    return peer_views.at_home(
        peer_entries(found, now=now),
        pause=found.pause,
        per_month=found.per_month,
        is_alumnus=found.is_alumnus,
        now=now,
        reader_zone=found.reader_zone,
    )


COMPOSERS: dict[str, Composer] = {HOME: _republish}
"""By the kind of row in the outbox."""

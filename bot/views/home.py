"""The Home tab: what is next and due for a participant, the edition at a glance for organisers."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.editions import Day, Edition
from bot.domain.homework import Homework
from bot.domain.members import Role
from bot.domain.standing import Standing, State
from bot.domain.values import dataclass
from bot.views import academy, home_desk, kit, words
from bot.views.announce import PREFS
from bot.views.home_desk import Decision
from bot.views.homework import has_several_editions, piece
from bot.views.homework_desk import NEW, STATUS, counted
from bot.views.privacy import OPEN as PRIVACY
from bot.views.profile import OPEN as PROFILE

_MOST_PIECES = 20
_MOST_GLANCES = 20
_KINDS = {
    "reminder": "a reminder",
    "reminder.channel": "a reminder in a channel",
    "reminder.missing": "the list of who is missing",
    "homework.receipt": "a receipt",
    "homework.changed": "news of a change",
    "homework.extended": "news of an extension",
    "homework.nudge": "a nudge",
    "home": "a Home tab",
    "question": "a question",
    "question.request": "a question for somebody who may know",
    "question.mention": "a mention of somebody who may know",
    "question.unanswered": "the list of unanswered questions",
    "question.settled": "the question whether a reply settled it",
    "question.digest": "the week in questions",
    "question.shown": "an earlier question, shown to a channel",
    "question.merged": "news of a merged question",
    "question.thanks": "thanks for answers",
    "question.answered_too": "news of an answer",
    "questions.chart": "the question log's chart",
    "questions.table": "the question log's table",
    "peers.table": "a round's table",
    "peers.match": "a match of peer feedback",
    "peers.review": "a review to give",
    "peers.check_in": "a question to a pair",
    "peers.feedback": "feedback",
    "peers.nudge": "a nudge for feedback",
    "people.welcome": "a welcome",
    "roles.alumni": "the question who is an alumnus now",
    "roles.alumni.edit": "what was decided about alumni",
    "roles.alumnus": "the news of being an alumnus",
    "setup.greeting": "a greeting to an admin",
    "setup.test": "a test message",
    "setup.file": "an edition's file",
    "announce.message": "an announcement",
    "announce.edit": "a change to an announcement",
    "announce.recall": "the taking back of an announcement",
    "announce.remind": "a reminder to confirm an announcement",
    "announce.test": "a test of an announcement",
    "announce.progress": "how far an announcement is",
    "announce.approval": "a request to approve an announcement",
    "announce.nobody": "news of an announcement that was not sent",
    "announce.table": "the table of an announcement",
}


@dataclass(frozen=True, kw_only=True)
class Glance:
    """One homework over all participants."""

    homework: Homework
    counts: Counter[State]
    of: int
    """How many participants there are."""
    to_nudge: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A message that could not be delivered."""

    recipient: str
    """A user id or a channel id."""
    what: str
    """The kind of message, as the outbox names it."""
    reason: str
    at: datetime


def home(
    *,
    academy_name: str,
    edition: Edition | None,
    next_day: Day | None,
    roles: Collection[Role],
    pieces: Sequence[tuple[Standing, bool]],
    glance: Sequence[Glance],
    failures: Sequence[Failure],
    failure_count: int,
    questions: Sequence[kit.Block],
    numbers: Sequence[kit.Block],
    is_organiser: bool,
    reader_zone: str,
    feedback: Sequence[kit.Block] = (),
    to_confirm: Sequence[kit.Block] = (),
    own_questions: Sequence[kit.Block] = (),
    for_reader: Sequence[kit.Block] = (),
    decisions: Sequence[Decision] = (),
    now: datetime,
) -> kit.View:
    """A person's Home tab; at most 100 blocks.

    pieces: their homework, and whether its reminders are stopped. glance, failures: for organisers, the
    newest failure first; failure_count counts those that are not shown too. questions: the search box and
    what is open. numbers: for organisers, the question log in numbers. feedback: the part of that.
    to_confirm: announcements to confirm. own_questions, for_reader: their own, and those that they may know
    about. decisions: for organisers, what waits for one. Where it is too much, the longest parts are cut.
    """
    blocks = [kit.header(edition.name if edition else academy_name or "Welcome")]
    if edition is None:
        blocks.append(kit.section("Nothing is planned yet. What is next and what is due will be here."))
    else:
        blocks += academy.next_day(edition, next_day, now=now, reader_zone=reader_zone)
    parts: list[Sequence[kit.Block]] = [blocks]
    if is_organiser:
        parts += [home_desk.waiting(decisions), home_desk.ways()]
    parts += [
        to_confirm,
        _homework(pieces, roles, is_organiser=is_organiser, reader_zone=reader_zone, now=now),
        feedback,
        own_questions,
        for_reader,
        questions,
    ]
    if is_organiser:
        parts += [_at_a_glance(glance), [kit.actions(kit.button("New homework", NEW, "new"))], numbers]
        parts.append(_failed(failures, failure_count, reader_zone=reader_zone))
    return {"type": "home", "blocks": kit.fitted([*parts, _about_the_reader()])}


def _homework(
    pieces: Sequence[tuple[Standing, bool]],
    roles: Collection[Role],
    *,
    is_organiser: bool,
    reader_zone: str,
    now: datetime,
) -> list[kit.Block]:
    if pieces:
        blocks: list[kit.Block] = [kit.divider(), kit.header("Your homework")]
        names_edition = has_several_editions(stands for stands, _ in pieces)
        for stands, is_stopped in pieces[:_MOST_PIECES]:
            blocks += piece(
                stands, now=now, reader_zone=reader_zone, is_stopped=is_stopped, names_edition=names_edition
            )
        return blocks
    if Role.PARTICIPANT in roles:
        return [kit.section("There is no homework yet. When there is, you see it here.")]
    return [] if is_organiser else [kit.section(_welcome(roles))]


def _about_the_reader() -> list[kit.Block]:
    return [
        kit.divider(),
        kit.actions(
            kit.button("My profile", PROFILE, "home"),
            kit.button("What reaches me", PREFS, "home"),
            kit.button("My data", PRIVACY, "home"),
        ),
    ]


def _at_a_glance(glance: Sequence[Glance]) -> list[kit.Block]:
    blocks: list[kit.Block] = [kit.divider(), kit.header("For organisers: homework at a glance")]
    is_one_edition = len({one.homework.edition_key for one in glance}) == 1
    for one in glance[:_MOST_GLANCES]:
        due = f"Due {words.wall(one.homework.due)} ({words.place_of(one.homework.zone)})"
        title = words.excerpt(one.homework.title, 200)
        of = "" if is_one_edition else f" ({words.excerpt(one.homework.edition_key, 60)})"
        status = kit.button("Status", STATUS, one.homework.id)
        blocks.append(kit.section(f"*{title}*{of}\n{due}\n{counted(one.counts, one.of)}", accessory=status))
    if not glance:
        blocks.append(kit.section("There is no homework in this edition yet."))
    return blocks


def _failed(failures: Sequence[Failure], count: int, *, reader_zone: str) -> list[kit.Block]:
    if not failures:
        return [kit.context("Every message so far could be delivered.")]
    blocks = [kit.divider(), kit.section(f"⚠️ *{words.plural(count, 'message')} could not be delivered*")]
    for one in failures:
        is_channel = one.recipient[:1] in ("C", "G")
        to = f"<#{one.recipient}>" if is_channel else f"<@{one.recipient.replace(',', '>, <@')}>"
        what = _KINDS.get(one.what, "a message")
        at = words.when(one.at, reader_zone)
        blocks.append(kit.context(f"{to}: {what}, {at}. Reason: {words.excerpt(one.reason, 300)}"))
    if count > len(failures):
        blocks.append(kit.context(f"and {count - len(failures)} more"))
    return blocks


def _welcome(roles: Collection[Role]) -> str:
    if Role.ALUMNUS in roles:
        return (
            "Welcome back. As an alumna or alumnus you have no homework; this is where news for you will be."
        )
    if Role.COACH in roles:
        return "Welcome, coach. Participants hand in their homework with this app."
    return "Welcome. You are not enrolled in an edition of the academy; if you should be, tell an organiser."

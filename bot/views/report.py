"""The academy at a glance, and the log of what organisers did, page by page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain import calendar
from bot.domain.audit import Entry
from bot.domain.editions import Day, Edition
from bot.domain.homework import Homework
from bot.domain.members import Role
from bot.domain.standing import State
from bot.domain.values import dataclass
from bot.views import academy, kit, words
from bot.views.homework_desk import counted

NEWER = "report_newer"
OLDER = "report_older"
CALLBACK = "report"

_DEEDS = {
    "question.retitled": "changed",
    "question.merged": "merged",
    "question.hidden": "hid",
    "question.shown": "showed again",
    "question.reopened": "re-opened",
    "announcement.sent_off": "sent off",
    "announcement.approved": "approved",
    "announcement.cancelled": "cancelled",
    "announcement.paused": "paused",
    "announcement.resumed": "went on with",
    "announcement.stopped": "stopped",
    "announcement.changed": "changed everywhere",
    "announcement.recalled": "took back",
    "announcement.reminded": "had those reminded who had not confirmed",
    "person.erased": "had somebody deleted, at their request",
    "person.data_sent": "had their data sent, at their request, to",
    "retention.removed": "removed what was past its term on",
    "roles.changed": "changed the roles of",
    "roles.imported": "changed the roles of",
    "roles.undone": "took back a change of the roles of",
    "setup.academy": "changed the",
    "setup.edition": "changed the",
    "setup.homework": "removed the",
}
_ROLES = {
    Role.APPLICANT: ("applicant", "applicants"),
    Role.PARTICIPANT: ("participant", "participants"),
    Role.ALUMNUS: ("alumnus", "alumni"),
    Role.COACH: ("coach", "coaches"),
    Role.ORGANISER: ("organiser", "organisers"),
}
_WITHOUT_SUBJECT = ("person.erased",)
_MOST_PIECES = 20
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Deed:
    """An entry of the log as its reader may see it."""

    entry: Entry
    by: str
    about: str
    """Whom or what it was done to, in words."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A homework over all its participants."""

    homework: Homework
    counts: Counter[State]
    of: int


def report(
    *,
    edition: Edition | None,
    next_day: Day | None,
    roles: Mapping[Role, int],
    pieces: Sequence[Piece],
    open_questions: int,
    failed: int,
    deeds: Sequence[Deed],
    offset: int,
    deed_count: int,
    per_page: int,
    zone: str,
    now: datetime,
) -> kit.View:
    """The report. offset: how many newer deeds there are than those shown. zone: the reader's, IANA."""
    blocks: list[kit.Block] = []
    if edition is None:
        blocks.append(kit.section("No edition is set up yet."))
    else:
        blocks.append(kit.header(edition.name))
        blocks += academy.next_day(edition, next_day, now=now, reader_zone=zone)
        people = [words.plural(roles[role], *_ROLES[role]) for role in Role if roles.get(role)]
        blocks.append(kit.section(f"*People:* {words.listed(people) or 'nobody yet'}"))
    blocks += kit.lines(
        (
            f"• {words.excerpt(one.homework.title, 200)}, due {words.wall(one.homework.due)}: "
            f"{counted(one.counts, one.of)}"
            for one in pieces[:_MOST_PIECES]
        ),
        heading="*Homework*" if pieces else "",
    )
    numbers = [words.plural(open_questions, "open question")]
    numbers += [f"⚠️ {words.plural(failed, 'message')} could not be delivered"] if failed else []
    blocks += [kit.section(" · ".join(numbers)), kit.divider(), kit.header("What organisers did")]
    if not deeds:
        blocks.append(kit.section("Nothing so far."))
    for one in deeds:
        blocks += _deed(one, zone)
    if deed_count > per_page:
        blocks.append(_pages(offset, deed_count, per_page, shown=len(deeds)))
    return kit.modal(callback_id=CALLBACK, title="Report", blocks=blocks)


def _deed(deed: Deed, zone: str) -> list[kit.Block]:
    entry = deed.entry
    did = _DEEDS.get(entry.deed, words.excerpt(entry.deed.replace(".", ": "), 80))
    about = "" if entry.deed in _WITHOUT_SUBJECT else f" {words.excerpt(deed.about, _LONGEST)}"
    on = words.wall(calendar.wall(entry.done_at, zone))
    text = f"*{words.excerpt(deed.by, 100)}* {did}{about}"
    told = [
        f"{name}: {words.excerpt(value, _LONGEST)}"
        for name, value in (("before", entry.before), ("after", entry.after), ("why", entry.reason))
        if value
    ]
    return [kit.section("\n".join([text, *told])), kit.context(on)]


def _pages(offset: int, count: int, per_page: int, *, shown: int) -> kit.Block:
    newer = kit.button("Newer", NEWER, str(max(0, offset - per_page))) if offset else None
    older = kit.button("Older", OLDER, str(offset + per_page)) if offset + shown < count else None
    return kit.actions(newer, older)

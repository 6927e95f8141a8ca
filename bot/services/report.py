"""The academy at a glance and the log of what organisers did, for organisers to read."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime

from bot.domain import calendar
from bot.domain.audit import Entry
from bot.domain.editions import Day, Edition
from bot.domain.ids import QuestionId, UserId
from bot.domain.members import Actor, Role
from bot.domain.programme import next_day
from bot.domain.values import dataclass
from bot.services.homework import Status, at_a_glance
from bot.services.questions.finding import may_see
from bot.views.report import Deed
from storage import audit, channels, editions, members, outbox, question_numbers, questions
from storage.db import Database, Work

PAGE = 10
"""Deeds on a page."""

_QUESTION = re.compile(r"question:(\d+)")
_NO_PERSON = {"bot": "The bot", "import": "An import"}
_PERSON = re.compile(r"\b[UW][A-Z0-9]{2,}\b")
_HIDDEN = "…"


@dataclass(frozen=True, kw_only=True)
class Report:
    """The edition that runs, or comes next, or ended last; and a page of the log."""

    edition: Edition | None
    next_day: Day | None
    roles: Counter[Role]
    """Of that edition: how many active people are what."""
    glance: tuple[Status, ...]
    open_questions: int
    failed: int
    """Messages that could not be delivered."""
    deeds: tuple[Deed, ...]
    """Newest first, without the texts of questions that the reader cannot see."""
    offset: int
    """How many newer deeds there are."""
    deed_count: int
    zone: str
    """The reader's, or else the academy's."""


async def report(db: Database, *, who: Actor, offset: int, now: datetime) -> Report:
    """The report for an organiser. offset: how many of the newest deeds to pass over."""
    team_id = who.team_id
    async with db.reading() as work:
        zone = await editions.academy_zone(work, team_id=team_id)
        edition, glance = await at_a_glance(work, team_id=team_id, now=now)
        count = await audit.count(work, team_id=team_id)
        offset = max(0, min(offset, (count - 1) // PAGE * PAGE)) if count else 0
        entries = await audit.entries(work, team_id=team_id, limit=PAGE, offset=offset)
        sight = await channels.sight(work, team_id=team_id, user_id=who.user_id)
        states = await outbox.count(work, team_id=team_id)
        return Report(
            edition=edition,
            next_day=next_day(edition, now=now) if edition else None,
            roles=await _roles(work, edition) if edition else Counter(),
            glance=tuple(glance),
            open_questions=await question_numbers.count_open(work, team_id=team_id, sight=sight),
            failed=states.get("failed", 0),
            deeds=tuple(await _deeds(work, who, entries)),
            offset=offset,
            deed_count=count,
            zone=calendar.zone_or(who.tz, zone),
        )


async def _roles(work: Work, edition: Edition) -> Counter[Role]:
    parts = await members.enrolments(work, team_id=edition.team_id, edition_key=edition.key)
    ids = {one.user_id for one in parts}
    known = await members.members(work, team_id=edition.team_id, user_ids=ids)
    active = {one.user_id for one in known if not one.is_deactivated}
    return Counter(one.role for one in parts if one.user_id in active)


async def _deeds(work: Work, who: Actor, entries: list[Entry]) -> list[Deed]:
    numbers = {one.id: _QUESTION.fullmatch(one.subject) for one in entries}
    wanted = {QuestionId(int(found[1])) for found in numbers.values() if found}
    sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
    known = {one.channel_id: one for one in await questions.channels(work, team_id=who.team_id)}
    seen = {
        one.id
        for one in await questions.questions(work, team_id=who.team_id, question_ids=wanted)
        if may_see(one, sight, known)
    }
    named = {UserId(found) for one in entries for found in _PERSON.findall(one.subject)}
    people = await members.members(
        work, team_id=who.team_id, user_ids=named | {one.done_by for one in entries}
    )
    names = {one.user_id: one.name for one in people}
    deeds = []
    for one in entries:
        found = numbers[one.id]
        is_hidden = found is not None and QuestionId(int(found[1])) not in seen
        about = _PERSON.sub(lambda match: names.get(UserId(match[0]), "somebody"), one.subject)
        by = _NO_PERSON.get(one.done_by) or names.get(one.done_by, "somebody")
        shown = _without_texts(one) if is_hidden else one
        deeds.append(Deed(entry=shown, by=by, about=about.replace(":", " ")))
    return deeds


def _without_texts(entry: Entry) -> Entry:
    return replace(
        entry,
        reason=entry.reason and _HIDDEN,
        before=entry.before and _HIDDEN,
        after=entry.after and _HIDDEN,
    )

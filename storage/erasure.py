"""Takes a person out of every table, by the kinds of the columns; see storage/privacy.py.

Questions and answers are the use case's to take out first, since the search index follows them.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Table,
    Text,
    Update,
    and_,
    cast,
    delete,
    or_,
    select,
    update,
)

from bot.domain.ids import TeamId, UserId
from bot.domain.values import dataclass
from storage.db import Work
from storage.privacy import ERASED, RULES, Kind
from storage.tables import audit, erasure, erasure_request, metadata, outbox

_BY_THEIR_USE_CASE = ("question", "answer")
_SHORTEST_NAME = 4  # shorter ones stand inside of too many words
_NOT_YET_SENT = ("queued",)


@dataclass(frozen=True, kw_only=True)
class Person:
    """By what somebody is found in texts."""

    team_id: TeamId
    user_id: UserId
    name: str = ""
    email: str = ""

    def is_named_in(self, text: str) -> bool:
        """Whether a text holds their id, their whole name or their address."""
        return self.blotted(text) != text

    def blotted(self, text: str) -> str:
        """The text with another word for their id, name and address."""
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(self.user_id)}(?![A-Za-z0-9])", ERASED, text)
        for said in self.words:
            text = text.replace(said, "somebody")
        return text

    @property
    def words(self) -> list[str]:
        """Their name and address, as far as they tell them from others."""
        return [said for said in (self.email, self.name) if len(said) >= _SHORTEST_NAME]


@dataclass(frozen=True, kw_only=True)
class Request:
    """Somebody is to be deleted."""

    team_id: TeamId
    user_id: UserId
    asked_at: datetime
    """Instant, UTC."""
    keeps_answers: bool
    """Whether their accepted answers, and their questions that were answered, stay without a name."""
    handed_over_by: UserId | None = None
    """The organiser who passed their request on; None where they asked themselves."""
    how: str = ""
    """By what way it came to the organiser."""


async def put_request(work: Work, asked: Request) -> None:
    """Remember who is to be deleted; the first of several requests holds."""
    await work.insert_new(erasure_request, asdict(asked))


async def requests(work: Work) -> list[Request]:
    """Who is still to be deleted, whoever asked first coming first."""
    query = select(erasure_request).order_by(
        erasure_request.c.asked_at, erasure_request.c.team_id, erasure_request.c.user_id
    )
    return [Request(**row._mapping) for row in await work.execute(query)]


async def request(work: Work, *, team_id: TeamId, user_id: UserId) -> Request | None:
    """What somebody asked for, until it is done."""
    query = select(erasure_request).where(
        erasure_request.c.team_id == team_id, erasure_request.c.user_id == user_id
    )
    row = (await work.execute(query)).one_or_none()
    return None if row is None else Request(**row._mapping)


async def erase_rows(work: Work, person: Person) -> Counter[str]:
    """Take a person out of every table, in an open transaction.

    Returns how many rows of each went or changed. Idempotent. What others wrote about them in their own words
    stays.
    """
    changed: Counter[str] = Counter()
    # While they are still named there: how an earlier person's request came is to stay.
    is_of_theirs = audit.c.subject.endswith(f":{person.user_id}", autoescape=True)
    await work.execute(_blanked(is_of_theirs, team_id=person.team_id))
    # Rows that hang on others go before these.
    for table in reversed(metadata.sorted_tables):
        rule = RULES[table.name]
        if table.name not in _BY_THEIR_USE_CASE:
            theirs = rule.of_kind(Kind.SUBJECT, Kind.OTHER)
            if theirs:
                is_theirs = or_(*(table.c[name] == person.user_id for name in theirs))
                gone = delete(table).where(table.c.team_id == person.team_id, is_theirs)
                changed[table.name] += (await work.execute(gone)).rowcount
        for name in rule.of_kind(Kind.ACTOR):
            column = table.c[name]
            renamed = update(table).where(table.c.team_id == person.team_id, column == person.user_id)
            changed[table.name] += (await work.execute(renamed.values({name: ERASED}))).rowcount
        for name in rule.of_kind(Kind.LISTED):
            changed[table.name] += await _rewrite(work, table, table.c[name], person, _without)
        for name in rule.of_kind(Kind.PLACED, Kind.MENTIONING):
            changed[table.name] += await _rewrite(work, table, table.c[name], person, _replaced)
        if naming := rule.of_kind(Kind.NAMING):
            changed[table.name] += await _forget_naming(work, table, naming, person)
    return +changed


async def blank_audit(work: Work, *, team_id: TeamId, subjects: Collection[str]) -> None:
    """Empty the texts of what organisers did to these subjects; that it was done, when and by whom stays."""
    await work.execute(_blanked(work.among(audit.c.subject, list(subjects)), team_id=team_id))


async def put_mark(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> None:
    """Remember that this person wants nothing held on them: Slack's lists do not bring them back."""
    await work.put(erasure, {"team_id": team_id, "mark": _digest(team_id, user_id), "erased_at": now})


async def take_mark_away(work: Work, *, team_id: TeamId, user_id: UserId) -> None:
    """They use the bot again, of their own will."""
    await work.execute(
        delete(erasure).where(erasure.c.team_id == team_id, erasure.c.mark == _digest(team_id, user_id))
    )


async def is_erased(work: Work, *, team_id: TeamId, user_id: UserId) -> bool:
    """Whether this person was erased and has not come back."""
    query = select(erasure.c.mark).where(
        erasure.c.team_id == team_id, erasure.c.mark == _digest(team_id, user_id)
    )
    return (await work.execute(query)).one_or_none() is not None


async def were_erased_since(work: Work, *, team_id: TeamId, instant: datetime) -> bool:
    """Whether anybody was erased at that instant or later."""
    query = select(erasure.c.mark).where(erasure.c.team_id == team_id, erasure.c.erased_at >= instant)
    return (await work.execute(query.limit(1))).first() is not None


async def erased_among(work: Work, *, team_id: TeamId, user_ids: Collection[UserId]) -> set[UserId]:
    """Those of these people who were erased and have not come back."""
    query = select(erasure.c.mark).where(erasure.c.team_id == team_id)
    marks = set((await work.execute(query)).scalars())
    return {one for one in user_ids if _digest(team_id, one) in marks} if marks else set()


def _blanked(condition: ColumnElement[bool], *, team_id: TeamId) -> Update:
    blanked = update(audit).where(audit.c.team_id == team_id, condition)
    return blanked.values(reason="", before="", after="")


def _digest(team_id: TeamId, user_id: UserId) -> str:
    return hashlib.sha256(f"{team_id}:{user_id}".encode()).hexdigest()


async def _rewrite(
    work: Work,
    table: Table,
    column: Column[Any],
    person: Person,
    change: Callable[[Any, Person], Any],
) -> int:
    keys = list(table.primary_key.columns)
    query = select(*keys, column.label("found")).where(
        table.c.team_id == person.team_id, _may_name(column, person)
    )
    count = 0
    for row in (await work.execute(query)).all():
        after = change(row.found, person)
        if after != row.found:
            await work.execute(update(table).where(_is(row, keys)).values({column.name: after}))
            count += 1
    return count


async def _forget_naming(work: Work, table: Table, naming: list[str], person: Person) -> int:
    keys = list(table.primary_key.columns)
    is_named = or_(*(_may_name(table.c[name], person) for name in naming))
    rows = (await work.execute(select(table).where(table.c.team_id == person.team_id, is_named))).all()
    count = 0
    for row in rows:
        found = {name: row._mapping[name] for name in naming}
        after = {name: _replaced(value, person) for name, value in found.items()}
        if after == found:
            continue
        count += 1
        # What is on its way to somebody else still goes, without the name.
        is_for_others = table is outbox and row.state in _NOT_YET_SENT and after["recipient"] == row.recipient
        await work.execute(delete(table).where(_is(row, keys)))
        if is_for_others:
            await work.insert_new(table, {**row._mapping, **after})
    return count


def _is(row: Row[Any], keys: list[Column[Any]]) -> ColumnElement[bool]:
    return and_(*(key == row._mapping[key.name] for key in keys))


def _may_name(column: Column[Any], person: Person) -> ColumnElement[bool]:
    """Narrows down cheaply: JSON keeps letters beyond ASCII as escapes."""
    text = cast(column, Text)
    forms = {form for said in (person.user_id, *person.words) for form in (said, json.dumps(said)[1:-1])}
    return or_(*(text.contains(form, autoescape=True) for form in sorted(forms)))


def _without(value: Any, person: Person) -> Any:
    return type(value)(one for one in value if one != person.user_id)


def _replaced(value: Any, person: Person) -> Any:
    if isinstance(value, str):
        return person.blotted(value)
    if isinstance(value, dict):
        if value.get("type") == "user" and value.get("user_id") == person.user_id:
            # A mention in rich text needs a person that is there.
            return {"type": "text", "text": "somebody"}
        return {person.blotted(name): _replaced(inner, person) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_replaced(inner, person) for inner in value)
    return value

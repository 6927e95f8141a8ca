"""Reads all that the tables hold on a person, by the kinds of the columns; see storage/privacy.py."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Column, Row, Table, Text, cast, or_, select

from bot.domain.ids import TeamId, UserId
from bot.domain.values import dataclass
from storage.db import Work
from storage.erasure import Person
from storage.privacy import RULES, Kind
from storage.tables import metadata, peer_feedback

_IDS = (Kind.SUBJECT, Kind.OTHER, Kind.ACTOR, Kind.LISTED, Kind.PLACED)
_FINDING = (Kind.SUBJECT, Kind.ACTOR, Kind.LISTED, Kind.PLACED, Kind.NAMING, Kind.MENTIONING)
_OF_THEIR_ROWS = (Kind.PLAIN, Kind.SUBJECT, Kind.OTHER, Kind.PERSONAL)


@dataclass(frozen=True, kw_only=True)
class Held:
    """The rows of one table that hold something on a person."""

    table: str
    group: str
    rows: tuple[Mapping[str, Any], ...]
    """Column → value, as JSON takes it; without what these rows hold on others."""


async def held_on(work: Work, person: Person) -> list[Held]:
    """All that is held on a person, by table; tables without a row of theirs are left out."""
    found = []
    for table in metadata.sorted_tables:
        rule = RULES[table.name]
        finding = [table.c[name] for name in rule.of_kind(*_FINDING)]
        if not rule.group or not finding:
            continue
        conditions = [
            column == person.user_id
            if rule.columns[column.name] in (Kind.SUBJECT, Kind.ACTOR)
            else cast(column, Text).contains(person.user_id, autoescape=True)
            for column in finding
        ]
        query = select(table).where(table.c.team_id == person.team_id, or_(*conditions))
        rows = (await work.execute(query.order_by(*table.primary_key.columns))).all()
        shown = [_shown(row, table, person) for row in rows if _is_on(row, finding, person)]
        if shown:
            found.append(Held(table=table.name, group=rule.group, rows=tuple(shown)))
    return found


async def received_feedback(
    work: Work, *, team_id: TeamId, user_id: UserId, round_ids: list[int]
) -> list[Mapping[str, Any]]:
    """The feedback on a person's work in these rounds, without who gave it."""
    table = peer_feedback
    query = select(table).where(
        table.c.team_id == team_id,
        table.c.author == user_id,
        table.c.sent_at.is_not(None),
        work.among(table.c.round_id, round_ids),
    )
    columns = ("round_id", "sent_at", "works", "change", "question", "ratings")
    rows = await work.execute(query.order_by(table.c.round_id, table.c.sent_at))
    return [{name: plain(row._mapping[name]) for name in columns} for row in rows]


def plain(value: Any) -> Any:
    """A value of a column as JSON takes it; instants in ISO 8601."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _is_on(row: Row[Any], finding: list[Column[Any]], person: Person) -> bool:
    """A longer id may hold a shorter one."""
    alone = Person(team_id=person.team_id, user_id=person.user_id)
    return any(alone.is_named_in(_text(row._mapping[column.name])) for column in finding)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(plain(value))


def _shown(row: Row[Any], table: Table, person: Person) -> dict[str, Any]:
    kinds = RULES[table.name].columns
    values = row._mapping
    is_theirs = any(values[name] == person.user_id for name, kind in kinds.items() if kind is Kind.SUBJECT)
    shown: dict[str, Any] = {}
    for column in table.columns:
        kind, value = kinds[column.name], values[column.name]
        if column.name == "team_id" or value is None:
            continue
        if (is_theirs and kind in _OF_THEIR_ROWS) or kind is Kind.PLAIN:
            shown[column.name] = plain(value)
        elif kind in _IDS and _is_on(row, [column], person):
            # Who else stands there is theirs to tell.
            shown[column.name] = person.user_id
        elif kind is Kind.MENTIONING and values.get("subject", "").endswith(f":{person.user_id}"):
            shown[column.name] = plain(value)
    return shown

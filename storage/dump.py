"""Every table as lines of text, for whoever takes the whole database away."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from bot.domain.ids import TeamId
from bot.domain.retention import Retention
from storage import tables
from storage.db import Work

MADE_FROM_OTHERS = frozenset(
    {"search_document", "search_log", "search_posting", "search_term", "search_vector", "search_word"}
)
"""The search's index, which is made from the questions."""


def names() -> list[str]:
    """The tables that are taken away, in the order of their names."""
    return sorted(set(tables.metadata.tables) - MADE_FROM_OTHERS)


async def teams(work: Work) -> list[TeamId]:
    """The workspaces of which anything is held that an organiser set up, ordered by id."""
    query = select(tables.academy.c.team_id).order_by(tables.academy.c.team_id)
    return [TeamId(found) for (found,) in await work.execute(query)]


async def lines(work: Work, *, table: str) -> tuple[list[str], list[list[str]]]:
    """A table's columns and its rows by their keys; instants in UTC, lists and objects as JSON."""
    found = tables.metadata.tables[table]
    rows = await work.execute(select(found).order_by(*found.primary_key.columns))
    return list(found.columns.keys()), [_texts(row) for row in rows]


def _texts(row: Sequence[Any]) -> list[str]:
    return [_text(value) for value in row]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case datetime() | date() | time():
            return value.isoformat()
        case Retention():
            return json.dumps(vars(value))
        case tuple() | list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)

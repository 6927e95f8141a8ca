"""Column types: instants in UTC, wall times without a zone, tuples, terms and lists as JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.domain.retention import KINDS, Retention


class Instant(TypeDecorator[datetime]):
    """An instant: aware on the way in and out, UTC in the table. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the table."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs its zone: {value.isoformat()}")
        value = value.astimezone(UTC)
        # SQLite keeps text and compares it as text: every row must have the same shape.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the table."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[datetime]):
    """A wall time: naive both ways; its zone stands in another column. Raises ValueError for an aware one."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the table."""
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"a wall time has no zone: {value.isoformat()}")
        return value


class Strings(TypeDecorator[tuple[str, ...]]):
    """A short list of strings, kept as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> list[str] | None:
        """To the table."""
        return None if value is None else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        """From the table."""
        return None if value is None else tuple(value)


class Terms(TypeDecorator[Retention]):
    """How long each kind is kept, as JSON; what is not chosen, and what is new since, has its default."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Retention | None, dialect: Dialect) -> dict[str, int] | None:
        """To the table."""
        return None if value is None else {kind: getattr(value, kind) for kind in KINDS}

    def process_result_value(self, value: Any, dialect: Dialect) -> Retention:
        """From the table."""
        return Retention(**{kind: days for kind, days in (value or {}).items() if kind in KINDS})


class Listed(TypeDecorator[Sequence[Any]]):
    """Many values in one parameter, as a list in JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else json.dumps(list(value))

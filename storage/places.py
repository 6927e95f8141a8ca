"""Places in the outbox: numbers that the database gives to rows as they come in, whatever any clock says."""

from typing import Any

from sqlalchemy import Integer, Sequence, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.schema import Column

_NUMBERS = Sequence("outbox_place")


class Next(ColumnElement[int]):
    """The next place, as a column's default.

    Whoever writes has their turn, so that of two rows of a workspace the later one has the higher number.
    """

    type = Integer()
    inherit_cache = True


@compiles(Next, "postgresql")
def _from_the_sequence(_element: Next, compiler: SQLCompiler, **values: Any) -> str:
    return compiler.process(_NUMBERS.next_value(), **values)


@compiles(Next, "sqlite")
def _behind_the_last(_element: Next, _compiler: SQLCompiler, **_values: Any) -> str:
    # Nobody else writes meanwhile; the number is read off the end of the index.
    return "(SELECT coalesce(max(place), 0) + 1 FROM outbox)"


def go_on_behind(connection: Connection, places: Column[int]) -> None:
    """Have the next place stand behind all that there are: they came from somewhere else."""
    if connection.dialect.name == "postgresql":
        last = select(func.coalesce(func.max(places), 0) + 1).scalar_subquery()
        connection.execute(select(func.setval(text("'outbox_place'"), last, False)))

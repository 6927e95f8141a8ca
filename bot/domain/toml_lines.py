"""On which line of a TOML text each table and key stands; the values are read by `tomllib`."""

import re
from collections import Counter

Path = tuple[str | int, ...]
"""Names of tables and keys; a number is the place of a table in an array of tables, from 0."""

_PART = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_NAME})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_NAME})[ \t]*=")
_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}]|\n|[^\"'\#\[\]{}\n]+|.",
    re.DOTALL,
)


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, of each table header and key of a valid TOML text.

    A key of an inline table has no line of its own; it stands on that of its table.
    """
    found: dict[Path, int] = {}
    counted: Counter[Path] = Counter()
    table: Path = ()
    place, line, counted_to = 0, 1, 0
    while place < len(text):
        line, counted_to = line + text.count("\n", counted_to, place), place
        if header := _HEADER.match(text, place):
            table = _parts(header[2])
            if header[1] == "[[":
                counted[table] += 1
                found.setdefault(table, line)
                table = (*table, counted[table] - 1)
            found.setdefault(table, line)
            place = header.end()
        elif assignment := _ASSIGNMENT.match(text, place):
            parts = _parts(assignment[1])
            for length in range(1, len(parts) + 1):
                found.setdefault((*table, *parts[:length]), line)
            place = assignment.end()
        place = _statement_end(text, place)
    return found


def _statement_end(text: str, place: int) -> int:
    depth = 0
    while piece := _PIECE.match(text, place):
        place = piece.end()
        if piece[0] in "[{":
            depth += 1
        elif piece[0] in "]}":
            depth -= 1
        elif piece[0] == "\n" and depth <= 0:
            break
    return place


def _parts(name: str) -> Path:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(_PART, name))

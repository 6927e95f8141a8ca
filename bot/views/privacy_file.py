"""A person's data as a page to read: plain HTML, without scripts, links or anything from elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from bot.domain.values import dataclass
from bot.views import words

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:0 0 1.5rem}"
    "th,td{border:1px solid #bbb;padding:.3rem .6rem;text-align:left;vertical-align:top;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    "th{background:#f3f3f3;font-weight:600}caption{text-align:left;font-weight:600;padding:.3rem 0}"
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One heading with its tables."""

    name: str
    why: str
    rows: Mapping[str, Sequence[Mapping[str, Any]]]


def page(parts: Sequence[Part], *, academy_name: str, user_id: str, at: datetime) -> str:
    """The whole page; every value is escaped. at: instant in UTC at which it was made."""
    title = f"What the bot of {academy_name} holds on you"
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>"
        f"<p>Made on {words.wall(at)} (UTC) for {escape(user_id)}. Other people's ids are left out.</p>"
    )
    if not parts:
        return head + "<p>Nothing.</p></body></html>"
    return head + "".join(_part(one) for one in parts) + "</body></html>"


def said(*, is_own: bool) -> str:
    """The words beside the files."""
    if is_own:
        return "Here is all that I hold on you: a page to read, and the same for machines (JSON)."
    return "Here is what a person who left asked for. Please pass it on to them alone, and delete it then."


def _part(part: Part) -> str:
    tables = "".join(_table(name, rows) for name, rows in part.rows.items())
    return f"<h2>{escape(part.name)}</h2><p>Why: {escape(part.why)}.</p>{tables}"


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = "".join(f"<th>{escape(_readable(column))}</th>" for column in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(_value(row.get(column)))}</td>' for column in columns)}</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(_readable(name))}</caption><tr>{head}</tr>{body}</table>"


def _readable(name: str) -> str:
    return name.replace("_", " ").strip()


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{_readable(name)}: {_value(inner)}" for name, inner in value.items())
    return str(value)

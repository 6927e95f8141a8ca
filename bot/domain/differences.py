"""What an import changes, in words: one line for each field that differs."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from bot.domain.editions import Academy, Day, Edition
from bot.domain.homework import Homework
from bot.domain.members import Enrolment, Member
from bot.domain.retention import KINDS

_LONGEST_SHOWN = 60


def academy_changes(before: Academy | None, after: Academy) -> list[str]:
    """Nothing where the two are the same."""
    if before is None:
        return [f"academy: new, {after.name} ({after.timezone})"]
    names = {
        "name": "name",
        "timezone": "timezone",
        "organisers": "organisers",
        "question_channels": "questions",
        "announcements_channel": "announcements",
        "second_approval": "second_approval",
    }
    kept = {kind: kind for kind in KINDS}
    return _changes("academy", before, after, names) + _changes(
        "kept for days", before.retention, after.retention, kept
    )


def edition_changes(before: Edition | None, after: Edition) -> list[str]:
    """Nothing where the two are the same; days are told apart by their date."""
    of = f"edition {after.key}"
    if before is None:
        return [f"{of}: new, {after.name} ({after.timezone}), {_days(len(after.days))}"]
    names = {"name": "name", "timezone": "timezone", "channel_id": "channel"}
    return _changes(of, before, after, names) + _day_changes(of, before.days, after.days)


def homework_changes(before: Homework | None, after: Homework) -> list[str]:
    """Nothing where the two say the same; the zone is told of with the edition."""
    of = f"homework {after.key}"
    if before is None:
        return [f"{of}: new, opens {_shown(after.opens)}, due {_shown(after.due)}"]
    fields = ("title", "brief", "opens", "due", "remind", "remind_at", "remind_from", "remind_until")
    return _changes(of, before, after, {field: field for field in fields})


def member_changes(before: Member, after: Member) -> list[str]:
    """What the roster changes of a person, in one line; nothing where the two are the same."""
    changed = [
        f"{name} {_shown(new)}" if not old else f"{name} {_shown(old)} → {_shown(new)}"
        for name in ("country", "sectors", "languages", "expertise")
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]
    return [f"{after.name} ({after.user_id}): {'; '.join(changed)}"] if changed else []


def enrolment_changes(name: str, before: Sequence[Enrolment], after: Sequence[Enrolment]) -> list[str]:
    """What changes in one person's part of one edition; nothing where the two are the same.

    name: the person's. before, after: all that they were and are in it; `after` names one part at least.
    """
    if sorted(before, key=_part) == sorted(after, key=_part):
        return []
    of = f"{name} ({after[0].user_id})"
    key = after[0].edition_key
    now = " and ".join(_part(one) for one in sorted(after, key=_part))
    if not before:
        return [f"{of}: new in {key}, {now}"]
    return [f"{of}: in {key}, {' and '.join(_part(one) for one in sorted(before, key=_part))} → {now}"]


def _part(enrolment: Enrolment) -> str:
    return f"{enrolment.role} ({enrolment.cluster})" if enrolment.cluster else str(enrolment.role)


def _day_changes(of: str, before: Sequence[Day], after: Sequence[Day]) -> list[str]:
    lines: list[str] = []
    names = {"kind": "kind", "title": "title", "starts": "starts", "ends": "ends", "place": "place"}
    for on in sorted({day.on for day in (*before, *after)}):
        old = [day for day in before if day.on == on]
        new = [day for day in after if day.on == on]
        for one, other in zip(old, new, strict=False):
            lines += _changes(f"{of}: day {on.isoformat()}", one, other, names)
        lines += [f"{of}: day {on.isoformat()} removed, {day.title}" for day in old[len(new) :]]
        lines += [f"{of}: day {on.isoformat()} new, {day.title}" for day in new[len(old) :]]
    return lines


def _changes(of: str, before: object, after: object, names: dict[str, str]) -> list[str]:
    pairs = [(shown, getattr(before, field), getattr(after, field)) for field, shown in names.items()]
    return [f"{of}: {shown} {_shown(old)} → {_shown(new)}" for shown, old, new in pairs if old != new]


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _shown(value: Any) -> str:
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(value)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"

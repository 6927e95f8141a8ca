"""Writes an edition as the TOML file that, read again, says the same."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from bot.domain.editions import Academy, Day, Edition
from bot.domain.homework import Homework

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\f": "\\f", "\r": "\\r", "\n": "\\n"}

Value = str | bool | int | date | time | datetime | Sequence[str]


def edition_text(academy: Academy, edition: Edition, homework: Iterable[Homework]) -> str:
    """The edition's file, with the academy and every homework given, in TOML.

    homework: that of this edition, in the order in which it is to stand there.
    """
    tables = [
        _academy(academy),
        _table("[retention]", **vars(academy.retention)),
        _table(
            "[edition]",
            key=edition.key,
            name=edition.name,
            timezone=edition.timezone,
            channel=edition.channel_id,
        ),
        *(_day(day) for day in edition.days),
        *(_piece(piece) for piece in homework),
    ]
    return "\n\n".join(tables) + "\n"


def _academy(academy: Academy) -> str:
    return _table(
        "[academy]",
        name=academy.name,
        timezone=academy.timezone,
        organisers=academy.organisers or None,
        questions=academy.question_channels or None,
        announcements=academy.announcements_channel,
        second_approval=academy.second_approval or None,
    )


def _day(day: Day) -> str:
    return _table(
        "[[day]]",
        date=day.on,
        kind=day.kind.value,
        title=day.title,
        starts=day.starts,
        ends=day.ends,
        place=day.place or None,
    )


def _piece(piece: Homework) -> str:
    return _table(
        "[[homework]]",
        key=piece.key,
        title=piece.title,
        brief=piece.brief,
        opens=piece.opens,
        due=piece.due,
        remind=piece.remind,
        remind_at=piece.remind_at,
        remind_from=piece.remind_from,
        remind_until=piece.remind_until,
    )


def _table(header: str, **values: Value | None) -> str:
    pairs = [f"{key} = {_value(value)}" for key, value in values.items() if value is not None]
    return "\n".join([header, *pairs])


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _paragraphs(value) if "\n" in value else f'"{_escaped(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date | time):  # a datetime is a date as well
        return value.isoformat()
    return f"[{', '.join(_value(one) for one in value)}]"


def _paragraphs(text: str) -> str:
    # The first line break after the quotes does not belong to the text.
    return '"""\n' + "\n".join(_escaped(line) for line in text.split("\n")) + '"""'


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character) or _character(character) for character in text)


def _character(character: str) -> str:
    is_control = ord(character) < 0x20 or ord(character) == 0x7F
    return f"\\u{ord(character):04X}" if is_control else character

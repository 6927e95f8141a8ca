"""What academies send again and again, filled from the edition's own dates; organisers write the rest."""

from collections.abc import Sequence
from typing import Any

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.rich_text import RichText, paragraphs
from bot.domain.values import dataclass
from bot.views import words


@dataclass(frozen=True, kw_only=True)
class Template:
    """A draft to begin with. What only the organiser knows stands in square brackets."""

    key: str
    label: str
    title: str
    body: RichText
    roles: tuple[str, ...] = ()
    asks_confirmation: bool = False
    is_necessary: bool = False
    why_necessary: str = ""


LABELS = {
    "open_call": "Open call",
    "material_online": "Material of days 1 and 2",
    "material_in_person": "Material of days 3 and 4",
    "joining": "Joining instructions",
    "evaluation": "Evaluation",
    "save_the_date": "Save the date",
}


def template(key: str, edition: Edition | None, *, academy_name: str) -> Template:
    """The template of that key for an edition. Raises KeyError for a key that is none."""
    days = edition.days if edition else ()
    online = [day for day in days if day.kind is DayKind.ONLINE]
    in_person = [day for day in days if day.kind is DayKind.IN_PERSON]
    name = edition.name if edition else academy_name or "the academy"
    made: dict[str, tuple[str, RichText, dict[str, Any]]] = {
        "open_call": (
            f"Open call: {name}",
            paragraphs(
                f"The call for the {name} is open. One participant a cluster can apply, until "
                "[closing date, with its time].",
                "The days of this edition:",
                _listed(days),
                "How to apply: [link to the form]. Questions about the call are welcome here.",
            ),
            {},
        ),
        "material_online": (f"Material: {_span(online)}", _material(online), {"roles": ("participant",)}),
        "material_in_person": (
            f"Material: {_span(in_person)}",
            _material(in_person),
            {"roles": ("participant",)},
        ),
        "joining": (
            f"Joining instructions: {name}",
            paragraphs(
                f"This is what you need to take part in the {name}.",
                _listed(days),
                f"Where: {_places(in_person) or '[place]'}. How to join online: [link and access code].",
                "Please tell us by [date] about anything that we should know: food, access, arrival.",
            ),
            {
                "roles": ("participant",),
                "asks_confirmation": True,
                "is_necessary": True,
                "why_necessary": "without these instructions you cannot join.",
            },
        ),
        "evaluation": (
            f"Your evaluation of the {name}",
            paragraphs(
                f"The days of the {name} are over. Thank you for taking part.",
                "Please tell us what helped and what to change: [link to the form]. It takes [minutes] "
                "minutes and is open until [date].",
            ),
            {"roles": ("participant",)},
        ),
        "save_the_date": (
            f"Save the date: {name}",
            paragraphs(
                f"Please keep these days of the {name} free:",
                _listed(days),
                "Joining instructions follow. Whoever cannot come, please tell us soon.",
            ),
            {"roles": ("participant",), "asks_confirmation": True},
        ),
    }
    title, body, more = made[key]
    return Template(key=key, label=LABELS[key], title=words.short(title, 150), body=body, **more)


def _material(days: Sequence[Day]) -> RichText:
    return paragraphs(
        f"Here is the material of {_span(days)}.",
        _listed(days),
        "Slides and recordings: [links], or attach the files below.",
    )


def _span(days: Sequence[Day]) -> str:
    return words.days(min(day.on for day in days), max(day.on for day in days)) if days else "[days]"


def _listed(days: Sequence[Day]) -> str:
    if not days:
        return "• [the days]"
    return "\n".join(f"• {words.day(day.on)}{_hours(day)}: {day.title}{_place(day)}" for day in days)


def _hours(day: Day) -> str:
    if day.starts is None:
        return ""
    return f", {words.clock(day.starts)}" + (f" to {words.clock(day.ends)}" if day.ends else "")


def _place(day: Day) -> str:
    return f" ({day.place})" if day.place else ""


def _places(days: Sequence[Day]) -> str:
    return words.listed(dict.fromkeys(day.place for day in days if day.place))

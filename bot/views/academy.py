"""What `/academy` answers: help, and what comes next."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.programme import starts_at
from bot.domain.standing import Standing
from bot.views import kit, words
from bot.views.homework import piece

_EVERYONE = (
    ("academy next", "the next day, and what is due next"),
    ("academy profile", "what others see of you: cluster, what you can help with, what you look for"),
    ("academy privacy", "what is kept about you and why; take it away, or have it deleted"),
    ("academy help", "this list"),
    ("homework", "your homework: what is due, what you handed in"),
    ("homework submit", "hand in homework, or change what you handed in; add its key to choose it"),
    ("ask", "ask the alumni; what was answered before comes first; add your question, or write it in a form"),
    ("questions", "search what was asked and answered; add words, or `open`, or `mine`"),
    ("directory", "find people; add words such as `hydrogen funding finland`"),
    ("peers", "whom you are matched with, the feedback that you owe and got"),
    ("peers feedback", "give feedback, or change what you gave"),
    ("peers pause", "take no part for a while, such as `until 1 August`; `resume` ends it"),
)
_ORGANISERS = (
    ("academy setup", "the academy, its editions, days and homework, in forms; what is missing"),
    ("academy report", "the edition at a glance, and what organisers did"),
    ("academy privacy", "with `@name`: pass on what a person asked for, their data or their deletion"),
    ("homework status", "who handed in, who is late, who is missing; nudge them"),
    ("homework new", "write a piece of homework"),
    ("homework extend", "give one person more time, such as `@name action-plan-1 2023-07-10 18:00`"),
    ("questions stats", "the question log in numbers, a chart, a table"),
    ("peers plan", "draw a round of peer feedback, correct it, publish it"),
    ("announce", "write to everybody concerned: at once, later, with a confirmation"),
    ("announce list", "drafts, what is scheduled, being sent or sent, who got it and who confirmed"),
    ("peers status", "who gave feedback, who owes it; nudge them; a table"),
)


def help_text(command: Callable[[str], str], *, is_organiser: bool, unknown: str = "") -> kit.Message:
    """The commands of this bot.

    command: a command as it is typed in this workspace. unknown: a word that was typed and means nothing.
    """
    blocks: list[kit.Block] = []
    text = "What you can do here"
    if unknown:
        near = words.nearest(
            unknown, ["help", "next", "profile", "privacy", *(["setup", "report"] if is_organiser else [])]
        )
        meant = f" Did you mean `{command('academy')} {near}`?" if near else ""
        text = f"`{command('academy')}` does not know “{words.excerpt(unknown, 100)}”.{meant}"
        blocks.append(kit.section(text))
    blocks.append(kit.section("*What you can do here*\n" + _lines(_EVERYONE, command)))
    if is_organiser:
        blocks.append(kit.section("*As an organiser*\n" + _lines(_ORGANISERS, command)))
    blocks.append(kit.context("The Home tab of this app shows the same at a glance."))
    return kit.message(text, blocks)


def next_up(
    edition: Edition | None, day: Day | None, homework: Standing | None, *, now: datetime, reader_zone: str
) -> kit.Message:
    """The next day and what is due next, in the academy's zone and the reader's."""
    if edition is None:
        text = "Nothing is planned yet. As soon as there is an edition of the academy, you see it here."
        return kit.message(text, [kit.section(text)])
    blocks = [kit.header(edition.name), *next_day(edition, day, now=now, reader_zone=reader_zone)]
    if homework is not None:
        blocks += piece(homework, now=now, reader_zone=reader_zone, is_stopped=False)
    return kit.message(f"What is next in {words.escape(edition.name)}", blocks)


def next_day(edition: Edition, day: Day | None, *, now: datetime, reader_zone: str) -> list[kit.Block]:
    """The edition's next day in words."""
    if day is None and not edition.days:
        return [kit.section("The days of this edition are not known yet.")]
    if day is None:
        return [kit.section("All days of this edition are over. Thank you for being part of it.")]
    instant = starts_at(day, edition.timezone)
    if instant is None:
        when = words.day(day.on)
    else:
        when = words.when(instant, edition.timezone, reader_zone)
        away = words.in_days(instant, now=now, zone=reader_zone)
        when += f" ({away})" if now < instant else " (it has begun)"
    kind = "online" if day.kind is DayKind.ONLINE else "in person"
    place = f"{kind}, {words.excerpt(day.place, 500)}" if day.place else kind
    return [kit.section(f"*Next: {words.excerpt(day.title, 500)}*\n{when}\n{place[:1].upper()}{place[1:]}")]


def _lines(commands: tuple[tuple[str, str], ...], command: Callable[[str], str]) -> str:
    lines = []
    for typed, does in commands:
        name, _, rest = typed.partition(" ")
        lines.append(f"• `{command(name)}{' ' + rest if rest else ''}`: {does}")
    return "\n".join(lines)

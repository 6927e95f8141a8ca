"""Reminders as people see them: in their direct messages, on the edition's channel, and to the organisers."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import HomeworkId, UserId
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.homework_desk import STATUS

HAND_IN = "homework_hand_in"
GIVE = "peers_give"
SNOOZE = "reminder_snooze"
STOP = "reminder_stop"
PEERS_STATUS = "peers_status"

_MOST_PIECES = 15
_TITLE = 150
_NAME = 60
_MOST_FEEDBACK = 6
# All that a message's blocks say together, less the opening and the hint.
_LIST_CHARACTERS = kit.MESSAGE_CHARACTERS - 1500
# Title, date in two zones, and the words around the names.
_LINE_BESIDE_NAMES = 500


class Status(StrEnum):
    """Where a person is with a homework that they are reminded of."""

    DUE = "due"
    OVERDUE = "overdue"
    RECEIVED = "received"
    STOPPED = "stopped"
    GONE = "gone"
    """It is no longer asked of this person."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """One piece of homework in a reminder."""

    homework_id: HomeworkId
    title: str
    due_at: datetime
    """The deadline that holds for the reader."""
    zone: str
    """The programme's zone."""
    status: Status
    is_extended: bool = False
    can_snooze: bool = False
    is_feedback: bool = False
    """Whether it is feedback that the reader owes, on the homework of that title."""
    feedback_for: Sequence[tuple[UserId, str]] = ()
    """Whom they still owe it, by id and name."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One piece of homework on the edition's channel: how many, never who."""

    homework_id: HomeworkId
    title: str
    due_at: datetime
    zone: str
    handed_in: int
    participants: int


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Who has not handed in one piece of homework after the deadline."""

    homework_id: HomeworkId
    key: str
    title: str
    due_at: datetime
    zone: str
    people: Sequence[tuple[UserId, str]]
    """Who, and the cluster of each, which may be empty."""
    participants: int
    extended: int = 0
    """How many have a later date that is still ahead."""
    is_feedback: bool = False
    """Whether it is feedback on the homework of that title that they owe."""


def personal(pieces: Sequence[Due], *, reader_zone: str, now: datetime) -> kit.Message:
    """The reminder of one person, however many pieces it covers; the same after they were handed in."""
    lines = [_due_line(piece, reader_zone=reader_zone, now=now) for piece in pieces]
    blocks: list[kit.Block] = []
    if len(pieces) > 1:
        blocks.append(kit.section(_opening(pieces)))
    for piece, line in list(zip(pieces, lines, strict=True))[:_MOST_PIECES]:
        blocks.append(kit.section(line))
        if piece.status in (Status.DUE, Status.OVERDUE):
            blocks.append(kit.actions(*_buttons(piece)))
    blocks += _not_shown(len(pieces))
    text = lines[0] if len(pieces) == 1 else _opening(pieces)
    return kit.message(text, blocks)


def public(pieces: Sequence[Progress], *, now: datetime) -> kit.Message:
    """The reminder on the edition's channel: what is due, and how many have handed it in."""
    lines = [_progress_line(piece, now=now) for piece in pieces]
    blocks: list[kit.Block] = []
    for piece, line in list(zip(pieces, lines, strict=True))[:_MOST_PIECES]:
        blocks.append(kit.section(line))
        blocks.append(kit.actions(kit.button("Hand in", HAND_IN, piece.homework_id)))
    blocks += _not_shown(len(pieces))
    return kit.message(lines[0], blocks)


def missing(lists: Sequence[Missing], *, reader_zone: str) -> kit.Message:
    """The organisers' list of who has not handed in, for each homework whose date has passed."""
    count = len({user_id for one in lists for user_id, _ in one.people})
    opening = f"📋 Homework after the deadline: {words.plural(count, 'person is', 'people are')} missing."
    blocks: list[kit.Block] = [kit.section(opening)]
    shown = lists[:_MOST_PIECES]
    limit = min(kit.SECTION_CHARACTERS, _LIST_CHARACTERS // len(shown)) - _LINE_BESIDE_NAMES
    for one in shown:
        blocks.append(kit.section(_missing_line(one, reader_zone=reader_zone, names_limit=limit)))
        status = PEERS_STATUS if one.is_feedback else STATUS
        blocks.append(kit.actions(kit.button("Status", status, one.homework_id)))
    blocks += _not_shown(len(lists))
    blocks.append(kit.context("With *Status* you see more, and can remind only these people."))
    return kit.message(opening, blocks)


def snoozed(title: str, at: datetime, *, zone: str, reader_zone: str) -> str:
    """What a person is told who asked to be reminded later."""
    when = words.when(at, zone, reader_zone)
    return f"🕘 I will remind you of *{words.excerpt(title, _TITLE)}* again on {when}."


def stopped(title: str) -> str:
    """What a person is told who wants no more reminders of a homework."""
    return (
        f"🔕 No more reminders of *{words.excerpt(title, _TITLE)}*. "
        "It is still due. In the list of your homework you can switch reminders on again."
    )


def resumed(title: str) -> str:
    """What a person is told who wants reminders of a homework again."""
    return f"🔔 I will remind you of *{words.excerpt(title, _TITLE)}* again."


def _opening(pieces: Sequence[Due]) -> str:
    due = sum(piece.status is Status.DUE for piece in pieces)
    overdue = sum(piece.status is Status.OVERDUE for piece in pieces)
    if not due and not overdue:
        return "✅ Nothing is left to hand in here. Thank you!"
    parts = [f"{due} due soon"] if due else []
    parts += [f"{overdue} overdue"] if overdue else []
    kinds = ("piece of homework waits", "pieces of homework wait")
    if any(piece.is_feedback for piece in pieces):
        kinds = ("thing waits", "things wait")
    waiting = words.plural(due + overdue, *kinds)
    return f"⏰ {waiting} for you: {', '.join(parts)}."


def _progress_line(piece: Progress, *, now: datetime) -> str:
    away = words.in_days(piece.due_at, now=now, zone=piece.zone)
    return (
        f"⏰ *{words.excerpt(piece.title, _TITLE)}* is due {away}: {words.when(piece.due_at, piece.zone)} · "
        f"{piece.handed_in} of {piece.participants} have handed in"
    )


def _due_line(piece: Due, *, reader_zone: str, now: datetime) -> str:
    title = f"*{words.excerpt(piece.title, _TITLE)}*"
    when = words.when(piece.due_at, piece.zone, reader_zone)
    if piece.is_feedback:
        return _feedback_line(piece, when=when, away=words.in_days(piece.due_at, now=now, zone=reader_zone))
    if piece.status is Status.RECEIVED:
        return f"✅ {title}: received. Thank you!"
    if piece.status is Status.GONE:
        return f"↩️ {title}: this is not asked of you any more."
    if piece.status is Status.STOPPED:
        return f"🔕 {title}: no more reminders. It is due {when}."
    if piece.status is Status.OVERDUE:
        return (
            f"🔴 {title} is overdue. It was due {when}.\nYou can still hand it in; it will be marked as late."
        )
    away = words.in_days(piece.due_at, now=now, zone=reader_zone)
    extended = "\nThis is your extended date." if piece.is_extended else ""
    return f"⏰ {title} is due {away}: {when}.{extended}"


def _feedback_line(piece: Due, *, when: str, away: str) -> str:
    title = f"*{words.excerpt(piece.title, _TITLE)}*"
    if piece.status is Status.RECEIVED:
        return f"✅ Your feedback on {title} is given. Thank you!"
    if piece.status is Status.GONE:
        return f"↩️ Your feedback on {title} is not needed any more."
    names = words.listed(words.excerpt(name, _NAME) for _, name in piece.feedback_for[:_MOST_FEEDBACK])
    what = f"Your feedback for {names} on {title}" if names else f"Your feedback on {title}"
    if piece.status is Status.STOPPED:
        return f"🔕 {what}: no more reminders. It is due {when}."
    if piece.status is Status.OVERDUE:
        return f"🔴 {what} is overdue. It was due {when}.\nIt still helps: you can give it for some days."
    return f"⏰ {what} is due {away}: {when}."


def _buttons(piece: Due) -> list[kit.Block]:
    if piece.is_feedback:
        buttons = _feedback_buttons(piece)
    else:
        buttons = [kit.button("Hand in", HAND_IN, piece.homework_id, style="primary")]
    if piece.can_snooze:
        buttons.append(kit.button("Tomorrow", SNOOZE, piece.homework_id))
    return [*buttons, kit.button("Stop for this one", STOP, piece.homework_id)]


def _feedback_buttons(piece: Due) -> list[kit.Block]:
    owed = piece.feedback_for[:_MOST_FEEDBACK]
    label = "Give feedback" if len(owed) == 1 else "Feedback for {}"
    # Each button of a row needs an action id of its own.
    return [
        kit.button(
            label.format(name),
            GIVE if number == 0 else f"{GIVE}_{number}",
            f"{piece.homework_id.partition(':')[2]} {user_id}",
            style="primary",
        )
        for number, (user_id, name) in enumerate(owed)
    ]


def _missing_line(one: Missing, *, reader_zone: str, names_limit: int) -> str:
    title = f"*{words.excerpt(one.title, _TITLE)}*"
    if one.is_feedback:
        title = f"Feedback on {title}"
    names = [
        f"<@{user_id}>" + (f" ({words.excerpt(cluster, 40)})" if cluster else "")
        for user_id, cluster in one.people
    ]
    shown = names[:]
    while len(", ".join(shown)) > names_limit:
        shown.pop()
    if len(shown) < len(names):
        shown.append(f"and {len(names) - len(shown)} more")
    extended = ""
    if one.extended:
        extended = f"\n{words.plural(one.extended, 'person has', 'people have')} a later date."
    return (
        f"{title} was due {words.when(one.due_at, one.zone, reader_zone)}.\n"
        f"🔴 Missing, {len(names)} of {one.participants}: {', '.join(shown)}{extended}"
    )


def _not_shown(count: int) -> list[kit.Block]:
    if count <= _MOST_PIECES:
        return []
    return [kit.context(f"{words.plural(count - _MOST_PIECES, 'more piece')}: see the list of homework.")]

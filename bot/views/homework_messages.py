"""Direct messages about homework: receipts, changes, extensions and nudges."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain import calendar
from bot.domain.homework import Extension, Submission
from bot.domain.standing import Standing, State
from bot.views import kit, words
from bot.views.homework import HAND_IN, due_line, files, state_line

_TEXT_IN_MESSAGE = 1000
_BRIEF_IN_MESSAGE = 2500
_REST = "… the rest is behind the button."


def receipt(stands: Standing, version: Submission, *, now: datetime, reader_zone: str) -> kit.Message:
    """What was received, when, whether in time, and until when it can be changed."""
    title = words.excerpt(stands.homework.title, 200)
    at = words.when(version.submitted_at, stands.homework.zone, reader_zone)
    late = f"late by {words.how_long(version.late_by_s)}" if version.late_by_s else "on time"
    lines = [f"📥 Received, {late}: *{title}*", f"Version {version.version}, {at}"]
    blocks = [kit.section("\n".join(lines)), *_shown(version)]
    blocks.append(kit.context(_changeable(stands, reader_zone=reader_zone)))
    label = "See or change" if stands.may_hand_in else "See"
    blocks.append(kit.actions(kit.button(label, HAND_IN, stands.homework.id)))
    return kit.message(f"Received, {late}: {title}, version {version.version}", blocks)


def opened(stands: Standing, *, now: datetime) -> kit.Message:
    """On the edition's channel: a homework can be handed in from now on."""
    homework = stands.homework
    title = words.excerpt(homework.title, 200)
    due = due_line(stands, now=now, reader_zone=homework.zone)
    blocks = [kit.section(f"📘 *{title}* is open.\n{due}")]
    if homework.brief:
        brief = words.excerpt(homework.brief, _BRIEF_IN_MESSAGE)
        blocks.append(kit.section(f"{brief}{_note(homework.brief, _BRIEF_IN_MESSAGE)}"))
    blocks.append(kit.actions(_button(stands)))
    return kit.message(f"{title} is open. {due}", blocks)


def changed(
    stands: Standing, before: Mapping[str, str], *, now: datetime, reader_zone: str
) -> kit.Message | None:
    """What is different for this person, with the date that now holds; None where nothing is.

    before: the homework's `title`, `brief`, `opens` and `due` (wall times, ISO, in `zone`) as this person
    knew them.
    """
    homework = stands.homework
    zone_before = before["zone"]
    due_before = datetime.fromisoformat(before["due"])
    held_before = max(due_before, stands.extension.due) if stands.extension else due_before
    held_before_at = calendar.instant(held_before, zone_before)
    opens_before_at = calendar.instant(datetime.fromisoformat(before["opens"]), zone_before)
    facts: list[str] = []
    if before["title"] != homework.title:
        facts.append(f"It was called “{words.excerpt(before['title'], 200)}” before.")
    if held_before_at != stands.due_at:
        old = words.when(held_before_at, zone_before, reader_zone)
        facts.append(
            f"*New date:* {due_line(stands, now=now, reader_zone=reader_zone)}\nBefore, it was {old}."
        )
    if opens_before_at != stands.opens_at and now < stands.opens_at:
        facts.append(f"It opens {words.when(stands.opens_at, homework.zone, reader_zone)}.")
    if before["brief"] != homework.brief:
        brief = words.excerpt(homework.brief, _BRIEF_IN_MESSAGE) or "It has no text any more."
        facts.append(f"*New brief:*\n{brief}{_note(homework.brief, _BRIEF_IN_MESSAGE)}")
    if not facts:
        return None
    title = words.excerpt(homework.title, 200)
    blocks = [kit.section(f"📌 *{title}* has changed."), *(kit.section(fact) for fact in facts)]
    if stands.state is not State.NOT_OPEN:
        blocks.append(kit.context(state_line(stands, reader_zone=reader_zone)))
        blocks.append(kit.actions(_button(stands)))
    return kit.message(f"{title} has changed. {due_line(stands, now=now, reader_zone=reader_zone)}", blocks)


def extended(
    stands: Standing, extension: Extension, *, granted_by: str, now: datetime, reader_zone: str
) -> kit.Message:
    """A later date for this person. granted_by: the organiser's name."""
    title = words.excerpt(stands.homework.title, 200)
    lines = [
        f"🗓️ You have more time for *{title}*.",
        due_line(stands, now=now, reader_zone=reader_zone),
        f"From {words.excerpt(granted_by, 100)}: {words.excerpt(extension.reason, 1000)}",
    ]
    blocks = [kit.section("\n".join(lines))]
    if stands.may_hand_in:
        blocks.append(kit.actions(_button(stands)))
    return kit.message(f"You have more time for {title}. {lines[1]}", blocks)


def nudge(pieces: Sequence[Standing], *, now: datetime, reader_zone: str) -> kit.Message:
    """The organisers ask for what is not handed in. pieces: at least one."""
    titles = words.listed(words.excerpt(one.homework.title, 100) for one in pieces[:3])
    blocks = [
        kit.section(
            "👋 The organisers have not received this from you yet. If something is in your way, "
            "write to them: they can give you more time."
        )
    ]
    for one in pieces[:10]:
        due = due_line(one, now=now, reader_zone=reader_zone)
        blocks.append(kit.section(f"*{words.excerpt(one.homework.title, 200)}*\n{due}"))
        blocks.append(kit.actions(_button(one)))
    return kit.message(f"Not received yet: {titles}", blocks)


def _shown(version: Submission) -> list[kit.Block]:
    blocks: list[kit.Block] = []
    if version.text.strip():
        shown = words.excerpt(version.text, _TEXT_IN_MESSAGE)
        blocks.append(kit.section(f"{shown}{_note(version.text, _TEXT_IN_MESSAGE)}"))
    if version.link:
        blocks.append(kit.section(f"{words.excerpt(version.link, 1000)}{_note(version.link, 1000)}"))
    return [*blocks, *files(version)]


def _note(text: str, limit: int) -> str:
    return f"\n_{_REST}_" if len(words.escape(text)) > limit else ""


def _changeable(stands: Standing, *, reader_zone: str) -> str:
    if not stands.may_hand_in:
        return "The date is over: it can no longer be changed."
    if stands.is_past_due:
        return "The date is over: it is marked as late. You can still add to it."
    return f"You can change it until {words.when(stands.due_at, stands.homework.zone, reader_zone)}."


def _button(stands: Standing) -> kit.Block:
    if stands.is_handed_in:
        return kit.button("See or change" if stands.may_hand_in else "See", HAND_IN, stands.homework.id)
    return kit.button("Hand in", HAND_IN, stands.homework.id, style="primary")

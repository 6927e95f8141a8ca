"""Homework as a participant sees it: the list, and the modals to choose, hand in, see and change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.homework import HandedInFile, Submission
from bot.domain.ids import HomeworkId
from bot.domain.standing import Standing, State
from bot.views import kit, words

HAND_IN = "homework_hand_in"
RESUME = "reminder_resume"
CHOOSE_CALLBACK = "choose_homework"
HAND_IN_CALLBACK = "hand_in_homework"

CHOICE_BLOCK = "homework"
TEXT_BLOCK = "text"
LINK_BLOCK = "link"
FILES_BLOCK = "files"
KEPT_BLOCK = "kept"
MOST_FILES = 10

_LISTED = 12
_BRIEF_IN_LIST = 300
_BRIEF_BLOCKS = 20
# Beside what was handed in a brief is short: a view holds 250 kB, and every ampersand in it takes five.
_BRIEF_BLOCKS_BESIDE = 5
_CONTENT_BLOCKS = 70


def listed(
    pieces: Sequence[tuple[Standing, bool]], *, now: datetime, reader_zone: str, is_organiser: bool = False
) -> kit.Message:
    """A person's homework, by due date. pieces: how each stands, and whether its reminders are stopped."""
    blocks: list[kit.Block] = []
    shown = pieces[-_LISTED:]
    names_edition = has_several_editions(stands for stands, _ in shown)
    for stands, is_stopped in shown:
        blocks += piece(
            stands, now=now, reader_zone=reader_zone, is_stopped=is_stopped, names_edition=names_edition
        )
    if len(pieces) > _LISTED:
        blocks.append(kit.context(f"{words.plural(len(pieces) - _LISTED, 'older piece')} not shown."))
    if not blocks:
        blocks.append(kit.section(_nothing(is_organiser)))
    todo = sum(stands.state in (State.OPEN, State.MISSING) for stands, _ in pieces)
    summary = (
        f"{words.plural(todo, 'piece')} of homework to hand in" if todo else "No homework to hand in now"
    )
    return kit.message(f"Your homework: {summary}.", [kit.header("Your homework"), *blocks])


def has_several_editions(pieces: Iterable[Standing]) -> bool:
    """Whether the edition of each has to be named: two may have homework of one title."""
    return len({stands.homework.edition_key for stands in pieces}) > 1


def piece(
    stands: Standing, *, now: datetime, reader_zone: str, is_stopped: bool, names_edition: bool = False
) -> list[kit.Block]:
    """One homework: title, date and state in words, and its buttons."""
    homework = stands.homework
    of = f" ({words.excerpt(homework.edition_key, 60)})" if names_edition else ""
    lines = [
        f"*{words.excerpt(homework.title, 200)}*{of}",
        due_line(stands, now=now, reader_zone=reader_zone),
    ]
    if stands.state in (State.OPEN, State.MISSING) and homework.brief.strip():
        lines.append(words.excerpt(homework.brief, _BRIEF_IN_LIST))
    lines.append(state_line(stands, reader_zone=reader_zone))
    blocks = [kit.section("\n".join(lines))]
    buttons = [_hand_in_button(stands), _resume_button(stands) if is_stopped else None]
    if any(buttons):
        blocks.append(kit.actions(*buttons))
    return blocks


def due_line(stands: Standing, *, now: datetime, reader_zone: str) -> str:
    """When it is due for this person, and how far away that is."""
    due = words.when(stands.due_at, stands.homework.zone, reader_zone)
    away = words.in_days(stands.due_at, now=now, zone=reader_zone)
    if stands.is_past_due:
        return f"Was due {due} ({away})"
    return f"Due {due} ({away})" + (", extended for you" if stands.is_extended else "")


def state_line(stands: Standing, *, reader_zone: str) -> str:
    """Where the person is with it, in words."""
    zone = stands.homework.zone
    if stands.state is State.NOT_OPEN:
        return f"⚪ Not open yet: it opens {words.when(stands.opens_at, zone, reader_zone)}"
    if stands.handed_in is not None:
        at = words.when(stands.handed_in.submitted_at, zone, reader_zone)
        version = f"version {stands.handed_in.version}, {at}"
        if stands.state is State.LATE:
            return f"🟠 Handed in late by {words.how_long(stands.handed_in.late_by_s)}: {version}"
        return f"✅ Handed in: {version}"
    if stands.state is State.MISSING:
        return "🔴 Missing. You can still hand it in; it will be marked as late."
    return "🟡 Open, not handed in yet"


def choose(pieces: Sequence[Standing]) -> kit.View:
    """Which homework? What is not handed in and due first is chosen already."""
    newest = pieces[-kit.OPTIONS :]
    todo = [one for one in newest if one.state is State.OPEN] or [
        one for one in newest if not one.is_handed_in
    ]
    names_edition = has_several_editions(newest)
    options = []
    for one in newest:
        of = f"{one.homework.edition_key}, " if names_edition else ""
        described = f"{of}{one.state}, due {words.wall(one.due)}"
        options.append(kit.option(one.homework.title, one.homework.id, described))
    chosen = (todo or newest)[0].homework.id
    select = kit.menu("", options, placeholder="Choose homework", initial=chosen)
    return kit.modal(
        callback_id=CHOOSE_CALLBACK,
        title="Hand in homework",
        submit="Next",
        close="Cancel",
        blocks=[kit.field(CHOICE_BLOCK, "Which homework?", select)],
    )


def hand_in(stands: Standing, *, now: datetime, reader_zone: str) -> kit.View:
    """The modal to hand in or to change what is there; to read it where it can no longer be changed."""
    homework = stands.homework
    is_closed = not stands.may_hand_in
    blocks = [
        kit.section(f"*{words.excerpt(homework.title, 200)}*"),
        *kit.quoted(homework.brief, most=_BRIEF_BLOCKS_BESIDE if is_closed else _BRIEF_BLOCKS),
        kit.context(due_line(stands, now=now, reader_zone=reader_zone)),
    ]
    if is_closed and stands.handed_in is not None:
        return kit.modal(
            callback_id=HAND_IN_CALLBACK,
            title="Your homework",
            blocks=[*blocks, *closed(stands.handed_in, state_line(stands, reader_zone=reader_zone))],
        )
    if stands.is_past_due:
        blocks.append(kit.section("🟠 The date is over. You can still hand in; it will be marked as late."))
    before = stands.handed_in
    if before is not None:
        blocks.append(kit.context(f"{state_line(stands, reader_zone=reader_zone)}. Every version is kept."))
    return kit.modal(
        callback_id=HAND_IN_CALLBACK,
        title="Change homework" if before else "Hand in homework",
        submit="Hand in",
        close="Cancel",
        blocks=[*blocks, *_inputs(before)],
        metadata={"homework_id": homework.id},
    )


def closed(handed_in: Submission, state: str) -> list[kit.Block]:
    """What was handed in, whole, to read. state: in words."""
    return [kit.context(state), kit.divider(), *content(handed_in)]


def content(handed_in: Submission) -> list[kit.Block]:
    """A version's text, link and files, whole up to 40,000 characters of text."""
    return [*kit.quoted(handed_in.text, most=_CONTENT_BLOCKS), *kit.quoted(handed_in.link), *files(handed_in)]


def files(handed_in: Submission) -> list[kit.Block]:
    """A version's files as links."""
    return kit.lines(f"• {file_link(file)}" for file in handed_in.files)


def file_link(file: HandedInFile) -> str:
    """A file's name, as a link to it where Slack gave one."""
    name = words.excerpt(file.name or file.id, 150)
    # A bar would end the address within the link.
    return f"<{file.permalink}|{name}>" if file.permalink and "|" not in file.permalink else name


def homework_id_of(metadata: dict[str, str]) -> HomeworkId:
    """The homework that a modal is about."""
    return HomeworkId(metadata["homework_id"])


def text_blocks() -> tuple[str, ...]:
    """The block ids over which a text is spread, in order; most modals have the first only."""
    return (TEXT_BLOCK, *(f"{TEXT_BLOCK}-{number}" for number in range(2, kit.MODAL_BLOCKS)))


def _inputs(before: Submission | None) -> list[kit.Block]:
    pieces = kit.input_parts(before.text) if before else []
    blocks: list[kit.Block] = []
    for number, (block_id, piece) in enumerate(zip(text_blocks(), pieces or [""], strict=False), start=1):
        element: kit.Block = {
            "type": "plain_text_input",
            "multiline": True,
            "max_length": kit.INPUT_CHARACTERS,
        }
        if piece:
            element["initial_value"] = piece
        label = "Your text" if number == 1 else f"Your text, part {number}"
        hint = "For more than 3,000 characters, add a file or a link." if len(pieces) < 2 else ""
        blocks.append(kit.field(block_id, label, element, optional=True, hint=hint))
    link: kit.Block = {"type": "url_text_input"}
    if before and before.link:
        link["initial_value"] = before.link
    blocks.append(
        kit.field(LINK_BLOCK, "A link", link, optional=True, hint="Such as https://example.org/plan")
    )
    if before and before.files:
        options = [kit.option(file.name or file.id, file.id) for file in before.files[:MOST_FILES]]
        kept = {"type": "checkboxes", "options": options, "initial_options": options}
        blocks.append(kit.field(KEPT_BLOCK, "Files handed in before: keep", kept, optional=True))
    files = {"type": "file_input", "max_files": MOST_FILES}
    blocks.append(kit.field(FILES_BLOCK, "Files", files, optional=True, hint="Up to 10 files of 10 MB."))
    return blocks


def _hand_in_button(stands: Standing) -> kit.Block | None:
    value = stands.homework.id
    if stands.is_handed_in:
        return kit.button("See or change" if stands.may_hand_in else "See", HAND_IN, value)
    return kit.button("Hand in", HAND_IN, value, style="primary") if stands.may_hand_in else None


def _resume_button(stands: Standing) -> kit.Block | None:
    if stands.state is State.OPEN:
        return kit.button("Remind me again", RESUME, stands.homework.id)
    return None


def _nothing(is_organiser: bool) -> str:
    if is_organiser:
        return "You have no homework yourself. As an organiser, see who has handed in what with `status`."
    return "There is no homework for you. It is for participants of an edition of the academy."

"""Homework as organisers see it: who handed in, and the modals to write, extend and read."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from bot.domain.editions import Edition
from bot.domain.homework import DEFAULT_REMIND, DEFAULT_REMIND_AT, Homework, Submission
from bot.domain.ids import HomeworkId, UserId
from bot.domain.reminders import parse_slot
from bot.domain.standing import Standing, State
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.homework import content

STATUS = "homework_status"
NUDGE = "homework_nudge"
READ = "homework_read"
READ_CHOSEN = "homework_read_chosen"
NEW = "homework_new"
EDIT = "homework_edit"
EXTEND = "homework_extend"

WRITE_CALLBACK = "write_homework"
EXTEND_CALLBACK = "extend_homework"
STATUS_CALLBACK = "status_of_homework"
READ_CALLBACK = "read_homework"

_NAME = 60
_STATUSES = 30
# A view holds 250 kB: room for three bytes a character, and for what surrounds it.
_MODAL_CHARACTERS = 60_000
_OFFERED_REMINDERS = ("14d", "10d", "7d", "5d", "3d", "2d", "1d", "0d")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One participant in a status."""

    user_id: UserId
    name: str
    cluster: str
    standing: Standing


def counted(counts: Counter[State], of: int) -> str:
    """`14 of 21 handed in, 2 of them late, 5 missing`."""
    total = counts[State.HANDED_IN] + counts[State.LATE]
    facts = [f"{total} of {of} handed in"]
    if counts[State.LATE]:
        facts.append(f"{counts[State.LATE]} of them late")
    if counts[State.MISSING]:
        facts.append(f"{counts[State.MISSING]} missing")
    if counts[State.OPEN]:
        facts.append(f"{counts[State.OPEN]} still have time")
    return ", ".join(facts)


def status(homework: Homework, people: Sequence[Line], *, nudgeable: int) -> kit.Message:
    """Who handed in, who is late and who is missing, within a message's limits.

    people: all participants, by name. nudgeable: how many the button would write to.
    Each of those who handed in has a button to read it while there is room, then a menu; where there is no
    room for the names either, a button opens the list in a modal, which holds more.
    """
    summary = counted(Counter(one.standing.state for one in people), len(people))
    blocks = _status(homework, people, nudgeable, kit.MESSAGE_BLOCKS, kit.MESSAGE_CHARACTERS)
    if blocks is None:
        show = kit.button("Show the list", STATUS, homework.id)
        blocks = [_summary(homework, people), kit.actions(show, *_buttons(homework, nudgeable))]
    return kit.message(f"{words.excerpt(homework.title, 200)}: {summary}", blocks)


def status_modal(homework: Homework, people: Sequence[Line], *, nudgeable: int, note: str = "") -> kit.View:
    """A status in a modal. note: what has just been done."""
    blocks = _status(homework, people, nudgeable, kit.MODAL_BLOCKS - 1, _MODAL_CHARACTERS)
    if blocks is None:
        too_many = kit.context("There are too many names to list them here.")
        blocks = [_summary(homework, people), too_many, kit.actions(*_buttons(homework, nudgeable))]
    noted = [kit.section(note), *blocks] if note else blocks
    return kit.modal(callback_id=STATUS_CALLBACK, title="Who handed in", blocks=noted)


def choose_status(statuses: Sequence[tuple[Homework, Counter[State], int]]) -> kit.Message:
    """Homework with its counts, and a button to each status; by its id where there are several editions."""
    blocks = [kit.header("Who handed in")]
    is_one_edition = len({homework.edition_key for homework, _, _ in statuses}) == 1
    for homework, counts, of in statuses[-_STATUSES:]:
        key = words.excerpt(homework.key if is_one_edition else homework.id, 130)
        due = f"Due {words.wall(homework.due)} ({words.place_of(homework.zone)})"
        button = kit.button("Status", STATUS, homework.id)
        title = words.excerpt(homework.title, 80)
        blocks.append(kit.section(f"*{title}* (`{key}`)\n{due}\n{counted(counts, of)}", accessory=button))
    return kit.message("Who handed in", blocks)


def nudged(names: Sequence[str], already: Sequence[str]) -> str:
    """What a press on the nudge button did, in words; escaped."""
    if not names and not already:
        return "Nobody is missing, so nobody was nudged."
    said = f"Nudged {words.plural(len(names), 'person', 'people')}." if names else "Nobody was nudged."
    if already:
        said += f" {words.plural(len(already), 'person', 'people')} had a nudge today already."
    return said


def write(
    editions: Sequence[Edition], *, homework: Homework | None = None, today: date, suggested_key: str = ""
) -> kit.View:
    """The modal to write a homework, or to change one. today: in the edition's zone."""
    blocks: list[kit.Block] = []
    if homework is None:
        if len(editions) > 1:
            options = [kit.option(one.name, one.key) for one in editions[: kit.OPTIONS]]
            menu = kit.menu("", options, placeholder="Edition", initial=editions[0].key)
            blocks.append(kit.field("edition", "Edition", menu))
        hint = "Short and unique: small letters, digits, hyphens. People type it in commands."
        key = _text(suggested_key, longest=60) | {"placeholder": kit.plain("action-plan-1")}
        blocks.append(kit.field("key", "Key", key, hint=hint))
    blocks.append(kit.field("title", "Title", _text(homework.title if homework else "", longest=150)))
    pieces = kit.input_parts(homework.brief) if homework else []
    for number, (block_id, piece) in enumerate(zip(brief_blocks(), pieces or [""], strict=False), start=1):
        label = "Brief" if number == 1 else f"Brief, part {number}"
        brief = _text(piece, longest=kit.INPUT_CHARACTERS) | {"multiline": True}
        blocks.append(kit.field(block_id, label, brief, optional=True))
    zone = words.place_of(homework.zone if homework else editions[0].timezone)
    note = f"The time in {zone}" if homework or len(editions) == 1 else "The time where the edition is held"
    opens = homework.opens if homework else datetime.combine(today, time(9))
    blocks += [
        kit.field("opens_date", "Opens on", _date(opens.date())),
        kit.field("opens_time", "Opens at", _time(opens.time()), hint=f"{note}."),
        kit.field("date", "Due on", _date(homework.due.date() if homework else None)),
        kit.field("time", "Due at", _time(homework.due.time() if homework else time(18)), hint=f"{note}."),
        _reminders(homework.remind if homework else DEFAULT_REMIND),
        kit.field(
            "remind_at",
            "Remind at",
            _time(homework.remind_at if homework else DEFAULT_REMIND_AT),
            hint="On each person's own clock.",
        ),
        kit.field(
            "remind_from",
            "No reminder before",
            _date(homework.remind_from if homework else None),
            optional=True,
            hint="Left empty: the day after the last online day.",
        ),
        kit.field(
            "remind_until",
            "No reminder after",
            _date(homework.remind_until if homework else None),
            optional=True,
            hint="Left empty: the day before the first in-person day.",
        ),
    ]
    metadata: dict[str, str] = {"edition_key": homework.edition_key if homework else editions[0].key}
    if homework:
        blocks.insert(0, kit.context("Participants are told once of a new title, brief or date."))
        metadata |= {"homework_id": homework.id, "key": homework.key, "revision": str(homework.revision)}
    return kit.modal(
        callback_id=WRITE_CALLBACK,
        title="Change homework" if homework else "New homework",
        submit="Save" if homework else "Create",
        close="Cancel",
        blocks=blocks,
        metadata=metadata,
    )


def brief_blocks() -> tuple[str, ...]:
    """The block ids over which a brief is spread, in order; most modals have the first only."""
    return ("brief", *(f"brief-{number}" for number in range(2, kit.MODAL_BLOCKS)))


def extend(
    homeworks: Sequence[Homework],
    *,
    person: UserId | None = None,
    chosen: HomeworkId | None = None,
    due: datetime | None = None,
) -> kit.View:
    """The modal to give one person more time, prefilled with what is known already."""
    options = [
        kit.option(one.title, one.id, f"{one.edition_key}, due {words.wall(one.due)}")
        for one in homeworks[: kit.OPTIONS]
    ]
    people: kit.Block = {"type": "users_select", "placeholder": kit.plain("A participant")}
    if person:
        people["initial_user"] = person
    menu = kit.menu("", options, placeholder="Homework", initial=chosen or homeworks[0].id)
    reason = _text("", longest=1000) | {"multiline": True}
    return kit.modal(
        callback_id=EXTEND_CALLBACK,
        title="Give more time",
        submit="Give more time",
        close="Cancel",
        blocks=[
            kit.field("person", "For whom", people),
            kit.field("homework", "Homework", menu),
            kit.field("date", "New date", _date(due.date() if due else None)),
            kit.field(
                "time",
                "Time",
                _time(due.time() if due else time(18)),
                hint="Where the edition is held, as all dates of homework.",
            ),
            kit.field("reason", "Reason", reason, hint="This person reads it."),
        ],
    )


def read(homework: Homework, *, name: str, versions: Sequence[Submission], reader_zone: str) -> kit.View:
    """All that a person handed in, the last version first and whole, as far as a modal has room."""
    blocks = [kit.section(f"*{words.excerpt(name, 200)}*: {words.excerpt(homework.title, 200)}")]
    left_out = 0
    for version in reversed(versions):
        at = words.when(version.submitted_at, homework.zone, reader_zone)
        late = f", late by {words.how_long(version.late_by_s)}" if version.late_by_s else ", on time"
        shown = [kit.divider(), kit.context(f"Version {version.version}, {at}{late}"), *content(version)]
        if len(blocks) + len(shown) < kit.MODAL_BLOCKS and not left_out:
            blocks += shown
        else:
            left_out += 1
    if left_out:
        blocks.append(kit.context(f"{words.plural(left_out, 'earlier version')} kept, but not shown here."))
    return kit.modal(callback_id=READ_CALLBACK, title="Handed in", blocks=blocks)


def saved(homework: Homework, *, is_new: bool) -> kit.View:
    """That a homework was created or changed, shown in the modal's place."""
    title = words.excerpt(homework.title, 200)
    due = f"Due {words.wall(homework.due)} ({words.place_of(homework.zone)})"
    opens = f"Opens {words.wall(homework.opens)} ({words.place_of(homework.zone)})"
    said = f"✅ *{title}* is saved.\n{opens}\n{due}"
    note = "Its reminders are planned."
    if not is_new:
        note += " Participants are told once where the title, the brief or a date is another."
    return kit.modal(
        callback_id=STATUS_CALLBACK,
        title="Homework",
        blocks=[kit.section(said), kit.context(note)],
    )


def extended(homework: Homework, *, user_id: UserId, due: datetime) -> kit.View:
    """That a person has more time, shown in the modal's place."""
    when = f"{words.wall(due)} ({words.place_of(homework.zone)})"
    said = f"✅ <@{user_id}> has until {when} for *{words.excerpt(homework.title, 200)}*, and is told so."
    return kit.modal(callback_id=STATUS_CALLBACK, title="More time", blocks=[kit.section(said)])


def _summary(homework: Homework, people: Sequence[Line]) -> kit.Block:
    counts = Counter(one.standing.state for one in people)
    due = f"Due {words.wall(homework.due)} ({words.place_of(homework.zone)})"
    title = words.excerpt(homework.title, 200)
    return kit.section(f"*{title}*\n{due}\n{counted(counts, len(people))}")


def _status(
    homework: Homework, people: Sequence[Line], nudgeable: int, most_blocks: int, most_characters: int
) -> list[kit.Block] | None:
    done = [one for one in people if one.standing.is_handed_in]
    names = _lists([one for one in people if not one.standing.is_handed_in])
    for listing in (_rows(done), [*_lists(done), *_menus(done)]):
        blocks = [_summary(homework, people), *names, *listing, kit.actions(*_buttons(homework, nudgeable))]
        if len(blocks) <= most_blocks and kit.characters(blocks) <= most_characters:
            return blocks
    return None


def _buttons(homework: Homework, nudgeable: int) -> list[kit.Block | None]:
    people = words.plural(nudgeable, "person", "people")
    sure = kit.confirm(
        "Nudge the missing?",
        f"{people} who did not hand in will get a direct message; at most one a day.",
        "Nudge",
    )
    nudge = kit.button(f"Nudge the missing ({nudgeable})", NUDGE, homework.id, style="primary", confirm=sure)
    return [
        nudge if nudgeable else None,
        kit.button("Change homework", EDIT, homework.id),
        kit.button("Give more time", EXTEND, homework.id),
    ]


def _rows(done: Sequence[Line]) -> list[kit.Block]:
    return [
        kit.section(_done(one), accessory=kit.button("Read", READ, _reading(one)))
        for one in sorted(done, key=lambda one: one.standing.state is State.LATE)
    ]


def _lists(people: Sequence[Line]) -> list[kit.Block]:
    headed: list[tuple[str, State, Callable[[Line], str]]] = [
        ("🔴 *Missing*", State.MISSING, _who),
        ("🟡 *Not handed in yet*", State.OPEN, _waiting),
        ("⚪ *Not open yet*", State.NOT_OPEN, _who),
        ("🟠 *Handed in late*", State.LATE, _who),
        ("✅ *Handed in*", State.HANDED_IN, _who),
    ]
    blocks: list[kit.Block] = []
    for heading, state, shown in headed:
        lines = [shown(one) for one in people if one.standing.state is state]
        if lines:
            blocks += kit.lines(lines, heading=f"{heading} ({len(lines)})")
    return blocks


def _menus(done: Sequence[Line]) -> list[kit.Block]:
    options = [kit.option(one.name, _reading(one)) for one in done]
    return [
        kit.actions(
            kit.menu(READ_CHOSEN, options[start : start + kit.OPTIONS], placeholder="Read what was handed in")
        )
        for start in range(0, len(options), kit.OPTIONS)
    ]


def _who(one: Line) -> str:
    cluster = f" ({words.excerpt(one.cluster, _NAME)})" if one.cluster else ""
    return f"{words.excerpt(one.name, _NAME)}{cluster}"


def _waiting(one: Line) -> str:
    return _who(one) + (
        f": extended until {words.wall(one.standing.due)}" if one.standing.is_extended else ""
    )


def _done(one: Line) -> str:
    version = one.standing.handed_in
    if version is None:
        return _who(one)
    late = one.standing.state is State.LATE
    state = f"🟠 late by {words.how_long(version.late_by_s)}" if late else "✅ handed in"
    return f"{_who(one)}: {state}, version {version.version}"


def _reading(one: Line) -> str:
    # Read from the right: a homework's id may hold anything, a person's id no space.
    return f"{one.standing.homework.id} {one.user_id}"


def reading(value: str) -> tuple[HomeworkId, UserId]:
    """Whose homework a `Read` button or menu means."""
    homework_id, _, user_id = value.rpartition(" ")
    return HomeworkId(homework_id), UserId(user_id)


def _text(initial: str, *, longest: int) -> kit.Block:
    element: kit.Block = {"type": "plain_text_input", "max_length": longest}
    return element | {"initial_value": initial[:longest]} if initial else element


def _date(initial: date | None) -> kit.Block:
    element: kit.Block = {"type": "datepicker"}
    return element | {"initial_date": initial.isoformat()} if initial else element


def _time(initial: time) -> kit.Block:
    return {"type": "timepicker", "initial_time": words.clock(initial)}


def _reminders(chosen: Sequence[str]) -> kit.Block:
    offered = [*chosen, *(slot for slot in _OFFERED_REMINDERS if slot not in chosen)]
    ordered = sorted(offered, key=_hours_before, reverse=True)
    options = {slot: kit.option(_slot(slot), slot) for slot in ordered}
    menu: kit.Block = {
        "type": "multi_static_select",
        "placeholder": kit.plain("No reminders"),
        "options": list(options.values()),
    }
    if chosen:
        menu["initial_options"] = [options[slot] for slot in ordered if slot in chosen]
    return kit.field("remind", "Reminders", menu, optional=True, hint="Not on days off: moved earlier.")


def _hours_before(slot: str) -> int:
    count, unit = parse_slot(slot)
    return count * 24 if unit == "d" else count


def _slot(slot: str) -> str:
    count, unit = parse_slot(slot)
    if slot == "0d":
        return "On the day"
    return f"{words.plural(count, 'day' if unit == 'd' else 'hour')} before"

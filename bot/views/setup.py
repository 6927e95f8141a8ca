"""Setting up as organisers see it: what is ready and what is missing, the editions, the way there."""

from collections.abc import Mapping, Sequence

from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey
from bot.domain.members import Role
from bot.domain.readiness import Check, State, Subject, is_ready
from bot.domain.retention import KINDS
from bot.views import kit, words

OPEN = "setup_open"
ACADEMY = "setup_academy"
KEEP = "setup_keep"
EDITION_NEW = "setup_edition_new"
EDITION_COPY = "setup_edition_copy"
EDITION = "setup_edition"
EDITION_CHANGE = "setup_edition_change"
DAY_NEW = "setup_day_new"
DAY = "setup_day"
HOMEWORK_NEW = "setup_homework_new"
HOMEWORK = "setup_homework"
FILE = "setup_file"
TEST = "setup_test"
PEOPLE = "people_roles"
"""Opens the organisers' page on people, wherever it is pressed."""

HUB_CALLBACK = "setup_hub"
PAGE_CALLBACK = "setup_page"

CHANGE, REMOVE = "change", "remove"
"""What the menu beside a day or a homework offers; its value is one of these, a space, and which."""

_MOST_EDITIONS = 30
_MOST_LISTED = 40
_MARKS = {State.READY: "✅ Ready", State.ADVISED: "⚠️ Better with", State.MISSING: "❌ Missing"}
_KINDS = {
    "homework": "homework",
    "feedback": "peer feedback",
    "questions": "questions",
    "people": "people who left",
    "messages": "messages sent",
    "audit": "what organisers did",
}


def hub(
    academy: Academy | None,
    editions: Sequence[tuple[Edition, int, int]],
    checks: Sequence[Check],
    *,
    current: Edition | None,
    note: str = "",
) -> kit.View:
    """The page from which all is set up.

    editions: each with the number of its homework and of its people. current: the edition that the checks are
    about. note: what has just been done.
    """
    blocks = [kit.section(note)] if note else []
    blocks += [kit.header("Is everything ready?"), *_checked(academy, checks, current), kit.divider()]
    blocks.append(_academy(academy))
    if academy is not None:
        kept = ", ".join(f"{_KINDS[kind]} {_days(getattr(academy.retention, kind))}" for kind in KINDS)
        blocks.append(
            kit.section(f"*How long things are kept*\n{kept}", accessory=kit.button("Change", KEEP, "keep"))
        )
        blocks += _editions(editions)
        new = kit.button("New edition", EDITION_NEW, "new", style=None if editions else "primary")
        copy = kit.button("Copy an edition", EDITION_COPY, "copy") if editions else None
        people = kit.button("People and roles", PEOPLE, "open") if editions else None
        test = kit.button("Send me a test message", TEST, "test")
        blocks.append(kit.actions(new, copy, people, test, kit.button("Look again", OPEN, "again")))
    return kit.modal(callback_id=HUB_CALLBACK, title="Set up", blocks=blocks)


def edition_page(
    edition: Edition,
    homework: Sequence[Homework],
    people: Mapping[Role, int],
    *,
    version: str,
    note: str = "",
) -> kit.View:
    """One edition: its days, its homework, and what can be changed. version: goes along to every form."""
    channel = f"<#{edition.channel_id}>" if edition.channel_id else "no channel of its own"
    about = (
        f"*{words.excerpt(edition.name, 300)}* (`{words.excerpt(edition.key, 60)}`)\n"
        f"Times are those of {words.place_of(edition.timezone)} · {channel}"
    )
    blocks = [kit.section(note)] if note else []
    change = kit.button("Change", EDITION_CHANGE, edition.key)
    blocks += [kit.section(about, accessory=change), kit.divider(), kit.header("Days")]
    blocks += [
        kit.section(_day(day), accessory=_menu(DAY, str(place))) | {"block_id": f"{DAY}:{place}"}
        for place, day in enumerate(edition.days[:_MOST_LISTED])
    ]
    blocks += _rest(len(edition.days), "day")
    blocks.append(kit.actions(kit.button("Add a day", DAY_NEW, edition.key)))
    blocks += [kit.divider(), kit.header("Homework")]
    blocks += [
        kit.section(_piece(piece), accessory=_menu(HOMEWORK, piece.id))
        | {"block_id": f"{HOMEWORK}:{piece.id}"}
        for piece in homework[:_MOST_LISTED]
    ]
    blocks += _rest(len(homework), "piece of homework", "pieces of homework")
    blocks.append(kit.actions(kit.button("Add homework", HOMEWORK_NEW, edition.key)))
    listed = [words.plural(count, *_PLURALS[role]) for role, count in people.items() if count]
    blocks += [
        kit.divider(),
        kit.section(f"*People*: {words.listed(listed) or 'nobody yet'}"),
        # Not to the people from here: Slack lets three modals lie on one another, and those need two.
        kit.context("Choose them on the page before, under *People and roles*."),
        kit.actions(kit.button("Send me the edition's file", FILE, edition.key)),
    ]
    return kit.modal(
        callback_id=PAGE_CALLBACK,
        title="Edition",
        close="Back",
        blocks=blocks,
        metadata={"edition_key": edition.key, "version": version},
    )


def greeting() -> kit.Message:
    """What admins read when the bot is new here."""
    text = "👋 I am the bot for your academy and its alumni. Shall we set it up?"
    steps = (
        "Nobody has set an academy up in this workspace yet. It takes ten minutes and no file: its name and "
        "channels, an edition with its days and homework, and who takes part. You can stop at any time and "
        "go on later."
    )
    begin = kit.button("Set up the academy", OPEN, "greeting", style="primary")
    note = "You get this message once, because you are an admin of this workspace."
    return kit.message(text, [kit.section(text), kit.section(steps), kit.actions(begin), kit.context(note)])


def tried(checks: Sequence[Check]) -> kit.Message:
    """The message that an organiser lets the bot send to them."""
    missing = sum(check.state is State.MISSING for check in checks)
    text = "✅ This is the test message that you asked for: what I send reaches you."
    rest = (
        "Everything is ready."
        if is_ready(checks)
        else f"{_things(missing)} still missing before the academy can begin."
    )
    again = kit.button("Open the setup", OPEN, "test")
    return kit.message(text, [kit.section(text), kit.section(rest), kit.actions(again)])


def chosen(value: str) -> tuple[str, str]:
    """What was chosen in the menu beside a day or a homework: `CHANGE` or `REMOVE`, and which."""
    what, _, which = value.partition(" ")
    return what, which


def edition_line(edition: Edition) -> str:
    """When an edition is, in few words."""
    if not edition.days:
        return "no days yet"
    return words.days(edition.days[0].on, edition.days[-1].on)


def suggested_key(key: EditionKey) -> str:
    """The key after this one: `cba-2` → `cba-3`; with `-2` behind it where it ends in no number."""
    stem = key.rstrip("0123456789")
    number = key[len(stem) :]
    # A year is counted on as well; a number of more digits is no count.
    return f"{stem}{int(number) + 1:0{len(number)}}" if 0 < len(number) <= 4 else f"{key[:58]}-2"


_PLURALS: Mapping[Role, tuple[str, str | None]] = {
    Role.APPLICANT: ("applicant", None),
    Role.PARTICIPANT: ("participant", None),
    Role.ALUMNUS: ("alumna or alumnus", "alumni"),
    Role.COACH: ("coach", "coaches"),
    Role.ORGANISER: ("organiser", None),
}


def _checked(academy: Academy | None, checks: Sequence[Check], current: Edition | None) -> list[kit.Block]:
    missing = sum(check.state is State.MISSING for check in checks)
    said = "✅ Everything is ready." if is_ready(checks) else f"{_things(missing)} missing."
    lines = [f"{_MARKS[check.state]}: {_said(check, academy, current)}" for check in checks]
    return kit.lines(lines, heading=f"*{said}*")


def _things(count: int) -> str:
    return "One thing is" if count == 1 else f"{count} things are"


def _said(check: Check, academy: Academy | None, current: Edition | None) -> str:
    is_ready_now = check.state is State.READY
    invite = (
        f"invite me to {words.listed(f'<#{one}>' for one in check.channels)}: "
        "type `/invite` and my name there"
    )
    match check.subject:
        case Subject.ACADEMY if academy is not None:
            return f"the academy, {words.excerpt(academy.name, 200)}"
        case Subject.ACADEMY:
            return "the academy's name and time zone"
        case Subject.ORGANISERS if is_ready_now:
            return words.plural(check.count, "organiser")
        case Subject.ORGANISERS:
            return "organisers: nobody is named, so that the workspace's admins do it all"
        case Subject.QUESTIONS if check.channels:
            return f"questions: {invite}"
        case Subject.QUESTIONS if is_ready_now:
            return f"questions, in {words.plural(check.count, 'channel')}"
        case Subject.QUESTIONS:
            return "a channel in which every message is a question"
        case Subject.ANNOUNCEMENTS if check.channels:
            return f"announcements: {invite}"
        case Subject.ANNOUNCEMENTS if is_ready_now:
            return "announcements, with their channel"
        case Subject.ANNOUNCEMENTS:
            return "a channel for announcements"
        case Subject.EDITION if is_ready_now and current is not None:
            return f"an edition, {words.excerpt(current.name, 200)}"
        case Subject.EDITION:
            return "an edition that is ahead: begin one, or copy an earlier one"
        case Subject.CHANNEL if check.channels:
            return f"the edition's channel: {invite}"
        case Subject.CHANNEL if is_ready_now:
            return "the edition's own channel"
        case Subject.CHANNEL:
            return "a channel of the edition's own"
        case Subject.DAYS:
            return words.plural(check.count, "day") if is_ready_now else "the edition's days"
        case Subject.HOMEWORK if is_ready_now:
            return words.plural(check.count, "piece of homework", "pieces of homework")
        case Subject.HOMEWORK if check.count:
            return "homework that is still ahead: all of it was due already"
        case Subject.HOMEWORK:
            return "homework"
        case Subject.PEOPLE if is_ready_now:
            return words.plural(check.count, "participant")
        case Subject.PEOPLE:
            return "participants: choose them under *People and roles*"


def _academy(academy: Academy | None) -> kit.Block:
    if academy is None:
        begin = kit.button("Begin", ACADEMY, "academy", style="primary")
        return kit.section(
            "*The academy*\nIts name, its time zone, its channels, its organisers.", accessory=begin
        )
    facts = [f"Times are those of {words.place_of(academy.timezone)}"]
    if academy.announcements_channel:
        facts.append(f"announcements in <#{academy.announcements_channel}>")
    if academy.question_channels:
        shown = [f"<#{one}>" for one in academy.question_channels[:10]]
        facts.append(f"questions in {words.listed(shown)}")
    if academy.second_approval:
        facts.append("a second organiser approves announcements")
    said = f"*{words.excerpt(academy.name, 300)}*\n{' · '.join(facts)}"
    return kit.section(said, accessory=kit.button("Change", ACADEMY, "academy"))


def _editions(editions: Sequence[tuple[Edition, int, int]]) -> list[kit.Block]:
    blocks: list[kit.Block] = []
    for edition, homework, people in editions[:_MOST_EDITIONS]:
        counted = f"{homework} homework · {words.plural(people, 'person', 'people')}"
        said = f"*{words.excerpt(edition.name, 300)}*\n{edition_line(edition)} · {counted}"
        blocks.append(kit.section(said, accessory=kit.button("Open", EDITION, edition.key)))
    return blocks + _rest(len(editions), "edition", most=_MOST_EDITIONS)


def _rest(count: int, one: str, many: str | None = None, *, most: int = _MOST_LISTED) -> list[kit.Block]:
    if count <= most:
        return []
    return [kit.context(f"There are {words.plural(count - most, 'more ' + one, many and 'more ' + many)}.")]


def _day(day: Day) -> str:
    times = " to ".join(words.clock(at) for at in (day.starts, day.ends) if at is not None)
    kind = "online" if day.kind is DayKind.ONLINE else "in person"
    facts = [words.day(day.on), times, kind, words.excerpt(day.place, 200)]
    return f"*{words.excerpt(day.title, 300)}*\n{' · '.join(fact for fact in facts if fact)}"


def _piece(piece: Homework) -> str:
    title = f"*{words.excerpt(piece.title, 300)}* (`{words.excerpt(piece.key, 60)}`)"
    return f"{title}\nOpens {words.wall(piece.opens)} · due {words.wall(piece.due)}"


def _menu(action_id: str, which: str) -> kit.Block:
    options = [kit.option("Change", f"{CHANGE} {which}"), kit.option("Remove", f"{REMOVE} {which}")]
    return {"type": "overflow", "action_id": action_id, "options": options}


def _days(number: int) -> str:
    return words.plural(number, "day") if number else "for good"

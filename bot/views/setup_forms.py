"""The forms of setting up: the academy, an edition, its days, a copy, and the question before a removal."""

from collections.abc import Collection, Sequence
from datetime import date, time

from bot.domain.copying import Copied, is_weekend
from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId
from bot.domain.retention import KINDS, LONGEST_DAYS, Retention
from bot.domain.toml_tables import zones
from bot.domain.workspace import UserGroup
from bot.views import kit, words
from bot.views.setup import edition_line

ACADEMY_CALLBACK = "setup_academy_written"
KEEP_CALLBACK = "setup_keep_written"
EDITION_CALLBACK = "setup_edition_written"
DAY_CALLBACK = "setup_day_written"
HOMEWORK_CALLBACK = "setup_homework_written"
COPY_CALLBACK = "setup_copy_written"
PREVIEW_CALLBACK = "setup_copy_previewed"
REMOVE_CALLBACK = "setup_removal"

APPROVAL, WEEKDAYS = "approval", "weekdays"

_TERMS = {
    "homework": ("What was handed in", "After it was due."),
    "feedback": ("Peer feedback", "After the round was published."),
    "questions": ("Questions and answers", "After they were asked."),
    "people": ("People who have left", "After they left the workspace."),
    "messages": ("What the bot sent to whom", "After it was sent."),
    "audit": ("What organisers did", "After they did it."),
}
_FIRST_REGION = "Europe"
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Indian", "Pacific")


def academy(
    known: Academy | None,
    *,
    version: str,
    zone: str,
    groups: Sequence[UserGroup],
    asked_by: str,
    hidden: Collection[ChannelId] = (),
) -> kit.View:
    """The academy's form.

    zone: what is proposed where there is none yet. asked_by: who opened it. hidden: private channels that
    they are not in, which Slack would not show.
    """
    named = known.organisers if known else (asked_by,)
    people: kit.Block = {"type": "multi_users_select", "placeholder": kit.plain("People")}
    if chosen := [one for one in named if not one.startswith("S")]:
        people["initial_users"] = chosen
    asking: kit.Block = _channels(several=True)
    if shown := [one for one in (known.question_channels if known else ()) if one not in hidden]:
        asking["initial_conversations"] = shown
    news: kit.Block = _channels(several=False)
    if known and known.announcements_channel and known.announcements_channel not in hidden:
        news["initial_conversation"] = known.announcements_channel
    option = kit.option("A second organiser approves each announcement", APPROVAL)
    approval: kit.Block = {"type": "checkboxes", "options": [option]}
    if known and known.second_approval:
        approval["initial_options"] = [option]
    blocks = [
        kit.field("setup_name", "Name of the academy", _text(known.name if known else "")),
        _zone(known.timezone if known else zone, hint="Lists for organisers and digests come by this clock."),
        kit.field(
            "setup_organisers",
            "Organisers",
            people,
            optional=True,
            hint="They see who is missing and may change everything here. The workspace's admins always may.",
        ),
        *_groups(groups, [one for one in named if one.startswith("S")]),
        kit.field(
            "setup_announcements", "Channel for announcements", news, optional=True, hint="Invite me there."
        ),
        kit.field(
            "setup_questions",
            "Channels for questions",
            asking,
            optional=True,
            hint="Every message there is a question to the alumni. Invite me there.",
        ),
        *_kept(hidden),
        kit.field("setup_approval", "Announcements", approval, optional=True),
    ]
    return _form(ACADEMY_CALLBACK, "The academy", blocks, {"version": version})


def keep(known: Retention, *, version: str) -> kit.View:
    """The form for how long each kind is kept."""
    blocks = [kit.context("In days. After that the bot removes it, and says so. 0 keeps it for good.")]
    for kind in KINDS:
        label, hint = _TERMS[kind]
        number: kit.Block = {
            "type": "number_input",
            "is_decimal_allowed": False,
            "min_value": "0",
            "max_value": str(LONGEST_DAYS),
            "initial_value": str(getattr(known, kind)),
        }
        blocks.append(kit.field(f"setup_keep_{kind}", label, number, hint=hint))
    return _form(KEEP_CALLBACK, "How long things are kept", blocks, {"version": version})


def edition(
    known: Edition | None, *, version: str, zone: str, hidden: Collection[ChannelId] = ()
) -> kit.View:
    """An edition's form. zone: what is proposed for a new one. hidden: as for `academy`."""
    blocks: list[kit.Block] = []
    if known is None:
        hint = "Short and unique: letters, digits, hyphens. It stays as it is."
        key = _text("", longest=60) | {"placeholder": kit.plain("cba-3")}
        blocks.append(kit.field("setup_key", "Key", key, hint=hint))
    channel = _channels(several=False)
    if known and known.channel_id and known.channel_id not in hidden:
        channel["initial_conversation"] = known.channel_id
    blocks += [
        kit.field("setup_name", "Name of the edition", _text(known.name if known else "")),
        _zone(known.timezone if known else zone, hint="Days and deadlines are by this clock."),
        kit.field(
            "setup_channel",
            "Its channel",
            channel,
            optional=True,
            hint="It hears when homework opens. Invite me there.",
        ),
        *_kept(hidden),
    ]
    metadata = {"version": version, **({"edition_key": known.key} if known else {})}
    return _form(EDITION_CALLBACK, "Edition" if known else "New edition", blocks, metadata)


def day(known: Day | None, *, edition_key: str, version: str, place: int | None) -> kit.View:
    """A day's form. place: the day's in the order of days; None for a new one."""
    kinds = {
        DayKind.ONLINE: kit.option("Online", DayKind.ONLINE.value),
        DayKind.IN_PERSON: kit.option("In person", DayKind.IN_PERSON.value),
    }
    kind: kit.Block = {
        "type": "radio_buttons",
        "options": list(kinds.values()),
        "initial_option": kinds[known.kind if known else DayKind.ONLINE],
    }
    blocks = [
        kit.field("setup_date", "Date", _date(known.on if known else None)),
        kit.field("setup_kind", "Kind", kind),
        kit.field("setup_title", "Title", _text(known.title if known else "")),
        kit.field("setup_starts", "Starts at", _time(known.starts if known else None), optional=True),
        kit.field("setup_ends", "Ends at", _time(known.ends if known else None), optional=True),
        kit.field("setup_place", "Place", _text(known.place if known else ""), optional=True),
    ]
    metadata = {"edition_key": edition_key, "version": version}
    if place is not None:
        metadata["place"] = str(place)
    return _form(DAY_CALLBACK, "Day" if known else "New day", blocks, metadata)


def copy(editions: Sequence[Edition], *, key: str, name: str, begins_on: date | None) -> kit.View:
    """The form for a copy. key, name, begins_on: what is proposed, from the first of the editions."""
    options = [kit.option(one.name, one.key, edition_line(one)) for one in editions[: kit.OPTIONS]]
    keeps = kit.option("Keep the weekdays: move by whole weeks", WEEKDAYS)
    blocks = [
        kit.field(
            "setup_from",
            "Which edition",
            kit.menu("", options, placeholder="Edition", initial=editions[0].key),
        ),
        kit.field("setup_name", "Name of the new edition", _text(name)),
        kit.field("setup_key", "Its key", _text(key, longest=60), hint="Letters, digits, hyphens."),
        kit.field("setup_date", "Its first day", _date(begins_on)),
        kit.field(
            "setup_weekdays",
            "Weekdays",
            {"type": "checkboxes", "options": [keeps], "initial_options": [keeps]},
            optional=True,
        ),
        kit.context("You see all the dates before anything is made. People are not copied."),
    ]
    return _form(COPY_CALLBACK, "Copy an edition", blocks, {}, submit="Show the dates")


def preview(
    before: Edition, before_homework: Sequence[Homework], made: Copied, *, metadata: dict[str, str]
) -> kit.View:
    """The dates of a copy beside those of the edition that it is made from."""
    lines = [
        _moved(old.on, new.on, new.title) for old, new in zip(before.days, made.edition.days, strict=True)
    ]
    due = [
        _moved(old.due.date(), new.due.date(), f"{new.title}, due {words.clock(new.due.time())}")
        for old, new in zip(before_homework, made.homework, strict=True)
    ]
    weeks, days = divmod(abs(made.moved_by.days), 7)
    parts = [words.plural(weeks, "week")] if weeks else []
    parts += [words.plural(days, "day")] if days or not weeks else []
    blocks = [
        kit.header(made.edition.name),
        kit.section(f"All dates move by {words.listed(parts)}. Nothing is made before you press the button."),
        *(kit.lines(lines, heading="*Days*") if lines else []),
        *(kit.lines(due, heading="*Homework*") if due else []),
        kit.context("It has no channel yet, and nobody in it."),
    ]
    return _form(PREVIEW_CALLBACK, "Copy an edition", blocks, metadata, submit="Make this edition")


def removal(what: str, *, metadata: dict[str, str], note: str) -> kit.View:
    """Asks before a day or a homework goes. what: its title."""
    blocks = [kit.section(f"Remove *{words.excerpt(what, 300)}*?"), kit.context(note)]
    return _form(REMOVE_CALLBACK, "Remove", blocks, metadata, submit="Remove")


def _moved(before: date, after: date, title: str) -> str:
    weekend = " ⚠️ on a weekend" if is_weekend(after) and not is_weekend(before) else ""
    return f"• {words.day(before)} → *{words.day(after)}*{weekend}: {words.excerpt(title, 200)}"


def _form(
    callback_id: str, title: str, blocks: Sequence[kit.Block], metadata: dict[str, str], submit: str = "Save"
) -> kit.View:
    return kit.modal(
        callback_id=callback_id,
        title=title,
        submit=submit,
        close="Cancel",
        blocks=blocks,
        metadata=metadata,
    )


def _kept(hidden: Collection[ChannelId]) -> list[kit.Block]:
    if not hidden:
        return []
    what = words.plural(len(hidden), "private channel")
    return [kit.context(f"Not shown, since you are not in there, and kept as they are: {what}.")]


def _groups(groups: Sequence[UserGroup], chosen: Sequence[str]) -> list[kit.Block]:
    names = {group.id: f"@{group.handle}" for group in groups} | {
        one: one for one in chosen if one not in {group.id for group in groups}
    }
    if not names:
        return []
    options = {key: kit.option(name, key) for key, name in list(names.items())[: kit.OPTIONS]}
    menu: kit.Block = {
        "type": "multi_static_select",
        "placeholder": kit.plain("User groups"),
        "options": list(options.values()),
    }
    if initial := [options[one] for one in chosen if one in options]:
        menu["initial_options"] = initial
    return [kit.field("setup_groups", "User groups that organise", menu, optional=True)]


def _zone(initial: str, *, hint: str) -> kit.Block:
    regions: dict[str, list[str]] = {region: [] for region in (_FIRST_REGION, *_REGIONS)}
    regions["Other"] = ["UTC"]
    for name in sorted(zones()):
        region = name.partition("/")[0]
        if "/" in name and region in regions:
            regions[region].append(name)
    if initial and not any(initial in names for names in regions.values()):
        regions["Other"].append(initial)
    groups: list[kit.Block] = []
    chosen: kit.Block | None = None
    for region, names in regions.items():
        for start in range(0, len(names), kit.OPTIONS):
            options = [
                kit.option(name.replace("_", " "), name) for name in names[start : start + kit.OPTIONS]
            ]
            chosen = next((one for one in options if one["value"] == initial), chosen)
            groups.append({"label": kit.plain(region), "options": options})
    menu: kit.Block = {
        "type": "static_select",
        "placeholder": kit.plain("Type a town, such as Rome"),
        "option_groups": groups,
    }
    return kit.field(
        "setup_timezone", "Time zone", menu | ({"initial_option": chosen} if chosen else {}), hint=hint
    )


def _channels(*, several: bool) -> kit.Block:
    return {
        "type": "multi_conversations_select" if several else "conversations_select",
        "placeholder": kit.plain("Channels" if several else "A channel"),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": False},
    }


def _text(initial: str, *, longest: int = 150) -> kit.Block:
    element: kit.Block = {"type": "plain_text_input", "max_length": longest}
    return element | {"initial_value": initial[:longest]} if initial else element


def _date(initial: date | None) -> kit.Block:
    element: kit.Block = {"type": "datepicker"}
    return element | {"initial_date": initial.isoformat()} if initial else element


def _time(initial: time | None) -> kit.Block:
    element: kit.Block = {"type": "timepicker"}
    return element | {"initial_time": words.clock(initial)} if initial else element

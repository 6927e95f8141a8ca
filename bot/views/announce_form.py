"""The form in which an organiser writes an announcement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain.announcements import MOST_FILES, Announcement
from bot.domain.audiences import EVERYBODY, Audience
from bot.domain.country_names import name_of
from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId
from bot.views import kit, words
from bot.views.announce_templates import LABELS, Template

COMPOSE_CALLBACK = "announce_compose"
TEMPLATE = "announce_template"

TITLE, TEXT, FILES, KEPT = "announce_title", "announce_text", "announce_files", "announce_kept"
WHERE, CHANNELS = "announce_where", "announce_channels"
ROLES, EDITIONS, COUNTRIES = "announce_roles", "announce_editions", "announce_countries"
SECTORS, CLUSTERS, HOMEWORK = "announce_sectors", "announce_clusters", "announce_homework"
PEOPLE, MINUS = "announce_people", "announce_minus"
DATE, TIME, ZONE = "announce_date", "announce_time", "announce_zone"
OPTIONS, WHY = "announce_options", "announce_why"

IN_NEWS, BY_MESSAGE = "news", "message"
CONFIRM, NECESSARY, URGENT = "confirm", "necessary", "urgent"
MISSING, HANDED_IN = "missing", "handed"

ZONES = (
    *("Atlantic/Azores", "Atlantic/Canary", "Atlantic/Reykjavik", "Europe/Amsterdam", "Europe/Athens"),
    *("Europe/Belgrade", "Europe/Berlin", "Europe/Bratislava", "Europe/Brussels", "Europe/Bucharest"),
    *("Europe/Budapest", "Europe/Chisinau", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki"),
    *("Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/Ljubljana", "Europe/London"),
    *("Europe/Luxembourg", "Europe/Madrid", "Europe/Malta", "Europe/Oslo", "Europe/Paris", "Europe/Prague"),
    *("Europe/Riga", "Europe/Rome", "Europe/Sarajevo", "Europe/Skopje", "Europe/Sofia", "Europe/Stockholm"),
    *("Europe/Tallinn", "Europe/Tirane", "Europe/Vienna", "Europe/Vilnius", "Europe/Warsaw", "Europe/Zagreb"),
    *("Europe/Zurich", "Asia/Nicosia", "UTC"),
)
# A form may have 250 kB in all.
_OFFERED = 300
_ROLES = {
    EVERYBODY: "Everybody in the workspace",
    "applicant": "Applicants",
    "participant": "Participants",
    "alumnus": "Alumni",
    "coach": "Coaches",
    "organiser": "Organisers",
}


def compose(
    *,
    editions: Sequence[Edition],
    homeworks: Sequence[Homework],
    countries: Sequence[str],
    sectors: Sequence[str],
    clusters: Sequence[str],
    zone: str,
    news: ChannelId | None,
    draft: Announcement | None = None,
    filled: Template | None = None,
    version: str = "",
) -> kit.View:
    """The form, empty, with a draft in it, or filled from a template.

    zone: for the time, until another is chosen. news: the announcements channel, where there is one.
    version: of the draft as the organiser saw it first, where that is not the newest.
    """
    # Slack keeps what was typed under a block's id: what a template fills needs other ids.
    suffix = f".{filled.key}" if filled else ""
    title, body = (
        (filled.title, filled.body) if filled else (draft.title, draft.body) if draft else ("", None)
    )
    audience = draft.audience if draft and not filled else Audience(roles=filled.roles if filled else ())
    text: kit.Block = {"type": "rich_text_input"}
    blocks = [
        _templates(filled),
        kit.field(TITLE + suffix, "Title", _typed(title, 150)),
        kit.field(TEXT + suffix, "Text", text | {"initial_value": dict(body)} if body else text),
        *_files(draft),
        *_where(news, draft),
        kit.divider(),
        kit.section(
            "*Who gets it by direct message, or is asked to confirm*\nWho fits in all that you choose "
            "below, and whoever you name. It is worked out anew when it is sent."
        ),
        _several(ROLES + suffix, "Role", _ROLES, audience.roles),
        *_audience(
            audience,
            editions=editions,
            homeworks=homeworks,
            countries=countries,
            sectors=sectors,
            clusters=clusters,
        ),
        kit.divider(),
        *_when(draft, zone),
        _options(draft, filled, suffix),
        kit.field(
            WHY + suffix,
            "Why everybody needs it",
            _typed(filled.why_necessary if filled else draft.why_necessary if draft else "", 300),
            optional=True,
            hint="Only where it is necessary: those who chose fewer messages read this sentence.",
        ),
    ]
    known = {"template": filled.key if filled else draft.template if draft else "", "suffix": suffix}
    if draft is not None:
        known |= {"id": str(draft.id), "version": version or str(draft.version)}
    return kit.modal(
        callback_id=COMPOSE_CALLBACK,
        title="Announcement",
        submit="Save and preview",
        blocks=[block for block in blocks if block],
        metadata=known,
    )


def _templates(filled: Template | None) -> kit.Block:
    options = [kit.option(label, key) for key, label in LABELS.items()]
    menu = kit.menu(
        TEMPLATE, options, placeholder="Begin with a template", initial=filled.key if filled else ""
    )
    said = "Write it here, or begin with what academies often send."
    if filled:
        said = f"*{filled.label}*, with this edition's dates. Write what belongs where you see [brackets]."
    return kit.section(said, accessory=menu) | {"block_id": f"{TEMPLATE}.{filled.key if filled else ''}"}


def _files(draft: Announcement | None) -> list[kit.Block]:
    blocks: list[kit.Block] = []
    if draft and draft.files:
        options = [kit.option(file.name, file.id) for file in draft.files]
        kept = {"type": "checkboxes", "options": options, "initial_options": options}
        blocks.append(kit.field(KEPT, "Files that are with it", kept, optional=True))
    element = {"type": "file_input", "max_files": MOST_FILES}
    return [*blocks, kit.field(FILES, "Files", element, optional=True, hint="Links go into the text.")]


def _where(news: ChannelId | None, draft: Announcement | None) -> list[kit.Block]:
    options = [kit.option("Direct messages to the people below", BY_MESSAGE)]
    if news:
        options.insert(0, kit.option("The announcements channel", IN_NEWS))
    wanted = {BY_MESSAGE} if draft is None else {BY_MESSAGE} if draft.by_message else set()
    if draft and news in draft.channels:
        wanted.add(IN_NEWS)
    boxes: kit.Block = {"type": "checkboxes", "options": options}
    if initial := [option for option in options if option["value"] in wanted]:
        boxes["initial_options"] = initial
    others = {
        "type": "multi_conversations_select",
        "placeholder": kit.plain("Channels"),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if draft and (chosen := [one for one in draft.channels if one != news]):
        others["initial_conversations"] = chosen
    return [
        kit.field(WHERE, "Where", boxes, optional=True),
        kit.field(CHANNELS, "Other channels", others, optional=True, hint="The bot must be in them."),
    ]


def _audience(
    audience: Audience,
    *,
    editions: Sequence[Edition],
    homeworks: Sequence[Homework],
    countries: Sequence[str],
    sectors: Sequence[str],
    clusters: Sequence[str],
) -> list[kit.Block]:
    pieces = {
        f"{kind}:{one.id}": f"{label}: {one.title} ({one.edition_key})"
        for one in homeworks
        for kind, label in ((MISSING, "Not handed in"), (HANDED_IN, "Handed in"))
    }
    chosen = [f"{MISSING}:{one}" for one in audience.missing]
    chosen += [f"{HANDED_IN}:{one}" for one in audience.handed_in]
    return [
        _several(EDITIONS, "Edition", {one.key: one.name for one in editions}, audience.editions),
        _several(COUNTRIES, "Country", {one: name_of(one) for one in countries}, audience.countries),
        _several(SECTORS, "Sector", {one: one for one in sectors}, audience.sectors),
        _several(CLUSTERS, "Cluster", {one: one for one in clusters}, audience.clusters),
        _several(HOMEWORK, "Homework", pieces, chosen),
        _people(PEOPLE, "And these people", audience.people),
        _people(MINUS, "But not these people", audience.minus),
    ]


def _several(block_id: str, label: str, offered: Mapping[str, str], chosen: Collection[str]) -> kit.Block:
    """A menu of any length, of which several may be chosen; nothing where there is nothing to choose."""
    # What was chosen once and is gone since is offered still: it can be taken out only where it is seen.
    every = dict(offered) | {one: one for one in chosen if one not in offered}
    options = [kit.option(words.short(text, 75), value) for value, text in every.items() if len(value) <= 150]
    hint = ""
    if len(options) > _OFFERED:
        wanted = set(chosen)
        options.sort(key=lambda option: option["value"] not in wanted)
        options, hint = options[:_OFFERED], f"The first {_OFFERED} of {len(options)}; name people for others."
    if not options:
        return {}
    element: kit.Block = {"type": "multi_static_select", "placeholder": kit.plain("Any")}
    if len(options) <= kit.OPTIONS:
        element["options"] = options
    else:
        element["option_groups"] = [
            {"label": kit.plain(f"{some[0]['text']['text']} …"), "options": some}
            for some in (options[at : at + kit.OPTIONS] for at in range(0, len(options), kit.OPTIONS))
        ][: kit.OPTIONS]
    if initial := [option for option in options if option["value"] in set(chosen)][: kit.OPTIONS]:
        element["initial_options"] = initial
    return kit.field(block_id, label, element, optional=True, hint=hint)


def _people(block_id: str, label: str, chosen: Sequence[str]) -> kit.Block:
    element: kit.Block = {"type": "multi_users_select", "placeholder": kit.plain("People")}
    return kit.field(
        block_id, label, element | {"initial_users": list(chosen)} if chosen else element, optional=True
    )


def _when(draft: Announcement | None, zone: str) -> list[kit.Block]:
    at: datetime | None = draft.at if draft else None
    on: kit.Block = {"type": "datepicker"}
    time: kit.Block = {"type": "timepicker"}
    if at:
        on, time = on | {"initial_date": f"{at:%Y-%m-%d}"}, time | {"initial_time": f"{at:%H:%M}"}
    zones = [kit.option(one.replace("_", " "), one) for one in dict.fromkeys((zone, *ZONES))]
    menu = kit.menu("", zones, placeholder="Time zone", initial=zone)
    return [
        kit.field(DATE, "Date", on, optional=True, hint="Leave date and time empty to send it at once."),
        kit.field(TIME, "Time", time, optional=True),
        kit.field(ZONE, "Whose clock", menu),
    ]


def _options(draft: Announcement | None, filled: Template | None, suffix: str) -> kit.Block:
    options = [
        kit.option("Ask for a confirmation", CONFIRM, "a Got it button; you see who has pressed it"),
        kit.option("Everybody concerned needs it", NECESSARY, "also those who chose fewer messages"),
        kit.option("Urgent", URGENT, "also outside of 08:00 to 19:00 on people's own clocks"),
    ]
    source = filled or draft
    wanted = {CONFIRM} if source and source.asks_confirmation else set()
    if source and source.is_necessary:
        wanted.add(NECESSARY)
    if draft and draft.is_urgent:
        wanted.add(URGENT)
    boxes: kit.Block = {"type": "checkboxes", "options": options}
    if initial := [option for option in options if option["value"] in wanted]:
        boxes["initial_options"] = initial
    return kit.field(OPTIONS + suffix, "Options", boxes, optional=True)


def _typed(text: str, most: int) -> kit.Block:
    element: kit.Block = {"type": "plain_text_input", "max_length": most}
    return element | {"initial_value": text} if text else element

"""A round as its planner sees it: the form, the draft with its reasons, corrections, what came of it."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import UserId
from bot.domain.matching.values import Compromise, Reason
from bot.domain.peers import DEFAULT_RUBRIC, Apart, Handover, Kind, Match, Round, Who
from bot.views import kit, words
from bot.views.peers_words import KINDS, compromises, date_of, why

PLAN_CALLBACK = "plan_peers"
DRAFT_CALLBACK = "peers_draft"
SWAP_CALLBACK = "swap_peers"
LEAVE_OUT_CALLBACK = "leave_out_peers"
APART_CALLBACK = "keep_peers_apart"

LOCK = "peers_lock"
UNLOCK = "peers_unlock"
SWAP = "peers_swap"
LEAVE_OUT = "peers_leave_out"
AGAIN = "peers_draw_again"
APART = "peers_keep_apart"
LET_MEET = "peers_let_meet"
PUBLISH = "peers_publish"
DISCARD = "peers_discard"
PAGE = "peers_page"
OPEN = "peers_open_draft"
NEW = "peers_plan_new"
UNDO = "peers_undo"

NO_HOMEWORK = "none"

_ON_A_PAGE = 40
_MOST_APART = 90
_NAME = 60
_KIND_LABELS = {
    Kind.PAIRS: ("Pairs", "two people talk about their work; three where the number is odd"),
    Kind.REVIEWS: ("Reviews", "each hand-in gets written feedback from several people"),
    Kind.GROUPS: ("Groups", "three to six people at a table"),
}
_SIZES = tuple(str(count) for count in range(1, 7))


def plan(
    editions: Sequence[Edition], homeworks: Sequence[Homework], *, kind: Kind = Kind.PAIRS, today: date
) -> kit.View:
    """The form to plan a round. today: in the zone of the first edition."""
    blocks: list[kit.Block] = []
    if len(editions) > 1:
        options = [kit.option(one.name, one.key) for one in editions[: kit.OPTIONS]]
        menu = kit.menu("", options, placeholder="Edition", initial=editions[0].key)
        blocks.append(kit.field("edition", "Edition", menu))
    kinds = [kit.option(label, one.value, text) for one, (label, text) in _KIND_LABELS.items()]
    chosen = next(option for option in kinds if option["value"] == kind.value)
    blocks.append(
        kit.field("kind", "Kind", {"type": "radio_buttons", "options": kinds, "initial_option": chosen})
    )
    pieces = [kit.option("None", NO_HOMEWORK)]
    pieces += [kit.option(one.title, one.id, one.edition_key) for one in homeworks[: kit.OPTIONS - 1]]
    # The form opens on what was last due: that is mostly what a round is about.
    due = [one for one in homeworks if one.edition_key == editions[0].key and one.due.date() <= today]
    initial = due[0].id if due else NO_HOMEWORK
    blocks.append(
        kit.field(
            "homework", "About which homework?", kit.menu("", pieces, placeholder="None", initial=initial)
        )
    )
    blocks += [
        kit.field("who", "Who takes part", _radio(_WHO, Who.EVERYBODY.value)),
        kit.field("without", "Without", _people("Nobody"), optional=True),
        kit.field(
            "size",
            "How many",
            kit.menu("", [kit.option(size, size) for size in _SIZES], placeholder="How many", initial="3"),
            hint="Reviews: how many each hand-in gets, 1 to 4. Groups: how many people, 3 to 6.",
        ),
        kit.field("sector", "Sectors", _radio(_SECTORS, "any")),
        kit.field("rules", "Rules", _checkboxes(_RULES), optional=True),
        kit.field("date", "Until", {"type": "datepicker"}, hint="By the end of this day feedback is given."),
        kit.field("handover", "The author gets the feedback", _radio(_HANDOVERS, Handover.AT_ONCE.value)),
        kit.field(
            "rubric",
            "What is rated",
            {
                "type": "plain_text_input",
                "multiline": True,
                "max_length": 500,
                "initial_value": "\n".join(DEFAULT_RUBRIC),
            },
            optional=True,
            hint="One line each, at most six.",
        ),
    ]
    return kit.modal(
        callback_id=PLAN_CALLBACK,
        title="Plan a round",
        submit="Draw",
        close="Cancel",
        blocks=blocks,
        metadata={"edition_key": editions[0].key},
    )


def there_is_a_draft(of: Round, planner: str, *, has_other_editions: bool = False) -> kit.View:
    """Somebody's draft is to be looked at first; rounds of other editions can be planned beside it."""
    name = words.excerpt(planner, _NAME)
    return kit.modal(
        callback_id=DRAFT_CALLBACK,
        title="Plan a round",
        blocks=[
            kit.section(
                f"{name} has a draft of round {of.id} ({KINDS[of.kind].lower()}). It is not published yet."
            ),
            kit.actions(
                kit.button("Open the draft", OPEN, _value(of), style="primary"),
                _discard_button(of),
                kit.button("Plan for another edition", NEW, "new") if has_other_editions else None,
            ),
        ],
    )


def draft(
    of: Round,
    matches: Sequence[Match],
    *,
    names: Mapping[str, str],
    reasons: Mapping[int, Reason],
    found: Sequence[Compromise],
    title: str,
    planner: str,
    messages: int,
    page: int = 0,
    note: str = "",
) -> kit.View:
    """A draft: each match with its reason, what is not ideal, and what can be done about it."""
    pages = max(-(-len(matches) // _ON_A_PAGE), 1)
    page = min(page, pages - 1)
    about = f" about *{words.excerpt(title, 150)}*" if title else ""
    blocks: list[kit.Block] = [kit.section(note)] if note else []
    blocks.append(
        kit.section(
            f"*Round {of.id}: {_counted(of, len(matches))}*{about}\nUntil {date_of(of)} · "
            f"drawn by {words.excerpt(planner, _NAME)} · not published yet"
        )
    )
    lines = compromises(found, names)
    not_ideal = "\n".join(f"⚠️ {line}" for line in lines) if lines else "✅ Nothing is less than ideal."
    blocks.append(kit.section(not_ideal[: kit.SECTION_CHARACTERS]))
    blocks.append(
        kit.actions(
            _publish_button(of, messages),
            kit.button("Draw again", AGAIN, _value(of)),
            kit.button("Swap two people", SWAP, _value(of)),
            kit.button("Leave somebody out", LEAVE_OUT, _value(of)),
            kit.button("Keep people apart", APART, _value(of)),
            _discard_button(of),
        )
    )
    blocks.append(kit.context(f"Publishing sends {_sends(of, messages)}. Until then nobody hears of it."))
    blocks.append(kit.divider())
    for match in matches[page * _ON_A_PAGE : (page + 1) * _ON_A_PAGE]:
        blocks.append(_match(of, match, names=names, reason=reasons.get(match.number)))
    if pages > 1:
        blocks.append(kit.context(f"Page {page + 1} of {pages}"))
        blocks.append(
            kit.actions(
                kit.button("Earlier", f"{PAGE}_earlier", f"{_value(of)} {page - 1}") if page else None,
                kit.button("More", f"{PAGE}_more", f"{_value(of)} {page + 1}") if page + 1 < pages else None,
            )
        )
    return kit.modal(
        callback_id=DRAFT_CALLBACK,
        title=f"Draft of round {of.id}",
        blocks=blocks,
        metadata={"round_id": str(of.id), "revision": str(of.revision), "page": str(page)},
    )


def drawing() -> kit.View:
    """While a large round is being drawn."""
    return kit.modal(
        callback_id=DRAFT_CALLBACK,
        title="Plan a round",
        blocks=[kit.section("⏳ Drawing. With so many people this takes some seconds.")],
    )


def swap(of: Round, *, view_id: str) -> kit.View:
    """The modal in which two people change places."""
    blocks: list[kit.Block]
    if of.kind is Kind.REVIEWS:
        blocks = [
            kit.section("Two people change whose work they give feedback on. Both matches are locked then."),
            kit.field("one", "This reviewer", _person()),
            kit.field("one_author", "of the work by", _person()),
            kit.field("other", "changes with this one", _person()),
            kit.field("other_author", "of the work by", _person()),
        ]
    else:
        blocks = [
            kit.section("Two people change places. Both matches are locked then."),
            kit.field("one", "This person", _person()),
            kit.field("other", "changes places with", _person()),
        ]
    return _correction(SWAP_CALLBACK, "Swap two people", "Swap", blocks, of, view_id)


def leave_out(of: Round, *, view_id: str) -> kit.View:
    """The modal in which people are left out of a draft."""
    field = kit.field("people", "Who takes no part", _people("Choose people"))
    note = kit.section("The round is drawn again without them; locked matches stay.")
    return _correction(LEAVE_OUT_CALLBACK, "Leave somebody out", "Draw again", [note, field], of, view_id)


def keep_apart(kept: Sequence[Apart], names: Mapping[UserId, str], *, note: str = "") -> kit.View:
    """The modal in which organisers keep people apart in this and all later rounds, and see and lift that.

    kept: what organisers decided so far. note: what has just been done.
    """
    blocks = [kit.section(note)] if note else []
    blocks += [
        kit.section("None of these people is matched with another of them, in this and all later rounds."),
        kit.field("people", "Keep apart", _people("Two people or more"), optional=bool(kept)),
    ]
    for place, one in enumerate(kept[:_MOST_APART]):
        who, by = [names.get(one.one, "somebody"), names.get(one.other, "somebody")], names.get(one.asked_by)
        text = f"{words.listed(words.excerpt(name, _NAME) for name in who)} are kept apart"
        text += f", by {words.excerpt(by, _NAME)}" if by else ""
        button = kit.button("Let them meet", f"{LET_MEET}_{place}", f"{one.one} {one.other}")
        blocks.append(kit.section(text, accessory=button))
    if len(kept) > _MOST_APART:
        blocks.append(kit.context(f"And {len(kept) - _MOST_APART} more."))
    return kit.modal(
        callback_id=APART_CALLBACK, title="Keep people apart", submit="Save", close="Cancel", blocks=blocks
    )


def kept_apart() -> kit.View:
    """That people are kept apart, shown in the modal's place."""
    return kit.modal(
        callback_id=APART_CALLBACK,
        title="Keep people apart",
        blocks=[kit.section("✅ Saved. A draft follows it when it is drawn again.")],
    )


def published(of: Round, messages: int) -> kit.View:
    """That a round is published, shown in the draft's place."""
    return kit.modal(
        callback_id=DRAFT_CALLBACK,
        title=f"Round {of.id}",
        blocks=[
            kit.section(f"✅ Round {of.id} is published: {_sends(of, messages)} on the way."),
            kit.context("For an hour it can be taken back wholly: messages are deleted then."),
            kit.actions(undo_button(of)),
        ],
    )


def undone(of: Round) -> kit.View:
    """That a round was taken back."""
    return kit.modal(
        callback_id=DRAFT_CALLBACK,
        title=f"Round {of.id}",
        blocks=[
            kit.section(undone_text(of)),
            kit.actions(kit.button("Open the draft", OPEN, _value(of)), _discard_button(of)),
        ],
    )


def undone_text(of: Round) -> str:
    """The same as a sentence."""
    return f"↩️ Round {of.id} is taken back: its messages are being deleted, and it is a draft again."


def discarded(of: Round) -> kit.View:
    """That a draft was thrown away."""
    return kit.modal(
        callback_id=DRAFT_CALLBACK,
        title=f"Round {of.id}",
        blocks=[kit.section(f"🗑️ The draft of round {of.id} is thrown away. Nobody has heard of it.")],
    )


def undo_button(of: Round) -> kit.Block:
    """The button that takes a published round back."""
    sure = kit.confirm(
        "Take this round back?",
        "All its messages are deleted, and it is as if it had never been published. "
        "Feedback that was written is kept as drafts.",
        "Take back",
    )
    return kit.button("Undo publishing", UNDO, str(of.id), style="danger", confirm=sure)


def parse(value: str) -> tuple[int, int, int]:
    """Round, revision and what follows it (0 if nothing does) of a button of the draft."""
    round_id, revision, *rest = (int(part) for part in value.split())
    return round_id, revision, rest[0] if rest else 0


_WHO = (
    (Who.EVERYBODY.value, "All participants of the edition"),
    (Who.HANDED_IN.value, "Only those who have handed in this homework"),
)
_SECTORS = (
    ("any", "No matter"),
    ("same", "The same sector, if possible"),
    ("different", "Different, if possible"),
)
_RULES = (
    ("common_language", "Only people with a language in common"),
    ("forbid_reciprocal", "Reviews: never two who review each other"),
    ("anonymous", "Reviews: without the reviewer's name"),
)
_HANDOVERS = ((Handover.AT_ONCE.value, "At once"), (Handover.AT_DATE.value, "On the date, all together"))


def _correction(
    callback_id: str, title: str, submit: str, blocks: Sequence[kit.Block], of: Round | None, view_id: str
) -> kit.View:
    metadata = {"view_id": view_id}
    if of is not None:
        metadata |= {"round_id": str(of.id), "revision": str(of.revision)}
    return kit.modal(
        callback_id=callback_id, title=title, submit=submit, close="Cancel", blocks=blocks, metadata=metadata
    )


def _match(of: Round, match: Match, *, names: Mapping[str, str], reason: Reason | None) -> kit.Block:
    own: dict[str, str] = {member: names.get(member, "somebody") for member in match.members}
    shown = [words.excerpt(name, _NAME) for name in own.values()]
    people = f"{shown[0]} → {shown[1]}" if of.kind is Kind.REVIEWS else " · ".join(shown)
    lock = "🔒 " if match.is_locked else ""
    text = f"{lock}*{people}*\n{why(reason, own)}"
    label, action = ("Unlock", UNLOCK) if match.is_locked else ("Lock", LOCK)
    button = kit.button(label, f"{action}_{match.number}", f"{_value(of)} {match.number}")
    return kit.section(text, accessory=button)


def _counted(of: Round, count: int) -> str:
    kinds = {Kind.PAIRS: "pair", Kind.REVIEWS: "review", Kind.GROUPS: "group"}
    return words.plural(count, kinds[of.kind])


def _sends(of: Round, messages: int) -> str:
    to = {
        Kind.PAIRS: "one to each pair",
        Kind.REVIEWS: "one for each review",
        Kind.GROUPS: "one to each group",
    }
    return f"{words.plural(messages, 'message')}, {to[of.kind]}"


def _publish_button(of: Round, messages: int) -> kit.Block:
    sure = kit.confirm(
        "Publish this round?",
        f"This sends {_sends(of, messages)}. For an hour you can take it back.",
        "Publish",
    )
    return kit.button("Publish", PUBLISH, _value(of), style="primary", confirm=sure)


def _discard_button(of: Round) -> kit.Block:
    sure = kit.confirm("Throw the draft away?", "Nobody has heard of it.", "Throw away")
    return kit.button("Throw away", DISCARD, _value(of), style="danger", confirm=sure)


def _value(of: Round) -> str:
    return f"{of.id} {of.revision}"


def _radio(choices: Sequence[tuple[str, str]], initial: str) -> kit.Block:
    options = [kit.option(label, value) for value, label in choices]
    chosen = next(option for option in options if option["value"] == initial)
    return {"type": "radio_buttons", "options": options, "initial_option": chosen}


def _checkboxes(choices: Sequence[tuple[str, str]]) -> kit.Block:
    return {"type": "checkboxes", "options": [kit.option(label, value) for value, label in choices]}


def _people(placeholder: str) -> kit.Block:
    return {"type": "multi_users_select", "placeholder": kit.plain(placeholder, 150)}


def _person() -> kit.Block:
    return {"type": "users_select", "placeholder": kit.plain("A person", 150)}

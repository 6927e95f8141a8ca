"""Peer feedback as one person sees it: matches, what they owe and got, the modals for what they decide."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.domain.ids import UserId
from bot.domain.members import Member
from bot.domain.peers import Because, Kind, Pause, Round, piece_id
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.homework import RESUME as REMIND_AGAIN
from bot.views.peers_messages import READ, give_value
from bot.views.peers_words import KINDS, date_of
from bot.views.reminders import GIVE

PAUSE = "peers_pause"
RESUME = "peers_resume"
NOT_TO_MEET = "peers_not_to_meet"
OFFER = "peers_offer"
DROP_OUT = "peers_drop_out"

PAUSE_CALLBACK = "pause_peers"
NOT_TO_MEET_CALLBACK = "peers_not_to_meet"
OFFER_CALLBACK = "peers_offer"
CHOOSE_CALLBACK = "choose_peers_feedback"
READ_CALLBACK = "read_peers_feedback"

_MOST_ROUNDS = 5
_MOST_AT_HOME = 3
_MOST_OWED = 6
_MOST_GOT = 6
_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Owing:
    """Feedback to give, or given."""

    author: UserId
    name: str
    is_given: bool
    is_draft: bool


@dataclass(frozen=True, kw_only=True)
class Got:
    """Feedback that came."""

    giver: str
    """The name; empty where the round keeps it to itself."""
    reference: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A round as one of its people sees it."""

    round: Round
    title: str
    """Of the homework; empty where it is about none."""
    partners: Sequence[Member]
    owed: Sequence[Owing]
    got: Sequence[Got]
    is_open: bool
    is_past: bool
    """Whether its date is over."""
    is_stopped: bool


def listed(
    entries: Sequence[Entry],
    *,
    pause: Pause | None,
    per_month: int,
    is_alumnus: bool,
    now: datetime,
    reader_zone: str,
) -> kit.Message:
    """A person's matches, the newest round first, and what they can decide."""
    blocks = [kit.header("Your peer feedback"), *_paused(pause)]
    for one in entries[:_MOST_ROUNDS]:
        blocks += _entry(one, now=now, reader_zone=reader_zone)
    if len(entries) > _MOST_ROUNDS:
        blocks.append(kit.context(f"{words.plural(len(entries) - _MOST_ROUNDS, 'older round')} not shown."))
    if not entries:
        blocks.append(
            kit.section(
                "You have not been matched with anybody yet. When a round begins, you hear of it by message."
            )
        )
    blocks.append(_decisions(pause, per_month=per_month, is_alumnus=is_alumnus))
    to_give = sum(not each.is_given for one in entries if one.is_open for each in one.owed)
    summary = (
        f"{words.plural(to_give, 'feedback', 'pieces of feedback')} to give"
        if to_give
        else "nothing to give now"
    )
    return kit.message(f"Your peer feedback: {summary}.", blocks)


def at_home(
    entries: Sequence[Entry],
    *,
    pause: Pause | None,
    per_month: int,
    is_alumnus: bool,
    now: datetime,
    reader_zone: str,
) -> list[kit.Block]:
    """The part of the Home tab; nothing for who has nothing to do with it."""
    current = [one for one in entries if one.is_open][:_MOST_AT_HOME]
    blocks = [kit.divider(), kit.header("Peer feedback"), *_paused(pause)]
    for one in current:
        blocks += _entry(one, now=now, reader_zone=reader_zone)
    if not current:
        blocks.append(
            kit.context("No round is on at the moment. When one begins, you hear of it by message.")
        )
    return [*blocks, _decisions(pause, per_month=per_month, is_alumnus=is_alumnus)]


def owing(author: Member, *, is_given: bool, is_draft: bool) -> Owing:
    """Feedback to give, or given, to be shown."""
    return Owing(author=author.user_id, name=author.name, is_given=is_given, is_draft=is_draft)


def choose(owed: Sequence[tuple[Round, Owing]]) -> kit.View:
    """Whose work? What is not given yet comes first and is chosen already."""
    options = [
        kit.option(
            one.name,
            give_value(of.id, one.author),
            _described(of, one),
        )
        for of, one in owed[: kit.OPTIONS]
    ]
    select = kit.menu("", options, placeholder="Choose a person", initial=str(options[0]["value"]))
    return kit.modal(
        callback_id=CHOOSE_CALLBACK,
        title="Give feedback",
        submit="Next",
        close="Cancel",
        blocks=[kit.field("author", "Whose work is it about?", select)],
    )


def _described(of: Round, one: Owing) -> str:
    state = "sent" if one.is_given else "draft" if one.is_draft else "to give"
    return f"Round {of.id}, {state}, until {words.day(of.give_back.date())}"


def pause_form(*, until: date | None = None) -> kit.View:
    """The modal to pause."""
    picker: kit.Block = {"type": "datepicker"}
    if until is not None:
        picker["initial_date"] = until.isoformat()
    return kit.modal(
        callback_id=PAUSE_CALLBACK,
        title="Pause peer feedback",
        submit="Pause",
        close="Cancel",
        blocks=[
            kit.section("New rounds go on without you. What you are matched for already stays."),
            kit.field(
                "until", "Last day of the pause", picker, optional=True, hint="Empty: until you come back."
            ),
        ],
    )


def not_to_meet_form(chosen: Sequence[UserId]) -> kit.View:
    """The modal in which a person says whom they do not want to be matched with."""
    people: kit.Block = {"type": "multi_users_select", "placeholder": kit.plain("Nobody")}
    if chosen:
        people["initial_users"] = list(chosen)
    return kit.modal(
        callback_id=NOT_TO_MEET_CALLBACK,
        title="Not to be matched",
        submit="Save",
        close="Cancel",
        blocks=[
            kit.section("Nobody else sees this, neither these people nor the organisers."),
            kit.field("people", "I do not want to be matched with", people, optional=True),
        ],
    )


def offer_form(per_month: int) -> kit.View:
    """The modal in which alumni offer to take reviews."""
    options = [kit.option("None", "0")] + [
        kit.option(words.plural(count, "review") + " a month", str(count)) for count in range(1, 5)
    ]
    select = kit.menu("", options, placeholder="How many", initial=str(per_month))
    return kit.modal(
        callback_id=OFFER_CALLBACK,
        title="Offer to review",
        submit="Save",
        close="Cancel",
        blocks=[
            kit.section("You are asked only where the participants do not suffice, or somebody drops out."),
            kit.field("per_month", "I can take", select),
        ],
    )


def read(blocks: Sequence[kit.Block]) -> kit.View:
    """Feedback whole, in a modal."""
    return kit.modal(callback_id=READ_CALLBACK, title="Feedback", blocks=blocks)


def paused(until: date | None) -> str:
    """What a person is told who pauses."""
    how_long = f"until {words.day(until)}" if until else "until you come back"
    return f"⏸️ You take no part in new rounds {how_long}. What you are matched for already stays."


def resumed(was_away: bool) -> str:
    """What a person is told who comes back."""
    return (
        "▶️ Welcome back: you take part in the next round."
        if was_away
        else "You were not away: all is as it was."
    )


def _entry(one: Entry, *, now: datetime, reader_zone: str) -> list[kit.Block]:
    title = f" on *{words.excerpt(one.title, 150)}*" if one.title else ""
    lines = [f"*Round {one.round.id}: {KINDS[one.round.kind].lower()}*{title}"]
    away = words.in_days(one.round.give_back_at, now=now, zone=reader_zone)
    lines.append(f"{'Was' if one.is_past else 'Is'} until {date_of(one.round, reader_zone)} ({away})")
    if one.partners:
        names = words.listed(words.excerpt(person.name, _NAME) for person in one.partners)
        lines.append(f"You are matched with {names}.")
    to_give = [each for each in one.owed if not each.is_given]
    for each in one.owed[:_MOST_OWED]:
        state = "✅ given" if each.is_given else "📝 draft" if each.is_draft else "🟡 to give"
        lines.append(f"{state}: feedback for {words.excerpt(each.name, _NAME)}")
    if one.got:
        lines.append(f"You got {words.plural(len(one.got), 'feedback', 'pieces of feedback')}.")
    elif one.round.owes_feedback and one.round.kind is Kind.REVIEWS:
        lines.append("You got no feedback in this round yet.")
    blocks = [kit.section("\n".join(lines))]
    buttons = _buttons(one, to_give)
    return [*blocks, kit.actions(*buttons)] if buttons else blocks


def _buttons(one: Entry, to_give: Sequence[Owing]) -> list[kit.Block]:
    shown = to_give or ([] if one.is_past else one.owed)
    buttons: list[kit.Block] = []
    if one.is_open:
        buttons += [
            kit.button(_give_label(each), f"{GIVE}_{place}", give_value(one.round.id, each.author))
            for place, each in enumerate(shown[:_MOST_OWED])
        ]
    for place, each in enumerate(one.got[:_MOST_GOT]):
        by = f"from {words.short(each.giver, 50)}" if each.giver else f"{place + 1}"
        buttons.append(kit.button(f"Read feedback {by}", f"{READ}_{place}", each.reference))
    if one.is_stopped and one.is_open and to_give:
        buttons.append(kit.button("Remind me again", REMIND_AGAIN, piece_id(one.round.id)))
    if one.is_open and not one.is_past:
        sure = kit.confirm(
            "Drop out of this round?",
            "What you owe is given to others, and whoever was to meet you meets somebody else. "
            "Feedback that you have given stays.",
            "Drop out",
        )
        buttons.append(kit.button("I have to drop out", DROP_OUT, str(one.round.id), confirm=sure))
    return buttons


def _give_label(one: Owing) -> str:
    label = "Change what you gave {}" if one.is_given else "Feedback for {}"
    return label.format(words.short(one.name, 45))


def _paused(pause: Pause | None) -> list[kit.Block]:
    if pause is None:
        return []
    if pause.because is Because.SILENT:
        text = "⏸️ You are left out of new rounds, since nothing was heard from you in two of them."
    elif pause.until is not None:
        text = f"⏸️ You pause until {words.day(pause.until)}."
    else:
        text = "⏸️ You pause until you come back."
    return [kit.section(text)]


def _decisions(pause: Pause | None, *, per_month: int, is_alumnus: bool) -> kit.Block:
    here = kit.button("Take part again", RESUME, "resume", style="primary")
    offered = f"I take {words.plural(per_month, 'review')} a month" if per_month else "I can take reviews"
    return kit.actions(
        here if pause else kit.button("Pause", PAUSE, "pause"),
        kit.button("Whom not to meet", NOT_TO_MEET, "people"),
        kit.button(offered, OFFER, str(per_month)) if is_alumnus else None,
    )

"""A published round as organisers see it: given and owed by person, and what can be done about it."""

from collections.abc import Sequence

from bot.domain.ids import UserId
from bot.domain.peers import Answer, Round
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.peers_plan import APART, undo_button
from bot.views.peers_words import ANSWERS, KINDS, date_of
from bot.views.reminders import PEERS_STATUS

STATUS = PEERS_STATUS
NUDGE = "peers_nudge"
EXPORT = "peers_export"
SOMEBODY_OUT = "peers_somebody_out"
STATUS_CALLBACK = "status_of_peers"
SOMEBODY_OUT_CALLBACK = "peers_somebody_out"

_NAME = 60
_MODAL_CHARACTERS = 60_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person in a round."""

    user_id: UserId
    name: str
    owed: int
    given: int
    got: int
    answer: Answer | None


def status(of: Round, people: Sequence[Line], *, title: str, may_undo: bool, is_open: bool) -> kit.Message:
    """Who gave and who owes, within a message's limits; a longer list is behind a button."""
    blocks = _status(of, people, title=title, may_undo=may_undo, is_open=is_open)
    if len(blocks) > kit.MESSAGE_BLOCKS or kit.characters(blocks) > kit.MESSAGE_CHARACTERS:
        show = kit.button("Show the list", STATUS, str(of.id))
        blocks = [
            _summary(of, people, title=title),
            kit.actions(show, *_buttons(of, people, may_undo=may_undo, is_open=is_open)),
        ]
    return kit.message(f"Round {of.id}: {_counted(of, people)}", blocks)


def status_modal(
    of: Round, people: Sequence[Line], *, title: str, may_undo: bool, is_open: bool, note: str = ""
) -> kit.View:
    """A status in a modal. note: what has just been done."""
    blocks = _status(of, people, title=title, may_undo=may_undo, is_open=is_open)
    if kit.characters(blocks) > _MODAL_CHARACTERS:
        too_many = kit.context("There are too many names to list them here: the table has them.")
        blocks = [
            _summary(of, people, title=title),
            too_many,
            kit.actions(*_buttons(of, people, may_undo=may_undo, is_open=is_open)),
        ]
    noted = [kit.section(note), *blocks] if note else blocks
    return kit.modal(callback_id=STATUS_CALLBACK, title=f"Round {of.id}", blocks=noted)


def somebody_out(of: Round) -> kit.View:
    """The modal in which an organiser says who has dropped out."""
    person: kit.Block = {"type": "users_select", "placeholder": kit.plain("A person", 150)}
    return kit.modal(
        callback_id=SOMEBODY_OUT_CALLBACK,
        title="Somebody dropped out",
        submit="Place anew",
        close="Cancel",
        blocks=[
            kit.section(
                "What they owe is given to others, or to alumni who offered to help. "
                "Nobody else's matches move."
            ),
            kit.field("person", "Who", person),
        ],
        metadata={"round_id": str(of.id)},
    )


def nudged(count: int, already: int) -> str:
    """What a press on the nudge button did."""
    if not count and not already:
        return "Nobody owes feedback, so nobody was nudged."
    said = f"Nudged {words.plural(count, 'person', 'people')}." if count else "Nobody was nudged."
    return said + (
        f" {words.plural(already, 'person', 'people')} had a nudge today already." if already else ""
    )


def dropped(placed: int, alone: Sequence[str]) -> str:
    """What became of a round after somebody dropped out. alone: names of those for whom nobody was found."""
    said = f"✅ Done: {words.plural(placed, 'match was', 'matches were')} placed anew."
    if alone:
        names = words.listed(words.excerpt(name, _NAME) for name in alone)
        said += f" The rules leave nobody for {names}: please look for a way by hand."
    return said


def exported(name: str) -> str:
    """Where the table will be."""
    return f"📎 {words.excerpt(name, 100)} comes to your direct messages with me."


def _status(
    of: Round, people: Sequence[Line], *, title: str, may_undo: bool, is_open: bool
) -> list[kit.Block]:
    owing = [one for one in people if one.given < one.owed]
    done = [one for one in people if one.given >= one.owed]
    blocks = [_summary(of, people, title=title)]
    if owing:
        blocks += kit.lines((_line(of, one) for one in owing), heading=f"🟡 *Still to give* ({len(owing)})")
    if done and of.owes_feedback:
        blocks += kit.lines((_line(of, one) for one in done), heading=f"✅ *All given* ({len(done)})")
    elif done:
        blocks += kit.lines((_line(of, one) for one in done), heading=f"*Takes part* ({len(done)})")
    return [*blocks, kit.actions(*_buttons(of, people, may_undo=may_undo, is_open=is_open))]


def _summary(of: Round, people: Sequence[Line], *, title: str) -> kit.Block:
    about = f" about *{words.excerpt(title, 150)}*" if title else ""
    return kit.section(
        f"*Round {of.id}: {KINDS[of.kind].lower()}*{about}\nUntil {date_of(of)}\n{_counted(of, people)}"
    )


def _counted(of: Round, people: Sequence[Line]) -> str:
    given, owed = sum(one.given for one in people), sum(one.owed for one in people)
    if not of.owes_feedback:
        answered = sum(one.answer is not None for one in people)
        return f"{words.plural(len(people), 'person takes', 'people take')} part, {answered} have answered"
    owing = sum(one.given < one.owed for one in people)
    return f"{given} of {owed} given, {words.plural(owing, 'person owes', 'people owe')} feedback"


def _line(of: Round, one: Line) -> str:
    facts = [f"gave {one.given} of {one.owed}", f"got {one.got}"] if of.owes_feedback else []
    if one.answer is not None:
        facts.append(ANSWERS[one.answer])
    return words.excerpt(one.name, _NAME) + (f": {', '.join(facts)}" if facts else "")


def _buttons(of: Round, people: Sequence[Line], *, may_undo: bool, is_open: bool) -> list[kit.Block | None]:
    owing = sum(one.given < one.owed for one in people)
    sure = kit.confirm(
        "Nudge those who owe?",
        f"{words.plural(owing, 'person', 'people')} will get a direct message; at most one a day.",
        "Nudge",
    )
    nudge = kit.button(f"Nudge those who owe ({owing})", NUDGE, str(of.id), style="primary", confirm=sure)
    return [
        nudge if owing and is_open else None,
        kit.button("Somebody dropped out", SOMEBODY_OUT, str(of.id)) if is_open else None,
        kit.button("Keep people apart", APART, str(of.id)),
        kit.button("Export a table", EXPORT, str(of.id)),
        undo_button(of) if may_undo else None,
    ]

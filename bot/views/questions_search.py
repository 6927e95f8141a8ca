"""What a search of the question log shows, and one of its questions shown to a channel."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from bot.domain import calendar
from bot.domain.ids import ChannelId
from bot.domain.questions import Answer, Question, QuestionState
from bot.domain.search.highlight import excerpt
from bot.domain.values import dataclass
from bot.views import kit, words

MORE, BACK = "questions_more", "questions_back"
ASK_INSTEAD = "questions_ask"
SHOW = "questions_show"
MANAGE = "questions_manage"
SEARCH_BOX = "questions_search"
RESULTS_CALLBACK = "questions_results"

PAGE = 5
"""Questions that are shown at a time."""

LONGEST_CARRIED = 1_800
"""UTF-16 units of a search that its buttons carry; Slack allows 2,000 in all."""

_TITLE = 200
_EXCERPT = 280
_STATES = {
    QuestionState.OPEN: "🟡 Open",
    QuestionState.ANSWERED: "✅ Answered",
    QuestionState.HIDDEN: "🚫 Hidden",
    QuestionState.REMOVED: "🗑️ Removed",
    QuestionState.MERGED: "🔗 Merged into another",
}
# Slack has no escape for these; a zero-width space beside one keeps it from opening or closing anything.
_MARKS = str.maketrans({mark: f"{mark}\u200b" for mark in "*_~`"})


@dataclass(frozen=True, kw_only=True)
class Result:
    """A question as a reader may see it."""

    question: Question
    asker: str
    """The name of who asked; shown only where that was not anonymous."""
    is_own: bool
    """Whether the reader asked it."""
    channel: str
    """Its channel's name; empty where it has none."""
    is_private: bool
    replies: int
    """Messages of others in its thread."""
    accepted: Answer | None
    """The accepted answer, its own or that of the earlier question that answers it."""
    answerer: str
    """The name of who gave that."""
    answered_by: Question | None
    """The earlier question that answers it."""


def carried(text: str) -> str:
    """As much of a search as its buttons can carry, cut between words; both are read the same way."""
    text = " ".join(text.split())
    units = 0
    for place, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > LONGEST_CARRIED:
            return text[:place].rsplit(" ", 1)[0]
    return text


def page_of(value: str) -> tuple[int, ChannelId | None, str]:
    """What a button for another page carries: the offset, the channel to show questions in, the search."""
    before, _, text = value.partition(":")
    return *shown_of(before), text


def shown_of(value: str) -> tuple[int, ChannelId | None]:
    """What a button that shows a question carries: its number, and the channel, where there is one."""
    number, _, channel_id = value.partition("@")
    return int(number), ChannelId(channel_id) if channel_id else None


def shown_in(channel_id: ChannelId) -> str:
    """Said to who had a question shown in a channel that they do not have before them."""
    return f"📣 Everybody in <#{channel_id}> sees it now."


def usage(command: Callable[[str], str]) -> kit.Message:
    """How to search. command: a command as it is typed in this workspace."""
    name = command("questions")
    lines = [
        f"• `{name} how do members pay`: some words, half a word, or a whole sentence, in any order",
        f"• `{name} open` · `{name} mine`: what waits for an answer, what you asked",
        "• `from:@ana` `in:#ask-alumni` `by:country:fi`: who asked, where, from which country",
        "• `is:open` `is:answered` `topic:funding` `since:2025` `before:2026-03`: which ones",
        '• `"exact words"` and `-without` a word',
    ]
    return kit.message(
        "Type words to search for.", [kit.section("*Search the question log*\n" + "\n".join(lines))]
    )


def found(
    text: str,
    results: Sequence[Result],
    *,
    offset: int,
    is_more: bool,
    stems: Collection[str],
    meant: Mapping[str, tuple[str, ...]],
    zone: str,
    can_ask: bool,
    is_organiser: bool,
    channel_id: str | None,
) -> kit.Message:
    """A page of results, for the one who searched.

    text: the search as its buttons carry it. zone: the reader's. channel_id: the channel that a question can
    be shown in; None where there is none. At most 30 blocks.
    """
    said = f"“{words.excerpt(text, 100)}”"
    blocks: list[kit.Block] = []
    if not results:
        summary = f"Nothing in the question log fits {said}."
        advice = "Try fewer or other words, or ask it: somebody may know."
        blocks.append(kit.section(f"{summary}\n{advice}" if can_ask else summary))
    else:
        first, last = offset + 1, offset + len(results)
        counted = words.plural(len(results), "question") if first == 1 else f"Questions {first} to {last}"
        summary = f"{counted} for {said}" + (", the best first" if len(results) > 1 else "")
        blocks.append(kit.section(summary))
    if instead := _instead(meant):
        blocks.append(kit.context(instead))
    for result in results:
        can_show = channel_id is not None and (
            not result.is_private or result.question.channel_id == channel_id
        )
        value = str(result.question.id)
        buttons = [
            kit.button("Show in channel", SHOW, f"{value}@{channel_id}") if can_show else None,
            kit.button("Manage", MANAGE, value) if is_organiser else None,
        ]
        blocks += _with_buttons(entry(result, stems=stems, zone=zone), [one for one in buttons if one])
    where = f"@{channel_id}" if channel_id else ""
    ask = kit.button("Ask this instead", ASK_INSTEAD, text, style=None if results else "primary")
    buttons = [
        kit.button("Back", BACK, f"{max(0, offset - PAGE)}{where}:{text}") if offset else None,
        kit.button("More", MORE, f"{offset + len(results)}{where}:{text}") if is_more else None,
        ask if can_ask else None,
    ]
    if any(buttons):
        blocks.append(kit.actions(*buttons))
    return kit.message(summary, blocks)


def found_modal(message: kit.Message) -> kit.View:
    """The same in a modal, for a search from the Home tab."""
    return kit.modal(callback_id=RESULTS_CALLBACK, title="Questions", blocks=message["blocks"])


def entry(result: Result, *, stems: Collection[str], zone: str) -> str:
    """A question in a paragraph: title, state, who and when, its accepted answer's beginning, its thread."""
    question = result.question
    lines = [f"*{_linked(question.title, question.permalink)}*", _facts(result, zone)]
    if result.answered_by is not None:
        earlier = _linked(result.answered_by.title, result.answered_by.permalink)
        lines.append(f"Answered by an earlier question: {earlier}")
    if result.accepted is not None:
        lines.append(f"> {_marked(result.accepted.text, stems)}")
        on = words.day(calendar.local_date(result.accepted.answered_at, zone))
        lines.append(f"— {words.excerpt(result.answerer, 80)}, {on}")
    elif question.detail:
        lines.append(f"> {_marked(question.detail, stems)}")
    if question.permalink:
        lines.append(f"<{question.permalink}|Open the thread>")
    return "\n".join(lines)


def shown(result: Result, *, by: str, zone: str) -> kit.Message:
    """A question for everybody in a channel. by: the name of who shows it."""
    text = f"{words.excerpt(by, 80)} found this in the question log:"
    return kit.message(text, [kit.section(text), kit.section(entry(result, stems=(), zone=zone))])


def search_box(results: Sequence[Result], *, is_more: bool, zone: str, now: datetime) -> list[kit.Block]:
    """The Home tab's part: a field to search with, and the newest open questions. At most 9 blocks."""
    element: kit.Block = {
        "type": "plain_text_input",
        "placeholder": kit.plain("Words, half a word, a whole sentence; press Enter", 150),
        "max_length": LONGEST_CARRIED,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    box = kit.field(SEARCH_BOX, "Search the question log", element, optional=True)
    blocks = [kit.divider(), kit.header("Questions"), box | {"dispatch_action": True}]
    if not results:
        return [*blocks, kit.context("No question is waiting for an answer.")]
    blocks.append(kit.context("*Waiting for an answer*, the newest first" + (", and more" * is_more)))
    lines = []
    for result in results:
        asked = words.in_days(result.question.asked_at, now=now, zone=zone)
        replied = f", {words.plural(result.replies, 'reply', 'replies')}" if result.replies else ""
        title = _linked(result.question.title, result.question.permalink)
        lines.append(f"• {title} ({_asker(result)}, {asked}{replied})")
    return [*blocks, *kit.lines(lines)]


def own(results: Sequence[Result], *, is_more: bool, zone: str, now: datetime) -> list[kit.Block]:
    """The Home tab's part on the reader's own questions; nothing where they asked none."""
    if not results:
        return []
    lines = []
    for result in results:
        asked = words.in_days(result.question.asked_at, now=now, zone=zone)
        replied = f", {words.plural(result.replies, 'reply', 'replies')}" if result.replies else ""
        title = _linked(result.question.title, result.question.permalink)
        lines.append(f"• {_STATES[result.question.state]}: {title} ({asked}{replied})")
    more = [kit.context("Type `/questions mine` for all of them.")] if is_more else []
    return [kit.divider(), kit.header("Your questions"), *kit.lines(lines), *more]


def for_reader(
    results: Sequence[tuple[Result, Sequence[str]]], *, zone: str, now: datetime
) -> list[kit.Block]:
    """The Home tab's part on questions that the reader may know about; nothing where there are none.

    results: each with what the reader is known for and it names.
    """
    lines = []
    for result, known_for in results:
        asked = words.in_days(result.question.asked_at, now=now, zone=zone)
        title = _linked(result.question.title, result.question.permalink)
        named = words.listed(words.excerpt(one, 60) for one in known_for[:3])
        lines.append(f"• {title} ({_asker(result)}, {asked}): you know about {named}")
    if not lines:
        return []
    return [kit.divider(), kit.header("Waiting for someone like you"), *kit.lines(lines)]


def _facts(result: Result, zone: str) -> str:
    question = result.question
    state = _STATES[question.state]
    if question.state is QuestionState.OPEN and result.replies:
        state += f", {words.plural(result.replies, 'reply', 'replies')}, none accepted yet"
    facts = [state, f"{_asker(result)}, {words.day(calendar.local_date(question.asked_at, zone))}"]
    if result.channel:
        facts.append(f"#{words.excerpt(result.channel, 80)}")
    if question.topic:
        facts.append(f"topic: {words.excerpt(question.topic, 80)}")
    return " · ".join(facts)


def _asker(result: Result) -> str:
    if result.question.is_anonymous:
        return "you, anonymously" if result.is_own else "asked anonymously"
    return "you" if result.is_own else words.excerpt(result.asker, 80)


def _linked(title: str, permalink: str) -> str:
    label = literal(words.excerpt(" ".join(title.split()), _TITLE)) or "(without words)"
    return f"<{permalink}|{label}>" if permalink else label


def _marked(text: str, stems: Collection[str]) -> str:
    pieces = excerpt(text, found=stems, length=_EXCERPT)
    marked = "".join(
        f"*{words.escape(piece.text)}*" if piece.is_found else literal(words.escape(piece.text))
        for piece in pieces
    )
    # Text of nothing but marks and signs grows several times over; five of those would be too long.
    return marked if len(marked) <= 2 * _EXCERPT else literal(words.excerpt(text, _EXCERPT))


def literal(escaped: str) -> str:
    """Escaped text of people's in which no mark of theirs (`*`, `_`, `~`, a backtick) formats anything."""
    return escaped.translate(_MARKS)


def _instead(meant: Mapping[str, tuple[str, ...]]) -> str:
    if not meant:
        return ""
    said = []
    for typed, known in list(meant.items())[:5]:
        read_as = words.listed([f"“{words.excerpt(one, 40)}”" for one in known], "or")
        said.append(f"“{words.excerpt(typed, 40)}” as {read_as}")
    return f"Some words are not in the log, so I read {words.listed(said)}."


def _with_buttons(text: str, buttons: Sequence[kit.Block]) -> list[kit.Block]:
    if len(buttons) == 1:
        return [kit.section(text, accessory=buttons[0])]
    return [kit.section(text), *([kit.actions(*buttons)] if buttons else [])]

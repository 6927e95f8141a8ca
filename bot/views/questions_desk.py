"""What organisers see of the question log: its numbers, one question to be put in order, what was done."""

from collections.abc import Sequence

from bot.domain import calendar
from bot.domain.audit import Entry
from bot.domain.ids import QuestionId
from bot.domain.question_numbers import Numbers, Span
from bot.domain.questions import LONGEST_TITLE, Question, QuestionState
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.questions_search import Result, entry, literal

CHART, TABLE = "questions_chart", "questions_table"
AUDIT, LOOK = "questions_audit", "questions_look"
RETITLE, MERGE, HIDE = "questions_retitle", "questions_merge", "questions_hide"
REOPEN, SHOW_AGAIN = "questions_reopen", "questions_show_again"
RETITLE_CALLBACK, MERGE_CALLBACK, HIDE_CALLBACK = "questions_retitled", "questions_merged", "questions_hidden"

TITLE_BLOCK, TOPIC_BLOCK = "title", "topic"
NEAR_BLOCK, OTHER_BLOCK = "near", "other"
REASON_BLOCK = "reason"

LONGEST_TOPIC = 60
LONGEST_REASON = 500

_MOST_TOPICS = 10
_HISTORY = 5
_DEEDS = {
    "question.retitled": "changed",
    "question.merged": "merged",
    "question.hidden": "hid",
    "question.shown": "showed again",
    "question.reopened": "re-opened",
}


@dataclass(frozen=True, kw_only=True)
class Helping:
    """Somebody who answers."""

    name: str
    helped: int
    accepted: int


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A deed of the audit log, with names."""

    entry: Entry
    by: str
    question_id: QuestionId | None
    """The question that it was done to, where the reader may see that one."""
    title: str


# -- numbers ------------------------------------------------------------------------------------------


def stats(numbers: Numbers, helpers: Sequence[Helping], *, zone: str) -> kit.Message:
    """The log in numbers. zone: in which its days begin."""
    text = f"The question log: {words.plural(numbers.year.asked, 'question')} in the last 12 months"
    on = f"{words.day(numbers.today)} ({words.place_of(zone)})"
    note = f"Counted are the questions that you may see, on {on}."
    return kit.message(text, [*_numbers(numbers, helpers), kit.context(note)])


def at_a_glance(numbers: Numbers, helpers: Sequence[Helping]) -> list[kit.Block]:
    """The same for the Home tab; at most 7 blocks."""
    return [kit.divider(), *_numbers(numbers, helpers)]


def _numbers(numbers: Numbers, helpers: Sequence[Helping]) -> list[kit.Block]:
    ages = [f"{count} {name}" for name, count in numbers.open_by_age if count]
    waiting = f"*Open: {numbers.open}*" + (f" ({', '.join(ages)})" if ages else "")
    topics = [
        f"{literal(words.excerpt(topic.name, 80)) or 'without topic'} {topic.asked}"
        + (f" ({topic.open} open)" if topic.open else "")
        for topic in numbers.topics[:_MOST_TOPICS]
    ]
    if len(numbers.topics) > _MOST_TOPICS:
        topics.append(f"{len(numbers.topics) - _MOST_TOPICS} more")
    people = [
        f"{literal(words.excerpt(one.name, 80))} {one.helped}"
        + (f" ({one.accepted} accepted)" if one.accepted else "")
        for one in helpers
    ]
    said = [_span("Last 7 days", numbers.week), _span("Last 12 months", numbers.year), waiting]
    if topics:
        said.append(f"*Topics:* {' · '.join(topics)}")
    if people:
        said.append(f"*Who answers:* {' · '.join(people)}")
    return [
        kit.header("For organisers: the question log"),
        *kit.lines(said),
        kit.actions(
            kit.button("Chart", CHART, "chart"),
            kit.button("Table (CSV)", TABLE, "table"),
            kit.button("What organisers did", AUDIT, "audit"),
        ),
    ]


def _span(name: str, span: Span) -> str:
    if not span.asked:
        return f"*{name}:* nothing was asked"
    counted = f"*{name}:* {span.asked} asked, {span.answered} answered"
    if not span.replied:
        return f"{counted}, nobody replied yet"
    if span.median_s is None or span.p90_s is None:
        return counted
    median, p90 = words.how_long(span.median_s), words.how_long(span.p90_s)
    return f"{counted}. Time to the first answer: median {median}, nine in ten within {p90}"


def file_on_its_way(what: str) -> str:
    """Said when a file was asked for. what: `chart` or `table`."""
    return f"The {what} comes to you by direct message in a moment."


# -- one question -------------------------------------------------------------------------------------


def desk(result: Result, deeds: Sequence[Deed], *, zone: str, note: str = "") -> kit.View:
    """A question to be put in order. deeds: what was done to it, newest first; note: what just happened."""
    question = result.question
    value = str(question.id)
    blocks = [kit.section(f"✅ {note}")] if note else []
    blocks.append(kit.section(entry(result, stems=(), zone=zone)))
    if question.is_anonymous:
        who = literal(words.excerpt(result.asker, 80))
        blocks.append(kit.context(f"Asked anonymously; only organisers see that it was {who}."))
    is_answered = question.state is QuestionState.ANSWERED
    is_shown = question.state in (QuestionState.OPEN, QuestionState.ANSWERED)
    can_come_back = question.state in (QuestionState.HIDDEN, QuestionState.MERGED)
    buttons = [
        kit.button("Change title or topic", RETITLE, value) if is_shown else None,
        kit.button("Merge into another", MERGE, value) if is_shown else None,
        kit.button("Re-open", REOPEN, value, confirm=_REOPEN) if is_answered else None,
        kit.button("Hide", HIDE, value, style="danger") if is_shown else None,
        kit.button("Show again", SHOW_AGAIN, value) if can_come_back else None,
    ]
    if any(buttons):
        blocks.append(kit.actions(*buttons))
    blocks += [kit.context(_deed(one, zone=zone, with_title=False)) for one in deeds[:_HISTORY]]
    return kit.modal(callback_id="questions_desk", title=f"Question {question.id}", blocks=blocks)


_REOPEN = kit.confirm(
    "Re-open this question?", "Its answers stay; none of them counts as the accepted one any more.", "Re-open"
)


def retitle(question: Question) -> kit.View:
    """The form for a better title, and a topic."""
    title = _text(question.title, LONGEST_TITLE)
    return kit.modal(
        callback_id=RETITLE_CALLBACK,
        title="Title and topic",
        submit="Save",
        close="Cancel",
        metadata={"question_id": question.id},
        blocks=[
            kit.field(TITLE_BLOCK, "Title", title, hint="As the log shows it; the message in Slack stays."),
            kit.field(TOPIC_BLOCK, "Topic", _text(question.topic, LONGEST_TOPIC), optional=True),
        ],
    )


def merge(question: Question, near: Sequence[Question]) -> kit.View:
    """The form to merge a question into another. near: those that are most like it."""
    blocks = [
        kit.section(
            f"*{literal(words.excerpt(question.title, 300))}*\n"
            "It is no longer listed by itself; its wording helps to find the other one."
        )
    ]
    if near:
        options = [kit.option(f"{one.id}: {one.title}", str(one.id)) for one in near]
        menu = kit.menu(NEAR_BLOCK, options, placeholder="Choose a question")
        blocks.append(kit.field(NEAR_BLOCK, "Into one that is like it", menu, optional=True))
    blocks.append(
        kit.field(
            OTHER_BLOCK,
            "Or into another",
            _text("", 300),
            optional=True,
            hint="Its number, or the link to its message in Slack.",
        )
    )
    return kit.modal(
        callback_id=MERGE_CALLBACK,
        title="Merge",
        submit="Merge",
        close="Cancel",
        metadata={"question_id": question.id},
        blocks=blocks,
    )


def hide(question: Question) -> kit.View:
    """The form to hide a question."""
    title = literal(words.excerpt(question.title, 300))
    reason = _text("", LONGEST_REASON, is_multiline=True)
    return kit.modal(
        callback_id=HIDE_CALLBACK,
        title="Hide",
        submit="Hide",
        close="Cancel",
        metadata={"question_id": question.id},
        blocks=[
            kit.section(f"*{title}*\nNobody finds it any more. You can show it again at any time."),
            kit.field(REASON_BLOCK, "Reason", reason, hint="Other organisers read it; nobody else does."),
        ],
    )


# -- what was done ------------------------------------------------------------------------------------


def audit(deeds: Sequence[Deed], *, zone: str) -> kit.View:
    """What organisers did to questions, newest first."""
    blocks: list[kit.Block] = []
    for one in deeds:
        line = _deed(one, zone=zone, with_title=True)
        if one.question_id is None:
            blocks.append(kit.section(line))
        else:
            look = kit.button("Look", LOOK, str(one.question_id))
            blocks.append(kit.section(line, accessory=look))
    if not blocks:
        blocks.append(kit.section("No organiser changed anything in the question log so far."))
    return kit.modal(callback_id=AUDIT, title="What organisers did", blocks=blocks)


def _deed(deed: Deed, *, zone: str, with_title: bool) -> str:
    did = _DEEDS.get(deed.entry.deed, deed.entry.deed)
    what = f"“{literal(words.excerpt(deed.title, 150))}”" if with_title else "it"
    on = words.wall(calendar.wall(deed.entry.done_at, zone))
    said = f"{literal(words.excerpt(deed.by, 80))} {did} {what}, {on}."
    if deed.entry.before or deed.entry.after:
        before, after = (literal(words.excerpt(text, 200)) for text in (deed.entry.before, deed.entry.after))
        said += f" Before: {before or '(nothing)'}. After: {after or '(nothing)'}."
    if deed.entry.reason:
        said += f" Reason: {literal(words.excerpt(deed.entry.reason, LONGEST_REASON))}"
    return said


def _text(initial: str, longest: int, *, is_multiline: bool = False) -> kit.Block:
    element: kit.Block = {"type": "plain_text_input", "max_length": longest, "multiline": is_multiline}
    return element | ({"initial_value": words.short(initial, longest)} if initial else {})


# -- to the one who asked -----------------------------------------------------------------------------


def merged(question: Question, into: Result, *, zone: str) -> kit.Message:
    """To the asker of a question that was merged into another."""
    title = literal(words.excerpt(question.title, 200))
    text = f"Your question “{title}” was asked before, so the two are one now."
    return kit.message(text, [kit.section(text), kit.section(entry(into, stems=(), zone=zone))])

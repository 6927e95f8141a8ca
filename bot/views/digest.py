"""The week in questions, for the channel that they were asked in."""

from collections.abc import Sequence
from datetime import date

from bot.domain.questions import Question
from bot.domain.values import dataclass
from bot.views import asking, kit, words

_TITLE = 150
# Between zero-width spaces a mark of somebody's makes no bold or italic type.
_MARKS = str.maketrans({mark: f"\u200b{mark}\u200b" for mark in "*_~`"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """A question in the digest."""

    question: Question
    asker: str
    """As a mention or an escaped name; empty where it was asked anonymously."""
    answerer: str = ""
    """The same of whoever gave the accepted answer; empty while it is open, or where they are not known."""


def digest(
    *,
    open_questions: Sequence[Line],
    open_count: int,
    answered: Sequence[Line],
    answered_count: int,
    thanks: Sequence[str],
    until: date,
) -> kit.Message:
    """What is open, what was answered in the week, and thanks to those who answered.

    open_questions, answered: as many as are shown; the counts are of all. thanks: mentions or escaped names.
    until: the Monday on which it goes out.
    """
    counts = f"{open_count} open, {answered_count} answered in the last week"
    blocks = [kit.header("The week in questions"), kit.context(f"{words.day(until)} · {counts}")]
    if open_questions:
        blocks += kit.lines([_open(one) for one in open_questions], heading="🟡 *Waiting for an answer*")
        if open_count > len(open_questions):
            blocks.append(kit.context(f"And {open_count - len(open_questions)} older."))
    if answered:
        blocks += kit.lines([_answered(one) for one in answered], heading="✅ *Answered*")
        if answered_count > len(answered):
            blocks.append(kit.context(f"And {answered_count - len(answered)} more."))
    if thanks:
        blocks.append(kit.section(f"💛 Thank you for your replies: {words.listed(thanks)}."))
    blocks.append(asking.invitation())
    return kit.message(f"The week in questions: {counts}", blocks)


def _open(line: Line) -> str:
    by = f", asked by {line.asker}" if line.asker else ""
    return f"• {_title(line.question)}{by}"


def _answered(line: Line) -> str:
    by = f", answered by {line.answerer}" if line.answerer else ""
    return f"• {_title(line.question)}{by}"


def _title(question: Question) -> str:
    title = words.excerpt(question.title.translate(_MARKS), _TITLE)
    return f"<{question.permalink}|{title.replace('|', '/')}>" if question.permalink else title

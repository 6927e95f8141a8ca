"""Direct messages about answers: thanks to whoever gave them, and word to whoever asked the same."""

from collections.abc import Sequence

from bot.domain.questions import Question
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.questions_search import Result, entry, literal

_MOST = 10
_TITLE = 150


@dataclass(frozen=True, kw_only=True)
class Helped:
    """A question that somebody's answer answered."""

    question: Question
    asker: str
    """The name; empty where it was asked anonymously."""
    is_earlier: bool
    """Whether it was closed by an earlier question, to which the answer was given."""


def thanks(helped: Sequence[Helped]) -> kit.Message:
    """To somebody whose answers helped. helped: at least one."""
    counted = words.plural(len(helped), "question")
    text = f"💛 Thank you! What you wrote answered {counted}."
    blocks = [kit.section(text), *kit.lines([_line(one) for one in helped[:_MOST]])]
    if len(helped) > _MOST:
        blocks.append(kit.context(f"And {len(helped) - _MOST} more."))
    return kit.message(text, blocks)


def answered_too(merged: Question, into: Result, *, zone: str) -> kit.Message:
    """To the asker of a question that was merged into one that is answered now."""
    title = literal(words.excerpt(merged.title, 200))
    text = f"✅ There is an answer for you: you asked “{title}”, which is one with this question."
    return kit.message(text, [kit.section(text), kit.section(entry(into, stems=(), zone=zone))])


def _line(one: Helped) -> str:
    title = literal(words.excerpt(" ".join(one.question.title.split()), _TITLE)).replace("|", "/")
    linked = f"<{one.question.permalink}|{title}>" if one.question.permalink else title
    by = f", asked by {words.excerpt(one.asker, 80)}" if one.asker else ""
    earlier = " (your answer to an earlier question)" if one.is_earlier else ""
    return f"• {linked}{by}{earlier}"

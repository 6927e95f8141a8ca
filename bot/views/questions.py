"""A question as its channel sees it: posted, answered, taken out; and what its author alone is shown."""

from collections.abc import Sequence

from bot.domain.ids import QuestionId
from bot.domain.members import Member
from bot.domain.questions import Answer, Question, QuestionState
from bot.domain.values import dataclass
from bot.views import kit, words

NOT_A_QUESTION = "question_not_one"

_TITLE = 300
_EXCERPT = 300
_DETAIL_BLOCKS = 3
_MARKS = str.maketrans({mark: f"{mark}\u200b" for mark in "*_~`"})


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a question stands, as its channel may see it."""

    question: Question
    asker: str
    """As `person` writes it; empty where it was asked anonymously."""
    answer: Answer | None = None
    """The accepted one."""
    answerer: str = ""
    """As `person` writes it."""
    answer_link: str = ""
    earlier: str = ""
    """The title of the earlier question that answers it; empty where the channel may not see it."""
    earlier_link: str = ""
    is_own_answer: bool = False
    """Whether the one who asked gave the accepted answer."""


def person(member: Member | None) -> str:
    """Somebody in a message: a mention, or the name of somebody who left."""
    if member is None:
        return "somebody"
    return words.escape(member.name) if member.is_deactivated else f"<@{member.user_id}>"


def posted(standing: Standing) -> kit.Message:
    """A question that the bot posts for its asker, however it stands."""
    question = standing.question
    title = words.excerpt(question.title.translate(_MARKS), _TITLE)
    if question.state in (QuestionState.HIDDEN, QuestionState.REMOVED):
        text = "🗑️ This question was taken out of the question log."
        return kit.message(text, [kit.section(text)])
    blocks = [kit.section(f"❓ *{title}*")]
    if question.detail and question.detail != question.title:
        blocks += kit.quoted(question.detail, most=_DETAIL_BLOCKS)
    by = f"Asked by {standing.asker}" if standing.asker else "Asked anonymously"
    parts = [by, f"Topic: {words.excerpt(question.topic, 75)}"] if question.topic else [by]
    if question.state is QuestionState.OPEN:
        parts.append("Please answer in the thread")
    blocks.append(kit.context(" · ".join(parts)))
    if question.state is not QuestionState.OPEN:
        blocks.append(kit.section(_settled(standing)))
    return kit.message(f"❓ {title}", blocks)


def answered(standing: Standing) -> kit.Message:
    """The one reply in the thread of a person's question: its answer, or that it is open again."""
    text = _settled(standing)
    return kit.message(text.partition(" <http")[0], [kit.section(text)])


def _settled(standing: Standing) -> str:
    match standing.question.state:
        case QuestionState.OPEN:
            return "🟡 This question is open again. Please answer in the thread."
        case QuestionState.HIDDEN | QuestionState.REMOVED:
            return "🗑️ This question was taken out of the question log."
        case QuestionState.MERGED:
            return f"🔗 This was asked before, and is kept together with {_earlier(standing)}."
        case QuestionState.ANSWERED:
            return _answered(standing)


def _answered(standing: Standing) -> str:
    if standing.answer is None:
        named = f": {_earlier(standing)}" if standing.earlier else ""
        return f"✅ Answered by an earlier question{named}"
    who = f"{standing.answerer}, who asked it" if standing.is_own_answer else standing.answerer
    said = words.excerpt(" ".join(standing.answer.text.split()), _EXCERPT)
    link = f" <{standing.answer_link}|See the answer>" if standing.answer_link else ""
    return f"✅ Answered by {who}: {said}{link}"


def _earlier(standing: Standing) -> str:
    title = words.excerpt(standing.earlier, _TITLE) or "an earlier question"
    return f"<{standing.earlier_link}|{title.replace('|', '/')}>" if standing.earlier_link else title


def beside(question_id: QuestionId, *, seems_to_ask: bool) -> list[kit.Block]:
    """What the author of a message in a questions channel sees beside it: it is logged; a way out."""
    text = (
        "🗂️ Your question is in the log. Replies in its thread are its answers; give the best one a ✅."
        if seems_to_ask
        else "🗂️ I have put this into the question log. Is it a question?"
    )
    return [
        kit.context(text),
        kit.actions(kit.button("Not a question", NOT_A_QUESTION, str(question_id))),
    ]


def whispered(blocks: Sequence[kit.Block]) -> kit.Message:
    """Several pieces for one person as one message; its notification is the first of them that has words."""
    return kit.message("About the question that you just asked", blocks)


def taken_out() -> str:
    """To the one who pressed “Not a question”."""
    return "🗑️ Taken out of the question log. If it was one after all, give it a ❓."


def logged(question: Question, *, link: str = "") -> str:
    """To the one who used the shortcut, or asked for it otherwise."""
    title = words.excerpt(question.title, _EXCERPT)
    where = f"<{link}|{title.replace('|', '/')}>" if link else title
    return f"🗂️ In the question log: {where}. Replies in its thread are its answers."


def logged_before(question: Question) -> str:
    """The same where it is in the log already."""
    return f"🗂️ This is in the question log already: {words.excerpt(question.title, _EXCERPT)}"


def cannot_follow() -> str:
    """Where the bot does not hear what is said."""
    return "I am not in this channel, so I will not hear of its answers: invite me if it should follow them."


def accepted(*, is_own: bool) -> str:
    """To the one who accepted an answer with the shortcut."""
    if is_own:
        return "✅ You accepted your own answer. That is fine: whoever asks the same next finds it."
    return "✅ Accepted. Whoever asks the same next finds this answer."


def catching_up(*, channel: str, messages: int, questions: int, is_done: bool) -> kit.Message:
    """To organisers: how far the reading of a long channel is."""
    found = f"{words.plural(messages, 'message')}, {words.plural(questions, 'question')} new in the log"
    text = (
        f"✅ I have read what was said in {channel}: {found}."
        if is_done
        else f"⏳ I am reading what was said in {channel}: {found} so far."
    )
    return kit.message(text, [kit.section(text)])

"""Asking: the form, what was answered before, who may know, and the messages that follow a question up."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import calendar
from bot.domain.ids import ChannelId, QuestionId, UserId
from bot.domain.questions import Answer, Question, QuestionState
from bot.domain.values import dataclass
from bot.views import kit, words

FORM_CALLBACK = "ask_question"
SUGGESTED_CALLBACK = "ask_suggested"

ANSWERS_IT = "ask_answers_it"
ASK_ANYWAY = "ask_anyway"
MENTION = "ask_mention"
MAY_BE_ASKED = "ask_may_be_asked"
SETTLED = "ask_settled"
NOT_SETTLED = "ask_not_settled"

QUESTION_BLOCK = "question"
DETAIL_BLOCK = "detail"
TOPIC_BLOCK = "topic"
ANONYMOUS_BLOCK = "anonymous"

YES, NO = "yes", "no"
DRAFT, LOGGED = "d", "q"
"""What a suggestion's buttons are about: a draft, or a question that is in the log already."""

LONGEST_TOPIC = 60
_TITLE = 300
_EXCERPT = 600
_TAGS = 200
_LISTED = 10
# Between zero-width spaces a mark of somebody's does not end the bold type.
_MARKS = str.maketrans({mark: f"\u200b{mark}\u200b" for mark in "*_~`"})


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier question that may answer a new one."""

    question: Question
    answer: Answer | None
    """The accepted one; None while it is open."""
    answerer: str
    """Their name."""


@dataclass(frozen=True, kw_only=True)
class Expert:
    """Somebody who may know."""

    user_id: UserId
    name: str
    known_for: tuple[str, ...]
    answered: int
    """Accepted answers of theirs to similar questions."""
    is_asked: bool = False
    """Whether the bot asks them by direct message."""
    is_present: bool = True
    """Whether they are in the question's channel, and so hear of a mention."""


# -- asking -------------------------------------------------------------------------------------------


def form(*, channel_id: ChannelId, question: str = "", detail: str = "") -> kit.View:
    """The modal in which a question is written. channel_id: where it goes; question, detail: filled in."""
    return kit.modal(
        callback_id=FORM_CALLBACK,
        title="Ask the alumni",
        submit="Ask",
        close="Cancel",
        metadata={"channel_id": channel_id},
        blocks=[
            kit.field(QUESTION_BLOCK, "Your question", _input(question)),
            kit.field(
                DETAIL_BLOCK,
                "What should people know to answer it?",
                _input(detail),
                optional=True,
            ),
            kit.field(
                TOPIC_BLOCK,
                "Topic",
                {"type": "plain_text_input", "max_length": LONGEST_TOPIC},
                optional=True,
                hint="One or two words, such as funding.",
            ),
            kit.field(
                ANONYMOUS_BLOCK,
                "Your name",
                {
                    "type": "checkboxes",
                    "options": [kit.option("Do not show it in the channel", YES, "Organisers can see it.")],
                },
                optional=True,
            ),
            kit.context(f"It goes to <#{channel_id}>, unless an earlier answer helps you."),
        ],
    )


def suggested(earlier: Sequence[Earlier], *, draft_id: str, zone: str) -> kit.Message:
    """What was answered before, shown to the one who is about to ask."""
    return kit.message(
        "This was asked before. Does it help?",
        [
            *_earlier(
                earlier, "This was asked before. Does it help?", source=f"{DRAFT}:{draft_id}", zone=zone
            ),
            kit.actions(kit.button("Ask anyway", ASK_ANYWAY, f"{DRAFT}:{draft_id}")),
        ],
    )


def suggested_modal(earlier: Sequence[Earlier], *, draft_id: str, zone: str) -> kit.View:
    """The same in the modal, whose form was just sent."""
    return kit.modal(
        callback_id=SUGGESTED_CALLBACK,
        title="Asked before",
        submit="Ask anyway",
        close="Cancel",
        metadata={"draft_id": draft_id},
        blocks=_earlier(
            earlier, "This was asked before. Does it help?", source=f"{DRAFT}:{draft_id}", zone=zone
        ),
    )


def beside(
    earlier: Sequence[Earlier], experts: Sequence[Expert], *, question_id: QuestionId, zone: str
) -> list[kit.Block]:
    """What only the asker sees beside a question that was just asked in a channel; empty for nothing."""
    source = f"{LOGGED}:{question_id}"
    blocks: list[kit.Block] = []
    if earlier:
        blocks = _earlier(earlier, "This was asked before. Does it help?", source=source, zone=zone)
        blocks.append(kit.actions(kit.button("Ask anyway", ASK_ANYWAY, source)))
    return [*blocks, *who_may_know(experts, question_id=question_id)]


def posted(channel_id: ChannelId, experts: Sequence[Expert], *, question_id: QuestionId) -> kit.Message:
    """To the asker: where the question goes, and who may know."""
    text = f"📨 Your question goes to <#{channel_id}>. Answers come in its thread."
    return kit.message(text, [kit.section(text), *who_may_know(experts, question_id=question_id)])


def posted_modal(channel_id: ChannelId, experts: Sequence[Expert], *, question_id: QuestionId) -> kit.View:
    """The same in place of the form."""
    blocks = posted(channel_id, experts, question_id=question_id)["blocks"]
    return kit.modal(callback_id="ask_posted", title="Asked", blocks=blocks)


def answered(earlier: Earlier) -> kit.Message:
    """To the asker, who found the answer among the earlier ones."""
    text = f"✅ Glad that it helps. {words.escape(earlier.answerer)} is credited with the answer."
    return kit.message(text, [kit.section(text), kit.section(_found(earlier, zone="UTC", with_date=False))])


def answered_modal(earlier: Earlier) -> kit.View:
    """The same in place of the form."""
    return kit.modal(callback_id="ask_answered", title="Answered", blocks=answered(earlier)["blocks"])


def stays_open(experts: Sequence[Expert], *, question_id: QuestionId) -> kit.Message:
    """To the asker of a question in a channel whom the earlier ones do not help."""
    text = "👍 All right, it stays open."
    return kit.message(text, [kit.section(text), *who_may_know(experts, question_id=question_id)])


def who_may_know(experts: Sequence[Expert], *, question_id: QuestionId) -> list[kit.Block]:
    """Up to three people, why, and a button to mention each; empty where there is nobody."""
    if not experts:
        return []
    # Each button in a block of its own: they share an action id, which a block may hold once.
    rows = [_may_know(one, question_id=question_id) for one in experts]
    return [kit.section("*Who may know*"), *rows]


def mentioned(name: str) -> str:
    """To the asker, after the button; plain text."""
    return f"🔔 {name} is mentioned in the thread."


# -- those who may know -------------------------------------------------------------------------------


def mention(user_ids: Sequence[UserId], *, asker_id: UserId | None) -> kit.Message:
    """In the thread. asker_id: who thinks so; None for an anonymous one."""
    by = f"<@{asker_id}> thinks" if asker_id else "the one who asks thinks"
    text = f"{_mentions(user_ids)}: {by} that you may know this."
    return kit.message(text, [kit.section(text)])


def mention_unanswered(user_ids: Sequence[UserId]) -> kit.Message:
    """In the thread, after two working days without an answer."""
    text = f"{_mentions(user_ids)}: this has waited two working days for an answer. Can you help?"
    return kit.message(text, [kit.section(text)])


def request(question: Question, expert: Expert, *, asker: str) -> kit.Message:
    """By direct message to somebody who may know, and who lets the bot ask. asker: empty if anonymous."""
    who = words.escape(asker) if asker else "Somebody"
    text = f"🙋 {who} has a question for which you may be the one: {_why(expert)}."
    blocks = [kit.section(text), kit.section(_asked(question))]
    if question.detail and question.detail != question.title:
        blocks.append(kit.section(words.excerpt(question.detail, _EXCERPT)))
    blocks += [
        kit.actions(kit.button("Do not ask me directly", MAY_BE_ASKED, NO)),
        kit.context("You let me ask you directly: at most once a week, and only what fits you."),
    ]
    return kit.message(text, blocks)


def invitation() -> kit.Block:
    """A row with the button that lets the bot ask somebody directly."""
    return kit.actions(kit.button("Ask me directly when I may know", MAY_BE_ASKED, YES))


def consent(may: bool | None) -> list[kit.Block]:
    """On an alumnus' Home tab: whether the bot may ask them directly; empty for None."""
    if may is None:
        return []
    text = "*Questions that fit you*\n"
    if may:
        text += "I ask you directly when you may know the answer, at most once a week."
        return [kit.section(text, accessory=kit.button("Do not ask me directly", MAY_BE_ASKED, NO))]
    text += "May I ask you directly when you may know the answer? At most once a week."
    return [kit.section(text, accessory=kit.button("Yes, ask me", MAY_BE_ASKED, YES))]


def may_be_asked(may: bool) -> str:
    """To whoever pressed one of those buttons; plain text."""
    if may:
        return (
            "🙋 Thank you! When a question fits you I will ask you directly, at most once a week. "
            "Each time there is a button to stop it."
        )
    return "🔕 I will not ask you directly any more."


# -- following up -------------------------------------------------------------------------------------


def settled_question(question: Question, reply: Answer, *, replier: str) -> kit.Message:
    """To the asker, once: did the last reply settle it?"""
    text = "Did the last reply settle your question?"
    said = f"{words.escape(replier)} replied: {words.excerpt(reply.text, _EXCERPT)}"
    return kit.message(
        f"{text} {words.excerpt(question.title, _TITLE)}",
        [
            kit.section(f"{text}\n{_asked(question)}"),
            kit.section(said),
            kit.actions(
                kit.button("Yes, it did", SETTLED, f"{question.id}:{reply.id}", style="primary"),
                kit.button("No, still open", NOT_SETTLED, str(question.id)),
            ),
        ],
    )


def settled(is_settled: bool) -> kit.Message:
    """In place of that question, after the button."""
    text = (
        "✅ Thank you. The question is closed, and the reply is its answer."
        if is_settled
        else "👍 It stays open. If nobody else answers, I ask others who may know."
    )
    return kit.message(text, [kit.section(text)])


def unanswered(questions: Sequence[tuple[Question, str]], *, zone: str) -> kit.Message:
    """To an organiser: what nobody answered. questions: each with its asker's name."""
    count = words.plural(len(questions), "question has", "questions have")
    text = f"⏳ {count} waited five working days for an answer."
    lines = [
        f"• {_asked(question)}\n{words.escape(asker)}, {_on(question.asked_at, zone)}"
        f"{f', <#{question.channel_id}>' if question.channel_id else ''}"
        for question, asker in questions[:_LISTED]
    ]
    blocks = [kit.section(text), *kit.lines(lines)]
    if len(questions) > _LISTED:
        blocks.append(kit.context(f"And {len(questions) - _LISTED} more."))
    blocks.append(kit.context("Answer in the thread, or mention somebody there who can."))
    return kit.message(text, blocks)


# -- pieces -------------------------------------------------------------------------------------------


def source_of(value: str) -> tuple[str, str]:
    """What a button of a suggestion is about: DRAFT and its id, or LOGGED and the question's."""
    kind, _, ident = value.partition(":")
    return kind, ident


def earlier_of(value: str) -> tuple[str, QuestionId]:
    """What *This answers it* is about, as for `source_of`, and the earlier question."""
    source, _, earlier = value.rpartition(":")
    return source, QuestionId(int(earlier))


def _earlier(earlier: Sequence[Earlier], text: str, *, source: str, zone: str) -> list[kit.Block]:
    blocks = [kit.section(f"*{text}*")]
    for one in earlier:
        blocks.append(kit.section(_found(one, zone=zone)))
        if one.answer is not None:
            value = f"{source}:{one.question.id}"
            blocks.append(kit.actions(kit.button("This answers it", ANSWERS_IT, value, style="primary")))
    return blocks


def _found(earlier: Earlier, *, zone: str, with_date: bool = True) -> str:
    lines = [_asked(earlier.question)]
    if earlier.answer is None:
        is_open = earlier.question.state is QuestionState.OPEN
        lines.append("🟡 Open: no answer is accepted yet" if is_open else "✅ Answered")
    else:
        on = f", {_on(earlier.answer.answered_at, zone)}" if with_date else ""
        answer = words.excerpt(earlier.answer.text, _EXCERPT)
        lines.append(f"✅ {words.escape(earlier.answerer)}{on}: {answer}")
    return "\n".join(lines)


def _asked(question: Question) -> str:
    title = f"*{words.excerpt(question.title.translate(_MARKS), _TITLE)}*"
    return f"{title} · <{question.permalink}|see the thread>" if question.permalink else title


def _may_know(expert: Expert, *, question_id: QuestionId) -> kit.Block:
    text = f"• <@{expert.user_id}>: {_why(expert)}"
    if expert.is_asked:
        return kit.section(f"{text} (I ask them directly)")
    if not expert.is_present:
        return kit.section(f"{text} (not in this channel, so write to them)")
    value = f"{question_id}:{expert.user_id}"
    return kit.section(text, accessory=kit.button("Mention in the thread", MENTION, value))


def _why(expert: Expert) -> str:
    reasons = [words.excerpt(", ".join(expert.known_for), _TAGS)] if expert.known_for else []
    if expert.answered:
        reasons.append(words.plural(expert.answered, "accepted answer") + " to similar questions")
    return "; ".join(reasons)


def _mentions(user_ids: Sequence[UserId]) -> str:
    return " ".join(f"<@{user_id}>" for user_id in user_ids)


def _on(moment: datetime, zone: str) -> str:
    return words.day(calendar.local_date(moment, zone))


def _input(initial: str) -> kit.Block:
    element: kit.Block = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": kit.INPUT_CHARACTERS,
    }
    return element | {"initial_value": initial[: kit.INPUT_CHARACTERS]} if initial else element

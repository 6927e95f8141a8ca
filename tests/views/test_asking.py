"""The views of asking and of the digest within Slack's limits, whoever and whatever is in them."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import Answer, Question, QuestionState
from bot.views import asking, digest, kit
from bot.views.asking import Earlier, Expert
from bot.views.digest import Line
from sandbox.blocks import validate_blocks
from sandbox.views import validate_view

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
TEAM, CHANNEL, QUESTION = TeamId("T1"), ChannelId("C1"), QuestionId(7)
LONG = "&" * 40_000
TITLE = "&" * 300
DRAFT = "view:V0123456789:ask_question"


def question(*, title: str = "Who?", detail: str = "", state: QuestionState = QuestionState.OPEN) -> Question:
    return Question(
        team_id=TEAM,
        id=QUESTION,
        title=title,
        detail=detail,
        asker_id=UserId("UBEN"),
        asked_at=NOW,
        channel_id=CHANNEL,
        permalink=f"https://example.slack.com/{'x' * 80}",
        state=state,
    )


def answer(text: str) -> Answer:
    return Answer(
        team_id=TEAM, question_id=QUESTION, id=1, author_id=UserId("UEVA"), text=text, answered_at=NOW
    )


EARLIER = [
    Earlier(
        question=question(title=TITLE, state=QuestionState.ANSWERED), answer=answer(LONG), answerer="&" * 80
    )
] * 3
EXPERTS = [
    Expert(user_id=UserId(f"U{place}"), name="&" * 200, known_for=(LONG,), answered=3) for place in range(3)
]


@pytest.mark.parametrize(
    "message",
    [
        asking.suggested(EARLIER, draft_id=DRAFT, zone="Europe/Rome"),
        asking.posted(CHANNEL, EXPERTS, question_id=QUESTION),
        asking.answered(EARLIER[0]),
        asking.stays_open(EXPERTS, question_id=QUESTION),
        kit.message("x", asking.beside(EARLIER, EXPERTS, question_id=QUESTION, zone="Europe/Rome")),
        asking.request(question(title=TITLE, detail=LONG), EXPERTS[0], asker="&" * 80),
        asking.settled_question(question(title=TITLE), answer(LONG), replier="&" * 80),
        asking.unanswered([(question(title=TITLE), "&" * 80)] * 40, zone="Europe/Rome"),
        digest.digest(
            open_questions=[Line(question=question(title=TITLE), asker="&amp;" * 80)] * 8,
            open_count=1_000,
            answered=[Line(question=question(title=TITLE), asker="x", answerer="&amp;" * 80)] * 8,
            answered_count=1_000,
            thanks=["<@U0123456789>"] * 30,
            until=date(2023, 6, 19),
        ),
    ],
)
def test_messages_are_never_too_long(message: kit.Message) -> None:
    validate_blocks(message["blocks"], surface="message")

    assert len(message["blocks"]) <= kit.MESSAGE_BLOCKS
    assert kit.characters(message["blocks"]) <= kit.MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    "view",
    [
        asking.form(channel_id=CHANNEL),
        asking.form(channel_id=CHANNEL, question="👩🏽‍🔬" * 4_000, detail=LONG),
        asking.suggested_modal(EARLIER, draft_id=DRAFT, zone="Europe/Rome"),
        asking.posted_modal(CHANNEL, EXPERTS, question_id=QUESTION),
        asking.answered_modal(EARLIER[0]),
    ],
)
def test_modals_are_as_slack_takes_them(view: kit.View) -> None:
    validate_view(view)

    assert view["title"]["text"] != ""


def test_nobodys_text_becomes_a_mention_or_ends_the_bold_type() -> None:
    made = question(title="*<!channel>* _now_", detail="<@UANN>")

    said = str(asking.request(made, EXPERTS[0], asker="<!here>")["blocks"])

    assert [mark for mark in ("<!channel>", "<@UANN>", "<!here>") if mark in said] == []
    assert "**" not in said


def test_an_open_earlier_question_says_so_and_has_no_button() -> None:
    blocks = asking.beside(
        [Earlier(question=question(), answer=None, answerer="")], [], question_id=QUESTION, zone="Europe/Rome"
    )

    said = str(blocks)
    assert "🟡 Open: no answer is accepted yet" in said
    assert asking.ANSWERS_IT not in said


@pytest.mark.parametrize("source", [f"{asking.DRAFT}:{DRAFT}", f"{asking.LOGGED}:7"])
def test_buttons_tell_what_they_are_about(source: str) -> None:
    kind, _, ident = source.partition(":")

    assert asking.earlier_of(f"{source}:12") == (source, QuestionId(12))
    assert asking.source_of(source) == (kind, ident)

"""What a channel sees of a question, within Slack's limits whatever people wrote."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.questions import Answer, Question, QuestionState
from bot.views import kit
from bot.views import questions as views
from bot.views.questions import Standing
from sandbox.blocks import validate_blocks

AT = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
QUESTION = Question(
    team_id=TeamId("T1"),
    id=QuestionId(7),
    title="How do you keep members?",
    asker_id=UserId("UBEN"),
    asked_at=AT,
    channel_id=ChannelId("CASK"),
    ts="1686556800.000100",
)
ANSWER = Answer(
    team_id=TeamId("T1"),
    question_id=QuestionId(7),
    id=1,
    author_id=UserId("UEVA"),
    text="Call.",
    answered_at=AT,
)
ODD = st.text(alphabet=st.sampled_from("a &<>*_~`|😀\n\u202e"), max_size=400)


def said(message: kit.Message) -> str:
    """Everything that a message shows."""
    return str(message["blocks"])


@given(
    title=ODD.filter(str.strip),
    detail=ODD.map(lambda text: text * 100),
    topic=ODD,
    answer=ODD.map(lambda text: text * 100),
    earlier=ODD,
    state=st.sampled_from(QuestionState),
    has_answer=st.booleans(),
)
def test_every_message_is_within_slack_s_limits(
    title: str, detail: str, topic: str, answer: str, earlier: str, state: QuestionState, has_answer: bool
) -> None:
    standing = Standing(
        question=replace(QUESTION, title=title[:300], detail=detail, topic=topic[:75], state=state),
        asker="<@UBEN>",
        answer=replace(ANSWER, text=answer) if has_answer else None,
        answerer="<@UEVA>",
        answer_link="https://alumni.slack.com/archives/CASK/p1686556800000100?thread_ts=1&cid=CASK",
        earlier=earlier[:300],
        earlier_link="https://alumni.slack.com/archives/CASK/p1686556800000100",
    )

    for message in (views.posted(standing), views.answered(standing)):
        validate_blocks(message["blocks"], surface="message")
        assert kit.characters(message["blocks"]) <= kit.MESSAGE_CHARACTERS
        assert 0 < len(message["text"]) <= 4_000


def test_an_anonymous_question_names_nobody() -> None:
    anonymous = replace(QUESTION, is_anonymous=True)

    message = views.posted(Standing(question=anonymous, asker=""))

    assert "Asked anonymously" in said(message)
    assert "UBEN" not in said(message)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (QuestionState.OPEN, "open again"),
        (QuestionState.HIDDEN, "taken out"),
        (QuestionState.REMOVED, "taken out"),
        (QuestionState.MERGED, "kept together with <https://there|Who?>"),
        (QuestionState.ANSWERED, "Answered by an earlier question: <https://there|Who?>"),
    ],
)
def test_the_reply_in_the_thread_says_how_the_question_stands(state: QuestionState, words: str) -> None:
    question = replace(QUESTION, state=state)

    message = views.answered(
        Standing(question=question, asker="<@UBEN>", earlier="Who?", earlier_link="https://there")
    )

    assert words in said(message)


def test_what_people_wrote_mentions_nobody_and_links_nowhere() -> None:
    hostile = "<!channel> <@UEVA> <https://evil.example|harmless> |"
    question = replace(QUESTION, title=hostile, state=QuestionState.ANSWERED)

    posted = views.posted(Standing(question=question, asker="", answer=replace(ANSWER, text=hostile)))
    answered = views.answered(
        Standing(question=question, asker="", earlier=hostile, earlier_link="https://x")
    )

    for message in (posted, answered):
        assert "<!channel>" not in said(message) + message["text"]
        assert "<https://evil" not in said(message) + message["text"]
    assert "&lt;https://evil.example/harmless&gt;" in said(answered)


def test_somebody_who_left_is_named() -> None:
    eva = Member(team_id=TeamId("T1"), user_id=UserId("UEVA"), name="Eva <Lang>")

    assert views.person(eva) == "<@UEVA>"
    assert views.person(replace(eva, is_deactivated=True)) == "Eva &lt;Lang&gt;"
    assert views.person(None) == "somebody"

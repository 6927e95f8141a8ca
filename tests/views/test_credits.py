"""Thanks and word of answers within Slack's limits, whoever and whatever is in them."""

from datetime import UTC, datetime

import pytest

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import Answer, Question, QuestionState
from bot.views import credits as views
from bot.views.questions_search import Result
from sandbox.blocks import texts, validate_blocks

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)


def question(title: str, *, number: int = 1) -> Question:
    return Question(
        team_id=TeamId("T1"),
        id=QuestionId(number),
        title=title,
        detail=title,
        asker_id=UserId("UBEN"),
        asked_at=NOW,
        channel_id=ChannelId("CASK"),
        ts="1686556800.000001",
        permalink=f"https://example.slack.com/archives/CASK/p{number}",
        state=QuestionState.ANSWERED,
    )


def helped(title: str, *, number: int = 1, asker: str = "Ben") -> views.Helped:
    return views.Helped(question=question(title, number=number), asker=asker, is_earlier=number % 2 == 0)


@pytest.mark.parametrize("sign", ["&", "<", "*", "|", "😀"])
def test_thanks_for_many_answers_are_one_message_that_slack_takes(sign: str) -> None:
    every = [helped(sign * 3_000, number=number, asker=sign * 200) for number in range(1, 40)]

    message = views.thanks(every)

    validate_blocks(message["blocks"], surface="message")
    assert message["text"] == "💛 Thank you! What you wrote answered 39 questions."
    assert list(texts(message["blocks"]))[-1] == "And 29 more."


def test_a_title_formats_nothing_calls_nobody_and_ends_no_link() -> None:
    message = views.thanks([helped("*Who* <!channel> a|b?", asker="")])

    assert list(texts(message["blocks"]))[1] == (
        "• <https://example.slack.com/archives/CASK/p1|*\u200bWho*\u200b &lt;!channel&gt; a/b?>"
    )


def test_word_of_an_answer_is_one_message_that_slack_takes() -> None:
    answer = Answer(
        team_id=TeamId("T1"),
        question_id=QuestionId(1),
        id=1,
        author_id=UserId("UEVA"),
        text="&" * 40_000,
        answered_at=NOW,
        ts="1686556800.000002",
    )
    into = Result(
        question=question("&" * 3_000),
        asker="&" * 200,
        is_own=False,
        channel="ask-alumni",
        is_private=False,
        replies=1,
        accepted=answer,
        answerer="&" * 200,
        answered_by=None,
    )

    message = views.answered_too(question("&" * 3_000, number=2), into, zone="Europe/Lisbon")

    validate_blocks(message["blocks"], surface="message")

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import Answer, LinkKind, NewAnswer, NewQuestion, Question, QuestionState
from storage import questions
from storage.db import Database

TEAM = TeamId("T1")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHANNEL = ChannelId("C1")


def asked(title: str = "Who hosts a visit?", *, ts: str | None = None) -> NewQuestion:
    return NewQuestion(title=title, asker_id=UserId("U1"), asked_at=NOW, channel_id=CHANNEL, ts=ts)


def given_answer(text: str = "We do.", *, ts: str | None = None, hours: int = 1) -> NewAnswer:
    return NewAnswer(author_id=UserId("U2"), text=text, answered_at=NOW + timedelta(hours=hours), ts=ts)


async def test_questions_are_numbered_in_their_workspace(db: Database) -> None:
    async with db.writing() as work:
        first = await questions.add_question(work, team_id=TEAM, asked=asked("One?"))
        second = await questions.add_question(work, team_id=TEAM, asked=asked("Two?"))
        elsewhere = await questions.add_question(work, team_id=TeamId("T2"), asked=asked("One?"))

    assert (first.id, second.id, elsewhere.id) == (1, 2, 1)


async def test_a_question_is_read_as_it_was_written(db: Database) -> None:
    async with db.writing() as work:
        written = await questions.add_question(work, team_id=TEAM, asked=asked(ts="1.0"))

        found = await questions.question_of_message(work, team_id=TEAM, channel_id=CHANNEL, ts="1.0")

    assert found == written
    assert written == Question(team_id=TEAM, id=QuestionId(1), **vars(asked(ts="1.0")))


async def test_the_same_message_is_logged_once(db: Database) -> None:
    async with db.writing() as work:
        await questions.add_question(work, team_id=TEAM, asked=asked(ts="1.0"))

    with pytest.raises(IntegrityError):
        async with db.writing() as work:
            await questions.add_question(work, team_id=TEAM, asked=asked("Again?", ts="1.0"))


async def test_answers_come_with_their_questions_oldest_first(db: Database) -> None:
    async with db.writing() as work:
        logged = await questions.add_questions(
            work,
            team_id=TEAM,
            asked=[
                (asked("One?"), [given_answer("b", hours=2), given_answer("a", hours=1)]),
                (asked("Two?"), []),
                (asked("Three?"), [given_answer("c")]),
            ],
        )
        ids = [one.id for one in logged]

        found = await questions.answers(work, team_id=TEAM, question_ids=ids)

    assert [(one.question_id, one.id, one.text) for one in found] == [(1, 2, "a"), (1, 1, "b"), (3, 1, "c")]


async def test_taking_the_accepted_answer_out_opens_the_question_again(db: Database) -> None:
    async with db.writing() as work:
        question = await questions.add_question(work, team_id=TEAM, asked=asked())
        answer = await questions.add_answer(work, team_id=TEAM, question_id=question.id, given=given_answer())
        accepted = vars(question) | {"state": QuestionState.ANSWERED, "accepted_answer_id": answer.id}
        await questions.change_question(work, Question(**accepted | {"answered_at": NOW}))

        await questions.remove_answer(work, team_id=TEAM, question_id=question.id, answer_id=answer.id)

        found = await questions.question(work, team_id=TEAM, question_id=question.id)
        left = await questions.answers(work, team_id=TEAM, question_ids=[question.id])
    assert found == question
    assert left == []


async def test_what_no_database_keeps_is_replaced(db: Database) -> None:
    async with db.writing() as work:
        question = await questions.add_question(work, team_id=TEAM, asked=asked("a\x00b\ud800c"))
        answer = await questions.add_answer(
            work, team_id=TEAM, question_id=question.id, given=given_answer("\udfff")
        )
        await questions.change_answer(work, Answer(**vars(answer) | {"text": "x\x00"}))

        found = await questions.answers(work, team_id=TEAM, question_ids=[question.id])

    assert question.title == "a\ufffdb\ufffdc"
    assert [one.text for one in found] == ["x\ufffd"]


async def test_links_are_kept_and_undone(db: Database) -> None:
    async with db.writing() as work:
        earlier = await questions.add_question(work, team_id=TEAM, asked=asked("One?"))
        later = await questions.add_question(work, team_id=TEAM, asked=asked("Two?"))
        await questions.link(
            work,
            team_id=TEAM,
            question_id=later.id,
            earlier_id=earlier.id,
            kind=LinkKind.ANSWERED_BY,
            linked_by=UserId("U1"),
            linked_at=NOW,
        )
        before = await questions.linked(work, team_id=TEAM, question_id=later.id)

        await questions.unlink(work, team_id=TEAM, question_id=later.id, earlier_id=earlier.id)

        after = await questions.linked(work, team_id=TEAM, question_id=later.id)
    assert before == [(LinkKind.ANSWERED_BY, earlier.id)]
    assert after == []

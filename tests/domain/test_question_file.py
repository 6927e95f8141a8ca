"""Tables of questions and answers: what they may look like, and every fault by its line."""

from datetime import UTC, datetime

import pytest

from bot.domain.faults import Fault, Faults
from bot.domain.past import PastQuestion
from bot.domain.question_file import COLUMNS, read_questions

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)


def read(text: str) -> tuple[list[PastQuestion], list[Fault]]:
    """The questions and faults of a table, at NOW, in Brussels."""
    return read_questions(text, file="old.csv", zone="Europe/Brussels", now=NOW)


def faults(text: str) -> list[str]:
    """The faults of a table; it has no questions then."""
    found, wrong = read(text)
    assert found == []
    return [str(one) for one in Faults(wrong).faults]


def test_a_row_is_a_question_with_its_answer() -> None:
    found, wrong = read(
        "asked_at,asked_by,question,topic,answer,answered_by,answered_at,accepted\n"
        "2022-05-03 14:30,ana@example.org,How many members?,growth,About ninety.,Ben Virta,2022-05-04,yes\n"
    )

    assert wrong == []
    (question,) = found
    assert (question.title, question.topic, question.by.email) == (
        "How many members?",
        "growth",
        "ana@example.org",
    )
    assert question.asked_at == datetime(2022, 5, 3, 12, 30, tzinfo=UTC)
    (answer,) = question.answers
    assert (answer.text, answer.by.name, answer.is_accepted) == ("About ninety.", "Ben Virta", True)
    assert answer.answered_at == datetime(2022, 5, 3, 22, 0, tzinfo=UTC)


def test_rows_with_the_same_id_are_answers_to_one_question_in_order_of_time() -> None:
    found, wrong = read(
        "id,asked_at,question,answer,answered_at,accepted\n"
        "7,2022-05-03,How many members?,Two hundred.,2022-05-09,no\n"
        "7,2022-05-03,How many members?,About ninety.,2022-05-04,yes\n"
    )

    assert wrong == []
    assert [[(one.text, one.is_accepted) for one in question.answers] for question in found] == [
        [("About ninety.", True), ("Two hundred.", False)]
    ]


def test_without_a_column_accepted_the_first_answer_is_accepted() -> None:
    found, _ = read(
        "asked_at,question,answer\n"
        "2022-05-03,How many members?,Ninety.\n"
        "2022-05-03,How many members?,Two hundred.\n"
        "2022-05-04,Who pays?,\n"
    )

    assert [[one.is_accepted for one in question.answers] for question in found] == [[True, False], []]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_are_separated_as_the_header_is(separator: str) -> None:
    found, wrong = read(
        f"asked_at{separator}question{separator}answer\n2022-05-03{separator}Who?{separator}Me.\n"
    )

    assert wrong == []
    assert [(one.title, one.answers[0].text) for one in found] == [("Who?", "Me.")]


def test_a_question_has_the_same_source_each_time_and_another_than_its_neighbour() -> None:
    text = "asked_at,question\n2022-05-03,Who?\n2022-05-04,Who?\n"

    first, _ = read(text)
    second, _ = read(text)

    assert [one.source for one in first] == [one.source for one in second]
    assert len({one.source for one in first}) == 2


def test_every_broken_row_is_named_by_its_line_and_nothing_is_read() -> None:
    assert faults(
        "asked_at,question,answer,answered_by,answered_at,accepted\n"
        "2022-05-03,Fine?,Yes.,Ben,2022-05-04,yes\n"
        "yesterday,When?,,,,\n"
        "2022-05-03,,An answer to nothing.,,,\n"
        "2027-01-01,From the future?,,,,\n"
        '2022-05-03,"Over\nthree\nlines?",Yes.,Ben,2022-05-01,maybe\n'
        "2022-05-03,Nobody answered?,,Ben,,yes\n"
        "2022-05-03,Too few\n"
    ) == [
        'old.csv:3: asked_at: "yesterday" is no date; write one such as 2021-05-03 or 2021-05-03 14:30.',
        "old.csv:4: question: it is empty; write what was asked, or take the line away.",
        "old.csv:5: asked_at: 2027-01-01 is in the future; look at the year.",
        'old.csv:6: accepted: "maybe" is neither yes nor no; write yes or no.',
        "old.csv:6: answered_at: it is before the question was asked; look which of the two is wrong.",
        "old.csv:9: accepted: there is no answer in this line; write the answer, or no.",
        "old.csv:9: answered_by: there is no answer in this line; write the answer, or empty this.",
        "old.csv:10: the line has 2 fields and the header 6; "
        "put quotes around a field with a separator in it, keep empty ones.",
    ]


def test_one_question_has_one_wording_and_one_accepted_answer() -> None:
    assert faults(
        "id,asked_at,question,answer,accepted\n"
        "1,2022-05-03,Who?,Me.,yes\n"
        "1,2022-05-03,Who?,Them.,yes\n"
        "1,2022-05-03,Whom?,Us.,no\n"
    ) == [
        "old.csv:3: accepted: another answer to this question is accepted already; leave one of them.",
        "old.csv:4: id: it is another question than in line 2, with the same id; "
        "give it another id, or the same question.",
    ]


def test_a_header_is_told_what_is_wrong_with_it() -> None:
    assert faults("askedat,question,question\n2022-05-03,Who?,Who?\n") == [
        "old.csv:1: asked_at: the column is missing; add it.",
        "old.csv:1: askedat: there is no such column; did you mean asked_at?",
        "old.csv:1: question: the column is there twice; take one of them away.",
    ]
    assert faults("") == [
        f"old.csv:1: the file is empty; begin with a line that names the columns: {','.join(COLUMNS)}."
    ]
    assert faults("asked_at,question\n") == ["old.csv:1: there is no question in it; add a line for each."]
    assert faults("nothing,known\n1,2\n") == [
        f"old.csv:1: the first line names no column; begin with a line that names the columns: "
        f"{','.join(COLUMNS)}."
    ]


def test_a_quote_that_is_not_closed_is_no_table() -> None:
    (fault,) = faults('asked_at,question\n2022-05-03,"Who?\n')

    assert fault.startswith("old.csv:2: this is not CSV")


def test_what_is_longer_than_a_message_is_refused() -> None:
    (fault,) = faults(f"asked_at,question\n2022-05-03,{'x' * 40_001}\n")

    assert fault == "old.csv:2: question: it has 40,001 characters; keep it to 40,000."

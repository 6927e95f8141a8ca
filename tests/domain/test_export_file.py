"""Slack exports: what becomes a question, and what is wrong with a broken one."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from bot.domain.export_file import questions_of, read_export
from bot.domain.past import PastQuestion
from tests.exports import ANSWERED, ASKED, export, message


def questions(content: bytes, *, all_of_it: bool = True) -> list[PastQuestion]:
    """The questions of all channels of an export without a fault."""
    read, faults = read_export(content, file="old.zip")
    assert faults == []
    return [one for channel in read.channels for one in questions_of(read, channel, all_of_it=all_of_it)]


def faults(content: bytes) -> list[str]:
    """The faults of an export; it holds nothing then."""
    read, wrong = read_export(content, file="old.zip")
    assert read.channels == ()
    return [str(one) for one in wrong]


def test_a_thread_is_a_question_with_answers_and_a_check_mark_by_the_asker_accepts() -> None:
    (question,) = questions(export({"ask": [ASKED, ANSWERED]}))

    assert question.title == "How do @Ben Virta and others keep members?"
    assert (question.channel_id, question.ts, question.by.email) == (
        "CASK",
        "1651582800.000100",
        "ana@older.example",
    )
    assert question.asked_at == datetime(2022, 5, 3, 13, 0, 0, 100, tzinfo=UTC)
    assert [(one.text, one.by.name, one.is_accepted) for one in question.answers] == [
        ("We call them & listen.", "Ben Virta", True)
    ]


@pytest.mark.parametrize(
    "left_out",
    [
        message("<@UOLD1> has joined the channel", "1651582800.000100", subtype="channel_join"),
        message("Beep", "1651582800.000100", "UBOT"),
        message("Beep", "1651582800.000100", bot_id="B1"),
        message("", "1651582800.000100"),
        message("Whose thread?", "1651582800.000100", thread_ts="1600000000.000100"),
        {"type": "message", "ts": "1651582800.000100", "text": "By nobody"},
    ],
    ids=["joined", "robot", "app", "empty", "root is gone", "nobody"],
)
def test_what_no_person_asked_is_left_out(left_out: dict[str, object]) -> None:
    assert questions(export({"ask": [left_out]})) == []


def test_of_other_channels_only_what_asks_is_taken() -> None:
    content = export(
        {
            "chat": [
                message("Lunch is ready", "1651582800.000100"),
                message("Does anyone know a good caterer?", "1651582900.000100"),
            ]
        }
    )

    assert [one.title for one in questions(content, all_of_it=False)] == ["Does anyone know a good caterer?"]


def test_files_are_told_by_their_names() -> None:
    asked = message("", "1651582800.000100", files=[{"name": "budget.xlsx"}, {"mode": "tombstone"}])

    assert [one.title for one in questions(export({"ask": [asked]}))] == ["budget.xlsx"]


def test_direct_messages_are_not_read() -> None:
    others = {"dms.json": '[{"id": "D1"}]', "D1/2022-05-03.json": '[{"type": "message", "ts": "x"}]'}

    assert questions(export({"ask": []}, others=others)) == []


def test_a_broken_day_is_named_by_file_and_line() -> None:
    day = '[\n {"type": "message", "ts": "1651582800.0001", "text": "?"},\n {"type": "message"},\n 7,\n {"ts"'

    assert faults(export({"ask": []}, others={"ask/2022-05-03.json": day})) == [
        f"old.zip/ask/2022-05-03.json:{line}: {problem}; "
        "download the export from Slack again, and leave the ZIP as it is."
        for line, problem in [
            (3, "a message has no ts"),
            (4, "something else than an object stands here"),
            (5, "this is no JSON list of objects (Expecting ':' delimiter)"),
        ]
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (message("x", "soon"), "'soon' is no ts of a message"),
        (message("x", "1651582800.000100", reactions=[{}]), "a message's reactions are none"),
        (message("x", "1651582800.000100", files=[3]), "a message's files are none"),
        (message("x", "1651582800.000100", edited="today"), "a message's edit is none"),
        ({"type": "message", "ts": "1651582800.000100", "text": 3}, "a message's text is no text"),
    ],
)
def test_a_message_that_is_none_is_a_fault(given: dict[str, object], problem: str) -> None:
    (fault,) = faults(export({"ask": [given]}))

    assert fault.startswith(f"old.zip/ask/2022-05-03.json:2: {problem}; ")


def test_what_is_no_export_is_refused() -> None:
    assert [one.partition(" (")[0] for one in faults(b"PK no zip")] == [
        "old.zip:1: this is no ZIP that can be read"
    ]
    (fault,) = faults(export({}, others={"channels.json": "{}"}))
    assert fault.startswith("old.zip/channels.json:1: this is no JSON list of objects")


def test_a_zip_without_channels_is_no_export() -> None:

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("holiday.txt", "sun")

    (fault,) = faults(packed.getvalue())

    assert fault.startswith("old.zip:1: there is no channels.json in it: this is no Slack export")

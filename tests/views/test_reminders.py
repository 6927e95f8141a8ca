"""Reminders within Slack's limits, however much they cover, and safe from what people write."""

from datetime import timedelta

import pytest

from bot.domain.ids import HomeworkId, UserId
from bot.views import kit, reminders
from bot.views.reminders import Due, Missing, Progress, Status
from sandbox.blocks import validate_blocks
from tests.reminding import utc

NOW = utc("2023-07-04 07:00")
NASTY = "<!channel> & <@U1> " + "🎯" * 300


def due(number: int, status: Status = Status.DUE, title: str = NASTY) -> Due:
    return Due(
        homework_id=HomeworkId(f"cba-2/plan-{number}"),
        title=title,
        due_at=NOW + timedelta(days=number),
        zone="America/Argentina/Buenos_Aires",
        status=status,
        is_extended=True,
        can_snooze=True,
    )


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("count", [1, 2, 40])
def test_a_personal_reminder_is_one_that_slack_takes(status: Status, count: int) -> None:
    pieces = [due(number, status) for number in range(count)]

    message = reminders.personal(pieces, reader_zone="Asia/Kathmandu", now=NOW)

    validate_blocks(message["blocks"], surface="message")
    assert kit.characters(message["blocks"]) <= kit.MESSAGE_CHARACTERS
    assert "<!channel>" not in str(message)
    assert "<@U1>" not in str(message)


@pytest.mark.parametrize("lists", [1, 3, 40])
def test_the_organisers_list_of_two_thousand_is_one_that_slack_takes(lists: int) -> None:
    people = [(UserId(f"U{number:08}"), NASTY) for number in range(2000)]
    shown = [
        Missing(
            homework_id=HomeworkId(f"cba-2/plan-{number}"),
            key=f"plan-{number}",
            title=NASTY,
            due_at=NOW,
            zone="America/Argentina/Buenos_Aires",
            people=people,
            participants=2000,
            extended=3,
        )
        for number in range(lists)
    ]

    message = reminders.missing(shown, reader_zone="Asia/Kathmandu")

    validate_blocks(message["blocks"], surface="message")
    assert kit.characters(message["blocks"]) <= kit.MESSAGE_CHARACTERS
    assert message["text"] == "📋 Homework after the deadline: 2000 people are missing."
    assert "Missing, 2000 of 2000: <@U00000000>" in str(message["blocks"][1])
    assert " more\n" in message["blocks"][1]["text"]["text"]


def test_the_channels_reminder_is_one_that_slack_takes() -> None:
    pieces = [
        Progress(
            homework_id=HomeworkId(f"cba-2/plan-{number}"),
            title=NASTY,
            due_at=NOW,
            zone="Europe/Rome",
            handed_in=14,
            participants=21,
        )
        for number in range(40)
    ]

    message = reminders.public(pieces, now=NOW)

    validate_blocks(message["blocks"], surface="message")
    assert kit.characters(message["blocks"]) <= kit.MESSAGE_CHARACTERS
    assert message["text"].endswith("is due today: Tue 4 July 2023, 09:00 (Rome) · 14 of 21 have handed in")


def test_the_words_of_each_state() -> None:
    def said(status: Status) -> str:
        text: str = reminders.personal(
            [due(1, status, "Plan")], reader_zone="America/Argentina/Buenos_Aires", now=NOW
        )["text"]
        return text

    when = "Wed 5 July 2023, 04:00 (Buenos Aires)"
    assert said(Status.DUE) == f"⏰ *Plan* is due tomorrow: {when}.\nThis is your extended date."
    assert said(Status.RECEIVED) == "✅ *Plan*: received. Thank you!"
    assert said(Status.STOPPED) == f"🔕 *Plan*: no more reminders. It is due {when}."
    assert said(Status.OVERDUE) == (
        f"🔴 *Plan* is overdue. It was due {when}.\nYou can still hand it in; it will be marked as late."
    )

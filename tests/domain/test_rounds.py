from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain import calendar
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.meeting_times import LENGTH, Attendee, proposed_times
from bot.domain.peers import (
    Answer,
    Because,
    Debt,
    Feedback,
    Handover,
    Kind,
    Match,
    Pause,
    Reply,
    Round,
    RoundState,
    Who,
    debts,
    did_meet,
    group_recipient,
    piece_id,
    round_of,
)
from bot.domain.workdays import is_weekend

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
BEN, CLEO, DINA = UserId("UBEN"), UserId("UCLEO"), UserId("UDINA")


def a_round(kind: Kind = Kind.PAIRS, *, homework: str | None = "cba-2/plan") -> Round:
    return Round(
        team_id=TeamId("T1"),
        id=3,
        edition_key=EditionKey("cba-2"),
        zone="Europe/Rome",
        kind=kind,
        state=RoundState.PUBLISHED,
        homework_id=HomeworkId(homework) if homework else None,
        who=Who.EVERYBODY,
        size=2,
        sector="any",
        common_language=False,
        reciprocal="avoid",
        give_back=datetime(2023, 6, 30, 23, 59),  # noqa: DTZ001 (a wall time)
        handover=Handover.AT_ONCE,
        is_anonymous=False,
        rubric=("Aims are clear",),
        left_out=(),
        seed=0,
        revision=2,
        planned_by=UserId("UANN"),
        planned_at=NOW,
        published_at=NOW,
        publication=1,
    )


def reply(user_id: UserId, answer: Answer) -> Reply:
    return Reply(round_id=3, number=1, user_id=user_id, answer=answer, answered_at=NOW)


def given(giver: UserId, author: UserId) -> Feedback:
    return Feedback(
        round_id=3,
        giver=giver,
        author=author,
        works="Good.",
        change="",
        question="",
        ratings={},
        saved_at=NOW,
        sent_at=NOW,
    )


def test_in_a_trio_each_owes_both_others() -> None:
    assert debts(a_round(), [Match(number=1, members=(BEN, CLEO, DINA))]) == [
        Debt(BEN, CLEO),
        Debt(BEN, DINA),
        Debt(CLEO, BEN),
        Debt(CLEO, DINA),
        Debt(DINA, BEN),
        Debt(DINA, CLEO),
    ]


def test_of_a_review_only_the_reviewer_owes() -> None:
    assert debts(a_round(Kind.REVIEWS), [Match(number=1, members=(CLEO, BEN))]) == [Debt(CLEO, BEN)]


def test_nobody_owes_feedback_without_homework_at_a_table_or_in_a_match_that_ended() -> None:
    match = Match(number=1, members=(BEN, CLEO))
    ended = Match(number=1, members=(BEN, CLEO), is_ended=True)

    assert debts(a_round(homework=None), [match]) == []
    assert debts(a_round(Kind.GROUPS), [match]) == []
    assert debts(a_round(), [ended]) == []


@pytest.mark.parametrize(
    ("answers", "met"),
    [
        ((), True),
        ((Answer.MET,), True),
        ((Answer.DATE,), True),
        ((Answer.NOT_YET,), False),
        ((Answer.UNREACHABLE,), False),
        ((Answer.UNREACHABLE, Answer.MET), True),
        ((Answer.NOT_YET, Answer.DATE), True),
    ],
)
def test_a_pair_has_met_unless_it_says_otherwise(answers: tuple[Answer, ...], met: bool) -> None:
    match = Match(number=1, members=(BEN, CLEO))
    replies = [reply(user_id, answer) for user_id, answer in zip((BEN, CLEO), answers, strict=False)]

    assert did_meet(match, replies, [], of=a_round()) is met


def test_who_gave_feedback_has_met_whatever_was_said() -> None:
    match = Match(number=1, members=(BEN, CLEO))

    assert did_meet(match, [reply(CLEO, Answer.UNREACHABLE)], [given(BEN, CLEO)], of=a_round())


def test_a_match_that_ended_is_no_meeting() -> None:
    assert not did_meet(Match(number=1, members=(BEN, CLEO), is_ended=True), [], [], of=a_round())


def test_a_group_message_to_nine_people_is_refused() -> None:
    nine = [UserId(f"U{number}") for number in range(9)]

    assert group_recipient([CLEO, BEN]) == "UBEN,UCLEO"
    assert len(group_recipient(nine[:8]).split(",")) == 8
    with pytest.raises(ValueError, match="2 to 8, not 9"):
        group_recipient(nine)


def test_a_group_message_to_one_person_is_refused() -> None:
    with pytest.raises(ValueError, match="2 to 8, not 1"):
        group_recipient([BEN, BEN])


def test_reminders_know_a_round_by_an_id_that_no_homework_has() -> None:
    assert round_of(piece_id(3)) == 3
    assert round_of("peers/3") is None
    assert "/" not in piece_id(3)


def test_the_question_half_way_comes_in_working_hours_before_the_date() -> None:
    # Half of the time between Monday 12 June and the end of Friday 30 June is over on a Wednesday afternoon.
    assert a_round().check_in_at == datetime(2023, 6, 21, 14, 59, 30, tzinfo=UTC)
    assert a_round(Kind.REVIEWS).check_in_at is None


def test_a_date_of_23_59_holds_to_the_end_of_that_minute() -> None:
    assert a_round().ends_at == datetime(2023, 6, 30, 22, 0, tzinfo=UTC)


def test_a_pause_holds_to_its_last_day_and_not_after_somebody_came_back() -> None:
    until = Pause(user_id=BEN, since=NOW, until=date(2023, 7, 1), because=Because.ASKED)
    over = Pause(user_id=BEN, since=NOW, until=None, because=Because.SILENT, resumed_at=NOW)

    assert until.holds(date(2023, 7, 1))
    assert not until.holds(date(2023, 7, 2))
    assert not over.holds(date(2023, 6, 13))


def test_proposed_times_are_in_everybody_s_working_hours_on_different_days() -> None:
    attendees = [
        Attendee(zone="Atlantic/Azores", is_day_off=is_weekend),
        Attendee(zone="Europe/Helsinki", is_day_off=is_weekend),
    ]

    found = proposed_times(attendees, after=NOW, before=NOW + timedelta(days=14))

    assert len({calendar.local_date(start, "Europe/Helsinki") for start in found}) == 3
    for start in found:
        for one in attendees:
            begins, ends = calendar.wall(start, one.zone), calendar.wall(start + LENGTH, one.zone)
            assert (begins.hour, ends.date()) >= (9, begins.date())
            assert (ends.hour, ends.minute) <= (17, 0)
            assert begins.weekday() < 5


def test_where_working_hours_do_not_meet_no_time_is_proposed() -> None:
    attendees = [
        Attendee(zone="Europe/Lisbon", is_day_off=is_weekend),
        Attendee(zone="Pacific/Auckland", is_day_off=is_weekend),
    ]

    assert proposed_times(attendees, after=NOW, before=NOW + timedelta(days=14)) == []


def test_on_days_off_no_time_is_proposed() -> None:
    everyday = [Attendee(zone="Europe/Rome", is_day_off=lambda _on: True)]

    assert proposed_times(everyday, after=NOW, before=NOW + timedelta(days=30)) == []

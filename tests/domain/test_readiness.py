"""What is ready and what is missing before an academy can begin."""

from datetime import UTC, date, datetime

from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId, EditionKey, TeamId, homework_id
from bot.domain.readiness import Check, State, Subject, checks, is_ready

TEAM = TeamId("T1")
NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
ACADEMY = Academy(
    team_id=TEAM,
    name="Academy",
    timezone="Europe/Brussels",
    organisers=("U1",),
    question_channels=(ChannelId("CASK"), ChannelId("COTHER")),
    announcements_channel=ChannelId("CNEWS"),
)
EDITION = Edition(
    team_id=TEAM,
    key=EditionKey("e"),
    name="Edition",
    timezone="Europe/Rome",
    channel_id=ChannelId("CE"),
    days=(Day(on=date(2023, 9, 21), kind=DayKind.IN_PERSON, title="Day"),),
)


def piece(due: datetime) -> Homework:
    return Homework(
        team_id=TEAM,
        id=homework_id("e", "plan"),
        edition_key=EDITION.key,
        key="plan",
        title="Plan",
        brief="",
        zone="Europe/Rome",
        opens=datetime(2023, 6, 8, 9),  # noqa: DTZ001 (a wall time)
        due=due,
    )


AHEAD = piece(datetime(2023, 7, 5, 18))  # noqa: DTZ001 (a wall time)
PAST = piece(datetime(2023, 6, 9, 18))  # noqa: DTZ001 (a wall time)


def test_nothing_set_up_is_told_from_the_beginning() -> None:
    found = checks(None, None, [], organisers=0, participants=0, bot_is_in=(), now=NOW)

    assert [(check.subject, check.state) for check in found] == [
        (Subject.ACADEMY, State.MISSING),
        (Subject.ORGANISERS, State.ADVISED),
        (Subject.QUESTIONS, State.ADVISED),
        (Subject.ANNOUNCEMENTS, State.ADVISED),
        (Subject.EDITION, State.MISSING),
    ]
    assert not is_ready(found)


def test_all_that_is_there_makes_it_ready() -> None:
    bot_is_in = {ChannelId("CASK"), ChannelId("COTHER"), ChannelId("CNEWS"), ChannelId("CE")}

    found = checks(ACADEMY, EDITION, [AHEAD], organisers=1, participants=3, bot_is_in=bot_is_in, now=NOW)

    assert {check.state for check in found} == {State.READY}
    assert is_ready(found)
    assert found[-1] == Check(subject=Subject.PEOPLE, state=State.READY, count=3)


def test_channels_without_the_bot_are_named_and_old_homework_is_noticed() -> None:
    found = checks(
        ACADEMY, EDITION, [PAST], organisers=1, participants=3, bot_is_in={ChannelId("CASK")}, now=NOW
    )

    told = {check.subject: check for check in found}
    assert told[Subject.QUESTIONS].channels == (ChannelId("COTHER"),)
    assert told[Subject.CHANNEL].channels == (ChannelId("CE"),)
    assert told[Subject.HOMEWORK] == Check(subject=Subject.HOMEWORK, state=State.ADVISED, count=1)


def test_edition_that_is_over_does_not_count() -> None:
    found = checks(
        ACADEMY,
        EDITION,
        [PAST],
        organisers=1,
        participants=3,
        bot_is_in=(),
        now=datetime(2023, 12, 1, tzinfo=UTC),
    )

    assert (found[-1].subject, found[-1].state) == (Subject.EDITION, State.MISSING)

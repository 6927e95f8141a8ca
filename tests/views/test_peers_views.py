"""Views of peer feedback within Slack's limits, whoever and whatever is in them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.editions import Edition
from bot.domain.homework import HandedInFile, Homework, Submission
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.matching.values import Compromise, Met, Reason, Shortfall
from bot.domain.members import Member
from bot.domain.peers import (
    Answer,
    Apart,
    Because,
    Feedback,
    Handover,
    Kind,
    Match,
    Pause,
    Round,
    RoundState,
    Who,
)
from bot.views import peers as views
from bot.views import peers_desk, peers_form, peers_messages, peers_plan, peers_words
from sandbox.blocks import texts, validate_blocks
from sandbox.views import validate_view

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
LONG = "&" * 5_000
TEXT = "&" * 3_000


def a_round(kind: Kind = Kind.PAIRS) -> Round:
    return Round(
        team_id=TeamId("T1"),
        id=12,
        edition_key=EditionKey("cba-2"),
        zone="America/Argentina/Buenos_Aires",
        kind=kind,
        state=RoundState.PUBLISHED,
        homework_id=HomeworkId("cba-2/plan"),
        who=Who.EVERYBODY,
        size=3,
        sector="any",
        common_language=False,
        reciprocal="avoid",
        give_back=datetime(2023, 6, 30, 23, 59),  # noqa: DTZ001 (a wall time)
        handover=Handover.AT_ONCE,
        is_anonymous=False,
        rubric=tuple(f"{number}{'&' * 74}" for number in range(6)),
        left_out=(),
        seed=0,
        revision=2,
        planned_by=UserId("UANN"),
        planned_at=NOW,
        published_at=NOW,
        publication=1,
    )


def piece(title: str = LONG, brief: str = LONG) -> Homework:
    return Homework(
        team_id=TeamId("T1"),
        id=HomeworkId("cba-2/plan"),
        edition_key=EditionKey("cba-2"),
        key="plan",
        title=title,
        brief=brief,
        zone="Europe/Rome",
        opens=datetime(2023, 6, 8, 9, 0),  # noqa: DTZ001 (a wall time)
        due=datetime(2023, 7, 5, 18, 0),  # noqa: DTZ001 (a wall time)
    )


def somebody(number: int) -> Member:
    return Member(
        team_id=TeamId("T1"),
        user_id=UserId(f"U{number:05}"),
        name=LONG,
        country="PT",
        sectors=(LONG, LONG, LONG),
        expertise=(LONG, LONG, LONG),
    )


def handed_in(text: str = LONG) -> Submission:
    files = tuple(
        HandedInFile(id=f"F{number}", name=LONG, permalink="https://x.org/f") for number in range(10)
    )
    return Submission(
        team_id=TeamId("T1"),
        homework_id=HomeworkId("cba-2/plan"),
        user_id=UserId("U1"),
        version=1,
        text=text,
        link="https://example.org/" + "&" * 2900,
        files=files,
        submitted_at=NOW,
        late_by_s=0,
    )


def written() -> Feedback:
    return Feedback(
        round_id=12,
        giver=UserId("U1"),
        author=UserId("U2"),
        works=TEXT,
        change=TEXT,
        question=TEXT,
        ratings=dict.fromkeys(a_round().rubric, 4),
        saved_at=NOW,
        sent_at=NOW,
        version=3,
    )


def partner(number: int) -> peers_messages.Partner:
    zones = ("Europe/Rome", "Atlantic/Azores", "Europe/Helsinki", "UTC", "Europe/Lisbon", "Europe/Istanbul")
    return peers_messages.Partner(
        member=somebody(number), cluster=LONG, handed_in=handed_in(), zone=zones[number % 6]
    )


@pytest.mark.parametrize(("kind", "count"), [(Kind.PAIRS, 2), (Kind.PAIRS, 3), (Kind.GROUPS, 6)])
def test_the_message_to_a_pair_trio_or_group_is_one_that_slack_takes(kind: Kind, count: int) -> None:
    proposed = [NOW + timedelta(days=number) for number in range(3)]

    message = peers_messages.match(
        a_round(kind), [partner(number) for number in range(count)], homework=piece(), proposed=proposed
    )

    validate_blocks(message["blocks"], surface="message")


def test_the_message_to_a_reviewer_is_one_that_slack_takes() -> None:
    message = peers_messages.review(
        a_round(Kind.REVIEWS), partner(1), homework=piece(), reader_zone="Europe/Helsinki"
    )

    validate_blocks(message["blocks"], surface="message")


def test_feedback_of_the_greatest_length_is_a_message_that_slack_takes_and_whole_in_a_modal() -> None:
    one = written()

    message = peers_messages.feedback(
        a_round(), one, giver=LONG, title=LONG, reference="12 3 U1", rubric=a_round().rubric
    )
    view = views.read(peers_messages.whole(one, giver=LONG, title=LONG))

    validate_blocks(message["blocks"], surface="message")
    validate_view(view)
    assert "".join(texts(view["blocks"])).count("&amp;") >= 9_000


def test_the_form_holds_a_long_piece_of_work_and_what_was_written() -> None:
    view = peers_form.form(
        a_round(Kind.REVIEWS),
        somebody(1),
        homework=piece(),
        handed_in=handed_in("x" * 40_000),
        written=written(),
        reader_zone="Europe/Helsinki",
        may_write=True,
    )

    validate_view(view)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("page", [0, 3, 99])
def test_the_draft_of_a_large_round_is_shown_in_pages_that_slack_takes(kind: Kind, page: int) -> None:
    matches = [
        Match(
            number=number,
            members=tuple(
                UserId(f"U{number:05}{letter}") for letter in "abc"[: 2 if kind is Kind.REVIEWS else 3]
            ),
        )
        for number in range(1, 501)
    ]
    names: dict[str, str] = {member: LONG for match in matches for member in match.members}
    reasons = {
        match.number: Reason(
            met=(Met(match.members[0], match.members[1], 3),),
            different_countries=True,
            sectors=(LONG, LONG),
            languages=("en", "pt"),
        )
        for match in matches
    }
    found = [
        Compromise(shortfall=shortfall, people=tuple(match.members))
        for shortfall in Shortfall
        for match in matches[:9]
    ]

    view = peers_plan.draft(
        a_round(kind),
        matches,
        names=names,
        reasons=reasons,
        found=found,
        title=LONG,
        planner=LONG,
        messages=500,
        page=page,
        note=peers_plan.undone_text(a_round()),
    )

    validate_view(view)


def test_the_forms_are_ones_that_slack_takes() -> None:
    editions = [
        Edition(team_id=TeamId("T1"), key=EditionKey(f"cba-{n}"), name=LONG, timezone="Europe/Rome")
        for n in range(120)
    ]

    for view in (
        peers_plan.plan(editions, [piece()] * 1, today=date(2023, 7, 6)),
        peers_plan.there_is_a_draft(a_round(), LONG),
        peers_plan.swap(a_round(), view_id="V1"),
        peers_plan.swap(a_round(Kind.REVIEWS), view_id="V1"),
        peers_plan.leave_out(a_round(), view_id="V1"),
        peers_plan.keep_apart([], {}),
        peers_plan.keep_apart(
            [
                Apart(one=UserId(f"U{number}A"), other=UserId(f"U{number}B"), asked_by=UserId("UANN"))
                for number in range(100)
            ],
            {UserId(f"U{number}{letter}"): LONG for number in range(100) for letter in "AB"},
            note=LONG[:2000],
        ),
        peers_plan.published(a_round(), 500),
        peers_plan.undone(a_round()),
        peers_plan.discarded(a_round()),
        peers_plan.drawing(),
        peers_desk.somebody_out(a_round()),
        views.pause_form(until=date(2023, 7, 1)),
        views.not_to_meet_form([UserId("U1")]),
        views.offer_form(2),
    ):
        validate_view(view)


@pytest.mark.parametrize("count", [1, 60, 1000])
def test_the_status_of_any_number_of_people_is_one_that_slack_takes(count: int) -> None:
    people = [
        peers_desk.Line(
            user_id=UserId(f"U{number}"), name=LONG, owed=3, given=number % 4, got=2, answer=Answer.NOT_YET
        )
        for number in range(count)
    ]

    message = peers_desk.status(a_round(), people, title=LONG, may_undo=True, is_open=True)
    view = peers_desk.status_modal(a_round(), people, title=LONG, may_undo=True, is_open=True, note="Done.")

    validate_blocks(message["blocks"], surface="message")
    validate_view(view)


def test_the_list_and_the_home_tab_hold_every_round() -> None:
    entries = [
        views.Entry(
            round=a_round(),
            title=LONG,
            partners=[somebody(number) for number in range(5)],
            owed=[
                views.Owing(author=UserId(f"U{number}"), name=LONG, is_given=False, is_draft=True)
                for number in range(9)
            ],
            got=[views.Got(giver=LONG, reference=f"12 {number}") for number in range(9)],
            is_open=True,
            is_past=False,
            is_stopped=True,
        )
    ] * 8
    pause = Pause(user_id=UserId("U1"), since=NOW, until=date(2023, 7, 1), because=Because.ASKED)

    message = views.listed(
        entries, pause=pause, per_month=2, is_alumnus=True, now=NOW, reader_zone="Europe/Helsinki"
    )
    home = views.at_home(
        entries, pause=pause, per_month=2, is_alumnus=True, now=NOW, reader_zone="Europe/Helsinki"
    )

    validate_blocks(message["blocks"], surface="message")
    validate_blocks(home, surface="home")


def test_a_nudge_for_many_people_is_one_that_slack_takes() -> None:
    owed = [(UserId(f"U{number}"), LONG) for number in range(9)]

    message = peers_messages.nudge(a_round(), title=LONG, owed=owed, reader_zone="UTC", is_over=True)

    validate_blocks(message["blocks"], surface="message")


def test_a_match_says_why_in_a_sentence() -> None:
    names = {"U1": "Ben", "U2": "Cleo"}
    fresh = Reason(met=(), different_countries=True, sectors=("hydrogen",), languages=("en",))
    again = Reason(met=(Met("U1", "U2", 2),), different_countries=False, sectors=(), languages=())

    assert peers_words.why(fresh, names) == (
        "They have not met; both in hydrogen; different countries; common language: EN."
    )
    assert peers_words.why(again, names) == "They have met before, last in round 2; the same country."


def test_what_is_not_ideal_is_said_in_words() -> None:
    names = {"U1": "Ben", "U2": "Cleo", "U3": "Dina", "U4": "Eva"}
    again = [
        Compromise(shortfall=Shortfall.MEETS_AGAIN, people=("U1", "U2")),
        Compromise(shortfall=Shortfall.MEETS_AGAIN, people=("U3", "U4")),
    ]

    assert peers_words.compromises(again, names) == [
        "2 pairs meet again: Ben and Cleo, Dina and Eva. "
        "Everybody else is excluded, or they have met them too."
    ]


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("Action plan: first blueprint", "Which of your actions would you begin with tomorrow"),
        ("Map of your members", "Which of your members would you miss most"),
        ("Business model", "Who pays for your work today"),
        ("Pitch your cluster", "Say in one sentence what your cluster is for"),
        ("Something else", "What in your work surprised you most"),
    ],
)
def test_the_opening_questions_suit_the_homework(title: str, question: str) -> None:
    questions = peers_words.openings(piece(title, ""))

    assert len(set(questions)) == 3
    assert questions[0].startswith(question)

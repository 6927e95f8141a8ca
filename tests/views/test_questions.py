"""The views of the question log within Slack's limits, and its chart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.audit import Entry
from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.question_numbers import Numbers, Span, Step, Topic
from bot.domain.questions import Answer, Question, QuestionState
from bot.views import question_chart, questions_desk, questions_search
from bot.views.questions_search import Result
from sandbox.blocks import validate_blocks
from sandbox.views import validate_view

AT = datetime(2023, 6, 5, 10, tzinfo=UTC)
WIDE = "&<*_🦄\n`~>"
LONGEST = (WIDE * 400)[:4000]
TEXTS = st.just(LONGEST) | st.lists(st.sampled_from([*WIDE, "a", "fee", " ", "ß"]), max_size=600).map("".join)


def result(title: str, *, detail: str = "", answer: str | None = None, is_anonymous: bool = False) -> Result:
    question = Question(
        team_id=TeamId("T1"),
        id=QuestionId(1),
        title=title[:300],
        detail=detail,
        asker_id=UserId("UANA"),
        asked_at=AT,
        permalink="https://example.slack.com/archives/C0123456789/p1685959200000000",
        topic=title[:60],
        is_anonymous=is_anonymous,
        state=QuestionState.OPEN if answer is None else QuestionState.ANSWERED,
    )
    given_answer = answer and Answer(
        team_id=question.team_id,
        question_id=question.id,
        id=1,
        author_id=UserId("UBEN"),
        text=answer,
        answered_at=AT,
    )
    return Result(
        question=question,
        asker=title[:80],
        is_own=False,
        channel=title[:80],
        is_private=False,
        replies=3,
        accepted=given_answer or None,
        answerer=title[:80],
        answered_by=question,
    )


@settings(deadline=None)  # the first example warms caches
@given(title=TEXTS, text=TEXTS, typed=st.text(max_size=12_000))
def test_what_is_found_fits_into_a_message_and_a_modal(title: str, text: str, typed: str) -> None:
    carried = questions_search.carried(typed)
    found = questions_search.found(
        carried,
        [result(title, detail=text, answer=text)] * 5,
        offset=5,
        is_more=True,
        stems=frozenset({"fee", "a"}),
        meant={text[:100]: (title[:100],) * 4} if text else {},
        zone="Europe/Rome",
        can_ask=bool(carried),
        is_organiser=True,
        channel_id="C1",
    )

    validate_blocks(found["blocks"], surface="message")
    validate_view(questions_search.found_modal(found))


@given(typed=st.text(max_size=5_000))
def test_a_button_carries_a_search_that_is_read_again_the_same_way(typed: str) -> None:
    text = questions_search.carried(typed)

    assert len(text.encode("utf-16-le", "surrogatepass")) // 2 <= questions_search.LONGEST_CARRIED
    assert questions_search.page_of(f"15:{text}") == (15, None, text)
    assert questions_search.page_of(f"15@C1:{text}") == (15, "C1", text)
    assert questions_search.carried(text) == text


@settings(deadline=None)  # the first example warms caches
@given(title=TEXTS, text=TEXTS)
def test_the_desk_and_its_forms_are_views_that_slack_takes(title: str, text: str) -> None:
    shown = result(title, detail=text)
    entry = Entry(
        team_id=TeamId("T1"),
        id=1,
        done_at=AT,
        done_by=UserId("UANN"),
        deed="question.hidden",
        subject="question:1",
        reason=text[:500],
        before=title,
        after=text,
    )
    deed = questions_desk.Deed(entry=entry, by=title, question_id=QuestionId(1), title=title)
    question = shown.question

    for view in (
        questions_desk.desk(shown, [deed] * 50, zone="Europe/Rome", note="Saved."),
        questions_desk.retitle(question),
        questions_desk.hide(question),
        questions_desk.merge(question, [replace(question, title=title or "?")]),
        questions_desk.audit([deed] * 50, zone="Europe/Rome"),
    ):
        validate_view(view)


def counted(most: int, *, topics: int = 0) -> Numbers:
    span = Span(asked=most, answered=most, replied=most, median_s=90, p90_s=100_000)
    first = date(2023, 6, 6)
    return Numbers(
        today=date(2023, 6, 12),
        week=span,
        year=span,
        open_by_age=(("up to 2 days", most), ("older", most)),
        topics=tuple(Topic(name=WIDE * 9, asked=most, open=most) for _ in range(topics)),
        days=tuple(
            Step(begins_on=first + timedelta(days=day), asked=most, answered=most // 2) for day in range(7)
        ),
        months=tuple(
            Step(begins_on=date(2023, month, 1), asked=most * month // 12, answered=0)
            for month in range(1, 13)
        ),
    )


@pytest.mark.parametrize("most", [0, 1, 4, 5, 43, 100, 99_999, 123_456_789])
def test_the_chart_is_drawn_for_any_number(most: int) -> None:
    image = Image.open(BytesIO(question_chart.png(counted(most), academy_name="Académie")))

    colours = {colour for _, colour in image.convert("RGB").getcolors(1_000_000) or []}
    assert (image.format, image.size) == ("PNG", (question_chart.WIDTH, question_chart.HEIGHT))
    assert ((0, 114, 178) in colours, (230, 159, 0) in colours) == (True, True)


def test_a_higher_bar_is_drawn_for_a_higher_number() -> None:
    def blue(most: int) -> int:
        image = Image.open(BytesIO(question_chart.png(counted(most), academy_name="")))
        return sum(n for n, colour in image.getcolors(1_000_000) or [] if colour == (0, 114, 178))

    drawn = [blue(most) for most in (0, 1, 2, 4)]

    assert drawn == sorted(set(drawn))


def test_the_chart_in_words_names_every_day_and_month() -> None:
    said = question_chart.in_words(counted(12))

    assert "Tue 6 June 2023: 12 asked, 6 answered" in said
    assert "December 2023: 12 asked, 0 answered" in said


def test_numbers_fit_however_many_topics_and_people() -> None:
    helpers = [questions_desk.Helping(name=WIDE * 9, helped=99_999, accepted=99_999)] * 10

    message = questions_desk.stats(counted(99_999, topics=500), helpers, zone="Europe/Rome")

    validate_blocks(message["blocks"], surface="message")
    assert "490 more" in str(message["blocks"])

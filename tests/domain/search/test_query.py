from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search.query import MOST_WORDS, Filters, Query, State, parse

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("from:@ana", Filters(askers=("ana",))),
        ("from:<@U012AB|ana> from:me", Filters(askers=("U012AB", "me"))),
        ('from:"Ana Costa"', Filters(askers=("Ana Costa",))),
        ("in:#ask-alumni in:<#C9|x>", Filters(channels=("ask-alumni", "C9"))),
        ("by:country:fi", Filters(countries=("FI",))),
        ("is:open", Filters(state=State.OPEN)),
        ("is:unanswered", Filters(state=State.OPEN)),
        ("IS:Answered", Filters(state=State.ANSWERED)),
        ('topic:"EU funding" topic:Visibilité', Filters(topics=("eu funding", "visibilite"))),
        ("since:2025 before:2026-03", Filters(since=date(2025, 1, 1), before=date(2026, 3, 1))),
        ("since:2025-02-28", Filters(since=date(2025, 2, 28))),
    ],
)
def test_filters_are_read_as_people_type_them(typed: str, filters: Filters) -> None:
    assert parse(typed) == Query(filters=filters)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("  \n ", Query()),
        ("-", Query()),
        ('"', Query()),
        ('""', Query()),
        ("NEAR( * )", Query(words=("near",))),
        ("grant grant Grant", Query(words=("grant",))),
        ('find "Letter of intent" now', Query(words=("find", "letter", "of", "intent", "now"),
                                              exact=(("letter", "of", "intent"),))),
        ("„genau so“", Query(words=("genau", "so"), exact=(("genau", "so"),))),
        ("budget -travel", Query(words=("budget",), without=(("travel",),))),
        ('budget -"travel costs"', Query(words=("budget",), without=(("travel", "costs"),))),
        ("co-financing", Query(words=("co", "financing"))),
        ('half "quoted', Query(words=("half", "quoted"))),
        ("since:soon is:blue by:sector:steel since:2025-02-30",
         Query(words=("since", "soon", "is", "blue", "by", "sector", "steel", "2025", "02", "30"))),
        ("from: in:", Query(words=("from", "in"))),
        ("ratio 3:1", Query(words=("ratio", "3", "1"))),
    ],
)  # fmt: skip
def test_words_quotes_and_minus(typed: str, query: Query) -> None:
    assert parse(typed) == query


@given(ANY_TEXT)
def test_any_text_can_be_read(typed: str) -> None:
    assert len(parse(typed).words) <= MOST_WORDS


@given(st.lists(st.sampled_from(["grant", '"', "-", "from:", "is:open", "(", "*", "since:20", "\x00", "é"])))
def test_any_mixture_of_signs_can_be_read(pieces: list[str]) -> None:
    query = parse(" ".join(pieces))

    assert query.is_empty == (query == Query())

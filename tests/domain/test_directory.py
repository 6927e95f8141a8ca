from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.countries import COUNTRIES
from bot.domain.country_names import NAMES, code_of
from bot.domain.directory import Card, Part, query_words, search, shown_to
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Role
from bot.domain.profiles import Field, Profile, Visibility

TEAM = TeamId("T1")
SECOND = EditionKey("cba-2")


def card(user_id: str, name: str, **shown: object) -> Card:
    return replace(Card(user_id=UserId(user_id), name=name), **shown)  # type: ignore[arg-type]


BEN = card(
    "UBEN",
    "Ben Virta",
    cluster="EnergyVaasa",
    country="FI",
    sectors=("energy",),
    languages=("en", "fi"),
    expertise=("hydrogen", "EU funding"),
    parts=(Part(edition_key=SECOND, edition_name="2nd Academy", role=Role.ALUMNUS, year=2023),),
)
CLEO = card("UCLEO", "Cléo Matos", cluster="MedValley", country="PT", expertise=("health data", "funding"))
LUKAS = card("ULUKAS", "Łukasz Żak", country="PL", languages=("pl",), looks_for="hydrogen partners")
DINA = card("UDINA", "Dina Conti", country="IT", sectors=("agrifood",), languages=("it", "en"))
EVERYONE = [BEN, CLEO, LUKAS, DINA]


def found(query: str) -> list[str]:
    return [one.card.user_id for one in search(query, EVERYONE)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("hydrogen funding finland", "UBEN"),
        ("hydrogn", "UBEN"),  # a letter missing
        ("hyrdogen", "UBEN"),  # two letters swapped
        ("HYDRO", "UBEN"),  # a beginning
        ("suomi", "UBEN"),  # the country in its own language
        ("FI", "UBEN"),
        ("who speaks finnish", "UBEN"),
        ("energyvaasa", "UBEN"),
        ("alumnus 2023", "UBEN"),
        ("cba-2", "UBEN"),
        ("cleo", "UCLEO"),  # accents do not count
        ("lukasz zak", "ULUKAS"),
        ("poland", "ULUKAS"),
        ("IT", "UDINA"),
        ("italian", "UDINA"),
    ],
)
def test_people_are_found_by_whatever_they_show(query: str, first: str) -> None:
    assert found(query)[0] == first


def test_who_fits_more_words_comes_first_and_is_told_what_is_missing() -> None:
    (ben, cleo) = search("funding hydrogen", [CLEO, BEN])

    assert (ben.card, ben.missing) == (BEN, ())
    assert (cleo.card, cleo.missing) == (CLEO, ("hydrogen",))


def test_who_knows_it_comes_before_who_looks_for_it() -> None:
    assert found("hydrogen") == ["UBEN", "ULUKAS"]


def test_nobody_is_found_for_want_of_anybody_better() -> None:
    assert found("origami") == []
    assert found("") == []


def test_words_of_no_meaning_are_left_out_unless_there_is_no_other_or_they_are_a_code() -> None:
    assert query_words("who can help in IT and energy") == ["it", "energy"]
    assert query_words("in the") == ["in", "the"]


def test_every_country_has_a_name_and_is_found_by_it() -> None:
    assert set(NAMES) == COUNTRIES
    assert [code for code, name in NAMES.items() if code_of(name) != code] == []


def test_somebody_who_withdrew_is_seen_by_nobody_but_themselves() -> None:
    withdrawn = Profile(team_id=TEAM, user_id=BEN.user_id, is_listed=False)

    assert shown_to(BEN, withdrawn, shares_edition=True) is None
    assert shown_to(BEN, withdrawn, shares_edition=True, is_self=True) == BEN


words = st.text(alphabet="abcdefghijklmnop", min_size=5, max_size=12)
entries = st.lists(words, max_size=3).map(tuple)
cards = st.builds(
    Card,
    user_id=st.integers(0, 999).map(lambda number: UserId(f"U{number:03}")),
    name=words,
    cluster=words,
    country=st.sampled_from(["FI", "PT", "IT", ""]),
    sectors=entries,
    languages=st.lists(st.sampled_from(["en", "fi", "it"]), max_size=2, unique=True).map(tuple),
    expertise=entries,
    looks_for=words,
)
visibilities = st.fixed_dictionaries({one: st.sampled_from(Visibility) for one in Field})


@given(card=cards, other=cards, visibility=visibilities, shares=st.booleans(), queries=st.lists(words))
def test_what_is_hidden_has_no_influence_on_what_is_found(
    card: Card,
    other: Card,
    visibility: dict[Field, Visibility],
    shares: bool,
    queries: list[str],
) -> None:
    profile = Profile(team_id=TEAM, user_id=card.user_id, visibility=visibility)
    hidden = {
        one.value
        for one in Field
        if visibility[one] is Visibility.NOBODY or (visibility[one] is Visibility.EDITION and not shares)
    }
    another = replace(card, **{name: getattr(other, name) for name in hidden})

    seen = shown_to(card, profile, shares_edition=shares)
    seen_of_another = shown_to(another, profile, shares_edition=shares)

    assert seen == seen_of_another
    assert seen is not None
    assert seen_of_another is not None
    assert {name for name in hidden if getattr(seen, name)} == set()
    assert {one.value for one in Field if getattr(seen, one) != getattr(card, one)} <= hidden
    for query in queries:
        assert search(query, [seen]) == search(query, [seen_of_another])


@settings(max_examples=60)
@given(everyone=st.lists(cards, min_size=1, max_size=8, unique_by=lambda one: one.user_id), letters=st.data())
def test_one_slip_in_a_name_still_finds_its_person(everyone: list[Card], letters: st.DataObject) -> None:
    sought = everyone[0]
    at = letters.draw(st.integers(0, len(sought.name) - 1))
    typed = f"{sought.name[:at]}z{sought.name[at + 1 :]}"

    ids = [one.card.user_id for one in search(typed, everyone)]

    assert sought.user_id in ids


@given(everyone=st.lists(cards, max_size=8, unique_by=lambda one: one.user_id), query=words)
def test_the_order_of_the_people_and_the_case_of_the_letters_change_nothing(
    everyone: list[Card], query: str
) -> None:
    assert search(query, everyone) == search(query.upper(), everyone[::-1])

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.domain.profiles import (
    OF_ROSTER,
    Field,
    Profile,
    Visibility,
    Written,
    kept_against_roster,
    saved,
    with_roster,
)
from bot.domain.refusals import Refused

NOW = datetime(2023, 6, 12, 8, tzinfo=UTC)
BEN = Member(
    team_id=TeamId("T1"), user_id=UserId("UBEN"), name="Ben Virta", country="FI", sectors=("energy",)
)
NONE = Profile(team_id=BEN.team_id, user_id=BEN.user_id)


def test_a_profile_is_read_as_people_write_it() -> None:
    written = Written(
        cluster="  EnergyVaasa ",
        country="Suomi",
        sectors="Energy; manufacturing, energy",
        languages="Finnish, EN, Sindarin",
        expertise="hydrogen\nEU  funding",
        looks_for=" A partner. ",
        visibility={Field.EXPERTISE: Visibility.EDITION},
    )

    person, profile = saved(written, person=BEN, profile=NONE, cluster="", now=NOW)

    assert person == replace(
        BEN,
        sectors=("Energy", "manufacturing"),
        languages=("fi", "en", "Sindarin"),
        expertise=("hydrogen", "EU funding"),
    )
    assert (profile.cluster, profile.looks_for, profile.saved_at) == ("EnergyVaasa", "A partner.", NOW)
    assert profile.seen_by(Field.EXPERTISE) is Visibility.EDITION
    assert profile.seen_by(Field.COUNTRY) is Visibility.EVERYONE


@pytest.mark.parametrize(
    ("written", "field", "sentence"),
    [
        (Written(country="Finlnd"), "country", "There is no country “Finlnd”. Did you mean Finland?"),
        (
            Written(country="Middle-earth 7"),
            "country",
            "There is no country “Middle-earth 7”. Write its English name, or two letters such as FI.",
        ),
        (
            Written(sectors="x" * 61),
            "sectors",
            "“xxxxxxxxxxxxxxxxxxxx…” has 61 characters; 60 is the most. Put commas between the entries.",
        ),
        (
            Written(expertise=",".join(map(str, range(21)))),
            "expertise",
            "These are 21 entries; 20 is the most.",
        ),
        (Written(cluster="x" * 121), "cluster", "This has 121 characters; 120 is the most."),
        (Written(looks_for="x" * 1001), "looks_for", "This has 1001 characters; 1000 is the most."),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(written: Written, field: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        saved(written, person=BEN, profile=NONE, cluster="", now=NOW)

    assert (refused.value.block_id, str(refused.value)) == (field, sentence)


def test_a_field_becomes_one_s_own_word_once_filled_in_or_emptied() -> None:
    written = Written(country="FI", expertise="hydrogen")

    _, profile = saved(written, person=BEN, profile=NONE, cluster="EnergyVaasa", now=NOW)

    assert profile.own == {Field.COUNTRY, Field.SECTORS, Field.EXPERTISE, Field.CLUSTER}


def test_a_roster_fills_in_what_the_person_left_empty_and_changes_nothing_else() -> None:
    person, profile = saved(Written(country="SE"), person=BEN, profile=NONE, cluster="", now=NOW)
    told = {Field.COUNTRY: "FI", Field.SECTORS: ("energy",), Field.LANGUAGES: ("fi",), Field.EXPERTISE: ()}

    after = with_roster(person, told, own=profile.own)

    assert after == replace(person, languages=("fi",))
    assert kept_against_roster(person, told, cluster="X", profile=profile) == [Field.COUNTRY, Field.SECTORS]


entries = st.lists(st.sampled_from(["energy", "health", "food"]), unique=True).map(tuple)
told_of = st.fixed_dictionaries(
    {
        Field.COUNTRY: st.sampled_from(["", "FI", "SE"]),
        Field.SECTORS: entries,
        Field.LANGUAGES: entries,
        Field.EXPERTISE: entries,
    }
)


@given(rosters=st.lists(told_of, max_size=4), own=st.sets(st.sampled_from(OF_ROSTER)))
def test_no_number_of_rosters_changes_a_person_s_own_word(
    rosters: list[dict[Field, object]], own: set[Field]
) -> None:
    after = BEN
    for told in rosters:
        after = with_roster(after, told, own=own)

    assert {one: getattr(after, one) for one in own} == {one: getattr(BEN, one) for one in own}
    for one in set(OF_ROSTER) - own:
        said = [told[one] for told in rosters if told[one]]
        assert getattr(after, one) == (said[-1] if said else getattr(BEN, one))

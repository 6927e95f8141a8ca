"""Whom an announcement is meant for, who gets it, and why others do not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audiences import (
    EVERYBODY,
    Audience,
    Choice,
    Out,
    Part,
    Person,
    from_json,
    in_json,
    reached,
)
from bot.domain.ids import EditionKey, HomeworkId, UserId

IDS = tuple(UserId(f"U{number}") for number in range(6))
EDITIONS = tuple(EditionKey(key) for key in ("cba-1", "cba-2"))
PIECES = tuple(HomeworkId(f"{key}/plan") for key in EDITIONS)
ROLES = ("participant", "alumnus", "coach")


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


parts = st.builds(
    Part,
    edition_key=st.sampled_from(EDITIONS),
    role=st.sampled_from(ROLES),
    cluster=st.sampled_from(("", "AgroPole", "MedValley")),
)
persons = st.builds(
    Person,
    user_id=st.sampled_from(IDS),
    name=st.just("Somebody"),
    country=st.sampled_from(("", "FI", "IT")),
    sectors=some(("energy", "health")),
    parts=st.lists(parts, max_size=2).map(tuple),
    handed_in=st.frozensets(st.sampled_from(PIECES)),
    is_guest=st.booleans(),
    is_deactivated=st.booleans(),
    is_paused=st.booleans(),
    choice=st.sampled_from(Choice),
)
everybody = st.lists(persons, unique_by=lambda person: person.user_id, max_size=6)
audiences = st.builds(
    Audience,
    roles=some((EVERYBODY, *ROLES)),
    editions=some(EDITIONS),
    countries=some(("FI", "IT")),
    sectors=some(("Energy", "health")),
    clusters=some(("agropole", "MedValley")),
    handed_in=some(PIECES),
    missing=some(PIECES),
    people=some(IDS),
    minus=some(IDS),
)


@given(audiences, everybody, st.booleans(), st.booleans())
def test_whoever_is_meant_gets_it_or_is_left_out_and_never_both(
    audience: Audience, people: list[Person], asks: bool, necessary: bool
) -> None:
    found = reached(audience, people, asks_confirmation=asks, is_necessary=necessary)

    told, out = [one.user_id for one in found.people], [one.user_id for one, _ in found.left_out]
    meant = [one.user_id for one in people if audience.means(one)]
    assert sorted(told + out) == sorted(meant)
    assert set(told).isdisjoint(audience.minus)


@given(audiences, everybody, st.booleans())
def test_what_is_necessary_reaches_at_least_whom_it_reached_and_all_who_can_read_it(
    audience: Audience, people: list[Person], asks: bool
) -> None:
    usual = reached(audience, people, asks_confirmation=asks, is_necessary=False)
    necessary = reached(audience, people, asks_confirmation=asks, is_necessary=True)

    assert {one.user_id for one in usual.people} <= {one.user_id for one in necessary.people}
    assert {why for _, why in necessary.left_out} <= {Out.DEACTIVATED, Out.GUEST}


@given(audiences, everybody)
def test_one_condition_more_means_nobody_new_and_one_name_more_nobody_less(
    audience: Audience, people: list[Person]
) -> None:
    meant = {one.user_id for one in people if audience.means(one)}

    narrower = replace(audience, countries=audience.countries or ("FI",))
    wider = replace(audience, people=(*audience.people, *IDS))
    with_minus = replace(audience, minus=IDS)

    if audience.asks_for_something:
        assert {one.user_id for one in people if narrower.means(one)} <= meant
    assert meant <= {one.user_id for one in people if wider.means(one)}
    assert not any(with_minus.means(one) for one in people)


@given(audiences, everybody)
def test_an_empty_audience_means_nobody_and_what_is_kept_is_the_same(
    audience: Audience, people: list[Person]
) -> None:
    if audience.is_empty:
        assert not any(audience.means(one) for one in people)
    assert from_json(in_json(audience)) == audience


def test_role_edition_and_cluster_come_together_in_one_part() -> None:
    coach_there_participant_here = Person(
        user_id=IDS[0],
        name="Ben",
        parts=(
            Part(edition_key=EDITIONS[0], role="coach"),
            Part(edition_key=EDITIONS[1], role="participant", cluster="AgroPole"),
        ),
    )

    asked = [
        Audience(roles=("coach",), editions=(EDITIONS[0],)),
        Audience(roles=("coach",), editions=(EDITIONS[1],)),
        Audience(roles=("participant",), clusters=("agropole",)),
        Audience(roles=("coach",), clusters=("AgroPole",)),
        Audience(roles=(EVERYBODY,), editions=(EDITIONS[1],)),
    ]

    assert [one.means(coach_there_participant_here) for one in asked] == [True, False, True, False, True]


def test_only_participants_of_its_edition_have_not_handed_in() -> None:
    parts = {role: (Part(edition_key=EDITIONS[0], role=role),) for role in ROLES}
    people = [Person(user_id=IDS[0], name=role, parts=held) for role, held in parts.items()]
    done = replace(people[0], handed_in=frozenset(PIECES[:1]))
    missing = Audience(missing=PIECES[:1])

    assert [missing.means(one) for one in (*people, done)] == [True, False, False, False]


def test_a_guest_gets_only_what_names_them() -> None:
    guest = Person(user_id=IDS[0], name="Gus", is_guest=True)

    found = [
        reached(audience, [guest], asks_confirmation=False, is_necessary=True).people
        for audience in (Audience(roles=(EVERYBODY,)), Audience(people=IDS[:1]))
    ]

    assert found == [(), (guest,)]

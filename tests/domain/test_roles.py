from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Role
from bot.domain.roles import (
    LIFE,
    Clash,
    Deed,
    Part,
    Parts,
    asks_about_alumni_at,
    changed,
    clashes,
    goes_back,
    ordered,
    told,
)

TEAM, KEY = TeamId("T1"), EditionKey("cba-2")
BEN = (Part(role=Role.PARTICIPANT, cluster="EnergyVaasa"),)


def participant(user_id: str, cluster: str) -> Enrolment:
    return Enrolment(
        team_id=TEAM, edition_key=KEY, user_id=UserId(user_id), role=Role.PARTICIPANT, cluster=cluster
    )


def test_an_alumnus_keeps_the_cluster_and_what_else_they_are() -> None:
    before = changed(BEN, Deed.COACH)

    after = changed(before, Deed.ALUMNUS)

    assert told(before) == "participant (EnergyVaasa), coach (EnergyVaasa)"
    assert told(after) == "alumnus (EnergyVaasa), coach (EnergyVaasa)"
    assert told(changed(after, Deed.NO_COACH)) == "alumnus (EnergyVaasa)"
    assert told(changed(after, Deed.NOTHING)) == "no part"


def test_a_second_participant_of_a_cluster_clashes_however_its_name_is_written() -> None:
    after = [participant("UBEN", "EnergyVaasa"), participant("UGUS", "energyvaasa "), participant("UX", "")]

    assert clashes(after, {UserId("UGUS"), UserId("UX")}) == [
        Clash(cluster="energyvaasa ", user_id=UserId("UGUS"), holder_id=UserId("UBEN"))
    ]
    assert clashes(after, {UserId("UX")}) == []


def test_organisers_are_asked_the_morning_after_the_last_day_in_person() -> None:
    days = [(date(2023, 9, 21), "in-person"), (date(2023, 9, 20), "in-person"), (date(2023, 9, 25), "online")]
    edition = Edition(
        team_id=TEAM,
        key=KEY,
        name="2nd",
        timezone="Europe/Rome",
        days=tuple(Day(on=on, kind=DayKind(kind), title="Day") for on, kind in days),
    )

    assert str(asks_about_alumni_at(edition)) == "2023-09-22 07:00:00+00:00"
    assert asks_about_alumni_at(Edition(team_id=TEAM, key=KEY, name="2nd", timezone="Europe/Rome")) is None


def test_a_life_goes_one_way_only() -> None:
    assert goes_back([Role.ALUMNUS, Role.COACH], Role.PARTICIPANT)
    assert not goes_back([Role.PARTICIPANT], Role.ALUMNUS)
    assert not goes_back([Role.ALUMNUS], Role.COACH)
    assert not goes_back([], Role.APPLICANT)


clusters = st.sampled_from(["", "EnergyVaasa", "MedValley"])
parts = st.lists(st.builds(Part, role=st.sampled_from(Role), cluster=clusters), max_size=3).map(
    lambda found: ordered({one.role: one for one in found}.values())
)


@given(before=parts, deeds=st.lists(st.sampled_from(Deed), max_size=6), cluster=clusters)
def test_nobody_is_at_two_places_of_the_life_once_they_were_given_one(
    before: Parts, deeds: list[Deed], cluster: str
) -> None:
    after = before
    for deed in deeds:
        after = changed(after, deed, cluster=cluster)

        lived = [part for part in after if part.role in LIFE]
        assert len({part.role for part in after}) == len(after)
        assert after == ordered(after)
        assert changed(after, deed, cluster=cluster) == after
        if deed.value in [role.value for role in LIFE]:
            assert [part.role.value for part in lived] == [deed.value]


@given(
    held=st.dictionaries(st.sampled_from(["U1", "U2", "U3", "U4"]), clusters, max_size=4),
    changing=st.sets(st.sampled_from(["U1", "U2", "U3", "U4"])),
)
def test_without_a_clash_every_cluster_has_one_participant(held: dict[str, str], changing: set[str]) -> None:
    after = [participant(user_id, cluster) for user_id, cluster in held.items()]

    found = clashes(after, {UserId(one) for one in held})

    named = [cluster for cluster in held.values() if cluster]
    assert (found == []) == (len(set(named)) == len(named))
    some = {UserId(one) for one in changing}
    assert {clash.user_id for clash in clashes(after, some)} <= some

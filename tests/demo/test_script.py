"""The script of the demo's cast: the same every time, in order, and as an edition goes."""

from collections import Counter
from datetime import time
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.academies import EDITION_2, cast
from bot.demo.script import LATE, Act, Deed, script
from bot.domain import calendar
from bot.domain.edition_file import read_edition_file
from bot.domain.homework import Homework
from bot.domain.ids import TeamId
from bot.domain.members import Role

PEOPLE = cast()
PARTICIPANTS = {one.user_id for one in PEOPLE if one.role is Role.PARTICIPANT}
ZONES = {one.user_id: one.tz for one in PEOPLE}


def homework() -> tuple[Homework, ...]:
    read, faults = read_edition_file(EDITION_2.read_text("utf-8"), file="cba-2.toml", team_id=TeamId("T"))
    assert read is not None
    assert faults == []
    return read.homework


HOMEWORK = homework()
seeds = st.integers(0, 2**32)


def hand_ins(acts: tuple[Act, ...]) -> list[Act]:
    return [act for act in acts if act.deed is Deed.HAND_IN]


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_one_seed_is_one_script_in_order(seed: int) -> None:
    acts = script(PEOPLE, HOMEWORK, seed=seed)

    assert acts == script(PEOPLE, HOMEWORK, seed=seed)
    assert [act.at for act in acts] == sorted(act.at for act in acts)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_most_are_on_time_three_are_late_and_one_never_hands_in(seed: int) -> None:
    acts = hand_ins(script(PEOPLE, HOMEWORK, seed=seed))
    closing = {one.key: calendar.closes_at(one.due, one.zone) for one in HOMEWORK}

    late = {act.who for act in acts if act.at >= closing[act.about]}

    assert len(late) == LATE
    assert len(PARTICIPANTS - {act.who for act in acts}) == 1
    assert set(Counter((act.who, act.about) for act in acts).values()) == {1}


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_nothing_is_handed_in_before_it_opens(seed: int) -> None:
    acts = hand_ins(script(PEOPLE, HOMEWORK, seed=seed))
    opening = {one.key: calendar.instant(one.opens, one.zone) for one in HOMEWORK}

    assert [act for act in acts if act.at < opening[act.about]] == []


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_nobody_answers_or_accepts_before_it_was_asked(seed: int) -> None:
    asked: set[str] = set()
    answered: set[str] = set()
    for act in script(PEOPLE, HOMEWORK, seed=seed):
        match act.deed:
            case Deed.ASK:
                asked.add(act.about)
            case Deed.ANSWER:
                assert act.about.split()[0] in asked
                answered.add(act.about)
            case Deed.ACCEPT:
                assert act.about in answered


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_questions_and_rounds_fall_into_the_day_of_who_acts(seed: int) -> None:
    acts = script(PEOPLE, HOMEWORK, seed=seed)

    for act in acts:
        if act.deed in (Deed.ASK, Deed.PLAN, Deed.GIVE, Deed.TELL_MET):
            shown = act.at.astimezone(ZoneInfo(ZONES[act.who]))
            assert time(8) <= shown.time() < time(18)
            assert shown.weekday() < 5

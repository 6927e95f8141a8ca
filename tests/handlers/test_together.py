"""Calls at the same instant made as one: each gets its own, in whatever order they came."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.together import Together


class Doubling:
    """Doubles numbers, and notes which were doubled at once; cannot double 13, and fails at 99."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.may_go = asyncio.Event()
        self.may_go.set()
        self.together = Together(self._double)

    async def _double(self, of: str, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append((of, list(numbers)))
        await self.may_go.wait()
        if 99 in numbers:
            raise ZeroDivisionError
        return [ValueError("unlucky") if number == 13 else 2 * number for number in numbers]


async def test_what_is_asked_at_the_same_instant_is_done_at_once_for_each_workspace() -> None:
    doubling = Doubling()

    given = await asyncio.gather(*(doubling.together(of, n) for of, n in [("T1", 1), ("T2", 2), ("T1", 3)]))

    assert given == [2, 4, 6]
    assert doubling.batches == [("T1", [1, 3]), ("T2", [2])]


async def test_what_comes_while_others_are_at_it_goes_together_after_them() -> None:
    doubling = Doubling()
    doubling.may_go.clear()

    first = asyncio.create_task(doubling.together("T1", 1))
    while not doubling.batches:
        await asyncio.sleep(0)
    later = [asyncio.create_task(doubling.together("T1", number)) for number in (2, 3)]
    await asyncio.sleep(0)
    doubling.may_go.set()

    assert await asyncio.gather(first, *later) == [2, 4, 6]
    assert [numbers for _, numbers in doubling.batches] == [[1], [2, 3]]


async def test_who_cannot_be_given_theirs_keeps_nobody_else_from_it() -> None:
    doubling = Doubling()

    given = await asyncio.gather(*(doubling.together("T1", n) for n in (1, 13, 3)), return_exceptions=True)

    assert [repr(one) for one in given] == ["2", "ValueError('unlucky')", "6"]


async def test_where_all_fails_everybody_is_told_and_the_next_are_given_theirs() -> None:
    doubling = Doubling()

    given = await asyncio.gather(*(doubling.together("T1", n) for n in (1, 99)), return_exceptions=True)

    assert [type(one) for one in given] == [ZeroDivisionError, ZeroDivisionError]
    assert await doubling.together("T1", 4) == 8


async def test_who_gives_up_waiting_does_not_take_it_from_the_others() -> None:
    doubling = Doubling()
    doubling.may_go.clear()
    impatient, patient = (asyncio.create_task(doubling.together("T1", n)) for n in (1, 2))
    while not doubling.batches:
        await asyncio.sleep(0)

    impatient.cancel()
    doubling.may_go.set()

    assert await patient == 4
    with pytest.raises(asyncio.CancelledError):
        await impatient


@given(st.lists(st.tuples(st.sampled_from(["T1", "T2"]), st.integers(0, 12), st.booleans()), max_size=450))
def test_each_gets_their_own_however_many_come_when(asked: list[tuple[str, int, bool]]) -> None:
    async def all_given() -> list[int]:
        doubling, waiting = Doubling(), []
        for of, number, is_later in asked:
            if is_later:
                await asyncio.sleep(0)
            waiting.append(asyncio.create_task(doubling.together(of, number)))
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(all_given()) == [2 * number for _, number, _ in asked]

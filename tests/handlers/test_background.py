"""Answers after the acknowledgement: in order, few at once, giving way, and told of where they fail."""

import asyncio

import pytest

from handlers.background import Background


class Answers:
    """Answers that end when told, and what became of them."""

    def __init__(self, background: Background) -> None:
        self.begun: list[int] = []
        self.failed: list[str] = []
        self.may_end = asyncio.Event()
        self._background = background

    def ask(self, number: int) -> None:
        self._background.answer(self._answer(number), or_else=self._tell)

    async def _answer(self, number: int) -> None:
        self.begun.append(number)
        await self.may_end.wait()
        if number == 13:
            raise ValueError("unlucky")
        if number == 99:
            raise ZeroDivisionError

    async def _tell(self, failure: Exception) -> None:
        if isinstance(failure, ZeroDivisionError):
            raise failure
        self.failed.append(str(failure))


async def turns() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_answers_are_begun_in_order_and_four_at_once() -> None:
    answers = Answers(background := Background())

    for number in range(10):
        answers.ask(number)
    await turns()
    at_first = list(answers.begun)
    answers.may_end.set()
    await background.answered()

    assert at_first == [0, 1, 2, 3]
    assert answers.begun == list(range(10))


async def test_an_answer_gives_way_to_acknowledgements() -> None:
    nobody_waits = asyncio.Event()
    answers = Answers(background := Background(nobody_waits=nobody_waits))
    answers.may_end.set()

    answers.ask(1)
    await turns()
    while_somebody_waits = list(answers.begun)
    nobody_waits.set()
    await background.answered()

    assert (while_somebody_waits, answers.begun) == ([], [1])


async def test_an_answer_does_not_give_way_for_ever() -> None:
    answers = Answers(background := Background(nobody_waits=asyncio.Event(), gives_way_for_s=0.01))
    answers.may_end.set()

    answers.ask(1)
    async with asyncio.timeout(5):
        await background.answered()

    assert answers.begun == [1]


async def test_a_failure_is_told_before_all_are_answered() -> None:
    answers = Answers(background := Background())
    answers.may_end.set()

    answers.ask(13)
    await background.answered()

    assert answers.failed == ["unlucky"]


async def test_where_even_that_fails_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    answers = Answers(background := Background())
    answers.may_end.set()

    answers.ask(99)
    await background.finish()

    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


async def test_each_answer_is_told_of_at_its_end() -> None:
    told: list[str] = []
    answers = Answers(background := Background(after_each=lambda: told.append("answered")))
    answers.may_end.set()

    answers.ask(1)
    answers.ask(2)
    await background.answered()

    assert told == ["answered", "answered"]

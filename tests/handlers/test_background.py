"""Answers after the acknowledgement: in order, few at once, giving way, and told of where they fail."""

import asyncio

import pytest

from handlers.background import Background


class Answers:
    """Answers that end when told, and what became of them."""

    def __init__(self, background: Background) -> None:
        self.begun: list[int] = []
        self.shown: list[int] = []
        self.failed: list[str] = []
        self.may_be_found, self.may_be_shown = asyncio.Event(), asyncio.Event()
        self._background = background

    def ask(self, number: int) -> None:
        self._background.answer(self._find(number), self._show, or_else=self._tell)

    def may_end(self) -> None:
        """Let them be found and shown."""
        self.may_be_found.set()
        self.may_be_shown.set()

    async def _find(self, number: int) -> int:
        self.begun.append(number)
        await self.may_be_found.wait()
        if number == 13:
            raise ValueError("unlucky")
        return number

    async def _show(self, number: int) -> None:
        if number == 99:
            raise ZeroDivisionError
        await self.may_be_shown.wait()
        self.shown.append(number)

    async def _tell(self, failure: Exception) -> None:
        if isinstance(failure, ZeroDivisionError):
            raise failure
        self.failed.append(str(failure))


async def turns() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_answers_are_found_in_order_and_two_at_once() -> None:
    answers = Answers(background := Background())

    for number in range(10):
        answers.ask(number)
    await turns()
    at_first = list(answers.begun)
    answers.may_end()
    await background.answered()

    assert at_first == [0, 1]
    assert (answers.begun, answers.shown) == (list(range(10)), list(range(10)))


async def test_what_takes_long_to_be_shown_does_not_hold_up_the_next() -> None:
    answers = Answers(background := Background())
    answers.may_be_found.set()

    for number in range(10):
        answers.ask(number)
    await turns()
    before_any_was_shown = list(answers.begun)
    answers.may_end()
    await background.answered()

    assert before_any_was_shown == list(range(10))


async def test_an_answer_gives_way_to_acknowledgements() -> None:
    nobody_waits = asyncio.Event()
    answers = Answers(background := Background(nobody_waits=nobody_waits))
    answers.may_end()

    answers.ask(1)
    await turns()
    while_somebody_waits = list(answers.begun)
    nobody_waits.set()
    await background.answered()

    assert (while_somebody_waits, answers.begun) == ([], [1])


async def test_an_answer_does_not_give_way_for_ever() -> None:
    answers = Answers(background := Background(nobody_waits=asyncio.Event(), gives_way_for_s=0.01))
    answers.may_end()

    answers.ask(1)
    async with asyncio.timeout(5):
        await background.answered()

    assert answers.begun == [1]


async def test_a_failure_is_told_before_all_are_answered() -> None:
    answers = Answers(background := Background())
    answers.may_end()

    answers.ask(13)
    await background.answered()

    assert answers.failed == ["unlucky"]


async def test_where_even_that_fails_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    answers = Answers(background := Background())
    answers.may_end()

    answers.ask(99)
    await background.finish()

    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


async def test_each_answer_is_told_of_at_its_end() -> None:
    told: list[str] = []
    answers = Answers(background := Background(after_each=lambda: told.append("answered")))
    answers.may_end()

    answers.ask(1)
    answers.ask(2)
    await background.answered()

    assert told == ["answered", "answered"]

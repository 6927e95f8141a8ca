"""Work that goes on after a payload was answered: it takes longer than the three seconds of an answer."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TypeVar

_log = logging.getLogger(__name__)

_Found = TypeVar("_Found")
_Work = Coroutine[None, None, None]
_FOUND_AT_ONCE = 2
"""More than the cores would only hold up whoever comes meanwhile."""

_QUIET_S = 0.025
"""Of many commands given at once, the next comes within this."""


class Background:
    """Tasks of one process; `finish` waits for them before the database closes."""

    def __init__(
        self,
        *,
        nobody_waits: asyncio.Event | None = None,
        gives_way_for_s: float = 1.0,
        after_each: Callable[[], None] = lambda: None,
    ) -> None:
        """nobody_waits: set while no delivery waits for its acknowledgement; answers give way until then.

        gives_way_for_s: so long each gives way at most, from when it was asked for.
        after_each: called when somebody was answered, as it may have queued messages.
        """
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._nobody_waits = nobody_waits
        self._gives_way_for_s = gives_way_for_s
        self._after_each = after_each
        self._asked = 0
        self._is_quiet = False
        """Whether nobody asked for a moment, after the last who did."""
        self._turns = asyncio.Semaphore(_FOUND_AT_ONCE)

    def begin(self, work: _Work) -> None:
        """Let it run. What goes wrong in it is logged: nobody waits for it."""
        self._begun(work).add_done_callback(_log_failure)

    def answer(
        self,
        find: Coroutine[None, None, _Found],
        show: Callable[[_Found], _Work],
        *,
        or_else: Callable[[Exception], _Work],
    ) -> None:
        """Find what a person asked for, who was acknowledged and waits for it, and show it to them.

        It is found in its turn: in order, few at once, and begun while nobody waits for an acknowledgement.
        or_else: what to do where either fails with an exception.
        """
        self._asked, self._is_quiet = self._asked + 1, False

        def ended(task: asyncio.Task[None]) -> None:
            failure = None if task.cancelled() else task.exception()
            if isinstance(failure, Exception):
                self._answering(or_else(failure)).add_done_callback(_log_failure)

        self._answering(self._in_turn(find, show)).add_done_callback(ended)

    async def answered(self) -> None:
        """Return once everybody has their answer."""
        while self._answers:
            await asyncio.wait(self._answers)

    async def finish(self) -> None:
        """Return once nothing runs any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _in_turn(self, find: Coroutine[None, None, _Found], show: Callable[[_Found], _Work]) -> None:
        until_s = asyncio.get_running_loop().time() + self._gives_way_for_s
        async with self._turns:
            try:
                async with asyncio.timeout_at(until_s):
                    await self._give_way()
            except TimeoutError:
                pass  # whoever waits for their answer has given way long enough
            found = await find
        await show(found)

    async def _give_way(self) -> None:
        waits = self._nobody_waits
        while waits is not None and not (self._is_quiet and waits.is_set()):
            await waits.wait()
            asked = self._asked
            await asyncio.sleep(_QUIET_S)
            self._is_quiet = self._asked == asked

    def _answering(self, work: _Work) -> asyncio.Task[None]:
        task = self._begun(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
        task.add_done_callback(lambda _: self._after_each())
        return task

    def _begun(self, work: _Work) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()):
        _log.error("what was begun in the background has failed", exc_info=failure)

"""Work that goes on after a payload was answered: it takes longer than the three seconds of an answer."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

_log = logging.getLogger(__name__)

_Work = Coroutine[None, None, None]
_ANSWERS_AT_ONCE = 4


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
        self._turns = asyncio.Semaphore(_ANSWERS_AT_ONCE)

    def begin(self, work: _Work) -> None:
        """Let it run. What goes wrong in it is logged: nobody waits for it."""
        self._begun(work).add_done_callback(_log_failure)

    def answer(self, work: _Work, *, or_else: Callable[[Exception], _Work]) -> None:
        """Let this run in its turn: a person was acknowledged and waits for what they asked for.

        Answers are begun in order, few at once, and while nobody waits for an acknowledgement.
        or_else: what to do where it fails with an exception.
        """

        def ended(task: asyncio.Task[None]) -> None:
            failure = None if task.cancelled() else task.exception()
            if isinstance(failure, Exception):
                self._answering(or_else(failure)).add_done_callback(_log_failure)

        self._answering(self._in_turn(work)).add_done_callback(ended)

    async def answered(self) -> None:
        """Return once everybody has their answer."""
        while self._answers:
            await asyncio.wait(self._answers)

    async def finish(self) -> None:
        """Return once nothing runs any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _in_turn(self, work: _Work) -> None:
        until_s = asyncio.get_running_loop().time() + self._gives_way_for_s
        async with self._turns:
            if self._nobody_waits is not None:
                try:
                    async with asyncio.timeout_at(until_s):
                        await self._nobody_waits.wait()
                except TimeoutError:
                    pass  # whoever waits for their answer has given way long enough
            await work

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

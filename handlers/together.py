"""What many people ask for at the same instant, done at once."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Given = TypeVar("_Given")

_MOST = 200


class Together(Generic[_Asked, _Given]):
    """Calls that come in the same turn of the loop, or while those before them are at it, made as one."""

    def __init__(
        self, do: Callable[[str, Sequence[_Asked]], Awaitable[Sequence[_Given | Exception]]]
    ) -> None:
        """do: takes what such calls have in common and what each asks for; returns what each is given.

        An exception among what it returns is raised to the one who asked; one that it raises, to all.
        """
        self._do = do
        self._open: dict[str, _Batch[_Asked, _Given]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, of: str, asked: _Asked) -> _Given:
        """What is given for this. of: what those have in common that may go together: a workspace."""
        batch = self._open.get(of)
        if batch is None or len(batch.asked) >= _MOST:
            batch = self._open[of] = _Batch()
            batch.given = asyncio.get_running_loop().create_task(self._run(of, batch))
        place = len(batch.asked)
        batch.asked.append(asked)
        # Whoever gives up waiting must not take it from the others.
        given = (await asyncio.shield(batch.given))[place]
        if isinstance(given, Exception):
            raise given
        return given

    async def _run(self, of: str, batch: "_Batch[_Asked, _Given]") -> Sequence[_Given | Exception]:
        async with self._turns[of]:
            if self._open.get(of) is batch:
                del self._open[of]
            return await self._do(of, batch.asked)


class _Batch(Generic[_Asked, _Given]):
    def __init__(self) -> None:
        self.asked: list[_Asked] = []
        self.given: asyncio.Task[Sequence[_Given | Exception]]

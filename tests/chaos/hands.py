"""A person at their Slack client while the bot may fail: they do what they want again until it is taken."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.blocks import texts
from sandbox.entries import NotPossible
from sandbox.errors import SlackError
from sandbox.person import Person
from tests.chaos.scene import Scene

TRIES = 60
_TRIED_AGAIN_AFTER_S = 0.3
_FAILED = "went wrong"


class Broken(Exception):
    """A person could not do what they wanted, however often they tried; says what."""


class Hands:
    """What people's stories have in common."""

    def __init__(self, scene: Scene, *, seed: int) -> None:
        self.deeds = 0
        self.broken: list[str] = []
        """What they could not do."""
        self._scene = scene
        self._chance = random.Random(seed)
        self._number = 0

    async def _try(self, name: str, story: Awaitable[object]) -> None:
        try:
            await story
        except (Broken, NotPossible, SlackError, TimeoutError) as broken:
            self.broken.append(f"{name}: {broken!r}")

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _did(self, deed: Awaitable[Any]) -> Any:
        self.deeds += 1
        return await deed

    async def _while(self) -> None:
        await asyncio.sleep(self._chance.choice((0.0, 0.3, 1.0, 3.0)) * self._chance.random())

    async def _until_heard(self, person: Person, deed: Callable[[], Awaitable[object]]) -> None:
        """Do it, and again while Slack says that the bot did not answer."""
        for _ in range(TRIES):
            said = len(person.notices) + self._failures(person)
            await self._did(deed())
            if len(person.notices) + self._failures(person) == said:
                return
            await asyncio.sleep(_TRIED_AGAIN_AFTER_S)
        raise Broken(f"not heard; {person.notices[-1:]}")

    def _failures(self, person: Person) -> int:
        """How often the bot itself told them that it could not."""
        shown = self._scene.workspace.ephemerals
        return sum(
            any(_FAILED in text for text in (message["text"], *texts(message.get("blocks", []))))
            for (_, user_id), messages in shown.items()
            if user_id == person.user_id
            for message in messages
        )

    async def _open(self, person: Person, deed: Callable[[], Awaitable[object]], title: str) -> None:
        """Have a modal opened, however often that takes."""
        for _ in range(TRIES):
            if person.modal is not None:
                await person.close_modal(whole_stack=True)
            await self._did(deed())
            if title in title_of(person):
                return
            await asyncio.sleep(_TRIED_AGAIN_AFTER_S)
        raise Broken(f"no modal {title}, but {title_of(person)}; {person.notices[-1:]}")

    async def _submit(self, person: Person, values: Mapping[str, Any], *, and_on: bool = False) -> bool:
        """Hand in the modal in front until the bot has taken it; False where it is to be begun anew.

        and_on: what comes next is handed in too.
        """
        for _ in range(TRIES):
            if _failed(person):
                await person.close_modal(whole_stack=True)
                return False
            faults = await self._did(person.submit(values))
            if not faults:
                if _failed(person):
                    continue
                if not and_on or not (person.modal or {}).get("submit"):
                    return True
                values = {}
            await asyncio.sleep(_TRIED_AGAIN_AFTER_S if faults else 0)
        raise Broken(f"{title_of(person)} is not taken: {person.field_errors}")


def title_of(person: Person) -> str:
    """The title of the modal in front of them; empty where there is none."""
    return str((person.modal or {"title": {"text": ""}})["title"]["text"])


def _failed(person: Person) -> bool:
    """Whether the modal in front says that something went wrong, and cannot be handed in."""
    front = person.modal
    if front is None or front.get("submit"):
        return False
    return any(_FAILED in text for text in texts(front["blocks"]))

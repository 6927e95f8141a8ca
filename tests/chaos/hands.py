"""A person at their Slack client while the bot may fail: they do what they want again until it is taken."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sandbox.blocks import texts
from sandbox.entries import NotPossible
from sandbox.errors import SlackError
from sandbox.person import Person
from tests.chaos.scene import Scene, key_of

TRIES = 60
_TRIED_AGAIN_AFTER_S = 0.3
_FAILED = "went wrong"
_ANSWERS = ("answer:", "refused:")
"""How the keys of answers begin that went by direct message."""
_ANSWERED_WITHIN_S = 120


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
        self._one_thing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Held by who waits for an answer: to which of two things it is, nobody could tell."""

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

    async def _until_heard(
        self, person: Person, deed: Callable[[], Awaitable[object]], *, is_answered: bool = True
    ) -> None:
        """Do it, and again while Slack says that the bot did not answer, or the bot that it could not.

        is_answered: whether the bot says something to it, which may come later, and by direct message.
        """
        async with self._one_thing[person.user_id]:
            for _ in range(TRIES):
                noticed, before = len(person.notices), self._answers(person)
                await self._did(deed())
                if len(person.notices) == noticed:
                    if is_answered:
                        await self._answered(person, than=len(before))
                    if _failures(self._answers(person)) == _failures(before):
                        return
                await asyncio.sleep(_TRIED_AGAIN_AFTER_S)
        raise Broken(f"not heard; {person.notices[-1:]}")

    async def _answered(self, person: Person, *, than: int) -> None:
        """Wait for more answers than that many."""
        try:
            async with asyncio.timeout(_ANSWERED_WITHIN_S):
                while len(self._answers(person)) <= than:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise Broken("never answered") from None

    def _answers(self, person: Person) -> list[Sequence[str]]:
        """What the bot said to them alone, each by its texts."""
        workspace = self._scene.workspace
        vanishing = (
            message
            for (_, user_id), messages in workspace.ephemerals.items()
            if user_id == person.user_id
            for message in messages
        )
        lasting = (
            message
            for message in workspace.direct(person.user_id, self._scene.app.bot_user_id).messages
            if "metadata" in message and key_of(message).startswith(_ANSWERS)
        )
        return [(message["text"], *texts(message.get("blocks") or [])) for message in (*vanishing, *lasting)]

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


def _failures(answers: Sequence[Sequence[str]]) -> int:
    return sum(any(_FAILED in text for text in said) for said in answers)


def title_of(person: Person) -> str:
    """The title of the modal in front of them; empty where there is none."""
    return str((person.modal or {"title": {"text": ""}})["title"]["text"])


def _failed(person: Person) -> bool:
    """Whether the modal in front says that something went wrong, and cannot be handed in."""
    front = person.modal
    if front is None or front.get("submit"):
        return False
    return any(_FAILED in text for text in texts(front["blocks"]))

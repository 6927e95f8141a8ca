"""Rounds of peers in a small circle: what an organiser and its people do, and what must come of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from sandbox.blocks import elements_of, texts
from sandbox.entries import NotPossible
from sandbox.person import Person
from tests.chaos.findings import Findings
from tests.chaos.hands import TRIES, Broken, Hands, title_of
from tests.chaos.scene import PLANNER, Scene, another

KEY = "circle"
TABLES = ("peer_round", "peer_match", "peer_feedback", "peer_pause")
"""What is counted of the database."""

_PEOPLE = 7
_MOST_AWAY = 3
_COMES_WITHIN_S = 300.0
_DRAWN_WITHIN_S = 10.0
_SKETCH = """
[[homework]]
key = "sketch"
title = "Sketch"
brief = "On a page."
opens = 2023-06-08T09:00:00
due = 2023-07-20T18:00:00
remind = ["1d"]
"""


def ids() -> list[str]:
    """The circle's people."""
    return [f"UCIRCLE{number}" for number in range(_PEOPLE)]


def edition() -> str:
    """Their file."""
    return another(KEY, name="Circle") + _SKETCH


class Circle(Hands):
    """Those people, and the organiser who plans their rounds."""

    def __init__(self, scene: Scene, *, seed: int) -> None:
        super().__init__(scene, seed=seed)
        self.people = ids()
        self.away: set[str] = set()
        """Who has to be known as taking no part."""
        self.rounds: dict[int, frozenset[str]] = {}
        """Who has to be in each that was published."""
        self.feedback: dict[tuple[int, str, str], str] = {}
        """By round, giver and author, what was written."""
        self.thanked: list[tuple[str, str]] = []
        """Giver and author, for each feedback that its author gave thanks for."""

    async def run(self, *, rounds: int, progress: Callable[[], float]) -> None:
        """Have so many rounds. progress: of the run, 0 to 1; they keep up with it."""
        for number in range(rounds):
            while progress() < number / rounds:
                await asyncio.sleep(0.1)
            await self._try(f"round {number + 1} of the circle", self._have_a_round())

    async def _have_a_round(self) -> None:
        await self._come_or_go()
        round_id = await self._publish()
        together = sorted(set(self.people) - self.away)
        self.rounds[round_id] = frozenset(together)
        givers = self._chance.sample(together, k=min(len(together), 3))
        await asyncio.gather(
            *(
                self._try(f"feedback of {giver} in round {round_id}", self._give(round_id, giver))
                for giver in givers
            )
        )

    async def _come_or_go(self) -> None:
        for user_id in self._chance.sample(self.people, k=2):
            person = self._scene.sandbox.person(user_id)
            if user_id in self.away:
                await self._until_heard(person, partial(person.command, "/peers resume"))
                self.away.remove(user_id)
            elif len(self.away) < _MOST_AWAY:
                await self._until_heard(person, partial(person.command, "/peers pause"))
                self.away.add(user_id)

    async def _publish(self) -> int:
        """Plan a round and publish it, however often that takes; its number."""
        pia = self._scene.sandbox.person(PLANNER)
        asked = {"edition": KEY, "kind": "pairs", "homework": f"{KEY}/sketch", "date": "2023-07-05"}
        tried: int | None = None
        for _ in range(TRIES):
            await self._open(pia, partial(pia.command, "/peers plan"), "Plan a round")
            is_empty = bool((pia.modal or {}).get("submit"))
            if is_empty and tried is not None:
                return tried  # there is no draft any more: it was published, though nobody said so
            if is_empty and await self._did(pia.submit(asked)):
                continue
            # The second is so where the form says that something went wrong.
            with suppress(TimeoutError, NotPossible):
                if not is_empty:
                    await self._did(pia.press("modal", "peers_open_draft"))
                await pia.saw_modal("Draft of round", timeout_s=_DRAWN_WITHIN_S)
            if "Draft of round" not in title_of(pia):
                continue
            tried = int(title_of(pia).rpartition(" ")[2])
            await self._did(pia.press("modal", "peers_publish"))
            if any("is published" in text for text in texts((pia.modal or {}).get("blocks", []))):
                return tried
        raise Broken(f"no round was published, but {title_of(pia)}; {pia.notices[-1:]}")

    async def _give(self, round_id: int, giver: str) -> None:
        person = self._scene.sandbox.person(giver)
        channel_id, message = await self._introduced(person, round_id)
        await self._while()
        buttons = [
            element
            for block in message["blocks"]
            for _, element in elements_of(block)
            if str(element.get("action_id")).startswith("peers_give") and not element["value"].endswith(giver)
        ]
        button = self._chance.choice(buttons)
        author = button["value"].partition(" ")[2]
        text = f"The beginning is clear, says {giver} in round {round_id}."
        press = partial(person.press, message, button["action_id"], channel_id=channel_id)
        while True:
            await self._open(person, press, "feedback")
            if await self._submit(person, {"works": text}):
                break
        self.feedback[round_id, giver, author] = text
        if self._chance.random() < 0.5:
            await self._thank(self._scene.sandbox.person(author), giver, text)

    async def _introduced(self, person: Person, round_id: int) -> tuple[str, dict[str, Any]]:
        with suppress(TimeoutError):
            async with asyncio.timeout(_COMES_WITHIN_S):
                while True:
                    for channel_id, message in self._introductions(round_id):
                        if person.user_id in self._scene.workspace.channel(channel_id).members:
                            return channel_id, message
                    await asyncio.sleep(0.2)
        raise Broken("nobody introduced them")

    async def _thank(self, author: Person, giver: str, text: str) -> None:
        message = await author.saw("direct", text, timeout_s=_COMES_WITHIN_S)
        press = partial(author.press, message, "peers_thank", channel_id=author.direct_id())
        await self._until_heard(author, press)
        self.thanked.append((giver, author.user_id))

    def _introductions(self, round_id: int) -> Iterable[tuple[str, dict[str, Any]]]:
        for channel in self._scene.workspace.channels.values():
            if channel.kind == "mpim":
                for message in channel.messages:
                    if f"together in round {round_id}." in message["text"]:
                        yield channel.id, message

    # -- what must come of it -------------------------------------------------------------------------

    def count(self, found: Findings, tables: Mapping[str, Iterable[Any]]) -> None:
        """Add what is not as it must be. tables: the rows of `TABLES`, by name."""
        published = [row["id"] for row in tables["peer_round"] if row["published_at"] is not None]
        found.compare("published round", Counter(published), list(self.rounds))
        self._count_introductions(found, tables["peer_match"])
        self._count_feedback(found, tables["peer_feedback"])
        paused = Counter(row["user_id"] for row in tables["peer_pause"] if row["resumed_at"] is None)
        found.compare("pause", paused, self.away)

    def _count_introductions(self, found: Findings, matches: Iterable[Any]) -> None:
        wanted = [(round_id, user_id) for round_id, people in self.rounds.items() for user_id in people]
        drawn = Counter((row["round_id"], user_id) for row in matches for user_id in row["members"])
        found.compare("match", drawn, wanted)
        got: Counter[tuple[int, str]] = Counter()
        for round_id in self.rounds:
            for channel_id, _ in self._introductions(round_id):
                members = set(self._scene.workspace.channel(channel_id).members)
                got.update((round_id, user_id) for user_id in members - {self._scene.app.bot_user_id})
        found.compare("introduction", got, wanted)

    def _count_feedback(self, found: Findings, rows: Iterable[Any]) -> None:
        known = Counter(
            (row["round_id"], row["giver"], row["author"], row["works"]) for row in rows if row["sent_at"]
        )
        found.compare("feedback known", known, [(*of, text) for of, text in self.feedback.items()])
        texts_seen: Counter[tuple[str, str]] = Counter()
        thanks: Counter[tuple[str, str]] = Counter()
        for message in self._scene.said():
            members = self._scene.workspace.channel(message["channel"]).members
            readers = "+".join(sorted(set(members) - {self._scene.app.bot_user_id}))
            shown = " ".join(texts(message.get("blocks") or []))
            texts_seen.update((readers, text) for text in self.feedback.values() if text in shown)
            thanks.update((readers, one) for one in self.people if f"{one.title()} thanks you" in shown)
        found.compare("feedback", texts_seen, [(of[2], text) for of, text in self.feedback.items()])
        found.compare("thanks", thanks, self.thanked)

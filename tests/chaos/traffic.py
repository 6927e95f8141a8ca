"""What people do during a fault run, and what must come of it: each deed has an effect to be counted."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.blocks import elements_of
from sandbox.entries import NotPossible
from sandbox.person import Person
from tests.chaos.hands import TRIES, Broken, Hands, title_of
from tests.chaos.scene import ASK, GENERAL, HALL, ORGANISER, Scene

_AHEAD = 0.02
_CHECK = "white_check_mark"


@dataclass
class Wanted:
    """What there must be in the end."""

    questions: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    """By the message's ts: its title, its state, and the ts of the accepted answer."""
    asked: dict[str, str] = field(default_factory=dict)
    """By title, who asked it through the bot."""
    essays: dict[str, list[str]] = field(default_factory=dict)
    """By person, the texts handed in, in order."""
    profiles: dict[str, str] = field(default_factory=dict)
    """By person, what they look for."""
    confirmed: set[tuple[str, str]] = field(default_factory=set)
    """Titles of announcements, and who confirmed them."""
    welcomed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    announced: list[str] = field(default_factory=list)
    """Titles of announcements to every participant, in the order in which they were sent off."""


class Crowd(Hands):
    """The people, at their Slack clients; each story is one or a few of them."""

    def __init__(self, scene: Scene, *, seed: int) -> None:
        super().__init__(scene, seed=seed)
        self.wanted = Wanted()
        self._free = list(scene.people)
        self._chance.shuffle(self._free)

    async def run(self, *, deeds: int, progress: Callable[[], float]) -> None:
        """Have so many things done. progress: of the run, 0 to 1; they keep up with it."""
        stories = (
            (self._ask_in_channel, 6),
            (self._hand_in, 5),
            (self._ask_by_form, 2),
            (self._fill_in_profile, 2),
            (self._look_around, 3),
            (self._confirm, 3),
            (self._join, 2),
            (self._join_and_leave, 1),
            (self._log_from_elsewhere, 2),
            (self._join_hall, 1),
        )
        tellers, shares = zip(*stories, strict=True)
        running: set[asyncio.Task[None]] = set()
        while self.deeds < deeds:
            is_early = self.deeds / deeds > progress() + _AHEAD
            if is_early or len(running) >= 12 or len(self._free) < 2:
                await asyncio.sleep(0.05)
                continue
            (story,) = self._chance.choices(tellers, shares)
            task = asyncio.create_task(self._tell(story, self._free.pop()))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    async def announce(self) -> None:
        """Have the organiser write an announcement to all participants, and send it off."""
        title = f"News {len(self.wanted.announced) + 1}."
        orla = self._scene.sandbox.person(ORGANISER)
        given: dict[str, Any] = {
            "announce_title": title,
            "announce_text": f"What is new: {title}",
            "announce_where": ["message"],
            "announce_roles": ["participant"],
            "announce_editions": ["faults"],
            "announce_options": ["confirm"],
        }
        for _ in range(TRIES):
            await self._open(orla, lambda: orla.command("/announce"), "Announcement")
            await self._submit(orla, given)
            if title_of(orla) != "Preview":
                continue  # taken, but the answer was lost: it stays a draft
            if await self._submit(orla, {}):
                self.wanted.announced.append(title)
                return
        raise Broken(f"{title} could not be sent off")

    # -- stories --------------------------------------------------------------------------------------

    async def _tell(self, story: Callable[[Person], Awaitable[None]], user_id: str) -> None:
        await self._try(f"{story.__name__} of {user_id}", story(self._scene.sandbox.person(user_id)))
        self._free.insert(0, user_id)

    async def _ask_in_channel(self, person: Person) -> None:
        title = f"How did subject {self._next()} go in the end?"
        ts = await self._did(person.say(ASK, title))
        self.wanted.questions[ts] = (title, "open", None)
        await self._while()
        turn = self._chance.random()
        if turn < 0.2:
            title = f"And what of subject {self._next()}, then?"
            await self._did(person.edit(ASK, ts, title))
            self.wanted.questions[ts] = (title, "open", None)
        elif turn < 0.35:
            await self._did(person.delete(ASK, ts))
            self.wanted.questions[ts] = ("", "removed", None)
        elif turn < 0.9:
            await self._have_answered(person, ts, title, how=turn)

    async def _have_answered(self, asker: Person, ts: str, title: str, *, how: float) -> None:
        other = self._scene.sandbox.person(self._chance.choice(self._scene.people))
        reply = await self._did(other.say(ASK, f"It went well, says {self._next()}.", thread_ts=ts))
        await self._while()
        if how < 0.75:
            await self._did(asker.react(ASK, reply, _CHECK))
        else:
            await self._until_heard(asker, lambda: asker.message_shortcut("accept_answer", ASK, reply))
        self.wanted.questions[ts] = (title, "answered", reply)
        if how < 0.45:
            await self._while()
            await self._did(asker.unreact(ASK, reply, _CHECK))
            self.wanted.questions[ts] = (title, "open", None)

    async def _hand_in(self, person: Person) -> None:
        handed_in = self.wanted.essays.setdefault(person.user_id, [])
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            text = f"Essay {self._next()}"
            while True:
                await self._open(person, lambda: person.command("/homework submit essay"), "homework")
                if await self._submit(person, {"text": text}):
                    break
            handed_in.append(text)

    async def _ask_by_form(self, person: Person) -> None:
        title = f"Zanzibar{self._next()} or Timbuktu{self._next()}?"
        is_asked = False
        while not is_asked:
            await self._open(person, lambda: person.command("/ask"), "Ask")
            is_asked = await self._submit(person, {"question": title}, and_on=True)
        self.wanted.asked[title] = person.user_id

    async def _fill_in_profile(self, person: Person) -> None:
        looks_for = f"partner {self._next()}"
        while True:
            await self._open(person, lambda: person.command("/academy profile"), "My profile")
            if await self._submit(person, {"looks_for": looks_for}):
                break
        self.wanted.profiles[person.user_id] = looks_for

    async def _look_around(self, person: Person) -> None:
        for command in ("/homework", "/questions subject", "/academy next", "/directory cluster", "/peers"):
            if self._chance.random() < 0.5:
                # A search is acknowledged before it is made, and dies with its process: one asks again.
                is_search = command.startswith("/questions")
                await self._until_heard(person, partial(person.command, command), is_answered=not is_search)
        for _ in range(TRIES):
            try:
                await self._did(person.open_home(timeout_s=20))
                return
            except TimeoutError:
                continue
        raise Broken("no Home")

    async def _confirm(self, person: Person) -> None:
        where = person.direct_id()
        for message in reversed(person.direct()):
            actions = {
                element.get("action_id") for block in message["blocks"] for _, element in elements_of(block)
            }
            if "announce_got_it" in actions:
                title = str(message["blocks"][0]["text"]["text"])
                press = partial(person.press, message, "announce_got_it", channel_id=where)
                # Once it is known the button is gone, though the answer to a click may have been lost.
                with suppress(NotPossible):
                    await self._until_heard(person, press, is_answered=False)
                self.wanted.confirmed.add((title, person.user_id))
                return

    async def _join(self, _person: Person) -> None:
        user_id = f"UNEW{self._next():04d}"
        self.deeds += 1
        self._scene.workspace.add_user(user_id.lower(), user_id=user_id, tz="Europe/Rome")
        self.wanted.welcomed.add(user_id)

    async def _join_and_leave(self, person: Person) -> None:
        await self._join(person)
        user_id = f"UNEW{self._number:04d}"
        await self._scene.sandbox.person(user_id).saw("direct", "Welcome", timeout_s=300)
        self.deeds += 1
        self._scene.workspace.change_user(user_id, deleted=True)
        self.wanted.gone.add(user_id)

    async def _log_from_elsewhere(self, person: Person) -> None:
        title = f"Does anybody know of subject {self._next()}?"
        ts = await self._did(person.say(GENERAL, title))
        await self._until_heard(person, lambda: person.message_shortcut("log_question", GENERAL, ts))
        self.wanted.questions[ts] = (title, "open", None)

    async def _join_hall(self, person: Person) -> None:
        if person.user_id not in self._scene.workspace.channel(HALL).members:
            await self._did(person.join(HALL))
            self.wanted.welcomed.add(person.user_id)

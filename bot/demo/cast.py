"""The cast: invented people who do at their Slack clients what the script says, as people would."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from bot.demo.diary import Diary
from bot.demo.lines import ANNOUNCED, FEEDBACK
from bot.demo.script import Act, Deed
from bot.views import alumni, announce, asking, peers_messages, peers_plan, reminders
from sandbox.blocks import elements_of
from sandbox.entries import NotPossible
from sandbox.errors import SlackError
from sandbox.person import Person
from sandbox.server import Sandbox

_log = logging.getLogger(__name__)

_QUESTIONS = "C0ASK"
_THANKS = "white_check_mark"
# A busy machine must not change what happens.
_PATIENCE_S = 15


class Cast:
    """Performs a script once, in order."""

    def __init__(
        self,
        acts: Sequence[Act],
        sandbox: Sandbox,
        diary: Diary,
        *,
        is_free: Callable[[str], bool] = lambda _user_id: True,
    ) -> None:
        """is_free: whether the cast may act for somebody just now; whoever is played by a visitor is not."""
        self._acts = list(acts)
        self._sandbox = sandbox
        self._diary = diary
        self._is_free = is_free
        self._texts = {act.about: act.text for act in acts if act.deed in (Deed.ASK, Deed.ANSWER)}

    @property
    def next_at(self) -> datetime | None:
        """When the next act is due; None after the last."""
        return self._acts[0].at if self._acts else None

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to do."""
        return self.next_at is not None and self.next_at <= now

    def skip_to(self, now: datetime) -> None:
        """Forget what was due up to now."""
        self._acts = [act for act in self._acts if act.at > now]

    async def perform_next(self) -> None:
        """Do the next of all acts, which there must be.

        What is not possible any more, since a visitor did it already, say, is left out.
        """
        act = self._acts.pop(0)
        if not self._is_free(act.who):
            return
        try:
            await self._do(act, self._sandbox.person(act.who))
        except (NotPossible, SlackError, TimeoutError) as impossible:
            _log.info("%s %s %s: %s", act.who, act.deed, act.about, impossible)

    async def _do(self, act: Act, person: Person) -> None:
        match act.deed:
            case Deed.HAND_IN:
                await self._hand_in(act, person)
            case Deed.ASK:
                await person.say(_QUESTIONS, act.text)
            case Deed.ANSWER:
                question_ts = self._posted_as(act.about.split()[0])
                await person.say(_QUESTIONS, act.text, thread_ts=question_ts)
            case Deed.ACCEPT:
                await person.react(_QUESTIONS, self._posted_as(act.about), _THANKS)
                self._diary.did(act.who, "accepts the answer")
            case Deed.TAKE_KNOWN:
                await self._take_known(person)
            case Deed.PLAN:
                await self._plan(act, person)
            case Deed.TELL_MET:
                await self._tell_met(act, person)
            case Deed.GIVE:
                await self._give(act, person)
            case Deed.ANNOUNCE:
                await self._announce(act, person)
            case Deed.CONFIRM:
                await self._press_newest(person, announce.GOT_IT, f"confirms “{act.about}”", holds=act.about)
            case Deed.PROMOTE:
                await self._press_newest(person, alumni.CONFIRM, "says that all are alumni now")

    async def _hand_in(self, act: Act, person: Person) -> None:
        await person.command(f"/homework submit {act.about}")
        await person.saw_modal(timeout_s=_PATIENCE_S)
        await _submit(person, {"text": act.text})
        self._diary.did(act.who, f"hands in {act.about}")

    async def _take_known(self, person: Person) -> None:
        for shown in reversed(person.messages(_QUESTIONS)):
            if buttons := _buttons(shown, asking.ANSWERS_IT):
                action_id, value = buttons[0]["action_id"], buttons[0]["value"]
                await person.press(shown, action_id, channel_id=_QUESTIONS, value=value)
                self._diary.did(person.user_id, "takes the earlier answer that was shown")
                return
        raise NotPossible("no earlier answer was shown")

    async def _plan(self, act: Act, person: Person) -> None:
        kind, homework, until = act.about.split()
        await person.command("/peers plan")
        await person.saw_modal("Plan a round", timeout_s=_PATIENCE_S)
        size = {"size": "2"} if kind == "reviews" else {}
        await _submit(person, {"kind": kind, "homework": homework, "date": until, "who": "handed_in", **size})
        await person.saw_modal("Draft", timeout_s=_PATIENCE_S)
        await person.press("modal", peers_plan.PUBLISH)
        if person.modal is not None:
            await person.close_modal(whole_stack=True)
        self._diary.did(act.who, f"publishes a round of {kind}")

    async def _tell_met(self, act: Act, person: Person) -> None:
        wanted = f"{peers_messages.ANSWER}_{act.text}"
        for channel in self._sandbox.workspace.channels.values():
            if channel.kind == "mpim" and act.who in channel.members:
                for message in reversed(channel.messages):
                    if _buttons(message, wanted):
                        await person.press(message, wanted, channel_id=channel.id)
                        self._diary.did(act.who, f"says: {act.text.replace('_', ' ')}")
                        return

    async def _give(self, act: Act, person: Person) -> None:
        await person.command("/peers")
        owed = person.direct()[-1]
        for button in _buttons(owed, reminders.GIVE):
            if button["text"]["text"].startswith("Change"):
                continue
            await person.press(owed, button["action_id"], value=button["value"])
            await person.saw_modal(timeout_s=_PATIENCE_S)
            await _submit(person, FEEDBACK[int(act.about)])
            if person.modal is not None:
                await person.close_modal(whole_stack=True)
            self._diary.did(act.who, "gives feedback")

    async def _announce(self, act: Act, person: Person) -> None:
        announced = next(one for one in ANNOUNCED if one.title == act.about)
        await person.command("/announce")
        await person.saw_modal("Announcement", timeout_s=_PATIENCE_S)
        options = {"announce_options": ["confirm"]} if announced.asks_confirmation else {}
        written = {"announce_title": announced.title, "announce_text": announced.text}
        audience = {"announce_where": list(announced.where), "announce_roles": ["participant"]}
        await _submit(person, {**written, **audience, **options})
        await person.saw_modal("Preview", timeout_s=_PATIENCE_S)
        await _submit(person, {})
        if person.modal is not None:
            await person.close_modal(whole_stack=True)
        self._diary.did(act.who, f"announces “{announced.title}”")

    async def _press_newest(self, person: Person, action_id: str, did: str, *, holds: str = "") -> None:
        """Press a button of the newest direct message that has it, and holds these words."""
        for message in reversed(person.direct()):
            if (buttons := _buttons(message, action_id)) and holds in str(message["blocks"]):
                await person.press(message, buttons[0]["action_id"], value=buttons[0].get("value"))
                self._diary.did(person.user_id, did)
                return
        raise NotPossible(f"there is no {action_id}")

    def _posted_as(self, about: str) -> str:
        said = self._texts[about]
        for message in reversed(self._sandbox.workspace.channel(_QUESTIONS).messages):
            if message.get("text") == said:
                return str(message["ts"])
        raise NotPossible(f"{about} was not posted")


async def _submit(person: Person, values: Any) -> None:
    try:
        faults = await person.submit(values)
    except NotPossible:
        await person.close_modal(whole_stack=True)
        raise
    if faults:
        await person.close_modal(whole_stack=True)
        raise NotPossible(str(faults))


def _buttons(message: dict[str, Any], action_id: str) -> list[dict[str, Any]]:
    found = [element for block in message.get("blocks", ()) for _, element in elements_of(block)]
    return [
        one
        for one in found
        if one["type"] == "button" and str(one.get("action_id", "")).startswith(action_id)
    ]


def free(seated: Callable[[], Collection[str]]) -> Callable[[str], bool]:
    """Whoever no page is open for."""
    return lambda user_id: user_id not in seated()

"""Everyday use of the bot, feature by feature, for the payloads that Slack makes of it; and those spoilt."""

import copy
import random
from collections.abc import Iterator
from typing import Any

from sandbox.delivered import Kind
from tests.scenarios import announcing, peering
from tests.scenarios.asking import ASK, open_questions_channel
from tests.scenarios.planting import Planter
from tests.scenarios.stage import Stage

Payload = dict[str, Any]


async def homework(stage: Stage) -> None:
    """Handed in, looked at, extended, changed."""
    ben, ann, plant = stage.person("UBEN"), stage.person("UANN"), Planter()
    for words in ("", "submit", "submit action-plan-1"):
        await ben.command(f"/homework {words}")
    await ben.submit({"text": "Our plan", "link": "https://example.org"})
    await ben.shortcut("submit_homework")
    await ben.close_modal(whole_stack=True)
    await stage.settle()
    await ben.press(await ben.saw("direct", "Received"), "homework_hand_in")
    await ben.close_modal(whole_stack=True)
    await ann.command("/homework status action-plan-1")
    status = ann.direct()[-1]
    for action in ("homework_read", "homework_nudge", "homework_edit"):
        await ann.press(status, action)
    await plant.submit(ann, date="2023-07-06")
    await ann.command("/homework extend @cleo members-map 2023-07-02")
    await plant.submit(ann)
    await ann.command("/homework new")
    await plant.submit(ann, key="another", date="2023-07-20")
    await stage.at("2023-06-28 12:00")
    await ben.press(ben.direct()[-1], "reminder_snooze")


async def people(stage: Stage) -> None:
    """Profile, directory, roles, privacy, Home, and what Slack tells of people, groups and channels."""
    eva, ann, plant = stage.person("UEVA"), stage.person("UANN"), Planter()
    for words in ("academy", "academy next", "academy report", "directory en", "academy privacy"):
        await eva.command(f"/{words}")
        if eva.modal is not None:
            await eva.close_modal(whole_stack=True)
    await eva.command("/academy profile")
    await plant.submit(eva, country="FI", languages="en")
    await ann.open_home()
    await ann.press("home", "people_roles")
    await ann.submit({"words": "Eva"})
    await ann.press("modal", "roles_one_UEVA")
    await plant.submit(ann, deed="coach")
    await ann.close_modal(whole_stack=True)
    workspace = stage.workspace
    workspace.add_user("newcomer", user_id="UNEW", real_name="New Comer", tz="Europe/Oslo")
    workspace.change_user("UCLEO", real_name="Cleo M.", tz="Europe/Madrid")
    group = workspace.add_usergroup("coaches", users=["UFAY"])
    workspace.set_usergroup_members(group.id, ["UFAY", "UEVA"])
    workspace.tell_usergroup(group)
    await stage.settle()


async def questions(stage: Stage) -> None:
    """Asked in a channel and by the form, answered, accepted, searched, put in order."""
    await open_questions_channel(stage)
    ben, eva, ann, plant = stage.person("UBEN"), stage.person("UEVA"), stage.person("UANN"), Planter()
    asked = await ben.say(ASK, "Who pays the travel?", files=[("plan.txt", b"x")])
    await stage.settle()
    answered = await eva.say(ASK, "The <https://example.org|programme> does", thread_ts=asked)
    await stage.settle()
    await ben.react(ASK, answered, "white_check_mark")
    await ben.unreact(ASK, answered, "white_check_mark")
    await ben.message_shortcut("accept_answer", ASK, answered)
    await ben.edit(ASK, asked, "Who pays the travel, then?")
    elsewhere = await ben.say("CGENERAL", "Where is the hall?")
    await ben.message_shortcut("log_question", "CGENERAL", elsewhere)
    await ben.delete("CGENERAL", elsewhere)
    await ben.shortcut("ask")
    await plant.submit(ben)
    await ben.command("/ask Who pays the fees?")
    await stage.settle()
    for words in ("pays", "open", "mine"):
        await ben.command(f"/questions {words}")
    await ann.command("/questions pays")
    await ann.press(ann.direct()[-1], "questions_manage", value="1")
    await ann.press("modal", "questions_retitle")
    await plant.submit(ann)
    await ann.close_modal(whole_stack=True)
    await ann.command("/questions stats")
    await ann.press(ann.direct()[-1], "questions_audit")
    stage.workspace.leave(ASK, "UGUS")
    stage.workspace.join(ASK, "UGUS")
    stage.workspace.rename(ASK, "ask-all", user_id="UANN")
    stage.workspace.archive(ASK, "UANN")
    stage.workspace.archive(ASK, "UANN", archived=False)
    await stage.settle()


async def feedback(stage: Stage) -> None:
    """A round of pairs: planned, published, answered; pauses and wishes."""
    await peering.six(stage)
    await peering.hand_in(stage, *peering.MANAGERS)
    ann, ben = await peering.publish(stage), stage.person("UBEN")
    await ann.close_modal(whole_stack=True)
    await ann.command("/peers status")
    await ann.command("/peers plan")
    for words in ("", "pause", "resume", "feedback"):
        await ben.command(f"/peers {words}")
        if ben.modal is not None and words:
            await ben.submit({"until": "2023-07-30"} if words == "pause" else {})
    await ben.close_modal(whole_stack=True)


async def announcements(stage: Stage) -> None:
    """Written, previewed, tested, sent, confirmed; and the academy set up by forms."""
    ann, ben, plant = stage.person("UANN"), stage.person("UBEN"), Planter()
    await announcing.open_news(stage)
    await announcing.compose(stage, announce_options=["confirm"])
    await ann.press("modal", "announce_test")
    await ann.submit()
    await ann.close_modal(whole_stack=True)
    await stage.settle()
    await ben.press(announcing.announcement(stage, "UBEN"), "announce_got_it")
    await announcing.open_detail(stage)
    await ann.press("modal", "announce_table")
    await ann.close_modal(whole_stack=True)
    await ann.command("/academy setup")
    await ann.press("modal", "setup_academy")
    await plant.submit(ann)
    await ann.press("modal", "setup_edition", value="cba-2")
    await ann.press("modal", "setup_day_new")
    await plant.submit(ann, setup_date="2023-09-22", setup_kind="in-person")
    await ann.close_modal(whole_stack=True)
    await stage.settle()


FEATURES = (homework, people, questions, feedback, announcements)


def recorded(stage: Stage) -> list[Payload]:
    """One payload of each kind and name that was delivered, the newest."""
    return [*{_name(one.kind, one.payload): one.payload for one in stage.sandbox.delivery.log}.values()]


def _name(kind: Kind, payload: Payload) -> tuple[str, ...]:
    event, view = payload.get("event", {}), payload.get("view") or {}
    action = (payload.get("actions") or [{}])[0]
    words = str(payload.get("text", "")).split(maxsplit=1)[:1]
    names = (payload.get("type"), payload.get("command"), *words, event.get("type"), event.get("subtype"))
    return (kind, *map(str, names), str(action.get("action_id")), str(view.get("callback_id")))


class Spoiler:
    """Makes payloads that Slack would not have sent out of those that it did send.

    One in ten is a delivery of its own; the others are known to have had their effect, where the bot keeps
    count of that: twenty times as many homeworks and announcements would only take time.
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._made = 0

    def spoilt(self, payload: Payload) -> Payload:
        """A copy with a field missing or of another type, or four of them."""
        self._made += 1
        made = copy.deepcopy(payload)
        is_own = self._rng.random() < 0.1
        if is_own:
            _renew(made, f"{self._made}")
        for _ in range(1 if is_own else 4):
            holder, name = self._place(made)
            if self._rng.random() < 0.3:
                del holder[name]
            else:
                holder[name] = self._other_than(holder[name])
        return made

    def _place(self, payload: Payload) -> tuple[Any, Any]:
        holder: Any = payload
        while True:
            name = self._rng.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
            inner = holder[name]
            if not isinstance(inner, dict | list) or not inner or self._rng.random() < 0.3:
                return holder, name
            holder = inner

    def _other_than(self, value: Any) -> Any:
        deep: Any = []
        for _ in range(100):
            deep = [deep]
        values: tuple[Any, ...] = (
            None,
            "",
            0,
            -1,
            2.5,
            True,
            [],
            {},
            [None],
            {"id": None},
            {"id": 7},
            [[]],
            deep,
            10**30,
        )
        texts = ("x" * 5_000, "\x00", "\ud800", "<!channel>", "-1", "9" * 30, "é\u202e", "{}", "null")
        of_other_type = [one for one in (*values, *texts) if type(one) is not type(value)]
        # A text of another kind than was there is no less of a surprise to who expects an id.
        return copy.deepcopy(self._rng.choice([*of_other_type, *(texts if isinstance(value, str) else ())]))


def _renew(payload: Payload, number: str) -> None:
    for name in ("event_id", "trigger_id"):
        if name in payload:
            payload[name] = f"{payload[name]}.{number}"
    for action in payload.get("actions") or ():
        action["action_ts"] = f"{action['action_ts']}{number}"
    if payload.get("view"):
        payload["view"]["hash"] = f"{payload['view'].get('hash')}.{number}"


def spoilt(payloads: list[Payload], *, times: int, seed: int) -> Iterator[Payload]:
    """So many spoilt payloads, as many of each."""
    spoiler = Spoiler(seed)
    for number in range(times):
        yield spoiler.spoilt(payloads[number % len(payloads)])

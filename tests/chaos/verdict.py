"""What a fault run found: watches the outbox and the calls while it runs, and counts at the end."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.calls import Call
from sandbox.delivered import Delivered
from storage import outbox, tables
from storage.db import Database
from tests.chaos.circle import TABLES, Circle
from tests.chaos.findings import Findings
from tests.chaos.night import Night
from tests.chaos.scene import ASK, GENERAL, Scene, key_of, process_of
from tests.chaos.traffic import Wanted
from tests.chaos.troubles import Record

_UNDER_WAY_S = 0.3
"""A call may have been on its way already when its process was told to wait."""
_HEARD_WITHIN_S = 2.5
"""How soon one process knows what another was told, which lived long enough to say so."""
_LOOKED_AT_EVERY_S = 0.7
_DEADLINE_S = 3.0
_CLOCKS_AHEAD = timedelta(minutes=2)
_ASKED_FOR_ANSWERS = {
    "conversations.info",
    "conversations.members",
    "conversations.replies",
    "users.info",
    "views.publish",
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A row of the outbox that was seen waiting."""

    recipient: str
    is_bulk: bool
    place: int
    """Of the look at the outbox that saw it first."""


class Watch:
    """Looks on while it runs."""

    def __init__(self, scene: Scene, database: Database) -> None:
        self.acks: list[tuple[float, Delivered, int]] = []
        """When each attempt of a delivery was over, and its number."""
        self.calls: list[tuple[float, int, Call]] = []
        self.seen: dict[str, Seen] = {}
        self.failed: list[tuple[float, Call]] = []
        """When calls failed without which somebody could not be answered."""
        self.waiting = 0
        self.waiting_bulk = 0
        """Of these, one of very many each: announcements, but not the edits that tell how far they are."""
        self.behind = 0
        """Channels that are to be read, and reminders that are due and not queued yet."""
        self.sending_of: set[int] = set()
        self._scene = scene
        self._database = database
        self._looks = 0
        self._now_s = asyncio.get_running_loop().time
        scene.sandbox.on_call.append(self._called)
        scene.sandbox.delivery.on_logged.append(self._delivered)

    async def run(self) -> None:
        """Look at the outbox until cancelled."""
        while True:
            with suppress(SQLAlchemyError):  # it is down: that is one of the troubles
                await self._look()
            await asyncio.sleep(_LOOKED_AT_EVERY_S)

    async def _look(self) -> None:
        of = tables.outbox.c
        async with self._database.reading() as work:
            rows = await work.execute(
                select(
                    of.key, of.recipient, of.is_bulk, of.due_at, of.queued_at, of.state, of.claimed_by
                ).where(of.state.in_(("queued", "sending")))
            )
            found = list(rows)
            of_channel = tables.channel_history.c
            behind = await work.execute(select(of_channel.channel_id).where(of_channel.is_behind))
            planned = tables.reminder.c
            due = await work.execute(
                select(planned.recipient).where(
                    planned.state == "planned", planned.due_at <= self._scene.sandbox.clock.now()
                )
            )
            self.behind = len(list(behind)) + len(list(due))
        self._looks += 1
        self.waiting = sum(_is_due(row, self._scene) for row in found)
        self.waiting_bulk = sum(row.is_bulk for row in found)
        for row in found:
            if row.state == "sending" and row.claimed_by:
                self.sending_of.add(int(row.claimed_by.partition("-")[0]))
            if row.due_at <= row.queued_at and row.key not in self.seen:
                self.seen[row.key] = Seen(recipient=row.recipient, is_bulk=row.is_bulk, place=self._looks)

    def _called(self, call: Call) -> None:
        if call.method in _ASKED_FOR_ANSWERS and not call.answer.get("ok"):
            self.failed.append((self._now_s(), call))
        if (pid := process_of(call)) is not None:
            self.calls.append((self._now_s(), pid, call))

    def _delivered(self, delivered: Delivered) -> None:
        if delivered.acks:
            self.acks.append((self._now_s(), delivered, len(delivered.acks) - 1))


class Verdict:
    """Counts, once all is quiet."""

    def __init__(
        self,
        scene: Scene,
        *,
        watch: Watch,
        wanted: Wanted,
        night: Night,
        circle: Circle,
        record: Record,
        plans: int,
    ) -> None:
        """plans: how many reminders each participant was to get."""
        self.found = Findings()
        self._scene = scene
        self._watch = watch
        self._wanted = wanted
        self._night = night
        self._circle = circle
        self._record = record
        self._plans = plans
        self._messages = scene.posted()

    async def reach(self, database: Database) -> Findings:
        """Look at everything."""
        async with database.reading() as work:
            rows = await outbox.rows(work, team_id=self._scene.team_id)
            tables_of = {
                name: [row._mapping for row in await work.execute(select(tables.metadata.tables[name]))]
                for name in (
                    "question",
                    "answer",
                    "submission",
                    "profile",
                    "member",
                    "announcement_recipient",
                    *TABLES,
                )
            }
        self._count_rows(rows)
        self._count_reminders()
        self._night.count(self.found)
        self._circle.count(self.found, tables_of)
        self._count_announcements(tables_of["announcement_recipient"])
        self._count_questions(tables_of["question"], tables_of["answer"])
        self._count_essays(tables_of["submission"])
        self._count_people(tables_of["profile"], tables_of["member"])
        self._put_in_order()
        self._count_early_calls()
        self._count_acknowledgements()
        return self.found

    # -- messages -------------------------------------------------------------------------------------

    def _count_rows(self, rows: Iterable[outbox.OutboxRow]) -> None:
        posted = Counter(map(key_of, self._messages))
        self.found.twice += [f"{key} stands {times} times" for key, times in posted.items() if times > 1]
        taken_away = {str(row.body.get("ts")) for row in rows if "delete" in row.kind}
        for row in rows:
            if row.state in ("queued", "sending"):
                if _is_due(row, self._scene):
                    self.found.stuck.append(
                        f"{row.key} is {row.state}: {row.reason}, {row.attempts} attempts"
                    )
            elif row.state == "failed":
                self.found.lost.append(f"{row.key} failed: {row.reason}")
            elif row.key.startswith("announce:"):
                # Counted by their titles below.
                continue
            elif row.state == "sent" and row.ts and not (row.is_repeatable or row.ts in taken_away):
                self.found.lost += [] if posted[row.key] else [f"{row.key} was sent, and is not there"]

    def _count_reminders(self) -> None:
        got: Counter[tuple[str, int]] = Counter()
        for message in self._messages:
            if key_of(message).startswith("remind:") and self._person_in(message):
                said = str(message.get("blocks"))
                for number in range(1, self._plans + 1):
                    got[self._person_in(message), number] += f"Plan {number}." in said
        wanted = [(user_id, number) for user_id in self._scene.people for number in range(1, self._plans + 1)]
        self.found.compare("reminder", got, wanted)

    def _count_announcements(self, recipients: Iterable[Any]) -> None:
        got: Counter[tuple[str, str]] = Counter()
        # Who confirms one is shown it anew, without its key.
        for message in self._scene.said():
            if [block["type"] for block in message.get("blocks") or ()][:2] == ["header", "rich_text"]:
                got[self._person_in(message), message["blocks"][0]["text"]["text"]] += 1
        wanted = [(user_id, title) for user_id in self._scene.people for title in self._wanted.announced]
        self.found.compare("announcement", got, wanted)
        confirmed = Counter(row["recipient"] for row in recipients if row["confirmed_at"] is not None)
        for user_id, times in Counter(user_id for _, user_id in self._wanted.confirmed).items():
            if confirmed[user_id] != times:
                self.found.lost.append(
                    f"{user_id} confirmed {times} announcements, {confirmed[user_id]} are known"
                )

    def _person_in(self, message: dict[str, Any]) -> str:
        """With whom the bot talks there; nobody where it is a channel."""
        channel = self._scene.workspace.channel(message["channel"])
        others = [one for one in channel.members if one != self._scene.app.bot_user_id]
        return others[0] if channel.kind == "im" else ""

    # -- events ---------------------------------------------------------------------------------------

    def _count_questions(self, questions: Iterable[Any], answers: Iterable[Any]) -> None:
        by_ts = {row["ts"]: row for row in questions if row["ts"]}
        reply = {(row["question_id"], row["id"]): row["ts"] for row in answers}
        for ts, (title, state, accepted) in self._wanted.questions.items():
            row = by_ts.get(ts)
            if row is None:
                if state != "removed":
                    self.found.lost.append(f"question {title}; {self._told_of(ts)}")
                continue
            is_as = (row["title"], row["state"], reply.get((row["id"], row["accepted_answer_id"])))
            if is_as != (title, state, accepted) and not (state == row["state"] == "removed"):
                self.found.lost.append(
                    f"question {row['id']} is {is_as}, not {(title, state, accepted)}; "
                    f"{self._told_of(accepted or ts)}"
                )
        self._count_marks()
        mine = set(self._wanted.questions)
        asked = Counter(row["title"] for row in questions if row["ts"] not in mine)
        self.found.compare("question by the form", asked, list(self._wanted.asked))

    def _told_of(self, ts: str) -> str:
        """What the bot was told of a message, and how it answered."""
        told = []
        for delivered in self._scene.sandbox.delivery.log:
            if ts in str(delivered.payload):
                answers = ", ".join(ack.error or "ok" for ack in delivered.acks)
                told.append(f"{_named(delivered)} at {delivered.at:%H:%M:%S}: {answers}")
        return "; ".join(told)

    def _count_marks(self) -> None:
        bot = self._scene.app.bot_user_id
        for channel_id in (ASK, GENERAL):
            for message in self._scene.workspace.channel(channel_id).messages:
                if (wanted := self._wanted.questions.get(message["ts"])) is None:
                    continue
                marks = sum(bot in one["users"] for one in message.get("reactions", []))
                if marks != (wanted[1] == "answered"):
                    self.found.lost.append(f"{marks} check marks of the bot's at {wanted}")

    def _count_essays(self, submissions: Iterable[Any]) -> None:
        got: defaultdict[str, list[str]] = defaultdict(list)
        for row in sorted(submissions, key=lambda row: row["version"]):
            got[row["user_id"]].append(row["text"])
        for user_id, texts in self._wanted.essays.items():
            if got[user_id] != texts:
                self.found.lost.append(f"essays of {user_id}: {got[user_id]}, not {texts}")
        receipts = [key_of(message) for message in self._messages if key_of(message).startswith("receipt:")]
        wanted = [
            f"receipt:faults/essay:{user_id}:v{version}"
            for user_id, texts in self._wanted.essays.items()
            for version in range(1, len(texts) + 1)
        ]
        self.found.compare("receipt", Counter(receipts), wanted)

    def _count_people(self, profiles: Iterable[Any], members: Iterable[Any]) -> None:
        looks_for = {row["user_id"]: row["looks_for"] for row in profiles}
        for user_id, wanted in self._wanted.profiles.items():
            if looks_for.get(user_id) != wanted:
                self.found.lost.append(f"profile of {user_id}: {looks_for.get(user_id)}, not {wanted}")
        welcomes = Counter(
            key_of(message) for message in self._messages if key_of(message).startswith("welcome:")
        )
        self.found.compare("welcome", welcomes, [f"welcome:{user_id}" for user_id in self._wanted.welcomed])
        gone = {row["user_id"] for row in members if row["is_deactivated"]}
        self.found.lost += [f"{user_id} is gone, and nobody knows" for user_id in self._wanted.gone - gone]

    # -- order and time -------------------------------------------------------------------------------

    def _put_in_order(self) -> None:
        """What was seen waiting first went first; what is one of very many goes after the rest."""
        by_recipient: defaultdict[tuple[str, bool], list[tuple[str, Seen]]] = defaultdict(list)
        for message in self._messages:
            if seen := self._watch.seen.get(key_of(message)):
                by_recipient[seen.recipient, seen.is_bulk].append((key_of(message), seen))
        for came in by_recipient.values():
            for (earlier, before), (later, after) in pairwise(came):
                if before.place > after.place:
                    self.found.out_of_order.append(
                        f"{earlier} came before {later}, which had waited for longer"
                    )
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for message in self._messages:
            if key_of(message).startswith("receipt:"):
                numbers[self._person_in(message)].append(int(key_of(message).rpartition("v")[2]))
        self.found.out_of_order += [
            f"receipts of {user_id}: {versions}"
            for user_id, versions in numbers.items()
            if versions != sorted(versions)
        ]

    def _count_early_calls(self) -> None:
        ends = {pid: at_s for at_s, pid in self._record.kills}
        told: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
        speed = self._scene.speed
        for at_s, pid, call in self._watch.calls:
            for told_s, until_s, whom in reversed(told[call.method][-50:]):
                if at_s >= until_s:
                    continue
                is_own = whom == pid
                knows_at_s = told_s + (_UNDER_WAY_S if is_own else _HEARD_WITHIN_S)
                if at_s <= knows_at_s:
                    continue
                if not is_own and ends.get(whom, knows_at_s) < knows_at_s:
                    continue  # it died before it could tell
                whose = "its own" if is_own else "another's"
                self.found.early.append(
                    f"{call.method} of {pid}, {at_s - told_s:.1f} of {until_s - told_s:.1f} s in {whose} wait"
                )
                break
            if call.status == 429:
                told[call.method].append((at_s, at_s + call.retry_after_s / speed, pid))

    def _count_acknowledgements(self) -> None:
        for at_s, delivered, number in self._watch.acks:
            ack = delivered.acks[number]
            if ack.took_s < _DEADLINE_S and ack.error != "operation_timeout":
                continue
            if ack.was_cut:
                self.found.excused["on a connection that was cut, mute, or its process killed"] += 1
                continue
            began_s = at_s - ack.took_s
            about = f"{delivered.kind} {_named(delivered)}: {ack.error or 'late'}, attempt {number + 1}"
            if _meets(self._record.database_down, began_s, at_s):
                self.found.excused["as it met the database down or locked"] += 1
            elif _meets(self._record.stalled, began_s, at_s):
                self.found.excused["as it met Slack standing still"] += 1
            elif self._slack_failed_it(delivered, began_s, at_s):
                self.found.excused["as Slack failed at what was asked for its own answer"] += 1
            else:
                self.found.late.append(f"{about}; {self._before(at_s)}")

    def _slack_failed_it(self, delivered: Delivered, began_s: float, at_s: float) -> bool:
        """Whether a call failed meanwhile that was about the person or the conversation of this delivery.

        What cannot be answered for that reason is delivered again.
        """
        said = str(delivered.payload)
        return any(
            began_s <= failed_s <= at_s and str(call.args.get(name)) in said
            for failed_s, call in self._watch.failed
            for name in ("user", "user_id", "channel")
            if name in call.args
        )

    def _before(self, at_s: float) -> str:
        """What had gone wrong shortly before."""
        kills = [(killed_s, "a kill") for killed_s, _ in self._record.kills]
        before = sorted(one for one in [*kills, *self._record.happened] if 0 < at_s - one[0] < 8)
        return ", ".join(f"{what} {at_s - since_s:.1f} s before" for since_s, what in before)


def _is_due(row: Any, scene: Scene) -> bool:
    """Whether a row is to go out now: at once, or at an instant that has come, by any clock that jumped."""
    return bool(row.due_at <= row.queued_at or row.due_at <= scene.sandbox.clock.now() + _CLOCKS_AHEAD)


def _meets(times: Iterable[tuple[float, float]], began_s: float, at_s: float) -> bool:
    return any(began_s <= ended and began <= at_s for began, ended in times)


def _named(delivered: Delivered) -> str:
    payload = delivered.payload
    event = payload.get("event") or {}
    actions = payload.get("actions") or [{}]
    named = (
        payload.get("command"),
        event.get("type"),
        event.get("subtype"),
        actions[0].get("action_id"),
        payload.get("callback_id"),
        (payload.get("view") or {}).get("callback_id"),
    )
    return " ".join(str(one) for one in named if one)

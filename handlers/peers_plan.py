"""Organisers plan a round: the form, the draft, its corrections, publishing."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, time
from typing import Any, Literal, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import calendar
from bot.domain.ids import EditionKey, HomeworkId, UserId
from bot.domain.members import Actor
from bot.domain.peers import Asked, Handover, Kind, Who
from bot.domain.refusals import Refused
from bot.services import peers
from bot.views import notices, words
from bot.views import peers_plan as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import organiser, require_organiser
from handlers.modals import metadata, open_from, open_modal, show_from, update_open
from handlers.payloads import Command, Fields, Payload, Pressed

_Value = TypeVar("_Value")
Plan = Callable[[AsyncAck, Command, Actor, AsyncWebClient], Awaitable[None]]

_END_OF_DAY = time(23, 59)
# Of the three seconds that Slack waits for an answer. A round of sixty is drawn well within it.
ANSWER_WITHIN_S = 1.8
"""How long a draft is waited for before a note takes its place."""


def register(app: AsyncApp, deps: Deps) -> Plan:
    """Listen to the form and the draft. Returns what answers `/peers plan`."""

    async def command(ack: AsyncAck, asked: Command, who: Actor, client: AsyncWebClient) -> None:
        require_organiser(who)
        deps.background.begin(peers.load())
        found = await peers.choices(deps.db, team_id=who.team_id)
        view = _empty(deps, found)
        if found.draft is not None:
            several = len(found.editions) > 1
            view = views.there_is_a_draft(found.draft, found.planner, has_other_editions=several)
        await open_modal(client, asked.trigger_id, view)
        await ack()

    @app.action(views.NEW)
    async def new(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        deps.background.begin(peers.load())
        await show_from(client, pressed, _empty(deps, await peers.choices(deps.db, team_id=who.team_id)))
        await ack()

    @app.view(views.PLAN_CALLBACK)
    async def planned(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        drawing = peers.plan(
            deps.db,
            team_id=who.team_id,
            asked=_asked(view),
            planned_by=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack(response_action="update", view=await _soon(deps, client, view["id"], drawing))

    @app.action(views.OPEN)
    async def opened(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        round_id, _, _ = views.parse(pressed.value)
        found = await peers.draft(deps.db, team_id=who.team_id, round_id=round_id, now=deps.now())
        await show_from(client, pressed, _draft(found))
        await ack()

    @app.action(views.AGAIN)
    async def again(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        round_id, revision, _ = views.parse(pressed.value)
        drawing = peers.draw_again(
            deps.db,
            team_id=who.team_id,
            round_id=round_id,
            revision=revision,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_from(client, pressed, await _soon(deps, client, _view_id(pressed), drawing))
        await ack()

    @app.action(_numbered(views.LOCK))
    @app.action(_numbered(views.UNLOCK))
    async def lock(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        round_id, revision, number = views.parse(pressed.value)
        found = await peers.lock(
            deps.db,
            team_id=who.team_id,
            round_id=round_id,
            revision=revision,
            number=number,
            is_locked=pressed.action_id.startswith(views.LOCK),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_from(client, pressed, _draft(found, page=_page(pressed.view)))
        await ack()

    @app.action(_numbered(views.PAGE))
    async def paged(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        round_id, _, page = views.parse(pressed.value)
        found = await peers.draft(deps.db, team_id=who.team_id, round_id=round_id, now=deps.now())
        await show_from(client, pressed, _draft(found, page=page))
        await ack()

    @app.action(views.SWAP)
    @app.action(views.LEAVE_OUT)
    async def correct(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        round_id, _, _ = views.parse(pressed.value)
        found = await peers.draft(deps.db, team_id=who.team_id, round_id=round_id, now=deps.now())
        make = views.swap if pressed.action_id == views.SWAP else views.leave_out
        await open_from(client, pressed, make(found.round, view_id=_view_id(pressed)))
        await ack()

    @app.view(views.SWAP_CALLBACK)
    async def swapped(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        known, fields = metadata(view), Fields(view)
        found = await peers.swap(
            deps.db,
            team_id=who.team_id,
            round_id=int(known["round_id"]),
            revision=int(known["revision"]),
            one=UserId(_needed(fields.choice("one"), "one")),
            other=UserId(_needed(fields.choice("other"), "other")),
            one_author=_person(fields.choice("one_author")),
            other_author=_person(fields.choice("other_author")),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await update_open(client, known["view_id"], _draft(found))
        await ack()

    @app.view(views.LEAVE_OUT_CALLBACK)
    async def left_out(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        known = metadata(view)
        drawing = peers.draw_again(
            deps.db,
            team_id=who.team_id,
            round_id=int(known["round_id"]),
            revision=int(known["revision"]),
            left_out=[UserId(one) for one in Fields(view).choices("people")],
            now=now,
            once=payloads.delivery(body, now=now),
        )
        shown = await _soon(deps, client, known["view_id"], drawing)
        await update_open(client, known["view_id"], shown)
        await ack()

    @app.action(views.APART)
    async def apart(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        kept, names = await peers.kept_apart(deps.db, team_id=who.team_id)
        await open_from(client, payloads.pressed(body), views.keep_apart(kept, names))
        await ack()

    @app.action(_numbered(views.LET_MEET))
    async def let_meet(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        one, other = pressed.value.split()
        await peers.let_meet(
            deps.db,
            team_id=who.team_id,
            one=UserId(one),
            other=UserId(other),
            once=payloads.delivery(body, now=now),
        )
        kept, names = await peers.kept_apart(deps.db, team_id=who.team_id)
        note = "✅ These two may be matched again. A draft follows it when it is drawn again."
        await show_from(client, pressed, views.keep_apart(kept, names, note=note))
        await ack()

    @app.view(views.APART_CALLBACK)
    async def kept_apart(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = organiser(context), deps.now()
        await peers.keep_apart(
            deps.db,
            team_id=who.team_id,
            user_ids=[UserId(one) for one in Fields(body["view"]).choices("people")],
            asked_by=who.user_id,
            once=payloads.delivery(body, now=now),
        )
        await ack(response_action="update", view=views.kept_apart())

    @app.action(views.PUBLISH)
    async def publish(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        round_id, revision, _ = views.parse(pressed.value)
        of, messages = await peers.publish(
            deps.db,
            team_id=who.team_id,
            round_id=round_id,
            revision=revision,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_from(client, pressed, views.published(of, messages))
        await ack()

    @app.action(views.DISCARD)
    async def discard(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        round_id, revision, _ = views.parse(pressed.value)
        gone = await peers.discard(
            deps.db,
            team_id=who.team_id,
            round_id=round_id,
            revision=revision,
            once=payloads.delivery(body, now=now),
        )
        await show_from(client, pressed, views.discarded(gone))
        await ack()

    return command


def _empty(deps: Deps, found: peers.Choices) -> Payload:
    today = calendar.local_date(deps.now(), found.editions[0].timezone)
    return views.plan(found.editions, found.homeworks, today=today)


async def _soon(deps: Deps, client: AsyncWebClient, view_id: str, drawing: Awaitable[peers.Draft]) -> Payload:
    """The draft; or, where drawing takes longer than Slack waits, a note in whose place it comes later."""
    task = asyncio.ensure_future(drawing)
    done, _ = await asyncio.wait((task,), timeout=ANSWER_WITHIN_S)
    if done:
        return _draft(task.result())
    deps.background.begin(_later(client, view_id, task))
    return views.drawing()


async def _later(client: AsyncWebClient, view_id: str, drawing: Awaitable[peers.Draft]) -> None:
    try:
        view = _draft(await drawing)
    except Refused as refused:
        view = notices.modal(str(refused))
    await update_open(client, view_id, view)


def _draft(found: peers.Draft, *, page: int = 0, note: str = "") -> Payload:
    return views.draft(
        found.round,
        found.matches,
        names=found.people,
        reasons=found.reasons,
        found=found.compromises,
        title=found.homework.title if found.homework else "",
        planner=found.planner,
        messages=found.messages,
        page=page,
        note=note,
    )


def _asked(view: Payload) -> Asked:
    fields, known = Fields(view), metadata(view)
    kind = Kind(_needed(fields.choice("kind"), "kind"))
    homework = fields.choice("homework")
    rules = fields.choices("rules")
    on = _needed(fields.on("date"), "date")
    size = int(_needed(fields.choice("size"), "size"))
    is_review = kind is Kind.REVIEWS
    lines = [line.strip() for line in fields.text("rubric").splitlines()]
    return Asked(
        edition_key=EditionKey(fields.choice("edition") or known["edition_key"]),
        kind=kind,
        homework_id=None if homework in (None, views.NO_HOMEWORK) else HomeworkId(str(homework)),
        who=Who(_needed(fields.choice("who"), "who")),
        size=2 if kind is Kind.PAIRS else size,
        sector=_sector(fields.choice("sector")),
        common_language="common_language" in rules,
        reciprocal="forbid" if is_review and "forbid_reciprocal" in rules else "avoid",
        give_back=datetime.combine(on, _END_OF_DAY),
        handover=Handover(fields.choice("handover") or Handover.AT_ONCE),
        is_anonymous=is_review and "anonymous" in rules,
        rubric=tuple(dict.fromkeys(line for line in lines if not words.is_blank(line))),
        left_out=tuple(UserId(one) for one in fields.choices("without")),
    )


def _sector(chosen: str | None) -> Literal["same", "different", "any"]:
    if chosen == "same":
        return "same"
    return "different" if chosen == "different" else "any"


def _numbered(action_id: str) -> Any:
    return re.compile(rf"^{action_id}_\w+$")


def _page(view: Payload | None) -> int:
    return int(metadata(view).get("page", "0")) if view else 0


def _view_id(pressed: Pressed) -> str:
    return str(pressed.view["id"]) if pressed.view else ""


def _person(chosen: str | None) -> UserId | None:
    return UserId(chosen) if chosen else None


def _needed(given: _Value | None, block_id: str) -> _Value:
    if given is None:
        raise Refused("This is needed.", block_id=block_id)
    return given

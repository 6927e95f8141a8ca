"""The organisers' part of a published round: status, nudging, a table, who dropped out, taking it back."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services import peers
from bot.views import peers_desk as views
from bot.views import peers_plan as plan_views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import organiser, require_organiser
from handlers.modals import metadata, open_from, update_open
from handlers.payloads import Command, Fields, Payload
from handlers.typed import unescaped

Desk = Callable[[AsyncAck, Command, Actor, AsyncWebClient], Awaitable[None]]


def register(app: AsyncApp, deps: Deps) -> Desk:
    """Listen to the desk's buttons and modals. Returns what answers `/peers status`."""

    async def command(ack: AsyncAck, asked: Command, who: Actor, _client: AsyncWebClient) -> None:
        require_organiser(who)
        found = await peers.status(
            deps.db, team_id=who.team_id, of=unescaped(asked.rest).strip().lstrip("#"), now=deps.now()
        )
        await ack(**views.status(found.round, _lines(found), **_facts(found)))

    @app.action(views.STATUS)
    async def status(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await peers.status(deps.db, team_id=who.team_id, of=pressed.value, now=deps.now())
        await open_from(client, pressed, _modal(found))
        await ack()

    @app.action(views.NUDGE)
    async def nudge(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        nudged, already = await peers.nudge(
            deps.db,
            team_id=who.team_id,
            round_id=int(pressed.value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = views.nudged(len(nudged), len(already))
        if pressed.view is None:
            await respond(text=said, response_type="ephemeral", replace_original=False)
        else:
            found = await peers.status(deps.db, team_id=who.team_id, of=pressed.value, now=now)
            await update_open(client, pressed.view["id"], _modal(found, note=said))
        await ack()

    @app.action(views.EXPORT)
    async def export(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        name = await peers.send_table(
            deps.db,
            who=who,
            round_id=int(pressed.value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        if pressed.view is None:
            said = views.exported(name)
            await respond(text=said, response_type="ephemeral", replace_original=False)
        else:
            found = await peers.status(deps.db, team_id=who.team_id, of=pressed.value, now=now)
            view = _modal(found, note=views.exported(name))
            await update_open(client, pressed.view["id"], view)
        await ack()

    @app.action(views.SOMEBODY_OUT)
    async def somebody_out(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await peers.status(deps.db, team_id=who.team_id, of=pressed.value, now=deps.now())
        await open_from(client, pressed, views.somebody_out(found.round))
        await ack()

    @app.view(views.SOMEBODY_OUT_CALLBACK)
    async def placed(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        round_id, person = metadata(view)["round_id"], Fields(view).choice("person")
        if person is None:
            raise Refused("Choose who has dropped out.", block_id="person")
        done = await peers.drop_out(
            deps.db,
            team_id=who.team_id,
            round_id=int(round_id),
            user_ids=[UserId(person)],
            now=now,
            once=payloads.delivery(body, now=now),
        )
        found = await peers.status(deps.db, team_id=who.team_id, of=round_id, now=now)
        names = {one.member.user_id: one.member.name for one in found.people}
        note = views.dropped(len(done.placed), [names.get(one, "somebody") for one in done.alone])
        await ack(response_action="update", view=_modal(found, note=note))

    @app.action(plan_views.UNDO)
    async def undo(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        drafted = await peers.undo(
            deps.db,
            team_id=who.team_id,
            round_id=int(pressed.value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        if pressed.view is None:
            said = plan_views.undone_text(drafted)
            await respond(text=said, response_type="ephemeral", replace_original=False)
        else:
            await update_open(client, pressed.view["id"], plan_views.undone(drafted))
        await ack()

    return command


def _modal(found: peers.Status, *, note: str = "") -> Payload:
    return views.status_modal(found.round, _lines(found), **_facts(found), note=note)


def _facts(found: peers.Status) -> dict[str, Any]:
    return {"title": found.title, "may_undo": found.may_undo, "is_open": found.is_open}


def _lines(found: peers.Status) -> list[views.Line]:
    return [
        views.Line(
            user_id=one.member.user_id,
            name=one.member.name,
            owed=one.owed,
            given=one.given,
            got=one.got,
            answer=one.answer,
        )
        for one in found.people
    ]

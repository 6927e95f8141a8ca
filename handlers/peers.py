"""Peer feedback: the command, one's own matches, pausing, whom not to meet, what alumni offer."""

import re
from datetime import date, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import calendar
from bot.domain.deadlines import read_deadline
from bot.domain.ids import UserId
from bot.domain.members import Actor
from bot.domain.peers import Answer
from bot.domain.refusals import Refused
from bot.services import home, peers
from bot.views import peers as views
from bot.views import peers_messages as message_views
from bot.views import words
from handlers import payloads, peers_desk, peers_feedback, peers_plan
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import open_from
from handlers.payloads import Fields, Payload, Pressed
from handlers.typed import unescaped

_WORDS = ("pause", "resume", "feedback", "plan", "status")
_UNTIL = re.compile(r"^until\s+", re.IGNORECASE)


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/peers` and to the buttons and modals with which people decide for themselves."""
    give = peers_feedback.register(app, deps)
    plan = peers_plan.register(app, deps)
    status = peers_desk.register(app, deps)

    @app.command(deps.command("peers"))
    async def command(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        asked, who, now = payloads.command(body), actor(context), deps.now()
        once = payloads.delivery(body, now=now)
        match asked.word:
            case "":
                await ack(**await _list(deps, who))
            case "pause":
                until = _read_until(unescaped(asked.rest), who, now)
                made = await peers.pause(
                    deps.db, team_id=who.team_id, user_id=who.user_id, until=until, now=now, once=once
                )
                await ack(text=views.paused(made.until), response_type="ephemeral")
            case "resume":
                was_away = await peers.resume(
                    deps.db, team_id=who.team_id, user_id=who.user_id, now=now, once=once
                )
                await ack(text=views.resumed(was_away), response_type="ephemeral")
            case "feedback":
                await give(ack, asked, who, client)
            case "plan":
                await plan(ack, asked, who, client)
            case "status":
                await status(ack, asked, who, client)
            case unknown:
                near = words.nearest(unescaped(unknown), _WORDS)
                meant = f"Did you mean {asked.name} {near}?" if near else f"Try {asked.name} alone."
                raise Refused(f"{asked.name} does not know “{words.short(unescaped(unknown), 100)}”. {meant}")

    @app.action(views.PAUSE)
    async def pause(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        actor(context)
        await open_from(client, payloads.pressed(body), views.pause_form())
        await ack()

    @app.view(views.PAUSE_CALLBACK)
    async def paused(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = actor(context), deps.now()
        until = Fields(body["view"]).on("until")
        once = payloads.delivery(body, now=now)
        await peers.pause(deps.db, team_id=who.team_id, user_id=who.user_id, until=until, now=now, once=once)
        await ack()

    @app.action(views.RESUME)
    @app.action(message_views.HERE)
    async def resume(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        was_away = await peers.resume(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await _tell(deps, who, pressed, client, respond, views.resumed(was_away), now=now)
        await ack()

    @app.action(views.NOT_TO_MEET)
    async def not_to_meet(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = actor(context)
        chosen = await peers.not_to_meet(deps.db, team_id=who.team_id, user_id=who.user_id)
        await open_from(client, payloads.pressed(body), views.not_to_meet_form(chosen))
        await ack()

    @app.view(views.NOT_TO_MEET_CALLBACK)
    async def not_met(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = actor(context), deps.now()
        await peers.set_not_to_meet(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            others=[UserId(one) for one in Fields(body["view"]).choices("people")],
            once=payloads.delivery(body, now=now),
        )
        await ack()

    @app.action(views.OFFER)
    async def offer(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        actor(context)
        pressed = payloads.pressed(body)
        per_month = int(pressed.value) if pressed.value.isdecimal() else 0
        await open_from(client, pressed, views.offer_form(per_month))
        await ack()

    @app.view(views.OFFER_CALLBACK)
    async def offered(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = actor(context), deps.now()
        await peers.offer(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            per_month=int(Fields(body["view"]).choice("per_month") or 0),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack()

    @app.action(views.DROP_OUT)
    async def drop_out(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        await peers.drop_out(
            deps.db,
            team_id=who.team_id,
            round_id=int(pressed.value),
            user_ids=[who.user_id],
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = f"You are out of round {pressed.value}. What you owed is placed anew."
        await _tell(deps, who, pressed, client, respond, said, now=now)
        await ack()

    @app.action(re.compile(f"^{message_views.ANSWER}_[a-z_]+$"))
    async def answered(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        round_id, number = pressed.value.split()
        given = await peers.answer(
            deps.db,
            team_id=who.team_id,
            round_id=int(round_id),
            number=int(number),
            user_id=who.user_id,
            answer=Answer(pressed.action_id.removeprefix(f"{message_views.ANSWER}_")),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = message_views.noted(given)
        await respond(text=said, response_type="ephemeral", replace_original=False)
        await ack()


async def _list(deps: Deps, who: Actor) -> Payload:
    now = deps.now()
    found = await peers.mine(deps.db, team_id=who.team_id, user_id=who.user_id, now=now)
    return views.listed(
        home.peer_entries(found, now=now),
        pause=found.pause,
        per_month=found.per_month,
        is_alumnus=found.is_alumnus,
        now=now,
        reader_zone=found.reader_zone,
    )


async def _tell(
    deps: Deps,
    who: Actor,
    pressed: Pressed,
    client: AsyncWebClient,
    respond: AsyncRespond,
    said: str,
    *,
    now: datetime,
) -> None:
    """Answer a button where it was pressed: by an ephemeral message, or by the Home tab itself."""
    if pressed.view is None:
        await respond(text=said, response_type="ephemeral", replace_original=False)
        return
    found = await home.home(deps.db, team_id=who.team_id, user_id=who.user_id, now=now)
    await client.views_publish(user_id=who.user_id, view=home.view(found, now=now))


def _read_until(typed: str, who: Actor, now: datetime) -> date | None:
    """The last day of a pause as it was typed: `until 1 August`, `Friday`; None where none was."""
    plain = _UNTIL.sub("", typed.strip())
    if not plain:
        return None
    zone = calendar.zone_or(who.tz, "UTC")
    return read_deadline(plain, zone, calendar.local_date(now, zone), now=now).date()

"""The buttons under a reminder: later, never, and again."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import HomeworkId
from bot.services import home, reminders
from bot.views import homework as homework_views
from bot.views import reminders as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the buttons that change whether and when a person is reminded."""

    @app.action(views.SNOOZE)
    async def snooze(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, homework_id, now = actor(context), HomeworkId(payloads.pressed(body).value), deps.now()
        at = await reminders.snooze(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            homework_id=homework_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        piece, reader_zone = await reminders.named(
            deps.db, team_id=who.team_id, user_id=who.user_id, homework_id=homework_id
        )
        said = views.snoozed(piece.title, at, zone=piece.zone, reader_zone=reader_zone)
        await respond(text=said, response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(views.STOP)
    async def stop(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, now = actor(context), deps.now()
        piece = await reminders.stop(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            homework_id=HomeworkId(payloads.pressed(body).value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await respond(text=views.stopped(piece.title), response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(homework_views.RESUME)
    async def resume(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        piece = await reminders.resume(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            homework_id=HomeworkId(pressed.value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        if pressed.view is None:
            await respond(text=views.resumed(piece.title), response_type="ephemeral", replace_original=False)
        else:
            found = await home.home(deps.db, team_id=who.team_id, user_id=who.user_id, now=now)
            await client.views_publish(user_id=who.user_id, view=home.view(found, now=now))
        await ack()

"""The buttons of a newcomer's welcome that no other feature has."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.questions import asking
from bot.views import asking as asking_views
from bot.views import welcome as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import open_from


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the welcome's buttons."""

    @app.action(views.ZONE)
    async def zone(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = actor(context)
        await open_from(client, payloads.pressed(body), views.zone(who.tz, now=deps.now()))
        await ack()

    @app.action(views.ASK)
    async def ask(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        channel_id = await asking.where_to(deps.db, who=actor(context))
        await open_from(client, payloads.pressed(body), asking_views.form(channel_id=channel_id))
        await ack()

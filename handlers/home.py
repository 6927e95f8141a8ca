"""The Home tab: shown anew whenever its person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.services import home
from bot.views import home_desk
from handlers import payloads, report
from handlers.deps import Deps
from handlers.middleware import organiser
from handlers.modals import open_from


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to people who open the app's Home tab."""

    @app.event("app_home_opened")
    async def opened(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        team_id, user_id = payloads.team_id(body), payloads.user_id(body)
        if user_id is not None and body["event"].get("tab") == "home":
            now = deps.now()
            found = await home.home(deps.db, team_id=team_id, user_id=user_id, now=now)
            # Publishing twice shows the same twice: a second delivery needs no key.
            await client.views_publish(user_id=user_id, view=home.view(found, now=now))
        await ack()

    @app.action(home_desk.REPORT)
    async def report_button(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        await open_from(client, payloads.pressed(body), await report.page(deps, who))
        await ack()

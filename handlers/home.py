"""The Home tab: shown anew whenever its person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.services import home
from handlers import payloads
from handlers.deps import Deps


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

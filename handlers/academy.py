"""`/academy`: help, what comes next, one's own profile, setting up."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.services import academy
from bot.views import academy as views
from handlers import payloads, privacy, profile, report, setup
from handlers.deps import Deps
from handlers.middleware import actor, require_organiser
from handlers.modals import open_modal
from handlers.typed import unescaped


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/academy`."""

    @app.command(deps.command("academy"))
    async def command(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        asked, who = payloads.command(body), actor(context)
        if asked.word == "profile":
            await open_modal(client, asked.trigger_id, await profile.form(deps, client, who))
            await ack()
            return
        if asked.word == "setup":
            require_organiser(who)
            await setup.opened(deps, asked, who, client)
            await ack()
            return
        if asked.word == "privacy":
            await privacy.command(deps, ack, asked, who, client)
            return
        if asked.word == "report":
            require_organiser(who)
            await open_modal(client, asked.trigger_id, await report.page(deps, who))
            await ack()
            return
        if asked.word == "next":
            now = deps.now()
            found = await academy.next_up(deps.db, team_id=who.team_id, user_id=who.user_id, now=now)
            await ack(
                **views.next_up(
                    found.edition, found.day, found.homework, now=now, reader_zone=found.reader_zone
                )
            )
            return
        unknown = "" if asked.word in ("", "help") else unescaped(asked.word)
        await ack(**views.help_text(deps.command, is_organiser=who.is_organiser, unknown=unknown))

"""`/academy`: help, and what comes next."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bot.services import academy
from bot.views import academy as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.typed import unescaped


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/academy`."""

    @app.command(deps.command("academy"))
    async def command(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        asked, who = payloads.command(body), actor(context)
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

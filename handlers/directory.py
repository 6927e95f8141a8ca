"""`/directory`: finds people, and shows how one is found oneself."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond

from bot.domain.members import Actor
from bot.services import directory
from bot.services.directory import Listing
from bot.views import directory as views
from bot.views import words
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.payloads import Payload
from handlers.typed import unescaped


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/directory` and the buttons below what it finds."""

    @app.command(deps.command("directory"))
    async def command(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, query = actor(context), unescaped(payloads.command(body).text)
        if words.is_blank(query) or query.casefold() == "help":
            query = ""
        found = await directory.find(deps.db, team_id=who.team_id, user_id=who.user_id, query=query)
        await ack(**_shown(deps, who, found))

    @app.action(views.MORE)
    async def more(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, pressed = actor(context), payloads.pressed(body)
        start, _, query = pressed.value.partition(" ")
        found = await directory.find(deps.db, team_id=who.team_id, user_id=who.user_id, query=query)
        message = _shown(deps, who, found, start=int(start))
        await respond(**message, response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(views.HELLO)
    async def hello(ack: AsyncAck) -> None:
        # The button is a link: Slack itself opens the message.
        await ack()


def _shown(deps: Deps, who: Actor, found: Listing, *, start: int = 0) -> Payload:
    if not found.query:
        return views.how_to(found.mine, listed=found.listed, is_listed=found.is_listed, command=deps.command)
    if not found.found:
        return views.nobody(query=found.query, listed=found.listed, command=deps.command("ask"))
    return views.found(
        found.found, query=found.query, start=start, team_id=who.team_id, reader_id=who.user_id
    )

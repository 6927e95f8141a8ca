"""What no feature listens to: a button of an earlier version, an event nobody needs. Registered last."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.refusals import Refused
from handlers.deps import Deps

_ANYTHING = re.compile(".*", re.DOTALL)


def register(app: AsyncApp, deps: Deps) -> None:
    """Answer everything that is left."""

    @app.action(_ANYTHING)
    @app.view(_ANYTHING)
    @app.shortcut(_ANYTHING)
    async def from_an_earlier_version() -> None:
        raise Refused(
            f"This is from an earlier version of the bot. Please use {deps.command('academy')} instead."
        )

    @app.view_closed(_ANYTHING)
    @app.event(_ANYTHING)
    async def of_no_use(ack: AsyncAck) -> None:
        await ack()

    @app.options(_ANYTHING)
    async def of_a_menu_from_before(ack: AsyncAck) -> None:
        await ack(options=[])

    @app.command(_ANYTHING)
    async def of_another_prefix(command: dict[str, Any]) -> None:
        raise Refused(
            f"{command['command']} is not a command of this bot. Try {deps.command('academy')} help."
        )

"""The floor: a Bolt app that answers every command with "ok", as a process of its own.

`python -m tests.bench.bare` reads the settings that `alumni-bot run` reads: over HTTP with HTTP_PORT, else in
Socket Mode. It imports nothing of the bot, and of Bolt only what the way in needs.
"""

import asyncio
import os

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

COMMAND = "/floor"


def app() -> AsyncApp:
    """One command, nothing else."""
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    bolt = AsyncApp(client=client, signing_secret=os.environ.get("SLACK_SIGNING_SECRET", ""))

    @bolt.command(COMMAND)
    async def answer(ack: AsyncAck) -> None:
        await ack("ok")

    return bolt


async def over_socket() -> None:
    """Socket Mode, until killed."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    handler = AsyncSocketModeHandler(app(), os.environ["SLACK_APP_TOKEN"])
    await handler.start_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it bare


def main() -> None:
    """Run until killed."""
    if port := os.environ.get("HTTP_PORT"):
        app().server(port=int(port), host="127.0.0.1").start()
    else:
        asyncio.run(over_socket())


if __name__ == "__main__":
    main()

"""`python -m sandbox`: a workspace in a process of its own; prints a line of JSON, serves until stopped."""

import argparse
import asyncio
import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import ManifestError, install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

_ZONES = ("Europe/Rome", "Europe/Lisbon", "Europe/Helsinki", "America/New_York", "Asia/Kolkata")


def main(argv: list[str] | None = None) -> int:
    """The command. Returns the exit code: 0 after a signal, 2 for a manifest that Slack would not take."""
    options = _parser().parse_args(argv)
    workspace = Workspace(clock=Clock(options.start), seed=options.seed)
    members = [_newcomer(workspace, number) for number in range(1, options.people + 1)]
    try:
        app = install(workspace, json.loads(options.manifest.read_text("utf-8")))
    except (OSError, json.JSONDecodeError, ManifestError) as wrong:
        print(f"{options.manifest}: {wrong}", file=sys.stderr)  # noqa: T201 (a command's own output)
        return 2
    workspace.add_channel("general", members=[*members, app.bot_user_id])
    rates = Rates() if options.rates else Rates.off()
    asyncio.run(_serve(Sandbox(workspace, rates=rates, seed=options.seed), app, options.port))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--manifest", type=Path, required=True, metavar="FILE.json", help="the app to install"
    )
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; a free one by default")
    parser.add_argument("--people", type=int, default=5, help="how many members beside the bot (5)")
    parser.add_argument("--seed", type=int, default=0, help="of the ids and of the faults")
    parser.add_argument(
        "--start", type=_instant, help="where the clock starts, with an offset; now by default"
    )
    parser.add_argument("--no-rates", dest="rates", action="store_false", help="no rate limits")
    return parser


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.astimezone(UTC)


def _newcomer(workspace: Workspace, number: int) -> str:
    user = workspace.add_user(
        f"person{number}",
        real_name=f"Person {number}",
        email=f"person{number}@example.org",
        tz=_ZONES[number % len(_ZONES)],
        is_owner=number == 1,
        is_admin=number == 1,
    )
    return user.id


async def _serve(sandbox: Sandbox, app: App, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await sandbox.start(port=port)
    print(json.dumps(_described(sandbox, app)), flush=True)  # noqa: T201 (a command's own output)
    try:
        await stopped.wait()
    finally:
        await sandbox.stop()


def _described(sandbox: Sandbox, app: App) -> dict[str, Any]:
    workspace = sandbox.workspace
    people = [user for user in workspace.users.values() if not user.is_bot]
    return {
        "url": sandbox.url,
        "api_url": sandbox.api_url,
        "team_id": workspace.team_id,
        "app_id": app.id,
        "bot_id": app.bot_id,
        "bot_user_id": app.bot_user_id,
        "bot_token": app.bot_token,
        "app_token": app.app_token,
        "signing_secret": app.signing_secret,
        "people": [{"id": u.id, "name": u.name, "email": u.email, "tz": u.tz} for u in people],
        "channels": {c.name: c.id for c in workspace.channels.values() if c.kind in {"public", "private"}},
    }


if __name__ == "__main__":
    sys.exit(main())

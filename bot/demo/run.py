"""Running the demo: with its page until it is told to stop, or through the fifteen weeks for the diary."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot import academies
from bot.app import Running
from bot.demo.machine import TimeMachine
from bot.demo.world import ENDS_AT, OPENS_AT
from sandbox.records import App
from sandbox.server import Sandbox


class Demo:
    """The demo at work."""

    def __init__(self, machine: TimeMachine) -> None:
        self.machine = machine

    @property
    def url(self) -> str:
        """The page's address."""
        return self.sandbox.url

    @property
    def sandbox(self) -> Sandbox:
        """The workspace's server; another one after time went back."""
        return self.machine.world.sandbox

    @property
    def app(self) -> App:
        """The bot as the workspace knows it."""
        return self.machine.world.app

    @property
    def bot(self) -> Running:
        """The bot; another one after time went back."""
        return self.machine.world.bot


@asynccontextmanager
async def demonstration(
    *, port: int, has_cast: bool = True, keep: Path | None = None, is_empty: bool = False
) -> AsyncIterator[Demo]:
    """The academy on the morning after its online days, or where it stopped, until the block is left.

    port: of the page; the next free one is taken where another program has it, any free one for 0.
    has_cast: whether the others act by themselves as time goes on.
    keep: the file to go on from and to write at the end. Raises CannotGoOn.
    is_empty: without editions and all else that is imported, as on the day the bot is installed.
    """
    async with TimeMachine(port=port, has_cast=has_cast, keep=keep, is_empty=is_empty) as machine:
        if machine.world.workspace.clock.now() < OPENS_AT:
            await machine.move_to(OPENS_AT)
        yield Demo(machine)


async def demo(
    *, port: int, has_cast: bool, keep: Path | None, is_empty: bool, say: Callable[[str], None]
) -> None:
    """Run the demo until SIGINT or SIGTERM. say: told what to do, a line at a time. Raises CannotGoOn."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    async with demonstration(port=port, has_cast=has_cast, keep=keep, is_empty=is_empty) as running:
        if port and not running.url.endswith(f":{port}"):
            say(f"Port {port} is taken by another program; this is the next free one.")
        if is_empty:
            say(f"A workspace in which nothing is set up yet: {running.url}")
            admin = next(person.name for person in academies.cast() if person.is_admin)
            say(f"Be {admin}, its admin, and read what the bot wrote; or type /academy setup.")
        else:
            where = "where it stopped" if running.machine.went_on else "on the morning after its online days"
            say(f"The second academy, {where}: {running.url}")
            say("Choose who you are, type /homework or open Home, and move through the weeks on the strip.")
        say("Ctrl-C stops it; " + ("nothing is kept." if keep is None else f"it is kept in {keep}."))
        await told_to_stop.wait()


async def play(*, has_cast: bool, say: Callable[[str], None]) -> None:
    """Run the fifteen weeks without a page, and tell the diary. say: told a line at a time."""
    async with TimeMachine(port=0, has_cast=has_cast) as machine:
        await machine.move_to(ENDS_AT)
        for line in machine.diary.lines:
            say(str(line))

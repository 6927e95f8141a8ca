"""The composition root: the only place that starts or closes anything."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Self

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import handlers.academy
import handlers.announce
import handlers.ask
import handlers.directory
import handlers.errors
import handlers.home
import handlers.homework
import handlers.members
import handlers.middleware
import handlers.peers
import handlers.privacy
import handlers.profile
import handlers.questions
import handlers.questions_search
import handlers.reminders
import handlers.report
import handlers.roles
import handlers.setup
import handlers.unknown
import handlers.welcome
from bot.clients import REQUEST_TIMEOUT_S, PatientClient, web_client
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.dispatcher import Dispatcher
from bot.domain.ids import TeamId, UserId
from bot.domain.workspace import Installation
from bot.health import Health, Numbers, routes
from bot.intake import Intake, SocketMode, http_route, tell_briefly
from bot.jobs import Heartbeat
from bot.pace import Pace
from bot.reader import Reader
from bot.services import (
    alumni,
    announcements,
    days_off,
    home,
    homework,
    peers,
    people,
    reminders,
    setup,
    welcome,
)
from bot.services.privacy import exporting, retention
from bot.services.questions import (
    catching_up,
    credits,
    desk,
    digest,
    experts,
    finding,
    follow_up,
    messages,
    stats,
    taking,
)
from bot.tick import Tick
from handlers.background import Background
from handlers.deps import Deps
from handlers.named import App
from storage import outbox
from storage.db import Database, open_database
from storage.migrate import migrate

_log = logging.getLogger(__name__)

FEATURES = (
    handlers.academy,
    handlers.homework,
    handlers.reminders,
    handlers.ask,
    handlers.questions,
    handlers.questions_search,
    handlers.peers,
    handlers.announce,
    handlers.home,
    handlers.setup,
    handlers.members,
    handlers.profile,
    handlers.directory,
    handlers.welcome,
    handlers.roles,
    handlers.privacy,
    handlers.report,
    handlers.unknown,  # last: it answers what nobody else does
)
COMPOSERS = {
    **homework.COMPOSERS,
    **reminders.COMPOSERS,
    **messages.COMPOSERS,
    **experts.COMPOSERS,
    **follow_up.COMPOSERS,
    **digest.COMPOSERS,
    **credits.COMPOSERS,
    **finding.COMPOSERS,
    **stats.COMPOSERS,
    **taking.COMPOSERS,
    **desk.COMPOSERS,
    **peers.COMPOSERS,
    **announcements.COMPOSERS,
    **home.COMPOSERS,
    **exporting.COMPOSERS,
    **retention.COMPOSERS,
    **welcome.COMPOSERS,
    **alumni.COMPOSERS,
    **setup.COMPOSERS,
}

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
# Longer than a request to Slack may run. A database whose host has vanished answers never.
_ENDS_WITHIN_S = 12.0
_OF_ME = ("enterprise_id", "team_id", "user_id", "bot_id")


class Running:
    """The bot at work, until `stop`. Made by `start`; leaving it as a context manager stops it as well."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        client: AsyncWebClient,
        team_id: TeamId,
        bot_user_id: UserId,
        dispatcher: Dispatcher,
        tick: Tick,
        heartbeat: Heartbeat,
        reader: Reader,
        background: Background,
        health: Health,
        http_url: str | None,
        closing: AsyncExitStack,
    ) -> None:
        self.db = db
        self.clock = clock
        self.client = client
        self.team_id = team_id
        self.bot_user_id = bot_user_id
        self.health = health
        self.http_url = http_url
        """Where the bot listens; None where HTTP_PORT is not set."""
        self._dispatcher = dispatcher
        self._tick = tick
        self._heartbeat = heartbeat
        self._reader = reader
        self._background = background
        self._closing = closing

    async def answered(self) -> None:
        """Return once everybody who was acknowledged has the answer that comes after it."""
        await self._background.answered()

    async def settle(self) -> None:
        """Do everything that is due now: queue it, send it, and return once nothing is left."""
        await self._background.finish()
        await self._heartbeat.beat()
        await self._reader.settled()
        await self._dispatcher.drain()

    @property
    def on_its_way(self) -> int:
        """How many messages are being sent at this instant."""
        return self._dispatcher.on_its_way

    async def next_due_at(self) -> datetime | None:
        """The instant at which something falls due next; None where nothing is planned."""
        due_at = await self._tick.next_due_at(self.clock.now())
        async with self.db.reading() as work:
            queued_at = await outbox.next_due_at(work)
        return min((at for at in (due_at, queued_at) if at is not None), default=None)

    async def stop(self) -> None:
        """Take nothing more in, finish what is in hand and what is being sent, close the database."""
        await self._closing.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()


async def start(
    settings: Settings,
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Running:
    """Bring the bot up: database, people, what is due, the ways in, the ways out.

    Raises DatabaseIsNewer; SlackApiError where Slack refuses a token or a scope is missing;
    aiohttp.ClientError or TimeoutError where Slack cannot be reached; OSError where HTTP_PORT is taken.
    Whatever was opened by then is closed again.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as closing:
        db = open_database(settings.database_url)
        closing.push_async_callback(_in_time, db.close, "the database", 3.0)
        await migrate(db)

        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S))
        closing.push_async_callback(session.close)
        client = web_client(settings, session=session)
        reader = PatientClient(settings)
        me = await reader.auth_test()
        team_id, bot_user_id = TeamId(me["team_id"]), UserId(me["user_id"])
        health = Health(db, numbers=_numbers(settings), monotonic=monotonic)
        clients = {team_id: client}
        dispatcher = Dispatcher(
            db,
            client_for=lambda team: clients[TeamId(team)],
            composers=COMPOSERS,
            arrivals=messages.ARRIVALS,
            clock=clock,
            pace=pace,
            request_timeout_s=REQUEST_TIMEOUT_S,
            on_outcome=health.message_outcome,
            monotonic=monotonic,
        )
        reader.pauses = dispatcher.pauses
        reading = Reader(db, client=reader, team_id=team_id, clock=clock, on_queued=dispatcher.wake)

        def may_be_due() -> None:
            reading.wake()
            dispatcher.wake()

        tick = Tick(db, team_id=team_id, health=health, after_each=may_be_due)
        heartbeat = Heartbeat(tick=tick, clock=clock)
        bolt = bolt_app(settings, client=client, me={key: me.get(key) for key in _OF_ME})
        intake = Intake(health=health, after_each=dispatcher.wake)
        deps = Deps(
            db=db,
            clock=clock,
            client_for=clients.__getitem__,
            on_behind=reading.wake,
            prefix=settings.command_prefix,
            background=Background(nobody_waits=intake.is_empty, after_each=dispatcher.wake),
        )
        for feature in (handlers.errors, handlers.middleware, *FEATURES):
            feature.register(bolt, deps)

        # Closing goes the other way: first the ways in, then the ways out, the database last.
        closing.push_async_callback(_in_time, dispatcher.stop, "what is being sent")
        closing.push_async_callback(reading.stop)
        closing.push_async_callback(_in_time, heartbeat.stop, "what has just fallen due")
        served = routes(health)
        if not settings.uses_socket_mode:
            secret = settings.signing_secret.reveal() if settings.signing_secret else ""
            served.append(http_route(bolt, intake, signing_secret=secret))
        # Before the socket, so that a bot which cannot connect says so.
        http_url = None if settings.http_port is None else await _serve(settings, served, closing)
        if settings.app_token is not None:
            socket = SocketMode(bolt, intake=intake, health=health, app_token=settings.app_token.reveal())
            closing.push_async_callback(socket.stop)
            await socket.start(reader)
        closing.push_async_callback(_in_time, deps.background.finish, "what goes on in the background")
        closing.push_async_callback(intake.finish)

        # Commands are answered meanwhile: a large workspace takes a minute to be listed. But nothing goes
        # out by the clock of somebody who has moved while the bot was down.
        installation = Installation(url=me["url"], bot_user_id=bot_user_id)
        await _hear_what_was_missed(db, reader, team_id=team_id, installation=installation, now=clock.now())
        await days_off.load_if_needed(db, team_id=team_id, now=clock.now())
        await reminders.replan_everything(db, now=clock.now())
        await dispatcher.start()
        await reading.start()
        heartbeat.start()
        deps.background.begin(peers.load_if_needed(db, now=clock.now()))
        _log.info("at work in %s as %s", me["team"], me["user"])
        return Running(
            db=db,
            clock=clock,
            client=client,
            team_id=team_id,
            bot_user_id=bot_user_id,
            dispatcher=dispatcher,
            tick=tick,
            heartbeat=heartbeat,
            reader=reading,
            background=deps.background,
            health=health,
            http_url=http_url,
            closing=closing.pop_all(),
        )


def _numbers(settings: Settings) -> Numbers | None:
    if settings.http_port is None:
        return None
    # Who does not serve them need not load what counts them.
    from bot.numbers import Prometheus

    return Prometheus()


async def _in_time(end: Callable[[], Awaitable[None]], what: str, within_s: float = _ENDS_WITHIN_S) -> None:
    """End something; where it does not end, leave it: whatever was cut off is made up by the next start."""
    try:
        async with asyncio.timeout(within_s):
            await end()
    except TimeoutError:
        _log.warning("stopping without waiting any longer for %s", what)


async def _hear_what_was_missed(
    db: Database, reader: AsyncWebClient, *, team_id: TeamId, installation: Installation, now: datetime
) -> None:
    """Take over people, groups and channels from Slack, which told nobody while the bot was down."""
    try:
        listed = await people.fetch_people(reader, team_id=team_id)
        known = await people.known_groups(db, team_id=team_id)
        groups = await people.fetch_groups_if_any(reader)
        await people.sync(db, team_id=team_id, people=listed, groups=groups, groups_before=known, now=now)
        await catching_up.sync(db, client=reader, team_id=team_id, installation=installation, now=now)
    except SlackApiError as refused:
        if refused.response.get("error") != "ratelimited":
            raise
        _log.warning("Slack lists people and channels too slowly now; going on with those known")


def bolt_app(settings: Settings, *, client: AsyncWebClient, me: dict[str, Any]) -> AsyncApp:
    """The Bolt app for the workspace of `me` (the answer of auth.test), without a listener.

    An event is acknowledged only once its effect is committed: a crash in between makes Slack send it again.
    """

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        if team_id != me["team_id"]:
            return None
        return AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=me["team_id"],
            bot_user_id=me["user_id"],
            bot_id=me.get("bot_id"),
            bot_token=settings.bot_token.reveal(),
        )

    secret = settings.signing_secret
    return App(
        name="alumni-bot",
        client=AsyncWebClient(
            base_url=client.base_url, timeout=client.timeout, session=client.session, retry_handlers=[]
        ),
        authorize=authorize,  # None is "not installed there"
        signing_secret=secret.reveal() if secret else "",
        # Whatever comes by HTTP was looked at before, by `intake`.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        process_before_response=True,
    )


async def _serve(settings: Settings, served: list[web.RouteDef], closing: AsyncExitStack) -> str:
    application = web.Application()
    application.add_routes(served)
    # Slack packs nothing: what others pack is not unpacked.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=5, auto_decompress=False)
    logging.getLogger("aiohttp.server").addFilter(tell_briefly)
    await runner.setup()
    closing.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.http_host, settings.http_port)
    await site.start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def _share_one_heap() -> None:
    # GNU's allocator gives each thread a heap of its own, of which little comes back: with SQLite's threads
    # a sixth of the memory under load. Others have one, or do not say.
    import ctypes

    choose = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if choose is not None:
        choose(_ARENA_MAX, 1)


async def run(settings: Settings, *, clock: Clock | None = None) -> None:
    """The bot until SIGTERM or SIGINT; then it finishes what it is at. Raises what `start` raises."""
    _share_one_heap()
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    starting = asyncio.create_task(start(settings, clock=clock))
    waiting = asyncio.create_task(told_to_stop.wait())
    await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    async with await starting:
        await waiting
        _log.info("stopping")
    _log.info("stopped")

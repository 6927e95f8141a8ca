"""Ready or not, on a clock that the test moves; and the numbers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.health import Health, routes
from bot.numbers import Prometheus
from storage import outbox
from storage.db import Database, open_database

NOW = datetime(2023, 6, 8, 9, 0, tzinfo=UTC)


class Hands:
    """A monotonic clock in seconds that stands still until it is moved."""

    def __init__(self) -> None:
        self.at_s = 1_000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def health(db: Database, hands: Hands) -> Health:
    return Health(db, numbers=Prometheus(), monotonic=hands)


async def test_ready_as_long_as_the_socket_speaks(health: Health, hands: Hands) -> None:
    health.socket_heard()

    hands.at_s += 60
    before = await health.faults()
    hands.at_s += 1
    after = await health.faults()
    health.socket_heard()
    again = await health.faults()

    assert (before, after, again) == ([], ["nothing was heard from Slack for 61 s"], [])


async def test_without_a_socket_silence_is_no_fault(health: Health, hands: Hands) -> None:
    hands.at_s += 3_600

    assert await health.faults() == []


async def test_not_ready_once_the_database_has_refused_for_a_minute(tmp_path: Path, hands: Hands) -> None:
    bare = open_database(f"sqlite+aiosqlite:///{tmp_path}/without-tables.db")
    health = Health(bare, monotonic=hands)

    hands.at_s += 60
    before = await health.faults()
    hands.at_s += 1
    after = await health.faults()
    health.database_answered()
    again = await health.faults()
    await bare.close()

    assert (before, after, again) == ([], ["the database has refused for 61 s"], [])


async def test_the_three_addresses(health: Health, hands: Hands, db: Database) -> None:
    async with db.writing() as work:
        await outbox.enqueue(work, team_id="T1", key="k", recipient="U1", kind="message", body={}, now=NOW)
    health.socket_heard()
    health.delivery_answered("events_api", "ok", 0.02)
    health.delivery_answered("interactive", "error", 4.0)
    health.message_outcome("sent")
    health.beaten(NOW)
    application = web.Application()
    application.add_routes(routes(health))

    async with TestClient(TestServer(application)) as client:
        alive = await client.get("/healthz")
        hands.at_s += 61
        unready = await client.get("/readyz")
        said = await unready.text()
        numbers = (await (await client.get("/metrics")).text()).splitlines()

    assert alive.status == 200
    assert (unready.status, said) == (503, "nothing was heard from Slack for 61 s\n")
    assert [line for line in EXPECTED if line not in numbers] == []


EXPECTED = [
    'alumni_deliveries_total{kind="events_api",outcome="ok"} 1.0',
    'alumni_deliveries_total{kind="interactive",outcome="error"} 1.0',
    'alumni_ack_seconds_bucket{le="0.025"} 1.0',
    'alumni_ack_seconds_bucket{le="3.0"} 1.0',
    'alumni_ack_seconds_bucket{le="5.0"} 2.0',
    'alumni_messages_total{outcome="sent"} 1.0',
    'alumni_outbox_rows{state="queued"} 1.0',
    'alumni_outbox_rows{state="sending"} 0.0',
    "alumni_heartbeat_timestamp_seconds 1.6862148e+09",
    "alumni_socket_silence_seconds 61.0",
]

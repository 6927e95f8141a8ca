"""The solvers are loaded for whoever draws, and by a start only where a round is open."""

import subprocess
import sys
from pathlib import Path

SAYS = """
import asyncio
import sys
from datetime import UTC, datetime

import bot.app
from bot.domain.editions import Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.peers import Handover, Kind, Round, RoundState, Who
from bot.services import peers
from storage import editions
from storage import peers as stored
from storage.db import open_database
from storage.migrate import migrate

ROUND = Round(
    team_id=TeamId("T1"), id=1, edition_key=EditionKey("e1"), zone="UTC", kind=Kind.PAIRS,
    state=RoundState.PUBLISHED, homework_id=None, who=Who.EVERYBODY, size=2, sector="any",
    common_language=False, reciprocal="allow", give_back=datetime(2023, 6, 20, 18), handover=Handover.AT_ONCE,
    is_anonymous=False, rubric=(), left_out=(), seed=1, revision=1, planned_by=UserId("U1"),
    planned_at=datetime(2023, 6, 1, tzinfo=UTC),
)


def say():
    print([name in sys.modules for name in ("rustworkx", "scipy")])


async def main():
    db = open_database(sys.argv[1])
    await migrate(db)
    await peers.load_if_needed(db, now=datetime(2023, 6, 1, tzinfo=UTC))
    say()
    async with db.writing() as work:
        await editions.put_edition(
            work, Edition(team_id=TeamId("T1"), key=EditionKey("e1"), name="E", timezone="UTC")
        )
        await stored.put_round(work, ROUND)
    await peers.load_if_needed(db, now=datetime(2024, 6, 1, tzinfo=UTC))
    say()
    await peers.load_if_needed(db, now=datetime(2023, 6, 1, tzinfo=UTC))
    say()
    await db.close()


asyncio.run(main())
"""


def test_a_start_loads_the_solvers_where_a_round_is_open(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'alumni.db'}"
    said = subprocess.run([sys.executable, "-c", SAYS, url], capture_output=True, text=True, check=True)

    assert said.stdout.splitlines() == ["[False, False]", "[False, False]", "[True, True]"]

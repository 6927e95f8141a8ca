"""`alumni-bot import`: editions, rosters and what older groups asked, taken in while the bot runs or not."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from bot.clients import PatientClient
from bot.config import Settings
from bot.domain.ids import TeamId, UserId
from bot.domain.workspace import Installation
from bot.services import editions, people
from bot.services.questions import heard, importing
from storage.db import open_database
from storage.migrate import migrate


async def take_in(settings: Settings, files: Sequence[tuple[str, bytes]], *, now: datetime) -> list[str]:
    """Import editions and rosters while the bot runs or not; returns a line for each change.

    files: name and content of each. Raises Faults, and what `start` raises.
    """
    async with AsyncExitStack() as closing:
        db = open_database(settings.database_url)
        closing.push_async_callback(db.close)
        await migrate(db)
        reader = PatientClient(settings)
        team_id = TeamId((await reader.auth_test())["team_id"])
        return await editions.import_files(
            db,
            team_id=team_id,
            files=files,
            people=await people.fetch_people(reader, team_id=team_id),
            channels=await people.fetch_channels(reader),
            groups=await people.fetch_groups_if_any(reader),
            now=now,
        )


async def take_in_questions(
    settings: Settings,
    files: Sequence[tuple[str, bytes]],
    *,
    only: Collection[str] = (),
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[str]:
    """Import questions of older groups while the bot runs or not; returns a line on what changed, then notes.

    files: name and content of each. only: the exports' channels that are wanted, all where it is empty.
    progress: told how many questions of how many are done. Raises Faults, and what `start` raises.
    """
    async with AsyncExitStack() as closing:
        db = open_database(settings.database_url)
        closing.push_async_callback(db.close)
        await migrate(db)
        reader = PatientClient(settings)
        me = await reader.auth_test()
        team_id = TeamId(me["team_id"])
        return await importing.import_questions(
            db,
            team_id=team_id,
            home=Installation(url=me["url"], bot_user_id=UserId(me["user_id"])),
            files=files,
            people=await people.fetch_people(reader, team_id=team_id),
            known=[heard.channel(one, team_id=team_id) for one in await heard.fetch_channels(reader)],
            only=only,
            now=now,
            progress=progress,
        )

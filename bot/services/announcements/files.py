"""An announcement's files, copied to the bot: a message by the bot then shows them to whoever gets it."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.announcements import AttachedFile
from bot.domain.ids import TeamId
from bot.services.announcements import writing
from storage import announcements
from storage.db import Database


async def copy(db: Database, client: AsyncWebClient, *, team_id: TeamId, announcement_id: int) -> None:
    """Copy those files that are not copied yet.

    A file that an organiser gave to a form is theirs, and others cannot open it. The bot's own can be opened
    by whoever gets a message of the bot's with its address.
    Raises SlackApiError, SlackClientError and aiohttp.ClientError; what was copied by then is kept.
    """
    async with db.reading() as work:
        found = await announcements.announcement(work, team_id=team_id, announcement_id=announcement_id)
    for file in found.files if found else ():
        if file.is_ours:
            continue
        content = await _content(client, file.source)
        answer = await client.files_upload_v2(content=content, filename=file.name, title=file.name)
        uploaded = answer["files"][0]
        ours = AttachedFile(
            id=file.id, name=file.name, permalink=uploaded.get("permalink") or "", is_ours=True
        )
        await writing.files_copied(
            db, team_id=team_id, announcement_id=announcement_id, copied={file.id: ours}
        )


async def _content(client: AsyncWebClient, source: str) -> bytes:
    headers = {"Authorization": f"Bearer {client.token}"}
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        got = await session.get(source, headers=headers)
        return await got.read()

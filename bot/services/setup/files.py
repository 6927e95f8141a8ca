"""Sends an organiser the file of an edition, and a message to try whether the bot reaches them."""

from datetime import datetime

from bot.domain.edition_text import edition_text
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services.setup.reading import checked, named_edition
from bot.views import setup as views
from storage import editions, homework, members, outbox
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, File, OutboxRow, Send, Share

FILE = "setup.file"
TEST = "setup.test"


async def send_file(
    db: Database, *, who: Actor, edition_key: EditionKey, now: datetime, once: Delivery | None = None
) -> None:
    """Queue the edition's file for an organiser. Raises Refused where the edition is not there."""
    async with db.writing(once) as work:
        await named_edition(work, team_id=who.team_id, edition_key=edition_key)
        stamp = f"{now:%Y-%m-%d-%H%M%S}"
        await outbox.enqueue(
            work,
            team_id=who.team_id,
            key=f"{FILE}:{edition_key}:{who.user_id}:{stamp}",
            recipient=who.user_id,
            kind=FILE,
            body={"files": [f"{edition_key}-{stamp}.toml"], "edition_key": edition_key},
            now=now,
        )


async def send_test(db: Database, *, who: Actor, now: datetime, once: Delivery | None = None) -> None:
    """Queue a message to an organiser that says what is ready and what is missing."""
    async with db.writing(once) as work:
        await outbox.enqueue_again(
            work,
            team_id=who.team_id,
            key=f"{TEST}:{who.user_id}",
            recipient=who.user_id,
            kind=TEST,
            body={},
            now=now,
        )


async def written(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> str:
    """The text of an edition's file. Raises Refused where there is no such edition, or no academy."""
    academy = await editions.academy(work, team_id=team_id)
    edition = await named_edition(work, team_id=team_id, edition_key=edition_key)
    if academy is None:
        raise Refused("Set the academy up first.")
    pieces = await homework.homeworks(work, team_id=team_id, edition_key=edition_key)
    return edition_text(academy, edition, pieces)


async def _file(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, edition_key = TeamId(row.team_id), EditionKey(row.body["edition_key"])
    if not await members.is_organiser(work, team_id=team_id, user_id=UserId(row.recipient)):
        return Drop("not an organiser any more")
    (name,) = row.body["files"]

    async def make(db: Database) -> list[File]:
        async with db.reading() as work:
            text = await written(work, team_id=team_id, edition_key=edition_key)
        return [File(name=name, content=text.encode(), title=f"{edition_key}.toml")]

    return Share(
        "The edition as a file: keep it, or let it be imported elsewhere with `alumni-bot import`.", make
    )


async def _test(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id = TeamId(row.team_id)
    if not await members.is_organiser(work, team_id=team_id, user_id=UserId(row.recipient)):
        return Drop("not an organiser any more")
    message = views.tried(await checked(work, team_id=team_id, now=now))
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {FILE: _file, TEST: _test}
"""By the kind of row in the outbox."""

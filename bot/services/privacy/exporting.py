"""All that the bot holds on a person, as a file for machines and one for people, by direct message."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.ids import TeamId, UserId
from bot.domain.peers import Handover
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.views import privacy_file
from storage import audit, editions, erasure, export, members, outbox, peers
from storage.db import Database, Delivery, Work
from storage.erasure import Person
from storage.export import Held
from storage.outbox import Composed, Composer, Drop, File, OutboxRow, Share
from storage.privacy import PEERS, WHY

DATA = "privacy.data"


@dataclass(frozen=True, kw_only=True)
class Group:
    """What is held on a person under one heading."""

    name: str
    why: str
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    """Table → its rows, as `storage.export` gives them."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(rows) for rows in self.rows.values())


async def held(db: Database, *, team_id: TeamId, user_id: UserId, now: datetime) -> list[Group]:
    """All that is held on a person, by heading, in the order of `storage.privacy.WHY`."""
    async with db.reading() as work:
        return await held_in(work, team_id=team_id, user_id=user_id, now=now)


async def held_in(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> list[Group]:
    """As `held`, in a transaction that is open."""
    known = await members.member(work, team_id=team_id, user_id=user_id)
    person = Person(team_id=team_id, user_id=user_id, name=known.name if known else "")
    found: defaultdict[str, dict[str, Sequence[Mapping[str, Any]]]] = defaultdict(dict)
    for one in await export.held_on(work, person):
        found[one.group][one.table] = one.rows
    handed_over = [
        one.id
        for one in await peers.rounds(work, team_id=team_id)
        if one.handover is Handover.AT_ONCE or now >= one.give_back_at
    ]
    if got := await export.received_feedback(work, team_id=team_id, user_id=user_id, round_ids=handed_over):
        found[PEERS]["peer_feedback_received"] = got
    return [Group(name=name, why=why, rows=found[name]) for name, why in WHY.items() if name in found]


async def send_data(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    now: datetime,
    handed_over_by: UserId | None = None,
    how: str = "",
    once: Delivery | None = None,
) -> UserId:
    """Queue a person's data for them as two files by direct message; returns who gets it.

    handed_over_by, how: the organiser who passes the person's request on, and by what way it came: it is
    logged. Only where the person's account is deactivated the organiser gets the files, to pass them on.
    Raises Refused where nothing is known of the person.
    """
    async with db.writing(once) as work:
        person = await members.member(work, team_id=team_id, user_id=user_id)
        if person is None:
            raise Refused("The bot holds nothing on this person.")
        recipient = user_id
        if handed_over_by is not None:
            recipient = handed_over_by if person.is_deactivated else user_id
            await audit.add(
                work,
                team_id=team_id,
                done_at=now,
                done_by=handed_over_by,
                deed="person.data_sent",
                subject=f"person:{user_id}",
                reason=how,
                after="to the organiser, since the account is deactivated" if recipient != user_id else "",
            )
        stamp = f"{now:%Y-%m-%d-%H%M%S}"
        of = "my-data" if recipient == user_id else f"data-of-{user_id}"
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{DATA}:{user_id}:{recipient}:{stamp}",
            recipient=recipient,
            kind=DATA,
            body={"files": [f"{of}-{stamp}.html", f"{of}-{stamp}.json"], "user_id": user_id},
            now=now,
        )
        return recipient


async def _data(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.body["user_id"])
    is_own = row.recipient == user_id
    if not is_own and not await members.is_organiser(work, team_id=team_id, user_id=UserId(row.recipient)):
        return Drop("not an organiser any more")
    if await erasure.is_erased(work, team_id=team_id, user_id=user_id):
        return Drop("deleted since")
    html_name, json_name = row.body["files"]

    async def make(db: Database) -> list[File]:
        async with db.reading() as reading:
            groups = await held_in(reading, team_id=team_id, user_id=user_id, now=now)
            academy = await editions.academy(reading, team_id=team_id)
        name = academy.name if academy else "the academy"
        page = privacy_file.page(
            [privacy_file.Part(name=one.name, why=one.why, rows=one.rows) for one in groups],
            academy_name=name,
            user_id=user_id,
            at=now,
        )
        return [
            File(name=html_name, content=page.encode(), title="What the bot holds, to read"),
            File(name=json_name, content=_json(groups, user_id, now), title="The same for machines"),
        ]

    return Share(privacy_file.said(is_own=is_own), make)


def _json(groups: Sequence[Group], user_id: UserId, now: datetime) -> bytes:
    document = {
        "person": user_id,
        "made_at": now.isoformat(),
        "held": {one.name: {"why": one.why, "tables": one.rows} for one in groups},
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def counts(groups: Sequence[Group]) -> Counter[str]:
    """Heading → how many rows."""
    return Counter({one.name: one.count for one in groups})


COMPOSERS: dict[str, Composer] = {DATA: _data}
"""By the kind of row in the outbox."""

__all__ = ["COMPOSERS", "DATA", "Group", "Held", "counts", "held", "held_in", "send_data"]

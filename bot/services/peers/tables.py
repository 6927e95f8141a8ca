"""A round as a table, for organisers: made when it is sent, and shared with whoever asked for it."""

import csv
import io
from datetime import datetime

from bot.domain.ids import TeamId, UserId
from bot.domain.members import Actor
from bot.domain.peers import Feedback, Kind, Match, Round
from bot.domain.refusals import Refused
from storage import members, outbox, peers
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, File, OutboxRow, Share

TABLE = "peers.table"

_NO_ROUND = "This round does not exist."


async def send_table(
    db: Database, *, who: Actor, round_id: int, now: datetime, once: Delivery | None = None
) -> str:
    """Queue a round's table for an organiser, as a file by direct message; returns the file's name.

    Raises Refused where there is no such round.
    """
    stamp = f"{now:%Y-%m-%d-%H%M%S}"
    name = f"peers-round-{round_id}-{stamp}.csv"
    async with db.writing(once) as work:
        if await peers.round_(work, team_id=who.team_id, round_id=round_id) is None:
            raise Refused(_NO_ROUND)
        await outbox.enqueue(
            work,
            team_id=who.team_id,
            key=f"{TABLE}:{round_id}:{who.user_id}:{stamp}",
            recipient=who.user_id,
            kind=TABLE,
            body={"round_id": round_id, "files": [name]},
            now=now,
        )
    return name


async def table(db: Database, *, team_id: TeamId, round_id: int) -> str:
    """A round as CSV, with a header line and a row for each feedback that was owed or given.

    Names of givers are in it also where the authors are not told of them: it is for organisers.
    """
    async with db.reading() as work:
        of = await peers.round_(work, team_id=team_id, round_id=round_id)
        if of is None:
            raise Refused(_NO_ROUND)
        matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
        written = await peers.feedback(work, team_id=team_id, round_ids=[round_id])
        replies = (await peers.replies(work, team_id=team_id, round_ids=[round_id]))[round_id]
        involved = {member for match in matches for member in match.members}
        known = await members.members(work, team_id=team_id, user_ids=involved)
        names = {one.user_id: one.name for one in known}
    given = {(one.giver, one.author): one for one in written}
    answers = {(one.number, one.user_id): one.answer.value for one in replies}
    out = io.StringIO()
    file = csv.writer(out, lineterminator="\n")
    head = ["round", "kind", "match", "giver", "author", "state", "sent_at", "said", "useful", "thanked"]
    file.writerow([*head, "works", "change", "question", *of.rubric])
    for match in matches:
        for giver, author in _directions(of, match):
            one = given.get((giver, author))
            row = [
                of.id,
                of.kind.value,
                match.number,
                names.get(giver, giver),
                names.get(author, author),
                _state(match, one),
                one.sent_at.isoformat() if one and one.sent_at else "",
                answers.get((match.number, giver), ""),
                one.useful or "" if one else "",
                "yes" if one and one.thanked_at else "",
            ]
            # What is a draft is nobody's business but its writer's.
            sent = one if one and one.sent_at else None
            texts = [sent.works, sent.change, sent.question] if sent else ["", "", ""]
            ratings = [sent.ratings.get(line, "") if sent else "" for line in of.rubric]
            file.writerow([_harmless(cell) for cell in [*row, *texts, *ratings]])
    return out.getvalue()


def _directions(of: Round, match: Match) -> list[tuple[UserId, UserId]]:
    if of.kind is Kind.REVIEWS:
        return [(match.members[0], match.members[1])]
    return [(one, other) for one in match.members for other in match.members if one != other]


def _state(match: Match, one: Feedback | None) -> str:
    if one is not None and one.sent_at is not None:
        return "given"
    if match.is_ended:
        return "ended"
    return "draft" if one is not None else "owed"


def _harmless(cell: object) -> object:
    # A spreadsheet takes text that begins so for a formula, and runs it.
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if is_formula else cell


async def _table(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, user_id, round_id = TeamId(row.team_id), UserId(row.recipient), int(row.body["round_id"])
    if not await members.is_organiser(work, team_id=team_id, user_id=user_id):
        return Drop("not an organiser any more")
    (name,) = row.body["files"]

    async def make(db: Database) -> list[File]:
        written = await table(db, team_id=team_id, round_id=round_id)
        # Without the mark at its beginning, spreadsheets take UTF-8 for something else.
        return [File(name=name, content=b"\xef\xbb\xbf" + written.encode(), title=f"Round {round_id}")]

    return Share(f"Round {round_id} as a table. Names of givers are in it: do pass it on with care.", make)


COMPOSERS: dict[str, Composer] = {TABLE: _table}
"""By the kind of row in the outbox."""

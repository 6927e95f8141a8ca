"""Rounds of peer feedback, their matches, what is written in them and what people say half-way."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, Table, delete, func, select

from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.peers import Answer, Feedback, Handover, Kind, Match, Reply, Round, RoundState, Who
from storage import tables
from storage.db import Work
from storage.tables import peer_feedback, peer_match, peer_reply, peer_round

_ROUND_COLUMNS = tuple(name for name in Round.__dataclass_fields__ if name != "zone")


async def next_id(work: Work, *, team_id: TeamId) -> int:
    """The number of a workspace's next round."""
    query = select(func.max(peer_round.c.id)).where(peer_round.c.team_id == team_id)
    return ((await work.execute(query)).scalar_one() or 0) + 1


async def round_(work: Work, *, team_id: TeamId, round_id: int) -> Round | None:
    """The round of that number."""
    found = await _rounds(work, peer_round.c.team_id == team_id, peer_round.c.id == round_id)
    return found[0] if found else None


async def rounds(
    work: Work,
    *,
    team_id: TeamId | None = None,
    state: RoundState | None = None,
    edition_key: EditionKey | None = None,
) -> list[Round]:
    """The rounds of a workspace, or of all, by number; narrowed by what is given."""
    conditions: list[ColumnElement[bool]] = []
    if team_id is not None:
        conditions.append(peer_round.c.team_id == team_id)
    if state is not None:
        conditions.append(peer_round.c.state == state.value)
    if edition_key is not None:
        conditions.append(peer_round.c.edition_key == edition_key)
    return await _rounds(work, *conditions)


async def lock_edition(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> None:
    """Make whoever else plans a round of this edition wait for the end of this transaction."""
    # SQLite leaves the clause out: a transaction that writes is alone there from its beginning.
    query = select(tables.edition.c.key).where(
        tables.edition.c.team_id == team_id, tables.edition.c.key == edition_key
    )
    await work.execute(query.with_for_update())


async def lock(work: Work, *, team_id: TeamId, round_id: int) -> None:
    """Make whoever else changes this round wait for the end of this transaction."""
    query = select(peer_round.c.id).where(peer_round.c.team_id == team_id, peer_round.c.id == round_id)
    await work.execute(query.with_for_update())


async def put_round(work: Work, written: Round) -> None:
    """Write a round; its edition must be there. `zone` is the edition's and is not written."""
    await work.put(peer_round, {name: getattr(written, name) for name in _ROUND_COLUMNS})


async def matches(
    work: Work, *, team_id: TeamId, round_ids: Collection[int] | None = None
) -> dict[int, list[Match]]:
    """The matches of each round by number, ended ones too; of every round where none is named."""
    query = select(peer_match).where(peer_match.c.team_id == team_id)
    if round_ids is not None:
        query = query.where(peer_match.c.round_id.in_(round_ids))
    found: dict[int, list[Match]] = {round_id: [] for round_id in round_ids or ()}
    for row in await work.execute(query.order_by(peer_match.c.round_id, peer_match.c.number)):
        columns = {name: row._mapping[name] for name in Match.__dataclass_fields__}
        found.setdefault(row.round_id, []).append(Match(**columns))
    return found


async def put_matches(work: Work, written: Sequence[Match], *, team_id: TeamId, round_id: int) -> None:
    """Make these the matches of a round, in place of those that it had."""
    kept = {match.number for match in written}
    gone = peer_match.c.number.not_in(kept)
    await work.execute(delete(peer_match).where(*_of(peer_match, team_id, round_id), gone))
    place = {"team_id": team_id, "round_id": round_id}
    await work.put_all(peer_match, [{**place, **vars(match)} for match in written])


async def feedback(
    work: Work,
    *,
    team_id: TeamId,
    round_ids: Collection[int] | None = None,
    giver: UserId | None = None,
    author: UserId | None = None,
) -> list[Feedback]:
    """What was written, drafts too, by round, giver and author."""
    query = select(peer_feedback).where(peer_feedback.c.team_id == team_id)
    if round_ids is not None:
        query = query.where(peer_feedback.c.round_id.in_(round_ids))
    if giver is not None:
        query = query.where(peer_feedback.c.giver == giver)
    if author is not None:
        query = query.where(peer_feedback.c.author == author)
    query = query.order_by(peer_feedback.c.round_id, peer_feedback.c.giver, peer_feedback.c.author)
    return [_feedback(row) for row in await work.execute(query)]


async def put_feedback(work: Work, written: Feedback, *, team_id: TeamId) -> None:
    """Write feedback, new or changed."""
    values = {name: getattr(written, name) for name in Feedback.__dataclass_fields__}
    await work.put(peer_feedback, {"team_id": team_id, **values, "ratings": dict(written.ratings)})


async def replies(
    work: Work, *, team_id: TeamId, round_ids: Collection[int] | None = None
) -> dict[int, list[Reply]]:
    """What people answered half-way, by round."""
    query = select(peer_reply).where(peer_reply.c.team_id == team_id)
    if round_ids is not None:
        query = query.where(peer_reply.c.round_id.in_(round_ids))
    found: dict[int, list[Reply]] = {round_id: [] for round_id in round_ids or ()}
    order = (peer_reply.c.round_id, peer_reply.c.number, peer_reply.c.user_id)
    for row in await work.execute(query.order_by(*order)):
        columns = {name: row._mapping[name] for name in Reply.__dataclass_fields__}
        reply = Reply(**columns | {"answer": Answer(row.answer)})
        found.setdefault(reply.round_id, []).append(reply)
    return found


async def put_reply(work: Work, given: Reply, *, team_id: TeamId) -> None:
    """Write somebody's answer in place of the one that they gave before."""
    values = {name: getattr(given, name) for name in Reply.__dataclass_fields__}
    await work.put(peer_reply, {"team_id": team_id, **values, "answer": given.answer.value})


async def remove_replies(work: Work, *, team_id: TeamId, round_id: int) -> None:
    """Forget what people answered in a round."""
    await work.execute(delete(peer_reply).where(*_of(peer_reply, team_id, round_id)))


def _of(table: Table, team_id: TeamId, round_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.team_id == team_id, table.c.round_id == round_id


async def _rounds(work: Work, *conditions: ColumnElement[bool]) -> list[Round]:
    joined = peer_round.join(
        tables.edition,
        (tables.edition.c.team_id == peer_round.c.team_id)
        & (tables.edition.c.key == peer_round.c.edition_key),
    )
    query = select(peer_round, tables.edition.c.timezone.label("zone")).select_from(joined).where(*conditions)
    found = await work.execute(query.order_by(peer_round.c.team_id, peer_round.c.id))
    return [_round(row._mapping) for row in found]


def _round(columns: RowMapping) -> Round:
    values = {name: columns[name] for name in Round.__dataclass_fields__}
    typed = {
        "kind": Kind(columns["kind"]),
        "state": RoundState(columns["state"]),
        "who": Who(columns["who"]),
        "handover": Handover(columns["handover"]),
    }
    return Round(**values | typed)


def _feedback(row: Row[Any]) -> Feedback:
    return Feedback(**{name: row._mapping[name] for name in Feedback.__dataclass_fields__})

"""Who is in which channel, how far each was read, and what became of single messages in them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import Channel, Sight
from bot.domain.values import dataclass
from bot.domain.workspace import Installation
from storage import erasure, members, tables
from storage.db import Work, by


@dataclass(frozen=True, kw_only=True)
class History:
    """How far a channel's messages were read."""

    channel_id: ChannelId
    read_to: str | None = None
    """A message's ts; None: never read."""
    is_whole: bool = False
    """Whether it was read from its beginning."""
    is_behind: bool = False
    """Whether it is to be read."""
    times_asked: int = 0
    """How often it was to be read: what is asked for during a reading is done after it."""
    messages: int = 0
    """Read in the reading that is going on, or was the last."""
    questions: int = 0
    """Found new in that reading."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is remembered of a message, so that late and repeated events do no harm."""

    channel_id: ChannelId
    ts: str
    edited_ts: str | None = None
    """Of the newest edit that was heard of."""
    checked_ts: str | None = None
    """Of the newest event about its check mark."""
    checked_by: UserId | None = None
    """Whose check mark accepted it; None where there is none, empty where it is not known any more."""
    is_gone: bool = False


async def put_installation(work: Work, *, team_id: TeamId, installation: Installation) -> None:
    """Write where the bot is installed, and who it is there."""
    values = {"url": installation.url, "bot_user_id": installation.bot_user_id}
    await work.put(tables.workspace, {"team_id": team_id, **values})


async def installation(work: Work, *, team_id: TeamId) -> Installation | None:
    """Where the bot is installed; None before its first start."""
    table = tables.workspace
    row = (await work.execute(select(table).where(table.c.team_id == team_id))).one_or_none()
    return None if row is None else Installation(url=row.url, bot_user_id=row.bot_user_id)


async def channel(work: Work, *, team_id: TeamId, channel_id: ChannelId) -> Channel | None:
    """The channel of that id, where the log knows it."""
    table = tables.channel
    query = select(table).where(table.c.team_id == team_id, table.c.channel_id == channel_id)
    row = (await work.execute(query)).one_or_none()
    if row is None:
        return None
    return Channel(
        team_id=row.team_id,
        channel_id=row.channel_id,
        name=row.name,
        is_private=row.is_private,
        is_archived=row.is_archived,
    )


# -- members ------------------------------------------------------------------------------------------


_CHANNELS_OF = select(tables.channel_member.c.channel_id).where(
    *by(tables.channel_member, ("team_id", "user_id")), tables.channel_member.c.is_member
)


async def channels_of(work: Work, *, team_id: TeamId, user_id: UserId) -> frozenset[ChannelId]:
    """The channels that somebody is in, of those that the log knows."""
    return frozenset((await work.execute(_CHANNELS_OF, {"team_id": team_id, "user_id": user_id})).scalars())


async def members_of(work: Work, *, team_id: TeamId, channel_id: ChannelId) -> frozenset[UserId]:
    """Who is in a channel."""
    table = tables.channel_member
    query = select(table.c.user_id).where(
        table.c.team_id == team_id, table.c.channel_id == channel_id, table.c.is_member
    )
    return frozenset((await work.execute(query)).scalars())


async def changes(
    work: Work, *, team_id: TeamId, channel_id: ChannelId
) -> dict[UserId, tuple[bool, datetime]]:
    """Whether each person of whom that was ever heard is in a channel, and since when or when they left."""
    table = tables.channel_member
    query = select(table.c.user_id, table.c.is_member, table.c.changed_at).where(
        table.c.team_id == team_id, table.c.channel_id == channel_id
    )
    return {row.user_id: (row.is_member, row.changed_at) for row in await work.execute(query)}


async def set_members(
    work: Work,
    *,
    team_id: TeamId,
    channel_id: ChannelId,
    user_ids: Collection[UserId],
    before: Mapping[UserId, tuple[bool, datetime]] | None = None,
    now: datetime,
) -> None:
    """Make these people, and nobody else, the members of a channel; those who were erased are left out.

    before: the `changes` before Slack was asked; those of whom something was heard since stay as they are.
    """
    known = await changes(work, team_id=team_id, channel_id=channel_id)
    before = known if before is None else before
    after = set(user_ids) - await erasure.erased_among(work, team_id=team_id, user_ids=user_ids)
    place = {"team_id": team_id, "channel_id": channel_id, "changed_at": now}
    # Who is told of as before keeps the instant: it is of Slack's clock, by which the next news is newer.
    await work.put_all(
        tables.channel_member,
        [
            {**place, "user_id": one, "is_member": one in after}
            for one in sorted(after | known.keys())
            if known.get(one) == before.get(one) and (one in after) != known.get(one, (False, now))[0]
        ],
    )


async def change_member(
    work: Work, *, team_id: TeamId, channel_id: ChannelId, user_id: UserId, is_member: bool, at: datetime
) -> bool:
    """Somebody joined or left at that instant. False where nothing happens.

    That is where a later change is known, or where they were erased.
    """
    if await erasure.is_erased(work, team_id=team_id, user_id=user_id):
        return False
    table = tables.channel_member
    place = {"team_id": team_id, "channel_id": channel_id, "user_id": user_id}
    if await work.insert_new(table, {**place, "is_member": is_member, "changed_at": at}):
        return True
    changed = await work.execute(
        update(table)
        .where(*(table.c[name] == value for name, value in place.items()), table.c.changed_at <= at)
        .values(is_member=is_member, changed_at=at)
    )
    return changed.rowcount == 1


async def sight(work: Work, *, team_id: TeamId, user_id: UserId) -> Sight:
    """What a person may see now. Those of whom nothing is known, and those who left, see nothing private."""
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or person.is_deactivated:
        return Sight(user_id=user_id, is_guest=True)
    seen = await channels_of(work, team_id=team_id, user_id=user_id)
    return Sight(user_id=user_id, channels=seen, is_guest=person.is_guest)


# -- histories ----------------------------------------------------------------------------------------


async def histories(work: Work, *, team_id: TeamId) -> dict[ChannelId, History]:
    """How far each channel was read."""
    table = tables.channel_history
    rows = await work.execute(select(table).where(table.c.team_id == team_id).order_by(table.c.channel_id))
    return {row.channel_id: _history(row) for row in rows}


async def put_history(work: Work, *, team_id: TeamId, history: History) -> None:
    """Write how far a channel was read."""
    await work.put(tables.channel_history, {"team_id": team_id, **vars(history)})


# -- messages -----------------------------------------------------------------------------------------


async def mark(work: Work, *, team_id: TeamId, channel_id: ChannelId, ts: str) -> Mark:
    """What is remembered of a message; a new mark where nothing is."""
    return (await marks(work, team_id=team_id, channel_id=channel_id, of=[ts]))[ts]


async def marks(
    work: Work, *, team_id: TeamId, channel_id: ChannelId, of: Collection[str]
) -> dict[str, Mark]:
    """What is remembered of some messages, by ts; a new mark for each of which nothing is."""
    table = tables.message_mark
    query = select(table).where(
        table.c.team_id == team_id, table.c.channel_id == channel_id, table.c.ts.in_(of)
    )
    found = {row.ts: _mark(row) for row in (await work.execute(query) if of else ())}
    return {ts: found.get(ts) or Mark(channel_id=channel_id, ts=ts) for ts in of}


async def put_mark(work: Work, *, team_id: TeamId, mark: Mark) -> None:
    """Remember this of a message."""
    await work.put(tables.message_mark, {"team_id": team_id, **vars(mark)})


async def answer_of_message(
    work: Work, *, team_id: TeamId, channel_id: ChannelId, ts: str
) -> tuple[QuestionId, int] | None:
    """Question and number of the answer whose message that is."""
    answer, question = tables.answer, tables.question
    is_its = (answer.c.team_id == question.c.team_id) & (answer.c.question_id == question.c.id)
    query = (
        select(answer.c.question_id, answer.c.id)
        .join_from(answer, question, is_its)
        .where(answer.c.team_id == team_id, question.c.channel_id == channel_id, answer.c.ts == ts)
    )
    row = (await work.execute(query)).first()
    return None if row is None else (row.question_id, row.id)


async def questions_since(
    work: Work, *, team_id: TeamId, channel_id: ChannelId, oldest: str
) -> Mapping[str, QuestionId]:
    """The questions whose message in that channel is as young as `oldest`, a ts, or younger; by ts."""
    table = tables.question
    query = select(table.c.ts, table.c.id).where(
        table.c.team_id == team_id, table.c.channel_id == channel_id, table.c.ts >= oldest
    )
    return {row.ts: row.id for row in await work.execute(query)}


# -- imports ------------------------------------------------------------------------------------------


async def imported(work: Work, *, team_id: TeamId) -> dict[str, QuestionId]:
    """The questions that came from files, by what names them there."""
    table = tables.imported_question
    rows = await work.execute(select(table.c.source, table.c.question_id).where(table.c.team_id == team_id))
    return {row.source: row.question_id for row in rows}


async def put_imported(work: Work, *, team_id: TeamId, sources: Mapping[str, QuestionId]) -> None:
    """Remember which questions came from files."""
    rows = [{"team_id": team_id, "source": name, "question_id": key} for name, key in sources.items()]
    await work.insert_all_new(tables.imported_question, rows)


def _history(row: Row[Any]) -> History:
    return History(**{name: row._mapping[name] for name in History.__dataclass_fields__})


def _mark(row: Row[Any]) -> Mark:
    return Mark(**{name: row._mapping[name] for name in Mark.__dataclass_fields__})

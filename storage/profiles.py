"""What people say of themselves, and who was welcomed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.domain.ids import TeamId, UserId
from bot.domain.profiles import Field, Profile, Visibility
from storage.db import Work
from storage.tables import profile as profiles_table
from storage.tables import welcome


async def profiles(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId] | None = None
) -> dict[UserId, Profile]:
    """The profiles of a workspace, or those of these people; who never saved one is left out."""
    query = select(profiles_table).where(profiles_table.c.team_id == team_id)
    if user_ids is not None:
        query = query.where(work.among(profiles_table.c.user_id, user_ids))
    return {UserId(row.user_id): _profile(row) for row in await work.execute(query)}


async def profile(work: Work, *, team_id: TeamId, user_id: UserId) -> Profile:
    """A person's profile; an empty one for who never saved any."""
    found = await profiles(work, team_id=team_id, user_ids=[user_id])
    return found.get(user_id) or Profile(team_id=team_id, user_id=user_id)


async def put_profile(work: Work, profile: Profile) -> None:
    """Keep a profile that was saved, in place of an earlier one."""
    await work.put(
        profiles_table,
        {
            "team_id": profile.team_id,
            "user_id": profile.user_id,
            "cluster": profile.cluster,
            "looks_for": profile.looks_for,
            "own": tuple(sorted(one.value for one in profile.own)),
            "visibility": {one.value: profile.seen_by(one).value for one in Field},
            "saved_at": profile.saved_at,
        },
    )


async def note_welcome(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> bool:
    """Enter that a person is welcomed. False where they were before, however long ago."""
    return await work.insert_new(welcome, {"team_id": team_id, "user_id": user_id, "welcomed_at": now})


def _profile(row: Row[Any]) -> Profile:
    return Profile(
        team_id=TeamId(row.team_id),
        user_id=UserId(row.user_id),
        cluster=row.cluster,
        looks_for=row.looks_for,
        own=frozenset(Field(one) for one in row.own),
        visibility={Field(one): Visibility(seen_by) for one, seen_by in row.visibility.items()},
        saved_at=row.saved_at,
    )

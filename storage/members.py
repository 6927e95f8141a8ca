"""People of a workspace, their part in each edition, and who the organisers are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, select

from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from storage import erasure, tables
from storage.db import Work, by, given, whose
from storage.tables import enrolment as enrolments_table
from storage.tables import member as members_table
from storage.tables import usergroup_member

# Far below the number of parameters that SQLite allows in one statement.
_IDS_AT_ONCE = 500


_MEMBER = select(members_table).where(*by(members_table, ("team_id", "user_id")))


async def member(work: Work, *, team_id: TeamId, user_id: UserId) -> Member | None:
    """The person of that id, deactivated or not; None where the workspace has none."""
    row = (await work.execute(_MEMBER, {"team_id": team_id, "user_id": user_id})).one_or_none()
    return None if row is None else _member(row)


async def members(work: Work, *, team_id: TeamId, user_ids: Collection[UserId] | None = None) -> list[Member]:
    """The people of a workspace, or those with these ids, ordered by id; deactivated ones and bots too."""
    query = select(members_table).where(members_table.c.team_id == team_id)
    if user_ids is None:
        return [_member(row) for row in await work.execute(query.order_by(members_table.c.user_id))]
    found: list[Member] = []
    wanted = sorted(set(user_ids))
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        some = query.where(members_table.c.user_id.in_(wanted[start : start + _IDS_AT_ONCE]))
        found += [_member(row) for row in await work.execute(some.order_by(members_table.c.user_id))]
    return found


async def members_of_ids(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId]
) -> dict[UserId, Member]:
    """Those of these people whom the workspace has, by id; the quickest way for one or some hundred."""
    wanted = {"team_id": team_id, "user_ids": list(user_ids)}
    rows = await work.execute(_members_of_ids(is_postgres=work.is_postgres), wanted)
    return {one.user_id: one for one in map(_member, rows)}


@cache
def _members_of_ids(*, is_postgres: bool) -> Select[Any]:
    return select(members_table).where(*whose(members_table, is_postgres=is_postgres))


async def deactivated(work: Work, *, team_id: TeamId, user_ids: Collection[UserId]) -> set[UserId]:
    """Those of these people whose account was taken from them."""
    if not user_ids:
        return set()
    columns = members_table.c
    query = select(columns.user_id).where(
        columns.team_id == team_id, columns.is_deactivated, work.among(columns.user_id, user_ids)
    )
    return set((await work.execute(query)).scalars())


async def is_any_country_known(work: Work, *, team_id: TeamId) -> bool:
    """Whether it is known of anybody where they live."""
    columns = members_table.c
    query = select(columns.user_id).where(columns.team_id == team_id, columns.country != "").limit(1)
    return (await work.execute(query)).first() is not None


async def put_member(work: Work, member: Member) -> None:
    """Keep a person as given, whether new or known."""
    await work.put(members_table, _columns(member))


async def enrolments(
    work: Work,
    *,
    team_id: TeamId,
    edition_key: EditionKey | None = None,
    user_id: UserId | None = None,
    role: Role | None = None,
) -> list[Enrolment]:
    """Who is what in which edition, ordered by edition, person and role; narrowed by what is given."""
    wanted = given(team_id=team_id, edition_key=edition_key, user_id=user_id, role=role and role.value)
    return [_enrolment(row) for row in await work.execute(_enrolments(*wanted), wanted)]


@cache
def _enrolments(*columns: str) -> Select[Any]:
    of = enrolments_table.c
    return (
        select(enrolments_table)
        .where(*by(enrolments_table, columns))
        .order_by(of.edition_key, of.user_id, of.role)
    )


async def enrolments_of(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId], role: Role
) -> dict[UserId, set[EditionKey]]:
    """The editions that each of these people has this part in; those with none are left out."""
    found: defaultdict[UserId, set[EditionKey]] = defaultdict(set)
    wanted = {"team_id": team_id, "user_ids": list(user_ids), "role": role.value}
    for row in await work.execute(_enrolments_of(is_postgres=work.is_postgres), wanted):
        found[UserId(row.user_id)].add(EditionKey(row.edition_key))
    return found


@cache
def _enrolments_of(*, is_postgres: bool) -> Select[Any]:
    of = enrolments_table.c
    is_wanted = (*whose(enrolments_table, is_postgres=is_postgres), *by(enrolments_table, ("role",)))
    return select(of.user_id, of.edition_key).where(*is_wanted)


async def put_enrolment(work: Work, enrolment: Enrolment) -> None:
    """Keep a person's part in an edition; the person and the edition must be there."""
    await work.put(enrolments_table, _columns(enrolment) | {"role": enrolment.role.value})


async def remove_enrolment(
    work: Work, *, team_id: TeamId, edition_key: EditionKey, user_id: UserId, role: Role
) -> None:
    """Take one part in an edition from a person; what they handed in stays."""
    table = enrolments_table
    await work.execute(
        delete(table).where(
            table.c.team_id == team_id,
            table.c.edition_key == edition_key,
            table.c.user_id == user_id,
            table.c.role == role.value,
        )
    )


async def set_group_members(
    work: Work, *, team_id: TeamId, group_id: str, user_ids: Collection[UserId]
) -> None:
    """Make these people, and nobody else, the members of a user group; those who were erased are left out."""
    await work.execute(delete(usergroup_member).where(_of_group(team_id, group_id)))
    unwanted = await erasure.erased_among(work, team_id=team_id, user_ids=user_ids)
    for user_id in sorted(set(user_ids) - unwanted):
        await work.put(usergroup_member, {"team_id": team_id, "group_id": group_id, "user_id": user_id})


async def known_groups(work: Work, *, team_id: TeamId) -> dict[str, set[UserId]]:
    """The user groups that have members, as last heard from Slack, by id."""
    found: defaultdict[str, set[UserId]] = defaultdict(set)
    query = select(usergroup_member).where(usergroup_member.c.team_id == team_id)
    for row in await work.execute(query):
        found[row.group_id].add(UserId(row.user_id))
    return found


async def set_groups(
    work: Work,
    *,
    team_id: TeamId,
    groups: Mapping[str, Collection[UserId]],
    before: Mapping[str, Collection[UserId]] | None = None,
) -> None:
    """Make these the workspace's user groups, by id; those that are not named lose their members.

    before: how they were known when Slack was asked; one that is another by now is left as it is.
    """
    known = await known_groups(work, team_id=team_id)
    for group_id in sorted(known.keys() | groups.keys()):
        if before is None or known.get(group_id, set()) == set(before.get(group_id, ())):
            user_ids = groups.get(group_id, ())
            await set_group_members(work, team_id=team_id, group_id=group_id, user_ids=user_ids)


async def group_members(work: Work, *, team_id: TeamId, group_id: str) -> list[UserId]:
    """The members of a user group as last heard from Slack, ordered by id."""
    query = select(usergroup_member.c.user_id).where(_of_group(team_id, group_id))
    return [UserId(found) for (found,) in await work.execute(query.order_by(usergroup_member.c.user_id))]


async def is_organiser(work: Work, *, team_id: TeamId, user_id: UserId) -> bool:
    """Whether a person may do what organisers do: an admin of the workspace, or named as an organiser.

    Deactivated people and bots may not, whoever names them.
    """
    person = await member(work, team_id=team_id, user_id=user_id)
    return person is not None and await may_organise(work, person=person)


async def may_organise(work: Work, *, person: Member) -> bool:
    """The same of somebody who was looked up already."""
    return person.user_id in await who_may_organise(work, team_id=person.team_id, people=[person])


async def who_may_organise(work: Work, *, team_id: TeamId, people: Collection[Member]) -> set[UserId]:
    """Those of these people who may do what organisers do."""
    active = [one for one in people if not one.is_deactivated and not one.is_bot]
    may = {one.user_id for one in active if one.is_admin}
    asked = [one.user_id for one in active if one.user_id not in may]
    if not asked:
        return may
    by_role, in_groups = _organising(is_postgres=work.is_postgres)
    of = {"team_id": team_id, "user_ids": asked}
    ids = set((await work.execute(_ORGANISERS, {"team_id": team_id})).scalar_one_or_none() or ())
    may |= ids.intersection(asked)
    may |= {UserId(user_id) for (user_id,) in await work.execute(by_role, of)}
    if ids:
        may |= {UserId(found.user_id) for found in await work.execute(in_groups, of) if found.group_id in ids}
    return may


_ORGANISERS = select(tables.academy.c.organisers).where(*by(tables.academy, ("team_id",)))


@cache
def _organising(*, is_postgres: bool) -> tuple[Select[Any], Select[Any]]:
    """Of these people those with the role, and the user groups that they are in."""
    enrolled, member_of = enrolments_table.c, usergroup_member.c
    by_role = select(enrolled.user_id).where(
        *whose(enrolments_table, is_postgres=is_postgres), enrolled.role == Role.ORGANISER.value
    )
    in_groups = select(member_of.user_id, member_of.group_id).where(
        *whose(usergroup_member, is_postgres=is_postgres)
    )
    return by_role, in_groups


async def organisers(work: Work, *, team_id: TeamId) -> list[UserId]:
    """The people whom lists for organisers go to, ordered by id.

    They are those named by the academy, by a user group that it names, or by their role in an edition; where
    that names nobody active, the workspace's admins.
    """
    active = [
        person
        for person in await members(work, team_id=team_id)
        if not person.is_deactivated and not person.is_bot
    ]
    named = await _named_organisers(work, team_id=team_id)
    chosen = [person.user_id for person in active if person.user_id in named]
    return chosen or [person.user_id for person in active if person.is_admin]


async def named_organisers(work: Work, *, team_id: TeamId) -> list[UserId]:
    """The active people who are named as organisers in one of these ways, ordered by id; admins are not."""
    named = await _named_organisers(work, team_id=team_id)
    people = await members(work, team_id=team_id, user_ids=named)
    return [person.user_id for person in people if not person.is_deactivated and not person.is_bot]


async def _named_organisers(work: Work, *, team_id: TeamId) -> set[UserId]:
    academy = tables.academy
    query = select(academy.c.organisers).where(academy.c.team_id == team_id)
    ids: tuple[str, ...] = (await work.execute(query)).scalar_one_or_none() or ()
    in_groups = select(usergroup_member.c.user_id).where(
        usergroup_member.c.team_id == team_id, usergroup_member.c.group_id.in_(ids)
    )
    by_role = select(enrolments_table.c.user_id).where(
        enrolments_table.c.team_id == team_id, enrolments_table.c.role == Role.ORGANISER.value
    )
    found = await work.execute(in_groups.union(by_role))
    return {UserId(given) for given in ids} | {UserId(user_id) for (user_id,) in found}


def _of_group(team_id: TeamId, group_id: str) -> ColumnElement[bool]:
    return (usergroup_member.c.team_id == team_id) & (usergroup_member.c.group_id == group_id)


def _columns(value: Member | Enrolment) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _member(row: Row[Any]) -> Member:
    columns = row._mapping
    return Member(**{name: columns[name] for name in Member.__dataclass_fields__})


def _enrolment(row: Row[Any]) -> Enrolment:
    columns = {name: row._mapping[name] for name in Enrolment.__dataclass_fields__}
    return Enrolment(**columns | {"role": Role(row._mapping["role"])})

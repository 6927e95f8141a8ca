"""People and their roles, as organisers see and change them: in bulk, with an audit log, reversibly."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain import roles as domain
from bot.domain.editions import Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.refusals import Refused
from bot.domain.roles import Clash, Deed, Part, Parts, RoleChange, parts_of, told
from bot.domain.values import dataclass
from bot.services import reminders
from bot.services.homework import refresh_home
from storage import audit, editions, members
from storage import roles as stored
from storage.db import Database, Delivery, Work

ON_A_PAGE = 12
CHANGED = "roles.changed"
UNDONE = "roles.undone"
IMPORTED = "roles.imported"
"""Deeds in the audit log; their subject is `member:` and the person's id."""

IMPORT = UserId("import")
"""Who does what a roster says, in the audit log."""

_LATEST = 10
_CLASHES = 3


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person in the list."""

    member: Member
    parts: tuple[tuple[Edition, Parts], ...]
    """What they are in which edition: in all of them, or in the one that the list is about."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Part of the list of people."""

    wanted: domain.Wanted
    lines: tuple[Line, ...]
    number: int
    """From 0."""
    of: int
    """How many people there are on all pages."""
    editions: tuple[Edition, ...]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What was changed at once."""

    number: int
    edition_name: str
    changes: tuple[RoleChange, ...]
    names: Mapping[UserId, str]
    """Of those changed and of who changed them."""


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What became of a batch that was taken back."""

    restored: tuple[str, ...]
    """Names."""
    kept: tuple[tuple[str, str], ...]
    """Names of those who stay as they are now, and why."""


async def people(db: Database, *, team_id: TeamId, wanted: domain.Wanted, page: int = 0) -> Page:
    """The people of the workspace who fit, by name; a page beyond the last is the last."""
    async with db.reading() as work:
        found, lines = await _everybody(work, team_id=team_id, edition_key=wanted.edition_key)
    fitting = [line for line in lines if domain.fits(wanted, line.member, [parts for _, parts in line.parts])]
    fitting.sort(key=lambda line: (line.member.name.casefold(), line.member.user_id))
    number = max(0, min(page, (len(fitting) - 1) // ON_A_PAGE))
    return Page(
        wanted=wanted,
        lines=tuple(fitting[number * ON_A_PAGE : (number + 1) * ON_A_PAGE]),
        number=number,
        of=len(fitting),
        editions=tuple(found),
    )


async def person(db: Database, *, team_id: TeamId, user_id: UserId) -> Page:
    """One person with all their parts. Raises Refused where the workspace has none of that id."""
    async with db.reading() as work:
        found, lines = await _everybody(work, team_id=team_id, edition_key=None)
    theirs = tuple(line for line in lines if line.member.user_id == user_id)
    if not theirs:
        raise Refused("The bot does not know this person any more.")
    return Page(wanted=domain.Wanted(), lines=theirs, number=0, of=1, editions=tuple(found))


async def change(
    db: Database,
    *,
    team_id: TeamId,
    edition_key: EditionKey,
    user_ids: Collection[UserId],
    deed: Deed,
    cluster: str = "",
    by: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> Batch:
    """Change these people's parts in one edition, all or none.

    cluster: what the new part stands for; empty: what the person stood for already.
    Raises Refused, with the form's block id, where a cluster would send a second participant, for an app,
    for a deactivated account that would get a role, for a cluster with several people, and for no change.
    """
    named = " ".join(cluster.split())
    if named and len(set(user_ids)) > 1:
        raise Refused("A cluster can be named for one person at a time.", block_id="cluster")
    async with db.writing(once) as work:
        await stored.lock(work, team_id=team_id)
        parts = await _parts(work, team_id=team_id, edition_key=edition_key)
        after = {one: domain.changed(parts.get(one, ()), deed, cluster=named) for one in user_ids}
        return await apply(work, team_id=team_id, edition_key=edition_key, after=after, by=by, now=now)


async def apply(
    work: Work,
    *,
    team_id: TeamId,
    edition_key: EditionKey,
    after: Mapping[UserId, Parts],
    by: UserId,
    now: datetime,
) -> Batch:
    """As `change`, to the parts that are given, in a transaction that is open and has the lock."""
    edition = await editions.edition(work, team_id=team_id, edition_key=edition_key)
    if edition is None:
        raise Refused("This edition does not exist any more.", block_id="edition")
    known = {one.user_id: one for one in await members.members(work, team_id=team_id)}
    before = await _parts(work, team_id=team_id, edition_key=edition_key)
    changing = {one: parts for one, parts in after.items() if parts != before.get(one, ())}
    for user_id, parts in changing.items():
        _check(known.get(user_id), before.get(user_id, ()), parts)
    if not changing:
        raise Refused(f"Nothing changes: that is what they are in “{edition.name}” already.", block_id="deed")
    clashes = domain.clashes(
        _enrolments({**before, **changing}, team_id=team_id, edition_key=edition_key), changing.keys()
    )
    if clashes:
        raise Refused(
            _explained(clashes, edition, known), block_id="cluster" if len(after) == 1 else "people"
        )
    batch = await stored.next_batch(work, team_id=team_id)
    await _write(work, changing, before, edition=edition, now=now, why=f"roles:{batch}")
    made = await stored.add_changes(
        work,
        team_id=team_id,
        edition_key=edition_key,
        batch=batch,
        changes=[(one, before.get(one, ()), parts) for one, parts in changing.items()],
        changed_at=now,
        changed_by=by,
    )
    for one in made:
        await log(
            work,
            team_id=team_id,
            user_id=one.user_id,
            edition_key=edition_key,
            deed=CHANGED,
            by=by,
            now=now,
            before=one.before,
            after=one.after,
        )
    names = {one.user_id: one.name for one in known.values()}
    return Batch(number=batch, edition_name=edition.name, changes=tuple(made), names=names)


async def take_back(work: Work, *, team_id: TeamId, batch: int, by: UserId, now: datetime) -> Undone:
    """Undo a batch of changes, as far as nothing else has happened to its people since.

    In a transaction that is open. Raises Refused where it is taken back already, or nobody of it can be.
    """
    await stored.lock(work, team_id=team_id)
    found = [one for one in await stored.batch(work, team_id=team_id, batch=batch) if not one.undone_at]
    if not found:
        raise Refused("This was taken back already.")
    edition_key = found[0].edition_key
    edition = await editions.edition(work, team_id=team_id, edition_key=edition_key)
    if edition is None:
        raise Refused("This edition does not exist any more.")
    known = {one.user_id: one.name for one in await members.members(work, team_id=team_id)}
    now_are = await _parts(work, team_id=team_id, edition_key=edition_key)
    kept = {one.user_id: "changed again since" for one in found if now_are.get(one.user_id, ()) != one.after}
    wanted = {one.user_id: one.before for one in found if one.user_id not in kept}
    for clash in domain.clashes(
        _enrolments({**now_are, **wanted}, team_id=team_id, edition_key=edition_key), wanted.keys()
    ):
        kept[clash.user_id] = f"{clash.cluster} has another participant by now"
        wanted.pop(clash.user_id, None)
    if not wanted:
        reasons = "; ".join(f"{known.get(one, one)}: {why}" for one, why in list(kept.items())[:_CLASHES])
        raise Refused(f"Nothing can be taken back. {reasons}.")
    await _write(work, wanted, now_are, edition=edition, now=now, why=f"roles:{batch}:undone")
    back = [one for one in found if one.user_id in wanted]
    await stored.mark_undone(work, back, now=now)
    for one in back:
        await log(
            work,
            team_id=team_id,
            user_id=one.user_id,
            edition_key=edition_key,
            deed=UNDONE,
            by=by,
            now=now,
            before=one.after,
            after=one.before,
        )
    return Undone(
        restored=tuple(known.get(one.user_id, one.user_id) for one in back),
        kept=tuple((known.get(one, one), why) for one, why in kept.items()),
    )


async def latest(db: Database, *, team_id: TeamId) -> list[Batch]:
    """The newest changes, newest first."""
    async with db.reading() as work:
        found = await stored.latest(work, team_id=team_id, limit=_LATEST)
        names = {one.user_id: one.name for one in await members.members(work, team_id=team_id)}
        of = {one.key: one.name for one in await editions.editions(work, team_id=team_id)}
    return [
        Batch(
            number=changes[0].batch,
            edition_name=of.get(changes[0].edition_key, changes[0].edition_key),
            changes=tuple(changes),
            names=names,
        )
        for changes in found
    ]


async def log(
    work: Work,
    *,
    team_id: TeamId,
    user_id: UserId,
    edition_key: EditionKey,
    deed: str,
    by: UserId,
    now: datetime,
    before: Parts,
    after: Parts,
) -> None:
    """Enter a change of one person's parts in an edition in the audit log: CHANGED, UNDONE or IMPORTED."""
    await audit.add(
        work,
        team_id=team_id,
        done_at=now,
        done_by=by,
        deed=deed,
        subject=f"member:{user_id}",
        before=f"{edition_key}: {told(before)}",
        after=f"{edition_key}: {told(after)}",
    )


async def _everybody(
    work: Work, *, team_id: TeamId, edition_key: EditionKey | None
) -> tuple[list[Edition], list[Line]]:
    found = await editions.editions(work, team_id=team_id)
    parts: defaultdict[UserId, dict[EditionKey, list[Enrolment]]] = defaultdict(lambda: defaultdict(list))
    for one in await members.enrolments(work, team_id=team_id, edition_key=edition_key):
        parts[one.user_id][one.edition_key].append(one)
    lines = [
        Line(
            member=person,
            parts=tuple(
                (edition, parts_of(parts[person.user_id][edition.key]))
                for edition in found
                if edition.key in parts[person.user_id]
            ),
        )
        for person in await members.members(work, team_id=team_id)
        if not person.is_bot
    ]
    return found, lines


def _check(person: Member | None, before: Parts, after: Parts) -> None:
    if person is None:
        raise Refused(
            "The bot does not know one of these people. Please try again in a minute.", block_id="people"
        )
    if person.is_bot:
        raise Refused(f"{person.name} is an app, no person.", block_id="people")
    gained = domain.gains(before, after) - {Role.ALUMNUS}
    if person.is_deactivated and gained:
        raise Refused(
            f"The account of {person.name} is deactivated: it can lose a role, or become an alumnus, "
            "but not be given another.",
            block_id="people",
        )


def _explained(clashes: Sequence[Clash], edition: Edition, known: Mapping[UserId, Member]) -> str:
    told_of = []
    for clash in clashes[:_CLASHES]:
        holder = known[clash.holder_id]
        account = ", whose account is deactivated" if holder.is_deactivated else ""
        told_of.append(
            f"{clash.cluster} has a participant in “{edition.name}” already: {holder.name}{account}."
        )
    more = f" And {len(clashes) - _CLASHES} more." if len(clashes) > _CLASHES else ""
    remedy = "A cluster sends one: change that person first, or name another cluster."
    return f"{' '.join(told_of)}{more} {remedy}"


async def _parts(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> dict[UserId, Parts]:
    found: defaultdict[UserId, list[Enrolment]] = defaultdict(list)
    for one in await members.enrolments(work, team_id=team_id, edition_key=edition_key):
        found[one.user_id].append(one)
    return {user_id: parts_of(enrolled) for user_id, enrolled in found.items()}


def _enrolments(
    parts: Mapping[UserId, Parts], *, team_id: TeamId, edition_key: EditionKey
) -> list[Enrolment]:
    return [
        _enrolment(part, user_id, team_id=team_id, edition_key=edition_key)
        for user_id, own in parts.items()
        for part in own
    ]


def _enrolment(part: Part, user_id: UserId, *, team_id: TeamId, edition_key: EditionKey) -> Enrolment:
    return Enrolment(
        team_id=team_id, edition_key=edition_key, user_id=user_id, role=part.role, cluster=part.cluster
    )


async def _write(
    work: Work,
    after: Mapping[UserId, Parts],
    before: Mapping[UserId, Parts],
    *,
    edition: Edition,
    now: datetime,
    why: str,
) -> None:
    team_id, edition_key = edition.team_id, edition.key
    # All that ends goes first: two participants may exchange their clusters.
    for user_id, parts in after.items():
        for part in set(before.get(user_id, ())) - set(parts):
            await members.remove_enrolment(
                work, team_id=team_id, edition_key=edition_key, user_id=user_id, role=part.role
            )
    for one in _enrolments(after, team_id=team_id, edition_key=edition_key):
        await members.put_enrolment(work, one)
    await reminders.replan(work, team_id=team_id, now=now, edition_key=edition_key)
    for user_id in after:
        await refresh_home(work, team_id=team_id, user_id=user_id, why=f"{why}:{edition_key}", now=now)

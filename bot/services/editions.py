"""Imports editions and rosters: all the files of one call in one transaction, or none of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field, replace
from datetime import datetime

from bot.domain import calendar, differences
from bot.domain.edition_file import EditionFile, read_edition_file
from bot.domain.editions import Academy
from bot.domain.faults import Fault, Faults, decode
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.import_checks import check_removal, check_together, check_workspace
from bot.domain.members import Enrolment, Member, Role
from bot.domain.profiles import OF_ROSTER, Field, kept_against_roster, with_roster
from bot.domain.roles import Parts, goes_back, parts_of
from bot.domain.roster_file import RosterRow, find_people, read_roster
from bot.domain.values import dataclass
from bot.domain.workspace import Channel, UserGroup
from bot.services import homework, people, reminders, roles
from storage import editions, erasure, members
from storage import homework as pieces
from storage import profiles as stored_profiles
from storage import roles as stored_roles
from storage.db import Database, Work

NOTHING_CHANGED = "nothing changed"


@dataclass
class _Files:
    editions: list[EditionFile] = field(default_factory=list)
    rows: list[RosterRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    every_edition_is_read: bool = True


async def import_files(
    db: Database,
    *,
    team_id: TeamId,
    files: Sequence[tuple[str, str | bytes]],
    people: Sequence[Member],
    channels: Sequence[Channel],
    groups: Sequence[UserGroup],
    now: datetime,
) -> list[str]:
    """Take over editions (`.toml`) and rosters (`.csv`); a second time they change nothing.

    files: name and content of each. people, channels, groups: the workspace as `services.people` fetches it.
    now: instant in UTC; stamps what is queued.
    Returns a line for each thing that changed, or `NOTHING_CHANGED`, then the warnings.
    Raises Faults with all that is wrong, over all the files: nothing is changed then.
    """
    given = _read(files, team_id=team_id)
    async with db.writing(team_id=team_id) as work:
        importing = _Import(work, team_id=team_id, now=now)
        return await importing.run(given, people=people, channels=channels, groups=groups)


def _read(files: Sequence[tuple[str, str | bytes]], *, team_id: TeamId) -> _Files:
    given = _Files()
    for name, content in files:
        is_edition = name.casefold().endswith(".toml")
        try:
            text = decode(name, content)
        except Faults as wrong:
            given.faults += wrong.faults
            given.every_edition_is_read &= not is_edition
            continue
        if is_edition:
            read, faults = read_edition_file(text, file=name, team_id=team_id)
            given.faults += faults
            given.every_edition_is_read &= read is not None and read.edition.key != ""
            given.editions += [read] if read is not None else []
        elif name.casefold().endswith(".csv"):
            rows, faults = read_roster(text, file=name)
            given.rows += rows
            given.faults += faults
        else:
            remedy = "name an edition's file .toml and a roster .csv"
            given.faults.append(Fault(name, 1, "", "this is neither an edition nor a roster", remedy))
    return given


class _Import:
    def __init__(self, work: Work, *, team_id: TeamId, now: datetime) -> None:
        self._work = work
        self._team_id = team_id
        self._now = now
        self._lines: list[str] = []
        self._warnings: list[str] = []
        self._removed: dict[EditionKey, list[Homework]] = {}

    async def run(
        self,
        given: _Files,
        *,
        people: Sequence[Member],
        channels: Sequence[Channel],
        groups: Sequence[UserGroup],
    ) -> list[str]:
        faults = given.faults + check_together(given.editions)
        for read in given.editions:
            wrong, doubtful = check_workspace(read, people=people, groups=groups, channels=channels)
            # A malformed id names nobody either: once is enough.
            told = {(fault.file, fault.line, fault.field) for fault in faults}
            faults += [fault for fault in wrong if (fault.file, fault.line, fault.field) not in told]
            faults += await self._check_removal(read)
            self._warnings += [line for line in doubtful if line not in self._warnings]
        faults += await self._check_academy(given)
        placed, wrong = find_people(
            given.rows,
            people=people,
            editions=await self._edition_keys(given),
            enrolled=await members.enrolments(self._work, team_id=self._team_id),
        )
        faults += wrong + await self._check_erased(placed)
        if faults:
            raise Faults(faults)
        await self._take_over_workspace(people, groups)
        for read in given.editions:
            await self._take_over_edition(read)
        await self._take_over_roster(placed)
        return [*(self._lines or [NOTHING_CHANGED]), *self._warnings]

    async def _check_erased(self, placed: Sequence[tuple[RosterRow, Member]]) -> list[Fault]:
        ids = [person.user_id for _, person in placed]
        gone = await erasure.erased_among(self._work, team_id=self._team_id, user_ids=ids)
        problem = "this person had the bot delete all that it held on them"
        remedy = "take the line out, or ask them to type /academy first if they want to come back"
        return [row.fault("slack_id", problem, remedy) for row, person in placed if person.user_id in gone]

    async def _check_academy(self, given: _Files) -> list[Fault]:
        if any(read.academy for read in given.editions) or not given.every_edition_is_read:
            return []
        if await editions.academy(self._work, team_id=self._team_id) is not None:
            return []
        problem = "it is missing, and the workspace has no academy yet"
        return [
            read.fault(("academy",), problem, "add a table [academy] with name and timezone")
            for read in given.editions
        ]

    async def _check_removal(self, read: EditionFile) -> list[Fault]:
        team_id, key = self._team_id, read.edition.key
        known = await pieces.homeworks(self._work, team_id=team_id, edition_key=key)
        of_file = await editions.homework_of_file(self._work, team_id=team_id, edition_key=key)
        handed_in = Counter(
            one.homework_id for one in await pieces.latest_submissions(self._work, team_id=team_id)
        )
        removed, faults = check_removal(read, known=known, of_file=of_file, handed_in=handed_in)
        self._removed[key] = removed
        return faults

    async def _edition_keys(self, given: _Files) -> list[EditionKey] | None:
        if not given.every_edition_is_read:
            return None
        known = [one.key for one in await editions.editions(self._work, team_id=self._team_id)]
        return known + [read.edition.key for read in given.editions]

    async def _take_over_workspace(self, heard: Sequence[Member], groups: Sequence[UserGroup]) -> None:
        by_id = {group.id: group.user_ids for group in groups}
        await members.set_groups(self._work, team_id=self._team_id, groups=by_id)
        await people.take_over(self._work, team_id=self._team_id, people=heard, now=self._now)

    async def _take_over_edition(self, read: EditionFile) -> None:
        lines = await self._take_over_academy(read, read.academy) if read.academy is not None else []
        # Lists for organisers follow the academy's zone, whatever the edition.
        scope = None if lines else read.edition.key
        known = {
            one.id: one
            for one in await pieces.homeworks(self._work, team_id=self._team_id, edition_key=read.edition.key)
        }
        old = await editions.edition(self._work, team_id=self._team_id, edition_key=read.edition.key)
        lines += differences.edition_changes(old, read.edition)
        if old != read.edition:
            await editions.put_edition(self._work, read.edition)
        for piece in read.homework:
            lines += await self._take_over_homework(piece, known.get(piece.id))
        for piece in self._removed[read.edition.key]:
            await editions.remove_homework(self._work, team_id=self._team_id, homework_id=piece.id)
            lines.append(f"homework {piece.key}: removed, nobody had handed it in")
        if lines:
            await reminders.replan(self._work, team_id=self._team_id, now=self._now, edition_key=scope)
        self._lines += lines

    async def _take_over_academy(self, read: EditionFile, academy: Academy) -> list[str]:
        before = await editions.academy(self._work, team_id=self._team_id)
        if before is not None and not read.says_retention:
            academy = replace(academy, retention=before.retention)
        await editions.put_academy(self._work, academy)
        return differences.academy_changes(before, academy)

    async def _take_over_homework(self, piece: Homework, before: Homework | None) -> list[str]:
        if before is None:
            # Removed and brought back: its old messages keep their keys, so it must not use them again.
            used = await editions.last_revision(self._work, team_id=self._team_id, homework_id=piece.id)
            await pieces.put_homework(self._work, replace(piece, revision=used + 1))
            await self._announce_opening(piece)
        elif piece != replace(before, revision=piece.revision):
            after = replace(piece, revision=before.revision + 1)
            await pieces.put_homework(self._work, after)
            await homework.announce_change(self._work, homework=after, before=before, now=self._now)
            if after.opens != before.opens:
                await self._announce_opening(after)
        await editions.name_in_file(self._work, team_id=self._team_id, homework_id=piece.id)
        return differences.homework_changes(before, piece)

    async def _announce_opening(self, piece: Homework) -> None:
        # What is open already is told nobody: an academy that begins with the bot half-way
        # would get all of it at once.
        if calendar.instant(piece.opens, piece.zone) > self._now:
            await homework.announce_opening(self._work, homework=piece, now=self._now)

    async def _take_over_roster(self, placed: Sequence[tuple[RosterRow, Member]]) -> None:
        changed = await self._take_over_profiles(placed)
        touched = await self._take_over_enrolments(placed)
        for edition_key in sorted(touched):
            await reminders.replan(self._work, team_id=self._team_id, now=self._now, edition_key=edition_key)
        for user_id in changed:
            await reminders.replan(self._work, team_id=self._team_id, now=self._now, user_id=user_id)
        for person in {person.user_id: person for _, person in placed}.values():
            if person.is_deactivated:
                who = f"{person.name} ({person.user_id})"
                self._warnings.append(f"warning: {who} is deactivated in Slack and will hear nothing")

    async def _take_over_profiles(self, placed: Sequence[tuple[RosterRow, Member]]) -> list[UserId]:
        ids = [person.user_id for _, person in placed]
        known = {
            one.user_id: one for one in await members.members(self._work, team_id=self._team_id, user_ids=ids)
        }
        profiles = await stored_profiles.profiles(self._work, team_id=self._team_id, user_ids=ids)
        after = dict(known)
        for row, person in placed:
            profile = profiles.get(person.user_id)
            told = _told(row)
            if profile is not None:
                before = after[person.user_id]
                kept = kept_against_roster(before, told, cluster=row.cluster, profile=profile)
                self._note_own_word(person, kept)
            own = profile.own if profile is not None else ()
            after[person.user_id] = with_roster(after[person.user_id], told, own=own)
        changed = [user_id for user_id in known if known[user_id] != after[user_id]]
        for user_id in changed:
            await members.put_member(self._work, after[user_id])
            self._lines += differences.member_changes(known[user_id], after[user_id])
        return [one for one in changed if known[one].country != after[one].country]

    def _note_own_word(self, person: Member, kept: Sequence[Field]) -> None:
        if kept:
            fields = ", ".join(kept)
            who = f"{person.name} ({person.user_id})"
            self._warnings.append(f"note: {who} says otherwise in their profile, and it stays: {fields}")

    async def _take_over_enrolments(self, placed: Sequence[tuple[RosterRow, Member]]) -> set[EditionKey]:
        known = await members.enrolments(self._work, team_id=self._team_id)
        changes: list[tuple[list[Enrolment], list[Enrolment]]] = []
        told: dict[tuple[UserId, EditionKey], tuple[Parts, Parts]] = {}
        names = {person.user_id: person.name for _, person in placed}
        made_alumni = await stored_roles.made_alumni(self._work, team_id=self._team_id)
        for edition_key, user_id in dict.fromkeys((row.edition, person.user_id) for row, person in placed):
            before = [one for one in known if (one.edition_key, one.user_id) == (edition_key, user_id)]
            rows = [row for row, person in placed if (row.edition, person.user_id) == (edition_key, user_id)]
            rows = [self._not_back(row, names[user_id], before, made_alumni) for row in rows]
            by_role = {row.role: _enrolment(row, user_id, before, team_id=self._team_id) for row in rows}
            after = list(by_role.values())
            lines = differences.enrolment_changes(names[user_id], before, after)
            self._lines += lines
            if lines:
                changes.append((before, after))
                told[user_id, edition_key] = (parts_of(before), parts_of(after))
        # All that ends goes first: two participants may exchange their clusters.
        for one in _all(before for before, _ in changes):
            await members.remove_enrolment(
                self._work,
                team_id=one.team_id,
                edition_key=one.edition_key,
                user_id=one.user_id,
                role=one.role,
            )
        for one in _all(after for _, after in changes):
            await members.put_enrolment(self._work, one)
        for (user_id, edition_key), (was, is_now) in told.items():
            await roles.log(
                self._work,
                team_id=self._team_id,
                user_id=user_id,
                edition_key=edition_key,
                deed=roles.IMPORTED,
                by=roles.IMPORT,
                now=self._now,
                before=was,
                after=is_now,
            )
        return {one.edition_key for one in _all(after for _, after in changes)}

    def _not_back(
        self,
        row: RosterRow,
        name: str,
        before: Sequence[Enrolment],
        made_alumni: Collection[tuple[EditionKey, UserId]],
    ) -> RosterRow:
        """The row; as one of an alumnus where organisers have made its participant one in Slack since."""
        reached = [one.role for one in before if (one.edition_key, one.user_id) in made_alumni]
        if not goes_back(reached, row.role):
            return row
        who = f"{name} ({before[0].user_id})"
        self._warnings.append(f"note: {who} became an alumnus of {row.edition} in Slack, and stays one")
        return replace(row, role=Role.ALUMNUS)


def _all(lists: Iterable[list[Enrolment]]) -> list[Enrolment]:
    return [one for each in lists for one in each]


def _told(row: RosterRow) -> dict[Field, object]:
    return {one: getattr(row, one) for one in OF_ROSTER}


def _enrolment(row: RosterRow, user_id: UserId, before: Sequence[Enrolment], *, team_id: TeamId) -> Enrolment:
    known = next((one.cluster for one in before if one.cluster), "")
    return Enrolment(
        team_id=team_id,
        edition_key=row.edition,
        user_id=user_id,
        role=row.role,
        cluster=row.cluster or known,
    )

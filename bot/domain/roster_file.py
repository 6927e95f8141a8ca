"""Reads rosters, and finds in the workspace the people whom they name, or says all that is wrong."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from bot.domain.countries import COUNTRIES, MEANT
from bot.domain.faults import Fault, nearest
from bot.domain.ids import EditionKey, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.values import dataclass

COLUMNS = (
    "slack_id",
    "email",
    "name",
    "role",
    "edition",
    "cluster",
    "country",
    "sectors",
    "languages",
    "expertise",
)
_LONGEST_FIELD = 300


@dataclass(frozen=True, kw_only=True)
class RosterRow:
    """One line of a roster. An empty field says nothing: what is known of the person stays."""

    file: str
    line: int
    slack_id: str
    email: str
    """As written; compared whatever its case."""
    name: str
    """For those who read the file; Slack's own name is what the bot shows."""
    role: Role
    edition: EditionKey
    cluster: str
    country: str
    """ISO 3166-1 alpha-2, upper case."""
    sectors: tuple[str, ...]
    languages: tuple[str, ...]
    expertise: tuple[str, ...]

    def fault(self, column: str, problem: str, remedy: str) -> Fault:
        """A fault in this line."""
        return Fault(self.file, self.line, column, problem, remedy)


def read_roster(text: str, *, file: str) -> tuple[list[RosterRow], list[Fault]]:
    """The lines of a roster that can be read, and what is wrong with the others.

    text: CSV with a header line; file: the name to put into the faults.
    """
    cells = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[RosterRow] = []
    faults: list[Fault] = []
    columns: list[str] | None = None
    line = 1
    try:
        for found in cells:
            values = [value.strip() for value in found]
            if not any(values):
                pass
            elif columns is None:
                columns = [value.casefold() for value in values]
                faults = _header_faults(values, file=file, line=line)
                if faults:
                    return [], faults
            elif len(values) != len(columns):
                faults.append(_count_fault(file, line, len(values), len(columns)))
            elif row := _row(dict(zip(columns, values, strict=True)), file, line, faults):
                rows.append(row)
            line = cells.line_num + 1
    except csv.Error as wrong:
        remedy = "look for a quote that is opened and not closed, or something behind a closing quote"
        faults.append(Fault(file, line, "", f"this is not CSV ({wrong})", remedy))
    if columns is None and not faults:
        remedy = f"begin with a line that names the columns: {','.join(COLUMNS)}"
        faults.append(Fault(file, 1, "", "the file is empty", remedy))
    elif not rows and not faults:
        faults.append(Fault(file, 1, "", "there is nobody in it", "add a line for each person"))
    return rows, faults


def find_people(
    rows: Sequence[RosterRow],
    *,
    people: Iterable[Member],
    editions: Collection[EditionKey] | None,
    enrolled: Iterable[Enrolment],
) -> tuple[list[tuple[RosterRow, Member]], list[Fault]]:
    """The person of each row, and what is wrong with the rows beside the workspace and each other.

    rows: those of every roster of one import.
    people: everybody in the workspace, as Slack tells.
    editions: the keys that may be named; None where that is not known, since an edition's file is faulty.
    enrolled: those who are enrolled before this import.
    """
    workspace = _People(people)
    found: list[tuple[RosterRow, Member]] = []
    faults: list[Fault] = []
    for row in rows:
        if editions is not None and row.edition not in editions:
            faults.append(_edition_fault(row, editions))
        person = workspace.find(row)
        if isinstance(person, Fault):
            faults.append(person)
        else:
            found.append((row, person))
    faults += _repeated(found)
    faults += _second_participants(found, enrolled=enrolled, names=workspace.names)
    return found, faults


def cluster_name(cluster: str) -> str:
    """What two spellings of a cluster's name have in common: neither case nor blanks count."""
    return " ".join(cluster.casefold().split())


class _People:
    def __init__(self, people: Iterable[Member]) -> None:
        self._by_id: dict[str, Member] = {}
        self._by_email: defaultdict[str, list[Member]] = defaultdict(list)
        for person in people:
            self._by_id[person.user_id] = person
            if person.email:
                self._by_email[person.email.casefold()].append(person)
        self.names = {UserId(user_id): person.name for user_id, person in self._by_id.items()}

    def find(self, row: RosterRow) -> Member | Fault:
        by_id = self._by_id.get(row.slack_id) if row.slack_id else None
        by_email = self._by_email.get(row.email.casefold(), []) if row.email else []
        active = [person for person in by_email if not person.is_deactivated]
        if row.slack_id and by_id is None:
            return row.fault("slack_id", f'nobody in the workspace has the id "{row.slack_id}"', _WHO)
        if row.email and not by_email:
            return row.fault("email", f"nobody in the workspace has the address {row.email}", _WHO)
        if by_id is not None and row.email and by_id not in by_email:
            return row.fault(
                "email",
                f"{row.slack_id} is {by_id.name}, and {row.email} is {by_email[0].name}",
                "leave the one that is right",
            )
        if by_id is None and len(active or by_email) > 1:
            ids = ", ".join(person.user_id for person in active or by_email)
            problem = f"{len(active or by_email)} people in the workspace have the address {row.email}"
            return row.fault("email", problem, f"name the right one by slack_id: {ids}")
        person = by_id or (active or by_email)[0]
        if person.is_bot:
            column = "slack_id" if row.slack_id else "email"
            return row.fault(column, f"{person.name} is an app, no person", "name a person")
        return person


_WHO = "look at the person's profile in Slack, or invite them to the workspace first"


def _repeated(found: Sequence[tuple[RosterRow, Member]]) -> list[Fault]:
    faults: list[Fault] = []
    before: dict[tuple[UserId, EditionKey, Role], RosterRow] = {}
    for row, person in found:
        key = (person.user_id, row.edition, row.role)
        if key in before:
            problem = f"{person.name} is {row.role} of {row.edition} in {_place(before[key], row)} already"
            faults.append(row.fault("", problem, "take one of the two lines away"))
        before.setdefault(key, row)
    return faults


def _second_participants(
    found: Sequence[tuple[RosterRow, Member]], *, enrolled: Iterable[Enrolment], names: dict[UserId, str]
) -> list[Fault]:
    named = {(row.edition, person.user_id) for row, person in found}
    # A row replaces what its person was in that edition, so only the others hold their clusters.
    held = {
        (
            one.edition_key,
            cluster_name(one.cluster),
        ): f"{names.get(one.user_id, one.user_id)}, enrolled before"
        for one in enrolled
        if one.role is Role.PARTICIPANT and one.cluster and (one.edition_key, one.user_id) not in named
    }
    clusters = {
        (one.edition_key, one.user_id): one.cluster for one in enrolled if one.role is Role.PARTICIPANT
    }
    faults: list[Fault] = []
    first: dict[tuple[EditionKey, str], tuple[RosterRow, UserId]] = {}
    for row, person in found:
        cluster = row.cluster or clusters.get((row.edition, person.user_id), "")
        if row.role is not Role.PARTICIPANT or not cluster:
            continue
        key = (row.edition, cluster_name(cluster))
        other = held.get(key, "")
        if key in first and first[key][1] != person.user_id:
            other = _place(first[key][0], row)
        if other:
            problem = f"{cluster} has a participant in {row.edition} already ({other})"
            remedy = "a cluster sends one: take this line away, or give the other person another role"
            faults.append(row.fault("cluster", problem, remedy))
        first.setdefault(key, (row, person.user_id))
    return faults


def _header_faults(names: list[str], *, file: str, line: int) -> list[Fault]:
    alone = len(names) == 1
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        if alone and sign in names[0]:
            problem = f"the columns are separated by {called}"
            remedy = "separate them by commas, and lists inside a field by semicolons"
            return [Fault(file, line, "", problem, remedy)]
    known = [name.casefold() for name in names if name.casefold() in COLUMNS]
    if not known:
        remedy = f"begin with a line that names the columns: {','.join(COLUMNS)}"
        return [Fault(file, line, "", "the first line names no column", remedy)]
    faults = []
    for name, times in Counter(name.casefold() for name in names).items():
        if name not in COLUMNS:
            meant = nearest(name, COLUMNS)
            remedy = f"did you mean {meant}" if meant else f"the columns are {', '.join(COLUMNS)}"
            faults.append(Fault(file, line, name or "(no name)", "there is no such column", remedy))
        elif times > 1:
            faults.append(Fault(file, line, name, "the column is there twice", "take one of them away"))
    for needed in ("role", "edition"):
        if needed not in known:
            faults.append(Fault(file, line, needed, "the column is missing", "add it"))
    if "slack_id" not in known and "email" not in known:
        problem = "no column says who the person is"
        faults.append(Fault(file, line, "slack_id", problem, "add a column slack_id or email"))
    return faults


def _row(values: dict[str, str], file: str, line: int, faults: list[Fault]) -> RosterRow | None:
    wrong: list[Fault] = []

    def fault(column: str, problem: str, remedy: str) -> None:
        wrong.append(Fault(file, line, column, problem, remedy))

    def value(column: str) -> str:
        return values.get(column, "")

    for column in COLUMNS:
        if len(value(column)) > _LONGEST_FIELD:
            fault(column, f"it has {len(value(column))} characters", f"keep it to {_LONGEST_FIELD}")
    if not value("slack_id") and not value("email"):
        fault("slack_id", "nothing says who the person is", "fill in slack_id or email")
    if value("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+", value("email")):
        fault("email", f'"{value("email")}" is no e-mail address', "write one such as name@example.org")
    roles = [role.value for role in Role]
    role = value("role").casefold()
    if role not in roles:
        meant = nearest(role, roles) if role else None
        problem = f'there is no role "{value("role")}"' if role else "it is empty"
        fault("role", problem, f"did you mean {meant}" if meant else f"write one of {', '.join(roles)}")
    if not value("edition"):
        fault("edition", "it is empty", "write the edition's key, such as cba-2")
    country = value("country").upper()
    if country and country not in COUNTRIES:
        remedy = "write the two letters of ISO 3166, such as FI"
        if country in MEANT:
            remedy = f"write {MEANT[country]}"
        fault("country", f'there is no country "{value("country")}"', remedy)
    faults += wrong
    if wrong:
        return None
    return RosterRow(
        file=file,
        line=line,
        slack_id=value("slack_id"),
        email=value("email"),
        name=value("name"),
        role=Role(role),
        edition=EditionKey(value("edition")),
        cluster=value("cluster"),
        country=country,
        sectors=_listed(value("sectors")),
        languages=_listed(value("languages")),
        expertise=_listed(value("expertise")),
    )


def _listed(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in value.split(";") if one.strip()))


def _count_fault(file: str, line: int, found: int, wanted: int) -> Fault:
    problem = f"the line has {found} fields and the header {wanted}"
    return Fault(file, line, "", problem, "put quotes around a field with a comma in it, keep empty ones")


def _edition_fault(row: RosterRow, editions: Collection[EditionKey]) -> Fault:
    meant = nearest(row.edition, editions)
    remedy = f"did you mean {meant}" if meant else "import the edition's file with it, or before"
    return row.fault("edition", f'there is no edition "{row.edition}"', remedy)


def _place(other: RosterRow, row: RosterRow) -> str:
    return f"line {other.line}" if other.file == row.file else f"{other.file}, line {other.line}"

"""Reads an edition's TOML file into the academy, the edition and its homework, or into all its faults."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, time, timedelta
from typing import Any

from bot.domain import toml_lines
from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.faults import Fault, nearest
from bot.domain.homework import DEFAULT_REMIND, DEFAULT_REMIND_AT, Homework
from bot.domain.ids import ChannelId, EditionKey, HomeworkId, TeamId, homework_id
from bot.domain.retention import KINDS, LONGEST_DAYS, Retention
from bot.domain.toml_lines import Path
from bot.domain.toml_tables import Table
from bot.domain.values import dataclass

ACADEMY_KEYS = ("name", "timezone", "organisers", "questions", "announcements", "second_approval")
EDITION_KEYS = ("key", "name", "timezone", "channel")
DAY_KEYS = ("date", "kind", "title", "starts", "ends", "place")
HOMEWORK_KEYS = (
    "key",
    "title",
    "brief",
    "opens",
    "due",
    "remind",
    "remind_at",
    "remind_from",
    "remind_until",
)

LONGEST_BRIEF = 3000
"""Characters: as many as a form in Slack takes in one field."""
_LONGEST_KEY = 60
_MOST_DAYS_BEFORE = 365


@dataclass(frozen=True, kw_only=True)
class EditionFile:
    """What a file says, and where."""

    file: str
    academy: Academy | None
    """None where the file leaves the academy as it is."""
    edition: Edition
    homework: tuple[Homework, ...]
    """In the file's order; each with revision 1. Those that cannot be read are left out."""
    named: frozenset[HomeworkId]
    """Every homework that the file names, those that cannot be read too."""
    lines: Mapping[Path, int] = field(repr=False)
    says_retention: bool = False
    """Whether the file says how long things are kept; where it does not, that stays as it is."""

    def fault(self, path: Path, problem: str, remedy: str) -> Fault:
        """A fault at a key, found out after reading."""
        name = ".".join(part for part in path if isinstance(part, str))
        while path and path not in self.lines:
            path = path[:-1]
        return Fault(self.file, self.lines.get(path, 1), name, problem, remedy)


def read_edition_file(text: str, *, file: str, team_id: TeamId) -> tuple[EditionFile | None, list[Fault]]:
    """What an edition file says, as far as it can be read, and everything that is wrong with it.

    None where it cannot be read at all; to be taken over only where nothing is wrong.
    text: TOML, as the contract's edition file; file: the name to put into the faults.
    """
    text = text.replace("\r\n", "\n")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        return None, [_syntax_fault(text, file, str(wrong))]
    return _Reader(tables, file=file, team_id=team_id, lines=toml_lines.lines(text)).read()


class _Reader:
    def __init__(self, tables: dict[str, Any], *, file: str, team_id: TeamId, lines: dict[Path, int]) -> None:
        self._tables = tables
        self._file = file
        self._team_id = team_id
        self._lines = lines
        self._faults: list[Fault] = []
        self._named: set[HomeworkId] = set()

    def read(self) -> tuple[EditionFile, list[Fault]]:
        top = self._table((), self._tables)
        top.refuse_unknown(("academy", "retention", "edition", "day", "homework"))
        academy = self._academy() if "academy" in self._tables else None
        if academy is None and "retention" in self._tables:
            top.fault("retention", "it belongs to the academy", "let a table [academy] stand above it")
        if "edition" not in self._tables:
            top.fault("edition", "it is missing", "add a table [edition] with key, name and timezone")
            edition = Edition(team_id=self._team_id, key=EditionKey(""), name="", timezone="")
        else:
            edition = self._edition()
        homework = self._homework(edition)
        read = EditionFile(
            file=self._file,
            academy=academy,
            edition=edition,
            homework=homework,
            named=frozenset(self._named),
            lines=self._lines,
            says_retention="retention" in self._tables,
        )
        return read, sorted(self._faults)

    def _table(self, path: Path, values: dict[str, Any]) -> Table:
        return Table(values, file=self._file, path=path, lines=self._lines, faults=self._faults)

    def _single(self, name: str) -> Table:
        values = self._tables[name]
        if not isinstance(values, dict):
            self._table((), self._tables).fault(name, "it is not one table", f"write [{name}], once")
            tables = [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
            return self._table((name, 0) if tables else (name,), tables[0] if tables else {})
        return self._table((name,), values)

    def _several(self, name: str) -> list[Table]:
        values = self._tables.get(name, [])
        if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
            problem = "it is not a list of tables"
            self._table((), self._tables).fault(name, problem, f"write [[{name}]] above each of them")
            return []
        return [self._table((name, place), one) for place, one in enumerate(values)]

    def _academy(self) -> Academy:
        table = self._single("academy")
        table.refuse_unknown(ACADEMY_KEYS)
        announcements = table.one_id("announcements", prefixes="CG", what="a channel")
        questions = table.ids("questions", prefixes="CG", what="a channel")
        return Academy(
            team_id=self._team_id,
            name=table.text("name"),
            timezone=table.zone("timezone"),
            organisers=table.ids("organisers", prefixes="UWS", what="a person or user group"),
            question_channels=tuple(ChannelId(one) for one in questions),
            announcements_channel=ChannelId(announcements) if announcements else None,
            second_approval=table.truth("second_approval"),
            retention=self._retention(),
        )

    def _retention(self) -> Retention:
        if "retention" not in self._tables:
            return Retention()
        table = self._single("retention")
        table.refuse_unknown(KINDS)
        usual = Retention()
        return Retention(
            **{kind: table.number(kind, otherwise=getattr(usual, kind), most=LONGEST_DAYS) for kind in KINDS}
        )

    def _edition(self) -> Edition:
        table = self._single("edition")
        table.refuse_unknown(EDITION_KEYS)
        channel = table.one_id("channel", prefixes="CG", what="a channel")
        return Edition(
            team_id=self._team_id,
            key=EditionKey(_key(table)),
            name=table.text("name"),
            timezone=table.zone("timezone"),
            channel_id=ChannelId(channel) if channel else None,
            days=self._days(),
        )

    def _days(self) -> tuple[Day, ...]:
        days: list[Day] = []
        for table in self._several("day"):
            table.refuse_unknown(DAY_KEYS)
            on = table.on("date", required=True)
            kind = self._kind(table)
            starts, ends = table.at("starts"), table.at("ends")
            if starts and ends and ends <= starts:
                table.fault("ends", f"it ends at {ends:%H:%M} and starts at {starts:%H:%M}", "swap the two")
            title = table.text("title")
            place = table.text("place", required=False)
            if on is None:
                continue
            day = Day(on=on, kind=kind, title=title, starts=starts, ends=ends, place=place)
            if day in days:
                table.fault("", "the same day stands here twice", "take one of the two away")
            days.append(day)
        return tuple(sorted(days, key=lambda day: (day.on, day.starts or time.min)))

    def _kind(self, table: Table) -> DayKind:
        given = table.text("kind")
        kinds = [kind.value for kind in DayKind]
        if given in kinds or not given:
            return DayKind(given or DayKind.ONLINE)
        meant = nearest(given, kinds)
        remedy = f'did you mean "{meant}"' if meant else 'write "online" or "in-person"'
        table.fault("kind", f'there is no kind "{given}"', remedy)
        return DayKind.ONLINE

    def _homework(self, edition: Edition) -> tuple[Homework, ...]:
        pieces: list[Homework] = []
        lines: dict[str, int] = {}
        for table in self._several("homework"):
            table.refuse_unknown(HOMEWORK_KEYS)
            key = _key(table)
            if key.casefold() in lines:
                before = lines[key.casefold()]
                table.fault("key", f'"{key}" is also the key of line {before}', "give each homework its own")
            elif key:
                lines[key.casefold()] = table.line("key")
            self._named.add(homework_id(edition.key, key))
            piece = self._piece(table, key, edition)
            if piece is not None:
                pieces.append(piece)
        return tuple(pieces)

    def _piece(self, table: Table, key: str, edition: Edition) -> Homework | None:
        title = table.text("title")
        # A form in Slack may leave it empty; a file that leaves it out has forgotten it.
        brief = table.text("brief", required="brief" not in table, longest=LONGEST_BRIEF)
        opens, due = table.moment("opens"), table.moment("due")
        remind = _remind(table)
        remind_at = table.at("remind_at")
        remind_from, remind_until = table.on("remind_from"), table.on("remind_until")
        if due is not None and due.time() == time.min:
            _refuse_midnight(table, due)
        if opens is not None and due is not None and due <= opens:
            problem = f"it is due on {_shown(due)} and opens on {_shown(opens)}"
            table.fault("due", problem, "let it be due after it opens")
        if remind_from and remind_until and remind_until < remind_from:
            table.fault("remind_until", "it lies before remind_from", "swap the two")
        if opens is None or due is None:
            return None
        return Homework(
            team_id=self._team_id,
            id=homework_id(edition.key, key),
            edition_key=edition.key,
            key=key,
            title=title,
            brief=brief,
            zone=edition.timezone,
            opens=opens,
            due=due,
            remind=remind,
            remind_at=remind_at or DEFAULT_REMIND_AT,
            remind_from=remind_from,
            remind_until=remind_until,
        )


def _key(table: Table) -> str:
    key = table.text("key", longest=_LONGEST_KEY)
    if key and not re.fullmatch(r"[A-Za-z0-9._-]+", key):
        mended = re.sub(r"[^A-Za-z0-9._]+", "-", key).strip("-")
        remedy = "use letters, digits, hyphens and dots"
        if mended:
            remedy += f': "{mended}"'
        table.fault("key", f'"{key}" has a slash, a blank or another sign in it', remedy)
    return key


def _remind(table: Table) -> tuple[str, ...]:
    given = table.texts("remind", example='["7d", "1d", "0d"]')
    if given is None:
        return DEFAULT_REMIND
    for one in given:
        days = re.fullmatch(r"(0|[1-9][0-9]{0,3})d", one)
        if days is None:
            table.fault("remind", f'"{one}" is no number of days', 'write days before such as "7d", "0d"')
        elif int(days[1]) > _MOST_DAYS_BEFORE:
            table.fault("remind", f'"{one}" is more than a year before', f"keep to {_MOST_DAYS_BEFORE} days")
    return given


def _refuse_midnight(table: Table, due: datetime) -> None:
    before = (due - timedelta(days=1)).replace(hour=23, minute=59)
    same = due.replace(hour=23, minute=59)
    problem = f"midnight of {due:%Y-%m-%d} may mean the evening before it or its own"
    remedy = f"write {before.isoformat()} or {same.isoformat()}"
    table.fault("due", problem, remedy)


def _shown(wall: datetime) -> str:
    return f"{wall:%Y-%m-%d %H:%M}"


def _syntax_fault(text: str, file: str, message: str) -> Fault:
    at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    number = int(at[1]) if at else text.rstrip("\n").count("\n") + 1
    problem = message[: at.start()] if at else message.replace(" (at end of document)", " at the end")
    line = [*text.split("\n"), ""][number - 1]
    if re.search(r"(?<![\d:])24:00", line):
        remedy = "there is no 24:00: write 23:59:00 of the day"
    elif re.search(r"(?<![\d:])\d{1,2}:\d{2}(?![\d:])", line) and '"' not in line:
        remedy = "write times with two digits each and seconds, such as 09:30:00"
    else:
        remedy = f"mend this line: {line.strip()[:80]}" if line.strip() else "look at the lines above it"
    return Fault(file, number, "", f"this is not TOML: {problem[:1].lower()}{problem[1:]}", remedy)

"""Reads a CSV of questions and answers, or says all that is wrong with it, by line."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from bot.domain import calendar
from bot.domain.faults import Fault, nearest
from bot.domain.past import PastAnswer, PastQuestion, Someone
from bot.domain.questions import titled
from bot.domain.values import dataclass

COLUMNS = (
    "id",
    "asked_at",
    "asked_by",
    "question",
    "detail",
    "topic",
    "answer",
    "answered_by",
    "answered_at",
    "accepted",
)
NEEDED = ("asked_at", "question")
LONGEST = 40_000
"""Characters of a question, its detail or an answer: as many as a message of Slack's has."""
LONGEST_TOPIC = 75

_YES = {"yes", "y", "true", "1", "x", "✓", "✅"}
_NO = {"", "no", "n", "false", "0", "-"}
_NOBODY = "somebody of the earlier group"
_FIELD_LIMIT = 10_000_000


@dataclass(frozen=True)
class _Row:
    line: int
    key: tuple[str, ...]
    """The same for rows that tell of the same question."""
    question: PastQuestion
    answer: PastAnswer | None


def read_questions(
    text: str, *, file: str, zone: str, now: datetime
) -> tuple[list[PastQuestion], list[Fault]]:
    """The questions of a CSV, in its order, and what is wrong with it.

    Columns: `question`, `asked_at` (a date, or date and time), and as wanted `id`, `asked_by`, `detail`,
    `topic`, `answer`, `answered_by`, `answered_at`, `accepted`; separated by commas, semicolons or tabs. A
    further answer is a further line with the same `id` or, without ids, the same question, date and asker.
    Where there is no column `accepted`, the first answer is the accepted one.
    file: the name to put into the faults. zone: IANA, of wall times. now: nothing was asked later.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    cells = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[_Row] = []
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
                if faults := _header_faults(columns, file=file, line=line):
                    return [], faults
            elif len(values) != len(columns):
                problem = f"the line has {len(values)} fields and the header {len(columns)}"
                remedy = "put quotes around a field with a separator in it, keep empty ones"
                faults.append(Fault(file, line, "", problem, remedy))
            else:
                reading = _Reading(dict(zip(columns, values, strict=True)), file, line, zone, now)
                if row := reading.row():
                    rows.append(row)
                faults += reading.faults
            line = cells.line_num + 1
    except csv.Error as wrong:
        remedy = "look for a quote that is opened and not closed, or something behind a closing quote"
        faults.append(Fault(file, line, "", f"this is not CSV ({wrong})", remedy))
    if columns is None and not faults:
        remedy = f"begin with a line that names the columns: {','.join(COLUMNS)}"
        faults.append(Fault(file, 1, "", "the file is empty", remedy))
    elif not rows and not faults:
        faults.append(Fault(file, 1, "", "there is no question in it", "add a line for each"))
    questions = _gathered(rows, file, faults, has_accepted="accepted" in (columns or ()))
    return ([], faults) if faults else (questions, [])


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _header_faults(names: Sequence[str], *, file: str, line: int) -> list[Fault]:
    if not set(names) & set(COLUMNS):
        remedy = f"begin with a line that names the columns: {','.join(COLUMNS)}"
        return [Fault(file, line, "", "the first line names no column", remedy)]
    faults = []
    for name, times in Counter(names).items():
        if name not in COLUMNS:
            meant = nearest(name, COLUMNS)
            remedy = f"did you mean {meant}" if meant else f"the columns are {', '.join(COLUMNS)}"
            faults.append(Fault(file, line, name or "(no name)", "there is no such column", remedy))
        elif times > 1:
            faults.append(Fault(file, line, name, "the column is there twice", "take one of them away"))
    missing = [needed for needed in NEEDED if needed not in names]
    return faults + [Fault(file, line, needed, "the column is missing", "add it") for needed in missing]


class _Reading:
    """One line."""

    def __init__(self, values: dict[str, str], file: str, line: int, zone: str, now: datetime) -> None:
        self._values = values
        self._file = file
        self._line = line
        self._zone = zone
        self._now = now
        self.faults: list[Fault] = []

    def row(self) -> _Row | None:
        """What it tells; None where something is wrong, which is in `faults` then."""
        for column in ("question", "detail", "answer"):
            if len(self._value(column)) > LONGEST:
                self._fault(
                    column, f"it has {len(self._value(column)):,} characters", f"keep it to {LONGEST:,}"
                )
        if not self._value("question"):
            self._fault("question", "it is empty", "write what was asked, or take the line away")
        if len(self._value("topic")) > LONGEST_TOPIC:
            self._fault("topic", f"it has {len(self._value('topic'))} characters", "write one or two words")
        asked_at = self._instant("asked_at", needed=True)
        answer = self._answer(asked_at)
        if self.faults or asked_at is None:
            return None
        title, detail = titled(self._value("question"))
        named = sha256(f"{asked_at.isoformat()}\n{self._value('question')}".encode()).hexdigest()
        question = PastQuestion(
            source=f"csv:{named[:32]}",
            by=_someone(self._value("asked_by")),
            asked_at=asked_at,
            title=title,
            detail="\n\n".join(part for part in (detail, self._value("detail")) if part),
            topic=self._value("topic"),
        )
        key = (self._value("id"),) if self._value("id") else (named, self._value("asked_by"))
        return _Row(self._line, key, question, answer)

    def _answer(self, asked_at: datetime | None) -> PastAnswer | None:
        answered_at = self._instant("answered_at")
        accepted = self._value("accepted").casefold()
        if accepted not in _YES | _NO:
            self._fault("accepted", f'"{self._value("accepted")}" is neither yes nor no', "write yes or no")
        if not self._value("answer"):
            for column in ("answered_by", "answered_at"):
                if self._value(column):
                    self._fault(column, "there is no answer in this line", "write the answer, or empty this")
            if accepted in _YES:
                self._fault("accepted", "there is no answer in this line", "write the answer, or no")
            return None
        if answered_at is not None and asked_at is not None and answered_at < asked_at:
            self._fault(
                "answered_at", "it is before the question was asked", "look which of the two is wrong"
            )
        at = answered_at or asked_at
        if at is None:
            return None
        by = _someone(self._value("answered_by"))
        return PastAnswer(by=by, text=self._value("answer"), answered_at=at, is_accepted=accepted in _YES)

    def _instant(self, column: str, *, needed: bool = False) -> datetime | None:
        written = self._value(column)
        if not written:
            if needed:
                self._fault(column, "it is empty", "write a date such as 2021-05-03")
            return None
        try:
            read = datetime.fromisoformat(written)
            at = calendar.instant(read, self._zone) if read.tzinfo is None else read.astimezone(UTC)
        except (ValueError, OverflowError):
            self._fault(
                column, f'"{written[:40]}" is no date', "write one such as 2021-05-03 or 2021-05-03 14:30"
            )
            return None
        if at > self._now:
            self._fault(column, f"{written} is in the future", "look at the year")
            return None
        return at

    def _value(self, column: str) -> str:
        return self._values.get(column, "")

    def _fault(self, column: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(self._file, self._line, column, problem, remedy))


def _someone(written: str) -> Someone:
    if not written:
        return Someone(name=_NOBODY)
    if "@" in written.strip("@"):
        return Someone(name=written.partition("@")[0], email=written)
    # A Slack id is a name, too, where the workspace knows nobody of that id.
    return Someone(name=written.lstrip("@"), user_id=written)


def _gathered(
    rows: Sequence[_Row], file: str, faults: list[Fault], *, has_accepted: bool
) -> list[PastQuestion]:
    first: dict[tuple[str, ...], _Row] = {}
    answers: dict[tuple[str, ...], list[PastAnswer]] = {}
    for row in rows:
        begun = first.setdefault(row.key, row)
        if begun.question.title != row.question.title:
            problem = f"it is another question than in line {begun.line}, with the same id"
            faults.append(Fault(file, row.line, "id", problem, "give it another id, or the same question"))
        given = answers.setdefault(row.key, [])
        if row.answer is not None:
            if row.answer.is_accepted and any(one.is_accepted for one in given):
                problem = "another answer to this question is accepted already"
                faults.append(Fault(file, row.line, "accepted", problem, "leave one of them"))
            given.append(row.answer)
    return [
        replace(row.question, answers=tuple(_accepting(answers[key], has_accepted)))
        for key, row in first.items()
    ]


def _accepting(given: Sequence[PastAnswer], has_accepted: bool) -> list[PastAnswer]:
    if has_accepted or not given:
        return sorted(given, key=lambda one: one.answered_at)
    found = [replace(given[0], is_accepted=True), *given[1:]]
    return sorted(found, key=lambda one: one.answered_at)

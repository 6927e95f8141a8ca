"""Reads the values of a TOML table one by one and gathers what is wrong with each."""

import re
import zoneinfo
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any

from bot.domain.faults import Fault, nearest
from bot.domain.toml_lines import Path

YEARS = range(2000, 2200)
"""Any other is a slip of the finger."""


@cache
def zones() -> frozenset[str]:
    """Every IANA zone that this machine's tzdata knows."""
    return frozenset(zoneinfo.available_timezones())


def nearest_zone(word: str) -> str | None:
    """The zone that was probably meant: by its whole name, or by its city alone (`Rome`)."""
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones(), reverse=True) if "/" in zone}
    if found := nearest(word.replace(" ", "_"), zones()):
        return found
    city = nearest(word.replace(" ", "_").rpartition("/")[2], cities)
    return cities[city] if city else None


class Table:
    """One table of a file. What cannot be read becomes a fault, and is read as an empty value."""

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        file: str,
        path: Path,
        lines: Mapping[Path, int],
        faults: list[Fault],
    ) -> None:
        self._values = values
        self._file = file
        self._path = path
        self._lines = lines
        self._faults = faults

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def line(self, key: str = "") -> int:
        """The line of a key; of the table's header where the key is not there."""
        path = (*self._path, key) if key else self._path
        # A table that is written in one line has no line of its own for its keys.
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def fault(self, key: str, problem: str, remedy: str) -> None:
        """Note that something is wrong with a key; an empty one means the table."""
        name = ".".join(str(part) for part in (*self._path, key) if isinstance(part, str) and part)
        self._faults.append(Fault(self._file, self.line(key), name, problem, remedy))

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Note every key that is not one of these."""
        for key in self._values:
            if key not in known:
                meant = nearest(key, known)
                remedy = f"did you mean {meant}" if meant else f"the keys here are {', '.join(known)}"
                self.fault(key, "there is no such key", remedy)

    def text(self, key: str, *, required: bool = True, longest: int = 150) -> str:
        """A text without blanks around it; `longest` in characters. Empty where it is absent or wrong."""
        value = self._values.get(key)
        if value is None:
            if required:
                self.fault(key, "it is missing", f'add a line such as {key} = "…"')
            return ""
        if not isinstance(value, str):
            self.fault(key, f"it is {_kind(value)}", f'write a text in quotes: {key} = "…"')
            return ""
        value = value.strip()
        if required and not value:
            self.fault(key, "it is empty", "write something between the quotes")
        if len(value) > longest:
            self.fault(key, f"it has {len(value)} characters", f"keep it to {longest}")
        return value

    def truth(self, key: str) -> bool:
        """Whether it is true; false where it is absent or wrong."""
        value = self._values.get(key, False)
        if isinstance(value, bool):
            return value
        self.fault(key, f"it is {_kind(value)}", f"write {key} = true or {key} = false")
        return False

    def number(self, key: str, *, otherwise: int, most: int) -> int:
        """A whole number from 0 to `most`; `otherwise` where it is absent or wrong."""
        value = self._values.get(key, otherwise)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(key, f"it is {_kind(value)}", f"write a whole number: {key} = {otherwise}")
            return otherwise
        if not 0 <= value <= most:
            self.fault(key, f"it is {value}", f"write a number from 0 to {most}")
            return otherwise
        return value

    def texts(self, key: str, *, example: str) -> tuple[str, ...] | None:
        """A list of texts, each once, in their order; None where it is absent or wrong."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            kind = "a list with something else than texts in it" if isinstance(value, list) else _kind(value)
            self.fault(key, f"it is {kind}", f"write a list of texts: {key} = {example}")
            return None
        return tuple(dict.fromkeys(one.strip() for one in value))

    def ids(self, key: str, *, prefixes: str, what: str) -> tuple[str, ...]:
        """A list of Slack ids that begin with one of the letters."""
        found = self.texts(key, example=f'["{prefixes[0]}0123ABC"]') or ()
        for one in found:
            self._check_id(key, one, prefixes=prefixes, what=what)
        return found

    def one_id(self, key: str, *, prefixes: str, what: str) -> str | None:
        """One Slack id; None where it is absent."""
        if key not in self._values:
            return None
        found = self.text(key)
        if found:
            self._check_id(key, found, prefixes=prefixes, what=what)
        return found or None

    def zone(self, key: str) -> str:
        """An IANA zone."""
        found = self.text(key)
        if found and found not in zones():
            meant = nearest_zone(found)
            remedy = f'did you mean "{meant}"' if meant else 'write one such as "Europe/Rome"'
            self.fault(key, f'there is no time zone "{found}"', remedy)
        return found

    def on(self, key: str, *, required: bool = False) -> date | None:
        """A date."""
        value = self._values.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            self._check_year(key, value)
            return value if value.year in YEARS else None
        self._refuse(key, value, "a date", f"{key} = 2023-06-06", required=required)
        return None

    def at(self, key: str) -> time | None:
        """A wall time of the day."""
        value = self._values.get(key)
        if isinstance(value, time):
            return value
        self._refuse(key, value, "a time", f"{key} = 09:30:00", required=False)
        return None

    def moment(self, key: str) -> datetime | None:
        """A wall time with its date, to the second; needed."""
        value = self._values.get(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            wall = value.replace(tzinfo=None).isoformat()
            remedy = f"write the time on the wall in the edition's zone: {key} = {wall}"
            self.fault(key, f"it carries an offset ({value.isoformat()})", remedy)
            return None
        if isinstance(value, datetime):
            self._check_year(key, value)
            return value.replace(microsecond=0) if value.year in YEARS else None
        if isinstance(value, date):
            self.fault(key, "the time of day is missing", f"write {key} = {value.isoformat()}T18:00:00")
            return None
        self._refuse(key, value, "a date with a time", f"{key} = 2023-07-05T18:00:00", required=True)
        return None

    def _check_year(self, key: str, on: date) -> None:
        if on.year not in YEARS:
            self.fault(key, f"the year is {on.year:04}", "write the year that is meant")

    def _refuse(self, key: str, value: object, wanted: str, example: str, *, required: bool) -> None:
        if value is None:
            if required:
                self.fault(key, "it is missing", f"add {wanted}: {example}")
            return
        without_quotes = ", without quotes" if isinstance(value, str) else ""
        self.fault(key, f"it is {_kind(value)}", f"write {wanted}{without_quotes}: {example}")

    def _check_id(self, key: str, value: str, *, prefixes: str, what: str) -> None:
        if not re.fullmatch(rf"[{prefixes}][A-Z0-9]+", value):
            wanted = " or ".join(f"{letter}…" for letter in prefixes)
            self.fault(key, f'"{value}" is not the id of {what}', f"write its id in Slack, {wanted}")


def _kind(value: object) -> str:
    kinds: list[tuple[type, str]] = [
        (str, "a text"),
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (datetime, "a date with a time"),
        (date, "a date"),
        (time, "a time"),
        (list, "a list"),
        (dict, "a table"),
    ]
    return next((name for kind, name in kinds if isinstance(value, kind)), type(value).__name__)

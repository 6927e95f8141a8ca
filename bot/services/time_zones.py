"""Which country a time zone is in, as the zones' own table says; nothing else is read from tzdata here."""

from functools import cache
from importlib import resources


def country_of(zone: str) -> str:
    """The ISO 3166-1 code of the country that an IANA zone is named for; empty where it is unknown."""
    return _countries().get(zone, "")


@cache
def _countries() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}

"""The public sets that search is judged by, read from beside the checkout: no part of the project."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLACES = (Path(__file__).resolve().parents[3] / "shared" / "data",)
"""Folders that may hold the sets; the first that does is read."""


@dataclass(frozen=True)
class Asked:
    """A query with the questions that people marked as its relatives."""

    id: str
    text: str
    relevant: frozenset[str]


@dataclass(frozen=True)
class JudgedSet:
    """Questions with answers, and queries."""

    name: str
    documents: Sequence[tuple[str, str, str]]
    """Id, question, answer."""
    queries: Sequence[Asked]
    goal: "tuple[Marks, Marks]"
    """To reach by words alone, and with vectors."""


@dataclass(frozen=True)
class Marks:
    """Means over the queries, in percent."""

    map10: float
    recall10: float
    first: float

    def __str__(self) -> str:
        return f"{self.map10:.1f} / {self.recall10:.1f} / {self.first:.1f}"

    def reach(self, goal: "Marks") -> bool:
        """Whether each figure, to one decimal, comes up to the goal's."""
        return (
            round(self.map10, 1) >= goal.map10
            and round(self.recall10, 1) >= goal.recall10
            and round(self.first, 1) >= goal.first
        )


def judged_sets(places: Sequence[Path] = PLACES) -> list[JudgedSet]:
    """The sets that are there; empty where none is."""
    found = []
    if (pairs := _read("duplicates-dev", places)) is not None:
        found.append(
            JudgedSet(
                "duplicates-dev",
                [(one["id"], one["text"], "") for one in pairs["documents"]],
                [Asked(one["id"], one["text"], frozenset(one["duplicates"])) for one in pairs["queries"]],
                (Marks(75.5, 89.1, 71.3), Marks(78.2, 91.3, 74.3)),
            )
        )
    if (faq := _read("faq-dev", places)) is not None:
        goals = {
            "stackfaq": (Marks(86.2, 97.8, 79.1), Marks(90.1, 99.0, 84.5)),
            "covidfaq": (Marks(73.2, 94.4, 64.1), Marks(73.6, 94.9, 62.4)),
        }
        for name, goal in goals.items():
            one_set = faq[name]
            found.append(
                JudgedSet(
                    name,
                    [(one["id"], one["text"], one["answer"]) for one in one_set["documents"]],
                    [Asked(one["id"], one["text"], frozenset(one["relevant"])) for one in one_set["queries"]],
                    goal,
                )
            )
    return found


def requests(places: Sequence[Path] = PLACES) -> dict[str, Any] | None:
    """The log of short requests for the threshold of suggestions: `log`, `known`, `unknown`."""
    found: dict[str, Any] | None = _read("suggest-dev", places)
    return found


def marks(queries: Sequence[Asked], found: Mapping[str, Sequence[str]]) -> Marks:
    """How good the first ten found are, by the query's id; a query is left out of its own results."""
    precision = recall = first = 0.0
    for query in queries:
        ten = [one for one in found[query.id] if one != query.id][:10]
        most = min(10, len(query.relevant))
        hits = 0
        for place, one in enumerate(ten, start=1):
            if one in query.relevant:
                hits += 1
                precision += hits / place / most
        recall += hits / most
        first += bool(ten) and ten[0] in query.relevant
    count = max(1, len(queries))
    return Marks(100 * precision / count, 100 * recall / count, 100 * first / count)


def _read(name: str, places: Sequence[Path]) -> Any:
    for place in places:
        if (place / f"{name}.json.gz").exists():
            with gzip.open(place / f"{name}.json.gz", "rt", encoding="utf-8") as file:
                return json.load(file)
    return None

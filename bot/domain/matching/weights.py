"""Rules as absent edges and wishes as integers, for every two people of a round at once; no solving."""

from collections.abc import Collection
from functools import cached_property
from hashlib import blake2b
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.domain.matching.values import Met, Person, Rule, Wishes
from bot.domain.values import dataclass

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[Any]

_CHANCES = 1 << 20
# With many people more draws would only cost time: ties are broken all the same.
_CHANCES_OF_MANY = 1 << 10
_MANY = 400
_MOST_IN_INT64 = 1 << 62


@dataclass(frozen=True, kw_only=True)
class Table:
    """What is known of every two people of a round. Arrays have a row and a column for each, in id order."""

    people: tuple[Person, ...]
    """Sorted by id."""
    wishes: Wishes
    broken: dict[Rule, Flags]
    """Which two people a rule parts, for each rule that parts any."""
    met: Flags
    """Whether the row has met the column (or reviewed it, where the table is one of reviews)."""
    recency: Numbers
    """How late their last meeting was: 0 for the first round of the history, 1 for the next; 0 if none."""
    same_country: Flags
    off_sector: Flags
    """Whether their sectors are not as wished."""
    chance: Numbers

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each id."""
        return {person.id: row for row, person in enumerate(self.people)}

    @cached_property
    def allowed(self) -> Flags:
        """Whether two different people may be matched."""
        free = ~np.eye(len(self.people), dtype=np.bool_)
        for parted in self.broken.values():
            free &= ~parted
        return free

    @cached_property
    def turns(self) -> list[int]:
        """How often each was in a trio, less the fewest turns that anybody had."""
        fewest = min((person.trio_turns for person in self.people), default=0)
        return [person.trio_turns - fewest for person in self.people]

    @cached_property
    def unmet(self) -> list[int]:
        """How many others each may meet and has not met."""
        return [int(count) for count in (self.allowed & ~self.met).sum(axis=1)]

    def units(self, pairs: int) -> "Units":
        """Weights for a plan of at most `pairs` pairs, each wish worth more than all that come after it."""
        sector = pairs * int(self.chance.max(initial=0)) + 1
        country = sector * (pairs + 1)
        reserve = country * (pairs + 1)
        turn = reserve * (pairs + 1)
        recency = turn * (3 * max(self.turns, default=0) + 1)
        again = recency * (pairs * int(self.recency.max(initial=0)) + 1)
        return Units(
            again=again,
            recency=recency,
            turn=turn,
            reserve=reserve,
            country=country,
            sector=sector,
            pairs=pairs,
        )

    def costs(self, units: "Units") -> Numbers:
        """What each two people being matched costs, whatever the rules say; exact integers."""
        largest = units.again * (units.pairs + 1)
        kind: Any = np.int64 if largest < _MOST_IN_INT64 else object
        country = self.same_country if self.wishes.different_country else np.zeros_like(self.same_country)
        total: Numbers = (
            self.met.astype(kind) * units.again
            + self.recency.astype(kind) * units.recency
            + country.astype(kind) * units.country
            + self.off_sector.astype(kind) * units.sector
            + self.chance.astype(kind)
        )
        return total


@dataclass(frozen=True, kw_only=True)
class Units:
    """What one step of each wish costs; chance itself has the step 1."""

    again: int
    recency: int
    turn: int
    reserve: int
    """Two people meet who were meant for a later trio: between the turns and the countries."""
    country: int
    sector: int
    pairs: int


def table(
    people: Collection[Person],
    *,
    history: Collection[Met],
    forbidden: Collection[frozenset[str]],
    wishes: Wishes,
    seed: int,
    round: int,
    directed: bool = False,
) -> Table:
    """Set up everything known of every two people.

    directed: the history says who reviewed whom, so that each direction counts by itself.
    seed, round: together they make the chance, which does not depend on who else takes part.
    Raises ValueError where an id occurs twice.
    """
    ordered = tuple(sorted(people, key=lambda person: person.id))
    if len({person.id for person in ordered}) != len(ordered):
        raise ValueError("somebody takes part twice")
    index = {person.id: row for row, person in enumerate(ordered)}
    met, recency = _meetings(index, history, directed=directed)
    shared_sector = _shared([person.sectors for person in ordered])
    off_sector = {
        "same": ~shared_sector,
        "different": shared_sector,
        "any": np.zeros_like(shared_sector),
    }[wishes.sector]
    return Table(
        people=ordered,
        wishes=wishes,
        broken=_broken(ordered, index, forbidden, wishes),
        met=met,
        recency=recency,
        same_country=_equal([person.country for person in ordered]),
        off_sector=off_sector,
        chance=_chance(ordered, seed, round, directed=directed),
    )


def _meetings(index: dict[str, int], history: Collection[Met], *, directed: bool) -> tuple[Flags, Numbers]:
    known = [met for met in history if met.a in index and met.b in index]
    rank = {number: place for place, number in enumerate(sorted({met.round for met in known}))}
    met = np.zeros((len(index), len(index)), dtype=np.bool_)
    recency = np.zeros((len(index), len(index)), dtype=np.int64)
    for meeting in known:
        a, b, place = index[meeting.a], index[meeting.b], rank[meeting.round]
        for row, column in ((a, b),) if directed else ((a, b), (b, a)):
            met[row, column] = True
            recency[row, column] = max(recency[row, column], place)
    return met, recency


def _broken(
    people: tuple[Person, ...], index: dict[str, int], forbidden: Collection[frozenset[str]], wishes: Wishes
) -> dict[Rule, Flags]:
    excluded = np.zeros((len(people), len(people)), dtype=np.bool_)
    for pair in forbidden:
        for a, b in combinations(sorted(pair), 2):
            if a in index and b in index:
                excluded[index[a], index[b]] = excluded[index[b], index[a]] = True
    broken = {Rule.EXCLUSION: excluded, Rule.CLUSTER: _equal([person.cluster for person in people])}
    if wishes.common_language:
        stated = np.array([bool(person.languages) for person in people], dtype=np.bool_)
        both = stated[:, None] & stated[None, :]
        broken[Rule.LANGUAGE] = both & ~_shared([person.languages for person in people])
    for parted in broken.values():
        np.fill_diagonal(parted, val=False)
    return {rule: parted for rule, parted in broken.items() if parted.any()}


def _equal(stated: list[str]) -> Flags:
    number = {name: code for code, name in enumerate(sorted(set(stated)), start=1)}
    codes = np.array([number[name] if name else 0 for name in stated], dtype=np.int64)
    equal: Flags = (codes[:, None] == codes[None, :]) & (codes[:, None] > 0)
    return equal


def _shared(stated: list[frozenset[str]]) -> Flags:
    names = {name: column for column, name in enumerate(sorted(frozenset().union(*stated)))}
    has = np.zeros((len(stated), max(len(names), 1)), dtype=np.int64)
    for row, own in enumerate(stated):
        has[row, [names[name] for name in own]] = 1
    shared: Flags = (has @ has.T) > 0
    return shared


def _chance(people: tuple[Person, ...], seed: int, round: int, *, directed: bool) -> Numbers:
    drawn = [blake2b(f"{seed}:{round}:{person.id}".encode(), digest_size=8).digest() for person in people]
    own = np.array([int.from_bytes(each, "big") for each in drawn], dtype=np.uint64)
    # An odd factor tells the directions apart without favouring one.
    rows = own * np.uint64(0x9E3779B97F4A7C15) if directed else own
    mixed = rows[:, None] + own[None, :]
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    chances = _CHANCES if len(people) <= _MANY else _CHANCES_OF_MANY
    return (mixed % np.uint64(chances)).astype(np.int64)

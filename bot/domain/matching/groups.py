"""Groups of three to six, for breakout tables: near the best by exchanging people, not proven the best.

The exact plans are those of pairs and reviews.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from bot.domain.matching import blocking, explain, weights
from bot.domain.matching.values import (
    AS_USUAL,
    GROUP_SIZES,
    Group,
    Impossible,
    Matched,
    Met,
    Person,
    Relax,
    Rule,
    Wishes,
)
from bot.domain.matching.weights import Numbers

_CHANCES = 1 << 10
# Shaking the plan and settling it again costs about n squared.
_WORK = 200_000
_MOST_SHAKES = 120
_LARGEST = 1 << 62


def group(
    people: Collection[Person],
    *,
    size: int,
    history: Collection[Met] = (),
    forbidden: Collection[frozenset[str]] = (),
    wishes: Wishes = AS_USUAL,
    locked: Collection[Group] = (),
    seed: int,
    round: int,
) -> Matched:
    """Put everybody in one group of about `size` people: sizes differ by one at most, and are three to six.

    size: 3 to 6 (ValueError otherwise). locked: whole groups that stay as they are. All else as for pairs;
    every two people of a group count as a pair.
    Raises Impossible if there are fewer than three people, or no plan was found in which no rule parts two
    people of a group; `people` are then those who were in each other's way.
    """
    if size not in GROUP_SIZES:
        raise ValueError(f"a group has {GROUP_SIZES[0]} to {GROUP_SIZES[-1]} people, not {size}")
    known = weights.table(people, history=history, forbidden=forbidden, wishes=wishes, seed=seed, round=round)
    known = replace(known, chance=known.chance % _CHANCES)
    kept = blocking.kept(known, locked)
    taken = {member for group in kept for member in group}
    rows = [known.index[person.id] for person in known.people if person.id not in taken]
    if len(known.people) < GROUP_SIZES[0] or 0 < len(rows) < GROUP_SIZES[0]:
        relax = (Relax(rule=Rule.LOCK),) if len(known.people) >= GROUP_SIZES[0] else ()
        raise Impossible(tuple(known.people[row].id for row in rows), relax)
    found, in_the_way = _exchanged(known, rows, size, seed)
    if in_the_way:
        raise Impossible(tuple(known.people[row].id for row in in_the_way), _relaxed(known, rows, size, seed))
    groups = [tuple(sorted(known.people[row].id for row in members)) for members in found]
    return explain.matched(known, [*kept, *groups], history=history)


def _relaxed(known: weights.Table, rows: Sequence[int], size: int, seed: int) -> tuple[Relax, ...]:
    relax = []
    for rule in known.broken:
        others = {name: parted for name, parted in known.broken.items() if name is not rule}
        if not _exchanged(replace(known, broken=others), rows, size, seed)[1]:
            relax.append(Relax(rule=rule))
    if any(not _exchanged(known, rows, fewer, seed)[1] for fewer in range(GROUP_SIZES[0], size)):
        relax.append(Relax(rule=Rule.SIZE))
    return tuple(relax)


def _sizes(count: int, size: int) -> list[int]:
    """Sizes that differ by one at most, nearest to the one asked for."""
    fitting = [
        groups for groups in range(1, count // GROUP_SIZES[0] + 1) if -(-count // groups) <= GROUP_SIZES[-1]
    ]
    groups = min(fitting, key=lambda number: (abs(count / number - size), number))
    return [count // groups + (place < count % groups) for place in range(groups)]


def _exchanged(
    known: weights.Table, rows: Sequence[int], size: int, seed: int
) -> tuple[list[list[int]], list[int]]:
    """Groups of rows, and the rows that a rule still parts within them."""
    if not rows:
        return [], []
    sizes = _sizes(len(rows), size)
    pairs = sum(each * (each - 1) // 2 for each in sizes)
    units = known.units(pairs)
    own = np.ix_(list(rows), list(rows))
    never = units.again * (pairs + 1)
    # Whole numbers of any size where 64 bits would not do: slower, and never wrong.
    kind: Any = np.int64 if never * (pairs + 1) < _LARGEST else object
    parted = ~known.allowed[own]
    np.fill_diagonal(parted, val=False)
    costs = known.costs(units)[own].astype(kind) + parted.astype(kind) * never
    np.fill_diagonal(costs, val=0)
    rng = Random(seed)  # noqa: S311  draws of lots, not secrets
    table_of = [table for table, members in enumerate(sizes) for _ in range(members)]
    rng.shuffle(table_of)
    best = _settled(costs, np.array(table_of), len(sizes))
    least = _total(costs, best)
    for _ in range(min(_MOST_SHAKES, _WORK // len(rows) ** 2) if len(sizes) > 1 else 0):
        shaken = best.copy()
        for _ in range(rng.randint(2, 5)):
            one, other = rng.sample(range(len(rows)), 2)
            shaken[one], shaken[other] = shaken[other], shaken[one]
        shaken = _settled(costs, shaken, len(sizes))
        if _total(costs, shaken) < least:
            best, least = shaken, _total(costs, shaken)
    together = best[:, None] == best[None, :]
    in_the_way = [rows[place] for place in np.nonzero((together & parted).any(axis=1))[0].tolist()]
    return [
        [rows[place] for place in np.nonzero(best == table)[0].tolist()] for table in range(len(sizes))
    ], in_the_way


def _settled(costs: Numbers, table_of: Numbers, tables: int) -> Numbers:
    """Exchange two people as long as that makes the plan cheaper."""
    table_of = table_of.copy()
    while True:
        seats = np.argsort(table_of, kind="stable")
        first_seats = np.searchsorted(table_of[seats], np.arange(tables))
        at_table = np.add.reduceat(costs[:, seats], first_seats, axis=1)
        moved = at_table[:, table_of]
        own = moved.diagonal()
        change = moved + moved.T - own[:, None] - own[None, :] - 2 * costs
        change[table_of[:, None] == table_of[None, :]] = 0
        better = np.argwhere(np.triu(change < 0))
        if not len(better):
            return table_of
        order = sorted(((change[a, b], int(a), int(b)) for a, b in better))
        changed: set[int] = set()
        for _, a, b in order:
            two = {int(table_of[a]), int(table_of[b])}
            if not two & changed:
                table_of[a], table_of[b] = table_of[b], table_of[a]
                changed |= two


def _total(costs: Numbers, table_of: Numbers) -> int:
    return int(costs[table_of[:, None] == table_of[None, :]].sum()) // 2

"""Groups of three to six, for breakout tables: the best for few people, near the best for many.

For many, people are exchanged as long as that makes the plan cheaper; how near that comes is in the bench.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from bot.domain.matching import blocking, dividing, explain, weights
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
_WORK = 1_000_000
_MOST_SHAKES = 400
# A plan that keeps the rules is found by then, or there is none to be found.
_SHAKES_FOR_THE_RULES = 100
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
    found, in_the_way = _divided(known, rows, size, seed)
    if in_the_way:
        raise Impossible(tuple(known.people[row].id for row in in_the_way), _relaxed(known, rows, size, seed))
    groups = [tuple(sorted(known.people[row].id for row in members)) for members in found]
    return explain.matched(known, [*kept, *groups], history=history)


def _relaxed(known: weights.Table, rows: Sequence[int], size: int, seed: int) -> tuple[Relax, ...]:
    relax = []
    for rule in known.broken:
        others = {name: parted for name, parted in known.broken.items() if name is not rule}
        if not _divided(replace(known, broken=others), rows, size, seed, any_plan=True)[1]:
            relax.append(Relax(rule=rule))
    if any(not _divided(known, rows, fewer, seed, any_plan=True)[1] for fewer in range(GROUP_SIZES[0], size)):
        relax.append(Relax(rule=Rule.SIZE))
    return tuple(relax)


def _sizes(count: int, size: int) -> list[int]:
    """Sizes that differ by one at most, nearest to the one asked for."""
    fitting = [
        groups for groups in range(1, count // GROUP_SIZES[0] + 1) if -(-count // groups) <= GROUP_SIZES[-1]
    ]
    groups = min(fitting, key=lambda number: (abs(count / number - size), number))
    return [count // groups + (place < count % groups) for place in range(groups)]


def _divided(
    known: weights.Table, rows: Sequence[int], size: int, seed: int, *, any_plan: bool = False
) -> tuple[list[list[int]], list[int]]:
    """Groups of rows, and the rows that a rule still parts within them.

    any_plan: one that keeps the rules is enough.
    """
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
    if len(rows) <= dividing.MOST_PEOPLE:
        exact = dividing.cheapest(costs, parted, sizes)
        if exact is not None:
            return [[rows[place] for place in places] for places in exact], []
    table_of = _exchanged(costs, sizes, seed, never=never, any_plan=any_plan)
    together = table_of[:, None] == table_of[None, :]
    in_the_way = [rows[place] for place in np.nonzero((together & parted).any(axis=1))[0].tolist()]
    return [
        [rows[place] for place in np.nonzero(table_of == table)[0].tolist()] for table in range(len(sizes))
    ], in_the_way


def _exchanged(costs: Numbers, sizes: Sequence[int], seed: int, *, never: int, any_plan: bool) -> Numbers:
    """The table of each place, at a cost that no exchange of two people lowers."""
    rng = Random(seed)  # noqa: S311  draws of lots, not secrets
    drawn = [table for table, members in enumerate(sizes) for _ in range(members)]
    rng.shuffle(drawn)
    best = _settled(costs, np.array(drawn), len(sizes))
    least = _total(costs, best)
    for number in range(min(_MOST_SHAKES, _WORK // len(costs) ** 2) if len(sizes) > 1 else 0):
        if (any_plan and least < never) or (number >= _SHAKES_FOR_THE_RULES and least >= never):
            break
        shaken = best.copy()
        for _ in range(rng.randint(2, 5)):
            one, other = rng.sample(range(len(costs)), 2)
            shaken[one], shaken[other] = shaken[other], shaken[one]
        shaken = _settled(costs, shaken, len(sizes))
        if _total(costs, shaken) < least:
            best, least = shaken, _total(costs, shaken)
    return best


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

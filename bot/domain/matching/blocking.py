"""Whom the rules leave without a match, and which of them to relax. Solves only to find that out."""

from collections import deque
from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np

from bot.domain.matching import explain, solving, weights
from bot.domain.matching.values import Group, Impossible, Relax, Rule
from bot.domain.matching.weights import Flags


def kept(known: weights.Table, locked: Collection[Group]) -> list[Group]:
    """The locked groups, each sorted.

    Raises Impossible where a rule parts people of one; ValueError where one has a single person, somebody who
    does not take part, or somebody who is in another as well.
    """
    members = [member for group in locked for member in group]
    if len(set(members)) != len(members) or not set(members) <= set(known.index):
        raise ValueError("a locked match has people who are not in the round, or are in another one")
    if any(len(group) < 2 for group in locked):
        raise ValueError("a locked match has a single person")
    parted = explain.broken_rules(known, locked)
    if parted:
        raise Impossible(explain.people_of(parted), (*parted, Relax(rule=Rule.LOCK)))
    return [tuple(sorted(group)) for group in locked]


def impossible(known: weights.Table, rows: Sequence[int], *, locked: bool) -> Impossible:
    """Say who blocks a plan of pairs for these rows, and each single rule that would let it through.

    rows: those whom no locked match holds. locked: whether there is one.
    """
    ids = [person.id for person in known.people]
    blocked, partners = _short_of_partners(rows, known.allowed)
    relax = [found for rule in known.broken if (found := _without(rule, known, rows)) is not None]
    everybody = range(len(ids))
    if locked and _solved(everybody, known, known.allowed, np.zeros_like(known.allowed)) is not None:
        relax.append(Relax(rule=Rule.LOCK))
    return Impossible(tuple(ids[row] for row in blocked), tuple(relax), tuple(ids[row] for row in partners))


def _without(rule: Rule, known: weights.Table, rows: Sequence[int]) -> Relax | None:
    others = [parted for name, parted in known.broken.items() if name is not rule]
    allowed = ~np.eye(len(known.people), dtype=np.bool_)
    for parted in others:
        allowed &= ~parted
    opened = allowed & known.broken[rule]
    groups = _solved(rows, known, allowed, opened)
    if groups is None:
        return None
    used = [(a, b) for group in groups for a, b in combinations(group, 2) if opened[a, b]]
    ids = [person.id for person in known.people]
    return Relax(rule=rule, pairs=tuple(sorted((ids[min(two)], ids[max(two)]) for two in used)))


def _solved(
    rows: Sequence[int], known: weights.Table, allowed: Flags, opened: Flags
) -> list[solving.Rows] | None:
    if len(rows) < 2:
        return None
    dear = (len(rows) + 3) * (int(known.chance.max(initial=0)) + 1)
    costs = opened.astype(np.int64) * dear + known.chance
    return solving.best(rows, allowed, costs, [0] * len(known.people), exact=False)


def _short_of_partners(rows: Sequence[int], allowed: Flags) -> tuple[list[int], list[int]]:
    """The parts of the Gallai-Edmonds decomposition that prove it: odd crowds, and the few they all need."""
    neighbours = {row: [other for other in rows if allowed[row, other]] for row in rows}
    mate = solving.most_pairs(rows, allowed)
    loose: set[int] = set()
    for row in rows:
        if row not in mate and row not in loose:
            loose |= _can_be_left_over(row, neighbours, mate)
    needed = {other for row in loose for other in neighbours[row]} - loose
    crowds = sorted(_crowds(loose, neighbours), key=lambda crowd: (len(crowd), crowd))
    largest = len(crowds[min(len(needed), len(crowds) - 1)])
    blocked = sorted(row for crowd in crowds if len(crowd) <= largest for row in crowd)
    return blocked, sorted({other for row in blocked for other in neighbours[row]} & needed)


def _crowds(loose: set[int], neighbours: dict[int, list[int]]) -> list[list[int]]:
    left, crowds = set(loose), []
    while left:
        crowd, edge = set(), [min(left)]
        while edge:
            row = edge.pop()
            if row in left:
                left.remove(row)
                crowd.add(row)
                edge.extend(neighbours[row])
        crowds.append(sorted(crowd))
    return crowds


def _can_be_left_over(root: int, neighbours: dict[int, list[int]], mate: dict[int, int]) -> set[int]:
    """Whom some largest set of pairs leaves over instead of the root: all that Edmonds' search reaches."""
    base = {row: row for row in neighbours}
    came_from: dict[int, int] = {}
    outer, waiting = {root}, deque([root])

    def up(row: int) -> list[int]:
        path = [base[row]]
        while path[-1] != root:
            path.append(base[came_from[mate[path[-1]]]])
        return path

    def mark(row: int, top: int, child: int, within: set[int]) -> None:
        while base[row] != top:
            within |= {base[row], base[mate[row]]}
            came_from[row] = child
            child = mate[row]
            row = came_from[child]

    while waiting:
        row = waiting.popleft()
        for other in neighbours[row]:
            if base[row] == base[other] or mate.get(row) == other:
                continue
            if other in outer:
                above = set(up(row))
                top = next(each for each in up(other) if each in above)
                within: set[int] = set()
                mark(row, top, other, within)
                mark(other, top, row, within)
                for each in neighbours:
                    if base[each] in within:
                        base[each] = top
                        if each not in outer:
                            outer.add(each)
                            waiting.append(each)
            elif other not in came_from:
                came_from[other] = row
                outer.add(mate[other])
                waiting.append(mate[other])
    return outer

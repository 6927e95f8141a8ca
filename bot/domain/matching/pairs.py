"""Pairs of people, with one trio where the number is odd.

How they are solved is in `solving`, what weighs how much in `weights`; reviews and groups are elsewhere.
"""

from collections.abc import Collection

from bot.domain.matching import blocking, explain, lookahead, solving, weights
from bot.domain.matching.values import AS_USUAL, Group, Impossible, Matched, Met, Person, Wishes


def pair(
    people: Collection[Person],
    *,
    history: Collection[Met] = (),
    forbidden: Collection[frozenset[str]] = (),
    wishes: Wishes = AS_USUAL,
    locked: Collection[Group] = (),
    seed: int,
    round: int,
    look_ahead: bool = True,
) -> Matched:
    """Put everybody in one pair, three in a trio if the number is odd, as near to the wishes as it goes.

    people: those who take part; whoever is away or paused is left out by the caller.
    history: who has met; whoever did not meet after all is left out. People who do not take part are ignored.
    forbidden: two ids that never meet, each.
    locked: groups that stay as they are; the rest is matched around them.
    seed, round: the same ones, with the same input, give the same plan; another seed draws again.
    look_ahead: let wishes below "never met" give way where they would bring the next repeats nearer.
    Raises Impossible if there are fewer than two people or the rules leave somebody over.
    """
    known = weights.table(people, history=history, forbidden=forbidden, wishes=wishes, seed=seed, round=round)
    if len(known.people) < 2:
        raise Impossible(tuple(person.id for person in known.people))
    kept = blocking.kept(known, locked)
    taken = {member for group in kept for member in group}
    rows = [known.index[person.id] for person in known.people if person.id not in taken]
    units = known.units(len(known.people) // 2 + 2)
    costs = known.costs(units)
    found = solving.best(rows, known.allowed, costs, [turn * units.turn for turn in known.turns], exact=True)
    if found is None:
        raise blocking.impossible(known, rows, locked=bool(kept))
    if look_ahead and len(rows) % 2:
        found = lookahead.with_trios_to_come(found, rows, known, costs, units)
    elif look_ahead:
        found = lookahead.farther(found, rows, known.allowed & ~known.met, costs, seed=seed)
    groups = [tuple(sorted(known.people[row].id for row in group)) for group in found]
    return explain.matched(known, [*kept, *groups], history=history)

"""Why a match is as it is, as values, and what is not ideal about it; the sentences are made in the views."""

from collections.abc import Collection, Sequence
from itertools import combinations

from bot.domain.matching import weights
from bot.domain.matching.values import (
    AS_USUAL,
    Compromise,
    Group,
    Impossible,
    Matched,
    Met,
    Person,
    Reason,
    Relax,
    Shortfall,
    Wishes,
)


def why(members: Collection[str], people: Collection[Person], *, history: Collection[Met]) -> Reason:
    """Say what speaks for bringing these people together, and whether they have met.

    members: two ids or more, all of them in `people` (KeyError otherwise).
    """
    among = set(members)
    by_id = {person.id: person for person in people}
    own = [by_id[member] for member in sorted(among)]
    countries = [person.country for person in own if person.country]
    meetings = {meeting for meeting in history if meeting.a in among and meeting.b in among}
    return Reason(
        met=tuple(sorted(meetings, key=lambda met: (-met.round, met.a, met.b))),
        different_countries=len(set(countries)) == len(countries),
        sectors=tuple(sorted(frozenset.intersection(*(person.sectors for person in own)))),
        languages=tuple(sorted(frozenset.intersection(*(person.languages for person in own)))),
    )


def judge(
    groups: Collection[Group],
    people: Collection[Person],
    *,
    history: Collection[Met] = (),
    forbidden: Collection[frozenset[str]] = (),
    wishes: Wishes = AS_USUAL,
    round: int,
) -> Matched:
    """Give groups that somebody made by hand their reasons, and say what is not ideal about them.

    Raises Impossible where a rule parts two people of a group, with these people and the rules; ValueError
    where somebody is in two groups or in none.
    """
    known = weights.table(people, history=history, forbidden=forbidden, wishes=wishes, seed=0, round=round)
    placed = [member for group in groups for member in group]
    if sorted(placed) != [person.id for person in known.people]:
        raise ValueError("everybody belongs in exactly one group")
    parted = broken_rules(known, groups)
    if parted:
        raise Impossible(people_of(parted), parted)
    return matched(known, groups, history=history)


def broken_rules(known: weights.Table, groups: Collection[Group]) -> tuple[Relax, ...]:
    """The rules that part people of one group, each with all such pairs."""
    found: list[Relax] = []
    for rule, parted in known.broken.items():
        pairs = tuple(sorted((a, b) for a, b in _pairs(groups) if parted[known.index[a], known.index[b]]))
        if pairs:
            found.append(Relax(rule=rule, pairs=pairs))
    return tuple(found)


def people_of(parted: Collection[Relax]) -> tuple[str, ...]:
    """Everybody whom these rules part, sorted."""
    return tuple(sorted({member for relax in parted for pair in relax.pairs for member in pair}))


def matched(known: weights.Table, groups: Collection[Group], *, history: Collection[Met]) -> Matched:
    """Put sorted groups, their reasons and what is not ideal into one value."""
    ordered = tuple(sorted(tuple(sorted(group)) for group in groups))
    by_id = {person.id: person for person in known.people}
    within: dict[Group, list[Met]] = {group: [] for group in ordered}
    group_of = {member: group for group in ordered for member in group}
    for meeting in history:
        group = group_of.get(meeting.a)
        if group is not None and group is group_of.get(meeting.b):
            within[group].append(meeting)
    reasons = {
        group: why(group, [by_id[member] for member in group], history=within[group]) for group in ordered
    }
    compromises = [*pair_compromises(known, _pairs(ordered)), *_trio_compromises(known, ordered)]
    return Matched(groups=ordered, reasons=reasons, compromises=in_order(compromises))


def in_order(compromises: Collection[Compromise]) -> tuple[Compromise, ...]:
    """The gravest first, then by people."""
    gravity = list(Shortfall)
    return tuple(sorted(compromises, key=lambda each: (gravity.index(each.shortfall), each.people)))


def shortfalls(known: weights.Table, a: str, b: str) -> list[Shortfall]:
    """In what two people are not matched as wished."""
    row, column = known.index[a], known.index[b]
    found = []
    if known.met[row, column]:
        found.append(Shortfall.MEETS_AGAIN)
    if known.wishes.different_country and known.same_country[row, column]:
        found.append(Shortfall.SAME_COUNTRY)
    if known.off_sector[row, column]:
        found.append(Shortfall.SECTOR)
    return found


def pair_compromises(known: weights.Table, pairs: Collection[tuple[str, str]]) -> list[Compromise]:
    """What is not ideal about each of these pairs; the order within a pair stays."""
    found: list[Compromise] = []
    for a, b in pairs:
        for shortfall in shortfalls(known, a, b):
            again = shortfall is Shortfall.MEETS_AGAIN
            free = min(known.unmet[known.index[a]], known.unmet[known.index[b]]) if again else 0
            found.append(Compromise(shortfall=shortfall, people=(a, b), free=free))
    return found


def _trio_compromises(known: weights.Table, groups: Collection[Group]) -> list[Compromise]:
    sizes = [len(group) for group in groups]
    if 2 not in sizes and sizes != [3]:
        return []
    trios = [group for group in groups if len(group) == 3]
    due = sorted(known.turns)[: 3 * len(trios)]
    found: list[Compromise] = []
    for trio in trios:
        early = tuple(member for member in trio if known.turns[known.index[member]] > due[-1])
        if early:
            found.append(Compromise(shortfall=Shortfall.TRIO_AGAIN, people=early))
    return found


def _pairs(groups: Collection[Sequence[str]]) -> list[tuple[str, str]]:
    return [pair for group in groups for pair in combinations(sorted(group), 2)]

"""Rounds drawn from a seed, and their best plan by trying every one: what the matcher is measured against.

The brute force shares nothing with the solver but the values that go in and the seeded chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from random import Random

from bot.domain.matching import weights
from bot.domain.matching.values import Group, Matched, Met, Person, Wishes

COUNTRIES = ("IT", "FI", "DE", "FR", "ES", "PL", "NL", "PT", "GR", "CZ")
SECTORS = ("hydrogen", "bio", "water", "health", "energy", "food")
LANGUAGES = ("en", "fr", "it", "fi", "de")

Costs = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """All that one round's plan depends on."""

    people: tuple[Person, ...]
    history: tuple[Met, ...] = ()
    forbidden: frozenset[frozenset[str]] = frozenset()
    wishes: Wishes = field(default_factory=Wishes)
    seed: int = 0
    round: int = 1


def people(n: int, rng: Random) -> tuple[Person, ...]:
    """Draw people of ten countries, two to a cluster, each in one or two of six sectors."""
    return tuple(
        Person(
            id=f"U{number:04}",
            cluster=f"cluster-{number // 2}",
            country=rng.choice(COUNTRIES),
            sectors=frozenset(rng.sample(SECTORS, rng.randint(1, 2))),
            languages=frozenset(rng.sample(LANGUAGES, rng.randint(0, 2))),
        )
        for number in range(n)
    )


def strangers(n: int) -> tuple[Person, ...]:
    """People of whom nothing is known: only history tells two of them from two others."""
    return tuple(Person(id=f"U{number:04}") for number in range(n))


def cohort(n: int, seed: int) -> Cohort:
    """Draw a small round with a history, exclusions and wishes; some have no plan at all."""
    rng = Random(seed)
    drawn = tuple(replace(person, trio_turns=rng.randint(0, 3)) for person in people(n, rng))
    pairs = list(combinations([person.id for person in drawn], 2))
    met = [Met(a, b, rng.randint(1, 5)) for a, b in pairs if rng.random() < rng.choice((0.2, 0.5, 0.9))]
    excluded = [frozenset(pair) for pair in pairs if rng.random() < 0.15]
    return Cohort(
        people=drawn,
        history=tuple(met),
        forbidden=frozenset(excluded),
        wishes=Wishes(
            sector=rng.choice(("same", "different", "any")),
            different_country=rng.random() < 0.8,
            common_language=rng.random() < 0.2,
        ),
        seed=rng.randrange(1 << 30),
        round=6,
    )


def cost(groups: Sequence[Group], given: Cohort) -> Costs:
    """What a plan costs, gravest first: repeats, how late, trio turns, countries, sectors, chance."""
    chance = _chance(given)
    luck = sum(chance[two] for group in groups for two in combinations(group, 2))
    again, late, country, sector = wished(groups, given)
    by_id = {person.id: person for person in given.people}
    fewest = min(person.trio_turns for person in given.people)
    turns = sum(by_id[one].trio_turns - fewest for group in groups if len(group) == 3 for one in group)
    return again, late, turns, country, sector, luck


def wished(groups: Sequence[Group], given: Cohort) -> tuple[int, int, int, int]:
    """What groups cost but for turns and chance: repeats, how late they were, countries, sectors."""
    by_id = {person.id: person for person in given.people}
    last: dict[frozenset[str], int] = {}
    for met in given.history:
        last[frozenset(met[:2])] = max(last.get(frozenset(met[:2]), 0), met.round)
    rounds = sorted({met.round for met in given.history})
    again = late = country = sector = 0
    for group in groups:
        for a, b in combinations(group, 2):
            one, other = by_id[a], by_id[b]
            if frozenset((a, b)) in last:
                again += 1
                late += rounds.index(last[frozenset((a, b))])
            if given.wishes.different_country and one.country and one.country == other.country:
                country += 1
            shared = bool(one.sectors & other.sectors)
            if given.wishes.sector != "any" and shared != (given.wishes.sector == "same"):
                sector += 1
    return again, late, country, sector


def best_cost(given: Cohort) -> Costs | None:
    """The least cost of all plans; None if the rules let none through."""
    costs = [cost(groups, given) for groups in _plans(sorted(person.id for person in given.people), given)]
    return min(costs, default=None)


def best_group_cost(given: Cohort, size: int) -> tuple[int, ...] | None:
    """What the best of all plans for groups costs, but for chance; None if the rules let none through."""
    people_of = {person.id: person for person in given.people}
    alone = {
        two: wished([two], given) if may_meet(*two, given) else None
        for two in combinations(sorted(people_of), 2)
    }
    best: tuple[int, ...] | None = None
    for plan in _tables(sorted(people_of), _sizes(len(people_of), size)):
        pairs = [alone[two] for each in plan for two in combinations(each, 2)]
        known = [each for each in pairs if each is not None]
        if len(known) == len(pairs):
            total = tuple(map(sum, zip(*known, strict=True)))
            best = total if best is None else min(best, total)
    return best


def meetings(plan: Matched, round: int) -> list[Met]:
    """The history that a plan leaves when everybody met."""
    return [Met(a, b, round) for group in plan.groups for a, b in combinations(group, 2)]


def after(who: Sequence[Person], plan: Matched) -> tuple[Person, ...]:
    """The same people with the plan's trio counted."""
    trio = {member for group in plan.groups if len(group) == 3 for member in group}
    return tuple(replace(person, trio_turns=person.trio_turns + (person.id in trio)) for person in who)


def may_meet(a: str, b: str, given: Cohort) -> bool:
    """Whether no rule parts two people."""
    by_id = {person.id: person for person in given.people}
    one, other = by_id[a], by_id[b]
    if frozenset((a, b)) in given.forbidden or (one.cluster and one.cluster == other.cluster):
        return False
    apart = one.languages and other.languages and not one.languages & other.languages
    return not (given.wishes.common_language and apart)


def _plans(ids: Sequence[str], given: Cohort) -> Iterator[list[Group]]:
    free = {(a, b): may_meet(a, b, given) for pair in combinations(ids, 2) for a, b in (pair, pair[::-1])}

    def pairs(left: tuple[str, ...]) -> Iterator[list[Group]]:
        if not left:
            yield []
            return
        first = left[0]
        for other in left[1:]:
            if free[first, other]:
                rest = tuple(each for each in left[1:] if each != other)
                for more in pairs(rest):
                    yield [(first, other), *more]

    if len(ids) % 2 == 0:
        yield from pairs(tuple(ids))
        return
    for trio in combinations(ids, 3):
        if all(free[a, b] for a, b in combinations(trio, 2)):
            for rest in pairs(tuple(each for each in ids if each not in trio)):
                yield [trio, *rest]


def _sizes(n: int, size: int) -> list[int]:
    """The sizes of groups of three to six, one apart at most, on average nearest to the one asked for."""
    many = [groups for groups in range(1, n) if n >= 3 * groups and n <= 6 * groups]
    groups = min(many, key=lambda number: abs(n / number - size))
    return sorted(len(range(place, n, groups)) for place in range(groups))


def _tables(ids: Sequence[str], sizes: Sequence[int]) -> Iterator[list[Group]]:
    """Every way to seat people at tables of these sizes."""
    if not ids:
        yield []
        return
    for size in sorted(set(sizes)):
        fewer = list(sizes)
        fewer.remove(size)
        for rest in combinations(ids[1:], size - 1):
            left = [each for each in ids[1:] if each not in rest]
            for more in _tables(left, fewer):
                yield [(ids[0], *rest), *more]


@lru_cache(maxsize=8)
def _chance(given: Cohort) -> dict[tuple[str, str], int]:
    known = weights.table(
        given.people,
        history=(),
        forbidden=(),
        wishes=given.wishes,
        seed=given.seed,
        round=given.round,
    )
    return {
        (a, b): int(known.chance[known.index[a], known.index[b]]) for a in known.index for b in known.index
    }

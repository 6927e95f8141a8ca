"""Rounds drawn from a seed, and their best plan by trying every one: what the matcher is measured against.

The brute force shares nothing with the solver but the values that go in and the seeded chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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
    by_id = {person.id: person for person in given.people}
    last: dict[frozenset[str], int] = {}
    for met in given.history:
        last[frozenset(met[:2])] = max(last.get(frozenset(met[:2]), 0), met.round)
    rounds = sorted({met.round for met in given.history})
    chance = _chance(given)
    fewest = min(person.trio_turns for person in given.people)
    again = late = turns = country = sector = luck = 0
    for group in groups:
        if len(group) == 3:
            turns += sum(by_id[member].trio_turns - fewest for member in group)
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
            luck += chance[a, b]
    return again, late, turns, country, sector, luck


def best_cost(given: Cohort) -> Costs | None:
    """The least cost of all plans; None if the rules let none through."""
    costs = [cost(groups, given) for groups in _plans(sorted(person.id for person in given.people), given)]
    return min(costs, default=None)


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

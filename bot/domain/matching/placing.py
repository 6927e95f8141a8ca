"""Placing reviews under the rules, best wishes first, and finding out what keeps them from being placed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby, islice

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from bot.domain.matching.choosing import Limit, cheapest
from bot.domain.matching.values import Impossible, Reciprocal, Relax, Review, Rule
from bot.domain.matching.weights import Flags, Numbers, Table
from bot.domain.values import dataclass

# More draws than these only make the solver's proof longer.
_CHANCES = 1000
# Up to here all reviews are weighed; beyond it the best ones of each person, unless these do not suffice.
_MOST_OPTIONS = 8000
_BEST_OF_MANY = 30


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which reviews there are to place, and who can take how many."""

    known: Table
    needs: Mapping[str, int]
    """How many reviewers each author is to get."""
    limits: Mapping[str, tuple[int, int]]
    """How many reviews each reviewer gives at least and at most."""
    guests: frozenset[str] = frozenset()
    """Reviewers who get something only if the others do not suffice."""
    one_more: frozenset[str] = frozenset()
    """Who may give one above the most, if it must be; then the least does not count."""
    reciprocal: Reciprocal = "avoid"
    certain: frozenset[Review] = frozenset()
    """Reviews that are to be among those placed."""
    kept: frozenset[Review] = frozenset()
    """Reviews that are there already, beside those to place."""
    dear: Flags | None = None
    """Two people who are to be matched only if it must be, before all other wishes."""

    @cached_property
    def edges(self) -> list[Review]:
        """All reviews that the rules allow, sorted."""
        index = self.known.index
        return [
            Review(reviewer, author)
            for reviewer in sorted(self.limits)
            for author in sorted(self.needs)
            if self.known.allowed[index[reviewer], index[author]]
            and (reviewer, author) not in self.kept
            and not (self.reciprocal == "forbid" and (author, reviewer) in self.kept)
        ]


def choose(wanted: Wanted) -> list[Review] | None:
    """Place all reviews, as near to the wishes as can be; None if the rules do not let it be."""
    if not wanted.needs:
        return []
    every = wanted.edges
    if len(every) > _MOST_OPTIONS:
        found = _placed(wanted, _best_of(wanted, every))
        if found is not None:
            return found
    return _placed(wanted, every)


def _placed(wanted: Wanted, edges: Sequence[Review]) -> list[Review] | None:
    option = {edge: place for place, edge in enumerate(edges)}
    of_author: dict[str, list[int]] = {author: [] for author in wanted.needs}
    of_reviewer: dict[str, list[int]] = {reviewer: [] for reviewer in wanted.limits}
    for edge, place in option.items():
        of_author[edge.author].append(place)
        of_reviewer[edge.reviewer].append(place)
    if any(len(places) < wanted.needs[author] for author, places in of_author.items()):
        return None
    more = {reviewer: len(edges) + place for place, reviewer in enumerate(sorted(wanted.one_more))}
    twins = _twins(wanted, option)
    avoided = range(len(edges) + len(more), len(edges) + len(more) + len(twins))
    limits = [
        Limit(options=places, least=wanted.needs[author], most=wanted.needs[author])
        for author, places in of_author.items()
    ]
    for reviewer, places in of_reviewer.items():
        least, most = wanted.limits[reviewer]
        limits.append(Limit(options=places, least=least, most=most, give=more.get(reviewer)))
    for two, give in zip(twins, avoided, strict=True):
        limits.append(
            Limit(options=two, least=0, most=1, give=give if wanted.reciprocal == "avoid" else None)
        )
    stages = _stages(wanted, edges, len(more), len(twins))
    chosen = cheapest(limits, stages, certain=[option[review] for review in sorted(wanted.certain)])
    return None if chosen is None else [edges[place] for place in chosen if place < len(edges)]


def impossible(wanted: Wanted, *, fewer: Mapping[str, int] | None = None) -> Impossible:
    """Say who blocks it, and which rules would each be enough to relax.

    fewer: needs that might be met instead. None tries to have everybody take one more.
    """
    blocked, partners = _short_of_reviewers(wanted)
    relax: list[Relax] = []
    for rule, parted in wanted.known.broken.items():
        others = {name: flags for name, flags in wanted.known.broken.items() if name is not rule}
        opened = replace(wanted, known=replace(wanted.known, broken=others), dear=parted)
        found = choose(opened)
        if found is not None:
            index = wanted.known.index
            pairs = tuple((a, b) for a, b in found if parted[index[a], index[b]])
            relax.append(Relax(rule=rule, pairs=pairs))
    if wanted.reciprocal == "forbid" and choose(replace(wanted, reciprocal="avoid")) is not None:
        relax.append(Relax(rule=Rule.RECIPROCAL))
    if wanted.certain and choose(replace(wanted, certain=frozenset())) is not None:
        relax.append(Relax(rule=Rule.LOCK))
    more = {reviewer: (least, most + 1) for reviewer, (least, most) in wanted.limits.items()}
    lighter = replace(wanted, needs=fewer) if fewer is not None else replace(wanted, limits=more)
    if not wanted.certain and any(lighter.needs.values()) and choose(lighter) is not None:
        relax.append(Relax(rule=Rule.LOAD))
    return Impossible(blocked, tuple(relax), partners)


def _best_of(wanted: Wanted, every: Sequence[Review]) -> list[Review]:
    known = wanted.known
    costs = known.costs(known.units(sum(wanted.needs.values())))
    cost = {edge: int(costs[known.index[edge.reviewer], known.index[edge.author]]) for edge in every}
    best = set(wanted.certain)
    for side in (0, 1):
        ranked = sorted(every, key=lambda edge: (edge[side], cost[edge]))
        for _, own in groupby(ranked, key=lambda edge: edge[side]):
            best.update(islice(own, _BEST_OF_MANY))
    return [edge for edge in every if edge in best]


def _twins(wanted: Wanted, option: Mapping[Review, int]) -> list[tuple[int, int]]:
    if wanted.reciprocal == "allow":
        return []
    return [
        (place, option[Review(author, reviewer)])
        for (reviewer, author), place in option.items()
        if reviewer < author and Review(author, reviewer) in option
    ]


def _stages(wanted: Wanted, edges: Sequence[Review], more: int, twins: int) -> list[Numbers]:
    """What each option costs, the gravest stage first: reviews, then those who give one more, then twins."""
    known = wanted.known
    rows = np.array([known.index[reviewer] for reviewer, _ in edges])
    columns = np.array([known.index[author] for _, author in edges])
    total = sum(wanted.needs.values())
    units = (total + 1) ** 2, total + 1, 1
    backwards = np.array([(author, reviewer) in wanted.kept for reviewer, author in edges])
    country = known.same_country if known.wishes.different_country else np.zeros_like(known.same_country)
    again = total * int(known.recency.max(initial=0)) + 1
    avoid = wanted.reciprocal == "avoid"

    def stage(costs: Numbers, *, each_more: int = 0, each_twin: int = 0) -> Numbers:
        return np.concatenate([costs.astype(np.int64), np.full(more, each_more), np.full(twins, each_twin)])

    nothing = np.zeros(len(edges), dtype=np.int64)
    return [
        stage(nothing if wanted.dear is None else wanted.dear[rows, columns]),
        stage(nothing, each_more=1),
        stage(np.array([reviewer in wanted.guests for reviewer, _ in edges])),
        stage(known.met[rows, columns] * again + known.recency[rows, columns]),
        stage(
            (backwards if avoid else nothing) * units[0]
            + country[rows, columns] * units[1]
            + known.off_sector[rows, columns] * units[2],
            each_twin=units[0] if avoid else 0,
        ),
        stage(known.chance[rows, columns] % _CHANCES),
    ]


def _short_of_reviewers(wanted: Wanted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Authors who all need the same reviewers, and these; all authors where numbers do not forbid it."""
    may_give = {
        author: {edge.reviewer for edge in wanted.edges if edge.author == author} for author in wanted.needs
    }
    lone = sorted(author for author, givers in may_give.items() if len(givers) < wanted.needs[author])
    if lone:
        return tuple(lone), tuple(sorted(set().union(*(may_give[author] for author in lone)) - set(lone)))
    authors, reviewers = sorted(wanted.needs), sorted(wanted.limits)
    node = {("gets", author): place for place, author in enumerate(authors, start=2)}
    node |= {("gives", reviewer): place for place, reviewer in enumerate(reviewers, start=2 + len(authors))}
    edges = [(node["gives", reviewer], node["gets", author], 1) for reviewer, author in wanted.edges]
    for reviewer in reviewers:
        extra = 1 if reviewer in wanted.one_more else 0
        edges.append((0, node["gives", reviewer], wanted.limits[reviewer][1] + extra))
    edges += [(node["gets", author], 1, wanted.needs[author]) for author in authors]
    tails, heads, sizes = zip(*edges, strict=True)
    count = 2 + len(authors) + len(reviewers)
    graph = csr_array((np.array(sizes, dtype=np.int32), (tails, heads)), shape=(count, count))
    flow = maximum_flow(graph, 0, 1).flow.toarray()
    short = [author for author in authors if flow[node["gets", author], 1] < wanted.needs[author]]
    asked: set[str] = set()
    for author in short:
        # The list grows while it is read: whoever competes for the same reviewers is short as well.
        for reviewer in sorted(may_give[author] - asked):
            asked.add(reviewer)
            served = (rival for rival in authors if flow[node["gives", reviewer], node["gets", rival]] > 0)
            short += [rival for rival in served if rival not in short]
    return tuple(sorted(short or authors)), tuple(sorted(asked - set(short)))

"""What goes into the matcher and what comes out of it, as plain values; no solving."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Literal, NamedTuple

from bot.domain.values import dataclass

Group = tuple[str, ...]
"""The ids of people who are brought together, sorted."""
Reciprocal = Literal["avoid", "forbid", "allow"]
"""Whether two people may review each other in one round."""

MOST_REVIEWS = 4
"""The largest number of reviews a hand-in can get."""
GROUP_SIZES = range(3, 7)
"""How many people a group may have."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who takes part in a round, as far as the matching looks at them."""

    id: str
    cluster: str = ""
    """Two people of one cluster are never matched; empty for people without one."""
    country: str = ""
    sectors: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    trio_turns: int = 0
    """How often they have been in a trio before."""


class Met(NamedTuple):
    """Two people were brought together in a round. Those who did not meet are left out of the history.

    For reviews the first gave and the second received; for everything else the order means nothing.
    """

    a: str
    b: str
    round: int


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the organiser prefers; a person's being matched at all goes before the first two."""

    sector: Literal["same", "different", "any"] = "any"
    different_country: bool = True
    common_language: bool = False
    """A rule rather than a wish: without a language in common two people are not matched. Those who have
    stated none may meet anybody."""


AS_USUAL = Wishes()
"""The wishes of a round for which the organiser has stated none."""


class Rule(StrEnum):
    """A rule that no match may break."""

    EXCLUSION = "exclusion"
    CLUSTER = "cluster"
    LANGUAGE = "language"
    LOCK = "lock"
    """Matches that the organiser has locked."""
    RECIPROCAL = "reciprocal"
    """Two people do not review each other."""
    LOAD = "load"
    """How many reviews each hand-in gets: one fewer would do; after a drop-out, how many each gives."""
    SIZE = "size"
    """How many people a group has: smaller ones would do."""


@dataclass(frozen=True, kw_only=True)
class Relax:
    """One way out: without this rule, between these people only, everybody finds a place."""

    rule: Rule
    pairs: tuple[Group, ...] = ()
    """As few as possible, each sorted (for reviews: reviewer, author); empty where no pair is to blame. An
    exclusion may be private: who asked for it is not to be shown to anybody else."""


class Impossible(Exception):
    """The rules leave somebody without a match. Nothing was matched."""

    def __init__(
        self, people: tuple[str, ...], relax: tuple[Relax, ...] = (), partners: tuple[str, ...] = ()
    ) -> None:
        super().__init__(f"no match for {', '.join(people) or 'nobody'}")
        self.people = people
        """Who blocks it, sorted: all of them need `partners`, and these are too few. Everybody, where there
        are fewer people than a match needs."""
        self.relax = relax
        """Each of these alone is enough; empty if no single rule is."""
        self.partners = partners
        """Whom `people` may be matched with; sorted, often empty."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a match is a good one, or is not: facts about all who are in it."""

    met: tuple[Met, ...] = ()
    """Their earlier meetings, the latest first; empty if nobody has met anybody."""
    different_countries: bool
    """Each is in another country; those who have stated none count as elsewhere."""
    sectors: tuple[str, ...]
    """Those that all have in common, sorted; `languages` likewise."""
    languages: tuple[str, ...]


class Shortfall(StrEnum):
    """In what a match is not as wished."""

    MEETS_AGAIN = "meets_again"
    TRIO_AGAIN = "trio_again"
    """In a trio although others have been in fewer."""
    SAME_COUNTRY = "same_country"
    SECTOR = "sector"
    RECIPROCAL = "reciprocal"
    """The two review each other."""
    ONE_MORE = "one_more"
    """Gives more reviews than each hand-in gets; the group holds that one person."""


@dataclass(frozen=True, kw_only=True)
class Compromise:
    """One thing that is not ideal about a match."""

    shortfall: Shortfall
    people: Group
    """The one, two or three whom it concerns, sorted; for reviews the reviewer and then the author."""
    free: int = 0
    """For `meets_again`: how many others in the round they may meet and have not met, the fewest of any of
    them. With 0, everybody else is excluded or has been met."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """Everybody in exactly one group."""

    groups: tuple[Group, ...]
    """Sorted."""
    reasons: Mapping[Group, Reason]
    """By group, in the same order."""
    compromises: tuple[Compromise, ...] = ()
    """By weight, then by people."""


class Review(NamedTuple):
    """One review that somebody owes somebody."""

    reviewer: str
    author: str


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """Who reviews whose hand-in."""

    k: int
    """Reviews that each hand-in gets."""
    given: tuple[Review, ...]
    """Sorted by reviewer, then by author."""
    reasons: Mapping[Review, Reason]
    compromises: tuple[Compromise, ...] = field(default=())

    def load(self, reviewer: str) -> int:
        """How many reviews somebody gives."""
        return sum(review.reviewer == reviewer for review in self.given)

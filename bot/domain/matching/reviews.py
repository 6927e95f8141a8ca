"""Reviews: who reviews whose hand-in, and who takes over what somebody who dropped out owed.

How they are placed is in `placing`; pairs of people who talk to each other are in `pairs`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.domain.matching import explain, weights
from bot.domain.matching.placing import Wanted, choose, impossible
from bot.domain.matching.values import (
    AS_USUAL,
    MOST_REVIEWS,
    Compromise,
    Impossible,
    Met,
    Person,
    Reciprocal,
    Relax,
    Review,
    Reviews,
    Rule,
    Shortfall,
    Wishes,
)


def assign_reviews(
    authors: Collection[Person],
    reviewers: Collection[Person],
    *,
    k: int,
    history: Collection[Met] = (),
    forbidden: Collection[frozenset[str]] = (),
    wishes: Wishes = AS_USUAL,
    reciprocal: Reciprocal = "avoid",
    locked: Collection[Review] = (),
    capacity: Mapping[str, int] | None = None,
    seed: int,
    round: int,
) -> Reviews:
    """Give each hand-in exactly k reviewers and, where the numbers allow, each reviewer exactly k reviews.

    authors: those who have handed in. reviewers: those who give; most people are both.
    k: 1 to 4 (ValueError otherwise).
    history: who reviewed whom before, giver first. forbidden: two ids that get nothing from each other, each.
    reciprocal: whether two people may review each other; "avoid" comes before the countries.
    locked: reviews that stay as they are.
    capacity: guests among the reviewers (alumni, say), and how many reviews each can take. They get some only
    where the others do not suffice.
    seed, round: the same ones, with the same input, give the same plan.
    Raises Impossible if there are fewer than two people or the rules do not let it be.
    """
    if not 1 <= k <= MOST_REVIEWS:
        raise ValueError(f"a hand-in gets 1 to {MOST_REVIEWS} reviews, not {k}")
    everybody = {person.id: person for person in (*authors, *reviewers)}
    known = weights.table(
        everybody.values(),
        history=history,
        forbidden=forbidden,
        wishes=wishes,
        seed=seed,
        round=round,
        directed=True,
    )
    if not authors or len(everybody) < 2:
        raise Impossible(tuple(sorted(everybody)))
    guests = {guest: most for guest, most in (capacity or {}).items() if guest in everybody}
    own = sorted({reviewer.id for reviewer in reviewers} - set(guests))
    total = k * len(authors)
    wanted = Wanted(
        known=known,
        needs={author.id: k for author in authors},
        limits=dict.fromkeys(own, (0, k)) | {guest: (0, guests[guest]) for guest in sorted(guests)},
        guests=frozenset(guests),
        reciprocal=reciprocal,
        certain=_checked(locked, known, authors, reviewers),
    )
    found = None
    if own and total <= k * len(own):
        evenly = {reviewer: (total // len(own), -(-total // len(own))) for reviewer in own}
        found = choose(replace(wanted, limits=evenly))
    if found is None:
        # Not everybody can give as many as the others do: guests take the rest, and then some give one more.
        found = choose(wanted) or choose(replace(wanted, one_more=frozenset(own)))
    if found is None:
        raise impossible(wanted, fewer=dict.fromkeys(wanted.needs, k - 1))
    return _reviews(k, found, known, history)


def reassign(
    reviews: Reviews,
    people: Collection[Person],
    *,
    dropped: Collection[str],
    standins: Mapping[str, int] | None = None,
    done: Collection[Review] = (),
    history: Collection[Met] = (),
    forbidden: Collection[frozenset[str]] = (),
    wishes: Wishes = AS_USUAL,
    reciprocal: Reciprocal = "avoid",
    seed: int,
    round: int,
) -> Reviews:
    """Place anew what those who dropped out owed; nobody else's reviews move.

    people: everybody in `reviews` and all stand-ins; those who have dropped out may be missing from it.
    dropped: who gives no more reviews. What they owed each other is dropped too.
    standins: people who take over, and how many reviews each gives at most, those they have included. They go
    first; then some of the others give one more, and nobody more than k + 1.
    done: reviews that were given already; they stay, whoever gave them.
    Raises Impossible if what they owed cannot be placed; `people` are those who are without a reviewer.
    """
    gone, given = set(dropped), set(done)
    kept = [review for review in reviews.given if review.reviewer not in gone or review in given]
    orphaned = Counter(author for reviewer, author in set(reviews.given) - set(kept) if author not in gone)
    known = weights.table(
        people,
        history=history,
        forbidden=forbidden,
        wishes=wishes,
        seed=seed,
        round=round,
        directed=True,
    )
    loads = Counter(review.reviewer for review in reviews.given if review.reviewer not in gone)
    helping = {
        helper: (0, max(0, most - loads.pop(helper, 0)))
        for helper, most in sorted((standins or {}).items())
        if helper not in gone
    }
    wanted = Wanted(
        known=known,
        needs=dict(sorted(orphaned.items())),
        limits={reviewer: (0, max(0, reviews.k - load)) for reviewer, load in sorted(loads.items())}
        | helping,
        one_more=frozenset(reviewer for reviewer, load in loads.items() if load <= reviews.k),
        reciprocal=reciprocal,
        kept=frozenset(kept),
    )
    found = choose(wanted)
    if found is None:
        raise impossible(wanted)
    return _reviews(reviews.k, [*kept, *found], known, history)


def judge_reviews(
    given: Collection[Review],
    people: Collection[Person],
    *,
    k: int,
    history: Collection[Met] = (),
    forbidden: Collection[frozenset[str]] = (),
    wishes: Wishes = AS_USUAL,
    round: int,
) -> Reviews:
    """Give reviews that somebody placed by hand their reasons, and say what is not ideal about them.

    people: everybody in them, and whoever else takes part. k: how many reviews a hand-in should get; that
    each gets as many is not asked for.
    Raises Impossible where a rule parts reviewer and author; ValueError where somebody reviews themselves, or
    one hand-in twice.
    """
    if len(set(given)) != len(given) or any(reviewer == author for reviewer, author in given):
        raise ValueError("somebody reviews themselves, or one hand-in twice")
    known = weights.table(
        people,
        history=history,
        forbidden=forbidden,
        wishes=wishes,
        seed=0,
        round=round,
        directed=True,
    )
    parted = explain.broken_rules(known, given)
    if parted:
        raise Impossible(explain.people_of(parted), parted)
    return _reviews(k, given, known, history)


def _checked(
    locked: Collection[Review],
    known: weights.Table,
    authors: Collection[Person],
    reviewers: Collection[Person],
) -> frozenset[Review]:
    gives, gets = {person.id for person in reviewers}, {person.id for person in authors}
    if any(review.reviewer not in gives or review.author not in gets for review in locked):
        raise ValueError("a locked review has somebody who does not take part")
    parted = explain.broken_rules(known, locked)
    if parted:
        raise Impossible(explain.people_of(parted), (*parted, Relax(rule=Rule.LOCK)))
    return frozenset(locked)


def _reviews(k: int, given: Collection[Review], known: weights.Table, history: Collection[Met]) -> Reviews:
    ordered = tuple(sorted(given))
    by_id = {person.id: person for person in known.people}
    earlier: dict[frozenset[str], list[Met]] = {}
    for met in history:
        earlier.setdefault(frozenset(met[:2]), []).append(met)
    reasons = {
        review: explain.why(
            review, [by_id[each] for each in review], history=earlier.get(frozenset(review), ())
        )
        for review in ordered
        if set(review) <= set(by_id)
    }
    compromises = explain.pair_compromises(known, list(reasons))
    compromises += [
        Compromise(shortfall=Shortfall.RECIPROCAL, people=tuple(review))
        for review in ordered
        if review.reviewer < review.author and Review(review.author, review.reviewer) in given
    ]
    compromises += [
        Compromise(shortfall=Shortfall.ONE_MORE, people=(reviewer,))
        for reviewer, load in Counter(review.reviewer for review in ordered).items()
        if load > k
    ]
    return Reviews(k=k, given=ordered, reasons=reasons, compromises=explain.in_order(compromises))

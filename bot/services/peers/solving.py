"""Between a round and the matcher: what goes in, what comes out, and its refusals in words.

The solvers are imported where they are first needed: they take as much memory as all else together, and an
academy draws a few times a year. `load` and `load_if_needed` have them ready before that.
"""

import asyncio
import importlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.ids import UserId
from bot.domain.matching.values import (
    Compromise,
    Impossible,
    Matched,
    Reason,
    Relax,
    Review,
    Reviews,
    Rule,
)
from bot.domain.peers import Kind, Match, Round, RoundState
from bot.domain.refusals import Refused
from bot.services.peers.pool import Pool, wishes
from bot.views import words
from storage import peers
from storage.db import Database

_MOST_NAMES = 5
_SOLVERS = ("groups", "pairs", "reviews")


async def load() -> None:
    """Load the solvers, in a thread: a busy machine takes seconds for it.

    For whoever is about to draw, who would wait for it, with Slack.
    """
    await asyncio.to_thread(_load)


async def load_if_needed(db: Database, *, now: datetime) -> None:
    """The same where a round is drafted or still open: who is left alone in it gets somebody else."""
    async with db.reading() as work:
        rounds = await peers.rounds(work)
    if any(one.state is not RoundState.DISCARDED and now < one.closes_at for one in rounds):
        await load()


def _load() -> None:
    for name in _SOLVERS:
        importlib.import_module(f"bot.domain.matching.{name}")


def draw(pool: Pool, of: Round, *, locked: Collection[Sequence[UserId]]) -> list[tuple[UserId, ...]]:
    """Match everybody of the pool: sorted groups, or reviewer and author. Takes up to some seconds.

    Raises Refused where the rules leave somebody over, with who they are and what could give way.
    """
    from bot.domain.matching.groups import group
    from bot.domain.matching.pairs import pair

    common: dict[str, Any] = {
        "history": pool.history,
        "forbidden": pool.forbidden,
        "wishes": wishes(of),
        "seed": of.seed,
        "round": of.id,
    }
    groups = [tuple(one) for one in locked]
    try:
        if of.kind is Kind.REVIEWS:
            found: Sequence[Sequence[str]] = _reviewed(pool, of, [Review(*one) for one in locked]).given
        elif of.kind is Kind.GROUPS:
            found = group(pool.persons(), size=of.size, locked=groups, **common).groups
        else:
            found = pair(pool.persons(), locked=groups, **common).groups
    except Impossible as impossible:
        raise refusal(impossible, pool, of) from impossible
    return [tuple(UserId(member) for member in one) for one in found]


def _reviewed(pool: Pool, of: Round, locked: Collection[Review]) -> Reviews:
    from bot.domain.matching.reviews import assign_reviews

    authors = pool.persons()
    return assign_reviews(
        authors,
        [*authors, *(pool.person(one) for one in pool.standins)],
        k=of.size,
        history=pool.history,
        forbidden=pool.forbidden,
        wishes=wishes(of),
        reciprocal=of.reciprocal,
        locked=locked,
        capacity=pool.capacity,
        seed=of.seed,
        round=of.id,
    )


def check(pool: Pool, of: Round, matches: Sequence[Match]) -> None:
    """Raise Refused where matches made by hand break a rule."""
    pairs = {match.members for match in matches}
    if of.kind is Kind.REVIEWS:
        if len(pairs) < len(matches) or any(giver == author for giver, author in pairs):
            raise Refused("This would have somebody review their own work, or the same work twice.")
        if of.reciprocal == "forbid" and any((author, giver) in pairs for giver, author in pairs):
            raise Refused("This would have two people review each other, which this round does not allow.")
    try:
        _judge(pool, of, matches)
    except Impossible as impossible:
        raise Refused(_broken(impossible, pool)) from impossible


def judged(
    pool: Pool, of: Round, matches: Sequence[Match]
) -> tuple[Mapping[int, Reason], tuple[Compromise, ...]]:
    """Why each match, by number, and what is not ideal.

    Of matches that no longer hold, since people or rules have changed, there are the facts only.
    """
    from bot.domain.matching import explain

    try:
        found = _judge(pool, of, matches)
    except (Impossible, KeyError, ValueError):
        people = pool.persons()
        known = {one.id for one in people}
        reasons = {
            match.number: explain.why(match.members, people, history=pool.history)
            for match in matches
            if set(match.members) <= known
        }
        return reasons, ()
    keyed = {tuple(members): reason for members, reason in found.reasons.items()}
    return {match.number: keyed[tuple(match.members)] for match in matches}, found.compromises


def _judge(pool: Pool, of: Round, matches: Sequence[Match]) -> Matched | Reviews:
    from bot.domain.matching import explain
    from bot.domain.matching.reviews import judge_reviews

    if of.kind is Kind.REVIEWS:
        return judge_reviews(
            [Review(*match.members) for match in matches],
            [*pool.persons(), *(pool.person(one) for one in pool.standins)],
            k=of.size,
            history=pool.history,
            forbidden=pool.forbidden,
            wishes=wishes(of),
            round=of.id,
        )
    return explain.judge(
        [match.members for match in matches],
        pool.persons({member for match in matches for member in match.members}),
        history=pool.history,
        forbidden=pool.forbidden,
        wishes=wishes(of),
        round=of.id,
    )


def refusal(impossible: Impossible, pool: Pool, of: Round) -> Refused:
    """Who cannot be matched, and what could give way; an exclusion is never told of, it may be private."""
    names = _names(impossible.people, pool)
    who = f"There is no match for {names}" if names else "Not everybody can be matched"
    ways = [way for one in impossible.relax if (way := _way_out(one, pool, of))]
    out = words.listed(dict.fromkeys(ways), last="or")
    out = f"One way out: {out}" if out else "Leave somebody out, or let more people take part"
    return Refused(f"{who}: the rules exclude everybody who is left. {out}.", block_id="who")


def _way_out(relax: Relax, pool: Pool, of: Round) -> str:
    if relax.rule is Rule.EXCLUSION:
        return "let one of those who are kept apart meet, or leave one of them out"
    if relax.rule is Rule.CLUSTER:
        return "leave one of those out who come from the same cluster"
    if relax.rule is Rule.LANGUAGE:
        return "do not ask for a common language"
    if relax.rule is Rule.LOCK:
        return "unlock a match"
    if relax.rule is Rule.RECIPROCAL:
        return "let two people review each other"
    if relax.rule is Rule.SIZE:
        return "make the groups smaller"
    fewer = of.size - 1
    return f"ask for {words.plural(fewer, 'review')} a hand-in" if fewer else "let more people take part"


def _broken(impossible: Impossible, pool: Pool) -> str:
    rules = {relax.rule for relax in impossible.relax}
    names = _names(impossible.people, pool)
    if rules == {Rule.CLUSTER}:
        return f"This would bring together people of one cluster: {names}."
    if rules == {Rule.LANGUAGE}:
        return f"This would bring together people without a common language: {names}."
    return f"A rule keeps some of these people apart: {names}."


def _names(user_ids: Collection[str], pool: Pool) -> str:
    names = [pool.people[UserId(one)].name for one in user_ids if UserId(one) in pool.people]
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES} more"]
    return words.listed(names)


def rejoined(
    pool: Pool, of: Round, *, alone: Sequence[UserId], matches: Sequence[Match]
) -> tuple[list[tuple[Match | None, tuple[UserId, ...]]], list[UserId]]:
    """Find company for those whose partners have gone: each other, an alumnus, a pair or group.

    Returns the new matches, each with the one that it takes the place of where somebody joins it; and those
    for whom the rules allow nobody.
    """
    waiting = [pool.people[one] for one in alone if one in pool.people]
    standins = list(pool.standins) if of.kind is Kind.PAIRS else []
    open_matches = list(matches)
    found: list[tuple[Match | None, tuple[UserId, ...]]] = []
    over = [one for one in alone if one not in pool.people]
    met = {frozenset((one.a, one.b)) for one in pool.history}
    while waiting:
        person = waiting.pop(0)
        partner = next((other for other in waiting if pool.may_meet(person, other, wishes=wishes(of))), None)
        if partner is not None:
            waiting.remove(partner)
            found.append((None, (person.user_id, partner.user_id)))
            continue
        standin = next((one for one in standins if pool.may_meet(person, one, wishes=wishes(of))), None)
        if standin is not None:
            standins.remove(standin)
            found.append((None, (person.user_id, standin.user_id)))
            continue
        joinable = [
            match
            for match in open_matches
            if len(match.members) < (of.size + 1 if of.kind is Kind.GROUPS else 3)
            and all(one in pool.people for one in match.members)
            and all(pool.may_meet(person, pool.people[one], wishes=wishes(of)) for one in match.members)
        ]
        if not joinable:
            over.append(person.user_id)
            continue
        chosen = min(
            joinable,
            key=lambda match: (
                sum(frozenset((person.user_id, one)) in met for one in match.members),
                len(match.members),
                match.number,
            ),
        )
        open_matches.remove(chosen)
        found.append((chosen, (*chosen.members, person.user_id)))
    return [(match, tuple(sorted(members))) for match, members in found], over


def reassigned(
    pool: Pool,
    of: Round,
    reviews: Collection[tuple[UserId, UserId]],
    *,
    done: Collection[tuple[UserId, UserId]],
    dropped: Collection[UserId],
) -> list[tuple[UserId, UserId]]:
    """The reviews that take the place of those which somebody no longer gives; as many as can be placed.

    reviews: those that are open or given, reviewer and author. done: those that were given.
    """
    from bot.domain.matching.reviews import reassign

    involved = {one for pair_ in reviews for one in pair_}
    people = [*pool.persons(involved), *(pool.person(one) for one in pool.standins)]
    known = {one.id for one in people}
    before = [Review(*one) for one in reviews if set(one) - set(dropped) <= known]
    author_gone = {one for one in before if one.author in dropped}
    try:
        after = reassign(
            Reviews(k=of.size, given=tuple(sorted(set(before) - author_gone)), reasons={}),
            people,
            dropped=dropped,
            standins=pool.capacity,
            done=[Review(*one) for one in done],
            history=pool.history,
            forbidden=pool.forbidden,
            wishes=wishes(of),
            reciprocal=of.reciprocal,
            seed=of.seed,
            round=of.id,
        )
    except Impossible:
        return []
    new = sorted(set(after.given) - set(before))
    return [(UserId(one.reviewer), UserId(one.author)) for one in new]

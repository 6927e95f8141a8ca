"""Who can take part in a round, and all that the matcher looks at: read at once, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from bot.domain import calendar
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.matching.values import Met, Person, Wishes
from bot.domain.members import Member, Role
from bot.domain.peers import (
    OFFER_COUNTS_FOR,
    Asked,
    Feedback,
    Kind,
    Match,
    Reply,
    Round,
    RoundState,
    Who,
    did_meet,
)
from bot.domain.values import dataclass
from storage import homework, members, peer_people, peers
from storage.db import Work


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What a round is drawn from."""

    people: Mapping[UserId, Member]
    """Those who take part, by id."""
    clusters: Mapping[UserId, str]
    history: tuple[Met, ...]
    forbidden: frozenset[frozenset[str]]
    trio_turns: Mapping[UserId, int]
    standins: tuple[Member, ...]
    """Alumni who take a review more this month, those who took fewest first."""
    capacity: Mapping[str, int]
    """How many more each of them takes."""

    def persons(self, user_ids: Collection[UserId] | None = None) -> list[Person]:
        """The people as the matcher knows them."""
        return [
            self.person(one) for one in self.people.values() if user_ids is None or one.user_id in user_ids
        ]

    def person(self, one: Member) -> Person:
        """Somebody, of the people or not, as the matcher knows them."""
        return Person(
            id=one.user_id,
            cluster=self.clusters.get(one.user_id, ""),
            country=one.country,
            sectors=frozenset(one.sectors),
            languages=frozenset(one.languages),
            trio_turns=self.trio_turns.get(one.user_id, 0),
        )

    def may_meet(self, one: Member, other: Member, *, wishes: Wishes) -> bool:
        """Whether no rule keeps two people apart."""
        clusters = self.clusters.get(one.user_id, ""), self.clusters.get(other.user_id, "")
        is_one_cluster = clusters[0] != "" and clusters[0] == clusters[1]
        is_apart = frozenset((one.user_id, other.user_id)) in self.forbidden
        stated = bool(one.languages) and bool(other.languages)
        is_mute = wishes.common_language and stated and not set(one.languages) & set(other.languages)
        return one.user_id != other.user_id and not (is_one_cluster or is_apart or is_mute)


def wishes(of: Round | Asked) -> Wishes:
    """What a round prefers, as the matcher takes it."""
    return Wishes(sector=of.sector, common_language=of.common_language)


async def read(work: Work, of: Round | Asked, *, team_id: TeamId, now: datetime) -> Pool:
    """Those who can take part now: enrolled, active, not paused or left out, with a hand-in if asked for.

    Rounds published before are the history, less those who did not meet; a round's own matches are not in it.
    """
    enrolled = await members.enrolments(work, team_id=team_id, edition_key=of.edition_key)
    wanted = {one.user_id for one in enrolled if one.role is Role.PARTICIPANT} - set(of.left_out)
    if of.homework_id is not None and (of.kind is Kind.REVIEWS or of.who is Who.HANDED_IN):
        wanted &= await _handed_in(work, team_id=team_id, homework_id=of.homework_id)
    away = await away_now(work, team_id=team_id, now=now)
    offers = await peer_people.offers(work, team_id=team_id)
    known = await members.members(work, team_id=team_id, user_ids=wanted | set(offers))
    active = {one.user_id: one for one in known if not one.is_deactivated and not one.is_bot}
    own = of.id if isinstance(of, Round) else 0
    past = [one for one in await peers.rounds(work, team_id=team_id) if one.is_published and one.id != own]
    matches = await peers.matches(work, team_id=team_id, round_ids=[one.id for one in past])
    people = {one: active[one] for one in sorted(wanted) if one in active and one not in away}
    free = _free(offers, past, matches, now=now)
    helping = [one for one in free if one in active and one not in people and one not in away]
    return Pool(
        people=people,
        clusters={one.user_id: one.cluster for one in enrolled if one.role is Role.PARTICIPANT},
        history=await history(work, past, matches, team_id=team_id),
        forbidden=frozenset(
            frozenset((one.one, one.other)) for one in await peer_people.apart(work, team_id=team_id)
        ),
        trio_turns=_trio_turns(past, matches),
        standins=tuple(active[one] for one in helping),
        capacity={one: free[one] for one in helping},
    )


async def all_history(work: Work, *, team_id: TeamId) -> tuple[Met, ...]:
    """Everybody who has met, by round."""
    past = await peers.rounds(work, team_id=team_id, state=RoundState.PUBLISHED)
    matches = await peers.matches(work, team_id=team_id, round_ids=[one.id for one in past])
    return await history(work, past, matches, team_id=team_id)


async def history(
    work: Work, past: Sequence[Round], matches: Mapping[int, Sequence[Match]], *, team_id: TeamId
) -> tuple[Met, ...]:
    """Who has met in these rounds, by round; who did not meet after all is not in it."""
    round_ids = [one.id for one in past]
    replies = await peers.replies(work, team_id=team_id, round_ids=round_ids)
    feedback = await peers.feedback(work, team_id=team_id, round_ids=round_ids)
    found: list[Met] = []
    for one in past:
        written = [each for each in feedback if each.round_id == one.id]
        for match in matches[one.id]:
            found += _met(one, match, replies[one.id], written)
    return tuple(found)


async def away_now(work: Work, *, team_id: TeamId, now: datetime) -> set[UserId]:
    """Who takes no part at the moment, on their own calendar as Slack knows their zone."""
    pauses = await peer_people.pauses(work, team_id=team_id)
    zones = {
        one.user_id: calendar.zone_or(one.tz, "UTC")
        for one in await members.members(work, team_id=team_id, user_ids=set(pauses))
    }
    return {
        user_id
        for user_id, pause in pauses.items()
        if pause.holds(calendar.local_date(now, zones.get(user_id, "UTC")))
    }


async def participants(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> dict[UserId, str]:
    """The participants of an edition and their clusters."""
    enrolled = await members.enrolments(work, team_id=team_id, edition_key=edition_key, role=Role.PARTICIPANT)
    return {one.user_id: one.cluster for one in enrolled}


async def _handed_in(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> set[UserId]:
    return {
        one.user_id
        for one in await homework.latest_submissions(work, team_id=team_id, homework_id=homework_id)
    }


def _met(of: Round, match: Match, replies: Collection[Reply], feedback: Collection[Feedback]) -> list[Met]:
    if not did_meet(match, replies, feedback, of=of):
        return []
    if of.kind is Kind.REVIEWS:
        return [Met(match.members[0], match.members[1], of.id)]
    return [Met(one, other, of.id) for one, other in combinations(sorted(match.members), 2)]


def _trio_turns(past: Iterable[Round], matches: Mapping[int, Sequence[Match]]) -> dict[UserId, int]:
    turns: dict[UserId, int] = {}
    for one in past:
        if one.kind is Kind.PAIRS:
            for match in matches[one.id]:
                for member in match.members if len(match.members) == 3 else ():
                    turns[member] = turns.get(member, 0) + 1
    return turns


def _free(
    offers: Mapping[UserId, int],
    past: Iterable[Round],
    matches: Mapping[int, Sequence[Match]],
    *,
    now: datetime,
) -> dict[UserId, int]:
    taken = dict.fromkeys(offers, 0)
    for one in past:
        if one.published_at is not None and one.published_at > now - OFFER_COUNTS_FOR:
            for match in matches[one.id]:
                giver = match.members[0]
                if one.kind is Kind.REVIEWS and giver in taken and not match.is_ended:
                    taken[giver] += 1
    free = sorted((taken[user_id], user_id) for user_id, most in offers.items() if taken[user_id] < most)
    return {user_id: offers[user_id] - before for before, user_id in free}

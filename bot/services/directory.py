"""The directory of people: who may be shown to whom, and finding them by words."""

import asyncio
from collections import defaultdict
from dataclasses import replace

from bot.domain import directory as domain
from bot.domain.consents import Purpose
from bot.domain.directory import Card, Found, Part
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.profiles import Field, Profile
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.profiles import clusters
from storage import consents, editions, members
from storage import profiles as stored
from storage.db import Database, Work

LONGEST_QUERY = 200


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What was found for somebody."""

    query: str
    found: tuple[Found, ...]
    listed: int
    """How many people the directory shows to this reader."""
    mine: Card
    """The reader's own card, whole."""
    is_listed: bool
    """Whether the directory shows the reader to others."""


async def find(db: Database, *, team_id: TeamId, user_id: UserId, query: str) -> Listing:
    """Who fits some words, as this reader may see them; nobody for no words.

    Raises Refused for a query that is too long, and for a guest who has no part in any edition.
    """
    if len(query) > LONGEST_QUERY:
        raise Refused(f"This has {len(query)} characters; {LONGEST_QUERY} is the most. Try a few words.")
    async with db.reading() as work:
        cards, mine, is_listed = await _cards(work, team_id=team_id, reader_id=user_id)
    # A large workspace takes a while, in which others are to be answered.
    found = await asyncio.to_thread(domain.search, query, cards)
    return Listing(
        query=query,
        found=tuple(found),
        listed=len(cards),
        mine=mine,
        is_listed=is_listed,
    )


async def mine(db: Database, *, team_id: TeamId, user_id: UserId) -> tuple[Card, bool]:
    """Somebody's own card, whole, and whether the directory shows them to others."""
    async with db.reading() as work:
        _, card, is_listed = await _cards(work, team_id=team_id, reader_id=user_id, may_read=True)
    return card, is_listed


async def _cards(
    work: Work, *, team_id: TeamId, reader_id: UserId, may_read: bool = False
) -> tuple[list[Card], Card, bool]:
    parts: defaultdict[UserId, list[Enrolment]] = defaultdict(list)
    every = await members.enrolments(work, team_id=team_id)
    for one in every:
        # Who applied is nobody else's business.
        if one.role is not Role.APPLICANT:
            parts[one.user_id].append(one)
    known = {one.user_id: one for one in await members.members(work, team_id=team_id)}
    reader = known.get(reader_id)
    if reader is None or (reader.is_guest and not parts[reader_id] and not may_read):
        raise Refused("The directory is for the academy's people. If you are one of them, tell an organiser.")
    profiles = await stored.profiles(work, team_id=team_id)
    withdrawn = await consents.withdrawn(work, team_id=team_id, purpose=Purpose.DIRECTORY)
    ordered = await editions.editions(work, team_id=team_id)
    shown_parts = {
        one.key: (one.name, max((day.on.year for day in one.days), default=None)) for one in ordered
    }
    by_roster = clusters(every, {one.key: place for place, one in enumerate(ordered)})
    own = {one.edition_key for one in parts[reader_id]}
    cards: list[Card] = []
    mine = Card(user_id=reader_id, name=reader.name)
    for user_id, person in known.items():
        is_self = user_id == reader_id
        profile = profiles.get(user_id) or Profile(team_id=team_id, user_id=user_id)
        if not is_self and (person.is_deactivated or person.is_bot):
            continue
        if not is_self and not parts[user_id] and user_id not in profiles:
            continue
        card = _card(person, profile, parts[user_id], shown_parts, by_roster.get(user_id, ""))
        if is_self:
            mine = card
        seen = domain.shown_to(
            card,
            replace(profile, is_listed=user_id not in withdrawn),
            shares_edition=any(one.edition_key in own for one in parts[user_id]),
            is_self=is_self,
        )
        if seen is not None:
            cards.append(seen)
    return cards, mine, reader_id not in withdrawn


def _card(
    person: Member,
    profile: Profile,
    parts: list[Enrolment],
    shown_parts: dict[EditionKey, tuple[str, int | None]],
    cluster: str,
) -> Card:
    order = {key: place for place, key in enumerate(shown_parts)}
    return Card(
        user_id=person.user_id,
        name=person.name,
        cluster=profile.cluster if Field.CLUSTER in profile.own else cluster,
        country=person.country,
        sectors=person.sectors,
        languages=person.languages,
        expertise=person.expertise,
        looks_for=profile.looks_for,
        parts=tuple(
            Part(
                edition_key=one.edition_key,
                edition_name=shown_parts[one.edition_key][0],
                role=one.role,
                year=shown_parts[one.edition_key][1],
            )
            for one in sorted(parts, key=lambda each: (order[each.edition_key], each.role))
        ),
    )

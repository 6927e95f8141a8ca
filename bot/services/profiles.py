"""A person's own profile: prefilled from Slack and the roster, saved as their own word."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import language_names, profiles
from bot.domain.consents import Consent, Purpose
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member
from bot.domain.profiles import Field, Profile, Written
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services import reminders, time_zones
from storage import consents, editions, members
from storage import profiles as stored
from storage.db import Database, Delivery, Work

_NOT_KNOWN = "The bot does not know you yet. Please try again in a minute."


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the form of a profile shows at first."""

    person: Member
    """With what Slack suggests for what nobody said yet."""
    profile: Profile
    cluster: str
    """The person's own word, or else the roster's."""
    suggested: frozenset[Field]
    """What is only suggested."""


async def form(db: Database, *, team_id: TeamId, user_id: UserId, client: AsyncWebClient) -> Form:
    """What somebody's form is filled in with: their own word, the roster's, or what Slack lets one guess.

    client: asked for the language of their Slack where nobody said any; no answer does no harm.
    """
    async with db.reading() as work:
        person, profile, cluster = await _known(work, team_id=team_id, user_id=user_id)
    suggested: dict[Field, Any] = {}
    if not person.country and Field.COUNTRY not in profile.own:
        suggested[Field.COUNTRY] = time_zones.country_of(person.tz)
    if not person.languages and Field.LANGUAGES not in profile.own:
        suggested[Field.LANGUAGES] = await _languages(client, user_id)
    given = {one: value for one, value in suggested.items() if value}
    return Form(
        person=replace(person, **{one.value: value for one, value in given.items()}),
        profile=profile,
        cluster=profile.cluster if Field.CLUSTER in profile.own else cluster,
        suggested=frozenset(given),
    )


async def save(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    written: Written,
    now: datetime,
    once: Delivery | None = None,
) -> tuple[Member, Profile]:
    """Keep a profile as its person filled it in; a later roster does not change what they said.

    Whether they want to be in the directory is kept as a consent, with its date, where it changed.
    Raises Refused with a field's block id for what cannot be kept.
    """
    async with db.writing(once) as work:
        person, profile, cluster = await _known(work, team_id=team_id, user_id=user_id)
        after, saved = profiles.saved(written, person=person, profile=profile, cluster=cluster, now=now)
        await members.put_member(work, after)
        await stored.put_profile(work, saved)
        if saved.is_listed != profile.is_listed:
            await consents.decide(
                work,
                Consent(
                    team_id=team_id,
                    user_id=user_id,
                    purpose=Purpose.DIRECTORY,
                    decided_at=now,
                    is_given=saved.is_listed,
                ),
            )
        if after.country != person.country:
            await reminders.replan(work, team_id=team_id, now=now, user_id=user_id)
    return after, saved


def clusters(enrolled: list[Enrolment], starts: Mapping[EditionKey, int]) -> dict[UserId, str]:
    """Each person's cluster by the roster: that of the edition that began last.

    starts: the place of an edition's key in that order, 0 for the newest.
    """
    found: dict[UserId, str] = {}
    for one in sorted(enrolled, key=lambda each: starts.get(each.edition_key, len(starts))):
        if one.cluster:
            found.setdefault(one.user_id, one.cluster)
    return found


async def _known(work: Work, *, team_id: TeamId, user_id: UserId) -> tuple[Member, Profile, str]:
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None:
        raise Refused(_NOT_KNOWN)
    profile = await stored.profile(work, team_id=team_id, user_id=user_id)
    is_withdrawn = await consents.is_withdrawn(
        work, team_id=team_id, user_id=user_id, purpose=Purpose.DIRECTORY
    )
    enrolled = await members.enrolments(work, team_id=team_id, user_id=user_id)
    order = {one.key: place for place, one in enumerate(await editions.editions(work, team_id=team_id))}
    cluster = clusters(enrolled, order).get(user_id, "")
    return person, replace(profile, is_listed=not is_withdrawn), cluster


async def _languages(client: AsyncWebClient, user_id: UserId) -> tuple[str, ...]:
    try:
        answer = await client.users_info(user=user_id, include_locale=True)
    except SlackApiError:
        return ()
    language = str(answer["user"].get("locale") or "").partition("-")[0]
    return (language,) if language in language_names.NAMES else ()

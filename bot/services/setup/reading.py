"""What the pages of setting up show: how far the academy is, one edition, and the channels that are named."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.editions import Academy, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId, EditionKey, TeamId, UserId
from bot.domain.members import Member, Role
from bot.domain.programme import current_edition
from bot.domain.readiness import Check, checks
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.domain.workspace import Channel
from bot.services.homework import participants
from bot.services.questions import heard
from storage import channels, editions, homework, members
from storage.db import Database, Work


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An edition in the list of all."""

    edition: Edition
    homework: int
    people: int
    """Enrolled, whatever their role."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """How far the academy is set up."""

    academy: Academy | None
    editions: tuple[Listed, ...]
    """The one that begins last first."""
    current: Edition | None
    """The one that the checks are about."""
    checks: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class EditionPage:
    """One edition with all that it is made of."""

    edition: Edition
    homework: tuple[Homework, ...]
    people: Mapping[Role, int]
    version: str
    """Of the edition and its days, as `version_of` tells it."""


def version_of(value: object) -> str:
    """A mark that is another one as soon as anything in the value is: so somebody saved meanwhile."""
    return sha256(repr(value).encode()).hexdigest()[:16]


async def overview(db: Database, *, team_id: TeamId, now: datetime) -> Overview:
    """How far the academy of a workspace is set up now."""
    async with db.reading() as work:
        return await overviewed(work, team_id=team_id, now=now)


async def overviewed(work: Work, *, team_id: TeamId, now: datetime) -> Overview:
    """As `overview`, in a transaction that is open."""
    known = await editions.editions(work, team_id=team_id)
    pieces = Counter(piece.edition_key for piece in await homework.homeworks(work, team_id=team_id))
    people: defaultdict[EditionKey, set[UserId]] = defaultdict(set)
    for part in await members.enrolments(work, team_id=team_id):
        people[part.edition_key].add(part.user_id)
    return Overview(
        academy=await editions.academy(work, team_id=team_id),
        editions=tuple(
            Listed(edition=one, homework=pieces[one.key], people=len(people[one.key])) for one in known
        ),
        current=current_edition(known, now=now),
        checks=tuple(await checked(work, team_id=team_id, now=now)),
    )


async def checked(work: Work, *, team_id: TeamId, now: datetime) -> list[Check]:
    """What is ready and what is missing now."""
    current = current_edition(await editions.editions(work, team_id=team_id), now=now)
    pieces: Sequence[Homework] = ()
    active: Sequence[Member] = ()
    if current is not None:
        pieces = await homework.homeworks(work, team_id=team_id, edition_key=current.key)
        active = await participants(work, team_id=team_id, edition_key=current.key)
    installed = await channels.installation(work, team_id=team_id)
    bot_is_in: Collection[ChannelId] = ()
    if installed is not None:
        bot_is_in = await channels.channels_of(work, team_id=team_id, user_id=installed.bot_user_id)
    return checks(
        await editions.academy(work, team_id=team_id),
        current,
        pieces,
        organisers=len(await members.named_organisers(work, team_id=team_id)),
        participants=len(active),
        bot_is_in=bot_is_in,
        now=now,
    )


async def academy_now(db: Database, *, team_id: TeamId) -> Academy | None:
    """The academy as it is kept now; None before it is set up."""
    async with db.reading() as work:
        return await editions.academy(work, team_id=team_id)


async def edition_page(db: Database, *, team_id: TeamId, edition_key: EditionKey) -> EditionPage:
    """An edition with its homework and how many have which role. Raises Refused where it is not there."""
    async with db.reading() as work:
        edition = await named_edition(work, team_id=team_id, edition_key=edition_key)
        pieces = await homework.homeworks(work, team_id=team_id, edition_key=edition_key)
        enrolled = await members.enrolments(work, team_id=team_id, edition_key=edition_key)
    return EditionPage(
        edition=edition,
        homework=tuple(pieces),
        people={role: sum(part.role is role for part in enrolled) for role in Role},
        version=version_of(edition),
    )


async def out_of_sight(
    work: Work, *, team_id: TeamId, user_id: UserId, named: Collection[ChannelId]
) -> frozenset[ChannelId]:
    """Which of these channels are private and without this person: Slack leaves them out of their forms."""
    mine = await channels.channels_of(work, team_id=team_id, user_id=user_id)
    hidden: set[ChannelId] = set()
    for channel_id in set(named) - mine:
        known = await channels.channel(work, team_id=team_id, channel_id=channel_id)
        if known is not None and known.is_private:
            hidden.add(channel_id)
    return frozenset(hidden)


async def hidden_from(
    db: Database, *, team_id: TeamId, user_id: UserId, named: Collection[ChannelId]
) -> frozenset[ChannelId]:
    """As `out_of_sight`, in a transaction of its own."""
    async with db.reading() as work:
        return await out_of_sight(work, team_id=team_id, user_id=user_id, named=named)


async def named_edition(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> Edition:
    """The edition of that key. Raises Refused where it is not there."""
    found = await editions.edition(work, team_id=team_id, edition_key=edition_key)
    if found is None:
        raise Refused("This edition does not exist any more.")
    return found


async def look_up(
    client: AsyncWebClient, channel_ids: Sequence[ChannelId]
) -> dict[ChannelId, Channel | None]:
    """What Slack tells of channels; None for one that the bot may not know of. Raises SlackApiError."""
    found: dict[ChannelId, Channel | None] = {}
    for channel_id in dict.fromkeys(channel_ids):
        given = await heard.fetch_channel(client, channel_id)
        found[channel_id] = (
            None
            if given is None
            else Channel(
                id=channel_id,
                name=given.get("name") or channel_id,
                is_member=bool(given.get("is_member")),
                is_archived=bool(given.get("is_archived")),
            )
        )
    return found

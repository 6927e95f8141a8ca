"""Writes the academy as an organiser fills it into a form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import differences
from bot.domain.editions import Academy
from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.domain.retention import KINDS, LONGEST_DAYS, Retention
from bot.domain.toml_tables import zones
from bot.domain.values import dataclass
from bot.domain.workspace import Channel
from bot.services import reminders
from bot.services.setup.reading import out_of_sight, version_of
from bot.views import words
from storage import audit, editions, members
from storage.db import Database, Delivery, Work

_CHANGED_MEANWHILE = "Someone changed this meanwhile. Close this and open it again."


@dataclass(frozen=True, kw_only=True)
class WrittenAcademy:
    """What the form says of the academy."""

    name: str
    timezone: str
    people: tuple[UserId, ...]
    """Organisers, one by one."""
    groups: tuple[str, ...]
    """User groups whose people are organisers."""
    question_channels: tuple[ChannelId, ...]
    announcements_channel: ChannelId | None
    second_approval: bool


async def save_academy(
    db: Database,
    *,
    who: Actor,
    written: WrittenAcademy,
    version: str,
    seen: Mapping[ChannelId, Channel | None],
    now: datetime,
    once: Delivery | None = None,
) -> Academy:
    """Keep the academy as it was filled in.

    version: of the one that the organiser saw; where it is another by now, nothing is overwritten.
    seen: what Slack tells of each channel that is named.
    Raises Refused, with the field's block id (`setup_name`, `setup_timezone`, `setup_organisers`,
    `setup_questions`, `setup_announcements`).
    """
    async with db.writing(once) as work:
        before = await editions.academy(work, team_id=who.team_id)
        if version_of(before) != version:
            raise Refused(_CHANGED_MEANWHILE)
        if words.is_blank(written.name):
            raise Refused("Give the academy a name.", block_id="setup_name")
        check_zone(written.timezone)
        await _check_people(work, team_id=who.team_id, people=written.people)
        for channel_id in written.question_channels:
            check_channel(seen.get(channel_id), block_id="setup_questions")
        if written.announcements_channel:
            check_channel(seen.get(written.announcements_channel), block_id="setup_announcements")
        named = named_channels(before)
        kept = await out_of_sight(work, team_id=who.team_id, user_id=who.user_id, named=named)
        asking = before.question_channels if before else ()
        news = before.announcements_channel if before else None
        after = replace(
            before or Academy(team_id=who.team_id, name="", timezone=""),
            name=written.name,
            timezone=written.timezone,
            organisers=(*written.people, *written.groups),
            question_channels=tuple(
                dict.fromkeys([*written.question_channels, *(one for one in asking if one in kept)])
            ),
            announcements_channel=written.announcements_channel or (news if news in kept else None),
            second_approval=written.second_approval,
        )
        await _keep(work, before=before, after=after, who=who, now=now)
        if not await members.is_organiser(work, team_id=who.team_id, user_id=who.user_id):
            raise Refused(
                "Without you on this list you could not open this page again. "
                "Ask another organiser to take you off it.",
                block_id="setup_organisers",
            )
    return after


def named_channels(academy: Academy | None) -> list[ChannelId]:
    """The channels that the academy names."""
    if academy is None:
        return []
    return [*academy.question_channels, *filter(None, [academy.announcements_channel])]


async def keep_for(
    db: Database,
    *,
    who: Actor,
    days: Mapping[str, int],
    version: str,
    now: datetime,
    once: Delivery | None = None,
) -> Academy:
    """Set how many days each kind is kept; 0 keeps it for good.

    days: by kind; those that are not named stay. Raises Refused, with the block id `setup_keep_<kind>`.
    """
    async with db.writing(once) as work:
        before = await editions.academy(work, team_id=who.team_id)
        if before is None:
            raise Refused("Set the academy up first.")
        if version_of(before) != version:
            raise Refused(_CHANGED_MEANWHILE)
        for kind, number in days.items():
            if not 0 <= number <= LONGEST_DAYS:
                raise Refused(
                    f"Give a number of days from 0 to {LONGEST_DAYS:,}.", block_id=f"setup_keep_{kind}"
                )
        kept = {kind: days.get(kind, getattr(before.retention, kind)) for kind in KINDS}
        after = replace(before, retention=Retention(**kept))
        await _keep(work, before=before, after=after, who=who, now=now)
    return after


def check_zone(zone: str) -> None:
    """Raises Refused for what is no time zone here."""
    if zone not in zones():
        raise Refused("Choose a time zone from the list.", block_id="setup_timezone")


def check_channel(channel: Channel | None, *, block_id: str) -> None:
    """Raises Refused for a channel that the bot can never post to; one that it can be invited to is fine."""
    if channel is None:
        raise Refused(
            "I cannot see this channel: it is private and I am not in it. "
            "Invite me there with /invite, then choose it again.",
            block_id=block_id,
        )
    if channel.is_archived:
        raise Refused(f"#{channel.name} is archived. Choose another channel.", block_id=block_id)


async def _keep(work: Work, *, before: Academy | None, after: Academy, who: Actor, now: datetime) -> None:
    changes = differences.academy_changes(before, after)
    if not changes and before == after:
        return
    await editions.put_academy(work, after)
    # Lists for organisers follow the academy's zone, whatever the edition.
    await reminders.replan(work, team_id=after.team_id, now=now)
    await note(work, who=who, deed="setup.academy", subject="academy", changes=changes, now=now)


async def note(
    work: Work, *, who: Actor, deed: str, subject: str, changes: Sequence[str], now: datetime
) -> None:
    """Enter a change of the setup in the audit log, in its transaction, after its change."""
    await audit.add(
        work,
        team_id=who.team_id,
        done_at=now,
        done_by=who.user_id,
        deed=deed,
        subject=subject,
        after="\n".join(changes),
    )


async def _check_people(work: Work, *, team_id: TeamId, people: Sequence[UserId]) -> None:
    known = {one.user_id: one for one in await members.members(work, team_id=team_id, user_ids=people)}
    for user_id in people:
        person = known.get(user_id)
        if person is None:
            raise Refused(
                "One of these people is new to me. Wait a minute, then try again.",
                block_id="setup_organisers",
            )
        if person.is_bot or person.is_deactivated:
            what = "is an app" if person.is_bot else "is deactivated in Slack"
            raise Refused(
                f"{words.short(person.name, 80)} {what}. Take them off this list.",
                block_id="setup_organisers",
            )

"""The form of an announcement: opened, and read when it is handed in."""

import logging

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.announcements import Announcement, AttachedFile, Written, moment
from bot.domain.audiences import Audience
from bot.domain.ids import ChannelId, EditionKey, HomeworkId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.programme import current_edition
from bot.domain.refusals import Refused
from bot.services import announcements
from bot.views import announce_form as forms
from bot.views import announce_templates as templates
from handlers.deps import Deps
from handlers.modals import metadata
from handlers.payloads import Fields, Payload

_log = logging.getLogger(__name__)


async def form(
    deps: Deps, who: Actor, *, number: int | None = None, template: str = "", version: str = ""
) -> Payload:
    """The form: empty, with a draft, or filled from a template.

    version: the draft's that the organiser had before them, where it is not the newest.
    """
    found = await announcements.form(
        deps.db, team_id=who.team_id, user_id=who.user_id, announcement_id=number
    )
    edition = current_edition(found.editions, now=deps.now())
    filled = None
    if template:
        name = found.academy.name if found.academy else ""
        filled = templates.template(template, edition, academy_name=name)
    return forms.compose(
        editions=found.editions,
        homeworks=found.homeworks,
        countries=found.countries,
        sectors=found.sectors,
        clusters=found.clusters,
        zone=found.zone,
        news=found.academy.announcements_channel if found.academy else None,
        draft=found.draft,
        filled=filled,
        version=version,
    )


async def require_open(client: AsyncWebClient, chosen: tuple[ChannelId, ...]) -> None:
    """Raise Refused for a channel that the bot cannot post in."""
    for channel_id in chosen:
        name = "a channel that the bot cannot see"
        try:
            channel = (await client.conversations_info(channel=channel_id))["channel"]
        except SlackApiError as refused:
            if refused.response.get("error") != "channel_not_found":
                raise
        else:
            name = f"#{channel.get('name') or channel_id}"
            if channel.get("is_archived"):
                raise Refused(f"{name} is archived: choose another channel.", block_id=forms.CHANNELS)
            if channel.get("is_member"):
                continue
        raise Refused(
            f"The bot is not in {name}, so it cannot post there: type /invite and its name there.",
            block_id=forms.CHANNELS,
        )


def copy_files(deps: Deps, client: AsyncWebClient, found: Announcement) -> None:
    """Begin to copy those files that are not copied yet: it may take longer than an answer may."""
    if any(not file.is_ours for file in found.files):
        deps.background.begin(_copy_files(deps, client, found.team_id, found.id))


async def _copy_files(deps: Deps, client: AsyncWebClient, team_id: TeamId, number: int) -> None:
    try:
        await announcements.copy_files(deps.db, client, team_id=team_id, announcement_id=number)
    except (SlackApiError, SlackClientError, aiohttp.ClientError, TimeoutError) as failed:
        # It is tried again when the announcement is looked at; it does not go without its files.
        _log.warning("the files of announcement %s could not be copied: %r", number, failed)


def written(deps: Deps, view: Payload, *, news: ChannelId | None) -> Written:
    """What was written into the form. news: the announcements channel.

    Raises Refused, with the field's name, for a time that cannot be.
    """
    fields = Fields(view)

    def block(name: str) -> str:
        return block_of(view, name) or name

    where, options = fields.choices(forms.WHERE), fields.choices(block(forms.OPTIONS))
    on, at, zone = fields.on(forms.DATE), fields.at(forms.TIME), fields.choice(forms.ZONE) or "UTC"
    goes_at = None
    if on is not None or at is not None:
        goes_at = moment(on, at, zone, now=deps.now(), block=forms.DATE if at else forms.TIME)
    channels = [ChannelId(one) for one in fields.choices(forms.CHANNELS)]
    if forms.IN_NEWS in where and news is not None:
        channels.insert(0, news)
    pieces = [one.partition(":") for one in fields.choices(forms.HOMEWORK)]
    return Written(
        title=fields.text(block(forms.TITLE)),
        body=fields.rich_text(block(forms.TEXT)),
        audience=Audience(
            roles=fields.choices(block(forms.ROLES)),
            editions=tuple(EditionKey(one) for one in fields.choices(forms.EDITIONS)),
            countries=fields.choices(forms.COUNTRIES),
            sectors=fields.choices(forms.SECTORS),
            clusters=fields.choices(forms.CLUSTERS),
            missing=tuple(HomeworkId(one) for kind, _, one in pieces if kind == forms.MISSING),
            handed_in=tuple(HomeworkId(one) for kind, _, one in pieces if kind == forms.HANDED_IN),
            people=tuple(UserId(one) for one in fields.choices(forms.PEOPLE)),
            minus=tuple(UserId(one) for one in fields.choices(forms.MINUS)),
        ),
        files=_files(fields),
        channels=tuple(dict.fromkeys(channels)),
        by_message=forms.BY_MESSAGE in where,
        at=goes_at,
        zone=zone,
        asks_confirmation=forms.CONFIRM in options,
        is_necessary=forms.NECESSARY in options,
        why_necessary=fields.text(block(forms.WHY)),
        is_urgent=forms.URGENT in options,
        template=metadata(view).get("template", ""),
    )


def _files(fields: Fields) -> tuple[AttachedFile, ...]:
    kept = [AttachedFile(id=one, name="") for one in fields.choices(forms.KEPT)]
    # What was uploaded into a form that is shown again is in both.
    given = [*kept, *fields.attached(forms.FILES)]
    return tuple({file.id: file for file in given}.values())


def block_of(view: Payload, name: str | None) -> str | None:
    """The id that a field has in this view: a template's fields have its name behind theirs."""
    if name is None:
        return None
    ids = [str(block.get("block_id", "")) for block in view.get("blocks", ())]
    return next((one for one in ids if one == name or one.startswith(f"{name}.")), None)

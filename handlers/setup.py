"""Setting up: the page, the academy, and the ways to it; `setup_editions` has the editions."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.domain.retention import KINDS
from bot.domain.workspace import UserGroup
from bot.services import people, setup
from bot.services.setup import WrittenAcademy
from bot.views import setup as views
from bot.views import setup_forms as forms
from handlers import payloads, setup_editions
from handlers.deps import Deps
from handlers.middleware import organiser
from handlers.modals import metadata, open_from, open_modal
from handlers.payloads import Command, Fields, Payload
from handlers.setup_pages import hub, show_hub

# On a free plan there are no user groups; of a busy Slack they are not waited for.
_WITHOUT_GROUPS = ("plan_upgrade_required", "ratelimited")


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the setup's buttons and forms. `/academy setup` is answered by `opened`."""
    setup_editions.register(app, deps)

    @app.action(views.OPEN)
    async def open_button(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        if pressed.view is not None and pressed.view.get("callback_id") == views.HUB_CALLBACK:
            await show_hub(deps, client, who, body)
        else:
            await open_from(client, pressed, await hub(deps, who))
        await ack()

    @app.action(views.ACADEMY)
    async def academy_form(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        known = await setup.academy_now(deps.db, team_id=who.team_id)
        view = forms.academy(
            known,
            version=setup.version_of(known),
            zone=who.tz,
            groups=await _groups(client),
            asked_by=who.user_id,
            hidden=await _hidden(deps, who, setup.named_channels(known)),
        )
        await open_from(client, payloads.pressed(body), view)
        await ack()

    @app.view(forms.ACADEMY_CALLBACK)
    async def academy_written(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        written = _academy(view)
        named = [*written.question_channels, *filter(None, [written.announcements_channel])]
        await setup.save_academy(
            deps.db,
            who=who,
            written=written,
            version=metadata(view)["version"],
            seen=await setup.look_up(client, named),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        deps.on_behind()
        await show_hub(deps, client, who, body, note="✅ The academy is saved.")
        await ack()

    @app.action(views.KEEP)
    async def keep_form(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        known = await setup.academy_now(deps.db, team_id=who.team_id)
        if known is None:
            raise Refused("Set the academy up first.")
        view = forms.keep(known.retention, version=setup.version_of(known))
        await open_from(client, payloads.pressed(body), view)
        await ack()

    @app.view(forms.KEEP_CALLBACK)
    async def keep_written(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        await setup.keep_for(
            deps.db,
            who=who,
            days=_kept(Fields(view)),
            version=metadata(view)["version"],
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_hub(deps, client, who, body, note="✅ How long things are kept is saved.")
        await ack()

    @app.action(views.TEST)
    async def test(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, now = organiser(context), deps.now()
        await setup.send_test(deps.db, who=who, now=now, once=payloads.delivery(body, now=now))
        await show_hub(deps, client, who, body, note="✉️ A test message is on its way to you.")
        await ack()


async def opened(deps: Deps, asked: Command, who: Actor, client: AsyncWebClient) -> None:
    """Answer `/academy setup`, for an organiser."""
    await open_modal(client, asked.trigger_id, await hub(deps, who))


async def _hidden(deps: Deps, who: Actor, named: list[ChannelId]) -> frozenset[ChannelId]:
    return await setup.hidden_from(deps.db, team_id=who.team_id, user_id=who.user_id, named=named)


async def _groups(client: AsyncWebClient) -> list[UserGroup]:
    try:
        return await people.fetch_groups(client)
    except SlackApiError as refused:
        if refused.response.get("error") not in _WITHOUT_GROUPS:
            raise
        return []


def _academy(view: Payload) -> WrittenAcademy:
    fields = Fields(view)
    news = fields.choice("setup_announcements")
    return WrittenAcademy(
        name=fields.text("setup_name"),
        timezone=fields.choice("setup_timezone") or "",
        people=tuple(UserId(one) for one in fields.choices("setup_organisers")),
        groups=fields.choices("setup_groups"),
        question_channels=tuple(ChannelId(one) for one in fields.choices("setup_questions")),
        announcements_channel=ChannelId(news) if news else None,
        second_approval=forms.APPROVAL in fields.choices("setup_approval"),
    )


def _kept(fields: Fields) -> dict[str, int]:
    days: dict[str, int] = {}
    for kind in KINDS:
        block_id = f"setup_keep_{kind}"
        given = fields.text(block_id)
        if not given.isdecimal():
            raise Refused("Give a whole number of days; 0 keeps it for good.", block_id=block_id)
        days[kind] = int(given)
    return days

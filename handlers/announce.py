"""Announcements: the command, the form, and what people do with what they got."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.audiences import Choice
from bot.domain.refusals import Refused
from bot.services import announcements, home
from bot.views import announce as views
from bot.views import announce_form as forms
from bot.views import words
from handlers import announce_desk, announce_form, payloads
from handlers.deps import Deps
from handlers.middleware import actor, organiser, require_organiser
from handlers.modals import metadata, open_from, open_modal, update_open
from handlers.payloads import Fields
from handlers.typed import unescaped

_WORDS = ("list", "new")


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/announce`, its form, and the buttons under announcements."""
    announce_desk.register(app, deps)

    @app.command(deps.command("announce"))
    async def command(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        asked, who = payloads.command(body), actor(context)
        require_organiser(who)
        match asked.word:
            case "" | "new":
                await open_modal(client, asked.trigger_id, await announce_form.form(deps, who))
            case "list":
                await open_modal(client, asked.trigger_id, await announce_desk.list_view(deps, who))
            case unknown:
                near = words.nearest(unescaped(unknown), _WORDS)
                meant = (
                    f"Did you mean {asked.name} {near}?"
                    if near
                    else f"Try {asked.name} to write one, or {asked.name} list."
                )
                raise Refused(f"{asked.name} does not know “{words.short(unescaped(unknown), 100)}”. {meant}")
        await ack()

    @app.action(forms.TEMPLATE)
    async def template(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        view = pressed.view or {}
        known = metadata(view)
        number = int(known["id"]) if "id" in known else None
        filled = await announce_form.form(
            deps, who, number=number, template=pressed.value, version=known.get("version", "")
        )
        await update_open(client, view["id"], filled)
        await ack()

    @app.view(forms.COMPOSE_CALLBACK)
    async def composed(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        known = metadata(view)
        found = await announcements.form(deps.db, team_id=who.team_id, user_id=who.user_id)
        news = found.academy.announcements_channel if found.academy else None
        try:
            written = announce_form.written(deps, view, news=news)
            await announce_form.require_open(client, written.channels)
            saved = await announcements.save(
                deps.db,
                team_id=who.team_id,
                user_id=who.user_id,
                written=written,
                announcement_id=int(known["id"]) if "id" in known else None,
                version=int(known.get("version", 0)),
                now=now,
                once=payloads.delivery(body, now=now),
            )
        except Refused as refused:
            # A template gives its fields ids of their own.
            raise Refused(str(refused), block_id=announce_form.block_of(view, refused.block_id)) from refused
        announce_form.copy_files(deps, client, saved.announcement)
        note = announce_desk.saved_note(saved)
        await ack(
            response_action="update",
            view=await announce_desk.preview_view(deps, who, saved.announcement.id, note=note),
        )

    @app.action(views.GOT_IT)
    async def got_it(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        number = int(pressed.value)
        confirmed = await announcements.confirm(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            announcement_id=number,
            message_ts=pressed.message_ts,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        found, is_direct = confirmed.announcement, (pressed.channel_id or "").startswith("D")
        if pressed.view is not None:
            shown = await home.home(deps.db, team_id=who.team_id, user_id=who.user_id, now=now)
            await client.views_publish(user_id=who.user_id, view=home.view(shown, now=now))
        elif confirmed.is_own_message:
            zone = who.tz or "UTC"
            said = views.message(found, number=number, confirmed_at=confirmed.at, reader_zone=zone)
            await respond(**said, replace_original=True)
        # To replace a message takes its key away, by which an unsettled one is still looked for.
        elif is_direct and not confirmed.is_unsettled:
            await respond(**views.thanked(found.title), replace_original=True)  # the reminder
        else:
            thanks = views.thanked(found.title)
            await respond(**thanks, response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(views.SAMPLE)
    @app.action(views.SAMPLE + "_2")
    async def sample(ack: AsyncAck) -> None:
        await ack()  # a button of a preview: it shows how the message will look

    @app.action(views.PREFS)
    async def preferences(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = actor(context), payloads.pressed(body)
        chosen = await announcements.choice(deps.db, team_id=who.team_id, user_id=who.user_id)
        await open_from(client, pressed, views.preferences(chosen))
        await ack()

    @app.view(views.PREFS_CALLBACK)
    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = actor(context), deps.now()
        choice = Choice(Fields(body["view"]).choice(views.CHOICE_BLOCK) or Choice.ALL)
        await announcements.choose(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            choice=choice,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack(response_action="update", view=views.chosen(choice))

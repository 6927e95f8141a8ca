"""The organisers' desk for announcements: preview, list, what became of each, and changing it."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.members import Actor
from bot.services import announcements
from bot.services.announcements import Saved
from bot.views import announce_preview, announce_report
from handlers import announce_form, payloads
from handlers.deps import Deps
from handlers.middleware import organiser
from handlers.modals import metadata, open_from, show_from
from handlers.payloads import Fields, Payload

Deed = Callable[..., Awaitable[object]]


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the desk's buttons and modals."""

    @app.action(announce_preview.OPEN)
    async def opened(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await _shown(deps, client, who, int(pressed.value)))
        await ack()

    @app.action(announce_report.NEW)
    async def new(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await announce_form.form(deps, who))
        await ack()

    @app.action(announce_preview.EDIT)
    async def edit(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        view = await announce_form.form(deps, who, number=int(pressed.value))
        await show_from(client, pressed, view)
        await ack()

    @app.action(announce_preview.TEST)
    async def test(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        number = int(pressed.value)
        await announcements.send_test(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            announcement_id=number,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        note = "✅ A test is on its way to you, in your messages with this app."
        await show_from(client, pressed, await preview_view(deps, who, number, note=note))
        await ack()

    @app.view(announce_preview.PREVIEW_CALLBACK)
    async def sent_off(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, now, known = organiser(context), deps.now(), metadata(body["view"])
        number = int(known["id"])
        looked_at = await announcements.report(
            deps.db, team_id=who.team_id, user_id=who.user_id, announcement_id=number
        )
        await announce_form.require_open(client, looked_at.announcement.channels)
        found = await announcements.send_off(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            announcement_id=number,
            version=int(known["version"]),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack(response_action="update", view=announce_preview.sent_off(found))

    @app.action(announce_preview.DISCARD)
    async def discard(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        found = await announcements.discard(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            announcement_id=int(pressed.value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_from(client, pressed, announce_preview.cancelled(found))
        await ack()

    def deed(action_id: str, do: Deed, note: str) -> None:
        @app.action(action_id)
        async def done(
            ack: AsyncAck,
            body: dict[str, Any],
            context: AsyncBoltContext,
            client: AsyncWebClient,
            respond: AsyncRespond,
        ) -> None:
            who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
            number = int(pressed.value)
            await do(
                deps.db,
                team_id=who.team_id,
                user_id=who.user_id,
                announcement_id=number,
                now=now,
                once=payloads.delivery(body, now=now),
            )
            if pressed.view is None:
                await respond(text=note, response_type="ephemeral", replace_original=False)
            else:
                await show_from(client, pressed, await _detail(deps, who, number, note=note))
            await ack()

    deed(
        announce_report.PAUSE,
        announcements.pause,
        "⏸️ Paused. What is on its way this very second still arrives.",
    )
    deed(announce_report.RESUME, announcements.resume, "▶️ It goes on.")
    deed(announce_report.STOP, announcements.stop, "⏹️ Stopped. Who has it keeps it.")
    deed(
        announce_report.RECALL,
        announcements.recall,
        "↩️ It is being taken back. What Slack refuses is shown here.",
    )
    deed(
        announce_report.REMIND,
        announcements.remind,
        "🔔 Those who have not confirmed are being reminded, once.",
    )

    @app.action(announce_report.REWRITE)
    async def rewrite(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await announcements.report(
            deps.db, team_id=who.team_id, user_id=who.user_id, announcement_id=int(pressed.value)
        )
        await open_from(client, pressed, announce_report.rewrite(found.announcement))
        await ack()

    @app.view(announce_report.REWRITE_CALLBACK)
    async def rewritten(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now, view = organiser(context), deps.now(), body["view"]
        known, fields = metadata(view), Fields(view)
        number = int(known["id"])
        await announcements.change_everywhere(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            announcement_id=number,
            version=int(known["version"]),
            title=fields.text(announce_report.TITLE),
            body=fields.rich_text(announce_report.TEXT),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        note = "✏️ It is being changed everywhere. What Slack refuses is shown here."
        await ack(response_action="update", view=await _detail(deps, who, number, note=note))

    @app.action(announce_report.PAGE)
    @app.action(announce_report.PAGE + "_2")
    async def page(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        number, _, wanted = pressed.value.partition(":")
        await show_from(client, pressed, await _detail(deps, who, int(number), page=int(wanted)))
        await ack()

    @app.action(announce_report.TABLE)
    async def table(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        number = int(pressed.value)
        await announcements.send_table(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            announcement_id=number,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        note = "📄 The table is on its way to you, in your messages with this app."
        await show_from(client, pressed, await _detail(deps, who, number, note=note))
        await ack()


async def list_view(deps: Deps, who: Actor) -> Payload:
    """The newest announcements."""
    found = await announcements.listed(deps.db, team_id=who.team_id)
    return announce_report.listed(found, reader_zone=who.tz or "UTC")


async def preview_view(deps: Deps, who: Actor, number: int, *, note: str = "") -> Payload:
    """An announcement as it would go now."""
    found = await announcements.preview(
        deps.db, team_id=who.team_id, user_id=who.user_id, announcement_id=number, now=deps.now()
    )
    return announce_preview.preview(
        found.announcement,
        people=found.people,
        by_role=found.by_role,
        by_country=found.by_country,
        left_out=found.left_out,
        needs_approval=found.needs_approval,
        waits_for_me=found.waits_for_me,
        reader_zone=found.reader_zone,
        note=note,
    )


def saved_note(saved: Saved) -> str:
    """What is said above the preview after a form was handed in."""
    if saved.beside is None:
        return announce_preview.UNSCHEDULED if saved.was_scheduled else ""
    return announce_preview.saved_beside(saved.announcement, saved.beside, writer=saved.writer)


async def _shown(deps: Deps, client: AsyncWebClient, who: Actor, number: int) -> Payload:
    found = await announcements.report(
        deps.db, team_id=who.team_id, user_id=who.user_id, announcement_id=number
    )
    if not found.announcement.state.is_unsent:
        return await _detail(deps, who, number)
    announce_form.copy_files(deps, client, found.announcement)
    return await preview_view(deps, who, number)


async def _detail(deps: Deps, who: Actor, number: int, *, page: int = 0, note: str = "") -> Payload:
    found = await announcements.report(
        deps.db, team_id=who.team_id, user_id=who.user_id, announcement_id=number
    )
    return announce_report.detail(
        found.announcement,
        found.receipts,
        found.changes,
        left=found.progress.left if found.progress else 0,
        asked=found.asked,
        confirmed=found.confirmed,
        sender=found.sender,
        approver=found.approver,
        reader_zone=found.reader_zone,
        page=page,
        note=note,
    )

"""Privacy: `/academy privacy`, its buttons and modals, and an organiser's hand-over of a person's request."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.consents import Purpose
from bot.domain.ids import UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services import home
from bot.services.privacy import erasing, exporting
from bot.services.privacy import page as pages
from bot.views import notices
from bot.views import privacy as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor, organiser, require_organiser
from handlers.modals import metadata, open_from, open_modal, update_open
from handlers.payloads import Command, Fields, Payload
from handlers.typed import extending
from storage.erasure import Request

Privacy = Callable[[AsyncAck, Command, Actor, AsyncWebClient], Awaitable[None]]


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the buttons and modals of privacy; the command is `/academy`'s to pass on to `command`."""
    _register_own(app, deps)

    @app.view(views.REQUEST_CALLBACK)
    async def requested(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        fields, user_id = Fields(view), UserId(metadata(view)["user_id"])
        person = await pages.person(deps.db, team_id=who.team_id, user_id=user_id)
        how = views.WAYS[fields.choice(views.HOW_BLOCK) or "other"]
        once = payloads.delivery(body, now=now)
        is_erased = fields.choice(views.WHAT_BLOCK) == views.DELETION
        recipient = None
        if is_erased:
            asked = Request(
                team_id=who.team_id,
                user_id=user_id,
                asked_at=now,
                keeps_answers=_keeps(fields),
                handed_over_by=who.user_id,
                how=how,
            )
            await erasing.ask(deps.db, asked, once=once)
            deps.background.begin(_erase(deps, client, asked, has_home=not person.is_deactivated))
        else:
            recipient = await exporting.send_data(
                deps.db,
                team_id=who.team_id,
                user_id=user_id,
                handed_over_by=who.user_id,
                how=how,
                now=now,
                once=once,
            )
        done = views.requested(
            name=person.name, is_erased=is_erased, goes_to_organiser=recipient == who.user_id != user_id
        )
        await ack(response_action="update", view=done)


async def command(deps: Deps, ack: AsyncAck, asked: Command, who: Actor, client: AsyncWebClient) -> None:
    """Answer `/academy privacy`, and `/academy privacy @name` for organisers."""
    person_id = extending(asked.rest).person
    if asked.rest and person_id is None:
        require_organiser(who)
        raise Refused(f"Name one person, such as {asked.name} privacy @name, or type {asked.name} privacy.")
    if person_id is None:
        await open_modal(client, asked.trigger_id, await _page(deps, who))
    else:
        require_organiser(who)
        person = await pages.person(deps.db, team_id=who.team_id, user_id=person_id)
        form = views.request(user_id=person.user_id, name=person.name, is_deactivated=person.is_deactivated)
        await open_modal(client, asked.trigger_id, form)
    await ack()


def _register_own(app: AsyncApp, deps: Deps) -> None:
    @app.action(views.OPEN)
    async def opened(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await open_from(client, payloads.pressed(body), await _page(deps, actor(context)))
        await ack()

    @app.action(views.SEND)
    async def send(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, now = actor(context), deps.now()
        await exporting.send_data(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = "Your data come by direct message in a moment: a page to read, and the same for machines."
        await open_from(client, payloads.pressed(body), notices.modal(said, title="On its way"))
        await ack()

    @app.action(views.WITHDRAW)
    @app.action(views.GIVE)
    async def decide(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        is_given = pressed.action_id == views.GIVE
        once = payloads.delivery(body, now=now)
        gone = await pages.decide(
            deps.db, who=who, purpose=Purpose(pressed.value), is_given=is_given, now=now, once=once
        )
        if gone:
            deps.background.begin(_scrub(deps))
        note = "Allowed again." if is_given else "Withdrawn."
        if pressed.view is not None:
            page = await _page(deps, who, note=note)
            await update_open(client, pressed.view["id"], page)
        await ack()

    @app.action(views.ERASE)
    async def ask_before(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        actor(context)
        await open_from(client, payloads.pressed(body), views.erase())
        await ack()

    @app.view(views.ERASE_CALLBACK)
    async def erase(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, now = actor(context), deps.now()
        asked = Request(
            team_id=who.team_id,
            user_id=who.user_id,
            asked_at=now,
            keeps_answers=_keeps(Fields(body["view"])),
        )
        await erasing.ask(deps.db, asked, once=payloads.delivery(body, now=now))
        await ack(response_action="update", view=views.erasing())
        deps.background.begin(_erase(deps, client, asked, view_id=body["view"]["id"]))


async def _page(deps: Deps, who: Actor, *, note: str = "") -> Payload:
    found = await pages.page(deps.db, who=who, now=deps.now())
    headings = [views.Heading(name=one.name, why=one.why, count=one.count) for one in found.groups]
    return views.page(
        headings, decisions=found.decisions, retention=found.retention, zone=found.zone, note=note
    )


def _keeps(fields: Fields) -> bool:
    return views.KEEP in fields.choices(views.KEEP_BLOCK)


async def _erase(
    deps: Deps, client: AsyncWebClient, asked: Request, *, view_id: str = "", has_home: bool = True
) -> None:
    """Delete somebody, and say so where they look. view_id: the modal in which they wait."""
    await erasing.carry_out(deps.db, now=deps.now())
    if view_id:
        await update_open(client, view_id, views.erased(deps.command("academy")))
    if has_home:
        # Their Home tab showed their homework until now.
        now = deps.now()
        bare = await home.home(deps.db, team_id=asked.team_id, user_id=asked.user_id, now=now)
        await client.views_publish(user_id=asked.user_id, view=home.view(bare, now=now))
    await erasing.scrub(deps.db)


async def _scrub(deps: Deps) -> None:
    await erasing.scrub(deps.db)

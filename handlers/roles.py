"""People and roles, for organisers: the list, changing several at once, taking it back; who became alumni."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import calendar
from bot.domain.ids import EditionKey, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.domain.roles import Deed, Wanted
from bot.services import alumni, roles
from bot.services.roles import Batch, Page
from bot.views import alumni as alumni_views
from bot.views import roles as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import organiser
from handlers.modals import metadata, open_from, update_open
from handlers.payloads import Fields, Payload


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the buttons and modals of people and roles."""

    @app.action(views.PEOPLE)
    async def people(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        await open_from(client, payloads.pressed(body), await _list(deps, who, Wanted()))
        await ack()

    @app.view(views.LIST_CALLBACK)
    async def searched(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, fields = organiser(context), Fields(body["view"])
        wanted = views.wanted_of(fields.choice("edition"), fields.choice("role"), fields.text("words"))
        await ack(response_action="update", view=await _list(deps, who, wanted))

    @app.action(re.compile(rf"^{views.PAGE}_\w+$"))
    async def paged(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        view = pressed.view or {}
        shown = await _list(deps, who, _wanted(metadata(view)), page=int(pressed.value))
        await update_open(client, view["id"], shown)
        await ack()

    @app.action(re.compile(rf"^{views.ONE}_\w+$"))
    async def one(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        carried = metadata(pressed.view or {})
        found = await roles.person(deps.db, team_id=who.team_id, user_id=UserId(pressed.value))
        shown = views.form(
            found.editions,
            edition_key=_wanted(carried).edition_key,
            chosen=[UserId(pressed.value)],
            now_is=_lines(found)[0],
            list_id=(pressed.view or {}).get("id", ""),
            list_carries=carried,
        )
        await open_from(client, pressed, shown)
        await ack()

    @app.action(views.SEVERAL)
    async def several(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        carried = metadata(pressed.view or {})
        found = await roles.people(deps.db, team_id=who.team_id, wanted=Wanted())
        shown = views.form(
            found.editions,
            edition_key=_wanted(carried).edition_key,
            list_id=(pressed.view or {}).get("id", ""),
            list_carries=carried,
        )
        await open_from(client, pressed, shown)
        await ack()

    @app.view(views.CHANGE_CALLBACK)
    async def changed(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        carried, fields = metadata(view), Fields(view)
        edition_key, deed = fields.choice("edition"), fields.choice("deed")
        if edition_key is None or deed is None:
            raise Refused("This is needed.", block_id="deed" if deed is None else "edition")
        made = await roles.change(
            deps.db,
            team_id=who.team_id,
            edition_key=EditionKey(edition_key),
            user_ids=[UserId(one) for one in fields.choices("people")],
            deed=Deed(deed),
            cluster=fields.text("cluster"),
            by=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        note = views.changed(_changed(made))
        shown = await _list(
            deps, who, _wanted(carried), page=int(carried["page"]), note=note, undo=made.number
        )
        await update_open(client, carried["list_id"], shown)
        await ack()

    @app.action(views.LATEST)
    async def latest(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await open_from(client, payloads.pressed(body), await _latest(deps, organiser(context)))
        await ack()

    @app.action(views.UNDO)
    async def undo(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        back = await alumni.take_back(
            deps.db,
            team_id=who.team_id,
            batch=int(pressed.value),
            by=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = views.undone(back.restored, back.kept)
        if pressed.view is None:
            await respond(text=said, response_type="ephemeral", replace_original=False)
        elif pressed.view["callback_id"] == views.LIST_CALLBACK:
            carried = metadata(pressed.view)
            shown = await _list(deps, who, _wanted(carried), page=int(carried["page"]), note=said)
            await update_open(client, pressed.view["id"], shown)
        else:
            await update_open(client, pressed.view["id"], await _latest(deps, who))
        await ack()

    @app.action(alumni_views.CONFIRM)
    async def confirmed(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        made = await alumni.confirm(
            deps.db,
            team_id=who.team_id,
            edition_key=EditionKey(pressed.value),
            by=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = views.changed(_changed(made))
        await respond(text=said, response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(alumni_views.CHOOSE)
    async def choose(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await alumni.question(
            deps.db, team_id=who.team_id, edition_key=EditionKey(pressed.value), now=deps.now()
        )
        await open_from(client, pressed, alumni_views.choose(found.edition, found.candidates))
        await ack()

    @app.view(alumni_views.CALLBACK)
    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        await alumni.confirm(
            deps.db,
            team_id=who.team_id,
            edition_key=EditionKey(metadata(view)["edition_key"]),
            user_ids=[UserId(one) for one in Fields(view).choices("people")],
            by=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack()


async def _list(
    deps: Deps, who: Actor, wanted: Wanted, *, page: int = 0, note: str = "", undo: int | None = None
) -> Payload:
    found = await roles.people(deps.db, team_id=who.team_id, wanted=wanted, page=page)
    return views.people(
        _lines(found),
        wanted=found.wanted,
        page=found.number,
        on_a_page=roles.ON_A_PAGE,
        of=found.of,
        editions=found.editions,
        note=note,
        undo=undo,
    )


async def _latest(deps: Deps, who: Actor) -> Payload:
    found = await roles.latest(deps.db, team_id=who.team_id)
    return views.latest([_changed(one) for one in found], zone=calendar.zone_or(who.tz, "UTC"))


def _lines(found: Page) -> list[views.Line]:
    return [views.Line(member=one.member, parts=one.parts) for one in found.lines]


def _changed(made: Batch) -> views.Changed:
    return views.Changed(
        number=made.number, edition_name=made.edition_name, changes=made.changes, names=made.names
    )


def _wanted(carried: dict[str, str]) -> Wanted:
    return views.wanted_of(carried.get("edition"), carried.get("role"), carried.get("words", ""))

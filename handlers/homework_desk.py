"""The organisers' part of homework: status, writing, extending, reading, nudging."""

from collections.abc import Awaitable, Callable
from datetime import datetime, time
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import calendar
from bot.domain.deadlines import read_deadline
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, HomeworkId, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services import homework
from bot.services.homework import Status, Written
from bot.views import homework_desk as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import organiser, require_organiser
from handlers.modals import metadata, open_from, open_modal, update_open
from handlers.payloads import Command, Fields, Payload
from handlers.typed import extending, unescaped

_Value = TypeVar("_Value")
Desk = Callable[[AsyncAck, Command, Actor, AsyncWebClient], Awaitable[None]]


def register(app: AsyncApp, deps: Deps) -> Desk:
    """Listen to the desk's buttons and modals. Returns what answers its words after `/homework`."""

    async def command(ack: AsyncAck, asked: Command, who: Actor, client: AsyncWebClient) -> None:
        require_organiser(who)
        if asked.word == "status":
            await ack(**await _status_message(deps, who, key=unescaped(asked.rest)))
            return
        make = _new_form(deps, who) if asked.word == "new" else _extend_form(deps, who, asked.rest)
        await open_modal(client, asked.trigger_id, await make)
        await ack()

    @app.action(views.STATUS)
    async def status(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await homework.status(deps.db, team_id=who.team_id, key=pressed.value, now=deps.now())
        await open_from(client, pressed, _status_modal(found))
        await ack()

    @app.action(views.READ)
    @app.action(views.READ_CHOSEN)
    async def read(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        homework_id, user_id = views.reading(pressed.value)
        piece, person, versions = await homework.handed_in(
            deps.db, team_id=who.team_id, homework_id=homework_id, user_id=user_id
        )
        zone = calendar.zone_or(who.tz, piece.zone)
        await open_from(
            client, pressed, views.read(piece, name=person.name, versions=versions, reader_zone=zone)
        )
        await ack()

    @app.action(views.NUDGE)
    async def nudge(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        nudged, already = await homework.nudge_missing(
            deps.db,
            team_id=who.team_id,
            homework_id=HomeworkId(pressed.value),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = views.nudged([one.name for one in nudged], [one.name for one in already])
        if pressed.view is None:
            await respond(text=said, response_type="ephemeral", replace_original=False)
        else:
            found = await homework.status(deps.db, team_id=who.team_id, key=pressed.value, now=now)
            await update_open(client, pressed.view["id"], _status_modal(found, note=said))
        await ack()

    @app.action(views.NEW)
    async def new(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await _new_form(deps, who))
        await ack()

    @app.action(views.EDIT)
    async def edit(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        piece = await homework.homework_named(deps.db, team_id=who.team_id, key=pressed.value)
        today = calendar.local_date(deps.now(), piece.zone)
        await open_from(client, pressed, views.write([], homework=piece, today=today))
        await ack()

    @app.action(views.EXTEND)
    async def extend(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await _extend_form(deps, who, pressed.value))
        await ack()

    @app.view(views.WRITE_CALLBACK)
    async def written(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        known, asked = metadata(view), written_in(view)
        common: dict[str, Any] = {
            "team_id": who.team_id,
            "written": asked,
            "now": now,
            "once": payloads.delivery(body, now=now),
        }
        if "homework_id" in known:
            homework_id, revision = HomeworkId(known["homework_id"]), int(known["revision"])
            saved = await homework.edit(deps.db, homework_id=homework_id, revision=revision, **common)
        else:
            saved = await homework.create(deps.db, **common)
        await ack(response_action="update", view=views.saved(saved, is_new="homework_id" not in known))

    @app.view(views.EXTEND_CALLBACK)
    async def extended(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = organiser(context), deps.now()
        fields = Fields(body["view"])
        given = await homework.extend(
            deps.db,
            team_id=who.team_id,
            homework_id=HomeworkId(_needed(fields.choice("homework"), "homework")),
            user_id=UserId(_needed(fields.choice("person"), "person")),
            due=_moment(fields, "date", "time"),
            reason=fields.text("reason"),
            granted_by=who.user_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        piece = await homework.homework_named(deps.db, team_id=who.team_id, key=given.homework_id)
        await ack(response_action="update", view=views.extended(piece, user_id=given.user_id, due=given.due))

    return command


async def _status_message(deps: Deps, who: Actor, *, key: str) -> Payload:
    now = deps.now()
    if key:
        found = await homework.status(deps.db, team_id=who.team_id, key=key, now=now)
    else:
        edition, every = await homework.overview(deps.db, team_id=who.team_id, now=now)
        if edition is None or not every:
            raise Refused("There is no homework yet.")
        if len(every) > 1:
            return views.choose_status([(one.homework, one.counts(), len(one.people)) for one in every])
        found = every[0]
    return views.status(found.homework, _lines(found), nudgeable=len(found.to_nudge))


def _status_modal(found: Status, *, note: str = "") -> Payload:
    return views.status_modal(found.homework, _lines(found), nudgeable=len(found.to_nudge), note=note)


def _lines(found: Status) -> list[views.Line]:
    return [
        views.Line(
            user_id=one.member.user_id, name=one.member.name, cluster=one.cluster, standing=one.standing
        )
        for one in found.people
    ]


async def _new_form(deps: Deps, who: Actor) -> Payload:
    editions = await homework.writable_editions(deps.db, team_id=who.team_id)
    return views.write(editions, today=calendar.local_date(deps.now(), editions[0].timezone))


async def _extend_form(deps: Deps, who: Actor, typed: str) -> Payload:
    asked, now = extending(typed), deps.now()
    every = await homework.everything(deps.db, team_id=who.team_id)
    chosen: Homework | None = None
    due: datetime | None = None
    if asked.key:
        chosen = await homework.homework_named(deps.db, team_id=who.team_id, key=asked.key)
    if chosen is not None and asked.deadline:
        today = calendar.local_date(now, chosen.zone)
        due = read_deadline(asked.deadline, chosen.zone, today, now=now)
    return views.extend(every, person=asked.person, chosen=chosen.id if chosen else None, due=due)


def written_in(view: Payload) -> Written:
    """What the form of a homework says. Raises Refused for a date or a time that is missing."""
    fields, known = Fields(view), metadata(view)
    return Written(
        edition_key=EditionKey(fields.choice("edition") or known["edition_key"]),
        key=known.get("key") or fields.text("key"),
        title=fields.text("title"),
        brief="".join(fields.text(block_id) for block_id in views.brief_blocks()),
        opens=_moment(fields, "opens_date", "opens_time"),
        due=_moment(fields, "date", "time"),
        remind=fields.choices("remind"),
        remind_at=_needed(fields.at("remind_at"), "remind_at"),
        remind_from=fields.on("remind_from"),
        remind_until=fields.on("remind_until"),
    )


def _moment(fields: Fields, date_block: str, time_block: str) -> datetime:
    at: time = _needed(fields.at(time_block), time_block)
    return datetime.combine(_needed(fields.on(date_block), date_block), at)


def _needed(given: _Value | None, block_id: str) -> _Value:
    if given is None:
        raise Refused("This is needed.", block_id=block_id)
    return given

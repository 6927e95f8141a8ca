"""Setting up editions: their page, their days and homework, copies, and their file."""

from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import calendar
from bot.domain.copying import begins_on
from bot.domain.editions import DayKind
from bot.domain.ids import ChannelId, EditionKey, HomeworkId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services import homework, setup
from bot.services.setup import Copying, WrittenDay
from bot.views import homework_desk
from bot.views import setup as views
from bot.views import setup_forms as forms
from handlers import payloads
from handlers.deps import Deps
from handlers.homework_desk import written_in
from handlers.middleware import organiser
from handlers.modals import metadata, open_from
from handlers.payloads import Fields, Payload, Pressed
from handlers.setup_pages import page, show_hub, show_page

_YEAR_IN_DAYS = 364  # whole weeks


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the buttons and forms of editions."""

    @app.action(views.EDITION)
    async def edition(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await page(deps, who, EditionKey(pressed.value)))
        await ack()

    @app.action(views.EDITION_NEW)
    async def edition_new(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        known = await setup.academy_now(deps.db, team_id=who.team_id)
        view = forms.edition(None, version="", zone=known.timezone if known else who.tz)
        await open_from(client, payloads.pressed(body), view)
        await ack()

    @app.action(views.EDITION_CHANGE)
    async def edition_change(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await _found(deps, who, EditionKey(pressed.value))
        own = [found.edition.channel_id] if found.edition.channel_id else []
        hidden = await setup.hidden_from(deps.db, team_id=who.team_id, user_id=who.user_id, named=own)
        view = forms.edition(found.edition, version=found.version, zone="", hidden=hidden)
        await open_from(client, pressed, view)
        await ack()

    @app.view(forms.EDITION_CALLBACK)
    async def edition_written(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, now = organiser(context), deps.now()
        fields, known = Fields(body["view"]), metadata(body["view"])
        channel = fields.choice("setup_channel")
        written: dict[str, Any] = {
            "who": who,
            "name": fields.text("setup_name"),
            "timezone": fields.choice("setup_timezone") or "",
            "channel_id": ChannelId(channel) if channel else None,
            "seen": await setup.look_up(client, [ChannelId(channel)] if channel else []),
            "now": now,
            "once": payloads.delivery(body, now=now),
        }
        if "edition_key" in known:
            edition_key = EditionKey(known["edition_key"])
            await setup.save_edition(deps.db, edition_key=edition_key, version=known["version"], **written)
            await show_page(deps, client, who, body, edition_key, note="✅ The edition is saved.")
            await ack()
            return
        made = await setup.make_edition(deps.db, key=fields.text("setup_key"), **written)
        await show_hub(deps, client, who, body)
        note = "✅ The edition is made. Now add its days and its homework."
        await ack(response_action="update", view=await page(deps, who, made.key, note=note))

    @app.action(views.DAY_NEW)
    async def day_new(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        organiser(context)
        pressed, known = payloads.pressed(body), metadata(body["view"])
        view = forms.day(None, edition_key=known["edition_key"], version=known["version"], place=None)
        await open_from(client, pressed, view)
        await ack()

    @app.action(views.DAY)
    async def day(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, known = organiser(context), payloads.pressed(body), metadata(body["view"])
        await open_from(client, pressed, await _day_form(deps, who, pressed, known))
        await ack()

    @app.view(forms.DAY_CALLBACK)
    async def day_written(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        known = metadata(view)
        edition_key = EditionKey(known["edition_key"])
        await setup.save_day(
            deps.db,
            who=who,
            edition_key=edition_key,
            version=known["version"],
            place=int(known["place"]) if "place" in known else None,
            written=_day(Fields(view)),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_page(deps, client, who, body, edition_key, note="✅ The day is saved.")
        await ack()

    @app.action(views.HOMEWORK_NEW)
    async def homework_new(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        found = await _found(deps, who, EditionKey(pressed.value))
        today = calendar.local_date(deps.now(), found.edition.timezone)
        view = homework_desk.write([found.edition], today=today)
        await open_from(client, pressed, view | {"callback_id": forms.HOMEWORK_CALLBACK})
        await ack()

    @app.action(views.HOMEWORK)
    async def homework_chosen(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await _homework_form(deps, who, pressed))
        await ack()

    @app.view(forms.HOMEWORK_CALLBACK)
    async def homework_written(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = organiser(context), body["view"], deps.now()
        known, written = metadata(view), written_in(view)
        once = payloads.delivery(body, now=now)
        if "homework_id" in known:
            await homework.edit(
                deps.db,
                team_id=who.team_id,
                homework_id=HomeworkId(known["homework_id"]),
                revision=int(known["revision"]),
                written=written,
                now=now,
                once=once,
            )
        else:
            await homework.create(deps.db, team_id=who.team_id, written=written, now=now, once=once)
        note = "✅ The homework is saved, and its reminders are planned."
        await show_page(deps, client, who, body, written.edition_key, note=note)
        await ack()

    @app.view(forms.REMOVE_CALLBACK)
    async def removed(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, known, now = organiser(context), metadata(body["view"]), deps.now()
        edition_key, once = EditionKey(known["edition_key"]), payloads.delivery(body, now=now)
        if "homework_id" in known:
            homework_id = HomeworkId(known["homework_id"])
            await setup.remove_homework(deps.db, who=who, homework_id=homework_id, now=now, once=once)
        else:
            await setup.remove_day(
                deps.db,
                who=who,
                edition_key=edition_key,
                version=known["version"],
                place=int(known["place"]),
                now=now,
                once=once,
            )
        await show_page(deps, client, who, body, edition_key, note="✅ It is removed.")
        await ack()

    @app.action(views.EDITION_COPY)
    async def copy(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who = organiser(context)
        await open_from(client, payloads.pressed(body), await _copy_form(deps, who))
        await ack()

    @app.view(forms.COPY_CALLBACK)
    async def copy_written(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, asked = organiser(context), _copying(Fields(body["view"]))
        found = await setup.preview(deps.db, who=who, asked=asked, now=deps.now())
        carried = {
            "from_key": asked.from_key,
            "key": asked.key,
            "name": asked.name,
            "begins_on": asked.begins_on.isoformat(),
            "keeps_weekdays": "yes" if asked.keeps_weekdays else "",
            "version": found.version,
        }
        view = forms.preview(found.before, found.before_homework, found.made, metadata=carried)
        await ack(response_action="update", view=view)

    @app.view(forms.PREVIEW_CALLBACK)
    async def copy_made(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, known, now = organiser(context), metadata(body["view"]), deps.now()
        asked = Copying(
            from_key=EditionKey(known["from_key"]),
            key=known["key"],
            name=known["name"],
            begins_on=date.fromisoformat(known["begins_on"]),
            keeps_weekdays=bool(known["keeps_weekdays"]),
        )
        made = await setup.copy_edition(
            deps.db,
            who=who,
            asked=asked,
            version=known["version"],
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await show_hub(deps, client, who, body)
        note = "✅ The edition is made, and its reminders are planned. Give it its channel and its people."
        await ack(response_action="update", view=await page(deps, who, made.key, note=note))

    @app.action(views.FILE)
    async def file(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = organiser(context), payloads.pressed(body), deps.now()
        edition_key = EditionKey(pressed.value)
        once = payloads.delivery(body, now=now)
        await setup.send_file(deps.db, who=who, edition_key=edition_key, now=now, once=once)
        await show_page(deps, client, who, body, edition_key, note="✉️ The file is on its way to you.")
        await ack()


async def _found(deps: Deps, who: Actor, edition_key: EditionKey) -> setup.EditionPage:
    return await setup.edition_page(deps.db, team_id=who.team_id, edition_key=edition_key)


async def _day_form(deps: Deps, who: Actor, pressed: Pressed, known: dict[str, str]) -> Payload:
    what, which = views.chosen(pressed.value)
    found = await _found(deps, who, EditionKey(known["edition_key"]))
    if found.version != known["version"]:
        raise Refused("Someone changed this edition meanwhile. Close this and open it again.")
    day = found.edition.days[int(which)]
    if what == views.REMOVE:
        note = "It goes from the Home tab of everybody. Nobody is told."
        return forms.removal(day.title, metadata=known | {"place": which}, note=note)
    return forms.day(day, edition_key=found.edition.key, version=found.version, place=int(which))


async def _homework_form(deps: Deps, who: Actor, pressed: Pressed) -> Payload:
    what, which = views.chosen(pressed.value)
    piece = await homework.homework_named(deps.db, team_id=who.team_id, key=which)
    if what == views.REMOVE:
        carried = {"edition_key": piece.edition_key, "homework_id": piece.id}
        note = "Its reminders go with it. It stays where somebody has handed it in already."
        return forms.removal(piece.title, metadata=carried, note=note)
    today = calendar.local_date(deps.now(), piece.zone)
    return homework_desk.write([], homework=piece, today=today) | {"callback_id": forms.HOMEWORK_CALLBACK}


async def _copy_form(deps: Deps, who: Actor) -> Payload:
    now = deps.now()
    found = await setup.overview(deps.db, team_id=who.team_id, now=now)
    editions = [one.edition for one in found.editions]
    if not editions:
        raise Refused("There is no edition yet that could be copied. Begin a new one.")
    newest = await _found(deps, who, editions[0].key)
    first = begins_on(newest.edition, newest.homework)
    today = calendar.local_date(now, newest.edition.timezone)
    return forms.copy(
        editions,
        key=views.suggested_key(newest.edition.key),
        name=newest.edition.name,
        begins_on=_next_time(first, today) if first else None,
    )


def _next_time(first: date, today: date) -> date:
    """The same weekday a year later, or as many years later as it takes to be ahead."""
    years = max(1, -(-((today - first).days + 1) // _YEAR_IN_DAYS))
    return date.fromordinal(first.toordinal() + years * _YEAR_IN_DAYS)


def _day(fields: Fields) -> WrittenDay:
    on = fields.on("setup_date")
    if on is None:
        raise Refused("Choose the date.", block_id="setup_date")
    return WrittenDay(
        on=on,
        kind=DayKind(fields.choice("setup_kind") or DayKind.ONLINE),
        title=fields.text("setup_title"),
        starts=fields.at("setup_starts"),
        ends=fields.at("setup_ends"),
        place=fields.text("setup_place"),
    )


def _copying(fields: Fields) -> Copying:
    on = fields.on("setup_date")
    if on is None:
        raise Refused("Choose the first day.", block_id="setup_date")
    return Copying(
        from_key=EditionKey(fields.choice("setup_from") or ""),
        key=fields.text("setup_key"),
        name=fields.text("setup_name"),
        begins_on=on,
        keeps_weekdays=forms.WEEKDAYS in fields.choices("setup_weekdays"),
    )

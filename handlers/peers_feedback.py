"""Giving feedback, reading it, saying how useful it is, giving thanks."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services import home, peers
from bot.views import peers as list_views
from bot.views import peers_form as views
from bot.views import peers_messages as message_views
from bot.views.reminders import GIVE
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import metadata, open_from, open_modal
from handlers.payloads import Command, Fields, Payload

Give = Callable[[AsyncAck, Command, Actor, AsyncWebClient], Awaitable[None]]


def register(app: AsyncApp, deps: Deps) -> Give:
    """Listen to the buttons and modals of feedback. Returns what answers `/peers feedback`."""

    async def command(ack: AsyncAck, asked: Command, who: Actor, client: AsyncWebClient) -> None:
        owed = await peers.owed_now(deps.db, team_id=who.team_id, user_id=who.user_id, now=deps.now())
        if len(owed) == 1:
            of, one = owed[0]
            view = await _form(deps, who, round_id=of.id, author=one.author.user_id)
        else:
            view = list_views.choose([(of, home.owing(one)) for of, one in owed])
        await open_modal(client, asked.trigger_id, view)
        await ack()

    @app.action(re.compile(rf"^{GIVE}(_\d+)?$"))
    async def give(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        pressed = payloads.pressed(body)
        round_id, author = _given(pressed.value)
        await open_from(client, pressed, await _form(deps, actor(context), round_id=round_id, author=author))
        await ack()

    @app.view(list_views.CHOOSE_CALLBACK)
    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        value = Fields(body["view"]).choice("author")
        if value is None:
            raise Refused("Choose whose work it is about.", block_id="author")
        round_id, author = _given(value)
        view = await _form(deps, actor(context), round_id=round_id, author=author)
        await ack(response_action="update", view=view)

    @app.view(views.CALLBACK)
    async def written(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, view, now = actor(context), body["view"], deps.now()
        fields, known = Fields(view), metadata(view)
        round_id, author = int(known["round_id"]), UserId(known["author"])
        asked = await peers.form(
            deps.db, team_id=who.team_id, round_id=round_id, giver=who.user_id, author=author, now=now
        )
        chosen = {place: fields.choice(views.rating_block(place)) for place in range(len(asked.round.rubric))}
        kept = await peers.write(
            deps.db,
            team_id=who.team_id,
            round_id=round_id,
            giver=who.user_id,
            author=author,
            works=fields.text(views.WORKS),
            change=fields.text(views.CHANGE),
            question=fields.text(views.QUESTION),
            ratings=views.ratings(asked.round, chosen),
            is_draft=fields.choice(views.AS_DRAFT) == views.KEEP,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        done = views.done(
            asked.round, asked.author, is_draft=kept.sent_at is None, reader_zone=asked.reader_zone
        )
        await ack(response_action="update", view=done)

    @app.action(message_views.RATE)
    async def rate(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, now = actor(context), deps.now()
        reference, _, useful = payloads.pressed(body).value.rpartition("|")
        await peers.rate(
            deps.db,
            team_id=who.team_id,
            author=who.user_id,
            reference=reference,
            useful=int(useful),
            once=payloads.delivery(body, now=now),
        )
        said = f"Noted: useful, {useful} of 5. With *Thank* the giver hears of it."
        await respond(text=said, response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(message_views.THANK)
    async def thank(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, now = actor(context), deps.now()
        is_new = await peers.thank(
            deps.db,
            team_id=who.team_id,
            author=who.user_id,
            reference=payloads.pressed(body).value,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = "💛 Your thanks are on the way." if is_new else "You have thanked for this already."
        await respond(text=said, response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(re.compile(rf"^{message_views.READ}(_\d+)?$"))
    async def read(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = actor(context), payloads.pressed(body)
        got = await peers.received(deps.db, team_id=who.team_id, author=who.user_id, now=deps.now())
        found = next((one for one in got if one.reference == pressed.value), None)
        if found is None:
            raise Refused("This feedback is not there any more.")
        giver = found.giver.name if found.giver else None
        blocks = message_views.whole(found.feedback, giver=giver, title=found.title)
        await open_from(client, pressed, list_views.read(blocks))
        await ack()

    return command


async def _form(deps: Deps, who: Actor, *, round_id: int, author: UserId) -> Payload:
    found = await peers.form(
        deps.db,
        team_id=who.team_id,
        round_id=round_id,
        giver=who.user_id,
        author=author,
        now=deps.now(),
    )
    return views.form(
        found.round,
        found.author,
        homework=found.homework,
        handed_in=found.handed_in,
        written=found.written,
        reader_zone=found.reader_zone,
        may_write=found.may_write,
    )


def _given(value: str) -> tuple[int, UserId]:
    round_id, _, author = value.partition(" ")
    return int(round_id), UserId(author)

"""Homework: the command, handing in, and the organisers' desk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import TeamId, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services import homework
from bot.services.homework import Piece
from bot.views import homework as views
from bot.views import words
from handlers import homework_desk, payloads
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import metadata, open_from, open_modal
from handlers.payloads import Fields, Payload
from handlers.together import Together
from handlers.typed import unescaped

SHORTCUT = "submit_homework"

_WORDS = ("submit", "status", "new", "extend")


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/homework`, the shortcut, and the buttons and modals of homework."""
    desk = homework_desk.register(app, deps)

    async def all_lists(team_id: str, asked: Sequence[UserId]) -> Sequence[list[Piece] | Exception]:
        found = await homework.homework_of(deps.db, team_id=TeamId(team_id), user_ids=asked, now=deps.now())
        return [found[user_id] for user_id in asked]

    # When homework is announced, everybody looks at the same time.
    my_homework = Together(all_lists)

    @app.command(deps.command("homework"))
    async def command(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        asked, who = payloads.command(body), actor(context)
        match asked.word:
            case "":
                await ack(**_list(await my_homework(who.team_id, who.user_id), who, now=deps.now()))
            case "submit":
                await open_modal(client, asked.trigger_id, await _form(deps, who, key=unescaped(asked.rest)))
                await ack()
            case "status" | "new" | "extend":
                await desk(ack, asked, who, client)
            case unknown:
                near = words.nearest(unescaped(unknown), _WORDS)
                meant = (
                    f"Did you mean {asked.name} {near}?" if near else f"Try {asked.name} alone for your list."
                )
                raise Refused(f"{asked.name} does not know “{words.short(unescaped(unknown), 100)}”. {meant}")

    @app.shortcut(SHORTCUT)
    async def shortcut(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await open_modal(client, body["trigger_id"], await _form(deps, actor(context)))
        await ack()

    @app.action(views.HAND_IN)
    async def hand_in_button(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        pressed = payloads.pressed(body)
        await open_from(client, pressed, await _form(deps, actor(context), key=pressed.value))
        await ack()

    @app.view(views.CHOOSE_CALLBACK)
    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        key = Fields(body["view"]).choice(views.CHOICE_BLOCK)
        if key is None:
            raise Refused("Choose which homework to hand in.", block_id=views.CHOICE_BLOCK)
        await ack(response_action="update", view=await _form(deps, actor(context), key=key))

    @app.view(views.HAND_IN_CALLBACK)
    async def handed_in(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, view, now = actor(context), body["view"], deps.now()
        fields = Fields(view)
        await homework.hand_in(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            homework_id=views.homework_id_of(metadata(view)),
            text="".join(fields.text(block_id) for block_id in views.text_blocks()),
            link=fields.text(views.LINK_BLOCK),
            files=fields.files(views.FILES_BLOCK),
            kept=fields.choices(views.KEPT_BLOCK),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack()


def _list(pieces: Sequence[Piece], who: Actor, *, now: datetime) -> Payload:
    return views.listed(
        [(piece.standing, piece.is_stopped) for piece in pieces],
        now=now,
        reader_zone=pieces[0].reader_zone if pieces else "",
        is_organiser=who.is_organiser,
    )


async def _form(deps: Deps, who: Actor, *, key: str = "") -> Payload:
    now = deps.now()
    meant: list[Piece] = await homework.homework_to_hand_in(
        deps.db, team_id=who.team_id, user_id=who.user_id, key=key, now=now
    )
    if len(meant) == 1:
        return views.hand_in(meant[0].standing, now=now, reader_zone=meant[0].reader_zone)
    return views.choose([piece.standing for piece in meant])

"""`/questions`: searching, showing a question to a channel; the search box of the Home tab."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, QuestionId
from bot.domain.members import Actor
from bot.domain.questions import titled
from bot.domain.refusals import Refused
from bot.services.questions import asking, finding
from bot.views import asking as ask_views
from bot.views import questions_search as views
from handlers import errors, payloads, questions_desk, replies
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import open_from, update_open
from handlers.payloads import Payload
from handlers.typed import unescaped


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/questions`, the Home tab's search box, and the buttons beside what was found."""
    desk = questions_desk.register(app, deps)

    @app.command(deps.command("questions"))
    async def command(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        asked, who = payloads.command(body), actor(context)
        typed = unescaped(asked.text)
        if not typed:
            await ack(**views.usage(deps.command))
        elif typed.casefold() == "stats":
            await desk(ack, who)
        else:
            await ack()
            deps.background.answer(
                _page(deps, who, 0, typed, channel_id=asked.channel_id),
                lambda page: replies.reply(deps, body, page),
                or_else=lambda failure: errors.tell_later(failure, body, deps=deps),
            )

    @app.action(views.SEARCH_BOX)
    async def searched_at_home(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        pressed = payloads.pressed(body)
        if pressed.value.strip():
            page = await _page(deps, actor(context), 0, pressed.value, channel_id=None)
            await open_from(client, pressed, views.found_modal(page))
        await ack()

    @app.action(views.MORE)
    @app.action(views.BACK)
    async def turned(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        pressed = payloads.pressed(body)
        offset, channel_id, text = views.page_of(pressed.value)
        page = await _page(deps, actor(context), offset, text, channel_id=channel_id)
        if pressed.view is None:
            await respond(**page, response_type="ephemeral", replace_original=True)
        else:
            await update_open(client, pressed.view["id"], views.found_modal(page))
        await ack()

    @app.action(views.ASK_INSTEAD)
    async def ask_instead(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        pressed, who = payloads.pressed(body), actor(context)
        channel_id = await asking.where_to(deps.db, who=who, given_in=pressed.channel_id)
        question, detail = titled(pressed.value)
        form = ask_views.form(channel_id=channel_id, question=question, detail=detail)
        await open_from(client, pressed, form)
        await ack()

    @app.action(views.SHOW)
    async def show(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        pressed, who, now = payloads.pressed(body), actor(context), deps.now()
        question_id, channel_id = views.shown_of(pressed.value)
        if channel_id is None:
            raise Refused(f"Type {deps.command('questions')} in a channel to show a question there.")
        await finding.show_in_channel(
            deps.db,
            who=who,
            question_id=QuestionId(question_id),
            channel_id=channel_id,
            pressed_in=pressed.channel_id,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        if pressed.channel_id != channel_id:
            await respond(text=views.shown_in(channel_id))
        await ack()


async def _page(deps: Deps, who: Actor, offset: int, typed: str, *, channel_id: ChannelId | None) -> Payload:
    text = views.carried(typed)
    found = await finding.find(deps.db, who=who, text=text, offset=offset)
    return views.found(
        text,
        found.results,
        offset=offset,
        is_more=found.is_more,
        stems=found.stems,
        meant=found.meant,
        zone=found.zone,
        can_ask=found.has_words,
        is_organiser=who.is_organiser,
        # A direct message is between two: there is nobody to show it to.
        channel_id=None if channel_id is None or channel_id.startswith("D") else channel_id,
    )

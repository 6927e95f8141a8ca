"""`/ask`, its modal and its shortcut; the buttons beside earlier answers and in follow-ups."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.services.questions import asking, experts, follow_up, settling, suggesting, taking
from bot.services.questions.asking import Asked, Suggested, Written
from bot.services.questions.taking import Words
from bot.views import asking as views
from bot.views import notices, words
from handlers import errors, payloads, replies
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import metadata, open_from, open_modal, update_open
from handlers.payloads import Fields, Payload
from handlers.together import Together

SHORTCUT = "ask"


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to `/ask`, the shortcut, and the buttons and modals of asking."""

    async def take_all(team_id: str, asked: Sequence[Words]) -> Sequence[str | Exception]:
        return await taking.take(deps.db, team_id=TeamId(team_id), asked=asked, now=deps.now())

    # Of many at once each would wait for the disk after the other.
    take = Together(take_all)

    @app.command(deps.command("ask"))
    async def command(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        asked, who, now = payloads.command(body), actor(context), deps.now()
        if words.is_blank(asked.text) or asked.text.casefold() == "help":
            channel_id = await asking.where_to(deps.db, who=who, given_in=asked.channel_id)
            await open_modal(client, asked.trigger_id, views.form(channel_id=channel_id))
            await ack()
            return
        once = payloads.delivery(body, now=now)
        draft_id = await take(
            who.team_id, Words(who=who, text=asked.text, given_in=asked.channel_id, once=once)
        )
        await ack()
        deps.background.answer(
            taking.look_up(deps.db, team_id=who.team_id, draft_id=draft_id, now=now),
            lambda found: _show(deps, body, who.team_id, draft_id, found),
            or_else=lambda failure: _give_up(deps, body, who.team_id, draft_id, failure),
        )

    @app.shortcut(SHORTCUT)
    async def shortcut(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        channel_id = await asking.where_to(deps.db, who=actor(context))
        await open_modal(client, body["trigger_id"], views.form(channel_id=channel_id))
        await ack()

    @app.view(views.FORM_CALLBACK)
    async def written(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        view, now = body["view"], deps.now()
        fields = Fields(view)
        found = await asking.ask(
            deps.db,
            who=actor(context),
            written=Written(
                question=fields.text(views.QUESTION_BLOCK),
                detail=fields.text(views.DETAIL_BLOCK),
                topic=fields.text(views.TOPIC_BLOCK),
                is_anonymous=views.YES in fields.choices(views.ANONYMOUS_BLOCK),
            ),
            given_in=ChannelId(metadata(view)["channel_id"]),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack(response_action="update", view=_modal(found))

    @app.view(views.SUGGESTED_CALLBACK)
    async def nothing_helped(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        now = deps.now()
        asked = await asking.ask_anyway(
            deps.db,
            draft_id=metadata(body["view"])["draft_id"],
            who=actor(context),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack(response_action="update", view=_modal(asked))

    @app.action(views.ASK_ANYWAY)
    async def ask_anyway(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, now = actor(context), deps.now()
        kind, ident = views.source_of(payloads.pressed(body).value)
        if kind == views.DRAFT:
            asked = await asking.ask_anyway(
                deps.db, draft_id=ident, who=who, now=now, once=payloads.delivery(body, now=now)
            )
            shown = taking.message(asked)
        else:
            question_id = QuestionId(int(ident))
            found = await suggesting.who_may_know(deps.db, question_id=question_id, who=who, now=now)
            shown = views.stays_open(found, question_id=question_id)
        await respond(replace_original=True, **shown)
        await ack()

    @app.action(views.ANSWERS_IT)
    async def answers_it(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        source, earlier_id = views.earlier_of(pressed.value)
        kind, ident = views.source_of(source)
        earlier = await asking.found_before(
            deps.db,
            earlier_id=earlier_id,
            draft_id=ident if kind == views.DRAFT else None,
            question_id=None if kind == views.DRAFT else QuestionId(int(ident)),
            who=who,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        if pressed.view is None:
            await respond(replace_original=True, **views.answered(earlier))
        else:
            await update_open(client, pressed.view["id"], views.answered_modal(earlier))
        await ack()

    @app.action(views.MENTION)
    async def mention(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        question_id, _, user_id = pressed.value.partition(":")
        name = await experts.mention(
            deps.db,
            question_id=QuestionId(int(question_id)),
            user_id=UserId(user_id),
            by=who,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        if pressed.view is None:
            said = notices.message(views.mentioned(name))
            await respond(response_type="ephemeral", replace_original=False, **said)
        else:
            await open_from(client, pressed, notices.modal(views.mentioned(name), title="Mentioned"))
        await ack()

    @app.action(views.MAY_BE_ASKED)
    async def may_be_asked(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = actor(context), payloads.pressed(body), deps.now()
        may = pressed.value == views.YES
        await experts.decide(
            deps.db, who=who, may_be_asked=may, now=now, once=payloads.delivery(body, now=now)
        )
        if pressed.view is None:
            said = notices.message(views.may_be_asked(may))
            await respond(response_type="ephemeral", replace_original=False, **said)
        else:
            await open_from(client, pressed, notices.modal(views.may_be_asked(may), title="Noted"))
        await ack()

    @app.action(views.SETTLED)
    async def settled(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, now = actor(context), deps.now()
        question_id, _, answer_id = payloads.pressed(body).value.partition(":")
        await settling.accept(
            deps.db,
            team_id=who.team_id,
            question_id=QuestionId(int(question_id)),
            answer_id=int(answer_id),
            by=who,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await respond(replace_original=True, **views.settled(True))
        await ack()

    @app.action(views.NOT_SETTLED)
    async def not_settled(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        now = deps.now()
        await follow_up.still_open(
            deps.db,
            question_id=QuestionId(int(payloads.pressed(body).value)),
            by=actor(context),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await respond(replace_original=True, **views.settled(False))
        await ack()


async def _show(
    deps: Deps, body: Payload, team_id: TeamId, draft_id: str, found: Suggested | Asked | None
) -> None:
    if found is None:
        return  # the outbox came to it first
    if await replies.responded(deps, body, taking.message(found)):
        await taking.told(deps.db, team_id=team_id, draft_id=draft_id, shown=found)
    else:
        await taking.have_told(deps.db, team_id=team_id, draft_id=draft_id, now=deps.now())


async def _give_up(deps: Deps, body: Payload, team_id: TeamId, draft_id: str, failure: Exception) -> None:
    if await taking.give_up(deps.db, team_id=team_id, draft_id=draft_id, now=deps.now()):
        await errors.tell_later(failure, body, deps=deps)


def _modal(found: Suggested | Asked) -> Payload:
    if isinstance(found, Suggested):
        return views.suggested_modal(found.earlier, draft_id=found.draft_id, zone=found.zone)
    return views.posted_modal(found.channel_id, found.experts, question_id=found.question.id)

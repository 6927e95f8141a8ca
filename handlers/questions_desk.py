"""The organisers' part of the question log: numbers, files, and single questions put in order."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import QuestionId
from bot.domain.members import Actor
from bot.services.questions import desk, stats
from bot.views import notices
from bot.views import questions_desk as views
from bot.views.questions_search import MANAGE
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor, require_organiser
from handlers.modals import metadata, open_from, update_open
from handlers.payloads import Fields, Payload

Numbers = Callable[[AsyncAck, Actor], Awaitable[None]]


def register(app: AsyncApp, deps: Deps) -> Numbers:
    """Listen to the desk's buttons and modals. Returns what answers `stats` after `/questions`."""

    async def numbers(ack: AsyncAck, who: Actor) -> None:
        require_organiser(who)
        found = await stats.overview(deps.db, team_id=who.team_id, user_id=who.user_id, now=deps.now())
        await ack(**views.stats(found.numbers, found.helpers, zone=found.zone))

    @app.action(views.CHART)
    @app.action(views.TABLE)
    async def send_file(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, pressed, now = _organiser(context), payloads.pressed(body), deps.now()
        kind = stats.CHART if pressed.action_id == views.CHART else stats.TABLE
        await stats.send_file(deps.db, who=who, kind=kind, now=now, once=payloads.delivery(body, now=now))
        said = views.file_on_its_way(pressed.value)
        if pressed.view is None:
            await respond(text=said, response_type="ephemeral", replace_original=False)
        else:
            await open_from(client, pressed, notices.modal(said, title="On its way"))
        await ack()

    @app.action(views.AUDIT)
    async def audit(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        deeds, zone = await desk.audited(deps.db, who=_organiser(context))
        await open_from(client, payloads.pressed(body), views.audit(deeds, zone=zone))
        await ack()

    @app.action(MANAGE)
    @app.action(views.LOOK)
    async def manage(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = _organiser(context), payloads.pressed(body)
        await open_from(client, pressed, await _desk(deps, who, QuestionId(int(pressed.value))))
        await ack()

    @app.action(views.RETITLE)
    @app.action(views.HIDE)
    async def write(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = _organiser(context), payloads.pressed(body)
        question = await desk.question_of(deps.db, who=who, question_id=QuestionId(int(pressed.value)))
        form = views.retitle if pressed.action_id == views.RETITLE else views.hide
        await open_from(client, pressed, form(question))
        await ack()

    @app.action(views.MERGE)
    async def choose(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = _organiser(context), payloads.pressed(body)
        question, near = await desk.near(deps.db, who=who, question_id=QuestionId(int(pressed.value)))
        await open_from(client, pressed, views.merge(question, near))
        await ack()

    @app.action(views.REOPEN)
    @app.action(views.SHOW_AGAIN)
    async def undo(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed, now = _organiser(context), payloads.pressed(body), deps.now()
        change = desk.reopen if pressed.action_id == views.REOPEN else desk.show_again
        changed = await change(
            deps.db,
            who=who,
            question_id=QuestionId(int(pressed.value)),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        note = "It is open again." if pressed.action_id == views.REOPEN else "Everybody finds it again."
        await _show(deps, who, client, (pressed.view or {})["id"], changed.id, note)
        await ack()

    @app.view(views.RETITLE_CALLBACK)
    async def retitled(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = _organiser(context), body["view"], deps.now()
        fields = Fields(view)
        changed = await desk.retitle(
            deps.db,
            who=who,
            question_id=_question_id(view),
            title=fields.text(views.TITLE_BLOCK),
            topic=fields.text(views.TOPIC_BLOCK),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await _show(deps, who, client, view["previous_view_id"], changed.id, "Saved.")
        await ack()

    @app.view(views.MERGE_CALLBACK)
    async def merged(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = _organiser(context), body["view"], deps.now()
        fields, question_id = Fields(view), _question_id(view)
        into = await desk.merge(
            deps.db,
            who=who,
            question_id=question_id,
            chosen=fields.choice(views.NEAR_BLOCK),
            typed=fields.text(views.OTHER_BLOCK),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        note = f"It is one with question {into.id} now. Who asked it is told."
        await _show(deps, who, client, view["previous_view_id"], question_id, note)
        await ack()

    @app.view(views.HIDE_CALLBACK)
    async def hidden(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, view, now = _organiser(context), body["view"], deps.now()
        changed = await desk.hide(
            deps.db,
            who=who,
            question_id=_question_id(view),
            reason=Fields(view).text(views.REASON_BLOCK),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await _show(deps, who, client, view["previous_view_id"], changed.id, "Nobody finds it any more.")
        await ack()

    return numbers


def _organiser(context: AsyncBoltContext) -> Actor:
    who = actor(context)
    require_organiser(who)
    return who


def _question_id(view: Payload) -> QuestionId:
    return QuestionId(int(metadata(view)["question_id"]))


async def _desk(deps: Deps, who: Actor, question_id: QuestionId, *, note: str = "") -> Payload:
    found = await desk.on_desk(deps.db, who=who, question_id=question_id)
    return views.desk(found.result, found.deeds, zone=found.zone, note=note)


async def _show(
    deps: Deps, who: Actor, client: AsyncWebClient, view_id: str, question_id: QuestionId, note: str
) -> None:
    """Show the question as it stands now in the modal below the form, which closes."""
    await update_open(client, view_id, await _desk(deps, who, question_id, note=note))

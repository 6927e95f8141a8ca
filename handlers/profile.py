"""One's own profile: its form, opened by `/academy profile` and by buttons."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.members import Actor
from bot.domain.profiles import Field, Visibility, Written
from bot.services import directory, profiles
from bot.views import profile as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor
from handlers.modals import open_from
from handlers.payloads import Fields, Payload


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the buttons that open the form, and to the form."""

    @app.action(views.OPEN)
    async def opened(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await open_from(client, payloads.pressed(body), await form(deps, client, actor(context)))
        await ack()

    @app.view(views.CALLBACK)
    async def saved(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        who, now = actor(context), deps.now()
        await profiles.save(
            deps.db,
            team_id=who.team_id,
            user_id=who.user_id,
            written=_written(body["view"]),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        card, is_listed = await directory.mine(deps.db, team_id=who.team_id, user_id=who.user_id)
        await ack(response_action="update", view=views.saved(card, is_listed=is_listed))


async def form(deps: Deps, client: AsyncWebClient, who: Actor) -> Payload:
    """The form, filled in with what is known of who asks."""
    found = await profiles.form(deps.db, team_id=who.team_id, user_id=who.user_id, client=client)
    return views.form(found.person, found.profile, cluster=found.cluster, suggested=found.suggested)


def _written(view: Payload) -> Written:
    fields = Fields(view)
    chosen = {one: fields.choice(views.visibility_block(one)) for one in Field}
    return Written(
        cluster=fields.text(Field.CLUSTER),
        country=fields.text(Field.COUNTRY),
        sectors=fields.text(Field.SECTORS),
        languages=fields.text(Field.LANGUAGES),
        expertise=fields.text(Field.EXPERTISE),
        looks_for=fields.text(Field.LOOKS_FOR),
        visibility={one: Visibility(seen_by) for one, seen_by in chosen.items() if seen_by},
        is_listed=views.SHOW in fields.choices(views.LISTED),
    )

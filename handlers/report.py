"""The report: what `/academy report` opens for organisers, and its pages."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.members import Actor
from bot.services import report
from bot.views import report as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import organiser
from handlers.modals import update_open
from handlers.payloads import Payload


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to the buttons that turn the report's pages; the command is `/academy`'s."""

    @app.action(views.NEWER)
    @app.action(views.OLDER)
    async def turned(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        who, pressed = organiser(context), payloads.pressed(body)
        shown = await page(deps, who, offset=int(pressed.value))
        await update_open(client, (pressed.view or {})["id"], shown)
        await ack()


async def page(deps: Deps, who: Actor, *, offset: int = 0) -> Payload:
    """A page of the report."""
    now = deps.now()
    found = await report.report(deps.db, who=who, offset=offset, now=now)
    return views.report(
        edition=found.edition,
        next_day=found.next_day,
        roles=found.roles,
        pieces=[
            views.Piece(homework=one.homework, counts=one.counts(), of=len(one.people))
            for one in found.glance
        ],
        open_questions=found.open_questions,
        failed=found.failed,
        deeds=found.deeds,
        offset=found.offset,
        deed_count=found.deed_count,
        per_page=report.PAGE,
        zone=found.zone,
        now=now,
    )

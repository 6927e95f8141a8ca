"""The pages of setting up, and keeping them up to date beneath the form that lies on them."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import EditionKey
from bot.domain.members import Actor
from bot.services import setup
from bot.views import setup as views
from handlers.deps import Deps
from handlers.modals import update_open
from handlers.payloads import Payload


async def hub(deps: Deps, who: Actor, *, note: str = "") -> Payload:
    """The page from which all is set up, as it is now."""
    found = await setup.overview(deps.db, team_id=who.team_id, now=deps.now())
    return views.hub(
        found.academy,
        [(one.edition, one.homework, one.people) for one in found.editions],
        found.checks,
        current=found.current,
        note=note,
    )


async def page(deps: Deps, who: Actor, edition_key: EditionKey, *, note: str = "") -> Payload:
    """The page of an edition, as it is now. Raises Refused where it is not there any more."""
    found = await setup.edition_page(deps.db, team_id=who.team_id, edition_key=edition_key)
    return views.edition_page(found.edition, found.homework, found.people, version=found.version, note=note)


async def show_hub(deps: Deps, client: AsyncWebClient, who: Actor, body: Payload, *, note: str = "") -> None:
    """Bring the page at the bottom of the open modals up to date."""
    root = body["view"].get("root_view_id") or body["view"]["id"]
    await update_open(client, root, await hub(deps, who, note=note))


async def show_page(
    deps: Deps, client: AsyncWebClient, who: Actor, body: Payload, edition_key: EditionKey, *, note: str = ""
) -> None:
    """Bring an edition's page up to date, in which a button is or on which a form lies, and the hub."""
    view = body["view"]
    is_page = view.get("callback_id") == views.PAGE_CALLBACK
    shown = view["id"] if is_page else view.get("previous_view_id")
    if shown:
        await update_open(client, shown, await page(deps, who, edition_key, note=note))
    await show_hub(deps, client, who, body)

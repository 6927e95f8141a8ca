"""views.*: modals by trigger id, their stack, hashes, and the Home."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.manifest import install
from sandbox.modals import close_modal
from sandbox.records import App, Change
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

Refused = Callable[[Awaitable[Any]], Awaitable[str]]
Trigger = Callable[[], str]


def modal(title: str = "Form", **fields: Any) -> dict[str, Any]:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [block], **fields}


def home(text: str = "Hello") -> dict[str, Any]:
    return {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


@pytest.fixture
def trigger(sandbox: Sandbox, app: App) -> Trigger:
    """Gives a trigger id, as if Ann had just done something."""
    return lambda: sandbox.interactions.triggers.new(app, "UANN")


def titles(workspace: Workspace) -> list[str]:
    return [view["title"]["text"] for view in workspace.modals.get("UANN", [])]


async def test_a_modal_opens_before_whoever_acted(
    client: AsyncWebClient, workspace: Workspace, app: App, trigger: Trigger
) -> None:
    view = modal(callback_id="form", private_metadata="x")

    opened = (await client.views_open(trigger_id=trigger(), view=view))["view"]

    assert workspace.modals["UANN"] == [opened]
    assert opened["id"].startswith("V")
    shown = (opened["app_id"], opened["bot_id"], opened["callback_id"], opened["private_metadata"])
    assert shown == (app.id, app.bot_id, "form", "x")
    assert (opened["root_view_id"], opened["previous_view_id"]) == (opened["id"], None)
    assert opened["state"] == {"values": {}}
    assert opened["blocks"][0]["block_id"]


async def test_a_trigger_is_good_once_and_for_three_seconds(
    client: AsyncWebClient, clock: Clock, trigger: Trigger, refused: Refused
) -> None:
    used, old = trigger(), trigger()
    await client.views_open(trigger_id=used, view=modal())

    assert await refused(client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    clock.advance(timedelta(seconds=3.1))
    assert await refused(client.views_open(trigger_id=old, view=modal())) == "expired_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"
    assert await refused(client.views_open(view=modal())) == "invalid_arguments"


async def test_a_view_that_slack_would_not_take_leaves_the_trigger_unspent(
    client: AsyncWebClient, trigger: Trigger, refused: Refused
) -> None:
    spared = trigger()

    assert await refused(client.views_open(trigger_id=spared, view=modal("x" * 25))) == "invalid_arguments"
    assert await refused(client.views_open(trigger_id=spared, view=home())) == "invalid_arguments"

    assert (await client.views_open(trigger_id=spared, view=modal()))["ok"] is True


async def test_three_modals_lie_on_one_another_at_most(
    client: AsyncWebClient, workspace: Workspace, trigger: Trigger, refused: Refused
) -> None:
    assert await refused(client.views_push(trigger_id=trigger(), view=modal())) == "not_found"
    first = (await client.views_open(trigger_id=trigger(), view=modal("1")))["view"]
    second = (await client.views_push(trigger_id=trigger(), view=modal("2")))["view"]
    third = (await client.views_push(trigger_id=trigger(), view=modal("3")))["view"]

    assert (third["root_view_id"], third["previous_view_id"]) == (first["id"], second["id"])
    assert await refused(client.views_push(trigger_id=trigger(), view=modal("4"))) == "push_limit_reached"
    assert titles(workspace) == ["1", "2", "3"]


async def test_an_update_keeps_the_id_and_changes_the_hash(
    client: AsyncWebClient, workspace: Workspace, trigger: Trigger
) -> None:
    opened = (await client.views_open(trigger_id=trigger(), view=modal("Wait…")))["view"]

    updated = (await client.views_update(view_id=opened["id"], view=modal("Ready")))["view"]

    assert updated["id"] == opened["id"]
    assert updated["hash"] != opened["hash"]
    assert titles(workspace) == ["Ready"]


async def test_a_stale_hash_is_a_conflict(
    client: AsyncWebClient, workspace: Workspace, trigger: Trigger, refused: Refused
) -> None:
    opened = (await client.views_open(trigger_id=trigger(), view=modal("1")))["view"]
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal("2"))

    call = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal("3"))

    assert await refused(call) == "hash_conflict"
    assert titles(workspace) == ["2"]


async def test_a_closed_modal_is_not_found(
    client: AsyncWebClient, workspace: Workspace, trigger: Trigger, refused: Refused
) -> None:
    opened = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]
    close_modal(workspace, "UANN")

    assert await refused(client.views_update(view_id=opened["id"], view=modal())) == "not_found"


async def test_a_modal_of_another_app_is_not_found(
    client: AsyncWebClient,
    sandbox: Sandbox,
    workspace: Workspace,
    app: App,
    trigger: Trigger,
    refused: Refused,
) -> None:
    other = install(workspace, {**app.manifest, "display_information": {"name": "Other"}})
    theirs = AsyncWebClient(token=other.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    opened = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]

    assert await refused(theirs.views_update(view_id=opened["id"], view=modal())) == "not_found"
    assert await refused(theirs.views_open(trigger_id=trigger(), view=modal())) == "invalid_trigger_id"


async def test_an_external_id_names_one_modal(
    client: AsyncWebClient, workspace: Workspace, trigger: Trigger, refused: Refused
) -> None:
    opened = (await client.views_open(trigger_id=trigger(), view=modal("1", external_id="mine")))["view"]

    await client.views_update(external_id="mine", view=modal("2", external_id="mine"))
    assert titles(workspace) == ["2"]

    again = client.views_push(trigger_id=trigger(), view=modal(external_id="mine"))
    assert await refused(again) == "duplicate_external_id"
    named_twice = {"view_id": opened["id"], "external_id": "mine", "view": modal()}
    both = client.api_call("views.update", json=named_twice)
    assert await refused(both) == "invalid_arguments"


async def test_the_home_is_published_for_one_person(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    told: list[Change] = []
    workspace.subscribe(told.append)

    first = (await client.views_publish(user_id="UANN", view=home("1")))["view"]
    second = (await client.views_publish(user_id="UANN", view=home("2"), hash=first["hash"]))["view"]

    assert list(workspace.homes) == [(app.id, "UANN")]
    assert workspace.homes[app.id, "UANN"]["blocks"][0]["text"]["text"] == "2"
    assert second["id"] == first["id"]
    assert [(change.kind, change.user) for change in told] == [("home_published", "UANN")] * 2


async def test_a_home_that_cannot_be_published(client: AsyncWebClient, app: App, refused: Refused) -> None:
    first = (await client.views_publish(user_id="UANN", view=home("1")))["view"]
    await client.views_publish(user_id="UANN", view=home("2"))

    stale = client.views_publish(user_id="UANN", view=home("3"), hash=first["hash"])
    assert await refused(stale) == "hash_conflict"
    assert await refused(client.views_publish(user_id="UNOBODY", view=home())) == "user_not_found"
    assert await refused(client.views_publish(user_id="UANN", view=modal())) == "invalid_arguments"
    assert await refused(client.views_publish(user_id=app.bot_user_id, view=home())) == "invalid_arguments"
    app.home_tab = False
    assert await refused(client.views_publish(user_id="UANN", view=home())) == "not_enabled"

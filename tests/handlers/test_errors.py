"""Refusals, repeated deliveries and the unexpected, each seen from the person's side of a real Bolt app."""

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

import handlers.errors
import handlers.middleware
import handlers.unknown
from bot.app import bolt_app
from bot.clients import web_client
from bot.config import Secret, Settings
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.domain.refusals import Refused
from bot.health import Health
from bot.intake import Intake, SocketMode
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor, require_organiser
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import members, outbox
from storage.db import Database

ANNA, BORIS = UserId("U0ANNA"), UserId("U0BORIS")
REFERENCE = re.compile(r"reference: [A-Z2-9]{8}$")


def _manifest() -> dict[str, Any]:
    commands = ("refuse", "fail", "twice", "form", "bare", "button", "organise", "whoami")
    return {
        "display_information": {"name": "Probe"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "probe"},
            "slash_commands": [{"command": f"/{name}", "description": name} for name in commands],
            "shortcuts": [
                {"name": "Refuse", "callback_id": "refuse", "description": "Refuse", "type": "global"},
                {"name": "About", "callback_id": "about", "description": "About", "type": "message"},
            ],
        },
        "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "users:read", "im:history"]}},
        "settings": {
            "event_subscriptions": {"bot_events": ["user_change", "team_join"]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


@dataclass
class Probe:
    """An app of a few handlers that fail in every way there is."""

    sandbox: Sandbox
    app: App
    db: Database
    deps: Deps
    seen: list[str] = field(default_factory=list)

    def register(self, bolt: AsyncApp) -> None:
        async def refuse() -> None:
            raise Refused("No <b>&co</b> today.")

        async def fail() -> None:
            raise ZeroDivisionError("three apples")

        async def twice(ack: AsyncAck, body: dict[str, Any]) -> None:
            once = payloads.delivery(body, now=self.deps.now())
            for _ in range(2):
                async with self.deps.db.writing(once):
                    self.seen.append(once.key)
            await ack("not reached")

        async def open_form(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
            blocks = (
                []
                if body["command"] == "/bare"
                else [
                    InputBlock(block_id=name, label=name, element=PlainTextInputElement(action_id="typed"))
                    for name in ("first", "second")
                ]
            )
            text = SectionBlock(text="Something")
            refuses = ButtonElement(text="Refuse", action_id="refuse")
            form = View(
                type="modal",
                callback_id="form",
                title="Form",
                submit="Send",
                close="No",
                blocks=[text, *blocks, ActionsBlock(elements=[refuses])],
            )
            await client.views_open(trigger_id=body["trigger_id"], view=form)
            await ack()

        async def submitted(body: dict[str, Any]) -> None:
            typed = payloads.Fields(body["view"]).text("second")
            if typed == "fail":
                raise ZeroDivisionError("three apples")
            raise Refused("Not this one.", block_id="second" if typed == "here" else None)

        async def button(ack: AsyncAck) -> None:
            buttons = [ButtonElement(text=name, action_id=name) for name in ("refuse", "fail", "stale")]
            await ack(text="buttons", blocks=[ActionsBlock(elements=buttons)])

        async def organise(ack: AsyncAck, context: AsyncBoltContext) -> None:
            require_organiser(actor(context))
            await ack("done")

        async def whoami(ack: AsyncAck, context: AsyncBoltContext) -> None:
            who = actor(context)
            await ack(f"{who.name} in {who.tz}")

        for name, listener in (
            ("/refuse", refuse),
            ("/fail", fail),
            ("/twice", twice),
            ("/form", open_form),
            ("/bare", open_form),
            ("/button", button),
            ("/organise", organise),
            ("/whoami", whoami),
        ):
            bolt.command(name)(listener)
        bolt.view("form")(submitted)
        bolt.action("refuse")(refuse)
        bolt.action("fail")(fail)
        bolt.shortcut("refuse")(refuse)
        bolt.event("user_change")(fail)


@pytest.fixture
async def probe(db: Database) -> AsyncIterator[Probe]:
    clock = Clock(datetime(2023, 6, 8, 9, 0, tzinfo=UTC))
    workspace = Workspace(clock=clock)
    workspace.add_user("anna", user_id=ANNA, real_name="Anna", tz="Europe/Helsinki")
    workspace.add_user("boris", user_id=BORIS, real_name="Boris", is_admin=True)
    app = install(workspace, _manifest())
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        settings = Settings(
            bot_token=Secret(app.bot_token), app_token=Secret(app.app_token), slack_api_url=sandbox.api_url
        )
        client = web_client(settings)
        deps = Deps(db=db, clock=clock, client_for={TeamId(workspace.team_id): client}.__getitem__)
        bolt = bolt_app(settings, client=client, me=dict((await client.auth_test()).data))  # type: ignore[arg-type]
        made = Probe(sandbox=sandbox, app=app, db=db, deps=deps)
        handlers.errors.register(bolt, deps)
        handlers.middleware.register(bolt, deps)
        made.register(bolt)
        handlers.unknown.register(bolt, deps)
        health = Health(db)
        intake = Intake(health=health, after_each=lambda: None)
        socket = SocketMode(bolt, intake=intake, health=health, app_token=app.app_token)
        await socket.start(client)
        yield made
        await socket.stop()


async def test_a_refused_command_is_answered_only_to_the_person_and_escaped(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)

    await anna.command("/refuse")

    answer = await anna.saw("direct", "today")
    assert (answer["text"], answer["is_ephemeral"]) == ("No &lt;b&gt;&amp;co&lt;/b&gt; today.", True)
    assert answer["blocks"][0]["text"]["text"] == "No <b>&co</b> today."


async def test_an_unexpected_error_gives_the_person_the_reference_that_the_log_has(
    probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    anna = probe.sandbox.person(ANNA)

    await anna.command("/fail")

    answer = await anna.saw("direct", "went wrong")
    (logged,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert REFERENCE.search(answer["text"])
    assert answer["text"].endswith(logged.__dict__["reference"])
    assert (logged.__dict__["user_id"], logged.__dict__["payload"]) == (ANNA, "/fail")
    assert "three apples" in (caplog.text)


async def test_a_second_delivery_is_acknowledged_without_a_word(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)

    await anna.command("/twice")

    assert (len(probe.seen), anna.direct(), anna.notices) == (1, [], [])
    assert probe.sandbox.delivery.log[-1].acks[-1].ok


@pytest.mark.parametrize(("typed", "place"), [("here", "second"), ("elsewhere", "first")])
async def test_a_refused_submission_is_shown_at_its_field_or_the_first(
    probe: Probe, typed: str, place: str
) -> None:
    anna = probe.sandbox.person(ANNA)
    await anna.command("/form")

    errors = await anna.submit({"first": "x", "second": typed})

    assert errors == {place: "Not this one."}


async def test_what_was_typed_stays_where_a_submission_fails(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)
    await anna.command("/form")

    errors = await anna.submit({"first": "a long text", "second": "fail"})

    assert REFERENCE.search(errors["first"])
    assert anna.modal is not None
    assert payloads.Fields(anna.modal).text("first") == "a long text"


async def test_a_refused_submission_without_any_field_shows_the_sentence_in_its_place(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)
    await anna.command("/bare")

    await anna.submit({})

    assert anna.modal is not None
    assert anna.modal["blocks"][0]["text"]["text"] == "Not this one."


async def test_a_refused_button_of_a_message_is_answered_beside_it(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)
    await anna.command("/button")
    buttons = await anna.saw("direct", "buttons")

    await anna.press(buttons, "refuse")

    answer = await anna.saw("direct", "today")
    assert answer["is_ephemeral"] is True
    assert await anna.saw("direct", "buttons") == buttons


async def test_a_button_of_an_earlier_version_says_so(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)
    await anna.command("/button")

    await anna.press(await anna.saw("direct", "buttons"), "stale")

    assert (await anna.saw("direct", "earlier version"))["text"].endswith("Please use /academy instead.")


async def test_a_refused_button_of_a_modal_opens_another_in_front(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)
    await anna.command("/form")

    await anna.press("modal", "refuse")

    assert anna.modal is not None
    assert anna.modal["blocks"][0]["text"]["text"] == "No <b>&co</b> today."


async def test_a_refused_shortcut_opens_a_modal(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)

    await anna.shortcut("refuse")

    assert anna.modal is not None
    assert anna.modal["blocks"][0]["text"]["text"] == "No <b>&co</b> today."


async def test_a_sentence_that_finds_no_other_place_goes_by_direct_message_once(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)
    probe.sandbox.faults.add("error", method="views.open", error="expired_trigger_id")

    await anna.shortcut("refuse")

    async with probe.db.reading() as work:
        (queued,) = await outbox.rows(work, team_id=probe.sandbox.workspace.team_id)
    assert (queued.recipient, queued.body["text"]) == (ANNA, "No &lt;b&gt;&amp;co&lt;/b&gt; today.")


async def test_an_event_whose_handling_failed_is_delivered_again(probe: Probe) -> None:
    probe.sandbox.workspace.change_user(ANNA, real_name="Anna B")
    await probe.sandbox.quiet()

    delivered = probe.sandbox.delivery.log[-1]
    assert (delivered.payload["event"]["type"], [ack.ok for ack in delivered.acks][:1]) == (
        "user_change",
        [False],
    )
    assert len(delivered.acks) > 1


async def test_an_event_that_nobody_needs_is_acknowledged(probe: Probe) -> None:
    probe.sandbox.workspace.add_user("carla", user_id="U0CARLA")
    await probe.sandbox.quiet()

    assert [ack.ok for ack in probe.sandbox.delivery.log[-1].acks] == [True]


async def test_somebody_new_is_looked_up_once_and_remembered(probe: Probe) -> None:
    anna = probe.sandbox.person(ANNA)

    await anna.command("/whoami")
    await anna.command("/whoami")

    assert (await anna.saw("direct", "Helsinki"))["text"] == "Anna in Europe/Helsinki"
    assert [call.method for call in probe.sandbox.calls].count("users.info") == 1
    async with probe.db.reading() as work:
        known = await members.member(work, team_id=TeamId(probe.sandbox.workspace.team_id), user_id=ANNA)
    assert known is not None
    assert known.name == "Anna"


async def test_organisers_only(probe: Probe) -> None:
    anna, boris = probe.sandbox.person(ANNA), probe.sandbox.person(BORIS)

    await anna.command("/organise")
    await boris.command("/organise")

    assert "Only organisers" in (await anna.saw("direct", ""))["text"]
    assert (await boris.saw("direct", ""))["text"] == "done"


@pytest.mark.parametrize("is_bot", [False, True])
async def test_deactivated_people_and_bots_are_refused(probe: Probe, is_bot: bool) -> None:
    # Slack lets neither act; what was sent a moment before may still arrive.
    team_id = TeamId(probe.sandbox.workspace.team_id)
    anna = Member(team_id=team_id, user_id=ANNA, name="Anna", is_bot=is_bot, is_deactivated=not is_bot)
    async with probe.db.writing() as work:
        await members.put_member(work, anna)

    person = probe.sandbox.person(ANNA)
    await person.command("/whoami")

    answer = await person.saw("direct", "")
    assert answer["text"] == "Only people with an active account in this workspace can use this."

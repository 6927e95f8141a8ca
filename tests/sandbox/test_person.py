"""A person at their client: what they may do, what the app hears of it, what they see of its answer."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import date
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.entries import NotPossible
from sandbox.errors import SlackError
from sandbox.interactions import TROUBLE
from sandbox.modals import open_modal, publish_home, push_modal
from sandbox.person import Person
from sandbox.records import App
from sandbox.server import Sandbox
from tests.sandbox.listener import Listener, listen

View = dict[str, Any]


def plain(text: str) -> View:
    return {"type": "plain_text", "text": text}


def option(value: str) -> View:
    return {"text": plain(value.title()), "value": value}


def asked(block_id: str, element: View, **more: Any) -> View:
    whole = {"action_id": f"{block_id}_a", **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": whole, **more}


def modal(*blocks: View, title: str = "First", **more: Any) -> View:
    return {"type": "modal", "title": plain(title), "submit": plain("Send"), "blocks": list(blocks), **more}


NAME = asked("name", {"type": "plain_text_input", "initial_value": "Ann"})
GO = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "7", "style": "primary"}


@pytest.fixture
def ann(sandbox: Sandbox) -> Person:
    return sandbox.person("UANN")


@pytest.fixture
async def listener(sandbox: Sandbox, app: App) -> AsyncIterator[Listener]:
    """The app, as the test speaks for it; it listens to no event."""
    app.events.clear()
    listener = await listen(sandbox, app)
    yield listener
    await listener.close()


async def heard(
    listener: Listener, acting: Coroutine[Any, Any, Any], answer: Any = None
) -> tuple[dict[str, Any], Any]:
    """What the app hears of an action that it answers so; and what the action returns."""
    task = asyncio.create_task(acting)
    envelope = await listener.take(answer)
    return envelope["payload"], await task


# -- conversations ------------------------------------------------------------------------------------


async def test_typed_text_is_escaped_and_names_become_mentions(sandbox: Sandbox, ann: Person) -> None:
    typed = (
        "@ben see #general & <b> https://x.org/a?b=1&c=2, <!channel> @here @nobody <@UCLEO>"
        " or write to ann@example.org."
    )

    ts = await ann.say("CGENERAL", typed)

    assert sandbox.workspace.message("CGENERAL", ts)["text"] == (
        "<@UBEN> see <#CGENERAL|general> &amp; &lt;b&gt; <https://x.org/a?b=1&amp;c=2>,"
        " &lt;!channel&gt; <!here> @nobody <@UCLEO> or write to <mailto:ann@example.org|ann@example.org>."
    )


@pytest.mark.parametrize(
    ("user_id", "channel_id", "text", "error"),
    [
        ("UBEN", "CQUIET", "x", "not_in_channel"),
        ("UCLEO", "CCOUNCIL", "x", "channel_not_found"),
        ("UANN", "CNOWHERE", "x", "channel_not_found"),
        ("UANN", "CGENERAL", "  ", "no_text"),
        ("UANN", "CGENERAL", "x" * 40_001, "msg_too_long"),
    ],
)
async def test_message_that_the_client_does_not_send(
    sandbox: Sandbox, user_id: str, channel_id: str, text: str, error: str
) -> None:
    with pytest.raises(SlackError, match=error):
        await sandbox.person(user_id).say(channel_id, text)


async def test_archived_channel_takes_no_message(sandbox: Sandbox, ann: Person) -> None:
    sandbox.workspace.archive("CGENERAL", "UANN")

    with pytest.raises(SlackError, match="is_archived"):
        await ann.say("CGENERAL", "Hello")


async def test_who_left_the_workspace_says_nothing(sandbox: Sandbox, ann: Person) -> None:
    sandbox.workspace.change_user("UANN", deleted=True)

    with pytest.raises(SlackError, match="account_inactive"):
        await ann.say("CGENERAL", "Hello")


async def test_only_ones_own_messages_can_be_changed(sandbox: Sandbox, ann: Person) -> None:
    ts = await ann.say("CGENERAL", "Mine")
    ben = sandbox.person("UBEN")

    with pytest.raises(SlackError, match="cant_update_message"):
        await ben.edit("CGENERAL", ts, "Yours")
    with pytest.raises(SlackError, match="cant_delete_message"):
        await ben.delete("CGENERAL", ts)


async def test_reply_to_a_reply_stays_in_its_thread(sandbox: Sandbox, ann: Person) -> None:
    root = await ann.say("CGENERAL", "Root")
    reply = await ann.say("CGENERAL", "Reply", thread_ts=root)

    again = await ann.say("CGENERAL", "Reply to it", thread_ts=reply)

    assert sandbox.workspace.message("CGENERAL", again)["thread_ts"] == root
    with pytest.raises(SlackError, match="thread_not_found"):
        await ann.say("CGENERAL", "Where?", thread_ts="1.000000")


async def test_file_is_shared_with_its_message(sandbox: Sandbox, ann: Person, app: App) -> None:
    app.events.append("file_shared")

    ts = await ann.say("CGENERAL", files=[("plan.pdf", b"%PDF")])

    [file] = sandbox.workspace.message("CGENERAL", ts)["files"]
    assert (file["name"], file["mimetype"], file["size"]) == ("plan.pdf", "application/pdf", 4)
    said, shared = [each.payload["event"] for each in sandbox.delivery.log]
    assert said["subtype"] == "file_share"
    assert (shared["type"], shared["file_id"], shared["channel_id"]) == (
        "file_shared",
        file["id"],
        "CGENERAL",
    )


async def test_ephemeral_message_is_seen_by_one(
    sandbox: Sandbox, ann: Person, client: AsyncWebClient
) -> None:
    await ann.say("CGENERAL", "one")
    await client.chat_postEphemeral(channel="CGENERAL", user="UANN", text="two")
    await ann.say("CGENERAL", "three")

    assert [m["text"] for m in ann.messages("CGENERAL")] == ["one", "two", "three"]
    assert [m["text"] for m in sandbox.person("UBEN").messages("CGENERAL")] == ["one", "three"]


async def test_waiting_for_what_never_comes_says_what_was_there(ann: Person) -> None:
    await ann.say("CGENERAL", "Something else")

    with pytest.raises(TimeoutError, match="Something else"):
        await ann.saw("CGENERAL", "Godot", timeout_s=0.02)


# -- commands, clicks, choices ------------------------------------------------------------------------


async def test_unknown_command_is_refused_by_the_client(ann: Person) -> None:
    with pytest.raises(SlackError, match="/nonsense is not a valid command"):
        await ann.command("/nonsense now")


async def test_command_needs_membership(sandbox: Sandbox) -> None:
    with pytest.raises(SlackError, match="not_in_channel"):
        await sandbox.person("UBEN").command("/hello", channel_id="CQUIET")


async def test_command_text_keeps_labels_where_the_app_asks_for_them(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    raw, _ = await heard(listener, ann.command("/hello @ben & <@UCLEO>"))
    app.commands["/hello"].should_escape = True
    escaped, _ = await heard(listener, ann.command("/hello @ben & <@UCLEO>"))

    assert raw["text"] == "@ben &amp; &lt;@UCLEO&gt;"
    assert escaped["text"] == "<@UBEN|ben> &amp; <@UCLEO|cleo>"
    assert raw["channel_name"] == "directmessage"


async def test_command_with_nobody_there_fails(ann: Person) -> None:
    await ann.command("/hello")

    assert ann.notices == ['/hello failed with the error "dispatch_failed"']


async def test_button_of_a_message_is_heard_with_its_message(
    ann: Person, app: App, listener: Listener, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(
        channel="CGENERAL", text="Go?", blocks=[{"type": "actions", "block_id": "b", "elements": [GO]}]
    )

    payload, _ = await heard(listener, ann.press(posted["ts"], "go"))

    [action] = payload["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "action_id": "go",
        "block_id": "b",
        "text": plain("Go"),
        "value": "7",
        "style": "primary",
    }
    assert payload["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": "CGENERAL",
        "is_ephemeral": False,
    }
    assert (payload["type"], payload["user"]["id"]) == ("block_actions", "UANN")
    assert (payload["message"]["text"], payload["channel"]["name"]) == ("Go?", "general")
    assert payload["response_url"].startswith("http://127.0.0.1:")


async def test_ephemeral_message_is_not_quoted(
    sandbox: Sandbox, ann: Person, listener: Listener, client: AsyncWebClient
) -> None:
    section = {"type": "section", "text": plain("Go?"), "accessory": GO}
    await client.chat_postEphemeral(channel="CGENERAL", user="UANN", text="Go?", blocks=[section])

    payload, _ = await heard(listener, ann.press(await ann.saw("CGENERAL", "Go?"), "go"))

    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    with pytest.raises(SlackError, match="message_not_found"):
        await sandbox.person("UBEN").press(ann.messages("CGENERAL")[-1], "go")


async def test_choices_in_a_message_are_kept_in_its_state(
    ann: Person, listener: Listener, client: AsyncWebClient
) -> None:
    select = {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")]}
    picker = {"type": "datepicker", "action_id": "d", "initial_date": "2023-06-06"}
    more = {"type": "overflow", "action_id": "o", "options": [option("x")]}
    blocks = [{"type": "actions", "block_id": "b", "elements": [select, picker, more]}]
    ts = (await client.chat_postMessage(channel="CGENERAL", text="?", blocks=blocks))["ts"]

    chosen, _ = await heard(listener, ann.choose(ts, "s", "B"))
    dated, _ = await heard(listener, ann.choose(ts, "d", date(2023, 9, 21)))
    overflown, _ = await heard(listener, ann.choose(ts, "o", "x"))

    assert chosen["actions"][0]["selected_option"] == option("b")
    assert (dated["actions"][0]["selected_date"], dated["actions"][0]["initial_date"]) == (
        "2023-09-21",
        "2023-06-06",
    )
    assert overflown["actions"][0]["selected_option"] == option("x")
    assert overflown["state"]["values"]["b"] == {
        "s": {"type": "static_select", "selected_option": option("b")},
        "d": {"type": "datepicker", "selected_date": "2023-09-21"},
    }


async def test_element_that_is_not_there_cannot_be_clicked(ann: Person, client: AsyncWebClient) -> None:
    blocks = [{"type": "actions", "elements": [GO]}, {"type": "actions", "elements": [GO]}]
    ts = (await client.chat_postMessage(channel="CGENERAL", text="?", blocks=blocks))["ts"]

    with pytest.raises(NotPossible, match="0 elements are stop; there are go"):
        await ann.press(ts, "stop")
    with pytest.raises(NotPossible, match="2 elements are go"):
        await ann.press(ts, "go")


async def test_a_button_that_is_gone_is_not_taken_for_the_one_that_is_left(
    ann: Person, client: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "elements": [GO | {"value": "left"}]}]
    ts = (await client.chat_postMessage(channel="CGENERAL", text="?", blocks=blocks))["ts"]

    with pytest.raises(NotPossible, match="0 elements are go; there are go"):
        await ann.press(ts, "go", value="gone")


async def test_external_select_asks_the_app_for_options(
    ann: Person, listener: Listener, client: AsyncWebClient
) -> None:
    select = {"type": "external_select", "action_id": "e", "min_query_length": 1}
    blocks = [{"type": "actions", "block_id": "b", "elements": [select]}]
    ts = (await client.chat_postMessage(channel="CGENERAL", text="?", blocks=blocks))["ts"]

    asked_for, options = await heard(listener, ann.suggest(ts, "e", "te"), {"options": [option("tea")]})
    task = asyncio.create_task(ann.choose(ts, "e", "tea"))
    await listener.take({"options": [option("tea"), option("teapot")]})
    chosen = await listener.take()
    await task

    assert (asked_for["type"], asked_for["value"], options) == ("block_suggestion", "te", [option("tea")])
    assert chosen["payload"]["actions"][0]["selected_option"] == option("tea")


async def test_shortcuts_are_heard(ann: Person, app: App, listener: Listener, client: AsyncWebClient) -> None:
    ts = await ann.say("CGENERAL", "Keep this")

    everywhere, _ = await heard(listener, ann.shortcut("new_note"))
    on_message, _ = await heard(listener, ann.message_shortcut("keep", "CGENERAL", ts))

    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "new_note")
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "Keep this")
    opened = await client.views_open(trigger_id=on_message["trigger_id"], view=modal(NAME))
    assert ann.modal is not None
    assert ann.modal["id"] == opened["view"]["id"]
    with pytest.raises(SlackError, match="invalid_shortcut"):
        await ann.shortcut("keep")


async def test_app_without_interactivity_hears_no_click(
    ann: Person, app: App, client: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "elements": [GO]}]
    ts = (await client.chat_postMessage(channel="CGENERAL", text="?", blocks=blocks))["ts"]
    app.interactivity = False

    with pytest.raises(SlackError, match="interactivity_not_enabled"):
        await ann.press(ts, "go")


# -- modals -------------------------------------------------------------------------------------------


async def test_first_values_count_unless_overridden(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    day = asked("day", {"type": "datepicker"}, optional=True)
    open_modal(sandbox.workspace, app, "UANN", modal(NAME, day))

    payload, errors = await heard(listener, ann.submit({"day": date(2023, 6, 7)}))

    assert errors == {}
    assert (payload["type"], payload["response_urls"]) == ("view_submission", [])
    assert payload["view"]["state"]["values"] == {
        "name": {"name_a": {"type": "plain_text_input", "value": "Ann"}},
        "day": {"day_a": {"type": "datepicker", "selected_date": "2023-06-07"}},
    }
    assert ann.modal is None


async def test_every_kind_of_value_can_be_handed_in(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    blocks = [
        asked("people", {"type": "multi_users_select"}),
        asked("place", {"type": "conversations_select", "response_url_enabled": True}),
        asked("many", {"type": "checkboxes", "options": [option("a"), option("b"), option("c")]}),
        asked("one", {"type": "radio_buttons", "options": [option("a"), option("b")]}),
        asked("note", {"type": "rich_text_input"}),
        asked("papers", {"type": "file_input", "filetypes": ["txt"]}),
        asked("number", {"type": "number_input", "is_decimal_allowed": False}),
    ]
    open_modal(sandbox.workspace, app, "UANN", modal(*blocks))
    values = {
        **{"people": ["UBEN", "UCLEO"], "place": "CGENERAL", "many": ["c", "a"], "one_a": "b"},
        **{"note": "Bold plans", "papers": [("a.txt", "text")], "number": 3},
    }

    payload, errors = await heard(listener, ann.submit(values))

    assert errors == {}
    state = {key: entry[f"{key}_a"] for key, entry in payload["view"]["state"]["values"].items()}
    assert state["people"]["selected_users"] == ["UBEN", "UCLEO"]
    assert state["many"]["selected_options"] == [option("a"), option("c")]
    assert state["one"]["selected_option"] == option("b")
    assert state["note"]["rich_text_value"]["elements"][0]["elements"][0]["text"] == "Bold plans"
    assert state["number"]["value"] == "3"
    [file] = state["papers"]["files"]
    assert sandbox.workspace.files[file["id"]].content == b"text"
    assert payload["response_urls"][0]["channel_id"] == "CGENERAL"


async def test_client_keeps_back_what_is_incomplete(sandbox: Sandbox, ann: Person, app: App) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME, asked("link", {"type": "url_text_input"})))

    errors = await ann.submit({"name": "", "link": "x.org"})

    assert errors == {
        "name": "Please complete this required field.",
        "link": "Enter a valid URL, beginning with http:// or https://.",
    }
    assert ann.field_errors == errors
    assert len(sandbox.delivery.log) == 0


async def test_errors_of_the_app_leave_the_modal_open_as_it_was(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))
    no = {"response_action": "errors", "errors": {"name": "Too short."}}

    _, errors = await heard(listener, ann.submit({"name": "A"}), no)

    assert errors == {"name": "Too short."}
    assert ann.modal is not None
    assert ann.modal["state"]["values"]["name"]["name_a"]["value"] == "A"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nothing": "Which?"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"name": ""}},
        {"response_action": "update"},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "shrug"},
        {"text": "Thanks"},
    ],
)
async def test_nonsense_for_an_answer_is_trouble(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener, answer: Any
) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))

    _, errors = await heard(listener, ann.submit(), answer)

    assert errors == {"": TROUBLE}
    assert ann.notices == [TROUBLE]
    assert ann.modal is not None
    assert sandbox.delivery.log[-1].problem


async def test_silence_is_trouble(sandbox: Sandbox, ann: Person, app: App, listener: Listener) -> None:
    sandbox.delivery.ack_within_s = 0.05
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))

    assert await ann.submit() == {"": TROUBLE}
    assert sandbox.delivery.log[-1].error == "operation_timeout"


async def test_update_keeps_what_was_entered_into_the_same_field(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))
    new = modal(NAME, asked("other", {"type": "plain_text_input"}), title="Second")

    await heard(listener, ann.submit({"name": "Bea"}), {"response_action": "update", "view": new})

    view = await ann.saw_modal("Second")
    values = view["state"]["values"]
    assert (values["name"]["name_a"]["value"], values["other"]["other_a"]["value"]) == ("Bea", None)


async def test_push_then_accepted_shows_the_one_below(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))

    await heard(listener, ann.submit(), {"response_action": "push", "view": modal(NAME, title="Second")})
    await ann.saw_modal("Second")
    await heard(listener, ann.submit())

    await ann.saw_modal("First")


async def test_fourth_modal_is_refused_and_clear_closes_all(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    workspace = sandbox.workspace
    open_modal(workspace, app, "UANN", modal(NAME))
    for title in ("Second", "Third"):
        push_modal(workspace, app, "UANN", modal(NAME, title=title))

    push = {"response_action": "push", "view": modal(NAME, title="Fourth")}
    _, errors = await heard(listener, ann.submit(), push)
    refused = sandbox.delivery.log[-1].problem
    await heard(listener, ann.submit(), {"response_action": "clear"})

    assert (errors, refused) == ({"": TROUBLE}, "push_limit_reached")
    assert ann.modal is None


async def test_closing_is_heard_only_where_the_view_asks_for_it(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME, notify_on_close=True))
    closed, _ = await heard(listener, ann.close_modal())
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))
    await ann.close_modal()

    assert (closed["type"], closed["is_cleared"]) == ("view_closed", False)
    assert closed["view"]["state"]["values"]["name"]["name_a"]["value"] == "Ann"
    assert len(sandbox.delivery.log) == 1
    with pytest.raises(NotPossible, match="no modal is open"):
        await ann.close_modal()


async def test_clear_on_close_closes_the_whole_stack(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(NAME))
    push_modal(sandbox.workspace, app, "UANN", modal(NAME, clear_on_close=True, notify_on_close=True))

    closed, _ = await heard(listener, ann.close_modal())

    assert closed["is_cleared"]
    assert ann.modal is None


async def test_input_is_heard_at_once_only_with_dispatch_action(
    sandbox: Sandbox, ann: Person, app: App, listener: Listener
) -> None:
    loud = asked("loud", {"type": "plain_text_input"}, dispatch_action=True)
    open_modal(sandbox.workspace, app, "UANN", modal(NAME, loud))

    await ann.choose("modal", "name_a", "Bea")
    payload, _ = await heard(listener, ann.choose("modal", "loud_a", "Hey"))

    assert len(sandbox.delivery.log) == 1
    assert (payload["actions"][0]["value"], payload["container"]["type"]) == ("Hey", "view")
    assert payload["view"]["state"]["values"]["name"]["name_a"]["value"] == "Bea"
    assert "response_url" not in payload


async def test_modal_without_a_button_cannot_be_handed_in(sandbox: Sandbox, ann: Person, app: App) -> None:
    view = {"type": "modal", "title": plain("Read"), "blocks": [{"type": "divider"}]}
    open_modal(sandbox.workspace, app, "UANN", view)

    with pytest.raises(NotPossible, match="no button"):
        await ann.submit()


async def test_unknown_field_or_person_cannot_be_filled_in(sandbox: Sandbox, ann: Person, app: App) -> None:
    open_modal(sandbox.workspace, app, "UANN", modal(asked("who", {"type": "users_select"})))

    with pytest.raises(NotPossible, match="0 inputs are whom; there are who"):
        await ann.submit({"whom": "UBEN"})
    with pytest.raises(SlackError, match="user_not_found"):
        await ann.submit({"who": "UNOBODY"})


# -- the Home -----------------------------------------------------------------------------------------


async def test_home_is_published_when_it_is_opened(
    sandbox: Sandbox, ann: Person, app: App, client: AsyncWebClient
) -> None:
    app.events[:] = ["app_home_opened"]
    listener = await listen(sandbox, app)
    opening = asyncio.create_task(ann.open_home())
    opened = (await listener.take())["payload"]["event"]
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [GO]}]}
    await client.views_publish(user_id="UANN", view=home)
    view = await opening

    clicked, _ = await heard(listener, ann.press("home", "go"))
    await listener.close()

    assert (opened["type"], opened["tab"], opened["user"]) == ("app_home_opened", "home", "UANN")
    assert opened["channel"] == ann.direct_id()
    assert "view" not in opened
    assert clicked["view"]["id"] == view["id"]
    assert clicked["container"] == {"type": "view", "view_id": view["id"]}


async def test_home_opened_again_waits_for_the_new_one(sandbox: Sandbox, ann: Person, app: App) -> None:
    app.events[:] = ["app_home_opened"]
    publish_home(sandbox.workspace, app, "UANN", {"type": "home", "blocks": []})

    with pytest.raises(TimeoutError):
        await ann.open_home(timeout_s=0.02)

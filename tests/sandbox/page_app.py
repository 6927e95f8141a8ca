"""A small app for the page's tests: it shows every kind of block and element, and says what it was told."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.records import App
from sandbox.server import Sandbox

Json = dict[str, Any]

HARD_TEXTS = {
    "many emoji": ":tada:" * 150 + "🎓" * 150,
    "right to left": "מחר בשעה תשע — اجتماع الغد في الساعة التاسعة (room 5) \u202ereversed\u202c",
    "zero width": "a\u200bb\u200cc\u200dd\ufeff" * 200,
    "one long word": "x" * 3000,
    "long text": "The clusters meet in Torino and speak about energy. " * 57,
}


def plain(text: str) -> Json:
    """A `plain_text` object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    """A `mrkdwn` object."""
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, **more: Any) -> Json:
    """An option of a select or a list of marks."""
    return {"text": plain(text), "value": value, **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


COLOURS = [
    option("Red", "red"),
    option("Green", "green", description=plain("like grass")),
    option("Blue", "blue"),
]
CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("This *cannot* be undone."),
    "confirm": plain("Do it"),
    "deny": plain("Stop"),
}


def every_block() -> list[Json]:
    """One of each block that a message can have."""
    return [
        {"type": "header", "block_id": "head", "text": plain("Your week at a glance :calendar:")},
        {
            "type": "section",
            "block_id": "about",
            "text": mrkdwn(
                "*Action plan* is due <!date^1687521600^{date_long} at {time}|23 June>. _Two_ of ~three~ "
                "steps are done; see <https://example.org/plan?a=1&amp;b=2|the plan>, ask <@UBEN> "
                "or <#CGENERAL>.\n"
                "> Quoted words\nRun `make demo` &amp; enjoy &lt;it&gt;.\n```for day in week:\n    rest()```"
            ),
            "accessory": button("Open", "open_form", style="primary"),
        },
        {
            "type": "section",
            "block_id": "fields",
            "fields": [
                mrkdwn("*Cluster*\nBlue Fjord"),
                mrkdwn("*Country*\nNorway"),
                plain("Coach: Ada"),
                mrkdwn("*Due*\nFriday"),
            ],
        },
        {"type": "divider", "block_id": "line"},
        {
            "type": "actions",
            "block_id": "buttons",
            "elements": [
                button("Done", "plain_button", value="v1"),
                button("Remove", "danger_button", style="danger", confirm=CONFIRM, value="v2"),
                {
                    "type": "button",
                    "text": plain("Website"),
                    "action_id": "link_button",
                    "url": "https://example.org/",
                },
                {
                    "type": "overflow",
                    "action_id": "more_menu",
                    "options": [
                        option("Archive", "archive"),
                        option("Mute", "mute", description=plain("for a day")),
                    ],
                },
            ],
        },
        {
            "type": "actions",
            "block_id": "choices",
            "elements": [
                {
                    "type": "static_select",
                    "action_id": "colour",
                    "placeholder": plain("A colour"),
                    "options": COLOURS,
                },
                {"type": "multi_users_select", "action_id": "team", "placeholder": plain("Your team")},
                {
                    "type": "datepicker",
                    "action_id": "day",
                    "initial_date": "2023-06-23",
                    "placeholder": plain("A day"),
                },
                {"type": "timepicker", "action_id": "hour", "initial_time": "09:30"},
                {"type": "channels_select", "action_id": "channel", "placeholder": plain("A channel")},
            ],
        },
        {
            "type": "section",
            "block_id": "marks",
            "text": plain("What did you do?"),
            "accessory": {
                "type": "checkboxes",
                "action_id": "did",
                "options": [
                    option("Read", "read", description=mrkdwn("the _brief_")),
                    option("Wrote", "wrote"),
                ],
            },
        },
        {
            "type": "rich_text",
            "block_id": "rich",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Rich ", "style": {"bold": True}},
                        {"type": "emoji", "name": "rocket"},
                        {"type": "text", "text": " for "},
                        {"type": "user", "user_id": "UANN"},
                        {"type": "link", "url": "https://example.org/", "text": " a link"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
                    ],
                },
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quote"}]},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code()"}]},
            ],
        },
        {
            "type": "markdown",
            "block_id": "md",
            "text": "## Steps\n- **bold** and `code`\n- [a link](https://example.org/)",
        },
        {
            "type": "image",
            "block_id": "picture",
            "image_url": "https://invalid.example/none.png",
            "alt_text": "A map of Torino",
            "title": plain("Map"),
        },
        {
            "type": "context",
            "block_id": "small",
            "elements": [
                {"type": "image", "image_url": "https://invalid.example/x.png", "alt_text": "logo"},
                mrkdwn("Sent by *Almanac* :bell:"),
            ],
        },
    ]


def form(**more: Any) -> Json:
    """A modal with one input of each kind."""

    def row(block_id: str, label: str, element: Json, **extra: Any) -> Json:
        return {
            "type": "input",
            "block_id": block_id,
            "label": plain(label),
            "element": {"action_id": "it", **element},
            **extra,
        }

    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Hand in your plan"),
        "submit": plain("Hand in"),
        "close": plain("Not now"),
        "blocks": [
            {
                "type": "section",
                "block_id": "intro",
                "text": mrkdwn("Due *Friday 23 June*."),
                "accessory": button("Push", "push"),
            },
            row("title", "Title", {"type": "plain_text_input", "max_length": 40}, hint=plain("A few words")),
            row("text", "What you did", {"type": "plain_text_input", "multiline": True}, optional=True),
            row("link", "Link", {"type": "url_text_input", "placeholder": plain("https://…")}, optional=True),
            row("mail", "E-mail", {"type": "email_text_input"}, optional=True),
            row(
                "count",
                "Partners",
                {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
                optional=True,
            ),
            row(
                "colour",
                "Colour",
                {"type": "static_select", "options": COLOURS, "placeholder": plain("Choose")},
                optional=True,
            ),
            row("colours", "Colours", {"type": "multi_static_select", "options": COLOURS}, optional=True),
            row("who", "With whom", {"type": "users_select"}, optional=True),
            row("where", "Where", {"type": "conversations_select"}, optional=True),
            row("day", "Day", {"type": "datepicker", "initial_date": "2023-06-23"}, optional=True),
            row("when", "Moment", {"type": "datetimepicker"}, optional=True),
            row("marks", "Agreed", {"type": "checkboxes", "options": [option("Yes", "yes")]}, optional=True),
            row(
                "kind",
                "Kind",
                {"type": "radio_buttons", "options": [option("Draft", "draft"), option("Final", "final")]},
                optional=True,
            ),
            row("files", "Files", {"type": "file_input", "max_files": 3}, optional=True),
        ],
        **more,
    }


CITIES = [option(name, name.lower()) for name in ("Torino", "Tallinn", "Toulouse", "Porto")]


def live_form(typed: str) -> Json:
    """A modal that the app changes while somebody types, with a select whose options the app offers."""
    told: Json = {"action_id": "it", "type": "plain_text_input"}
    told["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    city = {"action_id": "city", "type": "external_select", "min_query_length": 1}
    return {
        "type": "modal",
        "callback_id": "live",
        "title": plain("Live"),
        "submit": plain("Save"),
        "blocks": [
            {"type": "section", "block_id": "echo", "text": plain(f"You typed: {typed}")},
            {
                "type": "input",
                "block_id": "told",
                "label": plain("Say"),
                "element": told,
                "dispatch_action": True,
            },
            {"type": "input", "block_id": "city", "label": plain("City"), "element": city},
        ],
    }


def home_view(counter: int) -> Json:
    """The Home: a count and buttons."""
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Good morning")},
            {
                "type": "section",
                "block_id": "next",
                "text": mrkdwn(f"Pressed {counter} times"),
                "accessory": button("Press", "count", style="primary"),
            },
            {"type": "divider"},
            {"type": "actions", "block_id": "acts", "elements": [button("Hand in", "open_form")]},
            {
                "type": "context",
                "elements": [mrkdwn("Next day: <!date^1686128400^{date_short_pretty} at {time}|7 June>")],
            },
        ],
    }


def bolt_app(sandbox: Sandbox, app: App) -> AsyncApp:
    """The Bolt app itself; what it receives it repeats in the direct message."""
    client = AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url)
    bolt = AsyncApp(client=client, signing_secret=app.signing_secret, raise_error_for_unhandled_request=False)
    presses = {"count": 0}

    @bolt.command("/hello")
    async def hello(ack: AsyncAck, command: Json) -> None:
        await ack(f"Hello <@{command['user_id']}>, you said: {command['text']}")

    @bolt.command("/form")
    async def open_by_command(ack: AsyncAck, command: Json, client: AsyncWebClient) -> None:
        await ack()
        view = live_form("") if command["text"] == "live" else form()
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    @bolt.action("open_form")
    async def open_by_button(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @bolt.action({"block_id": "told", "action_id": "it"})
    async def echo(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        typed = body["view"]["state"]["values"]["told"]["it"]["value"]
        await client.views_update(view_id=body["view"]["id"], view=live_form(typed))

    @bolt.options("city")
    async def cities(ack: AsyncAck, body: Json) -> None:
        await ack(options=[each for each in CITIES if each["value"].startswith(body["value"].lower())])

    @bolt.view("live")
    async def live_saved(ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        await ack(response_action="update", view={**live_form("saved"), "title": plain("Saved")})

    @bolt.action("push")
    async def push(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        view = {
            "type": "modal",
            "title": plain("On top"),
            "blocks": [{"type": "section", "text": plain("The second of two.")}],
        }
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    @bolt.action("count")
    async def count(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        presses["count"] += 1
        await client.views_publish(user_id=body["user"]["id"], view=home_view(presses["count"]))

    @bolt.action(re.compile(".*"))
    async def repeat(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        action = body["actions"][0]
        kept = {k: v for k, v in action.items() if k.startswith("selected") or k in ("value", "type")}
        await respond(f"{action['action_id']}: {json.dumps(kept, sort_keys=True)}", replace_original=False)

    @bolt.view("form")
    async def submitted(ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        values = view["state"]["values"]
        if values["title"]["it"]["value"] == "wrong":
            await ack(response_action="errors", errors={"title": "That title is taken."})
            return
        await ack()
        await client.chat_postMessage(
            channel=body["user"]["id"], text=f"got {json.dumps(values, sort_keys=True)}"
        )

    @bolt.shortcut("new_note")
    async def note(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(title=plain("New note")))

    @bolt.shortcut("keep")
    async def keep(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        await respond(f"Kept: {body['message']['text']}")

    @bolt.event("app_home_opened")
    async def opened(event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home_view(presses["count"]))

    @bolt.event("message")
    async def heard() -> None:
        """Nothing to do; Bolt warns of what nobody listens to."""

    return bolt


@asynccontextmanager
async def running(sandbox: Sandbox, app: App) -> AsyncIterator[AsyncApp]:
    """The app, connected by Socket Mode."""
    bolt = bolt_app(sandbox, app)
    handler = AsyncSocketModeHandler(bolt, app.app_token, web_client=AsyncWebClient(base_url=sandbox.api_url))
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield bolt
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]

"""What Slack says of blocks it refuses, and the blocks it takes."""

from typing import Any

import pytest

from sandbox.blocks import Surface, elements_of, validate_blocks, with_ids
from sandbox.errors import SlackError

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def option(value: str, **more: Any) -> Block:
    return {"text": plain(value), "value": value, **more}


def button(action_id: str = "go", **more: Any) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), **more}


def actions(*elements: Block, **more: Any) -> Block:
    return {"type": "actions", "elements": list(elements), **more}


def section(text: str = "Hello", **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def asked(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def select(*values: str, **more: Any) -> Block:
    return {"type": "static_select", "options": [option(value) for value in values], **more}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def part(*elements: Block, kind: str = "rich_text_section", **more: Any) -> Block:
    return {"type": kind, "elements": list(elements), **more}


CONFIRM = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
HELLO = {"type": "text", "text": "Hello", "style": {"bold": True}}

TAKEN: list[tuple[Surface, Block]] = [
    ("message", section(fields=[plain("a")] * 10, block_id="b", expand=True)),
    ("message", {"type": "section", "fields": [plain("only fields")]}),
    ("message", section("x" * 3000, accessory=button(value="v" * 2000, style="danger", confirm=CONFIRM))),
    ("message", section(accessory={"type": "image", "image_url": "https://x.org/a.png", "alt_text": "A"})),
    ("message", section(accessory={"type": "overflow", "options": [option("a", url="https://x.org")]})),
    ("message", {"type": "header", "text": plain("x" * 150)}),
    ("message", {"type": "divider"}),
    ("message", {"type": "context", "elements": [plain("a"), {"type": "mrkdwn", "text": "b"}] * 5}),
    ("message", actions(*(button(f"b{n}") for n in range(25)))),
    ("message", actions(select("a", "b", initial_option=option("b"), placeholder=plain("Pick")))),
    ("message", actions({"type": "datepicker", "initial_date": "2024-02-29"})),
    ("message", actions({"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Rome"})),
    ("message", actions({"type": "datetimepicker", "initial_date_time": 1_700_000_000})),
    ("message", {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A", "title": plain("T")}),
    ("message", {"type": "markdown", "text": "x" * 12_000}),
    ("message", {"type": "file", "external_id": "x", "source": "remote"}),
    ("message", asked({"type": "plain_text_input", "max_length": 10, "min_length": 10}, hint=plain("h"))),
    ("modal", asked({"type": "file_input", "filetypes": ["pdf"], "max_files": 10}, optional=True)),
    ("modal", asked({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"})),
    ("modal", asked({"type": "email_text_input", "focus_on_load": True})),
    ("modal", asked({"type": "url_text_input", "placeholder": plain("https://")}, dispatch_action=True)),
    ("modal", asked({"type": "rich_text_input", "initial_value": rich(part(HELLO))})),
    ("modal", asked({"type": "checkboxes", "options": [option("a", description=plain("d"))]})),
    ("modal", asked({"type": "radio_buttons", "options": [option("a")], "initial_option": option("a")})),
    ("modal", asked({"type": "multi_users_select", "initial_users": ["U1"], "max_selected_items": 3})),
    ("modal", asked({"type": "conversations_select", "default_to_current_conversation": True})),
    ("home", section(accessory={"type": "channels_select", "response_url_enabled": True})),
    ("home", actions({"type": "external_select", "min_query_length": 0})),
    (
        "message",
        actions(
            {"type": "static_select", "option_groups": [{"label": plain("G"), "options": [option("a")]}]}
        ),
    ),
    (
        "message",
        rich(
            part(HELLO, {"type": "link", "url": "https://x.org"}, {"type": "emoji", "name": "tea"}),
            part(part(HELLO), kind="rich_text_list", style="bullet", indent=1),
            part({"type": "user", "user_id": "U1"}, kind="rich_text_quote"),
            part({"type": "text", "text": "code"}, kind="rich_text_preformatted"),
        ),
    ),
]


@pytest.mark.parametrize(("surface", "block"), TAKEN)
def test_block_is_taken(surface: Surface, block: Block) -> None:
    validate_blocks([block], surface=surface)


REFUSED: list[tuple[Surface, Block, str]] = [
    ("message", {"type": "hero"}, "unsupported type: hero [/type]"),
    ("message", {"text": "x"}, "missing required field: type []"),
    ("message", section("x" * 3001), "must be less than 3001 characters [/text/text]"),
    ("message", section(""), "must be more than 0 characters [/text/text]"),
    ("message", section(colour="red"), "invalid additional property: colour []"),
    ("message", {"type": "section"}, "must define either `text` or `fields` []"),
    ("message", section(fields=[plain("a")] * 11), "no more than 10 items allowed [/fields]"),
    ("message", section(fields=[]), "must provide at least 1 items [/fields]"),
    ("message", section(fields=[plain("x" * 2001)]), "must be less than 2001 characters [/fields/0/text]"),
    ("message", {"type": "section", "text": "plain"}, "must provide an object [/text]"),
    ("message", section(block_id="x" * 256), "must be less than 256 characters [/block_id]"),
    (
        "message",
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [/text/text]",
    ),
    (
        "message",
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn [/text/type]",
    ),
    (
        "message",
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "invalid additional property: emoji [/text]",
    ),
    (
        "message",
        {"type": "context", "elements": [plain("x")] * 11},
        "no more than 10 items allowed [/elements]",
    ),
    ("message", {"type": "context", "elements": [button()]}, "unsupported type: button [/elements/0/type]"),
    ("message", actions(), "must provide at least 1 items [/elements]"),
    ("message", actions(*[button()] * 26), "no more than 25 items allowed [/elements]"),
    ("message", actions(button("a"), button("a")), '`action_id` "a" already exists [/elements/1/action_id]'),
    (
        "message",
        actions({"type": "plain_text_input"}),
        "unsupported type: plain_text_input [/elements/0/type]",
    ),
    ("message", actions({"type": "button"}), "missing required field: text [/elements/0]"),
    ("message", actions(button(value="")), "must be more than 0 characters [/elements/0/value]"),
    ("message", actions(button(value="x" * 2001)), "must be less than 2001 characters [/elements/0/value]"),
    (
        "message",
        actions(button(style="loud")),
        "must be a valid enum value: primary, danger [/elements/0/style]",
    ),
    (
        "message",
        actions(button(url="not a url")),
        "must be a valid URL of less than 3001 characters [/elements/0/url]",
    ),
    (
        "message",
        actions(button(confirm={**CONFIRM, "deny": plain("x" * 31)})),
        "must be less than 31 characters [/elements/0/confirm/deny/text]",
    ),
    ("message", actions(select()), "must provide at least 1 items [/elements/0/options]"),
    (
        "message",
        actions({"type": "static_select"}),
        "must define either `options` or `option_groups` [/elements/0]",
    ),
    (
        "message",
        actions(select(*(str(n) for n in range(101)))),
        "no more than 100 items allowed [/elements/0/options]",
    ),
    (
        "message",
        actions(select("x" * 76)),
        "must be less than 76 characters [/elements/0/options/0/text/text]",
    ),
    (
        "message",
        actions(select("a", initial_option=option("b"))),
        "initial_option must match one of the provided options [/elements/0/initial_option]",
    ),
    (
        "message",
        actions(select("a", "a")),
        'option value "a" already exists [/elements/0/options/1/value]',
    ),
    (
        "message",
        actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}),
        "no more than 5 items allowed [/elements/0/options]",
    ),
    (
        "message",
        actions({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]}),
        "no more than 10 items allowed [/elements/0/options]",
    ),
    (
        "message",
        actions({"type": "datepicker", "initial_date": "2023-02-29"}),
        "must be a valid date in the format YYYY-MM-DD [/elements/0/initial_date]",
    ),
    (
        "message",
        actions({"type": "timepicker", "initial_time": "24:00"}),
        "must be a valid HH:mm time [/elements/0/initial_time]",
    ),
    (
        "message",
        {"type": "image", "alt_text": "A"},
        "must define either `image_url` or `slack_file` []",
    ),
    (
        "message",
        {"type": "image", "image_url": "https://x.org"},
        "missing required field: alt_text []",
    ),
    ("message", {"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters [/text]"),
    ("home", {"type": "markdown", "text": "x"}, "unsupported type: markdown [/type]"),
    ("home", asked({"type": "file_input"}), "unsupported type: file_input [/element/type]"),
    ("modal", asked(button()), "unsupported type: button [/element/type]"),
    ("modal", asked({"type": "number_input"}), "missing required field: is_decimal_allowed [/element]"),
    (
        "modal",
        asked({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"}),
        "initial_value must be a whole number [/element/initial_value]",
    ),
    (
        "modal",
        asked({"type": "plain_text_input", "max_length": 3001}),
        "must be less than 3001 [/element/max_length]",
    ),
    (
        "modal",
        asked({"type": "plain_text_input", "initial_value": "long", "max_length": 3}),
        "initial_value is longer than max_length [/element/initial_value]",
    ),
    (
        "modal",
        asked({"type": "plain_text_input", "min_length": 5, "max_length": 3}),
        "min_length must be less than or equal to max_length [/element/min_length]",
    ),
    (
        "modal",
        asked({"type": "plain_text_input", "placeholder": plain("x" * 151)}),
        "must be less than 151 characters [/element/placeholder/text]",
    ),
    (
        "message",
        rich(part({"type": "shout", "text": "x"})),
        "unsupported type: shout [/elements/0/elements/0/type]",
    ),
    (
        "message",
        rich(part({"type": "text", "text": ""})),
        "must be more than 0 characters [/elements/0/elements/0/text]",
    ),
    ("message", rich(part(HELLO, kind="rich_text_list")), "missing required field: style [/elements/0]"),
]


@pytest.mark.parametrize(("surface", "block", "sentence"), REFUSED)
def test_block_is_refused_with_the_place_of_the_fault(surface: Surface, block: Block, sentence: str) -> None:
    said, _, place = sentence.rpartition(" [")

    with pytest.raises(SlackError) as refused:
        validate_blocks([{"type": "divider"}, block], surface=surface)

    assert refused.value.error == "invalid_blocks"
    fault = f"{said} [json-pointer:/blocks/1{place}"
    assert fault in refused.value.to_api()["errors"]
    assert f"[ERROR] {fault}" in refused.value.to_api()["response_metadata"]["messages"]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SlackError) as refused:
        validate_blocks([{"type": "hero"}, section("")], surface="message")

    assert refused.value.messages == [
        "[ERROR] unsupported type: hero [json-pointer:/blocks/0/type]",
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]",
    ]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_number_of_blocks_is_limited(surface: Surface, most: int) -> None:
    validate_blocks([{"type": "divider"}] * most, surface=surface)

    with pytest.raises(SlackError) as refused:
        validate_blocks([{"type": "divider"}] * (most + 1), surface=surface)

    assert refused.value.messages == [f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]"]


@pytest.mark.parametrize("blocks", ["[]", {"type": "divider"}, [["divider"]], None, 3])
def test_what_is_no_list_of_objects_has_an_error_of_its_own(blocks: Any) -> None:
    with pytest.raises(SlackError, match="invalid_blocks_format"):
        validate_blocks(blocks, surface="message")


def test_all_text_of_a_message_together_is_limited() -> None:
    validate_blocks([section("x" * 3000)] * 4 + [section("x" * 1200)], surface="message")

    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        validate_blocks([section("x" * 3000)] * 4 + [section("x" * 1201)], surface="message")


def test_repeated_block_id_is_refused() -> None:
    with pytest.raises(SlackError) as refused:
        validate_blocks([section(block_id="a"), section(block_id="a")], surface="message")

    assert refused.value.messages == [
        '[ERROR] `block_id` "a" already exists [json-pointer:/blocks/1/block_id]'
    ]


def test_same_action_id_in_two_blocks_is_taken() -> None:
    validate_blocks([actions(button("a")), actions(button("a"))], surface="message")


def test_missing_ids_are_filled_in_and_given_ones_kept() -> None:
    blocks = [actions(button("kept"), {"type": "datepicker"}, block_id="mine"), section(accessory=button())]
    ids = iter("abcdef")

    whole = with_ids(blocks, lambda: next(ids))

    assert [block["block_id"] for block in whole] == ["mine", "b"]
    assert [e["action_id"] for block in whole for _, e in elements_of(block)] == ["kept", "a", "go"]
    assert "block_id" not in blocks[1]

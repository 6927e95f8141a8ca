"""What Slack says of views it refuses, and what its client says of values it refuses."""

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View as SdkView

from sandbox.blocks import validate_blocks
from sandbox.entries import NotPossible, entry, is_empty, state_of, validate_values
from sandbox.errors import SlackError
from sandbox.views import validate_view

View = dict[str, Any]


def plain(text: str) -> View:
    return {"type": "plain_text", "text": text}


def asked(element: View, block_id: str = "b", **more: Any) -> View:
    whole = {"action_id": "a", **element}
    return {"type": "input", "block_id": block_id, "label": plain("Label"), "element": whole, **more}


def modal(*blocks: View, **more: Any) -> View:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}


TEXT = {"type": "plain_text_input"}


def messages(view: Any, kind: Any = None) -> list[str]:
    with pytest.raises(SlackError) as refused:
        validate_view(view, kind)
    assert refused.value.error == "invalid_arguments"
    return refused.value.messages


def test_modal_and_home_are_taken() -> None:
    validate_view(modal(asked(TEXT), private_metadata="x" * 3000, notify_on_close=True), "modal")
    validate_view({"type": "home", "blocks": [{"type": "divider"}], "callback_id": "c"}, "home")


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (
            modal(private_metadata="x" * 3001),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(id="V1"), "invalid additional property: id [json-pointer:/view]"),
        (modal(asked({"type": "x"})), "unsupported type: x [json-pointer:/view/blocks/0/element/type]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({"type": "popup", "blocks": []}, "unsupported type: popup [json-pointer:/view/type]"),
        ("modal", "must provide an object [json-pointer:/view]"),
        (
            {"type": "home", "blocks": [], "title": plain("T")},
            "invalid additional property: title [json-pointer:/view]",
        ),
        (
            {key: value for key, value in modal(asked(TEXT)).items() if key != "submit"},
            "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
        ),
    ],
)
def test_view_is_refused_with_the_place_of_the_fault(view: Any, sentence: str) -> None:
    assert messages(view) == [f"[ERROR] {sentence}"]


def test_what_slack_sdk_builds_is_taken() -> None:
    options = [sdk.Option(value="a", text="A", description="first"), sdk.Option(value="b", text="B")]
    confirm = sdk.ConfirmObject(title="T", text="x", confirm="y", deny="n", style="danger")
    button = sdk.ButtonElement(text="Go", action_id="go", value="v", confirm=confirm)
    bold = sdk.RichTextElementParts.Text(text="x", style=sdk.RichTextElementParts.TextStyle(bold=True))
    rich = sdk.RichTextSectionElement(elements=[bold, sdk.RichTextElementParts.User(user_id="U1")])
    shown: list[sdk.Block] = [
        sdk.SectionBlock(text="*hi*", accessory=button),
        sdk.SectionBlock(
            fields=["a", "b"], accessory=sdk.OverflowMenuElement(action_id="o", options=options)
        ),
        sdk.HeaderBlock(text="H"),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="x")]),
        sdk.ActionsBlock(
            elements=[
                sdk.StaticSelectElement(action_id="s", options=options, initial_option=options[0]),
                sdk.CheckboxesElement(action_id="c", options=options, initial_options=options[1:]),
                sdk.DatePickerElement(action_id="d", initial_date="2023-06-06", placeholder="Day"),
            ]
        ),
        sdk.ImageBlock(image_url="https://x.org/a.png", alt_text="A", title="T"),
        sdk.RichTextBlock(elements=[rich, sdk.RichTextListElement(style="bullet", elements=[rich])]),
    ]
    inputs: list[sdk.Block] = [
        sdk.InputBlock(label="L", element=element, hint="h", optional=True)
        for element in (
            sdk.PlainTextInputElement(action_id="a", multiline=True, max_length=10),
            sdk.UserMultiSelectElement(action_id="a", initial_users=["U1"]),
            sdk.NumberInputElement(action_id="a", is_decimal_allowed=True, min_value="1"),
            sdk.ConversationSelectElement(action_id="a", filter=sdk.ConversationFilter(include=["public"])),
            FileInputElement(action_id="a", max_files=3, filetypes=["pdf"]),
            sdk.RichTextInputElement(action_id="a"),
        )
    ]

    validate_blocks([block.to_dict() for block in shown], surface="message")
    validate_view(SdkView(type="home", blocks=shown).to_dict(), "home")
    whole = SdkView(type="modal", title="T", submit="S", notify_on_close=True, blocks=[*shown, *inputs])
    validate_view(whole.to_dict(), "modal")


def test_home_is_no_modal() -> None:
    home = {"type": "home", "blocks": []}

    assert messages(home, "modal") == ["[ERROR] must be a valid enum value: modal [json-pointer:/view/type]"]


def test_view_over_250_kb_has_an_error_of_its_own() -> None:
    options = [{"text": plain("é" * 75), "value": f"{n:0150}"} for n in range(100)]
    blocks = [asked({"type": "static_select", "options": options}, f"b{n}") for n in range(10)]

    with pytest.raises(SlackError, match="view_too_large"):
        validate_view(modal(*blocks))


@pytest.mark.parametrize(
    ("element", "value", "sentence"),
    [
        (TEXT, None, "Please complete this required field."),
        (TEXT, "  ", "Please complete this required field."),
        ({**TEXT, "max_length": 3}, "four", "Must be 3 characters or fewer."),
        ({**TEXT, "min_length": 5}, "four", "Must be at least 5 characters."),
        (TEXT, "x" * 3001, "Must be 3000 characters or fewer."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Enter a whole number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "many", "Enter a number."),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "9"}, 10, "Must be at most 9."),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "-1"}, -2, "Must be at least -1."),
        ({"type": "email_text_input"}, "ann at home", "Enter a valid email address."),
        ({"type": "url_text_input"}, "ftp://x.org", "Enter a valid URL, beginning with http:// or https://."),
        (
            {"type": "file_input", "filetypes": ["pdf"]},
            [{"name": "a.PDF"}, {"name": "b.exe"}],
            "b.exe is not one of the allowed types: pdf.",
        ),
        ({"type": "file_input", "max_files": 1}, [{"name": "a"}] * 2, "At most 1 files can be added."),
        (
            {"type": "checkboxes", "options": [{"text": plain("A"), "value": "a"}]},
            [],
            "Please complete this required field.",
        ),
    ],
)
def test_client_refuses_the_value(element: View, value: Any, sentence: str) -> None:
    view = modal(asked(element))
    values = {"b": {"a": entry(view["blocks"][0]["element"], value)}}

    assert validate_values(view, values) == {"b": sentence}


def test_optional_block_may_stay_empty() -> None:
    view = modal(asked({"type": "url_text_input"}, optional=True))

    assert validate_values(view, {}) == {}


def test_first_values_count_until_something_else_is_entered() -> None:
    blocks = [asked({**TEXT, "initial_value": "before"}), asked({"type": "datepicker"}, "d")]

    assert state_of(blocks, {}) == {
        "b": {"a": {"type": "plain_text_input", "value": "before"}},
        "d": {"a": {"type": "datepicker", "selected_date": None}},
    }
    entered = {"b": {"a": entry(blocks[0]["element"], None)}}
    assert state_of(blocks, entered)["b"]["a"] == {"type": "plain_text_input", "value": None}


def test_plain_values_become_entries() -> None:
    letters = [{"text": plain(letter.upper()), "value": letter} for letter in "abc"]
    several = {"type": "multi_static_select", "options": letters}

    assert entry({"type": "datepicker"}, date(2023, 6, 6))["selected_date"] == "2023-06-06"
    assert entry({"type": "timepicker"}, time(9, 5))["selected_time"] == "09:05"
    moment = datetime.fromisoformat("2023-06-06T09:00:00+00:00")
    assert entry({"type": "datetimepicker"}, moment)["selected_date_time"] == 1686042000
    assert entry(several, ["c", "A"])["selected_options"] == [letters[0], letters[2]]


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "static_select", "options": []}, "a"),
        ({"type": "datepicker"}, "tomorrow"),
        ({"type": "multi_users_select", "max_selected_items": 1}, ["U1", "U2"]),
        ({"type": "button"}, "x"),
    ],
)
def test_value_that_cannot_be_entered_is_refused(element: View, value: Any) -> None:
    with pytest.raises(NotPossible):
        entry(element, value)


@given(st.text(max_size=60), st.integers(1, 50), st.booleans())
def test_text_is_taken_exactly_when_its_length_fits(text: str, most: int, optional: bool) -> None:
    view = modal(asked({**TEXT, "max_length": most}, optional=optional))
    entered = entry(view["blocks"][0]["element"], text)

    refused = validate_values(view, {"b": {"a": entered}})

    fits = optional if is_empty(entered) else len(text) <= most
    assert (refused == {}) == fits

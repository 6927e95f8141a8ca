"""Payloads as Slack documents them, made into values; a delivery's key is the same however often it comes."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bot.domain.homework import HandedInFile
from handlers import payloads
from storage.db import Delivery

NOW = datetime(2023, 6, 8, 9, 0, tzinfo=UTC)
TEAM = {"id": "T1", "domain": "alumni"}
COMMAND = {
    "command": "/homework",
    "text": "",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "trigger_id": "1.2.abc",
}
VIEW = {"id": "V1", "callback_id": "hand_in", "hash": "1.abc", "type": "modal"}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {"type": "x"}}, "Ev1"),
        (COMMAND, "command:1.2.abc"),
        (
            {"type": "view_submission", "team": TEAM, "user": {"id": "U1"}, "view": VIEW},
            "view:V1:hand_in:1.abc",
        ),
        (
            {"type": "view_closed", "team": TEAM, "user": {"id": "U1"}, "view": VIEW},
            "view_closed:V1:hand_in:1.abc",
        ),
        (
            {
                "type": "block_actions",
                "team": TEAM,
                "user": {"id": "U1"},
                "actions": [{"action_id": "stop", "action_ts": "1686.5"}],
            },
            "action:U1:1686.5:stop",
        ),
        ({"type": "shortcut", "team": TEAM, "user": {"id": "U1"}, "trigger_id": "9.8"}, "shortcut:9.8"),
        ({"type": "message_action", "team": TEAM, "user": {"id": "U1"}, "trigger_id": "7"}, "shortcut:7"),
    ],
)
def test_each_kind_of_payload_has_its_key(body: dict[str, Any], key: str) -> None:
    assert payloads.delivery(body, now=NOW) == Delivery(team_id="T1", key=key, received_at=NOW)


def test_a_payload_of_no_known_kind_has_none() -> None:
    with pytest.raises(ValueError, match="'dialog_submission'"):
        payloads.delivery({"type": "dialog_submission", "team": TEAM}, now=NOW)


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("", "", ""),
        ("  ", "", ""),
        ("Submit", "submit", ""),
        ("submit  action-plan-1 ", "submit", "action-plan-1"),
        ("submit\u00a0action-plan-1", "submit", "action-plan-1"),
        ("extend <@U7|ann> plan 2023-07-10 18:00", "extend", "<@U7|ann> plan 2023-07-10 18:00"),
    ],
)
def test_a_command_is_its_first_word_and_the_rest(text: str, word: str, rest: str) -> None:
    command = payloads.command({**COMMAND, "text": text})

    assert (command.word, command.rest, command.text) == (word, rest, text.strip())


@pytest.mark.parametrize(
    ("body", "user_id"),
    [
        (COMMAND, "U1"),
        ({"type": "block_actions", "user": {"id": "U2"}}, "U2"),
        ({"event": {"type": "app_home_opened", "user": "U3"}}, "U3"),
        ({"event": {"type": "user_change", "user": {"id": "U4"}}}, None),
        ({"event": {"type": "subteam_members_changed"}}, None),
    ],
)
def test_who_does_it_is_told_from_whom_it_is_about(body: dict[str, Any], user_id: str | None) -> None:
    assert payloads.user_id(body) == user_id


def test_fields_of_a_modal() -> None:
    values = {
        "text": {"typed": {"type": "plain_text_input", "value": "  two\nlines "}},
        "nothing": {"typed": {"type": "plain_text_input", "value": None}},
        "menu": {"chosen": {"type": "static_select", "selected_option": {"value": "plan"}}},
        "no-menu": {"chosen": {"type": "static_select", "selected_option": None}},
        "person": {"chosen": {"type": "users_select", "selected_user": "U7"}},
        "people": {"chosen": {"type": "multi_users_select", "selected_users": ["U7", "U8"]}},
        "boxes": {"chosen": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
        "date": {"chosen": {"type": "datepicker", "selected_date": "2023-07-10"}},
        "time": {"chosen": {"type": "timepicker", "selected_time": "18:00"}},
        "files": {
            "chosen": {"type": "file_input", "files": [{"id": "F1", "name": "plan.pdf", "permalink": "p"}]}
        },
    }
    fields = payloads.Fields({"state": {"values": values}})

    assert [fields.text(block) for block in ("text", "nothing", "absent")] == ["two\nlines", "", ""]
    assert [fields.choice(block) for block in ("menu", "no-menu", "person", "absent")] == [
        "plan",
        None,
        "U7",
        None,
    ]
    assert [fields.choices(block) for block in ("people", "boxes", "absent")] == [
        ("U7", "U8"),
        ("a", "b"),
        (),
    ]
    assert (fields.on("date"), fields.on("absent")) == (date(2023, 7, 10), None)
    assert (fields.at("time"), fields.at("absent")) == (time(18, 0), None)
    assert fields.files("files") == (HandedInFile(id="F1", name="plan.pdf", permalink="p"),)
    assert fields.files("absent") == ()


def test_what_was_pressed_and_where() -> None:
    action = {"action_id": "stop", "block_id": "b", "value": "cba-2/plan", "action_ts": "1"}
    in_message = {"type": "message", "message_ts": "1686.1", "channel_id": "D1"}

    pressed = payloads.pressed({"actions": [action], "container": in_message, "trigger_id": "t"})
    in_home = payloads.pressed({"actions": [action], "container": {"type": "view"}, "view": VIEW})

    assert (pressed.value, pressed.channel_id, pressed.message_ts, pressed.view) == (
        "cba-2/plan",
        "D1",
        "1686.1",
        None,
    )
    assert (in_home.channel_id, in_home.message_ts, in_home.view) == (None, None, VIEW)


def test_the_first_input_of_a_modal() -> None:
    blocks = [
        {"type": "section", "block_id": "s"},
        {"type": "input", "block_id": "i"},
        {"type": "input", "block_id": "j"},
    ]

    assert payloads.first_input({"blocks": blocks}) == "i"
    assert payloads.first_input({"blocks": blocks[:1]}) is None

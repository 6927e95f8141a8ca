"""What the page lists of calls and deliveries, and what it says was refused."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.delivered import Ack, Delivered
from sandbox.journal import LISTED, Journal, name_of
from sandbox.records import App
from sandbox.server import Sandbox
from tests.sandbox.conftest import START

Json = dict[str, Any]


@pytest.fixture
def told(sandbox: Sandbox) -> list[tuple[Json, Json | None]]:
    """What a listener of a journal of this sandbox hears."""
    heard: list[tuple[Json, Json | None]] = []
    Journal(sandbox).listeners.append(lambda entry, refused: heard.append((entry, refused)))
    return heard


async def test_a_refusal_names_the_method_the_block_and_how_far_it_is_over_the_limit(
    client: AsyncWebClient, told: list[tuple[Json, Json | None]]
) -> None:
    divider = {"type": "divider"}
    long = {"type": "section", "block_id": "about", "text": {"type": "mrkdwn", "text": "x" * 3001}}

    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="CGENERAL", text="long", blocks=[divider, long])

    [(entry, refused)] = told
    assert (entry["kind"], entry["name"], entry["status"], entry["error"]) == (
        "call",
        "chat.postMessage",
        200,
        "invalid_blocks",
    )
    assert refused == {
        "what": "chat.postMessage",
        "error": "invalid_blocks",
        "faults": [
            {
                "sentence": "must be less than 3001 characters",
                "pointer": "/blocks/1/text/text",
                "where": "block 2 (section, about)",
                "length": 3001,
            }
        ],
    }


async def test_a_call_that_is_answered_or_comes_too_fast_is_no_refusal(
    sandbox: Sandbox, client: AsyncWebClient, told: list[tuple[Json, Json | None]]
) -> None:
    await client.auth_test()
    sandbox.faults.add("ratelimited", times=1)

    with pytest.raises(SlackApiError):
        await client.auth_test()

    assert [(entry["status"], refused) for entry, refused in told] == [(200, None), (429, None)]


async def test_a_delivery_is_one_entry_that_changes(
    sandbox: Sandbox, app: App, told: list[tuple[Json, Json | None]]
) -> None:
    payload = {"type": "view_submission", "view": {"callback_id": "form"}}

    await sandbox.delivery.deliver(app, "interactive", payload)
    sandbox.delivery.note_problem(payload, "invalid_arguments; [ERROR] no such block")

    assert [(entry["number"], entry["name"], entry["error"]) for entry, _ in told] == [
        (1, "view_submission: form", ""),
        (1, "view_submission: form", "dispatch_failed"),
        (1, "view_submission: form", "dispatch_failed"),
    ]
    assert told[-1][1] == {
        "what": "the answer to view_submission: form",
        "error": "",
        "faults": [{"sentence": "invalid_arguments"}, {"sentence": "[ERROR] no such block"}],
    }


async def test_a_page_that_opens_the_list_gets_the_last_ones_and_the_whole_of_each(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    journal = Journal(sandbox)
    for number in range(LISTED + 1):
        await client.api_test(foo=str(number))

    latest = journal.latest()
    whole = journal.whole(latest[-1]["number"])

    assert (len(latest), latest[0]["number"], latest[0]["app"]) == (LISTED, 2, "Almanac")
    assert whole is not None
    assert (whole["sent"]["foo"], whole["answer"]["ok"], whole["faults"]) == (str(LISTED), True, [])
    assert journal.whole(LISTED + 2) is None


@pytest.mark.parametrize(
    ("kind", "payload", "name"),
    [
        ("slash_commands", {"command": "/hello"}, "/hello"),
        ("events_api", {"event": {"type": "message", "channel_type": "im"}}, "message.im"),
        ("events_api", {"type": "app_rate_limited"}, "app_rate_limited"),
        ("interactive", {"type": "block_actions", "actions": [{"action_id": "go"}]}, "block_actions: go"),
        ("interactive", {"type": "shortcut", "callback_id": "new"}, "shortcut: new"),
    ],
)
def test_a_delivery_is_named_by_what_it_is(kind: Any, payload: Json, name: str) -> None:
    assert name_of(Delivered(app_id="A", kind=kind, payload=payload, at=START, acks=[Ack()])) == name

"""Listeners are found by name as Bolt finds them one by one."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers.named import App
from storage.db import Database
from tests.handlers import authority

TEAM = "T0"
COMMAND = {"command": "/go", "team_id": TEAM, "user_id": "U1", "text": ""}
PRESSED = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "user": {"id": "U1"},
    "actions": [{"type": "button", "action_id": "go", "block_id": "b", "value": ""}],
}
SUBMITTED = {
    "type": "view_submission",
    "team": {"id": TEAM},
    "user": {"id": "U1"},
    "view": {"id": "V1", "type": "modal", "callback_id": "go"},
}
SHORTCUT = {"type": "shortcut", "team": {"id": TEAM}, "user": {"id": "U1"}, "callback_id": "go"}
ON_MESSAGE = {**SHORTCUT, "type": "message_action"}
EVENT = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": {"type": "go", "user": "U1"}}
CLOSED = {**SUBMITTED, "type": "view_closed"}
ALL = [COMMAND, PRESSED, SUBMITTED, SHORTCUT, ON_MESSAGE, EVENT, CLOSED]


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id=TEAM, bot_user_id="B0", bot_id="B0", bot_token="xoxb-0"
    )


def app(kind: type[AsyncApp] = App) -> AsyncApp:
    """An app that a middleware stands before; every kind of listener says who it is."""
    made = kind(
        client=AsyncWebClient(),
        authorize=_authorize,
        signing_secret="none",
        request_verification_enabled=False,
        process_before_response=True,
    )

    @made.middleware
    async def closed_on_sundays(
        body: dict[str, Any], next: Callable[[], Awaitable[Any]]
    ) -> BoltResponse | None:
        if body.get("is_sunday"):
            raise ValueError("closed")
        answer: BoltResponse | None = await next()
        return answer

    @made.error
    async def failed(error: Exception) -> BoltResponse:
        return BoltResponse(status=200, body=f"failed: {error}")

    if isinstance(made, App):
        made.find_by_name()
    return made


def says(word: str) -> Callable[..., Awaitable[None]]:
    """A listener that says this."""

    async def say(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(word + ("" if body.get("text") is None else "!"))

    return say


async def answer(of: AsyncApp, body: dict[str, Any]) -> str:
    """What is answered to a payload."""
    response = await of.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    return f"{response.status} {response.body}"


def listening(of: AsyncApp) -> AsyncApp:
    """With a first, a second and a last listener to all that is called `go`, and one to nothing."""

    async def never() -> bool:
        return False

    for word, others in (("no", {"matchers": [never]}), ("first", {}), ("second", {})):
        of.command("/go", **others)(says(f"{word} command"))
        of.action("go", **others)(says(f"{word} action"))
        of.view("go", **others)(says(f"{word} view"))
        of.shortcut("go", **others)(says(f"{word} shortcut"))
        of.event("go", **others)(says(f"{word} event"))
        of.view_closed("go", **others)(says(f"{word} closing"))
    rest = re.compile(".*")
    of.command(rest)(says("last command"))
    of.action(rest)(says("last action"))
    of.view(rest)(says("last view"))
    of.shortcut(rest)(says("last shortcut"))
    return of


@pytest.mark.parametrize("body", ALL, ids=lambda body: str(body.get("command") or body["type"]))
async def test_the_first_by_that_name_answers_as_without_names(body: dict[str, Any]) -> None:
    by_name, one_by_one = listening(app()), listening(app(AsyncApp))

    answers = await answer(by_name, body), await answer(one_by_one, body)

    assert answers[0] == answers[1]
    assert "first" in answers[0]


@pytest.mark.parametrize(
    "body",
    [
        {**COMMAND, "command": "/other"},
        {**PRESSED, "actions": [{**PRESSED["actions"][0], "action_id": "other"}]},  # type: ignore[index]
        {**SUBMITTED, "view": {"id": "V1", "type": "modal", "callback_id": "other"}},
        {**SHORTCUT, "callback_id": "other"},
    ],
    ids=["command", "action", "view", "shortcut"],
)
async def test_what_nobody_is_named_for_goes_to_whoever_takes_the_rest(body: dict[str, Any]) -> None:
    by_name = listening(app())

    assert "last" in await answer(by_name, body)


async def test_a_listener_that_fails_goes_to_the_error_handler() -> None:
    made = app()

    @made.command("/go")
    async def fail() -> None:
        raise ValueError("no")

    assert await answer(made, COMMAND) == "200 failed: no"


async def test_a_listener_that_says_nothing_is_not_taken_for_an_answer() -> None:
    made = app()

    @made.command("/go")
    async def silent() -> None:
        return None

    assert (await answer(made, COMMAND)).startswith("404")


async def test_nothing_passes_the_middleware_before_it() -> None:
    assert await answer(listening(app()), {**COMMAND, "is_sunday": True}) == "200 failed: closed"


async def test_no_button_of_the_bot_is_meant_by_a_name_and_by_a_pattern(db: Database) -> None:
    listeners = authority.listening(db).listeners

    assert [
        (name, pattern.pattern)
        for name in sorted(listeners.action)
        for pattern in listeners.patterns
        if pattern.search(name)
    ] == []

"""What holds for every method of the Web API: tokens, scopes, arguments, rates, and its twin in slack_sdk."""

import inspect
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.arguments import METHODS, Method, method
from sandbox.limits import Rates
from sandbox.records import App
from sandbox.server import Sandbox

ALL = sorted(METHODS.values(), key=lambda method: method.name)
WITH_TOKEN = [method for method in ALL if method.bearer != "anyone"]
WITH_SCOPES = [method for method in ALL if method.scopes]
IN_THE_HEADER = {"app_token"}
"""The SDK's arguments that are no arguments of the call."""


def named(methods: list[Method]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("method", methods, ids=[method.name for method in methods])


def twin(method: Method) -> Any:
    """The method of the SDK's client that calls this one."""
    names = {name.replace("_", "").lower(): name for name in dir(AsyncWebClient)}
    return getattr(AsyncWebClient, names[method.name.replace(".", "").lower()])


async def ask(
    sandbox: Sandbox, method: str, token: str, **given: Any
) -> tuple[dict[str, Any], "aiohttp.ClientResponse"]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.api_url + method, json=given, headers=headers) as response,
    ):
        return await response.json(), response


@named(ALL)
def test_every_argument_of_the_sdk_is_declared(method: Method) -> None:
    parameters = inspect.signature(twin(method)).parameters.values()
    theirs = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD} - {"self"}

    assert theirs - {*method.needs, *method.takes} - IN_THE_HEADER == set()


@named(ALL)
def test_every_method_says_what_it_does(method: Method) -> None:
    assert (method.run.__doc__ or "").rstrip().endswith(".")


@named(WITH_TOKEN)
async def test_a_call_without_a_token_is_refused(sandbox: Sandbox, method: Method) -> None:
    answer, _ = await ask(sandbox, method.name, "")

    assert answer == {"ok": False, "error": "not_authed"}


@named(WITH_TOKEN)
async def test_a_call_with_a_wrong_token_is_refused(sandbox: Sandbox, method: Method) -> None:
    answer, _ = await ask(sandbox, method.name, "xoxb-no-such-token")

    assert answer == {"ok": False, "error": "invalid_auth"}


@named([method for method in WITH_TOKEN if method.bearer != "either"])
async def test_the_other_kind_of_token_is_refused(sandbox: Sandbox, app: App, method: Method) -> None:
    token = app.bot_token if method.bearer == "app" else app.app_token

    answer, _ = await ask(sandbox, method.name, token)

    assert answer == {"ok": False, "error": "not_allowed_token_type"}


@named(WITH_SCOPES)
async def test_a_missing_scope_is_named(sandbox: Sandbox, app: App, method: Method) -> None:
    app.scopes = ["commands"]

    answer, response = await ask(sandbox, method.name, app.bot_token)

    needed = ",".join(method.scopes)
    assert answer == {"ok": False, "error": "missing_scope", "needed": needed, "provided": "commands"}
    assert response.headers["X-OAuth-Scopes"] == "commands"
    assert response.headers["X-Accepted-OAuth-Scopes"] == needed


@named(WITH_TOKEN)
async def test_an_unknown_argument_is_refused(sandbox: Sandbox, app: App, method: Method) -> None:
    app.scopes = [*app.scopes, *method.scopes]
    token = app.app_token if method.bearer == "app" else app.bot_token

    answer, _ = await ask(sandbox, method.name, token, chanel="C1")

    messages = answer["response_metadata"]["messages"]
    assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")
    assert messages[0] == "[ERROR] unknown argument: chanel"
    assert messages[1:] == [f"[ERROR] missing required field: {name}" for name in method.needs]


@named(WITH_TOKEN)
async def test_one_call_too_many_in_a_minute_is_limited(sandbox: Sandbox, app: App, method: Method) -> None:
    sandbox.rates = Rates(tiers=dict.fromkeys(range(1, 6), 2))
    token = app.app_token if method.bearer == "app" else app.bot_token
    for _ in range(2):
        _, passed = await ask(sandbox, method.name, token, chanel="C1")
        assert passed.status == 200

    answer, refused = await ask(sandbox, method.name, token, chanel="C1")

    assert answer == {"ok": False, "error": "ratelimited"}
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")


async def test_an_unknown_method_is_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("chat.postMesage", json={"channel": "CGENERAL"})

    assert refused.value.response.data == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.postMesage",
    }


@pytest.mark.parametrize("place", ["header", "form", "query"])
async def test_the_token_may_come_in_the_header_or_as_an_argument(
    sandbox: Sandbox, app: App, place: str
) -> None:
    address = sandbox.api_url + "auth.test"
    token = {"token": app.bot_token}
    async with aiohttp.ClientSession() as session:
        if place == "header":
            request = session.post(address, headers={"Authorization": f"Bearer {app.bot_token}"})
        elif place == "form":
            request = session.post(address, data=token)
        else:
            request = session.get(address, params=token)
        async with request as response:
            answer = await response.json()

    assert (answer["ok"], answer["bot_id"]) == (True, app.bot_id)


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("a=b", "text/plain", "invalid_post_type"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    sandbox: Sandbox, body: str, content_type: str, error: str
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            sandbox.api_url + "api.test", data=body, headers={"Content-Type": content_type}
        ) as response,
    ):
        answer = await response.json()

    assert answer == {"ok": False, "error": error}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"channel": ["C"]}, "[ERROR] must be a string [json-pointer:/channel]"),
        ({"channel": "C", "limit": "ten"}, "[ERROR] must be an integer [json-pointer:/limit]"),
        ({"channel": "C", "limit": True}, "[ERROR] must be an integer [json-pointer:/limit]"),
        ({"channel": "C", "inclusive": "maybe"}, "[ERROR] must be a boolean [json-pointer:/inclusive]"),
    ],
)
async def test_an_argument_of_the_wrong_kind_is_pointed_at(
    sandbox: Sandbox, app: App, given: dict[str, Any], sentence: str
) -> None:
    answer, _ = await ask(sandbox, "conversations.history", app.bot_token, **given)

    assert answer == {
        "ok": False,
        "error": "invalid_arguments",
        "response_metadata": {"messages": [sentence]},
    }


async def test_json_and_form_mean_the_same(sandbox: Sandbox, client: AsyncWebClient) -> None:
    blocks = '[{"type": "divider", "block_id": "line"}]'

    in_form = await client.api_call(
        "chat.postMessage", data={"channel": "CGENERAL", "text": "t", "blocks": blocks}
    )
    in_json = await client.api_call(
        "chat.postMessage", json={"channel": "CGENERAL", "text": "t", "blocks": blocks}
    )

    assert in_form["message"]["blocks"] == [{"type": "divider", "block_id": "line"}]
    assert {**in_json["message"], "ts": ""} == {**in_form["message"], "ts": ""}


async def test_every_call_is_logged(sandbox: Sandbox, client: AsyncWebClient, app: App) -> None:
    await client.users_info(user="UANN")
    with pytest.raises(SlackApiError):
        await client.users_info(user="UNOBODY")

    first, second = sandbox.calls

    assert (first.method, first.args, first.status, first.app_id) == (
        "users.info",
        {"user": "UANN"},
        200,
        app.id,
    )
    assert first.answer["user"]["id"] == "UANN"
    assert first.at == sandbox.clock.now()
    assert second.answer == {"ok": False, "error": "user_not_found"}


async def test_what_was_logged_stays_as_it_was(sandbox: Sandbox, client: AsyncWebClient) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="before")

    await client.chat_update(channel="CGENERAL", ts=said["ts"], text="after")

    assert sandbox.calls[0].answer["message"]["text"] == "before"


def test_two_methods_of_one_name_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"auth\.test is there twice"):
        method("auth.test", tier=1)(replace(METHODS["auth.test"]).run)

"""Which app hears of what, signed requests with their retries, trigger ids and response urls."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.errors import SlackError
from sandbox.faults import RESPONSE_URL
from sandbox.records import App
from sandbox.server import Sandbox


class Receiver:
    """An app's own server: keeps each request (headers, raw body) and answers what the test put there."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[web.Response] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        served = web.Application()
        served.add_routes([web.post("/slack", self._take)])
        self._runner = web.AppRunner(served)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        if b"url_verification" in body:
            return web.Response(text=json.loads(body)["challenge"])
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver(sandbox: Sandbox, app: App) -> AsyncIterator[Receiver]:
    """The app's server; the app is switched over to it."""
    receiver = Receiver()
    await receiver.start()
    await sandbox.delivery.set_request_url(app, receiver.url)
    receiver.requests.clear()
    yield receiver
    await receiver.stop()


def events(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [each.payload["event"] for each in sandbox.delivery.log if each.kind == "events_api"]


def failing(status: int = 500, **headers: str) -> web.Response:
    return web.Response(status=status, headers={key.replace("_", "-"): headers[key] for key in headers})


async def test_setting_a_request_url_sends_slacks_challenge(sandbox: Sandbox, app: App) -> None:
    receiver = Receiver()
    await receiver.start()

    await sandbox.delivery.set_request_url(app, receiver.url)

    [(_, body)] = receiver.requests
    assert sorted(json.loads(body)) == ["challenge", "token", "type"]
    assert (app.request_url, app.socket_mode) == (receiver.url, False)
    await receiver.stop()


async def test_request_is_signed_over_its_raw_body(sandbox: Sandbox, app: App, receiver: Receiver) -> None:
    await sandbox.person("UANN").say("CGENERAL", "Grüße")
    await sandbox.quiet()

    [(headers, body)] = receiver.requests
    signed = f"v0:{headers['X-Slack-Request-Timestamp']}:".encode() + body
    expected = hmac.new(app.signing_secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Slack-Signature"] == f"v0={expected}"
    assert abs(int(headers["X-Slack-Request-Timestamp"]) - time.time()) < 60
    assert headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in headers


async def test_event_is_sent_again_at_once_after_one_minute_and_after_five(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.answers = [failing() for _ in range(5)]

    await sandbox.person("UANN").say("CGENERAL", "Hello")
    await sandbox.quiet()
    counts = [len(receiver.requests)]
    for seconds in (59, 1, 239, 1, 3600):
        sandbox.clock.advance(timedelta(seconds=seconds))
        await sandbox.quiet()
        counts.append(len(receiver.requests))

    assert counts == [2, 2, 3, 3, 4, 4]
    told = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in receiver.requests]
    assert told == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({json.loads(body)["event_id"] for _, body in receiver.requests}) == 1


async def test_event_acknowledged_is_not_sent_again(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.answers = [failing()]

    await sandbox.person("UANN").say("CGENERAL", "Hello")
    await sandbox.quiet()
    sandbox.clock.advance(timedelta(hours=1))
    await sandbox.quiet()

    assert len(receiver.requests) == 2


async def test_app_can_forbid_retries(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.answers = [failing(X_Slack_No_Retry="1")]

    await sandbox.person("UANN").say("CGENERAL", "Hello")
    sandbox.clock.advance(timedelta(hours=1))
    await sandbox.quiet()

    assert len(receiver.requests) == 1


async def test_same_event_can_be_sent_again_by_hand(sandbox: Sandbox, receiver: Receiver) -> None:
    await sandbox.person("UANN").say("CGENERAL", "Hello")
    await sandbox.quiet()
    event_id = sandbox.delivery.log[-1].event_id

    for _ in range(3):
        assert (await sandbox.delivery.redeliver(event_id)).ok

    assert [json.loads(body)["event_id"] for _, body in receiver.requests] == [event_id] * 4
    assert [h.get("X-Slack-Retry-Num") for h, _ in receiver.requests] == [None, "1", "2", "3"]
    with pytest.raises(KeyError):
        await sandbox.delivery.redeliver("Ev0")


async def test_command_goes_as_a_form_and_its_answer_is_shown(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.answers = [web.json_response({"response_type": "in_channel", "text": "Hello, all"})]

    await sandbox.person("UANN").command("/hello  there ", channel_id="CGENERAL")

    [(headers, body)] = receiver.requests
    form = {key: value[0] for key, value in parse_qs(body.decode()).items()}
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (form["command"], form["text"], form["channel_name"]) == ("/hello", "there", "general")
    assert [m["text"] for m in sandbox.person("UBEN").messages("CGENERAL")] == ["Hello, all"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failing(), "http_service_error"),
        (web.json_response({"text": "x", "blocks": [{"type": "hero"}]}), "invalid_blocks"),
        (web.json_response({"txt": "x"}), "invalid_arguments"),
        (web.json_response({"response_type": "in_channel"}), "no_text"),
    ],
)
async def test_command_that_fails_is_told_to_the_person(
    sandbox: Sandbox, receiver: Receiver, answer: web.Response, error: str
) -> None:
    receiver.answers = [answer]

    await sandbox.person("UANN").command("/hello")

    assert sandbox.person("UANN").notices == [f'/hello failed with the error "{error}"']
    assert sandbox.person("UANN").direct() == []


async def test_command_to_a_server_that_is_gone_fails(sandbox: Sandbox, receiver: Receiver) -> None:
    await receiver.stop()

    await sandbox.person("UANN").command("/hello")

    assert sandbox.person("UANN").notices == ['/hello failed with the error "dispatch_failed"']


# -- who hears what -----------------------------------------------------------------------------------


async def test_conversation_without_the_bot_is_not_heard(sandbox: Sandbox) -> None:
    await sandbox.person("UANN").say("CQUIET", "Nobody here")
    await sandbox.person("UANN").say("CCOUNCIL", "Nor here")

    assert events(sandbox) == []


async def test_bots_own_messages_are_heard_with_their_bot_id(
    sandbox: Sandbox, app: App, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="CGENERAL", text="It is I")

    [event] = events(sandbox)
    assert (event["type"], event["text"]) == ("message", "It is I")
    assert (event["bot_id"], event["app_id"], event["user"]) == (app.bot_id, app.id, app.bot_user_id)


async def test_direct_message_edit_and_deletion_are_message_events(sandbox: Sandbox) -> None:
    ann = sandbox.person("UANN")

    ts = await ann.say(ann.direct_id(), "Helo")
    await ann.edit(ann.direct_id(), ts, "Hello")
    await ann.delete(ann.direct_id(), ts)

    said, changed, deleted = events(sandbox)
    assert {event["channel_type"] for event in (said, changed, deleted)} == {"im"}
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("Helo", "Hello")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


async def test_mention_is_heard_twice_as_message_and_as_mention(sandbox: Sandbox, app: App) -> None:
    await sandbox.person("UANN").say("CGENERAL", "Hello @almanac")

    said, mention = events(sandbox)
    assert (said["type"], mention["type"]) == ("message", "app_mention")
    assert said["text"] == mention["text"] == f"Hello <@{app.bot_user_id}>"


async def test_event_without_its_scope_or_subscription_is_not_heard(sandbox: Sandbox, app: App) -> None:
    ts = await sandbox.person("UANN").say("CGENERAL", "Hello")
    app.scopes.remove("reactions:read")
    app.events.remove("message.channels")

    await sandbox.person("UANN").react("CGENERAL", ts, "tea")
    await sandbox.person("UANN").say("CGENERAL", "Hello again")

    assert [event["type"] for event in events(sandbox)] == ["message"]


async def test_event_keeps_what_was_true_when_it_happened(sandbox: Sandbox) -> None:
    ann = sandbox.person("UANN")

    ts = await ann.say("CGENERAL", "Before")
    await ann.edit("CGENERAL", ts, "After")

    assert events(sandbox)[0]["text"] == "Before"


async def test_channels_life_is_heard_of_open_ones_and_of_ones_own(sandbox: Sandbox, app: App) -> None:
    kinds = ("channel_created", "channel_archive", "channel_rename", "group_archive", "group_rename")
    app.events[:] = kinds
    workspace = sandbox.workspace

    tea = workspace.add_channel("tea", members=["UANN"])
    workspace.rename(tea.id, "coffee", user_id="UANN")
    workspace.archive(tea.id, "UANN")
    workspace.archive("CCOUNCIL", "UANN")
    workspace.join("CCOUNCIL", app.bot_user_id)
    workspace.rename("CCOUNCIL", "board", user_id="UANN")

    created, renamed, archived, board = events(sandbox)
    assert (created["type"], created["channel"]["name"]) == ("channel_created", "tea")
    assert (renamed["type"], renamed["channel"]["name"]) == ("channel_rename", "coffee")
    assert (archived["type"], archived["channel"], archived["user"]) == ("channel_archive", tea.id, "UANN")
    assert (board["type"], board["channel"]["name"]) == ("group_rename", "board")


async def test_events_over_the_hourly_rate_are_only_counted(sandbox: Sandbox) -> None:
    sandbox.delivery.most_events_an_hour = 2
    ann = sandbox.person("UANN")

    for number in range(5):
        await ann.say("CGENERAL", str(number))
    sandbox.clock.advance(timedelta(hours=1))
    await ann.say("CGENERAL", "next hour")

    payloads = [each.payload for each in sandbox.delivery.log]
    assert [payload["type"] for payload in payloads] == [
        *("event_callback", "event_callback", "app_rate_limited", "event_callback")
    ]
    assert payloads[2]["minute_rate_limited"] == 1686042000
    assert payloads[3]["event"]["text"] == "next hour"


async def test_new_member_and_changed_person_are_heard(sandbox: Sandbox) -> None:
    sandbox.workspace.add_user("fay", user_id="UFAY", email="fay@example.org")
    sandbox.workspace.change_user("UFAY", tz="Asia/Tokyo")
    sandbox.workspace.join("CGENERAL", "UFAY", inviter="UANN")

    joined_team, changed, joined_channel = events(sandbox)
    assert (joined_team["type"], joined_team["user"]["id"]) == ("team_join", "UFAY")
    assert (changed["user"]["tz"], changed["user"]["profile"]["email"]) == ("Asia/Tokyo", "fay@example.org")
    assert (joined_channel["user"], joined_channel["channel"], joined_channel["inviter"]) == (
        "UFAY",
        "CGENERAL",
        "UANN",
    )


async def test_a_large_group_that_changed_is_heard_of_in_part(sandbox: Sandbox, app: App) -> None:
    app.events.append("subteam_updated")
    many = [f"U{number:03}" for number in range(501)]
    group = sandbox.workspace.add_usergroup("coaches", users=many, group_id="SCOACH")

    sandbox.workspace.tell_usergroup(group)

    (told,) = events(sandbox)
    subteam = told["subteam"]
    assert (told["type"], subteam["id"], subteam["handle"]) == ("subteam_updated", "SCOACH", "coaches")
    assert (subteam["users"], subteam["user_count"], subteam["date_delete"]) == (many[:500], 501, 0)


# -- trigger ids and response urls --------------------------------------------------------------------


async def test_trigger_id_lives_three_seconds_and_once(sandbox: Sandbox, app: App) -> None:
    triggers = sandbox.interactions.triggers
    used, late = triggers.new(app, "UANN"), triggers.new(app, "UANN")
    sandbox.clock.advance(timedelta(seconds=3))

    assert triggers.use(used, app) == "UANN"
    with pytest.raises(SlackError, match="exchanged_trigger_id"):
        triggers.use(used, app)
    sandbox.clock.advance(timedelta(milliseconds=1))
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.use(late, app)
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        triggers.use("1.2.3", app)


async def post(url: str, said: Any) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.post(url, json=said) as response:
        return response.status, await response.json()


async def test_response_url_takes_five_posts(sandbox: Sandbox, app: App) -> None:
    url = sandbox.interactions.responses.new(app, "UANN", "CGENERAL")

    answers = [await post(url, {"text": str(number)}) for number in range(6)]

    assert answers[:5] == [(200, {"ok": True})] * 5
    assert answers[5] == (404, {"ok": False, "error": "used_url"})
    assert [m["text"] for m in sandbox.person("UANN").messages("CGENERAL")] == list("01234")
    assert sandbox.person("UBEN").messages("CGENERAL") == []


async def test_response_url_dies_after_half_an_hour(sandbox: Sandbox, app: App) -> None:
    url = sandbox.interactions.responses.new(app, "UANN", "CGENERAL")
    sandbox.clock.advance(timedelta(minutes=30))
    in_time = await post(url, {"text": "just"})
    sandbox.clock.advance(timedelta(seconds=1))

    late = await post(url, {"text": "late"})

    assert in_time == (200, {"ok": True})
    assert late == (404, {"ok": False, "error": "expired_url"})


@pytest.mark.parametrize(
    ("fault", "answer", "is_shown"),
    [
        ({"kind": "ratelimited", "retry_after_s": 7}, (429, "7"), False),
        ({"kind": "server_error"}, (503, None), False),
        ({"kind": "server_error", "executed": True}, (503, None), True),
        ({"kind": "error", "error": "used_url"}, (404, None), False),
        ({"kind": "slow", "delay_s": 0.01}, (200, None), True),
        ({"kind": "lost_reply"}, None, True),
    ],
    ids=str,
)
async def test_response_url_fails_on_demand_as_the_web_api_does(
    sandbox: Sandbox, app: App, fault: dict[str, Any], answer: tuple[int, str | None] | None, is_shown: bool
) -> None:
    url = sandbox.interactions.responses.new(app, "UANN", "CGENERAL")
    rule = sandbox.faults.add(**fault, method=RESPONSE_URL)

    got = None
    async with aiohttp.ClientSession() as session:
        with suppress(aiohttp.ServerDisconnectedError):
            async with session.post(url, json={"text": "Here"}) as response:
                got = response.status, response.headers.get("Retry-After")

    shown = [message["text"] for message in sandbox.person("UANN").messages("CGENERAL")]
    assert (got, shown, rule.hits) == (answer, ["Here"] * is_shown, 1)


async def test_response_url_answers_nothing_during_a_stall(sandbox: Sandbox, app: App) -> None:
    url = sandbox.interactions.responses.new(app, "UANN", "CGENERAL")
    sandbox.faults.stall()

    answering = asyncio.create_task(post(url, {"text": "Here"}))
    await asyncio.wait([answering], timeout=0.05)
    meanwhile = answering.done(), sandbox.person("UANN").messages("CGENERAL")
    sandbox.faults.flow()

    assert (meanwhile, await answering) == ((False, []), (200, {"ok": True}))


async def test_response_url_replaces_and_deletes_its_source(sandbox: Sandbox, app: App) -> None:
    workspace, responses = sandbox.workspace, sandbox.interactions.responses
    shown = workspace.post("CGENERAL", {"user": app.bot_user_id, "app_id": app.id, "text": "for all"})
    alone = workspace.show_only_to("CGENERAL", "UANN", {"app_id": app.id, "text": "for Ann"})
    of_all = responses.new(app, "UANN", "CGENERAL", source=shown)
    of_one = responses.new(app, "UANN", "CGENERAL", source=alone)

    await post(of_all, {"replace_original": True, "text": "new for all"})
    await post(of_one, {"replace_original": True, "text": "new for Ann"})
    replaced = [m["text"] for m in sandbox.person("UANN").messages("CGENERAL")]
    await post(of_all, {"delete_original": True})
    await post(of_one, {"delete_original": True})

    assert replaced == ["new for all", "new for Ann"]
    assert sandbox.person("UANN").messages("CGENERAL") == []

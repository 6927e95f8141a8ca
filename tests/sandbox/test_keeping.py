"""A workspace that is written down and goes on where it stopped."""

import json
from datetime import UTC, datetime

import pytest

from sandbox.clock import Clock
from sandbox.keeping import OtherFormat, as_json, from_json
from sandbox.manifest import install
from sandbox.records import Scheduled
from sandbox.workspace import Workspace
from tests.sandbox.conftest import MANIFEST

START = datetime(2023, 6, 6, 9, 0, tzinfo=UTC)


def lively() -> Workspace:
    """A workspace with something of each kind."""
    workspace = Workspace(clock=Clock(START, ticking=False), name="Alumni", domain="alumni", seed=7)
    app = install(workspace, MANIFEST)
    workspace.add_user("ann", user_id="UANN", real_name="Ann", tz="Europe/Rome", is_admin=True)
    workspace.add_user("ben", user_id="UBEN", real_name="Ben")
    workspace.add_usergroup("organisers", ["UANN"])
    channel = workspace.add_channel("news", members=["UANN", "UBEN"], channel_id="CNEWS")
    root = workspace.post(channel.id, {"user": "UANN", "text": "Hello", "blocks": []})
    workspace.post(channel.id, {"user": "UBEN", "text": "Hi", "thread_ts": root["ts"]})
    workspace.react(channel.id, root["ts"], "UBEN", "wave")
    workspace.direct("UANN", app.bot_user_id)
    workspace.mark_read(channel.id, "UANN")
    workspace.mark_thread_read(channel.id, root["ts"], "UANN")
    workspace.show_only_to(channel.id, "UBEN", {"text": "only you"})
    workspace.add_file("plan.pdf", b"%PDF\x00\xff", user_id="UANN", mimetype="application/pdf")
    workspace.homes[(app.id, "UANN")] = {"type": "home", "blocks": []}
    workspace.schedule(
        Scheduled(id="Q1", app_id=app.id, channel="CNEWS", post_at_s=9, created=1, message={"text": "later"})
    )
    return workspace


def test_everything_comes_back_as_it_was() -> None:
    before = lively()
    written = json.loads(json.dumps(as_json(before)))

    after = from_json(written, ticking=False)

    assert json.loads(json.dumps(as_json(after))) == written
    assert after.clock.now() == START
    assert after.users == before.users
    assert after.apps == before.apps
    assert after.channels == before.channels
    assert after.files == before.files
    assert after.read_to == before.read_to
    assert after.thread_read_to == before.thread_read_to


def test_ids_and_ts_go_on_as_if_it_had_never_stopped() -> None:
    before = lively()
    after = from_json(as_json(before), ticking=False)

    assert [after.new_id("C"), after.new_ts(), after.new_secret(8)] == [
        before.new_id("C"),
        before.new_ts(),
        before.new_secret(8),
    ]


def test_another_format_is_refused() -> None:
    with pytest.raises(OtherFormat):
        from_json({**as_json(lively()), "format": 0})

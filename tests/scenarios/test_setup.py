"""Setting an academy up in Slack, from a workspace in which nothing is set up."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.config import Secret, Settings
from bot.manifest import manifest
from bot.services.editions import NOTHING_CHANGED
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import audit, editions
from tests.scenarios.stage import NOW, PEOPLE, Stage, everything, start_bot


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Stage]:
    """The workspace of `stage` on the day that the bot is installed: UADA is its admin, nothing is set up."""
    workspace = Workspace(clock=Clock(NOW, ticking=False))
    everyone = [row[0] for row in PEOPLE]
    for user_id, name, zone, is_admin in PEOPLE:
        workspace.add_user(
            name.split()[0].lower(), user_id=user_id, real_name=name, tz=zone, is_admin=is_admin
        )
    app = install(workspace, manifest())
    for channel_id, is_in in (("CASK", True), ("CNEWS", False), ("CEDITION", True), ("COLD", True)):
        people = [*everyone, app.bot_user_id] if is_in else everyone
        workspace.add_channel(channel_id.lower(), members=people, channel_id=channel_id)
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        settings = Settings(
            bot_token=Secret(app.bot_token),
            app_token=Secret(app.app_token),
            slack_api_url=sandbox.api_url,
            database_url=database_url,
        )
        stage = Stage(sandbox, app, await start_bot(settings, workspace.clock), settings)
        await stage.settle()
        yield stage
        await stage.settle()
        await stage.bot.stop()
        assert stage.errors() == stage.expected_errors


def title(person: Person) -> str:
    """The title of the modal in front."""
    return str((person.modal or {})["title"]["text"])


def said(person: Person) -> str:
    """All that the modal in front says."""
    return everything(person.modal or {})


async def set_the_academy_up(person: Person, **more: Any) -> dict[str, str]:
    """From the hub: press *Begin* or *Change*, fill the academy's form in."""
    await person.press("modal", "setup_academy")
    return await person.submit(
        {"setup_name": "Cluster Booster Academy", "setup_timezone": "Europe/Brussels", **more}
    )


async def test_admin_is_greeted_once_and_sets_everything_up(empty: Stage) -> None:
    ada, ann = empty.person("UADA"), empty.person("UANN")
    await empty.restart()
    await empty.settle()
    (greeting,) = ada.direct()
    assert ann.direct() == []

    # The academy.
    await ada.press(greeting["ts"], "setup_open")
    assert "❌ Missing: the academy's name and time zone" in said(ada)
    faults = await set_the_academy_up(
        ada,
        setup_organisers=["UADA", "UANN"],
        setup_questions=["CASK"],
        setup_announcements="CNEWS",
        setup_approval=["approval"],
    )
    assert faults == {}
    assert "✅ Ready: the academy, Cluster Booster Academy" in said(ada)
    assert "❌ Missing: announcements: invite me to <#CNEWS>" in said(ada)
    await ada.press("modal", "setup_keep")
    assert await ada.submit({"setup_keep_messages": "90"}) == {}

    # An edition, its days, its homework.
    await ada.press("modal", "setup_edition_new")
    edition = {"setup_key": "cba-3", "setup_name": "Third", "setup_timezone": "Europe/Rome"}
    assert await ada.submit(edition | {"setup_channel": "CEDITION"}) == {}
    assert title(ada) == "Edition"
    for on, name, kind in (("2023-10-05", "Day 2", "in-person"), ("2023-10-04", "Day 1", "online")):
        await ada.press("modal", "setup_day_new")
        day = {"setup_date": on, "setup_title": name, "setup_kind": kind, "setup_starts": "09:30"}
        assert await ada.submit(day) == {}
    await ada.press("modal", "setup_homework_new")
    piece = {"key": "plan", "title": "Plan", "brief": "One page.", "date": "2023-10-20", "time": "18:00"}
    assert await ada.submit(piece) == {}

    assert "*Day 1*\nWed 4 October 2023 · 09:30 · online" in said(ada)
    assert said(ada).index("Day 1") < said(ada).index("Day 2")
    assert "*Plan* (`plan`)\nOpens Mon 12 June 2023, 09:00 · due Fri 20 October 2023, 18:00" in said(ada)
    await ada.press("modal", "setup_file")
    await ada.close_modal()
    assert title(ada) == "Set up"
    assert "1 homework" in said(ada)
    await ada.press("modal", "setup_test")
    await empty.settle()

    # The test message and the file came; the file changes nothing.
    *_, file, test = ada.direct()
    if not file.get("files"):
        file, test = test, file
    assert "2 things are still missing before the academy can begin." in everything(test)
    (shared,) = file["files"]
    text = empty.workspace.files[shared["id"]].content.decode()
    assert (await empty.import_files(("cba-3.toml", text)))[0] == NOTHING_CHANGED
    async with empty.bot.db.reading() as work:
        academy = await editions.academy(work, team_id=empty.team_id)
        deeds = [one.deed for one in await audit.entries(work, team_id=empty.team_id)]
    assert academy is not None
    assert (academy.organisers, academy.second_approval, academy.retention.messages) == (
        ("UADA", "UANN"),
        True,
        90,
    )
    assert sorted(deeds) == ["setup.academy"] * 2 + ["setup.edition"] * 3

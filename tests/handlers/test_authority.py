"""Every organiser's action is tried by everybody else, when it is asked for and when its form is sent.

A listener that is in neither list fails the test: whoever adds one says who may use it.
"""

import logging
import re

import pytest

from bot.manifest import COMMANDS, SHORTCUTS
from storage import outbox
from storage.db import Database
from tests.handlers.authority import (
    EVERYBODY_PRESSES,
    EVERYBODY_SUBMITS,
    ORGANISER,
    ORGANISERS_PRESS,
    ORGANISERS_SUBMIT,
    TEAM,
    WHO,
    Noting,
    action,
    answer,
    command,
    held,
    listening,
    people,
    submission,
)

NOT_ALLOWED = "Only organisers of the academy can do this."
NOT_ACTIVE = "Only people with an active account in this workspace can use this."

EVERYBODY_CLOSES: set[str] = set()
"""Closing a form changes nothing of anybody else's."""
EVERYBODY_SEARCHES: set[str] = set()
"""Menus that ask for their options."""


def organisers_words() -> list[tuple[str, str]]:
    """Command and words of what the manifest and the README promise to organisers alone."""
    found = []
    for entry in COMMANDS:
        words = re.findall(r"`([a-z]+)( @name)?[^`]*`", entry.organisers)
        found += [(f"/{entry.name}", f"{word}{' <@UALUM>' if at else ''}") for word, at in words]
        if not entry.everyone:
            found.append((f"/{entry.name}", ""))
    return found


def test_every_listener_is_listed_for_who_may_use_it(db: Database) -> None:
    found = listening(db).listeners

    listed = ORGANISERS_PRESS | EVERYBODY_PRESSES
    of_a_pattern = {one for one in listed if any(each.match(one) for each in found.patterns)}
    assert {one.pattern for one in found.patterns if not any(map(one.match, of_a_pattern))} == set()
    assert found.action == listed - of_a_pattern
    assert found.view == ORGANISERS_SUBMIT | EVERYBODY_SUBMITS
    assert found.view_closed == EVERYBODY_CLOSES
    assert found.options == EVERYBODY_SEARCHES
    assert found.command == {f"/{entry.name}" for entry in COMMANDS}
    assert found.shortcut == {entry.callback_id for entry in SHORTCUTS}  # all of them for everybody


async def told(db: Database, app: Noting, user_id: str) -> dict[str, str]:
    """What somebody is told who tries all that is for organisers, each by its name."""
    answers: dict[str, str] = {}
    for name, words in organisers_words():
        _, answers[f"{name} {words}".strip()] = await answer(app, command(name, words, user_id))
    for callback_id in sorted(ORGANISERS_SUBMIT):
        _, answers[f"form {callback_id}"] = await answer(app, submission(callback_id, user_id))
    for action_id in sorted(ORGANISERS_PRESS):
        await answer(app, action(action_id, user_id))
        key = f"refused:action:{user_id}:1.0:{action_id}"
        async with db.reading() as work:
            row = await outbox.row(work, team_id=TEAM, key=key)
        answers[f"button {action_id}"] = "" if row is None else str(row.body["text"])
    return answers


@pytest.mark.parametrize("role", WHO)
async def test_nothing_of_an_organiser_s_is_open_to_anybody_else(db: Database, role: str) -> None:
    await people(db)
    app = listening(db)
    before = await held(db, but=("inbox", "outbox"))

    answers = await told(db, app, WHO[role])

    refusal = NOT_ACTIVE if role == "deactivated organiser" else NOT_ALLOWED
    assert {name: said for name, said in answers.items() if refusal not in said} == {}
    assert await held(db, but=("inbox", "outbox")) == before
    async with db.reading() as work:
        queued = await outbox.rows(work, team_id=TEAM)
    assert [row.key for row in queued if not row.key.startswith("refused:")] == []


async def test_an_organiser_is_refused_none_of_it(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    """So that the others are refused for who they are, and not for what is missing in these payloads."""
    caplog.set_level(logging.CRITICAL + 1)
    await people(db)
    app = listening(db)

    answers = await told(db, app, ORGANISER)

    assert len(answers) == len(organisers_words()) + len(ORGANISERS_SUBMIT) + len(ORGANISERS_PRESS)
    assert [name for name, said in answers.items() if NOT_ALLOWED in said or NOT_ACTIVE in said] == []

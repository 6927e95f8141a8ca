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
    ORGANISER,
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

ORGANISERS_PRESS = {
    *("alumni_choose", "alumni_confirm", "announce_discard", "announce_edit", "announce_new"),
    *("announce_open", "announce_page", "announce_page_2", "announce_pause", "announce_recall"),
    *("announce_remind", "announce_resume", "announce_rewrite", "announce_stop", "announce_table"),
    *("announce_template", "announce_test", "home_report", "homework_edit", "homework_extend"),
    *("homework_new", "homework_nudge", "homework_read", "homework_read_chosen", "homework_status"),
    *("peers_discard", "peers_draw_again", "peers_export", "peers_keep_apart", "peers_leave_out"),
    *("peers_nudge", "peers_open_draft", "peers_plan_new", "peers_publish", "peers_somebody_out"),
    *("peers_status", "peers_swap", "peers_undo", "people_roles", "questions_audit", "questions_chart"),
    *("questions_hide", "questions_look", "questions_manage", "questions_merge", "questions_reopen"),
    *("questions_retitle", "questions_show_again", "questions_table", "report_newer", "report_older"),
    *("roles_latest", "roles_several", "roles_undo", "setup_academy", "setup_day", "setup_day_new"),
    *("setup_edition", "setup_edition_change", "setup_edition_copy", "setup_edition_new", "setup_file"),
    *("setup_homework", "setup_homework_new", "setup_keep", "setup_open", "setup_test"),
    *("peers_lock_1", "peers_unlock_1", "peers_page_next", "roles_one_UALUM", "roles_page_1"),
}
EVERYBODY_PRESSES = {
    *("announce_got_it", "announce_prefs", "announce_sample", "announce_sample_2", "ask_answers_it"),
    *("ask_anyway", "ask_may_be_asked", "ask_mention", "ask_not_settled", "ask_settled"),
    *("directory_hello", "directory_more", "homework_hand_in", "peers_drop_out", "peers_here"),
    *("peers_not_to_meet", "peers_offer", "peers_pause", "peers_rate", "peers_resume", "peers_thank"),
    *("privacy_erase", "privacy_give", "privacy_open", "privacy_send", "privacy_withdraw"),
    *("profile_open", "question_not_one", "questions_ask", "questions_back", "questions_more"),
    *("questions_search", "questions_show", "reminder_resume", "reminder_snooze", "reminder_stop"),
    *("welcome_ask", "welcome_zone", "peers_give_1", "peers_answer_met", "peers_read_1"),
}
ORGANISERS_SUBMIT = {
    *("alumni_chosen", "announce_compose", "announce_preview", "announce_rewrite", "extend_homework"),
    *("keep_peers_apart", "leave_out_peers", "peers_somebody_out", "plan_peers", "privacy_request"),
    *("questions_hidden", "questions_merged", "questions_retitled", "roles_change", "roles_list"),
    *("setup_academy_written", "setup_copy_previewed", "setup_copy_written", "setup_day_written"),
    *("setup_edition_written", "setup_homework_written", "setup_keep_written", "setup_removal"),
    *("swap_peers", "write_homework"),
}
EVERYBODY_SUBMITS = {
    *("announce_prefs", "ask_question", "ask_suggested", "choose_homework", "choose_peers_feedback"),
    *("give_peers_feedback", "hand_in_homework", "pause_peers", "peers_not_to_meet", "peers_offer"),
    *("privacy_erase", "profile_save"),
}
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

"""Every listener of the bot, tried by anybody: what is registered, and payloads as Slack would send them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

import handlers.errors
import handlers.middleware
from bot.app import FEATURES
from bot.domain.editions import Academy, Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from handlers import unknown
from handlers.deps import Deps
from sandbox.clock import Clock
from storage import editions, members
from storage.db import Database
from storage.tables import metadata

TEAM = TeamId("T1")
EDITION = EditionKey("cba-2")
NOW = datetime(2023, 6, 12, 8, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9/"
"""Where no Slack answers: who may do nothing asks it nothing."""

ORGANISER = UserId("UORG")
WHO = {
    "participant": UserId("UPART"),
    "alumnus": UserId("UALUM"),
    "coach": UserId("UCOACH"),
    "guest": UserId("UGUEST"),
    "former organiser": UserId("UFORMER"),
    "deactivated organiser": UserId("UGONE"),
}


# Who may use what: a listener that is in none of these fails the test.

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
    *("peers_lock_1", "peers_unlock_1", "peers_let_meet_1", "peers_page_next", "roles_one_UALUM"),
    *("roles_page_1",),
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


@dataclass
class Listeners:
    """What the bot listens to, as its features register it."""

    action: set[str] = field(default_factory=set)
    view: set[str] = field(default_factory=set)
    view_closed: set[str] = field(default_factory=set)
    shortcut: set[str] = field(default_factory=set)
    options: set[str] = field(default_factory=set)
    command: set[str] = field(default_factory=set)
    patterns: set[re.Pattern[str]] = field(default_factory=set)
    """Of buttons whose ids end in something of their own."""


class Noting(AsyncApp):
    """A Bolt app that notes what is registered."""

    def __init__(self) -> None:
        client = AsyncWebClient(base_url=NOWHERE, retry_handlers=[])
        super().__init__(
            client=client, authorize=_bot, signing_secret="not-asked-for", process_before_response=True
        )
        self.listeners = Listeners()

    def action(self, constraints: Any, *others: Any, **more: Any) -> Any:
        self._note(self.listeners.action, constraints)
        return super().action(constraints, *others, **more)

    def view(self, constraints: Any, *others: Any, **more: Any) -> Any:
        self._note(self.listeners.view, constraints)
        return super().view(constraints, *others, **more)

    def view_closed(self, constraints: Any, *others: Any, **more: Any) -> Any:
        self._note(self.listeners.view_closed, constraints)
        return super().view_closed(constraints, *others, **more)

    def shortcut(self, constraints: Any, *others: Any, **more: Any) -> Any:
        self._note(self.listeners.shortcut, constraints)
        return super().shortcut(constraints, *others, **more)

    def options(self, constraints: Any, *others: Any, **more: Any) -> Any:
        self._note(self.listeners.options, constraints)
        return super().options(constraints, *others, **more)

    def command(self, command: Any, *others: Any, **more: Any) -> Any:
        self._note(self.listeners.command, command)
        return super().command(command, *others, **more)

    def _note(self, kind: set[str], constraint: Any) -> None:
        if isinstance(constraint, str):
            kind.add(constraint)
        elif isinstance(constraint, dict):
            kind.add(str(constraint.get("action_id") or constraint["callback_id"]))
        else:
            assert kind is self.listeners.action
            self.listeners.patterns.add(constraint)


async def _bot() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id=TEAM, bot_user_id="UBOT", bot_id="B1", bot_token="xoxb-1"
    )


def listening(db: Database) -> Noting:
    """The whole bot without Slack."""
    app = Noting()
    deps = Deps(db=db, clock=Clock(NOW, ticking=False), client_for=lambda team_id: app.client)
    for feature in (handlers.errors, handlers.middleware, *FEATURES):
        if feature is not unknown:
            feature.register(app, deps)
    return app


async def people(db: Database) -> None:
    """One person of each kind; two of them were organisers, and are it no more."""
    async with db.writing() as work:
        academy = Academy(team_id=TEAM, name="Academy", timezone="Europe/Rome", organisers=(ORGANISER,))
        await editions.put_academy(work, academy)
        await editions.put_edition(
            work, Edition(team_id=TEAM, key=EDITION, name="The second", timezone="Europe/Rome")
        )
        for user_id in (ORGANISER, *WHO.values()):
            person = Member(
                team_id=TEAM,
                user_id=user_id,
                name=f"Name of {user_id}",
                is_guest=user_id == "UGUEST",
                is_admin=user_id == "UGONE",
                is_deactivated=user_id == "UGONE",
            )
            await members.put_member(work, person)
        parts = [("UPART", Role.PARTICIPANT), ("UALUM", Role.ALUMNUS), ("UCOACH", Role.COACH)]
        parts += [("UFORMER", Role.ORGANISER), ("UGONE", Role.ORGANISER)]
        for one, role in parts:
            part = Enrolment(team_id=TEAM, edition_key=EDITION, user_id=UserId(one), role=role, cluster="")
            await members.put_enrolment(work, part)
        await members.remove_enrolment(
            work, team_id=TEAM, edition_key=EDITION, user_id=UserId("UFORMER"), role=Role.ORGANISER
        )


def command(name: str, text: str, user_id: str) -> dict[str, Any]:
    """A slash command."""
    return {"command": name, "text": text, "trigger_id": "1.2", "channel_id": "C1", **_by(user_id)}


def action(action_id: str, user_id: str) -> dict[str, Any]:
    """A press of a button, in a modal that was opened while it still was allowed."""
    element = {"action_id": action_id, "block_id": "b", "type": "button", "value": "1", "action_ts": "1.0"}
    return {"type": "block_actions", "actions": [element], "view": _view("any"), **_by(user_id)}


def submission(callback_id: str, user_id: str) -> dict[str, Any]:
    """A form handed in that was opened while it still was allowed."""
    return {"type": "view_submission", "view": _view(callback_id), **_by(user_id)}


def closing(callback_id: str, user_id: str) -> dict[str, Any]:
    """A form that is closed."""
    return {"type": "view_closed", "view": _view(callback_id), "is_cleared": False, **_by(user_id)}


def suggestion(action_id: str, user_id: str) -> dict[str, Any]:
    """Something typed into a menu that asks the bot for its options."""
    return {"type": "block_suggestion", "action_id": action_id, "block_id": "b", "value": "a", **_by(user_id)}


def _view(callback_id: str) -> dict[str, Any]:
    return {
        "id": "V1",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": "{}",
        "state": {"values": {}},
        "blocks": [{"type": "input", "block_id": "b"}],
        "hash": "1.0",
    }


def _by(user_id: str) -> dict[str, Any]:
    return {
        "team": {"id": TEAM},
        "team_id": TEAM,
        "user": {"id": user_id, "team_id": TEAM},
        "user_id": user_id,
        "api_app_id": "A1",
        "is_enterprise_install": False,
    }


async def answer(app: AsyncApp, payload: dict[str, Any]) -> tuple[int, str]:
    """What the bot answers at once: status and body."""
    response = await app.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
    return response.status, str(response.body)


async def held(db: Database, *, but: tuple[str, ...]) -> list[str]:
    """All that the tables hold, but those."""
    async with db.reading() as work:
        return [
            f"{table.name}: {tuple(row)}"
            for table in metadata.sorted_tables
            if table.name not in but
            for row in (await work.execute(select(table))).all()
        ]

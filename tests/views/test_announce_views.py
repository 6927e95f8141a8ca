"""Views of announcements within Slack's limits, whoever and whatever is in them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.announcements import LONGEST_TEXT, Announcement, AnnouncementState, AttachedFile, Receipt
from bot.domain.audiences import Audience, Choice, Out
from bot.domain.countries import COUNTRIES
from bot.domain.editions import Day, DayKind, Edition
from bot.domain.ids import ChannelId, EditionKey, TeamId, UserId
from bot.domain.rich_text import paragraphs
from bot.views import announce, announce_form, announce_preview, announce_report, kit
from bot.views.announce_templates import LABELS, template
from sandbox.blocks import texts, validate_blocks
from sandbox.views import validate_view

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
NAME = "&" * 300

FOUND = Announcement(
    team_id=TeamId("T1"),
    id=1234,
    state=AnnouncementState.SENT,
    version=3,
    title="<!channel>" * 15,
    body=paragraphs("<" * LONGEST_TEXT),
    files=tuple(
        AttachedFile(
            id=f"F{number}", name=NAME, permalink=f"https://x.slack.com/files/U1/F{number}/{'n' * 90}"
        )
        for number in range(8)
    ),
    audience=Audience(roles=("participant",), people=tuple(UserId(f"U{number}") for number in range(100))),
    channels=(ChannelId("C1"), ChannelId("C2")),
    zone="America/Argentina/Buenos_Aires",
    at=datetime(2023, 6, 30, 23, 59),  # noqa: DTZ001 (a wall time)
    asks_confirmation=True,
    is_necessary=True,
    why_necessary="w" * 300,
    written_by=UserId("U1"),
    written_at=NOW,
    started_at=NOW,
    starts_at=NOW,
)
OUTCOMES = ("waiting", "sent", "failed", "dropped", "left_out", "stopped", "past")
RECEIPTS = [
    Receipt(
        recipient=f"U{number}",
        name=NAME,
        outcome=outcome,
        reason="guest" if outcome == "left_out" else NAME,
        sent_at=NOW,
        confirmed_at=NOW,
    )
    for number, outcome in enumerate(OUTCOMES * 100)
]


@pytest.mark.parametrize("is_direct", [True, False])
@pytest.mark.parametrize("confirmed_at", [None, NOW])
def test_the_longest_announcement_is_one_message(is_direct: bool, confirmed_at: datetime | None) -> None:
    said = announce.message(FOUND, number=FOUND.id, is_direct=is_direct, confirmed_at=confirmed_at)

    validate_blocks(said["blocks"], surface="message")
    assert kit.characters(said["blocks"]) <= kit.MESSAGE_CHARACTERS
    assert len(said["text"]) <= 4_000


@pytest.mark.parametrize("state", AnnouncementState)
def test_what_became_of_thousands_fits_page_by_page(state: AnnouncementState) -> None:
    found = replace(FOUND, state=state)
    for page in (0, 5, 10_000):
        view = announce_report.detail(
            found,
            RECEIPTS,
            RECEIPTS[:50],
            left=3,
            asked=700,
            confirmed=3,
            sender=NAME,
            approver=NAME,
            reader_zone="Asia/Kathmandu",
            page=page,
            note="note",
        )
        validate_view(view, "modal")
    validate_view(announce_report.listed([found] * 40, reader_zone="Asia/Kathmandu"), "modal")


@pytest.mark.parametrize("state", [one for one in AnnouncementState if one.is_unsent])
def test_the_preview_and_the_form_fit_with_everything_in_them(state: AnnouncementState) -> None:
    found = replace(FOUND, state=state)

    validate_view(
        announce_preview.preview(
            found,
            people=5000,
            by_role=Counter({"participant": 4999, "no part": 1}),
            by_country=Counter(dict.fromkeys(COUNTRIES, 20)),
            left_out=[(NAME, out) for out in Out for _ in range(30)],
            needs_approval=True,
            waits_for_me=True,
            reader_zone="UTC",
            note="note",
        ),
        "modal",
    )
    validate_view(
        announce_form.compose(
            editions=[],
            homeworks=[],
            countries=sorted(COUNTRIES),
            sectors=[f"sector {number}" for number in range(101)],
            clusters=[f"{number} {'c' * 80}" for number in range(2_000)],
            zone="Asia/Kathmandu",
            news=ChannelId("C1"),
            draft=found,
        ),
        "modal",
    )
    validate_view(announce_report.rewrite(found), "modal")


@pytest.mark.parametrize("key", LABELS)
@pytest.mark.parametrize("has_days", [True, False])
def test_each_template_fills_the_form(key: str, has_days: bool) -> None:
    days = (
        Day(on=NOW.date(), kind=DayKind.ONLINE, title="Day 1"),
        Day(on=NOW.date().replace(day=30), kind=DayKind.IN_PERSON, title="Day 3", place="Torino"),
    )
    edition = Edition(
        team_id=TeamId("T1"),
        key=EditionKey("cba-2"),
        name="2nd Cluster Booster Academy",
        timezone="Europe/Rome",
        days=days if has_days else (),
    )

    filled = template(key, edition, academy_name="Cluster Booster Academy")
    view = announce_form.compose(
        editions=[edition],
        homeworks=[],
        countries=[],
        sectors=[],
        clusters=[],
        zone="Europe/Rome",
        news=None,
        filled=filled,
    )

    validate_view(view, "modal")
    assert "None" not in str(filled.body)


def test_what_people_see_of_it_besides_the_message_fits() -> None:
    validate_blocks(announce.reminder(FOUND)["blocks"], surface="message")
    validate_view({"type": "home", "blocks": announce.to_confirm([FOUND] * 30)}, "home")
    for choice in Choice:
        validate_view(announce.preferences(choice), "modal")
        validate_view(announce.chosen(choice), "modal")


def test_progress_is_a_bar_with_an_estimate() -> None:
    going = replace(FOUND, title="News", state=AnnouncementState.SENDING, task="send")

    said = [
        announce_report.progress(going, task="send", done=1500, of=5000, failed=2, left_s=720),
        announce_report.progress(
            replace(going, state=AnnouncementState.SENT),
            task="send",
            done=4998,
            of=5000,
            failed=2,
            left_s=None,
        ),
        announce_report.progress(
            replace(going, state=AnnouncementState.PAUSED), task="send", done=9, of=10, failed=0, left_s=None
        ),
    ]

    assert [next(iter(texts(one["blocks"]))) for one in said] == [
        "⏳ “News” is being sent: 1,500 of 5,000, about 12 minutes left. ⚠️ 2 failed; the report says why"
        "\n`███░░░░░░░`",
        "✅ Sent: “News”, 4,998 of 5,000. ⚠️ 2 failed; the report says why\n`█████████░`",
        "⏸️ “News” is paused: 9 of 10\n`█████████░`",
    ]
    for one in said:
        validate_blocks(one["blocks"], surface="message")


def test_less_than_a_second_is_a_moment() -> None:
    going = replace(FOUND, state=AnnouncementState.SENDING, task="send")

    said = announce_report.progress(going, task="send", done=2, of=3, failed=0, left_s=0)["text"]

    assert said.endswith("2 of 3, a moment left")


def test_nothing_that_was_typed_comes_out_live() -> None:
    planted = "<!channel> <!here> <!subteam^S1> <@U1> <https://x|y>"
    found = replace(FOUND, title=planted, body=paragraphs(planted), why_necessary=planted, files=())

    views = [
        announce.message(found, number=1),
        announce.reminder(found),
        announce_preview.approval(found, asked_by=planted),
        announce_preview.nobody(found),
        announce_report.progress(found, task="send", done=1, of=2, failed=0, left_s=1),
        {"blocks": announce.to_confirm([found]), "text": ""},
    ]

    mrkdwn = [found for view in views for found in _mrkdwn(view["blocks"])] + [view["text"] for view in views]
    assert [one for one in mrkdwn if any(part in one for part in planted.split())] == []


def _mrkdwn(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [found for inner in value.values() for found in _mrkdwn(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _mrkdwn(inner)]
    return []

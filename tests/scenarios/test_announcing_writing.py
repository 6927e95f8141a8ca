"""Writing announcements through the whole bot: the form, its refusals, templates, drafts, choices, files."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.announcements import LONGEST_TEXT, Announcement
from bot.services import announcements
from sandbox.person import Person
from tests.scenarios.announcing import (
    NEWS,
    announcement,
    compose,
    got,
    in_news,
    open_detail,
    open_news,
    send,
)
from tests.scenarios.stage import EDITION, Stage, everything

NOT_ALLOWED = "Only organisers of the academy can do this. Ask one of them if it is needed."
EDITION_OF_ADA = EDITION.replace('organisers = ["UANN"]', 'organisers = ["UADA"]')
LONG = "a" * (LONGEST_TEXT + 1)


def in_front(person: Person) -> str:
    """All that the modal in front of somebody says."""
    return everything(person.modal or {"blocks": []})


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    """A formatted text as Slack's editor gives it."""
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [section]}


async def test_what_cannot_go_is_refused_at_its_field_and_the_form_stays(stage: Stage) -> None:
    stage.workspace.add_channel("closed", members=["UANN"], channel_id="CCLOSED")
    faults: list[dict[str, str]] = []
    ann, first = await compose(stage, announce_roles=[])
    faults.append(first)
    for fields in (
        {"announce_roles": ["participant"], "announce_title": " \u200b"},
        {"announce_title": "Day 3", "announce_text": LONG},
        {"announce_text": "Come.", "announce_where": []},
        {"announce_where": ["message"], "announce_channels": ["CCLOSED"]},
        {"announce_channels": None, "announce_date": "2023-06-11", "announce_time": "10:00"},
        {"announce_date": "2024-03-31", "announce_time": "02:30", "announce_zone": "Europe/Rome"},
        {"announce_date": "2024-03-31", "announce_time": None},
        {"announce_date": None, "announce_options": ["necessary"]},
    ):
        faults.append(await ann.submit(fields))

    assert faults == [
        {
            "announce_roles": "Nobody would get it: choose a role, an edition or something else below, or "
            "name people."
        },
        {"announce_title": "Give it a title."},
        {
            "announce_text": "The text has 10,001 characters, and a message in Slack holds 10,000. Shorten "
            "it, or put the rest into a file."
        },
        {"announce_where": "Choose where it goes: a channel, direct messages, or both."},
        {
            "announce_channels": "The bot is not in #closed, so it cannot post there: type /invite and its "
            "name there."
        },
        {
            "announce_date": "11 June 2023, 10:00 (Brussels) is in the past: choose a later time, or let it "
            "go at once."
        },
        {
            "announce_date": "02:30 does not exist on 31 March 2024 in Rome: clocks go forward then. Choose "
            "03:30 or another time."
        },
        {"announce_time": "Choose both the date and the time, or let it go at once."},
        {"announce_why": "Write why everybody needs it: those who chose fewer messages are told."},
    ]
    assert await ann.submit({"announce_why": "you cannot join without."}) == {}
    assert "❗ *Necessary:*" in in_front(ann)


async def test_a_time_that_clocks_show_twice_is_the_first_and_says_so(stage: Stage) -> None:
    ann, faults = await compose(
        stage, announce_date="2023-10-29", announce_time="02:30", announce_zone="Europe/Rome"
    )

    assert faults == {}
    assert (
        "*When:* Sun 29 October 2023, 02:30 (Rome), which clocks show twice that night: the first of the "
        "two is meant"
    ) in in_front(ann)


async def test_two_organisers_who_edit_one_draft_both_keep_what_they_wrote(stage: Stage) -> None:
    await open_news(stage)
    ann, _ = await compose(stage)
    await ann.press("modal", "announce_edit")
    fay = stage.person("UFAY")
    await fay.command("/announce list")
    await fay.saw_modal("Announcements")
    await fay.press("modal", "announce_open", value="1")
    await fay.press("modal", "announce_edit")

    await fay.submit({"announce_text": "Fay's text."})
    await ann.submit({"announce_text": "Ann's text."})

    shown = in_front(ann)
    assert (
        "⚠️ Fay Maes changed “Day 3 in Torino” while you wrote. Nothing is lost: theirs stays as it is "
        "(no. 1), and yours is a draft of its own (no. 2)."
    ) in shown
    assert "Ann's text." in shown
    assert "Fay's text." in in_front(fay)


async def test_what_was_changed_since_it_was_looked_at_is_not_sent(stage: Stage) -> None:
    await open_news(stage)
    ann, _ = await compose(stage)
    fay = stage.person("UFAY")
    await fay.command("/announce list")
    await fay.saw_modal("Announcements")
    await fay.press("modal", "announce_open", value="1")
    await fay.press("modal", "announce_edit")
    await fay.submit({"announce_text": "Fay's text."})

    await ann.submit()
    await stage.settle()

    assert "Fay Maes changed this announcement while you looked at it, so nothing was sent." in in_front(ann)
    assert got(stage, "UBEN") == []


async def test_a_template_has_the_edition_s_dates_and_does_not_go_with_its_gaps(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/announce")
    await ann.saw_modal("Announcement")

    await ann.press("modal", "announce_template", value="joining")
    filled = str((ann.modal or {})["blocks"])
    assert await ann.submit({"announce_title.joining": "Joining instructions"}) == {}
    await ann.submit()

    assert "Thu 21 September 2023, 09:00 to 17:00: Day 3: action plans (Environment Park, Torino)" in filled
    assert "The text still says “[link and access code]”: edit it and write what belongs there." in in_front(
        ann
    )
    await stage.settle()
    assert got(stage, "UBEN") == []


async def test_nobody_and_no_group_is_called_by_a_text_and_only_pages_are_linked(stage: Stage) -> None:
    await open_news(stage)
    text = rich(
        {"type": "broadcast", "range": "channel"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "text", "text": " <!here> <@UBEN> <https://evil.example|Click> & "},
        {"type": "link", "url": "https://example.org/page", "text": "the page"},
    )

    await send(stage, announce_title="<!channel> hello", announce_text=text, announce_where=["news"])
    await stage.settle()

    (message,) = in_news(stage)
    assert message["blocks"][0]["text"]["text"] == "<!channel> hello"  # plain text: shown as it is
    assert message["text"] == (
        "&lt;!channel&gt; hello\n@channel@group &lt;!here&gt; &lt;@UBEN&gt; "
        "&lt;https://evil.example|Click&gt; &amp; <https://example.org/page|the page>"
    )
    kinds = [part["type"] for part in message["blocks"][1]["elements"][0]["elements"]]
    assert kinds == ["text", "text", "text", "link"]


async def test_people_choose_what_reaches_them_and_what_is_necessary_says_why_it_comes(stage: Stage) -> None:
    await send(stage)
    await stage.settle()
    ben = stage.person("UBEN")
    await ben.press(announcement(stage, "UBEN"), "announce_prefs")
    await ben.saw_modal("What reaches me")
    await ben.submit({"announce_choice": "channel"})
    stage.workspace.change_user("UDINA", deleted=True)
    await stage.settle()

    ann, _ = await compose(stage, announce_title="Second")
    preview = in_front(ann)
    await ann.submit()
    await ann.close_modal(whole_stack=True)
    await send(
        stage, announce_title="Third", announce_options=["necessary"], announce_why="you need the address."
    )
    await stage.settle()

    assert "*Left out, read the channel only:* Ben Virta" in preview
    assert "*Left out, deactivated:* Dina Conti" in preview
    assert got(stage, "UBEN") == ["Day 3 in Torino", "Third"]
    assert "ℹ️ You get this whatever you chose to get by message: you need the address." in everything(
        announcement(stage, "UBEN")
    )
    assert got(stage, "UCLEO") == ["Day 3 in Torino", "Second", "Third"]


async def test_files_go_as_the_bot_s_own_copies_once_they_are_copied(stage: Stage) -> None:
    ann, faults = await compose(stage, announce_files=[("programme.pdf", b"the programme")])
    assert faults == {}
    await stage.settle()
    await ann.submit()
    await stage.settle()

    (copy,) = [file for file in stage.workspace.files.values() if file.user == stage.bot.bot_user_id]
    assert (copy.name, copy.content) == ("programme.pdf", b"the programme")
    said = everything(announcement(stage, "UBEN"))
    assert "|programme.pdf>" in said
    assert copy.id in said


async def test_a_test_comes_to_its_writer_alone_and_its_buttons_do_nothing(stage: Stage) -> None:
    ann, _ = await compose(stage, announce_options=["confirm"])

    await ann.press("modal", "announce_test")
    await stage.settle()
    message = announcement(stage, "UANN")
    await ann.press(message, "announce_sample")

    assert "✅ A test is on its way to you" in in_front(ann)
    assert got(stage, "UBEN") == []


@pytest.mark.parametrize("typed", ["", "list"])
async def test_who_is_no_organiser_is_refused(stage: Stage, typed: str) -> None:
    ben = stage.person("UBEN")

    await ben.command(f"/announce {typed}")

    assert ben.modal is None
    assert NOT_ALLOWED in [message["text"] for message in ben.direct()]


async def test_a_role_that_is_lost_while_writing_does_not_save_nor_send(stage: Stage) -> None:
    ann, _ = await compose(stage)
    await stage.import_files(("cba-2.toml", EDITION_OF_ADA))

    await ann.submit()
    await stage.settle()

    assert NOT_ALLOWED in in_front(ann)
    assert got(stage, "UBEN") == []


async def test_an_unknown_word_is_answered_with_the_nearest(stage: Stage) -> None:
    ann = stage.person("UANN")

    await ann.command("/announce lst")

    assert [message["text"] for message in ann.direct()][-1] == (
        "/announce does not know “lst”. Did you mean /announce list?"
    )


async def test_a_draft_that_is_opened_and_saved_again_stays_what_it_was(stage: Stage) -> None:
    await open_news(stage)
    stage.workspace.add_channel("team", members=["UANN", stage.bot.bot_user_id], channel_id="CTEAM")
    ann, faults = await compose(
        stage,
        announce_where=["news", "message"],
        announce_channels=["CTEAM"],
        announce_roles=["participant", "coach"],
        announce_editions=["cba-2"],
        announce_countries=["FI"],
        announce_sectors=["energy"],
        announce_clusters=["EnergyVaasa"],
        announce_homework=["missing:cba-2/action-plan-1"],
        announce_people=["UGUS"],
        announce_minus=["UEVA"],
        announce_date="2023-07-01",
        announce_time="09:30",
        announce_zone="Europe/Helsinki",
        announce_options=["confirm", "necessary", "urgent"],
        announce_why="it matters.",
        announce_files=[("a.txt", b"a")],
    )
    assert faults == {}
    before = await the_draft(stage)

    await ann.press("modal", "announce_edit")
    assert await ann.submit() == {}

    after = await the_draft(stage)
    assert replace(after, version=before.version, files=before.files) == before
    assert [(file.id, file.name) for file in after.files] == [(file.id, file.name) for file in before.files]


async def test_what_goes_to_channels_only_asks_its_audience_to_confirm_there(stage: Stage) -> None:
    await open_news(stage)
    ann = await send(stage, announce_where=["news"], announce_options=["confirm"])
    await stage.settle()
    await stage.settle()
    ben = stage.person("UBEN")

    await ben.press(in_news(stage)[0], "announce_got_it", channel_id=NEWS)
    await ann.close_modal(whole_stack=True)
    await open_detail(stage)
    await ann.press("modal", "announce_remind")
    await stage.settle()
    cleo = stage.person("UCLEO")
    await cleo.press(cleo.direct()[-1], "announce_got_it")

    assert "✅ Thank you." in ben.messages(NEWS)[-1]["text"]
    assert got(stage, "UBEN") == []
    assert [len(stage.person(user_id).direct()) for user_id in ("UBEN", "UCLEO", "UDINA")] == [0, 1, 1]
    assert "✅ Thank you." in cleo.direct()[-1]["text"]


async def the_draft(stage: Stage) -> Announcement:
    """The only announcement there is."""
    (found,) = await announcements.listed(stage.bot.db, team_id=stage.team_id)
    return found


async def test_what_reaches_somebody_is_chosen_from_their_profile_and_home_too(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/academy profile")
    await ben.saw_modal("My profile")

    await ben.press("modal", "announce_prefs")
    await ben.saw_modal("What reaches me")
    assert await ben.submit({"announce_choice": "confirmation"}) == {}
    saved = in_front(ben)
    await ben.close_modal(whole_stack=True)
    await ben.open_home()
    await ben.press("home", "announce_prefs")

    assert "✅ Saved: *Only those to confirm*" in saved
    chosen = (await ben.saw_modal("What reaches me"))["blocks"][0]["element"]["initial_option"]["value"]
    assert chosen == "confirmation"

"""A participant and their homework, through the whole bot."""

from tests.scenarios.stage import Stage, buttons, everything, sections

PLAN = "cba-2/action-plan-1"


async def test_list_shows_each_piece_with_its_date_in_both_zones_and_its_state(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/homework")

    message = ben.direct()[-1]
    assert message["is_ephemeral"]
    assert sections(message) == [
        "*Map of your members*\n"
        "Due Fri 30 June 2023, 23:59 (Rome) · Sat 1 July 2023, 00:59 your time (Helsinki) (in 19 days)\n"
        "Who they are, and what they miss.\n"
        "🟡 Open, not handed in yet",
        "*Action plan: first blueprint*\n"
        "Due Wed 5 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki) (in 23 days)\n"
        "One page: aims, three actions, who is needed.\n"
        "🟡 Open, not handed in yet",
        "*Action plan: refined*\n"
        "Due Fri 8 September 2023, 18:00 (Rome) · 19:00 your time (Helsinki) (in 88 days)\n"
        "⚪ Not open yet: it opens Tue 1 August 2023, 09:00 (Rome) · 10:00 your time (Helsinki)",
    ]
    assert buttons(message) == [("Hand in", "cba-2/members-map"), ("Hand in", PLAN)]


async def test_hand_in_gives_a_receipt_that_lasts_and_shows_in_the_list(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")

    faults = await ben.submit(
        {
            "text": "Aims & <!channel> actions",
            "link": "https://example.org/plan?a=1&b=2",
            "files": [("plan.pdf", b"%PDF-1.7")],
        }
    )

    receipt = await ben.saw("direct", "Received")
    assert faults == {}
    assert ben.modal is None
    assert "is_ephemeral" not in receipt
    assert sections(receipt)[:3] == [
        "📥 Received, on time: *Action plan: first blueprint*\n"
        "Version 1, Mon 12 June 2023, 10:00 (Rome) · 11:00 your time (Helsinki)",
        "Aims &amp; &lt;!channel&gt; actions",
        "https://example.org/plan?a=1&amp;b=2",
    ]
    assert sections(receipt)[3].startswith("• <http")
    assert sections(receipt)[3].endswith("|plan.pdf>")
    assert "You can change it until Wed 5 July 2023, 18:00 (Rome) · 19:00" in everything(receipt)
    assert buttons(receipt) == [("See or change", PLAN)]
    await ben.command("/homework")
    assert "✅ Handed in: version 1, Mon 12 June 2023, 10:00 (Rome)" in everything(ben.direct()[-1])


async def test_change_begins_with_what_was_there_and_keeps_every_version(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    files = [("plan.pdf", b"one"), ("map.png", b"two")]
    await ben.submit({"text": "First", "link": "https://example.org/1", "files": files})
    receipt = await ben.saw("direct", "Received")

    await ben.press(receipt, "homework_hand_in")
    plan = next(b for b in (ben.modal or {})["blocks"] if b.get("block_id") == "kept")["element"]["options"]
    faults = await ben.submit(
        {"text": "Second", "kept": [plan[1]["value"]], "files": [("new.txt", b"three")]}
    )

    assert faults == {}
    await ben.saw("direct", "version 2")
    ann = stage.person("UANN")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_read")
    shown = sections(await ann.saw_modal("Handed in"))
    assert shown[0] == "*Ben Virta*: Action plan: first blueprint"
    assert [text for text in shown[1:] if not text.startswith("•")] == [
        "Second",
        "https://example.org/1",
        "First",
        "https://example.org/1",
    ]
    assert [
        line.rpartition("|")[2] for text in shown if text.startswith("•") for line in text.split("\n")
    ] == [
        "map.png>",
        "new.txt>",
        "plan.pdf>",
        "map.png>",
    ]


async def test_form_can_be_changed_until_the_due_instant_and_not_after(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "In time"})
    await stage.at("2023-07-05 16:00")
    await ben.command("/homework submit action-plan-1")
    at_the_instant = await ben.submit({"text": "At the instant"})
    await ben.command("/homework submit action-plan-1")
    await stage.at("2023-07-05 16:01")

    after = await ben.submit({"text": "A minute after"})

    assert at_the_instant == {}
    assert after == {
        "text": "“Action plan: first blueprint” was due Wed 5 July 2023, 18:00 (Rome) · 19:00 your time "
        "(Helsinki): you handed it in on time, and it can no longer be changed. If it must be, ask an "
        "organiser for an extension."
    }
    await ben.close_modal()
    await ben.command("/homework submit action-plan-1")
    assert (ben.modal or {}).get("submit") is None
    assert "At the instant" in everything(ben.modal or {})


async def test_first_hand_in_after_the_date_is_taken_and_marked_late(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await stage.at("2023-07-05 18:05")
    await ben.command("/homework submit action-plan-1")
    form = everything(ben.modal or {})

    faults = await ben.submit({"text": "Sorry"})

    receipt = await ben.saw("direct", "Received, late")
    assert "You can still hand in; it will be marked as late." in form
    assert faults == {}
    assert receipt["text"] == ("Received, late by 2 hours 5 minutes: Action plan: first blueprint, version 1")


async def test_without_a_key_the_person_chooses_first(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit")
    choice = await ben.saw_modal("Hand in homework")

    await ben.submit({"homework": PLAN})
    form = await ben.saw_modal("Hand in homework")
    faults = await ben.submit({"text": "Chosen"})

    assert choice["callback_id"] == "choose_homework"
    assert sections(form)[0] == "*Action plan: first blueprint*"
    assert faults == {}
    await ben.saw("direct", "Received, on time: Action plan: first blueprint")


async def test_shortcut_opens_the_one_piece_that_can_be_handed_in(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit members-map")
    await ben.submit({"text": "Mapped"})
    await stage.at("2023-07-01 12:00")

    await ben.shortcut("submit_homework")
    faults = await ben.submit({"text": "By shortcut"})

    assert faults == {}
    await ben.saw("direct", "Received, on time: Action plan: first blueprint")


async def test_shortcut_tells_an_alumna_why_there_is_nothing(stage: Stage) -> None:
    eva = stage.person("UEVA")

    await eva.shortcut("submit_homework")

    assert sections(await eva.saw_modal("Not possible now")) == [
        "You are not enrolled in an edition of the academy, so there is no homework for you."
    ]


async def test_reminder_is_answered_from_its_buttons(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await stage.at("2023-06-28 06:00")
    reminder = await ben.saw("direct", "Action plan: first blueprint")

    await ben.press(reminder, "reminder_snooze", value=PLAN)
    snoozed = await ben.saw("direct", "I will remind you")
    await ben.press(reminder, "reminder_stop", value=PLAN)
    stopped = await ben.saw("direct", "No more reminders")
    await stage.settle()
    now_shown = next(message for message in ben.direct() if message["ts"] == reminder["ts"])
    after_stop, buttons_after_stop = everything(now_shown), buttons(now_shown)
    await ben.command("/homework")
    listed = ben.direct()[-1]
    await ben.press(listed, "reminder_resume")
    resumed = await ben.saw("direct", "again.")
    await stage.settle()
    await ben.press(reminder, "homework_hand_in", value=PLAN)
    faults = await ben.submit({"text": "Done"})
    await stage.settle()

    assert "Thu 29 June 2023, 08:00 (Rome) · 09:00 your time (Helsinki)" in snoozed["text"]
    assert stopped["text"].startswith("🔕 No more reminders of *Action plan: first blueprint*.")
    assert {value for _, value in buttons_after_stop} == {"cba-2/members-map"}
    assert "*Action plan: first blueprint*: no more reminders." in after_stop
    assert ("Remind me again", PLAN) in buttons(listed)
    assert resumed["text"] == "🔔 I will remind you of *Action plan: first blueprint* again."
    assert faults == {}
    edited = next(message for message in ben.direct() if message["ts"] == reminder["ts"])
    assert "Action plan: first blueprint*: received. Thank you!" in everything(edited)


async def test_unusual_text_loses_nothing_when_it_is_changed(stage: Stage) -> None:
    text = "שלום " + "👩🏽‍🔬🏳️‍🌈" * 150 + "\u200bzero\u202e<!channel> <@UANN> & <https://x.org|y>"
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": text})
    await ben.saw("direct", "version 1")

    await ben.command("/homework submit action-plan-1")
    await ben.submit({"link": "https://example.org"})
    await ben.saw("direct", "version 2")

    await ben.command("/homework submit action-plan-1")
    boxes = [
        b["element"]["initial_value"] for b in (ben.modal or {})["blocks"] if b.get("block_id") == "text"
    ]
    assert boxes == [text]

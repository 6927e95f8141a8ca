"""What people type never calls a channel, a group or a person, and never hides where a link leads."""

import json
from typing import Any

import pytest

from sandbox.person import Person
from tests.handlers.authority import EVERYBODY_SUBMITS, ORGANISERS_SUBMIT
from tests.scenarios import announcing, peering
from tests.scenarios.asking import ASK, name_questions_channels, open_questions_channel
from tests.scenarios.planting import PLANT, Planter, live, marks, rich, said, text_fields
from tests.scenarios.stage import Stage
from tests.scenarios.test_roles import list_of_people

REFUSES = {
    ("profile_save", "country"),
    ("profile_save", "languages"),
    ("questions_merged", "other"),
    ("setup_copy_written", "setup_key"),
    ("setup_homework_written", "key"),
}
"""Fields that take a key, a number or a known name only."""
WITHOUT_TEXT = {
    *("alumni_chosen", "announce_preview", "announce_prefs", "ask_suggested", "choose_homework"),
    *("choose_peers_feedback", "keep_peers_apart", "leave_out_peers", "pause_peers", "peers_not_to_meet"),
    *("peers_offer", "peers_somebody_out", "privacy_erase", "privacy_request", "setup_copy_previewed"),
    *("setup_keep_written", "setup_removal", "swap_peers"),
}
"""Forms in which one only chooses."""

REVIEWING = ("UBEN", "UCLEO", "UDINA")
ROSTER = peering.ROSTER.replace(",hydrogen\n", f",hydrogen;{PLANT}\n").replace("MedValley", PLANT)


async def everybody_is_named_so(stage: Stage) -> None:
    """People, their clusters and their expertise, and a channel of questions."""
    await open_questions_channel(stage)
    await peering.six(stage, roster=ROSTER)
    for user_id in ("UANN", "UCLEO", "UEVA"):
        stage.workspace.change_user(user_id, real_name=f"{PLANT} {user_id}")
    await stage.settle()


async def set_up(stage: Stage, plant: Planter) -> None:
    """The academy, an edition, a day and a homework, in forms."""
    ann = stage.person("UANN")
    await ann.command("/academy setup")
    await ann.press("modal", "setup_academy")
    await plant.submit(ann)
    await ann.press("modal", "setup_edition", value="cba-2")
    await ann.press("modal", "setup_edition_change")
    await plant.submit(ann)
    await ann.press("modal", "setup_day_new")
    await plant.submit(ann, setup_date="2023-09-22", setup_kind="in-person")
    await ann.press("modal", "setup_homework_new")
    await plant.submit(ann, key="planted", date="2023-06-20")
    await ann.close_modal(whole_stack=True)
    await stage.settle()


async def copy_the_edition(stage: Stage, plant: Planter) -> None:
    """Another edition, from the first."""
    ann = stage.person("UANN")
    await ann.command("/academy setup")
    await ann.press("modal", "setup_edition_copy")
    await plant.submit(ann, setup_key="cba-3", setup_date="2024-06-04")
    await ann.submit()
    await ann.close_modal(whole_stack=True)
    await stage.settle()


async def homework(stage: Stage, plant: Planter) -> None:
    """Handing in, more time, who handed in, and a changed homework."""
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    await ben.command("/homework submit planted")
    await plant.submit(ben)
    await stage.settle()
    await ann.command("/homework extend @cleo planted 2023-06-25")
    await plant.submit(ann)
    await ann.close_modal(whole_stack=True)
    await ann.command("/homework status planted")
    status = ann.direct()[-1]
    await ann.press(status, "homework_nudge")
    await ann.press(status, "homework_edit")
    await plant.submit(ann, date="2023-06-21")
    await ann.close_modal(whole_stack=True)
    await stage.settle()


async def people(stage: Stage, plant: Planter) -> None:
    """Profile, directory, roles."""
    eva, ben = stage.person("UEVA"), stage.person("UBEN")
    await eva.command("/academy profile")
    await plant.submit(eva, country="FI", languages="en")
    await eva.close_modal(whole_stack=True)
    for words in (PLANT, "hydrogen", "UEVA"):
        await ben.command(f"/directory {words}")
    await list_of_people(stage)
    ann = stage.person("UANN")
    await plant.submit(ann)
    await ann.submit({"words": "UEVA"})
    await ann.press("modal", "roles_one_UEVA")
    await plant.submit(ann, deed="coach")
    await ann.close_modal(whole_stack=True)
    await ann.command("/academy report")
    await ann.close_modal(whole_stack=True)
    await stage.settle()


async def questions(stage: Stage, plant: Planter) -> None:
    """Asked in a channel and by the form, answered, searched, put in order."""
    await name_questions_channels(stage, ASK)
    ben, eva, ann = stage.person("UBEN"), stage.person("UEVA"), stage.person("UANN")
    asked = await ben.say(ASK, f"{PLANT} @channel who <@U1> pays?", files=[(f"{PLANT[:20]}.txt", b"x")])
    await stage.settle()
    answered = await eva.say(ASK, f"{PLANT} @here do", thread_ts=asked)
    await stage.settle()
    await ben.react(ASK, answered, "white_check_mark")
    await ben.command("/ask")
    await plant.submit(ben)
    await stage.settle()
    await ben.command(f"/ask {PLANT} who pays, is the question?")
    await ben.command(f"/questions {PLANT}")
    await ann.command("/questions pays")
    await ann.press(ann.direct()[-1], "questions_manage", value="1")
    await ann.press("modal", "questions_retitle")
    await plant.submit(ann)
    await ann.press("modal", "questions_hide")
    await plant.submit(ann)
    await ann.press("modal", "questions_show_again")
    await ann.press("modal", "questions_merge")
    await ann.submit({"other": "2"})
    await ann.close_modal(whole_stack=True)
    await ann.command("/questions stats")
    await ann.press(ann.direct()[-1], "questions_audit")
    await ann.close_modal(whole_stack=True)
    await stage.settle()


async def feedback(stage: Stage, plant: Planter) -> None:
    """A round of reviews: drawn, given, read, thanked for."""
    ann = stage.person("UANN")
    await peering.hand_in(stage, *REVIEWING)
    await ann.command("/peers plan")
    await plant.submit(
        ann,
        kind="reviews",
        homework=peering.PLAN,
        date="2023-06-30",
        size="2",
        rubric=f"{PLANT}\nClear {PLANT}",
    )
    await ann.saw_modal("Draft of round")
    await ann.press("modal", "peers_publish")
    await ann.close_modal(whole_stack=True)
    await stage.settle()
    ben = stage.person("UBEN")
    await ben.command("/peers feedback")
    if (ben.modal or {}).get("callback_id") == "choose_peers_feedback":
        await first_of_each(ben)
    await plant.submit(ben)
    await ben.close_modal(whole_stack=True)
    await stage.settle()
    for user_id in REVIEWING:
        await stage.person(user_id).command("/peers")
    await ann.command("/peers status")


async def first_of_each(person: Person) -> None:
    """Choose the first option of the menu in front."""
    (block,) = [one for one in (person.modal or {})["blocks"] if one["type"] == "input"]
    element = block["element"]
    options = element.get("options") or element["option_groups"][0]["options"]
    assert await person.submit({block["block_id"]: options[0]["value"]}) == {}


async def announcement(stage: Stage, plant: Planter) -> None:
    """Written, previewed, sent, confirmed, written anew."""
    ann = stage.person("UANN")
    await ann.command("/announce")
    given: dict[str, Any] = {
        "announce_where": ["message"],
        "announce_roles": ["participant", "coach"],
        "announce_options": ["confirm", "necessary"],
    }
    await plant.submit(ann, **given)
    await ann.press("modal", "announce_test")
    assert await ann.submit() == {}
    await ann.close_modal(whole_stack=True)
    await stage.at("2023-06-12 08:30")
    await stage.settle()
    await announcing.open_detail(stage)
    await ann.press("modal", "announce_rewrite")
    await plant.submit(ann, announce_text=rich(f"Anew: {PLANT}"))
    await ann.close_modal(whole_stack=True)
    await stage.settle()


async def words_of_commands(stage: Stage) -> None:
    """What no command knows is repeated to who typed it."""
    for user_id in ("UBEN", "UANN"):
        person = stage.person(user_id)
        for name in ("academy", "homework", "questions", "peers", "directory", "announce"):
            await person.command(f"/{name} {PLANT}")
            await person.command(f"/{name} @channel <!here>")
        for name in (
            "homework submit",
            "homework status",
            "homework extend",
            "peers status",
            "academy privacy",
        ):
            await person.command(f"/{name} {PLANT}")
            if person.modal is not None:
                await person.close_modal(whole_stack=True)


@pytest.mark.parametrize(
    ("sent", "is_live"),
    [
        ({"text": f"Hello {PLANT}"}, True),
        ({"text": "Hello &lt;!channel&gt;"}, False),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U1>"}}]}, True),
        (
            {
                "blocks": json.dumps(
                    [{"type": "context", "elements": [{"type": "mrkdwn", "text": "<!here>"}]}]
                )
            },
            True,
        ),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": PLANT}}]}, False),
        ({"view": {"type": "modal", "private_metadata": PLANT, "blocks": []}}, False),
        ({"blocks": [{"type": "rich_text", "elements": [rich(PLANT)]}]}, True),
        ({"channel": "C1", "initial_comment": "<https://x|y>"}, True),
    ],
)
def test_what_is_live_is_found(sent: dict[str, Any], is_live: bool) -> None:
    assert (list(marks(sent)) != []) is is_live


async def test_what_people_type_never_comes_out_live(stage: Stage) -> None:
    plant = Planter()
    await everybody_is_named_so(stage)
    await set_up(stage, plant)
    await homework(stage, plant)
    await people(stage, plant)
    await questions(stage, plant)
    await feedback(stage, plant)
    await announcement(stage, plant)
    await words_of_commands(stage)
    await copy_the_edition(stage, plant)
    for user_id in ("UANN", "UADA", "UBEN", "UCLEO", "UEVA", "UFAY"):
        await stage.person(user_id).open_home()
    await stage.at("2023-06-19 12:00")
    await stage.at("2023-07-03 12:00")

    assert live(stage) == []
    # It did come out, as it was typed: the escapes are in what was sent.
    assert sum("&lt;!channel&gt;" in one for one in said(stage)) > 50
    shown = text_fields(stage)
    assert shown - plant.planted - REFUSES == set()
    assert (ORGANISERS_SUBMIT | EVERYBODY_SUBMITS) - {form for form, _ in shown} == WITHOUT_TEXT

"""Announcements through the whole bot: written, looked at, sent, confirmed, changed, taken back."""

from tests.scenarios.announcing import compose, got
from tests.scenarios.stage import Stage, everything


async def test_an_announcement_reaches_its_audience_and_its_sender_sees_how_far_it_is(stage: Stage) -> None:
    ann, faults = await compose(stage)
    preview = await ann.saw_modal("Preview")

    assert faults == {}
    shown = everything(preview)
    assert "We meet at 09:00 at Environment Park." in str(preview["blocks"])
    assert "3 direct messages" in shown
    assert "*By role:* 3 participants" in shown
    assert "*By country:* Finland 1, Italy 1, Portugal 1" in shown
    assert preview["submit"]["text"] == "Send to 3"
    assert await ann.submit() == {}
    await stage.settle()
    await stage.settle()

    assert {user_id: got(stage, user_id) for user_id in ("UBEN", "UCLEO", "UDINA", "UEVA", "UFAY")} == {
        "UBEN": ["Day 3 in Torino"],
        "UCLEO": ["Day 3 in Torino"],
        "UDINA": ["Day 3 in Torino"],
        "UEVA": [],
        "UFAY": [],
    }
    told = ann.direct()[-1]
    assert told["text"] == "✅ Sent: “Day 3 in Torino”, 3 of 3"

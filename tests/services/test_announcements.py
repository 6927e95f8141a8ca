"""What an organiser's form may hold, before anything is kept."""

from dataclasses import replace

import pytest

from bot.domain.announcements import AttachedFile, Written
from bot.domain.audiences import Audience
from bot.domain.ids import ChannelId, UserId
from bot.domain.refusals import Refused
from bot.domain.rich_text import paragraphs
from bot.services.announcements.checking import check

MANY = tuple(UserId(f"U{number:03d}") for number in range(101))
FILES = tuple(
    AttachedFile(id=f"F{number}", name="n" * 200, permalink="https://x/" + "p" * 300) for number in range(10)
)
GOOD = Written(title="News", body=paragraphs("Come."), audience=Audience(roles=("participant",)))


@pytest.mark.parametrize(
    ("written", "field", "sentence"),
    [
        (
            replace(GOOD, audience=Audience(people=MANY)),
            "announce_people",
            "You chose 101 here; at most 100 can be chosen. Narrow it down another way, such as by role or "
            "edition.",
        ),
        (
            replace(GOOD, channels=tuple(ChannelId(f"C{number}") for number in range(21))),
            "announce_channels",
            "Choose at most 20 channels.",
        ),
        (
            replace(GOOD, body=paragraphs("a" * 9_900), files=FILES),
            "announce_text",
            "With its files and notes it has 14,072 characters, and a message in Slack holds 13,000. Shorten "
            "the text by 1,072.",
        ),
        (replace(GOOD, title="t" * 151), "announce_title", "The title has 151 characters; keep it to 150."),
        (replace(GOOD, files=FILES + FILES), "announce_files", "At most 10 files can go with it."),
        (
            replace(GOOD, audience=Audience(people=MANY[:1], minus=MANY[:1])),
            "announce_roles",
            "Nobody would get it: choose a role, an edition or something else below, or name people.",
        ),
    ],
)
def test_what_slack_would_not_take_is_refused_with_its_size(
    written: Written, field: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(written)

    assert (refused.value.block_id, str(refused.value)) == (field, sentence)

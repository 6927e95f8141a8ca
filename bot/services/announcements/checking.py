"""What an announcement must be to be kept: rules of the form, and what Slack would not take."""

from bot.domain import rich_text
from bot.domain.announcements import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_FILES,
    Written,
)
from bot.domain.refusals import Refused
from bot.views import announce, kit, words

MOST_CHOSEN = 100
"""Slack's forms show no more chosen values than that in one field."""
MOST_CHANNELS = 20
_FIELDS = {
    "countries": "announce_countries",
    "sectors": "announce_sectors",
    "clusters": "announce_clusters",
    "people": "announce_people",
    "minus": "announce_minus",
}


def check(written: Written) -> None:
    """Raise Refused, for the form's field, for what Slack would not take and for what is not finished."""
    check_text(written.title, written.body)
    if len(written.files) > MOST_FILES:
        raise Refused(f"At most {MOST_FILES} files can go with it.", block_id="announce_files")
    if not written.channels and not written.by_message:
        raise Refused("Choose where it goes: a channel, direct messages, or both.", block_id="announce_where")
    is_for_people = written.by_message or written.asks_confirmation
    if is_for_people and written.audience.is_empty:
        raise Refused(
            "Nobody would get it: choose a role, an edition or something else below, or name people.",
            block_id="announce_roles",
        )
    for name, block_id in _FIELDS.items():
        if (count := len(getattr(written.audience, name))) > MOST_CHOSEN:
            raise Refused(
                f"You chose {count} here; at most {MOST_CHOSEN} can be chosen. Narrow it down another way, "
                "such as by role or edition.",
                block_id=block_id,
            )
    if len(written.channels) > MOST_CHANNELS:
        raise Refused(f"Choose at most {MOST_CHANNELS} channels.", block_id="announce_channels")
    if written.is_necessary and words.is_blank(written.why_necessary):
        raise Refused(
            "Write why everybody needs it: those who chose fewer messages are told.", block_id="announce_why"
        )
    check_size(written)


def check_size(written: Written) -> None:
    """Raise Refused where it is more than a message in Slack holds."""
    size = kit.characters(announce.message(written, number=0)["blocks"])
    if size > kit.MESSAGE_CHARACTERS:
        raise Refused(
            f"With its files and notes it has {size:,} characters, and a message in Slack holds "
            f"{kit.MESSAGE_CHARACTERS:,}. Shorten the text by {size - kit.MESSAGE_CHARACTERS:,}.",
            block_id="announce_text",
        )


def check_text(title: str, body: rich_text.RichText) -> None:
    """Raise Refused for a title or a text that cannot go."""
    if words.is_blank(title):
        raise Refused("Give it a title.", block_id="announce_title")
    if len(title) > LONGEST_TITLE:
        raise Refused(
            f"The title has {len(title)} characters; keep it to {LONGEST_TITLE}.", block_id="announce_title"
        )
    if rich_text.is_blank(body):
        raise Refused("Write the text.", block_id="announce_text")
    length = rich_text.length(body)
    if length > LONGEST_TEXT:
        raise Refused(
            f"The text has {length:,} characters, and a message in Slack holds {LONGEST_TEXT:,}. "
            "Shorten it, or put the rest into a file.",
            block_id="announce_text",
        )

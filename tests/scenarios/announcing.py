"""What organisers do with announcements, and what people got of them."""

from typing import Any

from sandbox.person import Person
from tests.scenarios.stage import EDITION, Stage

NEWS = "CNEWS"
HELLO: dict[str, Any] = {
    "announce_title": "Day 3 in Torino",
    "announce_text": "We meet at 09:00 at Environment Park.",
    "announce_where": ["message"],
    "announce_roles": ["participant"],
}
"""What makes a whole announcement to the three participants."""


EDITION_WITH_NEWS = EDITION.replace(
    'organisers = ["UANN"]', 'organisers = ["UANN", "UFAY"]\nannouncements = "CNEWS"'
)
"""With an announcements channel and a second organiser."""


async def open_news(stage: Stage, *, second_approval: bool = False) -> None:
    """Give the academy an announcements channel that everybody is in, and a second organiser: UFAY."""
    members = [*stage.workspace.users]
    stage.workspace.add_channel("news", members=members, channel_id=NEWS)
    edition = EDITION_WITH_NEWS
    if second_approval:
        edition = edition.replace("announcements =", "second_approval = true\nannouncements =")
    await stage.import_files(("cba-2.toml", edition))
    await stage.settle()


async def compose(stage: Stage, *, by: str = "UANN", **fields: Any) -> tuple[Person, dict[str, str]]:
    """Write an announcement, down to its preview; returns the organiser and the faults that they saw."""
    person = stage.person(by)
    await person.command("/announce")
    await person.saw_modal("Announcement")
    return person, await person.submit(HELLO | fields)


async def send(stage: Stage, *, by: str = "UANN", **fields: Any) -> Person:
    """Write an announcement and send it off; returns the organiser. Nothing is delivered yet."""
    person, faults = await compose(stage, by=by, **fields)
    assert faults == {}
    await person.saw_modal("Preview")
    assert await person.submit() == {}
    return person


def got(stage: Stage, user_id: str) -> list[str]:
    """The titles of the announcements that somebody has by direct message."""
    return [
        message["blocks"][0]["text"]["text"]
        for message in stage.person(user_id).direct()
        if is_announcement(message)
    ]


def is_announcement(message: dict[str, Any]) -> bool:
    """Whether a message is an announcement, and no message about one."""
    return [block["type"] for block in message.get("blocks") or ()][:2] == ["header", "rich_text"]


def announcement(stage: Stage, user_id: str) -> dict[str, Any]:
    """The newest announcement that somebody has by direct message."""
    return [message for message in stage.person(user_id).direct() if is_announcement(message)][-1]


def in_news(stage: Stage) -> list[dict[str, Any]]:
    """The announcements in the announcements channel."""
    return [message for message in stage.person("UANN").messages(NEWS) if is_announcement(message)]


async def open_detail(stage: Stage, *, by: str = "UANN") -> Person:
    """Open the newest announcement's report from the list."""
    person = stage.person(by)
    await person.command("/announce list")
    view = await person.saw_modal("Announcements")
    newest = [block for block in view["blocks"] if "accessory" in block][-1]
    await person.press("modal", "announce_open", value=newest["accessory"]["value"])
    return person

"""The organisers' part of the Home tab: the ways to their pages, and what waits for a decision."""

from collections.abc import Sequence

from bot.domain.homework import Homework
from bot.domain.values import dataclass
from bot.views import alumni, announce_preview, announce_report, kit, setup, words
from bot.views.homework_desk import STATUS

REPORT = "home_report"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Something that waits for an organiser, and the button for it."""

    said: str
    """Escaped."""
    label: str
    action_id: str
    value: str


def set_up(missing: int, *, is_begun: bool) -> Decision:
    """The setup, as long as something is missing."""
    things = "One thing is" if missing == 1 else f"{missing} things are"
    said = f"*{things} still missing* before the academy can begin."
    label = "Go on setting up" if is_begun else "Set up the academy"
    return Decision(said=said, label=label, action_id=setup.OPEN, value="home")


def announcement(announcement_id: int, title: str, *, is_paused: bool) -> Decision:
    """An announcement that waits for a second organiser, or stands still."""
    what = "is paused half-way" if is_paused else "waits for a second organiser"
    said = f"*{words.excerpt(title, 200)}*: the announcement {what}."
    return Decision(said=said, label="Open", action_id=announce_preview.OPEN, value=str(announcement_id))


def graduation(edition_key: str, name: str) -> Decision:
    """The list of those who may become alumni."""
    said = f"*{words.excerpt(name, 200)}* is over. Who has become an alumna or alumnus?"
    return Decision(said=said, label="Confirm the list", action_id=alumni.CHOOSE, value=edition_key)


def missing(homework: Homework, count: int) -> Decision:
    """Homework that is past its deadline and that some have not handed in."""
    people = words.plural(count, "participant has", "participants have")
    said = f"*{words.excerpt(homework.title, 200)}*: {people} not handed it in."
    return Decision(said=said, label="Status", action_id=STATUS, value=homework.id)


def ways() -> list[kit.Block]:
    """The buttons to the organisers' pages."""
    return [
        kit.actions(
            kit.button("Write an announcement", announce_report.NEW, "home"),
            kit.button("People and roles", setup.PEOPLE, "home"),
            kit.button("Report", REPORT, "home"),
            kit.button("Set up", setup.OPEN, "ways"),
        )
    ]


def waiting(decisions: Sequence[Decision]) -> list[kit.Block]:
    """What waits for an organiser."""
    blocks: list[kit.Block] = [kit.divider(), kit.header("For organisers: what needs a decision")]
    blocks += [
        kit.section(one.said, accessory=kit.button(one.label, one.action_id, one.value)) for one in decisions
    ]
    if not decisions:
        blocks.append(kit.section("Nothing waits for you."))
    return blocks

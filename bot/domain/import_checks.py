"""What is wrong with edition files beside the workspace, each other, and what was handed in already."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from bot.domain.edition_file import EditionFile
from bot.domain.faults import Fault
from bot.domain.homework import Homework
from bot.domain.ids import HomeworkId
from bot.domain.members import Member
from bot.domain.toml_lines import Path
from bot.domain.workspace import Channel, UserGroup


def check_workspace(
    read: EditionFile, *, people: Iterable[Member], groups: Iterable[UserGroup], channels: Iterable[Channel]
) -> tuple[list[Fault], list[str]]:
    """The faults of the ids that a file names, and a line for each that is only doubtful."""
    faults: list[Fault] = []
    warnings: list[str] = []
    persons = {str(person.user_id): person for person in people}
    organisers: Path = ("academy", "organisers")
    group_ids = {group.id for group in groups}
    for named in read.academy.organisers if read.academy else ():
        if named.startswith("S"):
            if named not in group_ids:
                problem = f"there is no user group {named}"
                faults.append(read.fault(organisers, problem, "look up its id in Slack, or take it away"))
        elif named not in persons:
            problem = f"nobody in the workspace has the id {named}"
            faults.append(read.fault(organisers, problem, "look up the id in the person's profile in Slack"))
        elif persons[named].is_bot:
            problem = f"{named} ({persons[named].name}) is an app"
            faults.append(read.fault(organisers, problem, "name a person or a user group"))
        elif persons[named].is_deactivated:
            warnings.append(f"warning: organiser {named} ({persons[named].name}) is deactivated in Slack")
    seen = {str(channel.id): channel for channel in channels}
    for path, channel_id in _channels(read):
        channel = seen.get(channel_id)
        if channel is None:
            problem = f"there is no channel {channel_id}, or it is private and the bot is not in it"
            faults.append(read.fault(path, problem, "look up its id in Slack, or invite the bot to it"))
        elif channel.is_archived:
            problem = f"#{channel.name} ({channel_id}) is archived"
            faults.append(read.fault(path, problem, "name another channel, or bring it back"))
        elif not channel.is_member:
            warnings.append(f"warning: the bot is not in #{channel.name} ({channel_id}): invite it there")
    return faults, list(dict.fromkeys(warnings))


def check_together(files: Sequence[EditionFile]) -> list[Fault]:
    """The faults of files that do not fit each other: one edition twice, or two different academies."""
    faults: list[Fault] = []
    keys = Counter(read.edition.key for read in files)
    first = next((read for read in files if read.academy is not None), None)
    for read in files:
        if keys[read.edition.key] > 1:
            problem = f"{read.edition.key} is the key of {keys[read.edition.key]} of these files"
            faults.append(read.fault(("edition", "key"), problem, "import one of them"))
        if first is not None and read.academy is not None and read.academy != first.academy:
            problem = f"the academy is not the same as in {first.file}"
            faults.append(read.fault(("academy",), problem, "let [academy] stand in one of the files"))
    return faults


def check_removal(
    read: EditionFile,
    *,
    known: Iterable[Homework],
    of_file: Collection[HomeworkId],
    handed_in: Counter[HomeworkId],
) -> tuple[list[Homework], list[Fault]]:
    """The homework that a file no longer names and nobody handed in; a fault for each that somebody did.

    of_file: what the file named before: homework made in Slack is not touched.
    handed_in: how many people handed in each.
    """
    gone = [piece for piece in known if piece.id in of_file and piece.id not in read.named]
    faults = [
        read.fault(
            ("homework",),
            f'"{piece.key}" is no longer here, and {_people(handed_in[piece.id])} handed it in',
            "put it back into the file",
        )
        for piece in gone
        if handed_in[piece.id]
    ]
    return [piece for piece in gone if not handed_in[piece.id]], faults


def _channels(read: EditionFile) -> list[tuple[Path, str]]:
    named: list[tuple[Path, str]] = []
    if read.academy is not None:
        named += [(("academy", "questions"), one) for one in read.academy.question_channels]
        if read.academy.announcements_channel:
            named.append((("academy", "announcements"), read.academy.announcements_channel))
    if read.edition.channel_id:
        named.append((("edition", "channel"), read.edition.channel_id))
    return named


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"

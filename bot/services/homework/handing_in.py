"""What participants do with homework: see it, hand it in; and the messages that they get about it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.domain import calendar
from bot.domain.editions import Edition
from bot.domain.homework import HandedInFile, Homework, Submission
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.members import Member, Role
from bot.domain.refusals import Refused
from bot.domain.standing import Standing, State, standing
from bot.domain.values import dataclass
from bot.services import reminders
from bot.views import words
from storage import editions, homework, members, outbox
from storage import reminders as stored_reminders
from storage.db import Database, Delivery, Work

CHANGED = "homework.changed"
OPENED = "homework.opened"
RECEIPT = "homework.receipt"
HOME = "home"
MOST_FILES = 10
LONGEST_LINK = 3000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A homework as one participant sees it."""

    standing: Standing
    edition_name: str
    reader_zone: str
    """IANA zone: the participant's own, or the edition's where Slack knows none."""
    is_stopped: bool
    """Whether this person asked for no more reminders of it."""

    @property
    def homework(self) -> Homework:
        """The homework itself."""
        return self.standing.homework

    @property
    def id(self) -> HomeworkId:
        """The homework's id."""
        return self.standing.homework.id


async def homework_of(
    db: Database, *, team_id: TeamId, user_ids: Collection[UserId], now: datetime
) -> dict[UserId, list[Piece]]:
    """For each person every homework of the editions that they participate in, by due date."""
    async with db.reading() as work:
        return await pieces_of(work, team_id=team_id, user_ids=user_ids, now=now)


async def homework_to_hand_in(
    db: Database, *, team_id: TeamId, user_id: UserId, key: str = "", now: datetime
) -> list[Piece]:
    """What a person means who wants to hand in: one piece, or those to choose from.

    key: a homework's key or id as it was typed; empty for whatever can be handed in or changed now.
    With a key the piece is returned as well where its date is over, so that it can be looked at.
    Raises Refused where there is none, it is not open yet, or the person is not enrolled.
    """
    async with db.reading() as work:
        mine = await pieces(work, team_id=team_id, user_id=user_id, now=now)
        if key:
            return [await _meant(work, mine, team_id=team_id, key=key)]
        await _edition_of(work, team_id=team_id, user_id=user_id)
    ready = [piece for piece in mine if piece.standing.may_hand_in]
    if not ready:
        ahead = [piece for piece in mine if piece.standing.state is State.NOT_OPEN]
        if ahead:
            raise Refused(f"Nothing can be handed in yet: {_opens(ahead[0])}.")
        raise Refused("There is no homework for you to hand in now.")
    return ready


async def hand_in(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    homework_id: HomeworkId,
    text: str,
    link: str,
    files: Sequence[HandedInFile],
    kept: Collection[str] = (),
    now: datetime,
    once: Delivery | None = None,
) -> Submission:
    """Keep a version of what a person hands in, and queue the receipt.

    text, link, files: whole, as given. kept: ids of the last version's files that this one has as well.
    One of all these is needed. A first version is taken after the due instant too, and marked late; one
    that was in time can be changed until the due instant.
    Raises Refused, with the field's block id (`text`, `link`, `files`) where it belongs to one.
    """
    async with db.writing(once) as work:
        await homework.lock(work, team_id=team_id, homework_id=homework_id)
        mine = await pieces(work, team_id=team_id, user_id=user_id, now=now)
        piece = await _meant(work, mine, team_id=team_id, key=homework_id)
        if not piece.standing.may_hand_in:
            raise Refused(_too_late_to_change(piece))
        before = piece.standing.handed_in
        earlier = [file for file in before.files if file.id in kept] if before else []
        all_files = tuple({file.id: file for file in (*earlier, *files)}.values())
        _check_content(text, link, all_files)
        version = Submission(
            team_id=team_id,
            homework_id=piece.id,
            user_id=user_id,
            version=before.version + 1 if before else 1,
            text=text,
            link=link.strip(),
            files=all_files,
            submitted_at=now,
            late_by_s=calendar.late_by_s(now, piece.standing.due, piece.homework.zone),
        )
        await homework.add_submission(work, version)
        await reminders.received(work, team_id=team_id, homework_id=piece.id, user_id=user_id, now=now)
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"receipt:{piece.id}:{user_id}:v{version.version}",
            recipient=user_id,
            kind=RECEIPT,
            body={"homework_id": piece.id, "version": version.version},
            now=now,
        )
        await refresh_home(
            work, team_id=team_id, user_id=user_id, why=f"{piece.id}:v{version.version}", now=now
        )
    return version


async def refresh_home(work: Work, *, team_id: TeamId, user_id: UserId, why: str, now: datetime) -> None:
    """Have a person's Home tab shown anew. why: what changed; the same a second time does nothing."""
    await outbox.enqueue(
        work,
        team_id=team_id,
        key=f"home:{user_id}:{why}",
        recipient=user_id,
        kind=HOME,
        body={},
        now=now,
    )


async def announce_change(work: Work, *, homework: Homework, before: Homework, now: datetime) -> None:
    """Tell each participant of the edition, once, that a homework's date or brief changed.

    homework, before: as it is now and as it was; nothing is queued where people would see no difference.
    A change that is still unsent is replaced by this one, which then tells of both.
    """
    if seen(homework) == seen(before):
        return
    team_id = homework.team_id
    for person in await participants(work, team_id=team_id, edition_key=homework.edition_key):
        known = seen(before)
        for row in await outbox.rows(work, team_id=team_id, states={"queued"}, recipient=person.user_id):
            if row.kind == CHANGED and row.body["homework_id"] == homework.id:
                known = row.body["before"]
                await outbox.change(work, row, state="dropped", reason="a newer change tells of it")
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"changed:{homework.id}:{person.user_id}:r{homework.revision}",
            recipient=person.user_id,
            kind=CHANGED,
            body={"homework_id": homework.id, "before": known},
            now=now,
        )


async def announce_opening(work: Work, *, homework: Homework, now: datetime) -> None:
    """Tell the edition's channel when a homework opens, or now where it is open; the same opening once."""
    edition = await editions.edition(work, team_id=homework.team_id, edition_key=homework.edition_key)
    opens_at = calendar.instant(homework.opens, homework.zone)
    if edition is None or edition.channel_id is None:
        return
    await outbox.enqueue(
        work,
        team_id=homework.team_id,
        key=f"opened:{homework.id}:{homework.opens.isoformat()}",
        recipient=edition.channel_id,
        kind=OPENED,
        body={"homework_id": homework.id, "opens": homework.opens.isoformat()},
        now=now,
        due_at=max(opens_at, now),
    )


def seen(homework: Homework) -> dict[str, str]:
    """What participants see of a homework, as JSON keeps it."""
    return {
        "title": homework.title,
        "brief": homework.brief,
        "opens": homework.opens.isoformat(),
        "due": homework.due.isoformat(),
        "zone": homework.zone,
    }


async def participants(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> list[Member]:
    """The active participants of an edition, by name."""
    enrolled = await members.enrolments(work, team_id=team_id, edition_key=edition_key, role=Role.PARTICIPANT)
    people = await members.members(work, team_id=team_id, user_ids=[one.user_id for one in enrolled])
    active = [person for person in people if not person.is_deactivated]
    return sorted(active, key=lambda person: (person.name.casefold(), person.user_id))


async def pieces(
    work: Work, *, team_id: TeamId, user_id: UserId, now: datetime, edition_key: EditionKey | None = None
) -> list[Piece]:
    """A participant's homework in an open transaction; see `homework_of`. Of one edition, if it is named."""
    found = await pieces_of(work, team_id=team_id, user_ids=[user_id], now=now)
    return [one for one in found[user_id] if edition_key in (None, one.homework.edition_key)]


async def pieces_of(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId], now: datetime
) -> dict[UserId, list[Piece]]:
    """The same for some people: for each their homework, and nothing for who is no active participant."""
    they: dict[str, Any] = {"team_id": team_id, "user_ids": set(user_ids)}
    people = await members.members_of_ids(work, **they)
    enrolled = await members.enrolments_of(work, **they, role=Role.PARTICIPANT)
    extensions = await homework.extensions_of(work, **they)
    versions = await homework.latest_submissions_of(work, **they)
    stopped = await stored_reminders.stops_of(work, **they)
    names = {one.key: one.name for one in await editions.editions(work, team_id=team_id)}
    all_homework = await homework.homeworks(work, team_id=team_id)

    def of(person: Member) -> list[Piece]:
        found = [
            Piece(
                standing=standing(
                    one,
                    extension=extensions.get((person.user_id, one.id)),
                    handed_in=versions.get((person.user_id, one.id)),
                    now=now,
                ),
                edition_name=names[one.edition_key],
                reader_zone=calendar.zone_or(person.tz, one.zone),
                is_stopped=(one.id, person.user_id) in stopped,
            )
            for one in all_homework
            if one.edition_key in enrolled.get(person.user_id, ())
        ]
        return sorted(found, key=lambda piece: (piece.standing.due_at, piece.id))

    found = {user_id: people.get(user_id) for user_id in user_ids}
    return {
        user_id: [] if person is None or person.is_deactivated else of(person)
        for user_id, person in found.items()
    }


async def _edition_of(work: Work, *, team_id: TeamId, user_id: UserId) -> Edition:
    enrolled = await members.enrolments(work, team_id=team_id, user_id=user_id, role=Role.PARTICIPANT)
    keys = {one.edition_key for one in enrolled}
    for edition in await editions.editions(work, team_id=team_id):
        if edition.key in keys:
            return edition
    raise Refused("You are not enrolled in an edition of the academy, so there is no homework for you.")


async def _meant(work: Work, mine: Sequence[Piece], *, team_id: TeamId, key: str) -> Piece:
    # Of several editions with a homework of that key, the person's most recent one is meant.
    found = [
        piece for piece in mine if key.casefold() in (piece.id.casefold(), piece.homework.key.casefold())
    ]
    if found:
        piece = found[-1]
        if piece.standing.state is State.NOT_OPEN:
            raise Refused(f"This homework is not open yet: {_opens(piece)}.")
        return piece
    everyones = await homework.homeworks(work, team_id=team_id)
    for one in everyones:
        if key.casefold() in (one.id.casefold(), one.key.casefold()):
            raise Refused(f"“{one.title}” is homework of an edition that you are not enrolled in.")
    near = words.nearest(key, [piece.homework.key for piece in mine])
    meant = f" Did you mean “{near}”?" if near else ""
    raise Refused(f"There is no homework called “{words.short(key, 100)}”.{meant}")


def _opens(piece: Piece) -> str:
    opens = words.when(piece.standing.opens_at, piece.homework.zone, piece.reader_zone)
    return f"“{piece.homework.title}” opens on {opens}"


def _too_late_to_change(piece: Piece) -> str:
    due = words.when(piece.standing.due_at, piece.homework.zone, piece.reader_zone)
    return (
        f"“{piece.homework.title}” was due {due}: you handed it in on time, and it can no longer be changed. "
        "If it must be, ask an organiser for an extension."
    )


def _check_content(text: str, link: str, files: Sequence[HandedInFile]) -> None:
    if words.is_blank(text) and not link.strip() and not files:
        raise Refused("Nothing is handed in yet: write a text, give a link, or add a file.", block_id="text")
    if link.strip() and not _is_web_address(link.strip()):
        raise Refused(
            "This is not a web address: give the whole link, beginning with https:// or http://.",
            block_id="link",
        )
    if len(link) > LONGEST_LINK:
        raise Refused(f"This link is longer than {LONGEST_LINK:,} characters.", block_id="link")
    if len(files) > MOST_FILES:
        raise Refused(
            f"At most {MOST_FILES} files can be handed in, those kept from before included.", block_id="files"
        )


def _is_web_address(link: str) -> bool:
    if any(character.isspace() or not character.isprintable() for character in link):
        return False
    try:
        parsed = urlsplit(link)
        return parsed.scheme in ("http", "https") and bool(parsed.hostname)
    except ValueError:
        return False

"""After an announcement went off: changed or taken back everywhere, confirmed, reminded, reported."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar, rich_text
from bot.domain.announcements import RECALL, REMIND, Announcement, AnnouncementState, Receipt, may_reach_at
from bot.domain.audiences import Out
from bot.domain.ids import TeamId, UserId
from bot.domain.refusals import Refused
from bot.domain.rich_text import RichText
from bot.domain.values import dataclass
from bot.services.announcements import checking, kinds, sending, writing
from storage import announcement_recipients, announcements, editions, members, outbox
from storage.announcement_recipients import Delivered, Progress
from storage.db import Database, Delivery, Work

_IN_FLIGHT_FOR = timedelta(seconds=60)
"""By then it is known what became of a message that was on its way."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of an announcement."""

    announcement: Announcement
    receipts: tuple[Receipt, ...]
    progress: Progress | None
    """Of what is being done with it now."""
    changes: tuple[Receipt, ...]
    """Where the last change or recall could not be made, and why."""
    writer: str
    sender: str
    approver: str
    reader_zone: str

    def count(self, outcome: str) -> int:
        """How many receipts have an outcome."""
        return sum(one.outcome == outcome for one in self.receipts)

    @property
    def asked(self) -> int:
        """How many people were asked to confirm."""
        return sum(_is_asked(one) for one in self.receipts)

    @property
    def confirmed(self) -> int:
        """How many have."""
        return sum(one.confirmed_at is not None for one in self.receipts)


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """Somebody's confirmation."""

    announcement: Announcement
    at: datetime
    """Of the first time, where it is not the first."""
    is_own_message: bool
    """Whether they gave it in their own message of the announcement."""
    is_unsettled: bool
    """Whether nobody knows yet whether that message was posted: it is changed once that is known."""


async def report(db: Database, *, team_id: TeamId, user_id: UserId, announcement_id: int) -> Report:
    """What became of it, by person. user_id: who reads it. Raises Refused where it is gone."""
    async with db.reading() as work:
        return await report_in(work, team_id=team_id, user_id=user_id, announcement_id=announcement_id)


async def report_in(work: Work, *, team_id: TeamId, user_id: UserId, announcement_id: int) -> Report:
    """As `report`, in an open transaction."""
    found = await writing.existing(work, team_id=team_id, announcement_id=announcement_id)
    delivered = await announcement_recipients.delivered(
        work, team_id=team_id, announcement_id=announcement_id
    )
    ids = [UserId(one.recipient.recipient) for one in delivered]
    people = {str(one.user_id): one for one in await members.members(work, team_id=team_id, user_ids=ids)}
    names = {one: person.name for one, person in people.items()}
    receipts = [_receipt(found, one, names) for one in delivered]
    stands = None
    if found.task:
        stands = await announcement_recipients.progress(
            work, team_id=team_id, announcement_id=announcement_id, task=found.task
        )
    last = RECALL if found.state is AnnouncementState.RECALLED else f"edit:{found.version}"
    failed = await announcement_recipients.failed(
        work, team_id=team_id, announcement_id=announcement_id, task=last
    )
    academy = await editions.academy(work, team_id=team_id)
    reader = await members.member(work, team_id=team_id, user_id=user_id)
    zone = academy.timezone if academy else "UTC"
    return Report(
        announcement=found,
        receipts=tuple(receipts),
        progress=stands,
        changes=tuple(
            Receipt(recipient=name, name=names.get(name, name), outcome="failed", reason=reason)
            for name, reason in failed
        ),
        writer=await writing.name_of(work, team_id, found.written_by),
        sender=await writing.name_of(work, team_id, found.sent_off_by) if found.sent_off_by else "",
        approver=await writing.name_of(work, team_id, found.approved_by) if found.approved_by else "",
        reader_zone=calendar.zone_or(reader.tz if reader else "", zone),
    )


async def listed(db: Database, *, team_id: TeamId, limit: int = 40) -> list[Announcement]:
    """The newest announcements, in any state but cancelled."""
    async with db.reading() as work:
        states = set(AnnouncementState) - {AnnouncementState.CANCELLED}
        return await announcements.announcements(work, team_id=team_id, states=states, limit=limit)


async def change_everywhere(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    version: int,
    title: str,
    body: RichText,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Change title and text in every message that was sent.

    version: the one that was shown. Raises Refused where somebody else changed it since, where it is on its
    way still, where it was taken back, and for a text that cannot go.
    """
    body = rich_text.harmless(body)
    checking.check_text(title, body)
    async with db.writing(once) as work:
        found = await _at_rest(work, team_id=team_id, announcement_id=announcement_id)
        if found.version != version:
            writer = await writing.name_of(work, team_id, found.written_by)
            raise Refused(
                f"{writer} changed this announcement while you wrote. Copy your text, close this, and open "
                "it again to see what it says now.",
                block_id="announce_text",
            )
        changed = replace(
            found, title=title, body=body, version=version + 1, written_by=user_id, written_at=now
        )
        checking.check_size(changed)
        await announcements.put(work, changed, version=version)
        await sending.log(work, changed, "changed", by=user_id, now=now)
        due = {one.recipient.recipient: now for one in await _posted(work, changed)}
        return await sending.begin(work, changed, f"edit:{changed.version}", due=due, now=now)


async def recall(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Take it back everywhere; what has not gone out yet is stopped first.

    Raises Refused where it cannot be, or was taken back already.
    """
    async with db.writing(once) as work:
        await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
        found = await writing.existing(work, team_id=team_id, announcement_id=announcement_id)
        if found.state in (AnnouncementState.SENDING, AnnouncementState.PAUSED):
            found = await sending.stopped(work, found, now=now)
        found = await _at_rest(work, team_id=team_id, announcement_id=announcement_id)
        due: dict[str, datetime] = {}
        for one in await announcement_recipients.delivered(
            work, team_id=team_id, announcement_id=announcement_id
        ):
            if one.ts is not None:
                due[one.recipient.recipient] = now
            elif one.state == "sending":
                due[one.recipient.recipient] = now + _IN_FLIGHT_FOR
        await announcements.note(
            work,
            team_id=team_id,
            announcement_id=announcement_id,
            state=AnnouncementState.RECALLED.value,
        )
        await sending.log(work, found, "recalled", by=user_id, now=now)
        await _take_back_reminders(work, found, now=now)
        recalled = replace(found, state=AnnouncementState.RECALLED)
        return await sending.begin(work, recalled, RECALL, due=due, now=now)


async def remind(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> int:
    """Remind those who were asked to confirm and have not, once; returns how many.

    Raises Refused where nothing was to be confirmed, where all have confirmed, and the second time.
    """
    async with db.writing(once) as work:
        found = await _at_rest(work, team_id=team_id, announcement_id=announcement_id)
        if not found.asks_confirmation:
            raise Refused("Nobody was asked to confirm this announcement.")
        if found.reminded_at is not None:
            raise Refused("They were reminded already, and are reminded once only.")
        zones = await _zones(work, team_id)
        due = {
            one.recipient.recipient: may_reach_at(
                now, zones.get(one.recipient.recipient, "UTC"), is_urgent=found.is_urgent
            )
            for one in await announcement_recipients.delivered(
                work, team_id=team_id, announcement_id=announcement_id
            )
            if _may_be_reminded(one)
        }
        if not due:
            raise Refused("Everybody who was asked has confirmed.")
        await sending.log(work, found, "reminded", by=user_id, now=now)
        await announcements.note(work, team_id=team_id, announcement_id=announcement_id, reminded_at=now)
        await sending.begin(work, replace(found, reminded_at=now), REMIND, due=due, now=now)
        return len(due)


async def confirm(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    message_ts: str | None,
    now: datetime,
    once: Delivery | None = None,
) -> Confirmed:
    """Somebody has got it; where they say so elsewhere than in their own message, that is changed too.

    message_ts: of the message that they answered in, if it was one.
    Raises Refused for who was not asked, and where there is nothing to confirm.
    """
    async with db.writing(once) as work:
        found = await announcements.announcement(work, team_id=team_id, announcement_id=announcement_id)
        if found is None or found.state is AnnouncementState.RECALLED:
            raise Refused("This announcement was taken back: there is nothing to confirm any more.")
        mine = await announcement_recipients.recipient(
            work, team_id=team_id, announcement_id=announcement_id, recipient=user_id
        )
        if mine is None or not found.asks_confirmation or (mine.left_out and not Out(mine.left_out).is_asked):
            raise Refused("You were not asked to confirm this one, so there is nothing that you need to do.")
        await announcement_recipients.confirm(
            work, team_id=team_id, announcement_id=announcement_id, user_id=user_id, at=now
        )
        key = announcement_recipients.key_of(announcement_id, user_id)
        posted = await outbox.row(work, team_id=team_id, key=key)
        is_own_message = posted is not None and posted.ts is not None and posted.ts == message_ts
        is_unsettled = posted is not None and posted.ts is None and posted.state == "sending"
        if is_unsettled or (posted is not None and posted.ts is not None and not is_own_message):
            await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"{key}:confirmed",
                recipient=user_id,
                kind=kinds.EDIT,
                body={"announcement_id": announcement_id},
                now=now,
            )
        return Confirmed(
            announcement=found,
            at=mine.confirmed_at or now,
            is_own_message=is_own_message,
            is_unsettled=is_unsettled,
        )


async def send_table(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Send the report by person to an organiser, as a table."""
    async with db.writing(once) as work:
        await writing.existing(work, team_id=team_id, announcement_id=announcement_id)
        name = f"announcement-{announcement_id}-{now:%Y%m%d-%H%M%S}.csv"
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"announce:{announcement_id}:table:{user_id}:{now:%Y%m%d%H%M%S}",
            recipient=user_id,
            kind=kinds.TABLE,
            body={"announcement_id": announcement_id, "files": [name]},
            now=now,
        )


async def _take_back_reminders(work: Work, found: Announcement, *, now: datetime) -> None:
    keys = await announcement_recipients.queued_keys(
        work, team_id=found.team_id, announcement_id=found.id, task=REMIND
    )
    await outbox.withdraw(work, team_id=found.team_id, keys=list(keys))
    reminders = {
        announcement_recipients.key_of(found.id, name, f"{REMIND}:{RECALL}"): name
        for name in await announcement_recipients.posted(
            work, team_id=found.team_id, announcement_id=found.id, task=REMIND
        )
    }
    await outbox.enqueue_all(
        work,
        team_id=found.team_id,
        recipients=reminders,
        kind=kinds.RECALL,
        body={"announcement_id": found.id, "task": f"{REMIND}:{RECALL}", "of": REMIND},
        now=now,
        is_bulk=True,
    )


async def _at_rest(work: Work, *, team_id: TeamId, announcement_id: int) -> Announcement:
    await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
    found = await writing.existing(work, team_id=team_id, announcement_id=announcement_id)
    if found.state is AnnouncementState.RECALLED:
        raise Refused("This announcement was taken back already.")
    if not found.state.is_out:
        raise Refused("It is not sent yet, or still on its way: wait until it is done, or stop it first.")
    if found.task:
        raise Refused("The last change to it is still on its way. Please try again when it is done.")
    return found


async def _posted(work: Work, found: Announcement) -> list[Delivered]:
    every = await announcement_recipients.delivered(work, team_id=found.team_id, announcement_id=found.id)
    return [one for one in every if one.ts is not None]


async def _zones(work: Work, team_id: TeamId) -> dict[str, str]:
    otherwise = await editions.academy_zone(work, team_id=team_id)
    return {
        one.user_id: calendar.zone_or(one.tz, otherwise)
        for one in await members.members(work, team_id=team_id)
        if not one.is_deactivated
    }


def _may_be_reminded(one: Delivered) -> bool:
    mine = one.recipient
    is_person = mine.recipient[:1] in ("U", "W")
    got_it = one.state == "sent" or mine.left_out == Out.IN_CHANNEL.value
    return is_person and got_it and mine.confirmed_at is None


def _is_asked(one: Receipt) -> bool:
    if not one.is_person:
        return False
    return one.outcome == "sent" or (one.outcome == "left_out" and Out(one.reason).is_asked)


def _without_message(found: Announcement) -> str:
    match found.state:
        case AnnouncementState.SENDING | AnnouncementState.PAUSED:
            return "waiting"
        case AnnouncementState.STOPPED:
            return "stopped"
    return "past"  # it was sent, and the record of it is past its term


def _receipt(found: Announcement, one: Delivered, names: dict[str, str]) -> Receipt:
    mine = one.recipient
    if mine.left_out:
        outcome, reason = "left_out", mine.left_out
    elif one.state is None:
        outcome, reason = _without_message(found), ""
    elif one.state in ("queued", "sending"):
        outcome, reason = "waiting", one.reason
    else:
        outcome, reason = one.state, one.reason
    return Receipt(
        recipient=mine.recipient,
        name=names.get(mine.recipient, mine.recipient),
        outcome=outcome,
        reason=reason,
        sent_at=one.sent_at,
        confirmed_at=mine.confirmed_at,
    )

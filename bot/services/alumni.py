"""From participant to alumnus: organisers are asked the day after the last day in person, and it happens."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain import roles as domain
from bot.domain.editions import Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Member, Role
from bot.domain.refusals import Refused
from bot.domain.roles import Deed, parts_of
from bot.domain.values import dataclass
from bot.services import roles
from bot.services.roles import Batch, Undone
from bot.views import alumni as views
from bot.views.kit import Message
from storage import editions, homework, members, outbox
from storage import roles as stored
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, Edit, Later, OutboxRow, Send
from storage.roles import Graduation

ASKED = "roles.alumni"
ASKED_EDIT = "roles.alumni.edit"
NEWS = "roles.alumnus"

_AGAIN_IN = timedelta(minutes=1)
# So long an organiser may take it back before anybody hears of it.
_NEWS_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Who of an edition's participants has become an alumnus?"""

    edition: Edition
    asked: Graduation
    candidates: tuple[Member, ...]
    """The participants with an account, by name."""
    deactivated: tuple[Member, ...]
    """Those without: they stay as they are."""
    open_homework: tuple[str, ...]
    """Titles of the homework that is not due yet."""


async def next_due_at(work: Work, *, now: datetime) -> datetime | None:
    """The instant at which organisers are asked next, over all workspaces; None where nothing is planned."""
    instants: list[datetime] = []
    for edition, asked_at in await stored.to_decide(work):
        at = domain.asks_about_alumni_at(edition)
        if asked_at is None and at is not None:
            instants.append(at)
        elif asked_at is not None and not _is_over(edition, now=now):
            instants.append(now)  # the days were moved ahead after it was asked
    return min(instants, default=None)


async def queue_due(db: Database, *, now: datetime) -> int:
    """Ask the organisers of the editions whose last day in person is over. Returns the number of messages.

    Where the days were moved ahead after that, and nobody had decided, it is asked again after them.
    """
    queued = 0
    async with db.writing() as work:
        for edition, asked_at in await stored.to_decide(work):
            is_over = _is_over(edition, now=now)
            if asked_at is not None and not is_over:
                await stored.remove_graduation(work, team_id=edition.team_id, edition_key=edition.key)
            if asked_at is not None or not is_over:
                continue
            asked = Graduation(team_id=edition.team_id, edition_key=edition.key, asked_at=now)
            await stored.put_graduation(work, asked)
            for user_id in await members.organisers(work, team_id=edition.team_id):
                queued += await outbox.enqueue(
                    work,
                    team_id=edition.team_id,
                    key=_key(asked, user_id),
                    recipient=user_id,
                    kind=ASKED,
                    body={"edition_key": edition.key, "asked_at": now.isoformat()},
                    now=now,
                )
    return queued


async def question(db: Database, *, team_id: TeamId, edition_key: EditionKey, now: datetime) -> Question:
    """What organisers are asked of an edition now.

    Raises Refused where it was decided, the days are not over, or nobody participates.
    """
    async with db.reading() as work:
        return await _open_question(work, team_id=team_id, edition_key=edition_key, now=now)


async def confirm(
    db: Database,
    *,
    team_id: TeamId,
    edition_key: EditionKey,
    user_ids: Collection[UserId] | None = None,
    by: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> Batch:
    """Make the participants alumni, or those of them who are named; the others stay participants.

    They hear of it after a while, unless it is taken back. Raises Refused as `question` does, and where
    nobody is named.
    """
    async with db.writing(once) as work:
        await stored.lock(work, team_id=team_id)
        found = await _open_question(work, team_id=team_id, edition_key=edition_key, now=now)
        chosen = [one for one in found.candidates if user_ids is None or one.user_id in user_ids]
        if not chosen:
            raise Refused("Choose at least one person.", block_id="people")
        parts = {
            one.user_id: parts_of(
                await members.enrolments(work, team_id=team_id, edition_key=edition_key, user_id=one.user_id)
            )
            for one in chosen
        }
        after = {user_id: domain.changed(before, Deed.ALUMNUS) for user_id, before in parts.items()}
        made = await roles.apply(work, team_id=team_id, edition_key=edition_key, after=after, by=by, now=now)
        await stored.put_graduation(
            work, replace(found.asked, decided_at=now, decided_by=by, batch=made.number)
        )
        await _show_anew(work, found.asked, now=now)
        for one in chosen:
            await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"alumnus:{edition_key}:{one.user_id}:{made.number}",
                recipient=one.user_id,
                kind=NEWS,
                body={"edition_key": edition_key},
                now=now,
                due_at=now + _NEWS_AFTER,
            )
    return made


async def take_back(
    db: Database, *, team_id: TeamId, batch: int, by: UserId, now: datetime, once: Delivery | None = None
) -> Undone:
    """Undo a batch of changes of roles; where it was the answer about alumni, the question is open again.

    Raises Refused as `roles.take_back` does.
    """
    async with db.writing(once) as work:
        back = await roles.take_back(work, team_id=team_id, batch=batch, by=by, now=now)
        asked = await stored.graduation_made_by(work, team_id=team_id, batch=batch)
        if asked is not None:
            await stored.put_graduation(work, replace(asked, decided_at=None, decided_by=None, batch=None))
            await _show_anew(work, asked, now=now)
    return back


def _is_over(edition: Edition, *, now: datetime) -> bool:
    at = domain.asks_about_alumni_at(edition)
    return at is not None and at <= now


async def _open_question(work: Work, *, team_id: TeamId, edition_key: EditionKey, now: datetime) -> Question:
    edition = await editions.edition(work, team_id=team_id, edition_key=edition_key)
    asked = await stored.graduation_of(work, team_id=team_id, edition_key=edition_key)
    if edition is None or asked is None or not _is_over(edition, now=now):
        raise Refused("The last day in person has been moved, so you will be asked again after it.")
    if asked.decided_at is not None:
        raise Refused("This was decided already. Use “People and roles” for what is left to change.")
    enrolled = await members.enrolments(work, team_id=team_id, edition_key=edition_key, role=Role.PARTICIPANT)
    known = await members.members(work, team_id=team_id, user_ids=[one.user_id for one in enrolled])
    by_name = sorted(known, key=lambda one: (one.name.casefold(), one.user_id))
    if not by_name:
        raise Refused("Nobody is a participant of this edition any more.")
    pieces = await homework.homeworks(work, team_id=team_id, edition_key=edition_key)
    return Question(
        edition=edition,
        asked=asked,
        candidates=tuple(one for one in by_name if not one.is_deactivated),
        deactivated=tuple(one for one in by_name if one.is_deactivated),
        open_homework=tuple(one.title for one in pieces if calendar.instant(one.due, one.zone) > now),
    )


async def _show_anew(work: Work, asked: Graduation, *, now: datetime) -> None:
    for user_id in await members.organisers(work, team_id=asked.team_id):
        await outbox.enqueue_again(
            work,
            team_id=asked.team_id,
            key=f"{_key(asked, user_id)}:edit",
            recipient=user_id,
            kind=ASKED_EDIT,
            body={
                "edition_key": asked.edition_key,
                "asked_at": asked.asked_at.isoformat(),
                "target_key": _key(asked, user_id),
            },
            now=now,
        )


def _key(asked: Graduation, user_id: UserId) -> str:
    return f"alumni:{asked.edition_key}:{asked.asked_at:%Y-%m-%dT%H:%M}:{user_id}"


async def _compose(work: Work, row: OutboxRow, now: datetime) -> Composed:
    message = await _asked(work, row, now)
    return Drop("asked again, decided, or nobody participates") if message is None else _send(message)


async def _compose_edit(work: Work, row: OutboxRow, now: datetime) -> Composed:
    target = await outbox.row(work, team_id=row.team_id, key=row.body["target_key"])
    if target is None or target.state in ("dropped", "failed"):
        return Drop("the question never went out")
    if target.state != "sent" or target.channel_id is None or target.ts is None:
        return Later(now + _AGAIN_IN)
    message = await _asked(work, row, now)
    if message is None:
        return Drop("asked again, or nobody participates")
    return Edit(target.channel_id, target.ts, message["text"], message["blocks"])


async def _asked(work: Work, row: OutboxRow, now: datetime) -> Message | None:
    team_id, edition_key = TeamId(row.team_id), EditionKey(row.body["edition_key"])
    asked = await stored.graduation_of(work, team_id=team_id, edition_key=edition_key)
    edition = await editions.edition(work, team_id=team_id, edition_key=edition_key)
    if asked is None or edition is None or asked.asked_at.isoformat() != row.body["asked_at"]:
        return None
    if asked.batch is not None and asked.decided_by is not None:
        made = await stored.batch(work, team_id=team_id, batch=asked.batch)
        ids = {one.user_id for one in made} | {asked.decided_by}
        names = {one.user_id: one.name for one in await members.members(work, team_id=team_id, user_ids=ids)}
        return views.decided(
            edition,
            [names.get(one.user_id, one.user_id) for one in made],
            by=names.get(asked.decided_by, "an organiser"),
            batch=asked.batch,
        )
    try:
        found = await _open_question(work, team_id=team_id, edition_key=edition_key, now=now)
    except Refused:
        return None
    return views.asked(
        edition,
        [one.name for one in found.candidates],
        deactivated=[one.name for one in found.deactivated],
        open_homework=found.open_homework,
    )


async def _news(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, edition_key = TeamId(row.team_id), EditionKey(row.body["edition_key"])
    edition = await editions.edition(work, team_id=team_id, edition_key=edition_key)
    enrolled = await members.enrolments(
        work, team_id=team_id, edition_key=edition_key, user_id=UserId(row.recipient), role=Role.ALUMNUS
    )
    if edition is None or not enrolled:
        return Drop("taken back")
    return _send(views.news(edition))


def _send(message: Message) -> Send:
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {ASKED: _compose, ASKED_EDIT: _compose_edit, NEWS: _news}
"""By the kind of row in the outbox."""

"""Messages about homework, made at the instant of sending from what holds then."""

from datetime import datetime

from bot.domain.ids import HomeworkId, TeamId, UserId
from bot.domain.standing import standing
from bot.services.homework.desk import EXTENDED
from bot.services.homework.handing_in import CHANGED, OPENED, RECEIPT, Piece, pieces
from bot.services.homework.standings import NUDGE
from bot.views import homework_messages as views
from bot.views.kit import Message
from storage import homework, members
from storage.db import Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send

_NOT_ENROLLED = Drop("not enrolled any more, or deactivated")


async def _receipt(work: Work, row: OutboxRow, now: datetime) -> Composed:
    piece = await _piece(work, row, now)
    if piece is None:
        return _NOT_ENROLLED
    versions = await homework.versions(
        work, team_id=TeamId(row.team_id), homework_id=piece.id, user_id=UserId(row.recipient)
    )
    version = versions[row.body["version"] - 1]
    return _send(views.receipt(piece.standing, version, now=now, reader_zone=piece.reader_zone))


async def _changed(work: Work, row: OutboxRow, now: datetime) -> Composed:
    piece = await _piece(work, row, now)
    if piece is None:
        return _NOT_ENROLLED
    message = views.changed(piece.standing, row.body["before"], now=now, reader_zone=piece.reader_zone)
    return Drop("nothing is different for this person") if message is None else _send(message)


async def _extended(work: Work, row: OutboxRow, now: datetime) -> Composed:
    piece = await _piece(work, row, now)
    if piece is None:
        return _NOT_ENROLLED
    extension = piece.standing.extension
    if extension is None or extension.revision != row.body["revision"]:
        return Drop("a newer extension tells of it")
    by = await members.member(work, team_id=TeamId(row.team_id), user_id=extension.granted_by)
    granted_by = by.name if by else "an organiser"
    return _send(
        views.extended(
            piece.standing, extension, granted_by=granted_by, now=now, reader_zone=piece.reader_zone
        )
    )


async def _nudge(work: Work, row: OutboxRow, now: datetime) -> Composed:
    asked = HomeworkId(row.body["homework_id"])
    found = await pieces(work, team_id=TeamId(row.team_id), user_id=UserId(row.recipient), now=now)
    missing = [piece for piece in found if piece.standing.may_hand_in and not piece.standing.is_handed_in]
    if asked not in [piece.id for piece in missing]:
        return Drop("handed in meanwhile, or not enrolled any more")
    # One nudge a day: it names whatever is overdue, beside what was asked for.
    named = [piece.standing for piece in missing if piece.id == asked or piece.standing.is_past_due]
    return _send(views.nudge(named, now=now, reader_zone=missing[0].reader_zone))


async def _opened(work: Work, row: OutboxRow, now: datetime) -> Composed:
    piece = await homework.homework(
        work, team_id=TeamId(row.team_id), homework_id=HomeworkId(row.body["homework_id"])
    )
    if piece is None or piece.opens.isoformat() != row.body["opens"]:
        return Drop("it is gone, or opens at another time")
    stands = standing(piece, extension=None, handed_in=None, now=now)
    if stands.is_past_due:
        return Drop("it was due before this could be told")
    return _send(views.opened(stands, now=now))


async def _piece(work: Work, row: OutboxRow, now: datetime) -> Piece | None:
    found = await pieces(work, team_id=TeamId(row.team_id), user_id=UserId(row.recipient), now=now)
    return next((piece for piece in found if piece.id == row.body["homework_id"]), None)


def _send(message: Message) -> Send:
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {
    RECEIPT: _receipt,
    CHANGED: _changed,
    OPENED: _opened,
    EXTENDED: _extended,
    NUDGE: _nudge,
}
"""By the kind of row in the outbox."""

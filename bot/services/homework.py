"""What participants do with homework: see it, hand it in, and be told when it changes."""

from datetime import datetime

from bot.domain.homework import Homework
from bot.domain.members import Role
from storage import members, outbox
from storage.db import Work

CHANGED = "homework.changed"


async def announce_change(work: Work, *, homework: Homework, before: Homework, now: datetime) -> None:
    """Tell each participant of the edition, once, that a homework's date or brief changed.

    homework, before: as it is now and as it was; nothing is queued where people would see no difference.
    A change that is still unsent is replaced by this one, which then tells of both.
    """
    if _seen(homework) == _seen(before):
        return
    team_id = homework.team_id
    for enrolled in await members.enrolments(
        work, team_id=team_id, edition_key=homework.edition_key, role=Role.PARTICIPANT
    ):
        seen = _seen(before)
        for row in await outbox.rows(work, team_id=team_id, states={"queued"}, recipient=enrolled.user_id):
            if row.kind == CHANGED and row.body["homework_id"] == homework.id:
                seen = row.body["before"]
                await outbox.change(work, row, state="dropped", reason="a newer change tells of it")
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"changed:{homework.id}:{enrolled.user_id}:r{homework.revision}",
            recipient=enrolled.user_id,
            kind=CHANGED,
            body={"homework_id": homework.id, "before": seen},
            now=now,
        )


def _seen(homework: Homework) -> dict[str, str]:
    return {
        "title": homework.title,
        "brief": homework.brief,
        "opens": homework.opens.isoformat(),
        "due": homework.due.isoformat(),
    }

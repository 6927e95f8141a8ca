"""What cannot be a round: refused before anything is drawn, at the field of the form that it belongs to."""

from datetime import datetime

from bot.domain import calendar
from bot.domain.ids import HomeworkId, TeamId
from bot.domain.peers import LARGEST_GROUP, MOST_REVIEWS, SMALLEST_GROUP, Asked, Kind, Round, Who
from bot.domain.refusals import Refused
from bot.services.peers.pool import Pool
from bot.views import words
from storage import editions, homework
from storage.db import Work

MOST_RUBRIC_LINES = 6
LONGEST_RUBRIC_LINE = 75


async def check_asked(work: Work, asked: Asked, *, team_id: TeamId, now: datetime) -> str:
    """Refuse what no round can be; returns the edition's zone."""
    edition = await editions.edition(work, team_id=team_id, edition_key=asked.edition_key)
    if edition is None:
        raise Refused("This edition does not exist any more.")
    if asked.kind is Kind.REVIEWS and asked.homework_id is None:
        raise Refused("Reviews are about homework: choose which.", block_id="homework")
    if asked.who is Who.HANDED_IN and asked.homework_id is None:
        raise Refused("Choose the homework that they have handed in.", block_id="homework")
    if asked.homework_id is not None:
        await _check_homework(work, asked, asked.homework_id, team_id=team_id)
    if asked.kind is Kind.REVIEWS and not 1 <= asked.size <= MOST_REVIEWS:
        raise Refused(f"A hand-in gets 1 to {MOST_REVIEWS} reviews.", block_id="size")
    if asked.kind is Kind.GROUPS and not SMALLEST_GROUP <= asked.size <= LARGEST_GROUP:
        raise Refused(f"A group has {SMALLEST_GROUP} to {LARGEST_GROUP} people.", block_id="size")
    if calendar.instant(asked.give_back, edition.timezone) <= now:
        raise Refused("This date is past. Choose one that is still ahead.", block_id="date")
    if len(asked.rubric) > MOST_RUBRIC_LINES or any(len(one) > LONGEST_RUBRIC_LINE for one in asked.rubric):
        raise Refused(
            f"At most {MOST_RUBRIC_LINES} lines of at most {LONGEST_RUBRIC_LINE} characters each.",
            block_id="rubric",
        )
    return edition.timezone


def check_people(asked: Asked | Round, pool: Pool) -> None:
    """Raise Refused where too few can take part for what is asked."""
    names = [one.name for one in pool.people.values()]
    if len(names) < 2:
        alone = f"Only {names[0]} could take part" if names else "Nobody could take part"
        raise Refused(
            f"{alone}: a round needs two people. Some may be paused, left out or without a hand-in.",
            block_id="who",
        )
    if asked.kind is Kind.REVIEWS and asked.size >= len(names):
        raise Refused(
            f"{words.plural(len(names), 'person', 'people')} can take part, so a hand-in can get at most "
            f"{words.plural(len(names) - 1, 'review')}.",
            block_id="size",
        )
    if asked.kind is Kind.GROUPS and len(names) < SMALLEST_GROUP:
        raise Refused(f"A group needs {SMALLEST_GROUP} people, and there are {len(names)}.", block_id="size")


async def _check_homework(work: Work, asked: Asked, homework_id: HomeworkId, *, team_id: TeamId) -> None:
    piece = await homework.homework(work, team_id=team_id, homework_id=homework_id)
    if piece is None:
        raise Refused("This homework does not exist any more.", block_id="homework")
    if piece.edition_key != asked.edition_key:
        raise Refused("This homework is of another edition.", block_id="homework")
    needs_hand_ins = asked.kind is Kind.REVIEWS or asked.who is Who.HANDED_IN
    if needs_hand_ins and not await homework.latest_submissions(
        work, team_id=team_id, homework_id=homework_id
    ):
        raise Refused(f"Nobody has handed in “{piece.title}” yet.", block_id="homework")

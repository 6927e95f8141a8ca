"""What must hold of a question before its words count: who may see it, and the filters that were typed."""

from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select

from bot.domain import calendar
from bot.domain.ids import QuestionId, TeamId
from bot.domain.questions import SHOWN, QuestionState, Sight
from bot.domain.search.query import Filters, State
from bot.domain.values import dataclass
from storage import tables

READ = ("team_id", "id", "channel_id", "asker_id", "is_anonymous", "topic", "state", "asked_at")
"""The columns of questions that the conditions here look at."""


def may_be_seen(
    team_id: TeamId, sight: Sight, *, questions: FromClause = tables.question
) -> ColumnElement[bool]:
    """The condition on questions that leaves what is shown, and what this person may see of it.

    questions: the table, or a query of it with at least the columns in `READ`.
    """
    question, channel = questions.c, tables.channel.c
    public = select(channel.channel_id).where(channel.team_id == team_id, channel.is_private.is_(False))
    where = [question.channel_id.in_(sight.channels)]
    if not sight.is_guest:
        where += [question.channel_id.is_(None), question.channel_id.in_(public)]
    return and_(question.team_id == team_id, question.state.in_(SHOWN), or_(*where))


@dataclass(frozen=True)
class Limits:
    """What must hold of a question, whatever its words."""

    team_id: TeamId
    sight: Sight
    filters: Filters = field(default_factory=Filters)
    zone: str = "UTC"
    without: QuestionId | None = None

    def on(self, questions: FromClause) -> list[ColumnElement[bool]]:
        """The conditions on these questions."""
        conditions = [may_be_seen(self.team_id, self.sight, questions=questions)]
        if self.without is not None:
            conditions.append(questions.c.id != self.without)
        return [*conditions, *_conditions(self, questions)]


def _conditions(limits: Limits, questions: FromClause) -> list[ColumnElement[bool]]:
    team_id, filters, zone = limits.team_id, limits.filters, limits.zone
    question = questions.c
    found: list[ColumnElement[bool]] = []
    if filters.state is not None:
        wanted = QuestionState.OPEN if filters.state is State.OPEN else QuestionState.ANSWERED
        found.append(question.state == wanted)
    if filters.topics:
        found.append(func.lower(question.topic).in_(filters.topics))
    if filters.askers:
        found.append(_asked_by(limits, questions))
    if filters.channels:
        found.append(question.channel_id.in_(_channels(team_id, filters.channels)))
    if filters.countries:
        member = tables.member.c
        from_there = select(member.user_id).where(
            member.team_id == team_id, member.country.in_(filters.countries)
        )
        found.append(and_(question.asker_id.in_(from_there), question.is_anonymous.is_(False)))
    if filters.since is not None:
        found.append(question.asked_at >= _begins_on(datetime.combine(filters.since, time()), zone))
    if filters.before is not None:
        found.append(question.asked_at < _begins_on(datetime.combine(filters.before, time()), zone))
    return found


def _asked_by(limits: Limits, questions: FromClause) -> ColumnElement[bool]:
    """Asked by one of these people; nobody but the asker finds by it what was asked anonymously."""
    question, member, sight = questions.c, tables.member.c, limits.sight
    wanted = [sight.user_id if asker.casefold() == "me" else asker for asker in limits.filters.askers]
    names = [
        func.lower(member.name).startswith(name, autoescape=True) for name in map(str.lower, wanted) if name
    ]
    named = select(member.user_id).where(member.team_id == limits.team_id, or_(*names))
    return and_(
        or_(question.asker_id.in_(wanted), question.asker_id.in_(named)),
        or_(question.is_anonymous.is_(False), question.asker_id == sight.user_id),
    )


def _channels(team_id: TeamId, typed: Sequence[str]) -> Select[Any]:
    channel = tables.channel.c
    names = [name.lower() for name in typed]
    return select(channel.channel_id).where(
        channel.team_id == team_id, or_(channel.channel_id.in_(typed), channel.name.in_(names))
    )


def _begins_on(wall: datetime, zone: str) -> datetime:
    try:
        return calendar.instant(wall, zone)
    except OverflowError:  # the first and the last day that there are, east or west of Greenwich
        return wall.replace(tzinfo=UTC)

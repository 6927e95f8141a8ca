"""What of an academy is set up, and what is missing before it can begin."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from bot.domain import calendar
from bot.domain.editions import Academy, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId
from bot.domain.programme import is_over
from bot.domain.values import dataclass


class State(StrEnum):
    """How far one thing is."""

    READY = "ready"
    ADVISED = "advised"
    """It works without, though not as it is meant."""
    MISSING = "missing"


class Subject(StrEnum):
    """What is looked at, in the order in which it is set up."""

    ACADEMY = "academy"
    ORGANISERS = "organisers"
    QUESTIONS = "questions"
    ANNOUNCEMENTS = "announcements"
    EDITION = "edition"
    CHANNEL = "channel"
    DAYS = "days"
    HOMEWORK = "homework"
    PEOPLE = "people"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that is set up or not."""

    subject: Subject
    state: State
    channels: tuple[ChannelId, ...] = ()
    """Those into which the bot has to be invited."""
    count: int = 0
    """How many there are of it: organisers, days, pieces of homework, participants."""


def checks(
    academy: Academy | None,
    edition: Edition | None,
    homework: Sequence[Homework],
    *,
    organisers: int,
    participants: int,
    bot_is_in: Collection[ChannelId],
    now: datetime,
) -> list[Check]:
    """What is ready and what is missing, for the academy and the edition that is next.

    organisers: the active people named as such; homework: that edition's; participants: its active ones.
    bot_is_in: the channels that the bot can post to.
    """
    asking = academy.question_channels if academy else ()
    news = academy.announcements_channel if academy else None
    found = [
        Check(subject=Subject.ACADEMY, state=State.READY if academy else State.MISSING),
        _some(Subject.ORGANISERS, organisers, without=State.ADVISED),
        _channels(Subject.QUESTIONS, asking, bot_is_in),
        _channels(Subject.ANNOUNCEMENTS, (news,) if news else (), bot_is_in),
    ]
    is_ahead = edition is not None and not is_over(edition, now=now)
    found.append(Check(subject=Subject.EDITION, state=State.READY if is_ahead else State.MISSING))
    if edition is None or not is_ahead:
        return found
    own = (edition.channel_id,) if edition.channel_id else ()
    ahead = [piece for piece in homework if now < calendar.closes_at(piece.due, piece.zone)]
    return [
        *found,
        _channels(Subject.CHANNEL, own, bot_is_in),
        _some(Subject.DAYS, len(edition.days), without=State.MISSING),
        _some(Subject.HOMEWORK, len(homework), without=State.MISSING)
        if ahead or not homework
        else Check(subject=Subject.HOMEWORK, state=State.ADVISED, count=len(homework)),
        _some(Subject.PEOPLE, participants, without=State.MISSING),
    ]


def is_ready(found: Sequence[Check]) -> bool:
    """Whether nothing is missing that the academy cannot begin without."""
    return all(check.state is not State.MISSING for check in found)


def _some(subject: Subject, count: int, *, without: State) -> Check:
    return Check(subject=subject, state=State.READY if count else without, count=count)


def _channels(subject: Subject, named: Sequence[ChannelId], bot_is_in: Collection[ChannelId]) -> Check:
    out = tuple(channel for channel in named if channel not in bot_is_in)
    if out:
        return Check(subject=subject, state=State.MISSING, channels=out, count=len(named))
    return Check(subject=subject, state=State.READY if named else State.ADVISED, count=len(named))

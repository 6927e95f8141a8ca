"""When an open question is followed up, and when the week is summed up: working days at 09:00."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.domain import calendar, workdays
from bot.domain.workdays import IsDayOff

AT = time(9, 0)
"""The time of day at which follow-ups and digests go out."""

WORKDAYS_TO_EXPERTS = 2
WORKDAYS_TO_ORGANISERS = 5

FOLLOWED_FOR = timedelta(days=14)
"""How old a question may be to be passed on: what is older was asked long before the bot came."""

SETTLED_FOR = timedelta(days=90)
"""How old a question may be for its asker to be asked about a reply."""

REPLIED_WITHIN = timedelta(days=21)
"""How old the last reply may be: the longest holidays, and `ASKED_LATE_BY`."""

ASKED_LATE_BY = timedelta(days=3)
"""How late an asker may be asked, as after an outage; what is older comes from a history that was read."""

QUIET_FOR_WORKDAYS = 1
"""How long a thread has been quiet when its asker is asked whether it is settled."""


class Step(StrEnum):
    """What is done about a question that stays open; each once."""

    EXPERTS = "experts"
    """It goes to those who may know."""
    ORGANISERS = "organisers"
    SETTLED = "settled"
    """Its asker is asked whether the last reply settled it."""


class StepState(StrEnum):
    """Where a step stands."""

    PLANNED = "planned"
    DONE = "done"
    LAPSED = "lapsed"
    """Its time came and it was not needed."""
    REFUSED = "refused"
    """Of `settled` only: the asker said that it is still open."""


def to_experts_at(asked_at: datetime, zone: str) -> datetime:
    """The instant at which an unanswered question goes to those who may know.

    asked_at: instant. zone: the academy's, IANA; its working days are Monday to Friday.
    """
    return _on_workday(asked_at, WORKDAYS_TO_EXPERTS, zone, workdays.is_weekend)


def to_organisers_at(asked_at: datetime, zone: str) -> datetime:
    """The instant at which an unanswered question goes to the organisers; see `to_experts_at`."""
    return _on_workday(asked_at, WORKDAYS_TO_ORGANISERS, zone, workdays.is_weekend)


def next_workday_at(now: datetime, zone: str) -> datetime:
    """09:00 of the first working day after today."""
    return _on_workday(now, 1, zone, workdays.is_weekend)


def settled_at(last_reply_at: datetime, zone: str, is_day_off: IsDayOff) -> datetime:
    """The instant at which the asker is asked, once the thread has been quiet.

    zone, is_day_off: the asker's own.
    """
    return _on_workday(last_reply_at, QUIET_FOR_WORKDAYS, zone, is_day_off)


def next_digest_at(after: datetime, zone: str) -> datetime:
    """The first Monday 09:00 in `zone` after an instant."""
    on = calendar.local_date(after, zone)
    monday = on - timedelta(days=on.weekday())
    found = calendar.instant_on(monday, AT, zone)
    return found if found > after else calendar.instant_on(monday + timedelta(days=7), AT, zone)


def _on_workday(moment: datetime, count: int, zone: str, is_day_off: IsDayOff) -> datetime:
    on = workdays.add_workdays(calendar.local_date(moment, zone), count, is_day_off)
    return calendar.instant_on(on, AT, zone)

"""What the cast does and when: made from the edition's own dates and a seed, the same every time."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from bot.academies import Person
from bot.demo.lines import ANNOUNCED, ASKED, FEEDBACK, HANDED_IN, Asked
from bot.domain import calendar
from bot.domain.homework import Homework
from bot.domain.ids import UserId
from bot.domain.members import Role
from bot.domain.values import dataclass
from bot.domain.workdays import is_weekend

LATE = 3
"""How many participants hand in after the date; one more never hands in at all."""
PROMOTED_ON = date(2023, 9, 25)
"""The Monday after the last day in person, whose morning brought the question."""
_ONE_DAY = timedelta(days=1)
_FIRST_HOUR, _LAST_HOUR = 8, 17


class Deed(StrEnum):
    """What somebody does."""

    HAND_IN = "hands in"
    ASK = "asks"
    ANSWER = "answers"
    ACCEPT = "accepts"
    TAKE_KNOWN = "takes the earlier answer"
    PLAN = "plans and publishes a round"
    TELL_MET = "says how far the pair is"
    GIVE = "gives feedback"
    ANNOUNCE = "announces"
    CONFIRM = "confirms"
    PROMOTE = "says who is an alumnus now"


@dataclass(frozen=True, kw_only=True, order=True)
class Act:
    """Something that somebody does at an instant."""

    at: datetime
    """UTC."""
    who: UserId
    deed: Deed
    about: str = ""
    """A homework's key; a question's key, with the reply's place; a round's kind, homework and last date;
    an announcement's title."""
    text: str = ""


def script(people: Sequence[Person], homework: Sequence[Homework], *, seed: int) -> tuple[Act, ...]:
    """Everything that the cast does, in order. homework: the edition's, with its dates."""
    chance = Random(seed)  # noqa: S311 (a play, no secret)
    participants = [one for one in people if one.role is Role.PARTICIPANT]
    organiser = next(one for one in people if one.role is Role.ORGANISER)
    acts = [
        *_hand_ins(participants, homework, chance),
        *_questions(participants, people, min(one.opens for one in homework).date(), chance),
        *_rounds(participants, organiser, {one.key: one for one in homework}, chance),
        *_announcements(participants, organiser, chance),
        Act(at=_on_workday(PROMOTED_ON, organiser, chance), who=organiser.user_id, deed=Deed.PROMOTE),
    ]
    return tuple(sorted(acts))


def _hand_ins(participants: Sequence[Person], homework: Sequence[Homework], chance: Random) -> list[Act]:
    odd = chance.sample(participants, LATE + 1)
    late, never = odd[:LATE], odd[LATE]
    acts = []
    for piece in homework:
        opens_at, due_at = (calendar.instant(wall, piece.zone) for wall in (piece.opens, piece.due))
        for person in participants:
            if person is never:
                continue
            if person in late:
                at = _daytime(due_at + chance.choice((1, 2, 3)) * _ONE_DAY, person, chance)
            else:
                days = min(chance.choice((1, 1, 2, 3, 5, 8)), (due_at - opens_at).days)
                at = max(_daytime(due_at - days * _ONE_DAY, person, chance), opens_at + timedelta(hours=2))
            text = chance.choice(HANDED_IN[piece.key])
            acts.append(Act(at=at, who=person.user_id, deed=Deed.HAND_IN, about=piece.key, text=text))
    return acts


def _questions(
    participants: Sequence[Person], people: Sequence[Person], from_on: date, chance: Random
) -> list[Act]:
    by_id = {one.user_id: one for one in people}
    acts = []
    for asked in ASKED:
        asker = participants[asked.by % len(participants)]
        at = _on_workday(from_on + asked.on_day * _ONE_DAY, asker, chance)
        acts.append(Act(at=at, who=asker.user_id, deed=Deed.ASK, about=asked.key, text=asked.text))
        if asked.is_known:
            shown_at = at + timedelta(minutes=2)
            acts.append(Act(at=shown_at, who=asker.user_id, deed=Deed.TAKE_KNOWN, about=asked.key))
        acts += _answers(asked, asker, at, by_id, chance)
    return acts


def _answers(
    asked: Asked, asker: Person, at: datetime, by_id: dict[UserId, Person], chance: Random
) -> list[Act]:
    acts = []
    last_at = at
    for place, reply in enumerate(asked.replies):
        who = by_id[UserId(reply.by)]
        given_at = _daytime(at + timedelta(hours=reply.after_h), who, chance)
        last_at = max(last_at + timedelta(minutes=5), given_at)
        about = f"{asked.key} {place}"
        acts.append(Act(at=last_at, who=who.user_id, deed=Deed.ANSWER, about=about, text=reply.text))
    if asked.accepted is not None:
        thanked_at = _daytime(last_at + timedelta(hours=4), asker, chance)
        about = f"{asked.key} {asked.accepted}"
        thanked_at = max(thanked_at, last_at + timedelta(minutes=5))
        acts.append(Act(at=thanked_at, who=asker.user_id, deed=Deed.ACCEPT, about=about))
    return acts


def _rounds(
    participants: Sequence[Person], organiser: Person, homework: dict[str, Homework], chance: Random
) -> list[Act]:
    acts = []
    for kind, key, until in (
        ("pairs", "action-plan-1", date(2023, 7, 21)),
        ("reviews", "action-plan-2", date(2023, 9, 15)),
    ):
        piece = homework[key]
        planned_on = piece.due.date() + 5 * _ONE_DAY
        at = _on_workday(planned_on, organiser, chance)
        about = f"{kind} {piece.id} {until}"
        acts.append(Act(at=at, who=organiser.user_id, deed=Deed.PLAN, about=about))
        days = (until - planned_on).days
        for person in participants:
            if kind == "pairs":
                told_at = _on_workday(planned_on + (days // 2 + 2) * _ONE_DAY, person, chance)
                answer = chance.choice(("met", "met", "met", "date", "not_yet"))
                acts.append(Act(at=told_at, who=person.user_id, deed=Deed.TELL_MET, text=answer))
            # Two of them forget, so that the organisers have somebody to remind.
            if person not in participants[-2:]:
                given_on = planned_on + chance.randrange(2, days) * _ONE_DAY
                given_at = _on_workday(given_on, person, chance)
                which = str(chance.randrange(len(FEEDBACK)))
                acts.append(Act(at=given_at, who=person.user_id, deed=Deed.GIVE, about=which))
    return acts


def _announcements(participants: Sequence[Person], organiser: Person, chance: Random) -> list[Act]:
    acts = []
    for announced in ANNOUNCED:
        at = _on_workday(announced.on, organiser, chance)
        acts.append(Act(at=at, who=organiser.user_id, deed=Deed.ANNOUNCE, about=announced.title))
        if not announced.asks_confirmation:
            continue
        # One does not read it in time, so that the report has a line for them.
        for person in participants[:-1]:
            read_at = _on_workday(announced.on + chance.choice((1, 1, 1, 2, 3)) * _ONE_DAY, person, chance)
            acts.append(Act(at=read_at, who=person.user_id, deed=Deed.CONFIRM, about=announced.title))
    return acts


def _on_workday(on: date, person: Person, chance: Random) -> datetime:
    while is_weekend(on):
        on += _ONE_DAY
    return calendar.instant_on(on, _time(chance), person.tz)


def _daytime(moment: datetime, person: Person, chance: Random) -> datetime:
    """The same date on the person's clock, in working hours."""
    return calendar.instant_on(calendar.local_date(moment, person.tz), _time(chance), person.tz)


def _time(chance: Random) -> time:
    # Not on the hour: what comes by the clock keeps it to itself.
    return time(chance.randint(_FIRST_HOUR, _LAST_HOUR), chance.randint(1, 59))

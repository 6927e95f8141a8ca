"""Rounds of peer feedback: who is brought together, what each owes whom, and when a round ends."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from bot.domain import calendar, workdays
from bot.domain.homework import DEFAULT_REMIND, Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.values import dataclass

DEFAULT_RUBRIC = ("Aims are clear", "Actions are concrete", "Partners are named", "Results can be measured")
RATINGS = ("not yet", "partly", "mostly", "fully")
"""What the ratings 1 to 4 mean."""
MOST_REVIEWS = 4
SMALLEST_GROUP, LARGEST_GROUP = 3, 6
LARGEST_GROUP_MESSAGE = 8
"""How many people a group direct message of Slack's holds beside the bot."""
UNDO_FOR = timedelta(hours=1)
GRACE = timedelta(days=7)
"""For so long after its date feedback that is owed can still be given."""
MISSES_UNTIL_LEFT_OUT = 2
OFFER_COUNTS_FOR = timedelta(days=30)

_PIECE = "peers:"


class Kind(StrEnum):
    """What a round brings about."""

    PAIRS = "pairs"
    REVIEWS = "reviews"
    GROUPS = "groups"


class RoundState(StrEnum):
    """How far a round is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    """A draft that nobody wanted; its number is not given again."""


class Who(StrEnum):
    """Which participants of the edition take part."""

    EVERYBODY = "everybody"
    HANDED_IN = "handed_in"


class Handover(StrEnum):
    """When the author gets feedback."""

    AT_ONCE = "at_once"
    AT_DATE = "at_date"


class Answer(StrEnum):
    """What somebody says when they are asked half-way."""

    MET = "met"
    DATE = "date"
    NOT_YET = "not_yet"
    UNREACHABLE = "unreachable"


class Because(StrEnum):
    """Why somebody is left out of rounds."""

    ASKED = "asked"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an organiser asks of a round."""

    edition_key: EditionKey
    kind: Kind
    homework_id: HomeworkId | None
    who: Who
    size: int
    """Reviews a hand-in for reviews, people a group for groups; 2 for pairs."""
    sector: Literal["same", "different", "any"]
    common_language: bool
    reciprocal: Literal["avoid", "forbid", "allow"]
    give_back: datetime
    """Wall time in the edition's zone, naive: until then people meet and give feedback."""
    handover: Handover
    is_anonymous: bool
    """Whether the reviewer's name is kept from the author."""
    rubric: tuple[str, ...]
    left_out: tuple[UserId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Round:
    """A round, drafted or published. Instants are in UTC."""

    team_id: TeamId
    id: int
    """From 1 in each workspace; the matcher counts rounds by it."""
    edition_key: EditionKey
    zone: str
    """The edition's IANA zone."""
    kind: Kind
    state: RoundState
    homework_id: HomeworkId | None
    who: Who
    size: int
    sector: Literal["same", "different", "any"]
    common_language: bool
    reciprocal: Literal["avoid", "forbid", "allow"]
    give_back: datetime
    handover: Handover
    is_anonymous: bool
    rubric: tuple[str, ...]
    left_out: tuple[UserId, ...]
    seed: int
    revision: int
    """Rises with each change of the draft."""
    planned_by: UserId
    planned_at: datetime
    published_at: datetime | None = None
    publication: int = 0
    """How often it has been published; an undone one does not give its messages' keys again."""
    checked_at: datetime | None = None
    """When the question half-way was asked."""
    counted_at: datetime | None = None
    """When it was seen who had said nothing."""

    @property
    def is_published(self) -> bool:
        """Whether people know of it."""
        return self.state is RoundState.PUBLISHED

    @property
    def owes_feedback(self) -> bool:
        """Whether it asks for written feedback: it is about homework, and no group at a table."""
        return self.homework_id is not None and self.kind is not Kind.GROUPS

    @property
    def give_back_at(self) -> datetime:
        """The instant of the date."""
        return calendar.instant(self.give_back, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the date."""
        return calendar.closes_at(self.give_back, self.zone)

    @property
    def closes_at(self) -> datetime:
        """The first instant at which nothing is taken any more."""
        return self.ends_at + GRACE

    def may_undo(self, now: datetime) -> bool:
        """Whether publishing can still be taken back."""
        return self.published_at is not None and now < self.published_at + UNDO_FOR

    @property
    def check_in_at(self) -> datetime | None:
        """When pairs are asked half-way, in the edition's working hours; None where that is too late."""
        if self.kind is not Kind.PAIRS or self.published_at is None:
            return None
        half_way = self.published_at + (self.give_back_at - self.published_at) / 2
        found = workdays.next_civil_at(half_way, self.zone, workdays.is_weekend, at=time(9))
        return found if found < self.give_back_at else None


@dataclass(frozen=True, kw_only=True)
class Match:
    """People who are brought together; for reviews the reviewer and the author, in this order."""

    number: int
    """From 1 in its round; it stays when others go."""
    members: tuple[UserId, ...]
    is_locked: bool = False
    is_ended: bool = False
    """Somebody has dropped out: nothing is asked of it any more."""
    is_replacement: bool = False
    """Made after publishing, because somebody had dropped out."""


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What one person writes to another in a round: a draft until it is sent."""

    round_id: int
    giver: UserId
    author: UserId
    """Whose work it is about."""
    works: str
    change: str
    question: str
    ratings: Mapping[str, int]
    """Line of the rubric → 1 to 4; lines without a rating are left out."""
    saved_at: datetime
    sent_at: datetime | None = None
    """When it was sent first."""
    version: int = 1
    useful: int | None = None
    """The author's rating, 1 to 5."""
    thanked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Somebody's answer to the question half-way."""

    round_id: int
    number: int
    user_id: UserId
    answer: Answer
    answered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Pause:
    """That somebody takes no part for a while."""

    user_id: UserId
    since: datetime
    until: date | None
    """The last day; None until they say so."""
    because: Because
    resumed_at: datetime | None = None

    def holds(self, on: date) -> bool:
        """Whether they are away on a date."""
        return self.resumed_at is None and (self.until is None or on <= self.until)


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Two people who are not to be matched. Private where one of the two asked for it."""

    one: UserId
    other: UserId
    asked_by: UserId

    @property
    def is_private(self) -> bool:
        """Whether it is nobody else's business."""
        return self.asked_by in (self.one, self.other)


@dataclass(frozen=True)
class Debt:
    """Feedback that somebody is to give."""

    giver: UserId
    author: UserId


def debts(of: Round, matches: Iterable[Match]) -> list[Debt]:
    """All feedback that a round asks for, given or not, by match."""
    if not of.owes_feedback:
        return []
    if of.kind is Kind.REVIEWS:
        return [Debt(*match.members) for match in matches if not match.is_ended]
    return [
        Debt(giver, author)
        for match in matches
        if not match.is_ended
        for giver in match.members
        for author in match.members
        if giver != author
    ]


def did_meet(match: Match, replies: Collection[Reply], feedback: Collection[Feedback], *, of: Round) -> bool:
    """Whether a match counts as a meeting from now on.

    It does unless somebody said that it has not come about and nobody said or showed otherwise. A pair
    that says nothing at all counts as met: nobody is matched again by their silence.
    """
    if match.is_ended:
        return False
    if of.kind is Kind.REVIEWS:
        return True
    if any(one.sent_at and {one.giver, one.author} <= set(match.members) for one in feedback):
        return True
    answers = {reply.answer for reply in replies if reply.number == match.number}
    if answers & {Answer.MET, Answer.DATE}:
        return True
    return not answers & {Answer.NOT_YET, Answer.UNREACHABLE}


def piece_id(round_id: int) -> HomeworkId:
    """The id under which reminders know a round: a homework's own has a slash in it."""
    return HomeworkId(f"{_PIECE}{round_id}")


def round_of(piece: str) -> int | None:
    """The round of such an id; None for a homework's."""
    return int(piece.removeprefix(_PIECE)) if piece.startswith(_PIECE) else None


def as_piece(of: Round, *, title: str) -> Homework:
    """A round as reminders see it: something due on a date, of which people are reminded as of homework."""
    published_at = of.published_at or of.planned_at
    return Homework(
        team_id=of.team_id,
        id=piece_id(of.id),
        edition_key=of.edition_key,
        key=piece_id(of.id),
        title=title,
        brief="",
        zone=of.zone,
        opens=calendar.wall(published_at, of.zone),
        due=of.give_back,
        remind=DEFAULT_REMIND,
        remind_from=calendar.local_date(published_at, of.zone),
        remind_until=calendar.local_date(of.closes_at, of.zone),
        revision=of.publication,
    )


def group_recipient(user_ids: Collection[UserId]) -> str:
    """Whom a message to several goes to, as the outbox names them. Raises ValueError for more than eight."""
    if not 1 < len(set(user_ids)) <= LARGEST_GROUP_MESSAGE:
        raise ValueError(f"a group message goes to 2 to {LARGEST_GROUP_MESSAGE}, not {len(set(user_ids))}")
    return ",".join(sorted(set(user_ids)))

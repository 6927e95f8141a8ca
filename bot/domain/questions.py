"""Questions of the log, their answers, and who may see them."""

import re
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.values import dataclass

LONGEST_TITLE = 300
"""Characters of a title."""

_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    HIDDEN = "hidden"
    """By an organiser, with a reason."""
    REMOVED = "removed"
    """Deleted in Slack, or no question at all."""
    MERGED = "merged"
    """Its wording helps to find the one that it was merged into."""


SHOWN = (QuestionState.OPEN, QuestionState.ANSWERED)
"""The states in which a question is found, suggested, digested and counted."""


class LinkKind(StrEnum):
    """Why two questions belong together."""

    ANSWERED_BY = "answered_by"
    """Its asker said that the earlier one answers it."""
    MERGED_INTO = "merged_into"


@dataclass(frozen=True, kw_only=True)
class NewQuestion:
    """A question that is not in the log yet."""

    title: str
    asker_id: UserId
    asked_at: datetime
    """Instant, UTC."""
    detail: str = ""
    channel_id: ChannelId | None = None
    """None: imported from elsewhere, for everybody of the workspace but guests."""
    ts: str | None = None
    """Its message in that channel, the root of its thread."""
    permalink: str = ""
    is_anonymous: bool = False
    """To everybody but the asker and the organisers."""
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Question(NewQuestion):
    """A question of the log."""

    team_id: TeamId
    id: QuestionId
    state: QuestionState = QuestionState.OPEN
    answered_at: datetime | None = None
    accepted_answer_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewAnswer:
    """An answer that is not in the log yet."""

    author_id: UserId
    text: str
    answered_at: datetime
    """Instant, UTC."""
    ts: str | None = None
    """Its message in the thread."""


@dataclass(frozen=True, kw_only=True)
class Answer(NewAnswer):
    """An answer in the log."""

    team_id: TeamId
    question_id: QuestionId
    id: int
    """1, 2, … in its question."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel that the log knows. One that it does not know is taken for private."""

    team_id: TeamId
    channel_id: ChannelId
    name: str
    is_private: bool
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a person may see now: questions of public channels, and of the channels that they are in."""

    user_id: UserId
    channels: frozenset[ChannelId] = field(default_factory=frozenset)
    """The channels that the person is a member of, private ones among them."""
    is_guest: bool = False
    """Guests see only channels that they are in."""


def storable(text: str) -> str:
    """`text` without the characters that no database keeps: NUL and half surrogate pairs become `\ufffd`."""
    return _NEVER_STORED.sub("\ufffd", text)


def titled(message: str) -> tuple[str, str]:
    """A message as title and detail: a short one is its title, of a long one the first sentence that asks.

    The title is at most LONGEST_TITLE characters; the detail is empty where the title says everything.
    """
    flat = " ".join(message.split())
    if len(flat) <= LONGEST_TITLE:
        return flat, ""
    sentences = [found.group().strip() for found in _SENTENCE.finditer(message[:5_000])]
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    title = " ".join((asking or sentences or [flat])[0].split())
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return title, message.strip()

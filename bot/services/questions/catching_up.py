"""Reads what was said in channels while the bot was away, and before it came."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.messages import ChannelMessage, read_message
from bot.domain.questions import SHOWN, Question
from bot.domain.values import dataclass
from bot.domain.workspace import Installation
from bot.services.questions import check_marks, following, heard, places
from bot.services.questions.messages import PROGRESS, PROGRESS_EDIT
from storage import channels, editions, members, outbox, questions
from storage.channels import History, Mark
from storage.db import Database, Work

_log = logging.getLogger(__name__)

# How far back a channel that was read before is looked through again, for edits, deletions and new replies.
_AGAIN = timedelta(days=30)
# Threads of questions that are as young are read again whatever their last reply.
_YOUNG = timedelta(days=7)
_PAGE = 200
# Written in one transaction: it must not hold up whoever waits for an answer.
_AT_ONCE = 20
_LONG = 1_000  # messages, from which on organisers are told how far it is


async def sync(
    db: Database,
    *,
    client: AsyncWebClient,
    team_id: TeamId,
    installation: Installation,
    now: datetime,
) -> None:
    """Learn which channels there are, who is in those that the bot is in, and have their past read.

    client: may retry. Raises SlackApiError.
    """
    async with db.writing(team_id=team_id) as work:
        await channels.put_installation(work, team_id=team_id, installation=installation)
        academy = await editions.academy(work, team_id=team_id)
        known = {one.channel_id: one for one in await questions.channels(work, team_id=team_id)}
        me = installation.bot_user_id
        mine = await channels.channels_of(work, team_id=team_id, user_id=me)
    wanted = {*known, *(academy.question_channels if academy else ())}
    found = await heard.fetch_channels(client)
    for given in found:
        channel = heard.channel(given, team_id=team_id)
        if given.get("is_member"):
            async with db.reading() as work:
                changes = await channels.changes(work, team_id=team_id, channel_id=channel.channel_id)
            before = places.Before(channel=known.get(channel.channel_id), members=changes)
            user_ids = await heard.fetch_members(client, channel.channel_id)
            async with db.writing(team_id=team_id) as work:
                await places.seen(work, channel=channel, user_ids=user_ids, before=before, now=now)
        elif channel.channel_id in wanted:
            async with db.writing(team_id=team_id) as work:
                if channel.channel_id in await channels.channels_of(work, team_id=team_id, user_id=me) - mine:
                    continue  # joined since
                await questions.put_channel(work, channel)
                await channels.set_members(
                    work, team_id=team_id, channel_id=channel.channel_id, user_ids=(), now=now
                )
    async with db.writing(team_id=team_id) as work:
        for channel_id in known.keys() - {ChannelId(given["id"]) for given in found}:
            # Gone, or private without the bot.
            await places.out_of_sight(work, known[channel_id], now=now)


class Stopped(Exception):
    """The bot stops in the middle of a channel."""


async def behind(db: Database, *, team_id: TeamId) -> list[ChannelId]:
    """The channels that are to be read: after a start, after joining, once they are questions channels."""
    async with db.reading() as work:
        home = await channels.installation(work, team_id=team_id)
        if home is None:
            return []
        mine = await channels.channels_of(work, team_id=team_id, user_id=home.bot_user_id)
        histories = await channels.histories(work, team_id=team_id)
        academy = await editions.academy(work, team_id=team_id)
    asking = academy.question_channels if academy else ()
    return [
        one.channel_id
        for one in histories.values()
        if one.channel_id in mine and (one.is_behind or (one.channel_id in asking and not one.is_whole))
    ]


async def read(
    db: Database,
    *,
    client: AsyncWebClient,
    team_id: TeamId,
    channel_id: ChannelId,
    now: datetime,
    on_queued: Callable[[], None] = lambda: None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Bring the log in step with what a channel's history says, and write how far it was read.

    client: may retry: what it reads may be read twice. on_queued: told when messages may be due.
    is_stopping: asked now and then; what was read by then stays, and is read again at the next start.
    Raises Stopped, SlackApiError, and what losing Slack raises.
    """
    reading = _Reading(
        db,
        client=client,
        team_id=team_id,
        channel_id=channel_id,
        now=now,
        on_queued=on_queued,
        is_stopping=is_stopping,
    )
    await reading.run()


@dataclass(frozen=True)
class _Thread:
    """The replies to a message, as they were when Slack was asked: events may have told of more since."""

    replies: Sequence[ChannelMessage] = ()
    before: Mapping[str, Mark] = field(default_factory=dict)
    """The answers that the log knew before Slack was asked, by ts, and what it remembered of each."""


class _Reading:
    """One channel, until nobody has asked for more since it was begun."""

    def __init__(
        self,
        db: Database,
        *,
        client: AsyncWebClient,
        team_id: TeamId,
        channel_id: ChannelId,
        now: datetime,
        on_queued: Callable[[], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._db = db
        self._is_stopping = is_stopping
        self._client = client
        self._team_id = team_id
        self._channel_id = channel_id
        self._now = now
        self._on_queued = on_queued
        self._known: Mapping[str, QuestionId] = {}
        self._seen: set[str] = set()
        self._is_first = True
        self._history = History(channel_id=channel_id)
        self._told: list[str] = []

    async def run(self) -> None:
        """Read it, and write how far it was read. Raises SlackApiError and what losing Slack raises."""
        while not await self._is_done():
            self._is_first = False

    async def _is_done(self) -> bool:
        """Read it once; whether that serves everybody who wants it read."""
        read_to = f"{self._now.timestamp():.6f}"
        async with self._db.reading() as work:
            known = (await channels.histories(work, team_id=self._team_id))[self._channel_id]
            is_asking = await places.is_questions_channel(
                work, team_id=self._team_id, channel_id=self._channel_id
            )
            again_from = f"{(self._now - _AGAIN).timestamp():.6f}"
            oldest = "0"
            if known.is_whole or not is_asking:
                # A channel without questions of its own is followed from the bot's coming on.
                oldest = min(known.read_to or read_to, again_from)
            # Before Slack is asked: what the log hears of meanwhile is not missing there.
            self._known = await channels.questions_since(
                work, team_id=self._team_id, channel_id=self._channel_id, oldest=oldest
            )
        self._seen = set()
        self._history = replace(known, messages=0, questions=0) if self._is_first else known
        try:
            await self._read_from(oldest)
        except SlackApiError as refused:
            if refused.response.get("error") not in ("not_in_channel", "channel_not_found", "missing_scope"):
                raise
            _log.warning("a channel cannot be read: %s", refused.response.get("error"))
        else:
            await self._take_out_deleted()
            self._history = replace(self._history, read_to=read_to, is_whole=known.is_whole or is_asking)
        async with self._db.writing(team_id=self._team_id) as work:
            is_done = await self._write(work, is_over=True)
            if is_done:
                await self._tell(work)
        return is_done

    async def _write(self, work: Work, *, is_over: bool = False) -> bool:
        """Write how far it is; False where, since this was begun, somebody asked for it to be read."""
        now = (await channels.histories(work, team_id=self._team_id))[self._channel_id]
        is_asked_again = now.times_asked != self._history.times_asked
        written = replace(self._history, is_behind=is_asked_again or not is_over, times_asked=now.times_asked)
        await channels.put_history(work, team_id=self._team_id, history=written)
        return not is_asked_again

    async def _read_from(self, oldest: str) -> None:
        cursor = ""
        while True:
            page = await self._client.conversations_history(
                channel=self._channel_id, oldest=oldest, inclusive=True, limit=_PAGE, cursor=cursor or None
            )
            found = [(read_message(one, channel_id=self._channel_id), one) for one in page["messages"]]
            found.reverse()  # questions are numbered as they were asked
            for start in range(0, len(found), _AT_ONCE):
                await self._take_in(found[start : start + _AT_ONCE])
            if self._is_first:
                self._history = replace(self._history, messages=self._history.messages + len(found))
            async with self._db.writing(team_id=self._team_id) as work:
                await self._write(work)
                if self._history.messages >= _LONG:
                    await self._tell(work, is_over=False)
            self._on_queued()
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _take_in(self, found: Sequence[tuple[ChannelMessage, Mapping[str, Any]]]) -> None:
        if self._is_stopping():
            raise Stopped
        threads = []
        for message, given in found:
            self._seen.add(message.ts)
            if not message.is_reply:
                threads.append((message, await self._thread(message, given)))
        async with self._db.writing(team_id=self._team_id) as work:
            new = [await self._reconcile(work, message, thread) for message, thread in threads]
        self._history = replace(self._history, questions=self._history.questions + sum(new))

    async def _thread(self, message: ChannelMessage, given: Mapping[str, Any]) -> _Thread:
        """The thread of a message; an empty one where nothing can be new in it."""
        async with self._db.reading() as work:
            known = await questions.question_of_message(
                work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts
            )
            before = await self._marks(work, await self._answers(work, known) if known else ())
            if not (message.has_replies or before):
                return _Thread()
            is_asking = await places.is_questions_channel(
                work, team_id=self._team_id, channel_id=self._channel_id
            )
            # That it was taken away is seen at the reply only.
            is_by_check = known is not None and await check_marks.is_accepted_by_check(work, known)
        if known is None and not is_asking and not following.is_asking(message):
            return _Thread()
        if known is not None and known.state not in SHOWN:
            return _Thread()
        is_old = self._now - message.said_at > _YOUNG
        was_read = message.has_replies and str(given.get("latest_reply") or "") <= (
            self._history.read_to or ""
        )
        if known is not None and known.answered_at is not None and is_old and was_read and not is_by_check:
            return _Thread()
        thread = await heard.fetch_thread(self._client, self._channel_id, message.ts)
        return _Thread(thread[1:], before) if thread else _Thread()

    async def _answers(self, work: Work, question: Question) -> list[str]:
        """The messages of a question's answers, by ts."""
        given = await questions.answers(work, team_id=self._team_id, question_ids=[question.id])
        return [one.ts for one in given if one.ts is not None]

    async def _marks(self, work: Work, of: Iterable[str]) -> dict[str, Mark]:
        return await channels.marks(work, team_id=self._team_id, channel_id=self._channel_id, of=list(of))

    async def _reconcile(self, work: Work, message: ChannelMessage, thread: _Thread) -> bool:
        """Bring the log in step with a message and its replies; whether it is a new question."""
        question = await questions.question_of_message(
            work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts
        )
        as_read = await self._as_read(work, thread)
        replies = [one if one.ts in as_read else replace(one, reactions=()) for one in thread.replies]
        if question is not None:
            await self._catch_edit(work, message)
            await self._catch_deletions(work, question, thread)
            same = [one for one in replies if one.ts in as_read]
            await check_marks.open_unchecked(work, question, same, now=self._now)
        for reply in replies:
            await self._catch_edit(work, reply)
        new = await following.take_in(
            work, team_id=self._team_id, thread=[message, *replies], is_past=True, now=self._now
        )
        return new is not None

    async def _as_read(self, work: Work, thread: _Thread) -> set[str]:
        """The replies, by ts, of whose check marks nothing was heard since Slack was asked."""
        now = await self._marks(work, [reply.ts for reply in thread.replies])
        then = {ts: thread.before.get(ts, Mark(channel_id=self._channel_id, ts=ts)) for ts in now}
        return {
            ts
            for ts, mark in now.items()
            if (mark.checked_ts, mark.checked_by) == (then[ts].checked_ts, then[ts].checked_by)
        }

    async def _catch_edit(self, work: Work, message: ChannelMessage) -> None:
        if message.edited_ts is None:
            return
        mark = await channels.mark(work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts)
        is_known = await channels.answer_of_message(
            work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts
        ) or await questions.question_of_message(
            work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts
        )
        if is_known and (mark.edited_ts or "") < message.edited_ts:
            await following.reworded(work, team_id=self._team_id, message=message, now=self._now)

    async def _catch_deletions(self, work: Work, question: Question, thread: _Thread) -> None:
        there = {reply.ts for reply in thread.replies}
        for ts in await self._answers(work, question):
            if ts in thread.before and ts not in there:
                await following.gone(
                    work, team_id=self._team_id, channel_id=self._channel_id, ts=ts, now=self._now
                )

    async def _take_out_deleted(self) -> None:
        if not self._seen:
            return
        # Slack hides what is older than a plan allows: only a gap between messages is a deletion.
        oldest = min(self._seen)
        async with self._db.writing(team_id=self._team_id) as work:
            for ts in sorted(self._known.keys() - self._seen):
                if ts > oldest:
                    await following.gone(
                        work, team_id=self._team_id, channel_id=self._channel_id, ts=ts, now=self._now
                    )

    async def _tell(self, work: Work, *, is_over: bool = True) -> None:
        """Let organisers know how far a long channel is; one message each, which is then rewritten."""
        if not self._told and not is_over:
            key = f"progress:{self._channel_id}:{self._now:%Y%m%dT%H%M%S}"
            for user_id in await members.organisers(work, team_id=self._team_id):
                self._told.append(f"{key}:{user_id}")
                await self._enqueue(work, user_id, PROGRESS, self._told[-1])
            return
        for key in self._told:
            await outbox.enqueue_again(
                work,
                team_id=self._team_id,
                key=f"{key}:edit",
                recipient=key.rsplit(":", 1)[1],
                kind=PROGRESS_EDIT,
                body={"channel_id": self._channel_id, "target_key": key},
                now=self._now,
            )

    async def _enqueue(self, work: Work, user_id: UserId, kind: str, key: str) -> None:
        await outbox.enqueue(
            work,
            team_id=self._team_id,
            key=key,
            recipient=user_id,
            kind=kind,
            body={"channel_id": self._channel_id},
            now=self._now,
        )

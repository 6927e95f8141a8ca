"""Reads what was said in channels while the bot was away, and before it came."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.messages import ChannelMessage, read_message
from bot.domain.questions import SHOWN, Question
from bot.domain.workspace import Installation
from bot.services.questions import check_marks, following, heard, places
from bot.services.questions.messages import PROGRESS, PROGRESS_EDIT
from storage import channels, editions, members, outbox, questions
from storage.channels import History
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
    found = await heard.fetch_channels(client)
    async with db.writing(team_id=team_id) as work:
        await channels.put_installation(work, team_id=team_id, installation=installation)
        academy = await editions.academy(work, team_id=team_id)
        known = {one.channel_id: one for one in await questions.channels(work, team_id=team_id)}
    wanted = {*known, *(academy.question_channels if academy else ())}
    for given in found:
        channel = heard.channel(given, team_id=team_id)
        if given.get("is_member"):
            user_ids = await heard.fetch_members(client, channel.channel_id)
            async with db.writing(team_id=team_id) as work:
                await places.seen(work, channel=channel, user_ids=user_ids, now=now)
        elif channel.channel_id in wanted:
            async with db.writing(team_id=team_id) as work:
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


class _Reading:
    """One channel, once."""

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
        self._seen: set[str] = set()
        self._history = History(channel_id=channel_id)
        self._told: list[str] = []

    async def run(self) -> None:
        """Read it, and write how far it was read. Raises SlackApiError and what losing Slack raises."""
        async with self._db.reading() as work:
            known = (await channels.histories(work, team_id=self._team_id))[self._channel_id]
            is_asking = await places.is_questions_channel(
                work, team_id=self._team_id, channel_id=self._channel_id
            )
        self._history = replace(known, is_behind=True, messages=0, questions=0)
        read_to = f"{self._now.timestamp():.6f}"
        again_from = f"{(self._now - _AGAIN).timestamp():.6f}"
        oldest = "0"
        if known.is_whole or not is_asking:
            # A channel without questions of its own is followed from the bot's coming on.
            oldest = min(known.read_to or read_to, again_from)
        try:
            await self._read_from(oldest)
        except SlackApiError as refused:
            if refused.response.get("error") not in ("not_in_channel", "channel_not_found", "missing_scope"):
                raise
            _log.warning("a channel cannot be read: %s", refused.response.get("error"))
        else:
            await self._take_out_deleted()
            self._history = replace(self._history, read_to=read_to, is_whole=known.is_whole or is_asking)
        self._history = replace(self._history, is_behind=False)
        async with self._db.writing(team_id=self._team_id) as work:
            await channels.put_history(work, team_id=self._team_id, history=self._history)
            await self._tell(work)

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
            self._history = replace(self._history, messages=self._history.messages + len(found))
            async with self._db.writing(team_id=self._team_id) as work:
                await channels.put_history(work, team_id=self._team_id, history=self._history)
                if self._history.messages >= _LONG:
                    await self._tell(work)
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

    async def _thread(self, message: ChannelMessage, given: Mapping[str, Any]) -> list[ChannelMessage] | None:
        """The thread of a message, where something may be new in it; else None."""
        if not message.has_replies:
            return []
        async with self._db.reading() as work:
            known = await questions.question_of_message(
                work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts
            )
            is_asking = await places.is_questions_channel(
                work, team_id=self._team_id, channel_id=self._channel_id
            )
            # That it was taken away is seen at the reply only.
            is_by_check = known is not None and await check_marks.is_accepted_by_check(work, known)
        if known is None and not is_asking and not following.is_asking(message):
            return None
        if known is not None and known.state not in SHOWN:
            return None
        is_old = self._now - message.said_at > _YOUNG
        was_read = str(given.get("latest_reply") or "") <= (self._history.read_to or "")
        if known is not None and known.answered_at is not None and is_old and was_read and not is_by_check:
            return None
        thread = await heard.fetch_thread(self._client, self._channel_id, message.ts)
        return thread[1:] if thread else None

    async def _reconcile(
        self, work: Work, message: ChannelMessage, replies: list[ChannelMessage] | None
    ) -> bool:
        """Bring the log in step with a message and its replies; whether it is a new question."""
        question = await questions.question_of_message(
            work, team_id=self._team_id, channel_id=self._channel_id, ts=message.ts
        )
        if question is not None:
            await self._catch_edit(work, message)
            await self._catch_deletions(work, question, replies)
            await check_marks.open_unchecked(work, question, replies or (), now=self._now)
        for reply in replies or ():
            await self._catch_edit(work, reply)
        thread = [message, *(replies or ())]
        new = await following.take_in(work, team_id=self._team_id, thread=thread, is_past=True, now=self._now)
        return new is not None

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

    async def _catch_deletions(
        self, work: Work, question: Question, replies: list[ChannelMessage] | None
    ) -> None:
        if replies is None:
            return
        there = {reply.ts for reply in replies}
        for answer in await questions.answers(work, team_id=self._team_id, question_ids=[question.id]):
            if answer.ts is not None and answer.ts not in there:
                await following.gone(
                    work, team_id=self._team_id, channel_id=self._channel_id, ts=answer.ts, now=self._now
                )

    async def _take_out_deleted(self) -> None:
        if not self._seen:
            return
        # Slack hides what is older than a plan allows: only a gap between messages is a deletion.
        oldest, newest = min(self._seen), f"{self._now.timestamp():.6f}"
        async with self._db.writing(team_id=self._team_id) as work:
            known = await channels.questions_since(
                work, team_id=self._team_id, channel_id=self._channel_id, oldest=oldest
            )
            for ts in sorted(known.keys() - self._seen):
                # What was said while this was read is told by events.
                if ts <= newest:
                    await following.gone(
                        work, team_id=self._team_id, channel_id=self._channel_id, ts=ts, now=self._now
                    )

    async def _tell(self, work: Work) -> None:
        """Let organisers know how far a long channel is; one message each, which is then rewritten."""
        if not self._told and self._history.messages >= _LONG and self._history.is_behind:
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

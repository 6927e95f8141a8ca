"""Fills the log from files of older groups: a Slack export or a CSV; the same file twice changes nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot.domain.export_file import Export, ExportedChannel, questions_of, read_export
from bot.domain.faults import Fault, Faults, decode, nearest
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.past import PastAnswer, PastQuestion, Someone
from bot.domain.question_file import read_questions
from bot.domain.questions import Answer, Channel, NewAnswer, NewQuestion, Question, QuestionState
from bot.domain.values import dataclass
from bot.domain.workspace import Installation
from bot.services import people as everybody
from bot.views import words
from storage import channels, editions, members, questions
from storage.db import Database, Work

NOTHING_CHANGED = "nothing changed"

# Written in one transaction, so that a bot that is running can answer in between.
_AT_ONCE = 100


@dataclass
class _Files:
    questions: list[PastQuestion] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class _Count:
    questions: int = 0
    answers: int = 0
    accepted: int = 0


async def import_questions(
    db: Database,
    *,
    team_id: TeamId,
    home: Installation,
    files: Sequence[tuple[str, bytes]],
    people: Sequence[Member],
    known: Sequence[Channel],
    only: Collection[str] = (),
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[str]:
    """Take over the questions of Slack exports (`.zip`) and tables (`.csv`), each with its answers.

    Of an export of this workspace they keep their place in their channel. Others are for everybody. A channel
    that is not a questions channel here gives only the messages that ask something, unless `only` names it.
    home: where the bot is installed. people, known: everybody in that workspace, its channels that it sees.
    files: name and content of each.
    only: names or ids of the exports' channels that are wanted; all of them where it is empty.
    progress: told how many questions of how many are done.
    Returns a line on what changed, or NOTHING_CHANGED, then notes on what was left out.
    Raises Faults with all that is wrong, over all the files: nothing is changed then.
    """
    async with db.reading() as work:
        academy = await editions.academy(work, team_id=team_id)
    reading = _Reader(
        known={one.channel_id: one for one in known},
        asking=academy.question_channels if academy else (),
        only=only,
        zone=academy.timezone if academy else "UTC",
        now=now,
    )
    given = reading.read(files)
    if given.faults:
        raise Faults(given.faults)
    async with db.writing(team_id=team_id) as work:
        await everybody.take_over(work, team_id=team_id, people=people, now=now)
        for one in known:
            if any(past.channel_id == one.channel_id for past in given.questions):
                await questions.put_channel(work, one)
        writing = _Writer(team_id=team_id, home=home, people=people)
        await writing.learn_imported(work)
    total = len(given.questions)
    progress(0, total)
    for start in range(0, total, _AT_ONCE):
        async with db.writing(team_id=team_id) as work:
            await writing.write(work, given.questions[start : start + _AT_ONCE])
        progress(min(start + _AT_ONCE, total), total)
    return [writing.told(), *given.notes]


class _Reader:
    def __init__(
        self,
        *,
        known: Mapping[ChannelId, Channel],
        asking: Collection[ChannelId],
        only: Collection[str],
        zone: str,
        now: datetime,
    ) -> None:
        self._known = known
        self._asking = asking
        self._only = {one.removeprefix("#").casefold() for one in only}
        self._zone = zone
        self._now = now

    def read(self, files: Sequence[tuple[str, bytes]]) -> _Files:
        given = _Files()
        for name, content in files:
            if name.casefold().endswith(".zip"):
                export, faults = read_export(content, file=name)
                given.faults += faults
                if not faults:
                    self._take_export(export, name, given)
            elif name.casefold().endswith(".csv"):
                try:
                    text = decode(name, content)
                except Faults as wrong:
                    given.faults += wrong.faults
                    continue
                found, faults = read_questions(text, file=name, zone=self._zone, now=self._now)
                given.questions += found
                given.faults += faults
            else:
                remedy = "name a Slack export .zip and a table .csv"
                given.faults.append(Fault(name, 1, "", "this is neither an export nor a table", remedy))
        return given

    def _take_export(self, export: Export, file: str, given: _Files) -> None:
        names = {name for one in export.channels for name in (one.name.casefold(), one.channel_id.casefold())}
        for missing in sorted(self._only - names):
            meant = nearest(missing, [one.name for one in export.channels])
            remedy = f"did you mean {meant}" if meant else "look at the channels in channels.json"
            given.faults.append(Fault(file, 1, "", f'there is no channel "{missing}" in it', remedy))
        for channel in export.channels:
            self._take_channel(export, channel, given)

    def _take_channel(self, export: Export, channel: ExportedChannel, given: _Files) -> None:
        is_named = bool({channel.name.casefold(), channel.channel_id.casefold()} & self._only)
        if self._only and not is_named:
            return
        is_here = channel.channel_id in self._known
        if channel.is_private and not is_here and not is_named:
            given.notes.append(
                f"left out: {channel.name}, which was private; to take it over for everybody to see, "
                f"add --channel {channel.name}"
            )
            return
        all_of_it = is_named or channel.channel_id in self._asking
        for found in questions_of(export, channel, all_of_it=all_of_it):
            given.questions.append(found if is_here else replace(found, channel_id=None, ts=None))


class _Writer:
    def __init__(self, *, team_id: TeamId, home: Installation, people: Sequence[Member]) -> None:
        self._team_id = team_id
        self._home = home
        self._count = _Count()
        self._imported: dict[str, QuestionId] = {}
        persons = [one for one in people if not one.is_bot]
        self._by_id = {str(one.user_id): one.user_id for one in persons}
        self._by_email = {one.email.casefold(): one.user_id for one in persons if one.email}
        names = [one.name.casefold() for one in persons]
        # Two people of one name are told apart by no file.
        self._by_name = {
            one.name.casefold(): one.user_id for one in persons if names.count(one.name.casefold()) == 1
        }
        self._strangers: dict[UserId, Someone] = {}

    def told(self) -> str:
        """What changed, in a line."""
        if self._count == _Count():
            return NOTHING_CHANGED
        return ", ".join(
            (
                words.plural(self._count.questions, "question"),
                words.plural(self._count.answers, "answer"),
                f"{self._count.accepted} accepted",
            )
        )

    async def learn_imported(self, work: Work) -> None:
        """Which questions came from files before."""
        self._imported = await channels.imported(work, team_id=self._team_id)

    async def write(self, work: Work, given: Sequence[PastQuestion]) -> None:
        """Take these over, those that are in the log already without a second time."""
        new: list[PastQuestion] = []
        for past in given:
            found = await self._in_the_log(work, past)
            if found is not None:
                await self._complete(work, found, past)
            elif past.source not in {one.source for one in new}:
                new.append(past)
        asked = [(self._question(past), [self._answer(one) for one in past.answers]) for past in new]
        await self._write_strangers(work)
        written = await questions.add_questions(work, team_id=self._team_id, asked=asked)
        sources = {past.source: one.id for past, one in zip(new, written, strict=True)}
        await channels.put_imported(work, team_id=self._team_id, sources=sources)
        self._imported.update(sources)
        for past, one in zip(new, written, strict=True):
            self._count.questions += 1
            self._count.answers += len(past.answers)
            place = next((at for at, answer in enumerate(past.answers, start=1) if answer.is_accepted), None)
            if place is not None:
                await self._accept(work, one, place, past.answers[place - 1].answered_at)

    async def _in_the_log(self, work: Work, past: PastQuestion) -> Question | None:
        if past.channel_id is not None and past.ts is not None:
            return await questions.question_of_message(
                work, team_id=self._team_id, channel_id=past.channel_id, ts=past.ts
            )
        known = self._imported.get(past.source)
        if known is None:
            return None
        return await questions.question(work, team_id=self._team_id, question_id=known)

    async def _complete(self, work: Work, question: Question, past: PastQuestion) -> None:
        """Add the answers that are new in the file. What is in the log is left as it is."""
        if question.state not in (QuestionState.OPEN, QuestionState.ANSWERED):
            return
        known = await questions.answers(work, team_id=self._team_id, question_ids=[question.id])
        for answer in past.answers:
            given = self._answer(answer)
            found = next((one for one in known if _is_same(one, given)), None)
            if found is None:
                await self._write_strangers(work)
                found = await questions.add_answer(
                    work, team_id=self._team_id, question_id=question.id, given=given
                )
                self._count.answers += 1
            if answer.is_accepted and question.state is QuestionState.OPEN:
                question = await self._accept(work, question, found.id, answer.answered_at)

    async def _accept(self, work: Work, question: Question, answer_id: int, at: datetime) -> Question:
        settled = replace(
            question, state=QuestionState.ANSWERED, accepted_answer_id=answer_id, answered_at=at
        )
        await questions.change_question(work, settled)
        self._count.accepted += 1
        return settled

    def _question(self, past: PastQuestion) -> NewQuestion:
        return NewQuestion(
            title=past.title,
            detail=past.detail,
            topic=past.topic,
            asker_id=self._person(past.by),
            asked_at=past.asked_at,
            channel_id=past.channel_id,
            ts=past.ts,
            permalink=self._home.permalink(past.channel_id, past.ts) if past.channel_id and past.ts else "",
        )

    def _answer(self, past: PastAnswer) -> NewAnswer:
        return NewAnswer(
            author_id=self._person(past.by), text=past.text, answered_at=past.answered_at, ts=past.ts
        )

    def _person(self, someone: Someone) -> UserId:
        found = (
            self._by_id.get(someone.user_id)
            or self._by_email.get(someone.email.casefold())
            or self._by_name.get(someone.name.casefold())
        )
        if found is not None:
            return found
        named = someone.email or someone.user_id or someone.name
        # No id of Slack's begins with X.
        stranger = UserId(f"X{sha256(named.casefold().encode()).hexdigest()[:10].upper()}")
        self._strangers[stranger] = someone
        return stranger

    async def _write_strangers(self, work: Work) -> None:
        """Keep the names of those who are not in the workspace, as if they had left it."""
        for user_id, someone in self._strangers.items():
            stranger: dict[str, Any] = {"name": someone.name, "email": someone.email}
            await members.put_member(
                work, Member(team_id=self._team_id, user_id=user_id, is_deactivated=True, **stranger)
            )
        self._strangers = {}


def _is_same(known: Answer, given: NewAnswer) -> bool:
    if known.ts is not None and given.ts is not None:
        return known.ts == given.ts
    return (known.author_id, known.text) == (given.author_id, given.text)

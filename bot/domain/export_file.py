"""Reads a Slack export, the ZIP that an owner of a workspace downloads, or says all that is wrong with it."""

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from typing import Any

from bot.domain.faults import Fault
from bot.domain.ids import ChannelId, UserId
from bot.domain.messages import CHECK, ChannelMessage, instant_of, mentioned, read_message, readable
from bot.domain.past import PastAnswer, PastQuestion, Someone
from bot.domain.questions import titled
from bot.domain.search.asking import asks
from bot.domain.values import dataclass

LARGEST_FILE = 200_000_000
"""Bytes of one file in the ZIP, unpacked."""

_HINT = "download the export from Slack again, and leave the ZIP as it is"
_UNKNOWN = "somebody who left"


@dataclass(frozen=True, kw_only=True)
class ExportedChannel:
    """A channel of an export; direct messages are none."""

    channel_id: ChannelId
    name: str
    is_private: bool
    messages: tuple[ChannelMessage, ...]
    """Oldest first."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """What an export holds."""

    people: Mapping[UserId, Someone] = field(default_factory=dict)
    apps: frozenset[UserId] = frozenset()
    channels: tuple[ExportedChannel, ...] = ()
    """By name."""


def read_export(content: bytes, *, file: str) -> tuple[Export, list[Fault]]:
    """The people and channels of an export, and what is wrong with it.

    file: the name to put into the faults; a file within the ZIP is named behind it, with its line.
    """
    reading = _Reading(file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            export = reading.read(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as wrong:
        # RuntimeError is what an encrypted one raises.
        return Export(), [Fault(file, 1, "", f"this is no ZIP that can be read ({wrong})", _HINT)]
    return (Export(), reading.faults) if reading.faults else (export, [])


def questions_of(export: Export, channel: ExportedChannel, *, all_of_it: bool) -> list[PastQuestion]:
    """The questions of a channel with their answers: what people wrote there, and the threads below it.

    all_of_it: whether every message of it is a question; else only those that ask something are.
    A reply whose question is not in the export is left out.
    """
    roots: list[ChannelMessage] = []
    replies: dict[str, list[ChannelMessage]] = defaultdict(list)
    for message in channel.messages:
        if not message.is_said_by_a_person or message.author_id in export.apps:
            continue
        if message.is_reply and message.thread_ts is not None:
            replies[message.thread_ts].append(message)
        elif all_of_it or asks(message.text):
            roots.append(message)
    found = (_question(export, root, replies[root.ts]) for root in roots)
    return [one for one in found if one is not None]


def _question(export: Export, root: ChannelMessage, replies: list[ChannelMessage]) -> PastQuestion | None:
    text = _seen(export, root)
    title, detail = titled(text)
    if not title:
        return None
    answers = [
        PastAnswer(
            by=_by(export, reply),
            text=text,
            answered_at=reply.said_at,
            ts=reply.ts,
            # By an organiser's check mark, too: an export does not say who they are.
            is_accepted=bool(root.author_id and reply.has_reaction(CHECK, root.author_id)),
        )
        for reply in replies
        if (text := _seen(export, reply))
    ]
    return PastQuestion(
        source=f"export:{root.channel_id}:{root.ts}",
        by=_by(export, root),
        asked_at=root.said_at,
        title=title,
        detail=detail,
        channel_id=root.channel_id,
        ts=root.ts,
        answers=tuple(answers),
    )


def _seen(export: Export, message: ChannelMessage) -> str:
    names = {
        user_id: export.people[user_id].name for user_id in mentioned(message.text) & export.people.keys()
    }
    text = readable(message.text, lambda user_id: names.get(user_id, "")).strip()
    return "\n\n".join(part for part in (text, ", ".join(message.file_names)) if part)


def _by(export: Export, message: ChannelMessage) -> Someone:
    user_id = UserId(str(message.author_id))
    return export.people.get(user_id, Someone(name=_UNKNOWN, user_id=user_id))


class _Reading:
    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def read(self, archive: zipfile.ZipFile) -> Export:
        names = set(archive.namelist())
        if "channels.json" not in names and "groups.json" not in names:
            self._fault(self._file, 1, "there is no channels.json in it: this is no Slack export")
            return Export()
        people, apps = self._people(archive, names)
        days: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            folder, _, day = name.rpartition("/")
            if day.endswith(".json") and folder:
                days[folder].append(name)
        channels = [
            ExportedChannel(
                channel_id=channel_id,
                name=name,
                is_private=is_private,
                messages=self._messages(archive, channel_id, days.get(name, ())),
            )
            for channel_id, name, is_private in self._channels(archive, names)
        ]
        return Export(people=people, apps=apps, channels=tuple(sorted(channels, key=lambda one: one.name)))

    def _people(
        self, archive: zipfile.ZipFile, names: Collection[str]
    ) -> tuple[dict[UserId, Someone], frozenset[UserId]]:
        people: dict[UserId, Someone] = {}
        apps: set[UserId] = {UserId("USLACKBOT")}
        for line, given in self._entries(archive, "users.json") if "users.json" in names else ():
            if not isinstance(given.get("id"), str):
                self._fault(f"{self._file}/users.json", line, "a person has no id")
                continue
            profile = given["profile"] if isinstance(given.get("profile"), dict) else {}
            wanted = (profile.get("real_name"), given.get("real_name"), given.get("name"))
            user_id = UserId(given["id"])
            name = next((name for name in wanted if name and isinstance(name, str)), user_id)
            people[user_id] = Someone(name=name, email=str(profile.get("email") or ""), user_id=user_id)
            if given.get("is_bot"):
                apps.add(user_id)
        return people, frozenset(apps)

    def _channels(
        self, archive: zipfile.ZipFile, names: Collection[str]
    ) -> Iterator[tuple[ChannelId, str, bool]]:
        for listing, is_private in (("channels.json", False), ("groups.json", True)):
            for line, given in self._entries(archive, listing) if listing in names else ():
                if isinstance(given.get("id"), str) and isinstance(given.get("name"), str):
                    yield ChannelId(given["id"]), given["name"], is_private
                else:
                    self._fault(f"{self._file}/{listing}", line, "a channel has no id or no name")

    def _messages(
        self, archive: zipfile.ZipFile, channel_id: ChannelId, days: Collection[str]
    ) -> tuple[ChannelMessage, ...]:
        found: dict[str, ChannelMessage] = {}
        for name in days:
            for line, given in self._entries(archive, name):
                if given.get("type", "message") != "message":
                    continue
                if problem := _problem(given):
                    self._fault(f"{self._file}/{name}", line, problem)
                    continue
                message = read_message(given, channel_id=channel_id)
                # Sent to the channel as well, a reply stands there twice.
                found.setdefault(message.ts, message)
        return tuple(found[ts] for ts in sorted(found, key=float))

    def _entries(self, archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of a file's list, each with the line that it begins in."""
        place = f"{self._file}/{name}"
        if archive.getinfo(name).file_size > LARGEST_FILE:
            self._fault(place, 1, f"it has more than {LARGEST_FILE // 1_000_000} MB")
            return
        try:
            text = archive.read(name).decode("utf-8-sig")
        except UnicodeDecodeError:
            self._fault(place, 1, "the text is not in UTF-8")
            return
        try:
            line, before = 1, 0
            for at, given in _listed(text):
                line, before = line + text.count("\n", before, at), at
                if isinstance(given, dict):
                    yield line, given
                else:
                    self._fault(place, line, "something else than an object stands here")
        except json.JSONDecodeError as wrong:
            self._fault(place, wrong.lineno, f"this is no JSON list of objects ({wrong.msg})")
        except RecursionError:
            self._fault(place, 1, "its lists are nested too deeply")

    def _fault(self, file: str, line: int, problem: str) -> None:
        self.faults.append(Fault(file, line, "", problem, _HINT))


def _problem(given: Mapping[str, Any]) -> str:
    ts = given.get("ts")
    try:
        instant_of(str(ts))
    except (ValueError, OverflowError, OSError):
        return "a message has no ts" if ts is None else f"{str(ts)[:40]!r} is no ts of a message"
    if not isinstance(given.get("text", ""), str | None):
        return "a message's text is no text"
    if not isinstance(given.get("edited") or {}, dict):
        return "a message's edit is none"
    for name, needed in (("files", ()), ("reactions", ("name",))):
        several = given.get(name) or []
        if not isinstance(several, list) or not all(_has(one, needed) for one in several):
            return f"a message's {name} are none"
    return ""


def _has(given: Any, needed: Collection[str]) -> bool:
    return isinstance(given, dict) and all(isinstance(given.get(name), str) for name in needed)


def _listed(text: str) -> Iterator[tuple[int, Any]]:
    """The elements of a JSON list, each with the place that it begins at. Raises JSONDecodeError."""
    decoder = json.JSONDecoder()
    place = _after_blanks(text, 0)
    if text[place : place + 1] != "[":
        raise json.JSONDecodeError("Expecting a list", text, place)
    place = _after_blanks(text, place + 1)
    while text[place : place + 1] != "]":
        element, end = decoder.raw_decode(text, place)
        yield place, element
        place = _after_blanks(text, end)
        if text[place : place + 1] == ",":
            place = _after_blanks(text, place + 1)
        elif text[place : place + 1] != "]":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)


def _after_blanks(text: str, place: int) -> int:
    while text[place : place + 1].isspace():
        place += 1
    return place

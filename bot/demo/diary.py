"""The diary of the demo: who got what and when, and what the people themselves did."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.values import dataclass
from sandbox.records import App, Change, Channel
from sandbox.workspace import Workspace, instant_of

_WIDTH = 140
_ZONES_WIDTH = 20


@dataclass(frozen=True, kw_only=True, order=True)
class Line:
    """Something that happened."""

    at: datetime
    """UTC, whole seconds."""
    who: str
    """Who got it or did it: a name, several joined by `, `, or a channel as `#name`."""
    what: str
    """In one line."""
    zone: str
    """IANA zone of whoever got it; of the academy for a channel."""
    users: tuple[str, ...] = ()
    """Their ids; none for a channel."""

    def __str__(self) -> str:
        shown = self.at.astimezone(ZoneInfo(self.zone))
        city = self.zone.rpartition("/")[2].replace("_", " ")
        return f"{shown:%a %d %b %Y %H:%M} {city:<{_ZONES_WIDTH}} {self.who}: {self.what}"


class Diary:
    """Listens to a workspace from the moment it is made."""

    def __init__(self, workspace: Workspace, app: App, *, zone: str = "Europe/Rome") -> None:
        """zone: in which what a whole channel sees is shown."""
        self._workspace = workspace
        self._app = app
        self._zone = zone
        self._lines: list[Line] = []
        workspace.subscribe(self._hear)

    @property
    def lines(self) -> list[Line]:
        """Everything so far, in order; what came in the same second by name."""
        return sorted(self._lines)

    def as_json(self) -> list[list[Any]]:
        """The lines, as `go_on_from` takes them."""
        return [[line.at.isoformat(), line.who, line.what, line.zone, line.users] for line in self.lines]

    def go_on_from(self, kept: Iterable[list[Any]]) -> None:
        """Begin with the lines of a diary that was kept."""
        for at, who, what, zone, users in kept:
            self._enter(datetime.fromisoformat(at), who, what, zone, tuple(users))

    def did(self, user_id: str, what: str) -> None:
        """Enter what somebody did beside writing messages."""
        user = self._workspace.user(user_id)
        self._enter(self._workspace.clock.now(), user.real_name, what, user.tz, (user_id,))

    def _hear(self, change: Change) -> None:
        if change.kind != "message" or "subtype" in change.body:
            return
        channel = self._workspace.channels[change.channel]
        at, said = instant_of(change.body["ts"]), _one_line(str(change.body.get("text", "")))
        if change.user == self._app.bot_user_id:
            self._received(at, channel, said)
        else:
            verb = "answers" if change.body.get("thread_ts") else "writes"
            place = f" in #{channel.name}" if channel.kind in ("public", "private") else ""
            user = self._workspace.user(change.user)
            self._enter(at, user.real_name, f"{verb}{place}: {said}", user.tz, (user.id,))

    def _received(self, at: datetime, channel: Channel, said: str) -> None:
        if channel.kind in ("public", "private"):
            self._enter(at, f"#{channel.name}", said, self._zone, ())
            return
        people = [self._workspace.user(one) for one in channel.members if one != self._app.bot_user_id]
        for person in people:
            others = ", ".join(sorted(one.real_name for one in people if one is not person))
            who = f"{person.real_name} (with {others})" if others else person.real_name
            self._enter(at, f"→ {who}", said, person.tz, (person.id,))

    def _enter(self, at: datetime, who: str, what: str, zone: str, users: tuple[str, ...]) -> None:
        second = at.astimezone(UTC).replace(microsecond=0)
        self._lines.append(Line(at=second, who=who, what=what, zone=zone, users=users))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"

"""What people type, as Slack hands it on: names become mentions, addresses links, the rest is escaped."""

import re
from typing import Any

from sandbox.workspace import Workspace

_SPECIAL = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>|<#(?P<channel>C[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|(?P<link>https?://[^\s<>]*[^\s<>.,;:!?)'\"])|(?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|@(?P<handle>[\w.-]*\w)|#(?P<name>[\w-]+)"
)
_BROADCASTS = frozenset({"channel", "here", "everyone"})


def escaped(text: str) -> str:
    """The text with Slack's three control characters made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_message(workspace: Workspace, text: str) -> str:
    """A message: `@name` and `<@U…>` mention a person, `#name` a channel; addresses become links."""
    return _marked(workspace, text, labelled=False)


def as_command_text(workspace: Workspace, text: str, *, should_escape: bool) -> str:
    """A command's text: mentions and links are marked, with a label, only where the app asked for it."""
    return _marked(workspace, text, labelled=True) if should_escape else escaped(text)


def _marked(workspace: Workspace, text: str, *, labelled: bool) -> str:
    parts: list[str] = []
    end = 0
    for found in _SPECIAL.finditer(text):
        parts += [escaped(text[end : found.start()]), _mark(workspace, found, labelled=labelled)]
        end = found.end()
    return "".join([*parts, escaped(text[end:])])


def _mark(workspace: Workspace, found: re.Match[str], *, labelled: bool) -> str:
    kind, value = found.lastgroup, found[found.lastgroup or 0]
    if kind == "link":
        return f"<{escaped(value)}>"
    if kind == "mail":
        return f"<mailto:{value}|{value}>"
    if kind == "user" and value in workspace.users:
        return f"<@{value}|{workspace.users[value].name}>" if labelled else f"<@{value}>"
    if kind == "channel" and value in workspace.channels:
        return f"<#{value}|{workspace.channels[value].name}>"
    if kind == "handle":
        return _mark_handle(workspace, value, labelled=labelled) or escaped(found[0])
    if kind == "name":
        for channel in workspace.channels.values():
            if channel.name == value and channel.kind in ("public", "private"):
                return f"<#{channel.id}|{channel.name}>"
    return escaped(found[0])


def _mark_handle(workspace: Workspace, handle: str, *, labelled: bool) -> str:
    if handle in _BROADCASTS:
        return f"<!{handle}>"
    for user in workspace.users.values():
        if user.name == handle and not user.deleted:
            return f"<@{user.id}|{user.name}>" if labelled else f"<@{user.id}>"
    for group in workspace.usergroups.values():
        if group.handle == handle:
            return f"<!subteam^{group.id}|@{handle}>"
    return ""


def as_rich_text(text: str) -> dict[str, Any]:
    """A rich text input's value for text without any formatting."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}

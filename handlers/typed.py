"""What people type after a command: Slack's escapes undone, mentions and dates found."""

import re

from bot.domain.ids import UserId
from bot.domain.values import dataclass

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]{0,255})?>")


@dataclass(frozen=True, kw_only=True)
class Extending:
    """`/homework extend @person key date time`, as far as it was typed."""

    person: UserId | None
    key: str
    deadline: str
    """What follows the key; empty where nothing does."""


def unescaped(text: str) -> str:
    """A command's text as it was typed: Slack escapes three characters in it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def extending(text: str) -> Extending:
    """The person, the key and the date of a command's words; a mention may stand anywhere among them."""
    mention = _MENTION.search(text)
    words = unescaped(_MENTION.sub(" ", text)).split()
    # Where the workspace does not resolve names, a name is typed as it is; it is chosen in the form then.
    others = [word for word in words if not word.startswith("@")]
    return Extending(
        person=UserId(mention[1]) if mention else None,
        key=others[0] if others else "",
        deadline=" ".join(others[1:]),
    )

"""Faults on demand: which call of the Web API or post to a response url goes wrong, and how; from a seed."""

import asyncio
import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

Kind = Literal["ratelimited", "server_error", "lost_reply", "slow", "error"]
"""ratelimited: HTTP 429, not executed. server_error: HTTP 503 with a page, executed or not as the rule says.
lost_reply: executed, then the connection is closed without an answer. slow: executed, answered late.
error: not executed, answered with an error name of Slack's."""

RESPONSE_URL = "response_url"
"""What posts to response urls are called here, as if they were a method."""


@dataclass
class Rule:
    """One kind of fault, for the calls that it matches.

    method: a method's name, or `response_url`; `*` stands for any letters, as in `chat.*`.
    share: the part of these calls that it hits, 0 to 1.
    times: how many more it hits; None: without end.
    executed: for server_error, whether the call takes effect before.
    delay_s: for slow, in real seconds. retry_after_s: for ratelimited. error: for error.
    hits: how many it has hit.
    """

    kind: Kind
    method: str = "*"
    share: float = 1.0
    times: int | None = None
    delay_s: float = 0
    retry_after_s: int = 1
    error: str = ""
    executed: bool = False
    hits: int = 0


class Faults:
    """The rules in force. The first one that matches a call and is drawn decides; no other is asked then."""

    def __init__(self, seed: int = 0) -> None:
        self.rules: list[Rule] = []
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._random = random.Random(seed)  # noqa: S311 (repeatable, not secret)

    def add(
        self,
        kind: Kind,
        *,
        method: str = "*",
        share: float = 1.0,
        times: int | None = None,
        delay_s: float = 0,
        retry_after_s: int = 1,
        error: str = "",
        executed: bool = False,
    ) -> Rule:
        """Put a rule in force and return it; its fields mean what `Rule` says. Raises ValueError."""
        if kind not in get_args(Kind):
            raise ValueError(f"no kind of fault: {kind!r}; there are {', '.join(get_args(Kind))}")
        if not 0 <= share <= 1:
            raise ValueError(f"share is a part between 0 and 1, not {share}")
        if kind == "error" and not error:
            raise ValueError("a fault of kind error needs the error's name")
        rule = Rule(kind, method, share, times, delay_s, retry_after_s, error, executed)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Take all rules away."""
        self.rules.clear()

    def stall(self) -> None:
        """Answer nothing and do nothing that is asked, until `flow`: it is all taken up then."""
        self._flowing.clear()

    def flow(self) -> None:
        """End a stall."""
        self._flowing.set()

    async def stall_over(self) -> None:
        """Return at once, or at the end of a stall."""
        await self._flowing.wait()

    def draw(self, method: str) -> Rule | None:
        """The rule that hits this call, if one does; counts it."""
        for rule in self.rules:
            if rule.times == rule.hits and rule.times is not None:
                continue
            if fnmatchcase(method, rule.method) and self._random.random() < rule.share:
                rule.hits += 1
                return rule
        return None

"""How Slack says no: one exception that carries Slack's own error name."""

from typing import Any


class SlackError(Exception):
    """A request that Slack would refuse.

    error: Slack's name for it, such as `channel_not_found`; goes out as `{"ok": false, "error": …}`.
    messages: what is wrong with which block, as Slack puts it into `response_metadata.messages`.
    extra: further top-level fields of the answer, such as `needed` and `provided` of `missing_scope`.
    """

    def __init__(self, error: str, *messages: str, **extra: Any) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = list(messages)
        self.extra = extra

    def to_api(self) -> dict[str, Any]:
        """The body of the answer."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": self.messages}
        return answer


class RateLimited(Exception):
    """A request over its rate: HTTP 429 with `Retry-After: retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"ratelimited, retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s

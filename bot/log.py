"""The log: text or JSON on standard error, without secrets, with a reference for each unexpected error."""

import logging
import re
import secrets as chance
import sys
from collections.abc import Iterable
from typing import TextIO

_TOKEN = re.compile(r"\b(xox[a-z]|xapp)(?:[.-][A-Za-z0-9-]+)+")
# Without I, L, O, U and 1, 0: a reference is read out and typed.
_REFERENCE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_SHOWN = ("reference", "key", "team_id", "user_id", "payload", "callback_id")
_JSON = "%(asctime)s %(levelname)s %(name)s %(message)s"


def new_reference() -> str:
    """Eight letters and digits under which an error is found in the log."""
    return "".join(chance.choice(_REFERENCE_LETTERS) for _ in range(8))


def set_up(level: str, form: str, *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send every logger's lines to `stream` (standard error), as `form` says: `text` or `json`.

    secrets: strings that are blotted out wherever they stand, beside everything shaped like a Slack token.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    inner = _Text(_TEXT) if form == "text" else _json()
    handler.setFormatter(Redacting(inner, secrets=secrets))
    handler.addFilter(_is_news)
    root = logging.getLogger()
    for previous in root.handlers[:]:
        root.removeHandler(previous)
    root.addHandler(handler)
    root.setLevel(level)
    if level != "DEBUG":
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)


_JSON_NAMES = {"asctime": "at", "levelname": "level", "name": "logger"}
# These tell at INFO of each wake-up, each migration looked at, each page served.
_TALKATIVE = ("apscheduler", "alembic", "aiohttp.access")


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # who logs text need not load it

    return JsonFormatter(_JSON, rename_fields=_JSON_NAMES)


def _is_news(record: logging.LogRecord) -> bool:
    # Bolt reads SLACK_BOT_TOKEN from the environment by itself and then warns that it will
    # not use it, since it is given a client. That is meant.
    return "As you gave `client` as well, `token` will be unused" not in record.getMessage()


class _Text(logging.Formatter):
    """Lines for people; what was logged beside the message stands behind it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        said = super().formatMessage(record)
        for name in _SHOWN:
            if value := record.__dict__.get(name):
                said += f" [{name} {value}]"
        return said


class Redacting(logging.Formatter):
    """Blots out secrets in the finished line, so those in an exception's text or a traceback as well."""

    def __init__(self, inner: logging.Formatter, *, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._inner = inner
        # The longest first: one secret may be the beginning of another.
        self._secrets = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines, without secrets."""
        return self.redact(self._inner.format(record))

    def redact(self, text: str) -> str:
        """`text` with every secret replaced by an ellipsis."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return _TOKEN.sub(r"\1-…", text)

"""Why the bot cannot start, in one sentence for whoever runs it."""

import sqlite3

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy.exc import SQLAlchemyError

from storage.backup import CannotRestore, NothingThere
from storage.db import Unreachable
from storage.migrate import DatabaseIsNewer, NotInUnicode

OF_SLACK = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""What calling Slack raises."""
EXPECTED = (
    *OF_SLACK,
    *(DatabaseIsNewer, NotInUnicode, NothingThere, CannotRestore),
    *(SQLAlchemyError, sqlite3.Error, OSError, ImportError),
)
"""What a command may raise, for which a sentence says more than a traceback."""

_EXTRAS = {"asyncpg": " The extra alumni-bot[postgres] brings it."}
_NO_ROOM = "See that its disk has room; what was saved is kept."
_HINTS = {
    "readonly": "See that the bot may write its file and the folder around it.",
    "read-only transaction": "It may be a server that only follows another. Look at DATABASE_URL.",
    "disk is full": _NO_ROOM,
    "disk I/O error": _NO_ROOM,
    "No space left": _NO_ROOM,
}
"""What to do, by what a database says."""
_OF_TOKENS = {
    "invalid_auth": "it does not know the token",
    "not_authed": "it was sent no token",
    "account_inactive": "the app was removed from the workspace",
    "token_revoked": "the token was revoked",
    "token_expired": "the token has expired",
    "not_allowed_token_type": "the token is of the wrong kind",
}


def sentence(fault: BaseException) -> str:
    """What is wrong and what to do, without secrets."""
    match fault:
        case SlackApiError():
            return _of_slack(fault)
        case DatabaseIsNewer() | NotInUnicode() | Unreachable() | NothingThere() | CannotRestore():
            return str(fault)
        case SQLAlchemyError() | sqlite3.Error():
            cause = getattr(fault, "orig", None) or fault
            what_to_do = next(
                (hint for said, hint in _HINTS.items() if said in str(cause)), "Look at DATABASE_URL."
            )
            return f"The database refuses: {cause}. {what_to_do}"
        case ImportError():
            brought = _EXTRAS.get(fault.name or "", "")
            return f"DATABASE_URL needs a package that is not installed: {fault.name}.{brought}"
        case aiohttp.ClientError() | TimeoutError():
            return f"Slack cannot be reached ({fault!r}). Look at the network, and at SLACK_API_URL."
        case _:
            return f"{fault}. If this is about an address or port, look at HTTP_HOST and HTTP_PORT."


def _of_slack(fault: SlackApiError) -> str:
    answer = fault.response
    if not isinstance(answer, AsyncSlackResponse):
        return "What answers is not Slack. Look at SLACK_API_URL."
    error = answer.get("error") or f"HTTP {answer.status_code}"
    called = str(answer.api_url).rsplit("/", 1)[-1]
    if error == "missing_scope":
        needed = answer.get("needed", "a scope")
        return f"Slack refuses {called}: {needed} is missing. Paste the manifest anew and reinstall the app."
    why = _OF_TOKENS.get(error)
    if why:
        setting = "SLACK_APP_TOKEN" if called.startswith("apps.") else "SLACK_BOT_TOKEN"
        return f"Slack refuses {called}: {why} ({error}). Look at {setting}."
    return f"Slack refuses {called}: {error}."

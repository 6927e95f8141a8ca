"""The settings: read once from the environment and `.env`, every fault named at once."""

import os.path
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from urllib.parse import unquote

from bot.domain.values import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting as the README and `.env.example` show it."""

    name: str
    meaning: str
    default: str
    """Empty where there is none."""


SETTINGS = (
    Setting("SLACK_BOT_TOKEN", "the bot's token, `xoxb-…`; needed", ""),
    Setting(
        "SLACK_APP_TOKEN", "the app-level token, `xapp-…`: Socket Mode, which needs no public address", ""
    ),
    Setting(
        "SLACK_SIGNING_SECRET",
        "32 hexadecimal digits: HTTP mode; where `SLACK_APP_TOKEN` is set too, Socket Mode is used",
        "",
    ),
    Setting("HTTP_HOST", "the address to listen on", "127.0.0.1"),
    Setting(
        "HTTP_PORT",
        "the port of `/healthz`, `/readyz`, `/metrics`, and of `/slack/events` in HTTP mode, which needs it",
        "",
    ),
    Setting("SLACK_API_URL", "the Web API's base", "https://slack.com/api/"),
    Setting(
        "DATABASE_URL",
        "`sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`",
        "sqlite+aiosqlite:///alumni.db",
    ),
    Setting(
        "COMMAND_PREFIX",
        "letters before each command's name, where a name is taken: `cba` makes `/cbahomework`",
        "",
    ),
    Setting("LOG_LEVEL", "`DEBUG`, `INFO`, `WARNING` or `ERROR`", "INFO"),
    Setting("LOG_FORMAT", "`text` or `json`", "text"),
)
"""Every setting there is, in the order in which they are shown."""

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")

_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
# Slack names 32 as the longest command; the longest of ours is `questions`.
_LONGEST_PREFIX = 20


class Secret:
    """A string that neither `repr` nor `str` shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('…')"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class SettingsFaults(Exception):
    """The settings are wrong; `faults` has one sentence for each, in the order of SETTINGS."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NoToken(SettingsFaults):
    """Nothing was set up yet: there is no bot token at all."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the bot was told by its environment."""

    bot_token: Secret
    app_token: Secret | None = None
    signing_secret: Secret | None = None
    http_host: str = _DEFAULTS["HTTP_HOST"]
    http_port: int | None = None
    """0 asks the system for a free one."""
    slack_api_url: str = _DEFAULTS["SLACK_API_URL"]
    """Ends with a slash."""
    database_url: str = field(default=_DEFAULTS["DATABASE_URL"], repr=False)  # may hold a password
    command_prefix: str = ""
    log_level: str = _DEFAULTS["LOG_LEVEL"]
    log_format: str = _DEFAULTS["LOG_FORMAT"]

    @property
    def uses_socket_mode(self) -> bool:
        """Socket Mode wins where both are set: it works wherever HTTP does, and behind any firewall."""
        return self.app_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, for the log's filter."""
        given = (self.bot_token, self.app_token, self.signing_secret)
        password = re.match(r"[^:]+://[^:/@]*:([^@]+)@", self.database_url)
        # As it is written, and as it is sent: a driver may tell of either.
        passwords = (password[1], unquote(password[1])) if password else ()
        return tuple(secret.reveal() for secret in given if secret) + passwords


def read_values(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Each setting's text: the environment's, else that of `.env` in `folder`, else the default; trimmed.

    Raises SettingsFaults where `.env` is no text.
    """
    try:
        said = _said_in(folder / ".env")
    except UnicodeDecodeError:
        raise SettingsFaults([".env is not text in UTF-8: save it as UTF-8."]) from None
    file = {name: value or "" for name, value in said.items()}
    given = {**file, **environment}
    return {name: given.get(name, "").strip() or default for name, default in _DEFAULTS.items()}


def _said_in(path: Path) -> Mapping[str, str | None]:
    if not os.path.exists(path):  # as that does which reads it: what cannot be seen is not there
        return {}
    # Imported here: a bot whose settings are all in its surroundings starts without it.
    from dotenv import dotenv_values

    return dotenv_values(path, interpolate=False)


def settings_from(values: Mapping[str, str]) -> Settings:
    """Settings out of `read_values`' answer.

    Raises SettingsFaults with every fault there is; NoToken where no bot token is given.
    """
    faults = [wrong for name, value in values.items() if (wrong := fault(name, value))]
    if values["SLACK_BOT_TOKEN"]:
        faults += _ways_in_faults(values)
    if not values["SLACK_BOT_TOKEN"]:
        missing = (
            "SLACK_BOT_TOKEN is not set: copy .env.example to .env and fill it in, "
            "or try the bot without Slack by `make demo`."
        )
        raise NoToken([missing, *faults])
    if faults:
        raise SettingsFaults(faults)
    return Settings(
        bot_token=Secret(values["SLACK_BOT_TOKEN"]),
        app_token=_secret(values["SLACK_APP_TOKEN"]),
        signing_secret=_secret(values["SLACK_SIGNING_SECRET"]),
        http_host=values["HTTP_HOST"],
        http_port=int(values["HTTP_PORT"]) if values["HTTP_PORT"] else None,
        slack_api_url=values["SLACK_API_URL"].rstrip("/") + "/",
        database_url=values["DATABASE_URL"],
        command_prefix=values["COMMAND_PREFIX"],
        log_level=values["LOG_LEVEL"].upper(),
        log_format=values["LOG_FORMAT"].lower(),
    )


def database_url_from(values: Mapping[str, str]) -> str:
    """The database alone, for commands that need no Slack. Raises SettingsFaults."""
    if wrong := fault("DATABASE_URL", values["DATABASE_URL"]):
        raise SettingsFaults([wrong])
    return values["DATABASE_URL"]


def _secret(value: str) -> Secret | None:
    return Secret(value) if value else None


def _ways_in_faults(values: Mapping[str, str]) -> list[str]:
    if values["SLACK_APP_TOKEN"]:
        return []
    if not values["SLACK_SIGNING_SECRET"]:
        return ["Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode): neither is there."]
    if not values["HTTP_PORT"]:
        return ["HTTP_PORT is not set: with SLACK_SIGNING_SECRET alone Slack comes in by HTTP, on that port."]
    return []


def fault(name: str, value: str) -> str | None:
    """What is wrong with one setting's text, in a sentence; None where nothing is, or it is empty."""
    # The sentence does not repeat the text: it may be the secret meant for another setting.
    if not value:
        return None
    if name == "DATABASE_URL" and re.match(r"[^@?]*@[^/?]*@", value):
        # What stands behind the first would be taken for the host, and be shown as such.
        return "DATABASE_URL has an @ in its user or password: write that one as %40."
    pattern, what = _SHAPES.get(name, (r".*", ""))
    return (
        None if re.fullmatch(pattern, value, re.IGNORECASE if name in _ANY_CASE else 0) else f"{name} {what}"
    )


_ANY_CASE = ("LOG_LEVEL", "LOG_FORMAT", "SLACK_SIGNING_SECRET")
_PORT = r"\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]"
_SHAPES = {
    "SLACK_BOT_TOKEN": (
        r"xoxb-[A-Za-z0-9-]{6,}",
        "is not a bot token: it begins with xoxb- (Slack's page of the app, OAuth & Permissions).",
    ),
    "SLACK_APP_TOKEN": (
        r"xapp-[A-Za-z0-9-]{6,}",
        "is not an app-level token: it begins with xapp- (Slack's page of the app, Basic Information).",
    ),
    "SLACK_SIGNING_SECRET": (
        r"[0-9a-f]{32}",
        "is not a signing secret: 32 hexadecimal digits (Slack's page of the app, Basic Information).",
    ),
    "HTTP_PORT": (_PORT, "is not a port: a whole number up to 65535."),
    "SLACK_API_URL": (r"https?://[^\s/]+(/\S*)?", "is not an address: it begins with https:// or http://."),
    "DATABASE_URL": (
        "(" + "|".join(re.escape(driver) for driver in DRIVERS) + r")://\S*",
        f"must begin with {' or '.join(driver + '://' for driver in DRIVERS)}.",
    ),
    "COMMAND_PREFIX": (
        rf"[a-z]{{1,{_LONGEST_PREFIX}}}",
        f"must be lower-case letters a to z, {_LONGEST_PREFIX} at most.",
    ),
    "LOG_LEVEL": ("|".join(LOG_LEVELS), f"must be one of {', '.join(LOG_LEVELS)}."),
    "LOG_FORMAT": ("|".join(LOG_FORMATS), f"must be one of {', '.join(LOG_FORMATS)}."),
}

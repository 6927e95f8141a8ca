"""Whether everything that the bot needs is there: settings, database, tokens, scopes; one line each."""

from collections.abc import Awaitable, Callable, Mapping

from bot import failures
from bot.clients import PatientClient
from bot.config import Settings, SettingsFaults, database_url_from, settings_from
from bot.domain.values import dataclass
from bot.manifest import SCOPES
from storage.db import open_database
from storage.migrate import migrate, see_that_it_takes_changes


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    subject: str
    is_right: bool
    said: str

    def line(self) -> str:
        """As it is printed."""
        return f"{self.subject:<9} {'ok' if self.is_right else 'WRONG':<6} {self.said}"


async def check(values: Mapping[str, str]) -> list[Finding]:
    """Look at everything, whatever is found first.

    values: as `config.read_values` gives them.
    """
    settings: Settings | None = None
    try:
        settings = settings_from(values)
        way = "Socket Mode" if settings.uses_socket_mode else "HTTP mode"
        findings = [Finding("settings", True, way)]
    except SettingsFaults as wrong:
        findings = [Finding("settings", False, " ".join(wrong.faults))]
    findings.append(await _database(values))
    if settings is None:
        unasked = "not looked at: the settings come first"
        return [*findings, Finding("tokens", False, unasked), Finding("scopes", False, unasked)]
    return findings + await _slack(settings)


async def _database(values: Mapping[str, str]) -> Finding:
    try:
        url = database_url_from(values)
        db = open_database(url)
        try:
            await migrate(db)
            await see_that_it_takes_changes(db)
            server = db.server
        finally:
            await db.close()
    except SettingsFaults as wrong:
        return Finding("database", False, wrong.faults[0])
    except failures.EXPECTED as wrong:
        return Finding("database", False, failures.sentence(wrong))
    named = f"{server}: " if server else ""
    return Finding("database", True, f"{named}reached, and its tables are those of this version")


async def _slack(settings: Settings) -> list[Finding]:
    client = PatientClient(settings)
    granted: set[str] = set()

    async def bot_token() -> str:
        me = await client.auth_test()
        granted.update(scope.strip() for scope in me.headers.get("x-oauth-scopes", "").split(","))
        return f"{me['user']} in {me['team']}"

    async def app_token() -> str:
        if settings.app_token is None:
            return "the signing secret shows only when Slack delivers"
        await client.apps_connections_open(app_token=settings.app_token.reveal())
        return "Socket Mode opens"

    findings = [await _asked("tokens", bot_token, app_token)]
    if not granted:
        return [*findings, Finding("scopes", False, "Slack named none")]
    missing = sorted(SCOPES.keys() - granted)
    said = f"missing: {', '.join(missing)}; paste the manifest anew and reinstall" if missing else "all there"
    return [*findings, Finding("scopes", not missing, said)]


async def _asked(subject: str, *questions: Callable[[], Awaitable[str]]) -> Finding:
    said = []
    for question in questions:
        try:
            said.append(await question())
        except failures.OF_SLACK as wrong:
            return Finding(subject, False, failures.sentence(wrong))
    return Finding(subject, True, "; ".join(said))

"""Settings: where they come from, every fault at once, no secret shown."""

from pathlib import Path

import pytest

from bot.config import SETTINGS, NoToken, Secret, Settings, SettingsFaults, read_values, settings_from

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-123456-abcdef",
    "SLACK_APP_TOKEN": "xapp-1-A1-123456-abcdef",
}
HTTP = {
    "SLACK_BOT_TOKEN": "xoxb-123456-abcdef",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
    "HTTP_PORT": "3000",
}


def settings(folder: Path, environment: dict[str, str]) -> Settings:
    return settings_from(read_values(environment, folder))


def faults(folder: Path, environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsFaults) as raised:
        settings(folder, environment)
    return raised.value.faults


def test_two_tokens_are_enough(tmp_path: Path) -> None:
    assert settings(tmp_path, GOOD) == Settings(
        bot_token=Secret("xoxb-123456-abcdef"),
        app_token=Secret("xapp-1-A1-123456-abcdef"),
        slack_api_url="https://slack.com/api/",
        database_url="sqlite+aiosqlite:///alumni.db",
        http_host="127.0.0.1",
        http_port=None,
        command_prefix="",
        log_level="INFO",
        log_format="text",
    )


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('LOG_LEVEL=debug\nHTTP_PORT="8080"\nCOMMAND_PREFIX=abc # a word\n')

    read = settings(tmp_path, {**GOOD, "COMMAND_PREFIX": "cba"})

    assert (read.log_level, read.http_port, read.command_prefix) == ("DEBUG", 8080, "cba")


def test_an_empty_setting_is_one_that_is_not_there(tmp_path: Path) -> None:
    assert settings(tmp_path, {**GOOD, "LOG_FORMAT": " ", "HTTP_PORT": ""}) == settings(tmp_path, GOOD)


def test_the_web_api_s_base_ends_with_a_slash(tmp_path: Path) -> None:
    read = settings(tmp_path, {**GOOD, "SLACK_API_URL": "http://127.0.0.1:4000/api"})

    assert read.slack_api_url == "http://127.0.0.1:4000/api/"


def test_socket_mode_wins_where_both_ways_are_set(tmp_path: Path) -> None:
    assert settings(tmp_path, GOOD | HTTP).uses_socket_mode
    assert not settings(tmp_path, HTTP).uses_socket_mode


def test_every_fault_is_named_at_once_and_no_value_repeated(tmp_path: Path) -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xapp-1-swapped-SECRET",
        "SLACK_APP_TOKEN": "xoxb-swapped-SECRET",
        "SLACK_SIGNING_SECRET": "SECRET",
        "HTTP_PORT": "65536",
        "SLACK_API_URL": "slack.com/SECRET",
        "DATABASE_URL": "postgresql://bot:SECRET@db/alumni",
        "COMMAND_PREFIX": "CBA-",
        "LOG_LEVEL": "LOUD",
        "LOG_FORMAT": "xml",
    }

    named = faults(tmp_path, wrong)

    assert [fault.split()[0] for fault in named] == list(wrong)
    assert "SECRET" not in " ".join(named).replace("SLACK_SIGNING_SECRET", "")


def test_without_a_bot_token_the_first_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoToken) as raised:
        settings(tmp_path, {"LOG_LEVEL": "LOUD"})

    first, second = raised.value.faults
    assert ".env.example" in first
    assert "make demo" in first
    assert second.startswith("LOG_LEVEL ")


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode)"),
        ("HTTP_PORT", "HTTP_PORT is not set"),
    ],
)
def test_http_mode_needs_a_secret_and_a_port(tmp_path: Path, without: str, named: str) -> None:
    (fault,) = faults(tmp_path, {name: value for name, value in HTTP.items() if name != without})

    assert named in fault


@pytest.mark.parametrize(("port", "is_one"), [("0", True), ("8020", True), ("65535", True), ("65536", False)])
def test_a_port_is_a_number_up_to_65535(tmp_path: Path, port: str, is_one: bool) -> None:
    if is_one:
        assert settings(tmp_path, {**GOOD, "HTTP_PORT": port}).http_port == int(port)
    else:
        assert faults(tmp_path, {**GOOD, "HTTP_PORT": port}) == [
            "HTTP_PORT is not a port: a whole number up to 65535."
        ]


def test_settings_show_no_secret(tmp_path: Path) -> None:
    password = {"DATABASE_URL": "postgresql+asyncpg://bot:hunter22@db/alumni"}

    shown = repr(settings(tmp_path, GOOD | HTTP | password))

    assert [
        secret for secret in ("xoxb-", "xapp-", HTTP["SLACK_SIGNING_SECRET"], "hunter22") if secret in shown
    ] == []
    assert f"{Secret('hunter22')} {Secret('hunter22')!r}" == "Secret('…') Secret('…')"


def test_every_field_has_a_setting_and_every_setting_a_field() -> None:
    fields = {name.removeprefix("slack_").upper() for name in Settings.__dataclass_fields__}

    assert fields == {setting.name.removeprefix("SLACK_") for setting in SETTINGS}


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_of_settings_in_another_encoding_is_one_fault(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_text("# für uns\nSLACK_BOT_TOKEN=xoxb-123456-abcdef\n", encoding=encoding)

    assert faults(tmp_path, GOOD) == [".env is not text in UTF-8: save it as UTF-8."]

"""The README's tables and .env.example say what the code does."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import academies
from bot.config import SETTINGS
from bot.domain.edition_file import read_edition_file
from bot.domain.ids import TeamId
from bot.domain.question_file import read_questions
from bot.domain.roster_file import read_roster
from bot.manifest import COMMANDS, SCOPES, SHORTCUTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A table in Markdown, a line each."""
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines]


def written(head: str) -> list[str]:
    """The README's table that begins with this line."""
    lines = README.splitlines()
    start = lines.index(head)
    end = next(place for place in range(start, len(lines) + 1) if place == len(lines) or not lines[place])
    return lines[start:end]


def code_block(language: str, holding: str) -> str:
    """The README's example of that language that holds some words."""
    blocks = [part.partition("```")[0] for part in README.split(f"```{language}\n")[1:]]
    (found,) = [block for block in blocks if holding in block]
    return found


def test_the_settings_table_is_the_code_s() -> None:
    rows = [
        (f"`{setting.name}`", setting.meaning, f"`{setting.default}`" if setting.default else "")
        for setting in SETTINGS
    ]

    expected = table(("Setting", "Meaning", "Default"), rows)
    assert written(expected[0]) == expected


def test_the_commands_table_is_the_manifest_s() -> None:
    rows = [(f"`/{command.name}`", command.everyone, command.organisers) for command in COMMANDS]

    expected = table(("Command", "Everyone", "Organisers also"), rows)
    assert written(expected[0]) == expected


def test_the_shortcuts_are_named() -> None:
    assert [shortcut.name for shortcut in SHORTCUTS if f"*{shortcut.name}*" not in README] == []


def test_the_scopes_table_is_the_manifest_s() -> None:
    rows = [(f"`{scope}`", reason) for scope, reason in sorted(SCOPES.items())]

    expected = table(("Scope", "Why"), rows)
    assert written(expected[0]) == expected


def test_env_example_has_every_setting_with_its_meaning_and_default() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()

    meanings = [line.removeprefix("# ") for line in lines if line.startswith("# ") and ": " in line]
    settings = [line.removeprefix("#") for line in lines if "=" in line and not line.startswith("# ")]
    assert meanings[1:] == [f"{one.name}: {one.meaning.replace('`', '')}" for one in SETTINGS]
    assert settings == [f"{setting.name}={setting.default}" for setting in SETTINGS]


def test_the_example_of_an_edition_file_can_be_imported() -> None:
    example = code_block("toml", "[academy]")

    read, faults = read_edition_file(example, file="README.md", team_id=TeamId("T1"))

    assert faults == []
    assert read is not None


def test_the_example_of_a_roster_can_be_imported() -> None:
    rows, faults = read_roster(code_block("csv", "slack_id"), file="README.md")

    assert faults == []
    assert len(rows) == 2


def test_the_example_of_a_table_of_questions_can_be_imported() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    found, faults = read_questions(code_block("csv", "asked_at"), file="README.md", zone="UTC", now=now)

    assert faults == []
    assert [(len(one.answers), one.answers[0].is_accepted) for one in found] == [(2, True)]


@pytest.mark.parametrize(
    "path", [*academies.FILES, academies.QUESTIONS, ROOT / "LICENSE", ROOT / "CHANGELOG.md"]
)
def test_what_the_readme_points_to_is_there(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()

    assert path.exists()
    assert relative in README

"""`alumni-bot export`: everything as files, and what of them can be imported changes nothing."""

import csv
from pathlib import Path

import pytest

from bot.cli import main
from bot.export import export
from bot.services.editions import NOTHING_CHANGED
from storage import tables
from tests.scenarios.stage import Stage


async def test_everything_is_taken_away_and_imported_again_changes_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    ben, folder = stage.person("UBEN"), tmp_path / "away"
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": '=HYPERLINK("https://example.org")\nwith "quotes"'})
    await stage.settle()

    names = await export(stage.settings.database_url, folder)

    assert sorted(names) == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    assert [name for name in names if "/" not in name] == ["cba-2.toml", "roster.csv"]
    with (folder / "tables/submission.csv").open(encoding="utf-8-sig", newline="") as file:
        (handed_in,) = csv.DictReader(file)
    # A spreadsheet would run it as a formula otherwise.
    assert handed_in["text"] == '\'=HYPERLINK("https://example.org")\nwith "quotes"'
    taken = {name.removeprefix("tables/").removesuffix(".csv") for name in names if "/" in name}
    assert {name for name in set(tables.metadata.tables) - taken if not name.startswith("search_")} == set()
    files = [(name, (folder / name).read_text(encoding="utf-8-sig")) for name in ("cba-2.toml", "roster.csv")]
    assert await stage.import_files(*files) == [NOTHING_CHANGED]


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)

    code = main(["export", str(tmp_path)])

    assert (code, capsys.readouterr().err) == (
        1,
        f"{tmp_path} is there and not an empty folder: name a new one.\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_database_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'alumni.db'}")

    code = main(["export", str(tmp_path / "away")])

    assert (code, capsys.readouterr().err) == (0, "")
    assert (tmp_path / "away/tables/member.csv").is_file()

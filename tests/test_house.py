"""The rules of the house that no linter knows: who reads the clock, what domain and views keep out of."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("bot", "handlers", "storage")
READS_OF_THE_CLOCK = {"now", "utcnow", "today", "time"}
MAY_READ_THE_CLOCK = {
    "bot/clock.py",
    "bot/jobs.py",  # the scheduler runs on the host's time
    "bot/intake.py",  # Bolt's answer wants to know when it began
}


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax of every module below these folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_only_the_clock_reads_the_clock() -> None:
    readers = {
        path
        for path, module in modules(*OURS)
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READS_OF_THE_CLOCK
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date", "time")
    }

    assert readers == MAY_READ_THE_CLOCK


def test_the_domain_and_the_views_wait_for_nothing() -> None:
    waiting = [
        path
        for path, module in modules("bot/domain", "bot/views")
        for node in ast.walk(module)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncWith)
    ]

    assert waiting == []


def test_views_know_slack_s_models_and_nothing_else_of_slack() -> None:
    imported = {
        node.module
        for _, module in modules("bot/views")
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("slack")
    }

    assert [name for name in imported if not name.startswith("slack_sdk.models")] == []
    assert imported != set()


def test_dataclasses_are_those_that_cost_a_start_little() -> None:
    costly = [
        path
        for path, module in modules(*OURS)
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        and node.module == "dataclasses"
        and any(name.name == "dataclass" for name in node.names)
    ]

    assert costly == ["bot/domain/values.py"]  # which all others have it from


def test_every_module_opens_with_a_line_on_what_lives_there() -> None:
    bare = [path for path, module in modules(*OURS, "sandbox") if not ast.get_docstring(module)]

    assert bare == []


def test_no_module_is_too_long_to_be_read() -> None:
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path, _ in modules(*OURS, "sandbox")
    }

    assert {path: lines for path, lines in lengths.items() if lines > 500} == {}

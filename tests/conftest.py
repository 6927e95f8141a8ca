"""What every test may ask for: a database of its own, on a real file or a real server."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from storage.db import Database, open_database
from storage.migrate import migrate
from tests import postgres
from tests.ports import own_port

_ON_BOTH = Path(__file__).parent / "storage"

# A busy machine makes neither an example wrong nor a strategy bad. A property has the same examples in every
# run, so that what passes here passes elsewhere; `--hypothesis-profile exploring` looks for new ones.
settings.register_profile("exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("the same", settings.get_profile("exploring"), derandomize=True)
settings.load_profile("the same")


class _Statements(dict[tuple[Any, ...], Any]):
    """Compiled statements; those of one engine serve every other for the same kind of database."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


_statements = _Statements()


@event.listens_for(Engine, "engine_connect")
def _share_statements(connection: Connection) -> None:
    # Each test has an engine of its own, which would compile the same statements once more.
    connection.execution_options(compiled_cache=_statements)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which databases the tests run on, and whether what the newcomer sees is kept."""
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres", "both"),
        help="run what needs a database on this one only, or on both; "
        "otherwise tests/storage runs on both and the rest on SQLite",
    )
    parser.addoption(
        "--pictures", type=Path, help="keep what tests/scenarios/test_newcomer.py sees in this folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Under pytest-xdist the first process has the server's folder, and those it starts inherit it."""
    if not hasattr(config, "workerinput"):
        postgres.set_up()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, if one was needed."""
    if not hasattr(config, "workerinput"):
        postgres.tear_down()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have a test run on each database that is asked for."""
    if "database_kind" not in metafunc.fixturenames:
        return
    asked = metafunc.config.getoption("--database")
    if metafunc.definition.get_closest_marker("postgres"):
        asked = "postgres"
    elif asked is None:
        asked = "both" if _ON_BOTH in metafunc.definition.path.parents else "sqlite"
    if asked != "sqlite":
        metafunc.parametrize("database_kind", ("sqlite", "postgres") if asked == "both" else (asked,))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL alone, leave out what needs no database: it would be the same once more."""
    asked = config.getoption("--database")
    if asked == "postgres":
        wanted = [one for one in items if "database_kind" in getattr(one, "fixturenames", ())]
    elif asked == "sqlite":
        wanted = [one for one in items if not one.get_closest_marker("postgres")]
    else:
        return
    config.hook.pytest_deselected(items=[one for one in items if one not in wanted])
    items[:] = wanted


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, made once a run by the migrations."""
    path = tmp_path_factory.mktemp("database") / "empty.db"

    async def make() -> None:
        database = open_database(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return path


# Those of pytest-asyncio give a port that may be another's by the time the server starts.
@pytest.fixture
def unused_tcp_port() -> int:
    """A port for a server."""
    return own_port()


@pytest.fixture
def unused_tcp_port_factory() -> Callable[[], int]:
    """Gives several of them."""
    return own_port


@pytest.fixture
def database_kind() -> str:
    """`sqlite` or `postgres`; see `--database`."""
    return "sqlite"


@pytest.fixture
def database_url(database_kind: str, migrated_file: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with every table and no row, the test's own."""
    if database_kind == "sqlite":
        path = tmp_path / "alumni.db"
        shutil.copy(migrated_file, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    with new_on_server(postgres.copy_of_empty) as url:
        yield url


@pytest.fixture
def bare_database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it, the test's own."""
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}"
        return
    with new_on_server(postgres.without_tables) as url:
        yield url


@pytest.fixture
def latin_database_url(database_kind: str) -> Iterator[str]:
    """The URL of a PostgreSQL database that is not in Unicode, with nothing in it."""
    assert database_kind == "postgres"
    with new_on_server(postgres.in_latin1) as url:
        yield url


@contextmanager
def new_on_server(make: Callable[[], str]) -> Iterator[str]:
    """The URL of a database that `make` makes, dropped at the end; the test is skipped without a server."""
    try:
        url = make()
    except postgres.CannotStart as reason:
        pytest.skip(str(reason))
    yield url
    postgres.drop(url)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A database with every table and no row."""
    database = open_database(database_url)
    yield database
    await database.close()

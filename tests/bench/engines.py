"""The two engines that are compared: raw FTS5 of SQLite, and the bot's own on its own tables."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import select, text

from bot.domain.ids import TeamId, UserId
from bot.domain.questions import NewAnswer, NewQuestion, Sight
from bot.domain.search.meaning import Meaning
from bot.domain.search.query import Query, parse, plain
from bot.domain.search.ranking import Ranked
from bot.domain.search.suggestions import near_enough
from storage import questions, search, tables
from storage.db import Database, open_database
from storage.migrate import migrate
from tests.bench.sets import Asked

TEAM = TeamId("T1")
ANYBODY = Sight(user_id=UserId("U1"))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"\w+")
_BATCH = 4_096  # a chunk of the index
_TEN_AND_ITSELF = 11
_SIZE = ("page_count", "page_size")


class Raw:
    """FTS5 with the `porter` tokenizer, the query's words joined by OR, ordered by `bm25`."""

    _connection: sqlite3.Connection

    def __init__(self, path: Path, documents: Iterable[tuple[str, str, str]]) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute(
            "CREATE VIRTUAL TABLE log USING fts5(id UNINDEXED, title, body, tokenize='porter unicode61')"
        )
        self._connection.executemany("INSERT INTO log VALUES (?, ?, ?)", documents)
        self._connection.commit()

    @classmethod
    def kept(cls, path: Path) -> "Raw":
        """The engine on a file that it wrote before."""
        engine = cls.__new__(cls)
        engine._connection = sqlite3.connect(path)
        return engine

    async def answer(self, query: Asked) -> list[str]:
        """Ids, best first, for who takes turns with ours."""
        return self.find(query.text)

    def find(self, text: str, limit: int = _TEN_AND_ITSELF) -> list[str]:
        """Ids, best first."""
        tokens = dict.fromkeys(_TOKEN.findall(text))
        return self.match(" OR ".join(f'"{token}"' for token in tokens), limit) if tokens else []

    def match(self, expression: str, limit: int = _TEN_AND_ITSELF) -> list[str]:
        """Ids for an expression in FTS5's own language."""
        found = self._connection.execute(
            "SELECT id FROM log WHERE log MATCH ? ORDER BY bm25(log) LIMIT ?", (expression, limit)
        )
        return [row[0] for row in found]

    def bytes(self) -> int:
        """How large the file is."""
        pages, of_bytes = (self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZE)
        return int(pages * of_bytes)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Ours:
    """The bot's own search, on a real file with every table."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._ids: list[str] = []

    @classmethod
    async def on(cls, path: Path, documents: Sequence[tuple[str, str, str]]) -> "Ours":
        """A database with these questions and answers; names of the documents as strings, ours as numbers."""
        return await cls.at(f"sqlite+aiosqlite:///{path}", documents)

    @classmethod
    async def at(cls, url: str, documents: Sequence[tuple[str, str, str]]) -> "Ours":
        """The same in any database, given by its URL."""
        engine = cls(open_database(url))
        await migrate(engine.db)
        await engine.add(documents)
        return engine

    @classmethod
    async def kept(cls, path: Path, documents: Iterator[tuple[str, str, str]]) -> "Ours":
        """The engine on a file that it may have written before, of the first of these documents."""
        engine = await cls.on(path, [])
        async with engine.db.reading() as work:
            log = tables.search_log.c
            logged = (await work.execute(select(log.questions).where(log.team_id == TEAM))).scalar() or 0
        engine._ids = [document[0] for document in islice(documents, logged)]
        return engine

    async def add(self, documents: Sequence[tuple[str, str, str]]) -> None:
        """Log more questions."""
        for start in range(0, len(documents), _BATCH):
            some = documents[start : start + _BATCH]
            async with self.db.writing() as work:
                await questions.add_questions(work, team_id=TEAM, asked=[_asked(*one[1:]) for one in some])
            self._ids += [one[0] for one in some]

    async def find(self, text: str, *, meaning: Meaning | None = None) -> list[str]:
        """Ids, best first, for every word of a text."""
        return await self._find(plain(text), meaning)

    async def find_typed(self, text: str) -> list[str]:
        """Ids, best first, for what is typed into the search box, filters and quotes."""
        return await self._find(parse(text), None)

    async def _find(self, query: Query, meaning: Meaning | None) -> list[str]:
        async with self.db.reading() as work:
            found = await search.search(
                work, team_id=TEAM, query=query, sight=ANYBODY, limit=_TEN_AND_ITSELF, meaning=meaning
            )
        return [self.named(hit.question_id) for hit in found.hits]

    async def nearest(self, text: str, *, meaning: Meaning | None = None) -> list[Ranked]:
        """Earlier questions, best first, however far."""
        async with self.db.reading() as work:
            return await search.nearest(work, team_id=TEAM, text=text, sight=ANYBODY, meaning=meaning)

    async def suggest(self, text: str, *, meaning: Meaning | None = None) -> list[str]:
        """Ids of what the asker would be shown."""
        return [self.name(one) for one in near_enough(await self.nearest(text, meaning=meaning))]

    def name(self, found: Ranked) -> str:
        """The document's own id."""
        return self.named(found.id)

    def named(self, number: int) -> str:
        """The id of the document that is the question with this number."""
        return self._ids[number - 1]

    async def bytes(self) -> int:
        """How large the database is, with all that only a server needs in it."""
        async with self.db.reading() as work:
            if work.is_postgres:
                whole = await work.execute(text("SELECT pg_database_size(current_database())"))
                return int(whole.scalar_one())
            pages, of_bytes = [(await work.execute(text(f"PRAGMA {name}"))).scalar_one() for name in _SIZE]
            return int(pages * of_bytes)

    async def close(self) -> None:
        """Close the file."""
        await self.db.close()


def _asked(title: str, answer: str) -> tuple[NewQuestion, list[NewAnswer]]:
    asked = NewQuestion(title=title, asker_id=UserId("U1"), asked_at=LONG_AGO)
    given = NewAnswer(author_id=UserId("U2"), text=answer, answered_at=LONG_AGO)
    return asked, [given] if answer else []

"""The two engines that are compared: raw FTS5 of SQLite, and the bot's own on its own tables."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.ids import TeamId, UserId
from bot.domain.questions import NewAnswer, NewQuestion, Sight
from bot.domain.search.meaning import Meaning
from bot.domain.search.query import parse, plain
from bot.domain.search.ranking import Ranked
from bot.domain.search.suggestions import near_enough
from storage import questions, search
from storage.db import Database, open_database
from storage.migrate import migrate

TEAM = TeamId("T1")
ANYBODY = Sight(user_id=UserId("U1"))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"\w+")
_BATCH = 4_096  # a chunk of the index


class Raw:
    """FTS5 with the `porter` tokenizer, the query's words joined by OR, ordered by `bm25`."""

    def __init__(self, path: Path, documents: Iterable[tuple[str, str, str]]) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute(
            "CREATE VIRTUAL TABLE log USING fts5(id UNINDEXED, title, body, tokenize='porter unicode61')"
        )
        self._connection.executemany("INSERT INTO log VALUES (?, ?, ?)", documents)
        self._connection.commit()

    def find(self, text: str, limit: int = 11) -> list[str]:
        """Ids, best first."""
        tokens = dict.fromkeys(_TOKEN.findall(text))
        return self.match(" OR ".join(f'"{token}"' for token in tokens), limit) if tokens else []

    def match(self, expression: str, limit: int = 11) -> list[str]:
        """Ids for an expression in FTS5's own language."""
        found = self._connection.execute(
            "SELECT id FROM log WHERE log MATCH ? ORDER BY bm25(log) LIMIT ?", (expression, limit)
        )
        return [row[0] for row in found]

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
        engine = cls(open_database(f"sqlite+aiosqlite:///{path}"))
        await migrate(engine.db)
        await engine.add(documents)
        return engine

    async def add(self, documents: Sequence[tuple[str, str, str]]) -> None:
        """Log more questions."""
        for start in range(0, len(documents), _BATCH):
            some = documents[start : start + _BATCH]
            async with self.db.writing() as work:
                await questions.add_questions(work, team_id=TEAM, asked=[_asked(*one[1:]) for one in some])
            self._ids += [one[0] for one in some]

    async def find(
        self, text: str, *, limit: int = 11, meaning: Meaning | None = None, is_typed: bool = False
    ) -> list[str]:
        """Ids, best first; `is_typed` reads filters and quotes as the search box does."""
        query = parse(text) if is_typed else plain(text)
        async with self.db.reading() as work:
            found = await search.search(
                work, team_id=TEAM, query=query, sight=ANYBODY, limit=limit, meaning=meaning
            )
        return [self._ids[hit.question_id - 1] for hit in found.hits]

    async def suggest(self, text: str, *, meaning: Meaning | None = None) -> list[str]:
        """Ids of what the asker would be shown."""
        async with self.db.reading() as work:
            near = await search.nearest(work, team_id=TEAM, text=text, sight=ANYBODY, meaning=meaning)
        return [self.name(one) for one in near_enough(near)]

    def name(self, found: Ranked) -> str:
        """The document's own id."""
        return self._ids[found.id - 1]

    async def close(self) -> None:
        """Close the file."""
        await self.db.close()


def _asked(title: str, answer: str) -> tuple[NewQuestion, list[NewAnswer]]:
    asked = NewQuestion(title=title, asker_id=UserId("U1"), asked_at=LONG_AGO)
    given = NewAnswer(author_id=UserId("U2"), text=answer, answered_at=LONG_AGO)
    return asked, [given] if answer else []

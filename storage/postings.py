"""Keeps the search index in step with the questions, in the transaction that changes them.

Everything here is made from the questions and answers, and can be made again: see `catch_up`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, delete, or_, select

from bot.domain.ids import QuestionId, TeamId
from bot.domain.questions import SHOWN, LinkKind
from bot.domain.search import postings
from bot.domain.search.text import ANALYSIS_VERSION, stems, words
from bot.domain.values import dataclass
from storage import tables
from storage.db import Database, Work

LONGEST_TITLE = 100
"""Words of a title that are indexed."""
LONGEST_BODY = 2_000
"""Words of detail, answers and merged wordings that are indexed; the accepted answer comes first."""

_Value = TypeVar("_Value")

_BATCH = 500
_VALUES = 400  # in one IN


@dataclass(frozen=True)
class _Text:
    text_revision: int = 0
    title_words: Sequence[str] = ()
    body_words: Sequence[str] = ()
    title_stems: Sequence[str] = ()
    body_stems: Sequence[str] = ()


@dataclass
class _Changes:
    postings: dict[int, dict[str, list[tuple[int, int]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    terms: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    questions: int = 0
    title_words: int = 0
    body_words: int = 0


async def lock(work: Work, *, team_id: TeamId) -> None:
    """Let no one else change this workspace's questions until the transaction ends."""
    empty = {"analysis": ANALYSIS_VERSION, "questions": 0, "title_words": 0, "body_words": 0}
    await work.insert_new(tables.search_log, {"team_id": team_id, **empty})
    held = select(tables.search_log.c.team_id).where(tables.search_log.c.team_id == team_id)
    await work.execute(held.with_for_update())


async def index(work: Work, *, team_id: TeamId, question_ids: Collection[QuestionId]) -> None:
    """Bring the index in step with these questions as they are now, whatever they were."""
    if not question_ids:
        return
    await lock(work, team_id=team_id)
    before = await _indexed(work, team_id, question_ids)
    after = await _readable(work, team_id, question_ids)
    changes = _Changes()
    for question_id in sorted({*before, *after}):
        _note(changes, question_id, before.get(question_id, _Text()), after.get(question_id, _Text()))
        changes.questions += (question_id in after) - (question_id in before)
    await _write_documents(work, team_id, after, gone=before.keys() - after.keys())
    if work.is_postgres:
        from storage import search_postgres

        texts = {key: (text.title_stems, text.body_stems) for key, text in after.items()}
        await search_postgres.write(work, team_id=team_id, texts=texts, gone=before.keys() - after.keys())
    else:
        await _write_postings(work, team_id, changes)
    await _write_terms(work, team_id, changes)
    await _write_words(work, team_id, changes)
    log = tables.search_log
    await work.execute(
        log.update()
        .where(log.c.team_id == team_id)
        .values(
            questions=log.c.questions + changes.questions,
            title_words=log.c.title_words + changes.title_words,
            body_words=log.c.body_words + changes.body_words,
        )
    )


async def catch_up(db: Database, *, batch: int = _BATCH) -> int:
    """Index what is not in step: all of a workspace after a change of the analysis, else single questions.

    Each batch is a transaction of its own, so that the bot can be stopped in between.
    Returns how many questions were indexed or taken out; 0 where nothing was behind.
    """
    await _forget_other_analyses(db)
    done = 0
    while True:
        async with db.writing() as work:
            behind = await _behind(work, limit=batch)
            for team_id, question_ids in behind.items():
                await index(work, team_id=team_id, question_ids=question_ids)
        if not behind:
            return done
        done += sum(len(question_ids) for question_ids in behind.values())


async def _forget_other_analyses(db: Database) -> None:
    made_from_questions = (
        tables.search_posting,
        tables.search_vector,
        tables.search_term,
        tables.search_word,
        tables.search_document,
        tables.search_log,
    )
    async with db.writing() as work:
        log = tables.search_log
        others = await work.execute(select(log.c.team_id).where(log.c.analysis != ANALYSIS_VERSION))
        for team_id in list(others.scalars()):
            for table in made_from_questions:
                await work.execute(delete(table).where(table.c.team_id == team_id))


async def _behind(work: Work, *, limit: int) -> dict[TeamId, list[QuestionId]]:
    question, document = tables.question.c, tables.search_document.c
    is_same = (document.team_id == question.team_id) & (document.question_id == question.id)
    both = tables.question.outerjoin(tables.search_document, is_same)
    is_missing = question.state.in_(SHOWN) & document.question_id.is_(None)
    if work.is_postgres:
        vector = tables.search_vector.c
        is_its = (vector.team_id == question.team_id) & (vector.question_id == question.id)
        both = both.outerjoin(tables.search_vector, is_its)
        is_missing = question.state.in_(SHOWN) & or_(
            document.question_id.is_(None), vector.question_id.is_(None)
        )
    is_other = question.state.not_in(SHOWN) & document.question_id.is_not(None)
    is_old = question.state.in_(SHOWN) & (document.text_revision != question.text_revision)
    found = await work.execute(
        select(question.team_id, question.id)
        .select_from(both)
        .where(or_(is_missing, is_other, is_old))
        .order_by(question.team_id, question.id)
        .limit(limit)
    )
    behind: dict[TeamId, list[QuestionId]] = defaultdict(list)
    for row in found:
        behind[row.team_id].append(row.id)
    return behind


async def _indexed(work: Work, team_id: TeamId, ids: Collection[QuestionId]) -> dict[QuestionId, _Text]:
    table = tables.search_document
    found: dict[QuestionId, _Text] = {}
    for some in _portions(ids):
        query = select(table).where(table.c.team_id == team_id, table.c.question_id.in_(some))
        for row in await work.execute(query):
            found[row.question_id] = _Text(
                text_revision=row.text_revision,
                title_words=row.title_words.split(),
                body_words=row.body_words.split(),
                title_stems=row.title_stems.split(),
                body_stems=row.body_stems.split(),
            )
    return found


async def _readable(work: Work, team_id: TeamId, ids: Collection[QuestionId]) -> dict[QuestionId, _Text]:
    """The texts of those of the questions that are to be found."""
    found: dict[QuestionId, _Text] = {}
    for some in _portions(ids):
        table = tables.question
        query = select(table).where(
            table.c.team_id == team_id, table.c.id.in_(some), table.c.state.in_(SHOWN)
        )
        rows = list(await work.execute(query))
        bodies = await _bodies(work, team_id, {row.id: row.accepted_answer_id for row in rows})
        for row in rows:
            title = words(row.title)[:LONGEST_TITLE]
            body: list[str] = []
            for text in (row.detail, row.topic, *bodies.get(row.id, ())):
                if len(body) < LONGEST_BODY:
                    body += words(text)
            body = body[:LONGEST_BODY]
            found[row.id] = _Text(row.text_revision, title, body, stems(title), stems(body))
    return found


async def _bodies(
    work: Work, team_id: TeamId, accepted: Mapping[QuestionId, int | None]
) -> dict[QuestionId, list[str]]:
    """Answers, the accepted one first, then the wordings that were merged into the question."""
    answer = tables.answer
    query = select(answer).where(answer.c.team_id == team_id, answer.c.question_id.in_(list(accepted)))
    rows = sorted(
        await work.execute(query),
        key=lambda row: (row.id != accepted[row.question_id], row.answered_at, row.id),
    )
    found: dict[QuestionId, list[str]] = defaultdict(list)
    for row in rows:
        found[row.question_id].append(row.text)
    link, merged = tables.question_link.c, tables.question.c
    wordings = await work.execute(
        select(link.earlier_id, merged.title)
        .join_from(
            tables.question_link,
            tables.question,
            (merged.team_id == link.team_id) & (merged.id == link.question_id),
        )
        .where(
            link.team_id == team_id,
            link.kind == LinkKind.MERGED_INTO,
            link.earlier_id.in_(list(accepted)),
        )
        .order_by(merged.id)
    )
    for row in wordings:
        found[row.earlier_id].append(row.title)
    return found


def _note(changes: _Changes, question_id: int, before: _Text, after: _Text) -> None:
    old = postings.levels(before.title_stems, before.body_stems)
    new = postings.levels(after.title_stems, after.body_stems)
    chunk, offset = divmod(question_id, postings.CHUNK)
    for term in old.keys() | new.keys():
        level = new.get(term, 0)
        if level != old.get(term, 0):
            changes.postings[chunk][term].append((offset, level))
    changes.terms.update(new.keys() - old.keys())
    changes.terms.subtract(old.keys() - new.keys())
    changes.titles.update(set(after.title_stems))
    changes.titles.subtract(set(before.title_stems))
    changes.words.update({*after.title_words, *after.body_words})
    changes.words.subtract({*before.title_words, *before.body_words})
    changes.title_words += len(after.title_words) - len(before.title_words)
    changes.body_words += len(after.body_words) - len(before.body_words)


async def _write_documents(
    work: Work, team_id: TeamId, after: Mapping[QuestionId, _Text], *, gone: Collection[QuestionId]
) -> None:
    rows = [
        {
            "team_id": team_id,
            "question_id": question_id,
            "text_revision": text.text_revision,
            "title_stems": " ".join(text.title_stems),
            "body_stems": " ".join(text.body_stems),
            "title_words": " ".join(text.title_words),
            "body_words": " ".join(text.body_words),
        }
        for question_id, text in after.items()
    ]
    await work.put_all(tables.search_document, rows)
    table = tables.search_document
    for some in _portions(gone):
        await work.execute(delete(table).where(table.c.team_id == team_id, table.c.question_id.in_(some)))


async def _write_postings(work: Work, team_id: TeamId, changes: _Changes) -> None:
    table = tables.search_posting
    for chunk, by_term in changes.postings.items():
        entries: dict[str, bytes] = {}
        for some in _portions(by_term):
            query = select(table.c.term, table.c.entries).where(
                table.c.team_id == team_id, table.c.chunk == chunk, table.c.term.in_(some)
            )
            entries.update((row.term, row.entries) for row in await work.execute(query))
        written = {
            term: postings.changed(entries.get(term, b""), sorted(by_term[term])) for term in sorted(by_term)
        }
        place = {"team_id": team_id, "chunk": chunk}
        rows = [{**place, "term": term, "entries": packed} for term, packed in written.items() if packed]
        await work.put_all(table, rows)
        empty = [{**place, "term": term} for term, packed in written.items() if not packed]
        await _delete(work, table, empty)


async def _write_terms(work: Work, team_id: TeamId, changes: _Changes) -> None:
    table = tables.search_term
    changed = [
        term
        for term in sorted({*changes.terms, *changes.titles})
        if changes.terms[term] or changes.titles[term]
    ]
    now = {}
    for some in _portions(changed):
        query = select(table).where(table.c.team_id == team_id, table.c.term.in_(some))
        now.update({row.term: (row.questions, row.titles) for row in await work.execute(query)})
    rows, gone = [], []
    for term in changed:
        questions, titles = now.get(term, (0, 0))
        questions, titles = questions + changes.terms[term], titles + changes.titles[term]
        key = {"team_id": team_id, "term": term}
        if questions:
            rows.append({**key, "questions": questions, "titles": titles})
        else:
            gone.append(key)
    await work.put_all(table, rows)
    await _delete(work, table, gone)


async def _write_words(work: Work, team_id: TeamId, changes: _Changes) -> None:
    table = tables.search_word
    changed = [word for word in sorted(changes.words) if changes.words[word]]
    now: dict[str, int] = {}
    for some in _portions(changed):
        query = select(table.c.word, table.c.questions).where(
            table.c.team_id == team_id, table.c.word.in_(some)
        )
        now.update({row.word: row.questions for row in await work.execute(query)})
    rows, gone = [], []
    for word in changed:
        questions = now.get(word, 0) + changes.words[word]
        key = {"team_id": team_id, "word": word}
        if questions:
            rows.append({**key, "reversed": word[::-1], "questions": questions})
        else:
            gone.append(key)
    await work.put_all(table, rows)
    await _delete(work, table, gone)


async def _delete(work: Work, table: Table, keys: list[dict[str, Any]]) -> None:
    if keys:
        is_key = [table.c[name] == bindparam(f"key_{name}") for name in keys[0]]
        named = [{f"key_{name}": value for name, value in key.items()} for key in keys]
        await work.execute(delete(table).where(*is_key), named)


def _portions(values: Iterable[_Value]) -> list[list[_Value]]:
    every = list(values)
    return [every[at : at + _VALUES] for at in range(0, len(every), _VALUES)]

"""Large logs, made of the public questions: about 77 words each, as frequent as people write them."""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bot.domain.search.text import ANALYSIS_VERSION
from tests.bench.engines import Ours, Raw

WORDS = 77
_ADDED = 4_096


def large_log(
    documents: Sequence[tuple[str, str, str]], count: int, *, seed: int = 7
) -> Iterator[tuple[str, str, str]]:
    """So many questions, each with an answer of words drawn from all of theirs: id, question, answer.

    The first are the documents themselves, so that what people marked as duplicates can be looked for
    among all the others; the titles of those are halves of two. No answer repeats a run of words of a
    question: an engine that weighs answers like questions would find the answer instead.
    """
    rng = random.Random(seed)
    texts = [title for _, title, _ in documents]
    every_word = [word for text in texts for word in text.split()]
    for number in range(count):
        if number < len(documents):
            name, title, _ = documents[number]
        else:
            one, other = rng.choice(texts).split(), rng.choice(texts).split()
            name, title = f"made-{number}", " ".join([*one[: len(one) // 2], *other[len(other) // 2 :]])
        yield name, title, " ".join(rng.choices(every_word, k=WORDS - len(title.split())))


def raw(folder: Path, documents: Sequence[tuple[str, str, str]], count: int) -> Raw:
    """A large log in raw FTS5: the one that is in the folder, or a new one."""
    path = folder / f"raw-{count}.db"
    return Raw.kept(path) if path.exists() else Raw(path, large_log(documents, count))


async def ours(folder: Path, documents: Sequence[tuple[str, str, str]], count: int) -> Ours:
    """A large log of the bot's: what is in the folder, and what it lacks."""
    every = large_log(documents, count)
    engine = await Ours.kept(folder / f"{count}-analysis-{ANALYSIS_VERSION}.db", every)
    while some := list(islice(every, _ADDED)):
        await engine.add(some)
    return engine

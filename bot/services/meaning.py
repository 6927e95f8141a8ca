"""Nearness of meaning by the static word vectors that the `wordllama` package carries; an extra."""

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

_MOST_KEPT = 50_000  # words whose vectors are kept at hand: 51 MB
_FIRST_KEPT = 4_096


class StaticVectors:
    """Cosines of texts whose words have fixed vectors. Loaded at first use: 0.3 s and about 90 MB.

    It keeps no vector of a text: what a word counts there changes with the log, and so would they.
    """

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._vectors: Any = None  # a row for each known word, and room for more

    def cosines(
        self,
        query: Sequence[str],
        texts: Sequence[Sequence[str]],
        *,
        weight_of: Callable[[str], float] | None = None,
    ) -> list[float]:
        """See bot/domain/search/meaning.py."""
        numpy = self._numpy
        every = [query, *(text for text in texts if text)]
        if not query or len(every) == 1:
            return [0.0] * len(texts)
        rows, vectors = self._rows_of(every), self._vectors
        weights = None
        if weight_of is not None:
            weight = {word: weight_of(word) for word in set(chain.from_iterable(every))}
            weights = numpy.fromiter(
                map(weight.__getitem__, chain.from_iterable(every)), dtype=numpy.float32, count=len(rows)
            )[:, None]
        sums = numpy.empty((len(every), vectors.shape[1]), dtype=numpy.float32)
        end = 0
        # A text at a time stays in the processor's cache: all at once takes five times as long.
        for place, text in enumerate(every):
            start, end = end, end + len(text)
            some = vectors[rows[start:end]]
            if weights is not None:
                some *= weights[start:end]
            some.sum(axis=0, out=sums[place])
        lengths = numpy.linalg.norm(sums, axis=1)
        sums /= numpy.where(lengths > 0, lengths, 1.0)[:, None]
        found = iter((sums[1:] @ sums[0]).tolist())
        return [next(found) if text else 0.0 for text in texts]

    def _rows_of(self, texts: Sequence[Sequence[str]]) -> Any:
        """The row of each word of the texts, one text after the other."""
        words = list(chain.from_iterable(texts))
        try:
            return self._known_rows_of(words)
        except KeyError:
            new = set(words) - self._rows.keys()
            if len(self._rows) + len(new) > _MOST_KEPT:
                self._rows = {}
                new = set(words)
            self._add(sorted(new))
            return self._known_rows_of(words)

    def _known_rows_of(self, words: Sequence[str]) -> Any:
        numpy = self._numpy
        return numpy.fromiter(map(self._rows.__getitem__, words), dtype=numpy.intp, count=len(words))

    def _add(self, words: Sequence[str]) -> None:
        numpy = self._numpy
        of_tokens = self._model.embedding
        first, last = len(self._rows), len(self._rows) + len(words)
        if self._vectors is None or last > len(self._vectors):
            # Twice as much room each time: to make room for each word alone would copy all the others.
            room = numpy.empty((max(2 * last, _FIRST_KEPT), of_tokens.shape[1]), dtype=numpy.float32)
            if first:
                room[:first] = self._vectors[:first]
            self._vectors = room
        tokenizer, last_token = self._model.tokenizer, len(of_tokens) - 1
        for row, word in enumerate(words, start=first):
            # One by one: a batch is shared out to threads, and takes longer to come together than to do.
            one = tokenizer.encode(word, add_special_tokens=False)
            counted = zip(one.ids, one.attention_mask, strict=True)
            ids = [min(token, last_token) for token, counts in counted if counts]
            if len(ids) == 1:
                self._vectors[row] = of_tokens[ids[0]]
            else:
                self._vectors[row] = of_tokens[ids].sum(axis=0) if ids else 0.0
        self._rows.update((word, row) for row, word in enumerate(words, start=first))

    @cached_property
    def _numpy(self) -> Any:
        return importlib.import_module("numpy")

    @cached_property
    def _model(self) -> Any:
        wordllama = importlib.import_module("wordllama")
        # It asks a hub for its files unless told that they lie in its own package.
        own = Path(str(wordllama.__file__)).parent
        return wordllama.WordLlama.load(cache_dir=own, disable_download=True)


@cache
def vectors_if_installed() -> StaticVectors | None:
    """The vectors, where the extra `semantic` is installed, always the same; nothing is loaded yet."""
    return None if importlib.util.find_spec("wordllama") is None else StaticVectors()

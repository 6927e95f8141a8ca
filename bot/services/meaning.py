"""Nearness of meaning by the static word vectors that the `wordllama` package carries; an extra."""

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

_MOST_KEPT = 50_000  # words whose vectors are kept at hand: 51 MB


class StaticVectors:
    """Cosines of texts whose words have fixed vectors. Loaded at first use: 0.3 s and about 90 MB.

    It keeps no vector of a text: what a word counts there changes with the log, and so would they.
    """

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._vectors: Any = None

    def cosines(
        self,
        query: Sequence[str],
        texts: Sequence[Sequence[str]],
        *,
        weight_of: Callable[[str], float] | None = None,
    ) -> list[float]:
        """See bot/domain/search/meaning.py."""
        numpy = self._numpy
        every = [query, *texts]
        rows = self._rows_of(every)
        starts = numpy.cumsum([0] + [len(text) + 1 for text in every[:-1]])
        flat = numpy.zeros(sum(len(text) + 1 for text in every), dtype=numpy.int64)
        weights = numpy.zeros(len(flat), dtype=numpy.float32)
        for start, text in zip(starts, every, strict=True):
            # One row more than words: an empty text has a sum, too, of nothing.
            flat[start : start + len(text)] = [rows[word] for word in text]
            weights[start : start + len(text)] = (
                1.0 if weight_of is None else [weight_of(word) for word in text]
            )
        sums = numpy.add.reduceat(self._vectors[flat] * weights[:, None], starts, axis=0)
        lengths = numpy.linalg.norm(sums, axis=1)
        sums /= numpy.where(lengths > 0, lengths, 1.0)[:, None]
        return [float(cosine) for cosine in sums[1:] @ sums[0]]

    def _rows_of(self, texts: Sequence[Sequence[str]]) -> dict[str, int]:
        numpy = self._numpy
        if len(self._rows) > _MOST_KEPT:
            self._rows, self._vectors = {}, None
        new = sorted({word for text in texts for word in text} - self._rows.keys())
        if new:
            vectors = self._model.embedding
            encoded = self._model.tokenizer.encode_batch(new, add_special_tokens=False)
            sums = numpy.zeros((len(new), vectors.shape[1]), dtype=numpy.float32)
            for place, one in enumerate(encoded):
                ids = [token for token, counts in zip(one.ids, one.attention_mask, strict=True) if counts]
                sums[place] = vectors[numpy.clip(ids, 0, len(vectors) - 1)].sum(axis=0) if ids else 0.0
            first = len(self._rows)
            self._vectors = sums if self._vectors is None else numpy.concatenate([self._vectors, sums])
            self._rows.update((word, first + place) for place, word in enumerate(new))
        elif self._vectors is None:
            self._vectors = numpy.zeros((1, 1), dtype=numpy.float32)
        return self._rows

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

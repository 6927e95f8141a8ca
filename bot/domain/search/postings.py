"""How the index keeps which questions have a word: packed numbers, the same in every database."""

import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

LEVEL_BITS = 4
LEVELS = (1 << LEVEL_BITS) - 1
CHUNK = 1 << (16 - LEVEL_BITS)
"""Questions in one chunk: question n is in chunk n // CHUNK. It is rewritten when one of them changes."""

# Lengths to which a text is long or short. Those of the log itself would change with every question, and
# all that is packed with them; the ranker looks at the log's own.
_TYPICAL_TITLE = 12
_TYPICAL_BODY = 80
_BODY_WEIGHT = 0.5
_SATURATION = 1.2
_MOST = (_SATURATION + 1) * (1 + _BODY_WEIGHT)


def levels(title: Sequence[str], body: Sequence[str]) -> dict[str, int]:
    """How much each stem of a question says about it, from 1 to 15: often in a short text says most."""
    in_title, in_body = Counter(title), Counter(body)
    title_length = _length(len(title), _TYPICAL_TITLE)
    body_length = _length(len(body), _TYPICAL_BODY)
    found = {}
    for term in in_title.keys() | in_body.keys():
        mark = _saturated(in_title[term], title_length) + _BODY_WEIGHT * _saturated(
            in_body[term], body_length
        )
        found[term] = max(1, round(mark / _MOST * LEVELS))
    return found


def changed(entries: bytes, changes: Iterable[tuple[int, int]]) -> bytes:
    """A chunk's entries with some changed.

    changes: (question's number % CHUNK, its new level), level 0 for a question that has the word no more.
    """
    packed = _unpack(entries)
    for offset, level in changes:
        low = offset << LEVEL_BITS
        at = bisect_left(packed, low)
        is_there = at < len(packed) and packed[at] >> LEVEL_BITS == offset
        if is_there and level:
            packed[at] = low | level
        elif is_there:
            del packed[at]
        elif level:
            packed.insert(at, low | level)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def questions(*, chunk: int, entries: bytes) -> set[int]:
    """The numbers of the questions of a chunk that have the word."""
    first = chunk * CHUNK
    return {first + (entry >> LEVEL_BITS) for entry in _unpack(entries)}


def count(entries: bytes) -> int:
    """How many questions of a chunk have the word."""
    return len(entries) // 2


def _unpack(entries: bytes) -> "array[int]":
    packed = array("H")
    packed.frombytes(entries)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed


def _length(length: int, typical: int) -> float:
    return _SATURATION * (0.25 + 0.75 * length / typical)


def _saturated(times: int, length: float) -> float:
    return times * (_SATURATION + 1) / (times + length) if times else 0.0

"""Sets the words found apart from the rest, in the text as it was written."""

import re
from bisect import bisect_left
from collections.abc import Collection

from bot.domain.search.text import stem, words
from bot.domain.values import dataclass

_TOKEN = re.compile(r"[\w'’]+")
_CUT = "…"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of text, not yet escaped."""

    text: str
    is_found: bool


def excerpt(text: str, *, found: Collection[str], length: int) -> list[Piece]:
    """At most about `length` characters of `text`, from where most of the words found stand close together.

    found: stems. What is left out at either end is marked by `…`. All whitespace becomes single blanks.
    """
    flat = " ".join(text.split())
    hits = [hit for hit in _TOKEN.finditer(flat) if _is_among(hit.group(), found)]
    begin, end = _window(flat, [hit.start() for hit in hits], length)
    pieces: list[Piece] = []
    at = begin
    for hit in hits:
        if hit.start() < begin or hit.end() > end:
            continue
        _add(pieces, flat[at : hit.start()], is_found=False)
        _add(pieces, hit.group(), is_found=True)
        at = hit.end()
    _add(pieces, flat[at:end], is_found=False)
    if begin > 0:
        pieces.insert(0, Piece(text=_CUT, is_found=False))
    if end < len(flat):
        pieces.append(Piece(text=_CUT, is_found=False))
    return pieces


def _is_among(token: str, found: Collection[str]) -> bool:
    return any(stem(word) in found for word in words(token))


def _window(flat: str, starts: list[int], length: int) -> tuple[int, int]:
    if len(flat) <= length:
        return 0, len(flat)
    lead = length // 6  # some words before the first that was found
    begin = 0
    for start in starts:
        if _within(starts, start - lead, length) > _within(starts, begin, length):
            begin = start - lead
    begin = max(0, min(begin, len(flat) - length))
    if begin > 0:
        blank = flat.find(" ", begin, begin + lead)
        begin = begin if blank == -1 else blank + 1
    end = min(len(flat), begin + length)
    if end < len(flat):
        blank = flat.rfind(" ", begin + length // 2, end)
        end = end if blank == -1 else blank
    return begin, end


def _within(starts: list[int], begin: int, length: int) -> int:
    return bisect_left(starts, begin + length) - bisect_left(starts, begin)


def _add(pieces: list[Piece], text: str, *, is_found: bool) -> None:
    if text:
        pieces.append(Piece(text=text, is_found=is_found))

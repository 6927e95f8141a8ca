"""From text to words and stems: one analysis for every database and for every query."""

import re
import unicodedata
from functools import cache, lru_cache
from html import unescape
from threading import Lock
from typing import Any

ANALYSIS_VERSION = 2
"""Rises when the same text would give other words or stems: the index is then rebuilt at start."""

LONGEST_WORD = 40
"""Characters of a word that count; the rest, of a key or a hash, is cut."""

# Letters that NFKD leaves whole, though people type them without their stroke or as two letters.
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k"}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys("'’‘ʼ`´", "")
)
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)['’ʼ](?=\w)", re.IGNORECASE)
_MENTION = re.compile(r"<[@!][^>]*>|<#[^>|]*\|([^>]*)>|<(?:https?:|mailto:)[^>|]*\|([^>]*)>")
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]+")

_porter_lock = Lock()


def fold(text: str) -> str:
    """`text` in lower case, without accents: `Łódź` is `lodz`, `İstanbul` and `Istanbul` are `istanbul`."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    # Small letters come of the decomposed: a capital of mathematics is none before.
    small = unicodedata.normalize("NFKD", _ELISION.sub("", text)).casefold()
    decomposed = unicodedata.normalize("NFKD", small)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(_STROKES)


def words(text: str) -> list[str]:
    """The folded words of `text`, in order; mentions and addresses behind a label are left out.

    Letters of scripts that put no space between words come as overlapping pairs.
    """
    if "<" in text:
        text = _MENTION.sub(_label, text)
    if "&" in text:
        text = unescape(text)
    if text.isascii():
        text = _ELISION.sub("", text)
    folded = fold(text)
    if not folded.isascii():
        folded = "".join(letter if _is_of_a_word(letter) else " " for letter in folded)
        return [word[:LONGEST_WORD] for run in folded.split() for word in _apart(run)]
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded)]


def stems(of: list[str]) -> list[str]:
    """The stems of folded words, in the same order."""
    return [stem(word) for word in of]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a folded word by Porter's rules: `applications` and `applying` meet at `appli`.

    Words with digits or in another script than Latin stay as they are.
    """
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    with _porter_lock:  # the library's stemmer keeps the word at hand in itself
        return str(_porter().stemWord(word)) or word


@cache
def _porter() -> Any:
    # Imported with the first word: it brings the stemmers of thirty languages.
    import snowballstemmer

    return snowballstemmer.stemmer("porter")


def _label(found: re.Match[str]) -> str:
    return f" {found.group(1) or found.group(2) or ''} "


def _is_of_a_word(letter: str) -> bool:
    # Vowel signs of Indian and Thai scripts are marks, not letters, and yet inside a word.
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def _apart(run: str) -> list[str]:
    if not _UNSPACED.search(run):
        return [run]
    parts: list[str] = []
    end = 0
    for found in _UNSPACED.finditer(run):
        if found.start() > end:
            parts.append(run[end : found.start()])
        letters = found.group()
        parts += [letters[at : at + 2] for at in range(max(1, len(letters) - 1))]
        end = found.end()
    if end < len(run):
        parts.append(run[end:])
    return parts

"""What a word may mean that the log does not know: a slip of a letter, or only its beginning."""

from collections.abc import Iterable

SHORTEST = 4
"""Letters from which on a word is taken for mistyped rather than new."""
SHORTEST_BEGINNING = 3
"""Letters from which on a word is taken for the beginning of another."""
MOST_MEANT = 4
"""Known words that one unknown word may stand for."""

_RARE_BESIDE = 50  # times rarer than the commonest that may be meant: left out


def meant(typed: str, known: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The words that `typed` may stand for, likeliest first; empty where none is near.

    known: words of the log near enough to be looked at, each with the number of questions that have it.
    A word one slip away (a letter wrong, missing, too many, or two swapped) goes before one that `typed`
    begins; among these the commonest goes first.
    """
    slips: list[tuple[int, str]] = []
    beginnings: list[tuple[int, str]] = []
    for word, count in known:
        if len(typed) >= SHORTEST and is_one_slip(typed, word):
            # A first letter is seldom the wrong one.
            slips.append((count * (4 if word[0] == typed[0] else 1), word))
        elif len(typed) >= SHORTEST_BEGINNING and word.startswith(typed):
            beginnings.append((count, word))
    found = sorted(slips or beginnings, key=lambda near: (-near[0], near[1]))
    return tuple(word for count, word in found if count * _RARE_BESIDE >= found[0][0])[:MOST_MEANT]


def halves(typed: str) -> tuple[str, str]:
    """The beginning and the end of a word, one of which a single slip leaves whole."""
    middle = len(typed) // 2
    return typed[:middle], typed[middle + (len(typed) % 2) :]


def is_one_slip(typed: str, word: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two neighbours are swapped."""
    if typed == word or abs(len(typed) - len(word)) > 1:
        return False
    at = 0
    while at < min(len(typed), len(word)) and typed[at] == word[at]:
        at += 1
    if len(typed) > len(word):
        return typed[at + 1 :] == word[at:]
    if len(typed) < len(word):
        return typed[at:] == word[at + 1 :]
    is_swapped = typed[at : at + 2] == word[at : at + 2][::-1] and typed[at + 2 :] == word[at + 2 :]
    return typed[at + 1 :] == word[at + 1 :] or is_swapped

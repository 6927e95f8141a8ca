"""Queries as somebody types them in a hurry: one letter wrong in every long word."""

import random
import re

LONG = 5
"""Letters from which on a word is long."""

_LONG_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def mistyped(text: str, *, seed: int = 1) -> str:
    """`text` with one letter of each long word replaced, left out, doubled by another, or swapped."""
    rng = random.Random(f"{seed} {text}")

    def wrong(found: re.Match[str]) -> str:
        word = found.group()
        at = rng.randrange(1, len(word) - 1)
        kind = rng.randrange(4)
        if kind == 0:
            return word[:at] + rng.choice([one for one in _LETTERS if one != word[at]]) + word[at + 1 :]
        if kind == 1:
            return word[:at] + word[at + 1 :]
        if kind == 2:
            return word[:at] + rng.choice(_LETTERS) + word[at:]
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return _LONG_WORD.sub(wrong, text)

"""What is wrong with a file that somebody wrote, said so that they can mend it."""

from collections.abc import Iterable
from difflib import get_close_matches

from bot.domain.values import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: where, what, and what to do."""

    file: str
    line: int
    """From 1."""
    field: str
    """Such as `homework.due` or `country`; empty where it is the whole file."""
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.field}" if self.field else f"{self.file}:{self.line}"
        end = "?" if self.remedy.startswith("did you mean") else "."
        return f"{place}: {self.problem}; {self.remedy}{end}"


class Faults(Exception):
    """Every fault that was found, in order of file and line; nothing was changed. `str()` is one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, whatever its case; None where none is near."""
    by_folded = {one.casefold(): one for one in sorted(known)}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def decode(file: str, content: str | bytes) -> str:
    """A file's text, without a byte order mark. Raises Faults where it is not UTF-8."""
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        remedy = "save it as UTF-8 (in Excel: Save as, CSV UTF-8)"
        raise Faults([Fault(file, line, "", "the text is not in UTF-8", remedy)]) from None

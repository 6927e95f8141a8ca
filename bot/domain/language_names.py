"""The languages' codes of ISO 639-1 with their English names, as far as Europe's academies meet them."""

from bot.domain.search.text import fold

_NAMES = """
ar Arabic|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali|bs Bosnian|ca Catalan|cs Czech
cy Welsh|da Danish|de German|el Greek|en English|es Spanish|et Estonian|eu Basque|fa Persian
fi Finnish|fo Faroese|fr French|ga Irish|gl Galician|he Hebrew|hi Hindi|hr Croatian|hu Hungarian
hy Armenian|id Indonesian|is Icelandic|it Italian|ja Japanese|ka Georgian|kk Kazakh|ko Korean
lb Luxembourgish|lt Lithuanian|lv Latvian|mk Macedonian|mt Maltese|nb Norwegian|nl Dutch
nn Norwegian|no Norwegian|pl Polish|pt Portuguese|ro Romanian|ru Russian|se Sami|sk Slovak
sl Slovenian|sq Albanian|sr Serbian|sv Swedish|th Thai|tr Turkish|uk Ukrainian|ur Urdu|uz Uzbek
vi Vietnamese|zh Chinese
"""
NAMES = dict(entry.split(" ", 1) for line in _NAMES.split("\n") for entry in line.split("|") if entry)
"""Code → English name."""

_CODES = {fold(name): code for code, name in NAMES.items()}


def name_of(language: str) -> str:
    """The English name of a language given by its code; whatever else is given, as it is."""
    return NAMES.get(language.casefold(), language)


def as_kept(language: str) -> str:
    """How a language that somebody wrote is kept: by its code where it has one, else as it was written."""
    folded = fold(language.strip())
    return folded if folded in NAMES else _CODES.get(folded, language.strip())


def written(language: str) -> tuple[str, ...]:
    """All that people may write for a language: its code and its name."""
    return tuple(dict.fromkeys((language, name_of(language))))

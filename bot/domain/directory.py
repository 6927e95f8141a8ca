"""Finds people by what they show: names, clusters, countries, sectors, languages, expertise, editions."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from bot.domain import country_names, language_names
from bot.domain.countries import COUNTRIES, MEANT
from bot.domain.ids import EditionKey, UserId
from bot.domain.members import Role
from bot.domain.profiles import Field, Profile, Visibility
from bot.domain.search.spelling import SHORTEST, SHORTEST_BEGINNING, is_one_slip
from bot.domain.search.text import stem, words
from bot.domain.values import dataclass

_WEIGHTS: dict[str, float] = {
    Field.LOOKS_FOR: 0.5,  # who looks for help with it is not who gives it
    "editions": 1.0,
    Field.LANGUAGES: 1.2,
    Field.COUNTRY: 1.5,
    Field.SECTORS: 1.5,
    Field.EXPERTISE: 2.0,
    Field.CLUSTER: 2.5,
    "name": 3.0,
}
_COMMON = 2  # letters that two words of one stem share at least: stems are slow to find
_EXACT, _SAME_STEM, _BEGINNING, _SLIP = 1.0, 0.9, 0.75, 0.6
_OF_NO_MEANING = frozenset(
    (
        *(
            "a",
            "about",
            "an",
            "and",
            "any",
            "anybody",
            "anyone",
            "at",
            "be",
            "by",
            "can",
            "do",
            "for",
            "from",
        ),
        *(
            "has",
            "have",
            "help",
            "i",
            "in",
            "is",
            "it",
            "knows",
            "me",
            "my",
            "no",
            "of",
            "on",
            "or",
            "people",
        ),
        *("so", "somebody", "someone", "speaking", "speaks", "that", "the", "to", "who", "with"),
    )
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A person's part in an edition, as the directory shows it."""

    edition_key: EditionKey
    edition_name: str
    role: Role
    year: int | None = None
    """Of the edition's last day."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the directory shows of a person to one reader; what is hidden from them is empty."""

    user_id: UserId
    name: str
    cluster: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    sectors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Codes of ISO 639-1, or whatever else was written."""
    expertise: tuple[str, ...] = ()
    looks_for: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """Somebody who fits what was looked for."""

    card: Card
    missing: tuple[str, ...]
    """The words that fit nothing of theirs."""


def shown_to(card: Card, profile: Profile, *, shares_edition: bool, is_self: bool = False) -> Card | None:
    """A card as one reader may see it, or None where they may not see it at all.

    card: with everything. shares_edition: whether the reader has a part in an edition of this person's.
    """
    if is_self:
        return card
    if not profile.is_listed:
        return None
    hidden = {
        one.value: type(getattr(card, one))()
        for one in Field
        if not _may_see(profile.seen_by(one), shares_edition=shares_edition)
    }
    return replace(card, **hidden)


def search(query: str, cards: Sequence[Card]) -> list[Found]:
    """Those who fit the words of a query, who fits most of them first; empty where nobody fits any.

    cards: as their reader may see them: whatever is hidden has no influence, not even on the order.
    A word may be a slip of a letter away from what somebody wrote, unless it is known as it is; or be its
    beginning. Whoever fits two words less than the best is left out.
    """
    asked = query_words(query)
    held = [_words_of(card) for card in cards]
    vocabulary = {word for words_of in held for word in words_of}
    matches = {word: _matching(word, vocabulary) for word in asked}
    fits = [{word: _fit(words_of, matches[word]) for word in asked} for words_of in held]
    holders = {word: sum(1 for fit in fits if fit[word]) for word in asked}
    rarity = {word: math.log1p(len(cards) / of) for word, of in holders.items() if of}
    rated = []
    for card, fit in zip(cards, fits, strict=True):
        missing = tuple(word for word in asked if not fit[word])
        if len(missing) < len(asked):
            score = sum(how * rarity[word] for word, how in fit.items() if how)
            rated.append((len(missing), -round(score, 6), card.name.casefold(), card, missing))
    rated.sort(key=lambda one: (*one[:3], one[3].user_id))
    return [Found(card=one[3], missing=one[4]) for one in rated if one[0] <= rated[0][0] + 1]


def query_words(query: str) -> list[str]:
    """The words of a query that say something, each once; all of them where none does.

    `IT` is Italy and `it` no word; `fi` is both Finland and Finnish.
    """
    found: list[str] = []
    every: list[str] = []
    for typed in query.split():
        is_code = typed.isupper() and MEANT.get(typed, typed) in COUNTRIES
        folded = words(typed)
        every += folded
        found += [word for word in folded if is_code or word not in _OF_NO_MEANING]
    return list(dict.fromkeys(found or every))


def _may_see(visibility: Visibility, *, shares_edition: bool) -> bool:
    return visibility is Visibility.EVERYONE or (visibility is Visibility.EDITION and shares_edition)


def _words_of(card: Card) -> dict[str, float]:
    """Each word on a card, with the weight of the most telling place it stands in."""
    found: dict[str, Iterable[str]] = {
        Field.LOOKS_FOR: words(card.looks_for),
        "editions": [word for part in card.parts for word in _words_of_part(part)],
        Field.LANGUAGES: [word for one in card.languages for word in _words_of_language(one)],
        Field.COUNTRY: _words_of_country(card.country),
        Field.SECTORS: words(" ".join(card.sectors)),
        Field.EXPERTISE: words(" ".join(card.expertise)),
        Field.CLUSTER: words(card.cluster),
        "name": words(card.name),
    }
    weights: dict[str, float] = {}
    # The most telling place is the last, and stays.
    for place, written in found.items():
        weights.update(dict.fromkeys(written, _WEIGHTS[place]))
    return weights


@cache
def _words_of_country(code: str) -> tuple[str, ...]:
    return tuple(word for text in country_names.written(code) for word in words(text))


@lru_cache(maxsize=1000)
def _words_of_language(language: str) -> tuple[str, ...]:
    return tuple(word for text in language_names.written(language) for word in words(text))


@lru_cache(maxsize=1000)
def _words_of_part(part: Part) -> tuple[str, ...]:
    return tuple(words(f"{part.edition_key} {part.edition_name} {part.role} {part.year or ''}"))


def _matching(asked: str, vocabulary: Iterable[str]) -> dict[str, float]:
    """The known words that an asked one may mean, each with how likely that is."""
    found: dict[str, float] = {}
    root = stem(asked)
    for known in vocabulary:
        if known == asked:
            found[known] = _EXACT
        elif known[:_COMMON] == asked[:_COMMON] and stem(known) == root:
            found[known] = _SAME_STEM
        elif len(asked) >= SHORTEST_BEGINNING and known.startswith(asked):
            found[known] = _BEGINNING
    if not found and len(asked) >= SHORTEST:
        found = {known: _SLIP for known in vocabulary if is_one_slip(asked, known)}
    return found


def _fit(words_of: Mapping[str, float], matches: Mapping[str, float]) -> float:
    # The smaller of the two is walked: a short beginning may match thousands of words.
    if len(matches) < len(words_of):
        return max((words_of[word] * how for word, how in matches.items() if word in words_of), default=0.0)
    return max((how * matches[word] for word, how in words_of.items() if word in matches), default=0.0)

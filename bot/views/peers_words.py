"""How peer feedback is put into words: who somebody is, why a match, what to begin a talk with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.homework import Homework
from bot.domain.matching.values import Compromise, Reason, Shortfall
from bot.domain.members import Member
from bot.domain.peers import Answer, Kind, Round
from bot.views import words

_NAME = 60
_SHOWN = 3

KINDS = {Kind.PAIRS: "Pairs", Kind.REVIEWS: "Reviews", Kind.GROUPS: "Groups"}
ANSWERS = {
    Answer.MET: "✅ We met",
    Answer.DATE: "📅 We have a date",
    Answer.NOT_YET: "🕘 Not yet",
    Answer.UNREACHABLE: "❔ Could not reach them",
}
"""Each answer as its button says it."""

# The countries whose clusters can apply; any other is shown by its code.
_COUNTRIES = {
    **{"AL": "Albania", "AM": "Armenia", "AT": "Austria", "BA": "Bosnia and Herzegovina", "BE": "Belgium"},
    **{"BG": "Bulgaria", "CH": "Switzerland", "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany"},
    **{"DK": "Denmark", "EE": "Estonia", "ES": "Spain", "FI": "Finland", "FR": "France", "GE": "Georgia"},
    **{"GB": "United Kingdom", "GR": "Greece", "HR": "Croatia", "HU": "Hungary", "IE": "Ireland"},
    **{"IS": "Iceland", "IT": "Italy", "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg"},
    **{"LV": "Latvia", "MD": "Moldova", "ME": "Montenegro", "MK": "North Macedonia", "MT": "Malta"},
    **{"NL": "Netherlands", "NO": "Norway", "PL": "Poland", "PT": "Portugal", "RO": "Romania"},
    **{"RS": "Serbia", "SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia", "TR": "Türkiye"},
    **{"UA": "Ukraine", "XK": "Kosovo"},
}

# Openings by what a homework's title or brief speaks of; the first that fits is taken.
_OPENINGS: tuple[tuple[tuple[str, ...], tuple[str, str, str]], ...] = (
    (
        ("member", "map", "stakeholder"),
        (
            "Which of your members would you miss most, and why?",
            "Who is not on your map yet, but should be?",
            "What do your members ask you for that you cannot give them today?",
        ),
    ),
    (
        ("business model", "service", "revenue", "fund", "financ"),
        (
            "Who pays for your work today, and who should in three years?",
            "Which of your services would members pay for tomorrow?",
            "What did you stop doing, or would you like to stop?",
        ),
    ),
    (
        ("pitch", "communicat", "story", "present"),
        (
            "Say in one sentence what your cluster is for. What would you change in the other's sentence?",
            "Who has to be convinced first?",
            "Which result would you show, if you could show only one?",
        ),
    ),
    (
        ("plan", "action", "strateg", "blueprint", "goal"),
        (
            "Which of your actions would you begin with tomorrow, and what keeps you from it?",
            "Who has to say yes before it can work?",
            "How will you know in six months that it was worth it?",
        ),
    ),
)
_GENERAL = (
    "What in your work surprised you most this year?",
    "Which problem would you like to hand over to somebody else?",
    "What could your two clusters do together in a month?",
)


def openings(homework: Homework | None) -> tuple[str, str, str]:
    """Three questions to begin with, suited to what the homework is about."""
    if homework is None:
        return _GENERAL
    spoken = f"{homework.title} {homework.brief}".casefold()
    by_title = homework.title.casefold()
    for text in (by_title, spoken):
        for names, questions in _OPENINGS:
            if any(name in text for name in names):
                return questions
    return _GENERAL


def who(one: Member, cluster: str) -> str:
    """Somebody's name, cluster, country, sectors and expertise, escaped; what is unknown is left out."""
    facts = [words.excerpt(cluster, _NAME)] if cluster else []
    if one.country:
        facts.append(_COUNTRIES.get(one.country, one.country))
    lines = [f"*{words.excerpt(one.name, _NAME)}*" + (f", {', '.join(facts)}" if facts else "")]
    if one.sectors:
        lines.append(f"Sectors: {_listed(one.sectors)}")
    if one.expertise:
        lines.append(f"Knows about: {_listed(one.expertise)}")
    return "\n".join(lines)


def why(reason: Reason | None, names: Mapping[str, str]) -> str:
    """Why a match is a good one, in a sentence or two, escaped."""
    if reason is None:
        return "Somebody in it can no longer take part."
    parts: list[str] = []
    if reason.met:
        several = len({name for met in reason.met for name in (met.a, met.b)}) < len(names)
        last = reason.met[0]
        who_met = f"{_name(last.a, names)} and {_name(last.b, names)} have" if several else "They have"
        parts.append(f"{who_met} met before, last in round {last.round}")
    else:
        parts.append("They have not met")
    if reason.sectors:
        parts.append(
            f"all in {_listed(reason.sectors)}" if len(names) > 2 else f"both in {_listed(reason.sectors)}"
        )
    parts.append("different countries" if reason.different_countries else "the same country")
    if reason.languages:
        parts.append(f"common language: {_listed(one.upper() for one in reason.languages)}")
    return "; ".join(parts) + "."


def compromises(found: Sequence[Compromise], names: Mapping[str, str]) -> list[str]:
    """What is not ideal about a draft, a line for each kind of thing, escaped."""
    lines: list[str] = []
    for shortfall in Shortfall:
        those = [one for one in found if one.shortfall is shortfall]
        if not those:
            continue
        who_they_are = _people(those, names)
        count = len(those)
        match shortfall:
            case Shortfall.MEETS_AGAIN:
                text = f"{words.plural(count, 'pair meets', 'pairs meet')} again: {who_they_are}."
                if all(one.free == 0 for one in those):
                    text += " Everybody else is excluded, or they have met them too."
                else:
                    text += " Otherwise somebody else would have had to."
            case Shortfall.TRIO_AGAIN:
                text = f"In a trio although others have been in fewer: {who_they_are}."
            case Shortfall.SAME_COUNTRY:
                text = f"{words.plural(count, 'pair is', 'pairs are')} from one country: {who_they_are}."
            case Shortfall.SECTOR:
                pairs = words.plural(count, "pair has", "pairs have")
                text = f"{pairs} other sectors than wished: {who_they_are}."
            case Shortfall.RECIPROCAL:
                text = f"{words.plural(count, 'pair reviews', 'pairs review')} each other: {who_they_are}."
            case Shortfall.ONE_MORE:
                text = f"One review more than the others: {who_they_are}."
        lines.append(text)
    return lines


def date_of(of: Round, reader_zone: str = "") -> str:
    """Until when a round goes."""
    return words.when(of.give_back_at, of.zone, reader_zone)


def times(instants: Iterable[datetime], zones: Mapping[str, str]) -> list[str]:
    """Proposed times, each on the clocks of all. zones: names by IANA zone, in the order to be shown."""
    lines: list[str] = []
    for instant in instants:
        shown = [words.when(instant, zone) for zone in zones]
        lines.append(" · ".join(shown))
    return lines


def _people(found: Sequence[Compromise], names: Mapping[str, str]) -> str:
    shown = [" and ".join(_name(one, names) for one in each.people) for each in found[:_SHOWN]]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _name(user_id: str, names: Mapping[str, str]) -> str:
    return words.excerpt(names.get(user_id, "somebody"), _NAME)


def _listed(names: Iterable[str]) -> str:
    return words.listed(words.excerpt(name, _NAME) for name in names)

"""When an earlier question is near enough to be shown to somebody who asks."""

from collections.abc import Sequence

from bot.domain.search.ranking import Ranked

MOST = 3
"""Earlier questions that are shown."""

COMPANY = 5
"""Earlier questions whose nearness is looked at."""

# Measured with `make bench` on the development half of CLINC150 (suggest-dev): at these, 2 to 3 in 100
# requests without a relative in the log get a suggestion. A cut that was chosen on half of its intents
# held on the other half.
SURE_BY_WORDS = 0.357
SURE_BY_MEANING = 0.925

ALONE = 0.1
"""How much surer one near question must be than five would, to be shown without their company."""


def sureness(ranked: Sequence[Ranked]) -> float:
    """How sure it is that the nearest of `ranked` asks the same: comparable between queries.

    The mean nearness of the five nearest: what was asked before was often asked more than once. One that
    stands alone has to be nearer.
    """
    marks = sorted((_nearness(one) for one in ranked), reverse=True)[:COMPANY]
    return max(sum(marks) / COMPANY, marks[0] - ALONE) if marks else 0.0


def near_enough(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The earlier questions to show, nearest first; empty where none is near enough: most of the time.

    ranked: by words alone or by words and meaning, in any order. A wrong suggestion is worse than none.
    """
    compared = [one for one in ranked if one.nearness is not None]
    enough = SURE_BY_MEANING if compared else SURE_BY_WORDS
    nearest = sorted(compared or ranked, key=lambda one: (-_nearness(one), -one.id))
    return nearest[:MOST] if nearest and sureness(nearest) >= enough else []


def _nearness(one: Ranked) -> float:
    """How alike two questions are. Answers do not count, as in a search, and every word of them does:
    who asks the same names the same thing, and who only looks for it may leave out the rest."""
    return one.overlap + (one.nearness.title if one.nearness else 0.0)

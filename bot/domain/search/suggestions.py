"""When an earlier question is near enough to be shown to somebody who asks."""

from collections.abc import Sequence

from bot.domain.search.ranking import Ranked

MOST = 3
"""Earlier questions that are shown."""

# Measured with `make bench` on the development half of CLINC150 (suggest-dev): at these, 3 in 100 requests
# without a relative in the log get a suggestion.
SURE_BY_WORDS = 0.37
SURE_BY_MEANING = 0.93

ALONE = 0.1
"""How much surer one near question must be than three would, to be shown without their company."""


def sureness(ranked: Sequence[Ranked]) -> float:
    """How sure it is that the best of `ranked` asks the same: comparable between queries.

    The mean over the three best of the overlap, with the nearness of the titles' meaning added where it is
    known: what was asked before was often asked more than once. One that stands alone has to be nearer.
    """
    marks = [one.overlap + (one.nearness.title if one.nearness else 0.0) for one in ranked[:MOST]]
    return max(sum(marks) / MOST, marks[0] - ALONE) if marks else 0.0


def near_enough(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The earlier questions to show, best first; empty where none is near enough: most of the time.

    ranked: best first, by words alone or by words and meaning. A wrong suggestion is worse than none.
    """
    if not ranked:
        return []
    enough = SURE_BY_WORDS if ranked[0].nearness is None else SURE_BY_MEANING
    return list(ranked[:MOST]) if sureness(ranked) >= enough else []

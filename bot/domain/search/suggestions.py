"""When an earlier question is near enough to be shown to somebody who asks."""

from collections.abc import Sequence

from bot.domain.search.ranking import Ranked

MOST = 3
"""Earlier questions that are shown."""

# Measured with `make bench` on the development half of CLINC150 (suggest-dev): the least sureness that
# leaves at most 4 in 100 requests without a relative with a suggestion.
SURE_BY_WORDS = 0.36
SURE_BY_MEANING = 0.90


def sureness(ranked: Sequence[Ranked]) -> float:
    """How sure it is that the best of `ranked` answers the same thing: comparable between queries.

    The mean over the three best of the overlap, with the nearness of meaning added where it is known:
    what was asked before was mostly asked more than once, so one lucky hit alone counts less.
    """
    best = ranked[:MOST]
    if not best:
        return 0.0
    marks = [one.overlap + (one.nearness.title if one.nearness else 0.0) for one in best]
    return max(sum(marks) / MOST, (marks[0] - ALONE) if len(marks) else 0.0)


ALONE = 0.25
"""What a single near question must be surer than three would, to be shown without company."""


def near_enough(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The earlier questions to show, best first; empty where none is near enough: most of the time.

    ranked: best first, by words alone or by words and meaning. A wrong suggestion is worse than none.
    """
    if not ranked:
        return []
    enough = SURE_BY_WORDS if ranked[0].nearness is None else SURE_BY_MEANING
    return list(ranked[:MOST]) if sureness(ranked) >= enough else []

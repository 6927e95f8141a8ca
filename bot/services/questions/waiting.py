"""The questions on somebody's Home tab: their own, and those that wait for somebody like them."""

from bot.domain import experts as domain
from bot.domain.experts import Candidate
from bot.domain.ids import TeamId, UserId
from bot.domain.questions import Sight
from bot.domain.search.query import parse
from bot.domain.values import dataclass
from bot.services.questions.finding import described, newest_open
from bot.views.questions_search import Result
from storage import members
from storage import questions as stored
from storage.db import Work
from storage.search import search

# So many of the newest open questions are looked at: older ones have been followed up since.
_LOOKED_AT = 30


@dataclass(frozen=True, kw_only=True)
class ForMe:
    """A question that somebody may know the answer to."""

    result: Result
    known_for: tuple[str, ...]
    """Their expertise and sectors that the question names."""


async def mine(work: Work, *, team_id: TeamId, sight: Sight, limit: int) -> tuple[list[Result], bool]:
    """Somebody's own questions, the newest first, and whether there are more."""
    found = await search(work, team_id=team_id, query=parse("from:me"), sight=sight, limit=limit)
    ids = [hit.question_id for hit in found.hits]
    return await described(work, team_id=team_id, sight=sight, question_ids=ids), found.is_more


async def for_me(work: Work, *, team_id: TeamId, user_id: UserId, sight: Sight, limit: int) -> list[ForMe]:
    """The newest open questions of others that name what this person knows, and that they did not answer."""
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or not (person.expertise or person.sectors):
        return []
    me = Candidate(user_id=user_id, expertise=person.expertise, sectors=person.sectors)
    waiting, _ = await newest_open(work, team_id=team_id, sight=sight, limit=_LOOKED_AT)
    others = [one for one in waiting if not one.is_own]
    answered = {
        answer.question_id
        for answer in await stored.answers(
            work, team_id=team_id, question_ids=[one.question.id for one in others]
        )
        if answer.author_id == user_id
    }
    found: list[ForMe] = []
    for one in others:
        asked = one.question
        fits = domain.fitting(f"{asked.title} {asked.detail} {asked.topic}", [me], most=1)
        if fits and asked.id not in answered:
            found.append(ForMe(result=one, known_for=fits[0].known_for))
    return found[:limit]

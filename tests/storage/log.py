"""A small question log for the tests of search."""

from datetime import UTC, datetime

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.questions import Channel, NewAnswer, NewQuestion, Question, Sight
from bot.domain.search.query import parse
from storage import members, questions, search
from storage.db import Database

TEAM = TeamId("T1")
PUBLIC, PRIVATE = ChannelId("C1"), ChannelId("G1")
ANA, BEN = UserId("UANA"), UserId("UBEN")
ANYBODY = Sight(user_id=UserId("UX"))
INSIDER = Sight(user_id=UserId("UY"), channels=frozenset({PRIVATE}))


async def with_people_and_channels(db: Database) -> None:
    """Two people, a public and a private channel."""
    async with db.writing() as work:
        for user_id, name, country in ((ANA, "Ana Costa", "PT"), (BEN, "Ben Virtanen", "FI")):
            await members.put_member(work, Member(team_id=TEAM, user_id=user_id, name=name, country=country))
        for channel_id, name in ((PUBLIC, "ask-alumni"), (PRIVATE, "board")):
            is_private = channel_id == PRIVATE
            await questions.put_channel(
                work, Channel(team_id=TEAM, channel_id=channel_id, name=name, is_private=is_private)
            )


async def log(
    db: Database,
    title: str,
    *answers: str,
    detail: str = "",
    by: UserId = ANA,
    channel_id: ChannelId | None = PUBLIC,
    topic: str = "",
    is_anonymous: bool = False,
    asked_at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    team_id: TeamId = TEAM,
) -> Question:
    """Log a question with answers by Ben."""
    new = NewQuestion(
        title=title,
        detail=detail,
        asker_id=by,
        channel_id=channel_id,
        topic=topic,
        is_anonymous=is_anonymous,
        asked_at=asked_at,
    )
    given = [NewAnswer(author_id=BEN, text=text, answered_at=asked_at) for text in answers]
    async with db.writing() as work:
        return (await questions.add_questions(work, team_id=team_id, asked=[(new, given)]))[0]


async def found(
    db: Database, typed: str, *, sight: Sight = ANYBODY, zone: str = "UTC", limit: int = 20
) -> list[QuestionId]:
    """The questions that a person finds."""
    async with db.reading() as work:
        page = await search.search(
            work, team_id=TEAM, query=parse(typed), sight=sight, zone=zone, limit=limit
        )
    return [hit.question_id for hit in page.hits]

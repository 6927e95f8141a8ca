import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.ids import TeamId
from bot.domain.questions import LinkKind, QuestionState, Sight
from bot.domain.search.query import parse
from bot.domain.search.suggestions import near_enough
from storage import questions, search
from storage.db import Database
from tests.bench import hostile
from tests.storage.log import (
    ANA,
    ANYBODY,
    BEN,
    INSIDER,
    PRIVATE,
    PUBLIC,
    TEAM,
    found,
    log,
    with_people_and_channels,
)


@pytest.fixture(autouse=True)
async def people_and_channels(db: Database) -> None:
    await with_people_and_channels(db)


@pytest.mark.parametrize(
    "typed",
    [
        "reimbursement of travel costs",
        "costs travel reimbursement",
        "travelling reimbursements",
        "REIMBURSEMENT!!!",
        "reimbursment",
        "reimb",
        "réimbursement",
        '"travel costs"',
        "Dear all, could somebody tell me how reimbursement of my travel costs works, please?",
        "pasted text " * 500 + " reimbursement",
    ],
)
async def test_a_question_is_found_by_words_as_people_type_them(db: Database, typed: str) -> None:
    wanted = await log(db, "How does reimbursement of travel costs work?")
    await log(db, "Who has a template for a consortium agreement?")

    assert (await found(db, typed))[:1] == [wanted.id]


async def test_answers_topic_and_detail_are_searched_too(db: Database) -> None:
    await log(db, "Anything else?")
    wanted = await log(db, "Where?", "In Bilbao.", detail="The next visit", topic="Peer learning")

    assert [await found(db, word) for word in ("bilbao", "visit", "peer")] == [[wanted.id]] * 3


async def test_order_of_words_changes_nothing(db: Database) -> None:
    for title in ("Visa letter for Turkey", "Letter of intent", "Turkey visit", "Visa rules", "Other"):
        await log(db, title, "letter visa")

    results = [
        await found(db, " ".join(words)) for words in itertools.permutations(["visa", "letter", "turkey"])
    ]

    assert all(result == results[0] for result in results)
    assert len(results[0]) == 5


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("grant from:@ana", ["grant by Ana", "grant answered"]),
        ("grant from:UBEN", ["grant by Ben"]),
        ('grant from:"Ben V"', ["grant by Ben"]),
        ("grant in:#ask-alumni", ["grant by Ana", "grant answered"]),
        ("grant in:C1", ["grant by Ana", "grant answered"]),
        ("grant by:country:fi", ["grant by Ben"]),
        ("grant is:open", ["grant by Ana", "grant by Ben"]),
        ("grant is:answered", ["grant answered"]),
        ("grant topic:funding", ["grant by Ben"]),
        ("grant since:2026", ["grant answered"]),
        ("grant before:2026", ["grant by Ana", "grant by Ben"]),
        ("grant -ben", ["grant by Ana", "grant answered"]),
        ('grant -"by ana"', ["grant by Ben", "grant answered"]),
        ("is:open", ["grant by Ana", "grant by Ben"]),
        ("-answered", ["grant by Ana", "grant by Ben"]),
        ("grant from:@nobody", []),
        ("grant in:#nowhere", []),
    ],
)
async def test_filters(db: Database, typed: str, titles: list[str]) -> None:
    old = datetime(2025, 6, 1, tzinfo=UTC)
    logged = [
        await log(db, "grant by Ana", asked_at=old),
        await log(db, "grant by Ben", by=BEN, channel_id=None, topic="Funding", asked_at=old),
        await log(db, "grant answered"),
    ]
    async with db.writing() as work:
        await questions.change_question(work, replace(logged[2], state=QuestionState.ANSWERED))
    name_of = {one.id: one.title for one in logged}

    assert sorted(name_of[key] for key in await found(db, typed)) == sorted(titles)


async def test_a_day_of_a_filter_begins_in_the_readers_zone(db: Database) -> None:
    late = await log(db, "grant", asked_at=datetime(2025, 12, 31, 22, 30, tzinfo=UTC))

    assert await found(db, "grant since:2026", zone="Europe/Helsinki") == [late.id]
    assert await found(db, "grant since:2026", zone="UTC") == []
    assert await found(db, "since:0001-01-01 before:9999-12-31", zone="Asia/Tokyo") == [late.id]


async def test_what_was_asked_anonymously_is_not_found_by_who_asked(db: Database) -> None:
    secret = await log(db, "grant", is_anonymous=True)

    assert await found(db, "grant") == [secret.id]
    assert await found(db, "grant from:@ana") == await found(db, "grant by:country:pt") == []
    assert await found(db, "grant from:me", sight=Sight(user_id=ANA)) == [secret.id]


async def test_private_channels_are_for_their_members_now(db: Database) -> None:
    public = await log(db, "grant for all")
    private = await log(db, "grant for the board", channel_id=PRIVATE)
    imported = await log(db, "grant of old", channel_id=None)
    guest = Sight(user_id=BEN, channels=frozenset({PUBLIC}), is_guest=True)

    assert set(await found(db, "grant")) == {public.id, imported.id}
    assert set(await found(db, "grant", sight=INSIDER)) == {public.id, private.id, imported.id}
    assert await found(db, "grant", sight=guest) == [public.id]
    assert private.id not in await found(db, "is:open")
    assert await found(db, "in:#board grant") == []


async def test_many_private_questions_do_not_crowd_out_the_one_to_be_seen(db: Database) -> None:
    public = await log(db, "Some words about the grant and much else that nobody looked for")
    for _ in range(search.CANDIDATES + 20):
        await log(db, "grant", channel_id=PRIVATE)

    assert await found(db, "grant") == [public.id]


@pytest.mark.parametrize("state", [QuestionState.HIDDEN, QuestionState.REMOVED, QuestionState.MERGED])
async def test_what_is_taken_out_is_not_found(db: Database, state: QuestionState) -> None:
    question = await log(db, "grant")
    async with db.writing() as work:
        await questions.change_question(work, replace(question, state=state))

    assert await found(db, "grant") == await found(db, "from:@ana") == []


async def test_the_wording_of_a_merged_question_finds_the_one_it_was_merged_into(db: Database) -> None:
    earlier, later = await log(db, "How are expenses repaid?"), await log(db, "Reimbursement?")
    async with db.writing() as work:
        await questions.change_question(work, replace(later, state=QuestionState.MERGED))
        await questions.link(
            work,
            team_id=TEAM,
            question_id=later.id,
            earlier_id=earlier.id,
            kind=LinkKind.MERGED_INTO,
            linked_by=ANA,
            linked_at=later.asked_at,
        )

    assert await found(db, "reimbursement") == [earlier.id]


async def test_pages_follow_each_other(db: Database) -> None:
    for number in range(7):
        await log(db, f"grant {number}")

    async def page(typed: str, offset: int) -> search.Found:
        async with db.reading() as work:
            return await search.search(
                work, team_id=TEAM, query=parse(typed), sight=ANYBODY, limit=3, offset=offset
            )

    for typed in ("grant", "from:@ana", "-nothing"):
        pages = [await page(typed, offset) for offset in (0, 3, 6)]
        assert [hit.question_id for one in pages for hit in one.hits] == [7, 6, 5, 4, 3, 2, 1]
        assert [one.is_more for one in pages] == [True, True, False]


async def test_what_was_meant_is_told(db: Database) -> None:
    await log(db, "Which grants?")

    async with db.reading() as work:
        page = await search.search(work, team_id=TEAM, query=parse("garnts"), sight=ANYBODY)

    assert page.meant == {"garnts": ("grants",)}
    assert page.stems == {"grant"}


async def test_workspaces_do_not_see_each_other(db: Database) -> None:
    await log(db, "grant", team_id=TeamId("T2"), channel_id=None)

    assert await found(db, "grant") == await found(db, "is:open") == []


@pytest.mark.parametrize("typed", hostile.QUERIES, ids=range(len(hostile.QUERIES)))
async def test_nothing_typed_is_an_error_of_the_database(db: Database, typed: str) -> None:
    await log(db, "a question with a grant", "an answer")

    assert set(await found(db, typed)) <= {1}
    async with db.reading() as work:
        await search.nearest(work, team_id=TEAM, text=typed, sight=ANYBODY)


async def test_an_earlier_question_is_suggested_and_never_the_question_itself(db: Database) -> None:
    earlier = await log(db, "How do we apply for the cluster excellence label?")
    own = await log(db, "How to apply for the cluster excellence label")
    for other in ("Who hosts the next visit?", "Which venue in Milan is cheap?", "Is there a newsletter?"):
        await log(db, other)

    async with db.reading() as work:
        near = near_enough(
            await search.nearest(work, team_id=TEAM, text=own.title, sight=ANYBODY, without=own.id)
        )
        far = near_enough(
            await search.nearest(work, team_id=TEAM, text="Where do I park my bicycle", sight=ANYBODY)
        )

    assert near[0].id == earlier.id
    assert own.id not in [one.id for one in near]
    assert far == []


async def test_private_questions_are_not_suggested_to_others(db: Database) -> None:
    private = await log(db, "Who pays for the gala dinner?", channel_id=PRIVATE)

    async with db.reading() as work:
        text = "who pays for the gala dinner"
        outside = near_enough(await search.nearest(work, team_id=TEAM, text=text, sight=ANYBODY))
        inside = near_enough(await search.nearest(work, team_id=TEAM, text=text, sight=INSIDER))

    assert outside == []
    assert [one.id for one in inside] == [private.id]


class Synonyms:
    """Meaning by a short list of words that mean the same."""

    def __init__(self, *same: str) -> None:
        self._same = set(same)

    def cosines(
        self,
        query: Sequence[str],
        texts: Sequence[Sequence[str]],
        *,
        weight_of: Callable[[str], float] | None = None,
    ) -> list[float]:
        return [1.0 if self._same & {*query} and self._same & {*text} else 0.0 for text in texts]


async def test_meaning_moves_a_question_up(db: Database) -> None:
    repaid = await log(db, "How are the expenses of a visit repaid?")
    other = await log(db, "Who plans the visit?")

    async def best(meaning: Synonyms | None) -> int:
        async with db.reading() as work:
            query = parse("reimbursement after the visit")
            page = await search.search(work, team_id=TEAM, query=query, sight=ANYBODY, meaning=meaning)
        return page.hits[0].question_id

    assert await best(None) == other.id
    assert await best(Synonyms("reimbursement", "repaid")) == repaid.id

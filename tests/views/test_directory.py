from bot.domain.directory import Card, Found, Part
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Role
from bot.views import directory, kit


def largest(number: int) -> Card:
    """A card as full as profiles may be, of characters that are longest once escaped."""
    part = Part(edition_key=EditionKey("cba-2"), edition_name="&" * 200, role=Role.ALUMNUS, year=2023)
    entries = tuple(f"{place:02}" + "&" * 58 for place in range(20))
    return Card(
        user_id=UserId(f"U{number}"),
        name="&" * 200,
        cluster="&" * 120,
        country="GB",
        sectors=entries,
        languages=entries,
        expertise=entries,
        looks_for="&" * 1000,
        parts=(part,) * 9,
    )


def test_a_page_of_the_fullest_cards_is_within_a_message() -> None:
    words = tuple(letter * 40 for letter in "wxyz")
    people = [Found(card=largest(number), missing=words) for number in range(20)]

    message = directory.found(people, query="&" * 200, start=6, team_id=TeamId("T1"), reader_id=UserId("U7"))

    assert len(message["blocks"]) <= kit.MESSAGE_BLOCKS
    assert kit.characters(message["blocks"]) <= kit.MESSAGE_CHARACTERS
    assert max(kit.characters([block]) for block in message["blocks"]) <= kit.SECTION_CHARACTERS

"""What `/directory` answers: cards of people, or how to look for them."""

from collections.abc import Callable, Sequence

from bot.domain.directory import Card, Found
from bot.domain.ids import TeamId, UserId
from bot.views import kit, words
from bot.views.profile import OPEN, described

HELLO = "directory_hello"
MORE = "directory_more"

ON_A_PAGE = 6
_QUERY = 200


def found(
    people: Sequence[Found], *, query: str, start: int, team_id: TeamId, reader_id: UserId
) -> kit.Message:
    """A page of those who fit a query, from number `start` (0 for the best) on."""
    page = people[start : start + ON_A_PAGE]
    asked = words.excerpt(query, _QUERY)
    counted = words.plural(len(people), "person", "people")
    heading = f"{counted} for “{asked}”"
    if start:
        heading += f", {start + 1} to {start + len(page)}"
    blocks = [kit.section(f"*{heading}*")]
    for one in page:
        blocks.append(kit.divider())
        blocks.append(_card(one.card, team_id=team_id, reader_id=reader_id))
        if one.missing:
            without = words.listed((f"“{words.escape(word)}”" for word in one.missing), "or")
            blocks.append(kit.context(f"Says nothing of {without}"))
    left = len(people) - start - len(page)
    more = kit.button(f"Show more ({left})", MORE, f"{start + len(page)} {query}") if left else None
    blocks += [kit.divider(), kit.actions(more, _edit("Edit mine"))]
    return kit.message(heading, blocks)


def nobody(*, query: str, listed: int, command: str) -> kit.Message:
    """That nobody fits, and what to do then."""
    text = f"Nobody in the directory fits “{words.excerpt(query, _QUERY)}”."
    tip = (
        "Try fewer or other words: a name, a cluster, a country, a sector, a language, or what somebody "
        f"should know about. {words.plural(listed, 'person is', 'people are')} listed."
    )
    ask = f"Or ask everybody: `{command}`"
    return kit.message(
        text, [kit.section(text), kit.context(tip), kit.context(ask), kit.actions(_edit("Edit mine"))]
    )


def how_to(mine: Card, *, listed: int, is_listed: bool, command: Callable[[str], str]) -> kit.Message:
    """How to look for people, and how one is shown oneself."""
    text = f"Find people: `{command('directory')} hydrogen funding finland`"
    seen = "This is you; others see what you let them see:"
    if not is_listed:
        seen = "This is you. The directory does not show you to anybody:"
    return kit.message(
        text,
        [
            kit.section(
                f"*{text}*\nA name, a cluster, a country, a sector, a language, what somebody knows about, "
                f"or an edition; in any order. {words.plural(listed, 'person is', 'people are')} listed."
            ),
            kit.context(seen),
            kit.section(described(mine)),
            kit.actions(_edit("Edit mine")),
        ],
    )


def _card(card: Card, *, team_id: TeamId, reader_id: UserId) -> kit.Block:
    if card.user_id == reader_id:
        return kit.section(f"{described(card)}\n_This is you._", accessory=_edit("Edit"))
    # Slack's own address for the direct message with a person: no scope, and nobody is written to yet.
    link = {"url": f"slack://user?team={team_id}&id={card.user_id}"}
    return kit.section(described(card), accessory=kit.button("Say hello", HELLO, card.user_id) | link)


def _edit(label: str) -> kit.Block:
    return kit.button(label, OPEN, "directory")

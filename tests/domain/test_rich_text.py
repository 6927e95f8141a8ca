"""Formatted text, made harmless and written as mrkdwn."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rich_text import as_mrkdwn, calls_many, harmless, is_blank, length, paragraphs, plain

PLANTED = ("<!channel>", "<!here>", "<!subteam^S1>", "<@U1>", "<https://x|y>", "a & b", "*x*", "`", "\n")
texts = st.lists(st.sampled_from(PLANTED) | st.text(max_size=5), min_size=1, max_size=4).map("".join)
styles = st.fixed_dictionaries({}, optional={"bold": st.booleans(), "code": st.booleans()})
parts = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": texts.filter(bool), "style": styles}),
    st.fixed_dictionaries({"type": st.just("broadcast"), "range": st.just("channel")}),
    st.fixed_dictionaries({"type": st.just("usergroup"), "usergroup_id": st.just("S1")}),
    st.fixed_dictionaries(
        {
            "type": st.just("link"),
            "url": st.sampled_from(("https://x.example/a|b", "javascript:alert(1)", "slack://x")),
            "text": texts,
        }
    ),
)
sections = st.fixed_dictionaries(
    {
        "type": st.sampled_from(("rich_text_section", "rich_text_quote")),
        "elements": st.lists(parts, max_size=4),
    }
)
lists = st.fixed_dictionaries(
    {
        "type": st.just("rich_text_list"),
        "style": st.sampled_from(("bullet", "ordered")),
        "elements": st.lists(
            st.fixed_dictionaries(
                {"type": st.just("rich_text_section"), "elements": st.lists(parts, max_size=3)}
            ),
            min_size=1,
            max_size=3,
        ),
    }
)
blocks = st.lists(sections | lists, max_size=4).map(lambda found: {"type": "rich_text", "elements": found})


@given(blocks)
def test_nothing_that_was_typed_comes_out_live(block: dict[str, Any]) -> None:
    tamed = harmless(block)

    live = re.findall(r"<([^<>]*)>", as_mrkdwn(tamed))
    assert [one for one in live if not one.startswith("https://x.example/a%7Cb")] == []
    assert not calls_many(tamed)


@given(blocks)
def test_making_it_harmless_loses_no_word_and_twice_is_once(block: dict[str, Any]) -> None:
    tamed = harmless(block)

    assert harmless(tamed) == tamed
    assert plain(tamed) == plain(block)


def test_it_is_written_as_slack_s_older_markup() -> None:
    block = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Come "},
                    {"type": "text", "text": "early ", "style": {"bold": True, "italic": True}},
                    {"type": "link", "url": "https://example.org", "text": "here"},
                    {"type": "user", "user_id": "U1"},
                    {"type": "emoji", "name": "wave"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a < b"}]},
        ],
    }

    assert as_mrkdwn(block) == (
        "Come *_early_* <https://example.org|here><@U1>:wave:\n1. one\n2. two\n> said\n```a &lt; b```"
    )


def test_paragraphs_and_bullets_are_written_as_slack_s_editor_would() -> None:
    made = paragraphs("Dear all,", "• one\n• two", "Goodbye")

    assert [element["type"] for element in made["elements"]] == [
        "rich_text_section",
        "rich_text_list",
        "rich_text_section",
    ]
    assert plain(made) == "Dear all,\n• one\n• two\nGoodbye"
    assert (is_blank(made), is_blank(paragraphs(" "))) == (False, True)
    assert length(paragraphs("four")) == 4

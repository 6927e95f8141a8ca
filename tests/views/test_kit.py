"""Texts of any length and kind, cut and joined within Slack's limits."""

from hypothesis import example, given
from hypothesis import strategies as st

from bot.views import kit, words
from sandbox.blocks import validate_blocks

TEXTS = st.text(alphabet=st.sampled_from("ab &<>\n😀\u200b\u202eש"), max_size=200)


@given(text=TEXTS, limit=st.integers(1, 60))
def test_excerpt_fits_and_is_the_beginning(text: str, limit: int) -> None:
    cut = words.excerpt(text, limit)

    assert len(cut) <= limit
    whole = words.escape(text)
    assert cut == whole if len(whole) <= limit else (cut[-1] == "…" and whole.startswith(cut[:-1]))


@given(text=TEXTS, limit=st.integers(5, 60))
def test_excerpt_never_cuts_an_escape(text: str, limit: int) -> None:
    cut = words.excerpt(text, limit).removesuffix("…")

    rest = cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(rest) & set("&<>")


@given(text=TEXTS, most=st.integers(2, 40))
@example(text=" " * 50, most=7)
def test_input_parts_are_the_text_and_fit(text: str, most: int) -> None:
    pieces = kit.input_parts(text, most)

    assert "".join(pieces) == text
    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= most for piece in pieces)


def test_input_parts_begin_and_end_with_no_space_so_that_trimming_loses_nothing() -> None:
    text = "word " * 2000

    pieces = kit.input_parts(text.strip())

    assert "".join(piece.strip() for piece in pieces) == text.strip()
    assert len(pieces) == 4


@given(text=st.text(alphabet=st.sampled_from("ab &<>\n😀"), max_size=3000).map(lambda text: text * 5))
def test_quoted_text_is_whole_but_for_spaces_and_accepted_by_slack(text: str) -> None:
    blocks = kit.quoted(text)

    validate_blocks([*blocks, kit.divider()], surface="modal")
    shown = "".join(block["text"]["text"] for block in blocks)
    assert "".join(shown.split()) == "".join(words.escape(text).split())


def test_quoted_text_that_is_cut_says_so() -> None:
    blocks = kit.quoted("x" * 9001, most=3)

    assert [block["type"] for block in blocks] == ["section", "section", "context"]
    assert blocks[-1]["elements"][0]["text"] == "… It is longer than fits here."


@given(written=st.lists(st.text("abc", min_size=1, max_size=900), min_size=1, max_size=30))
def test_lines_are_all_there_in_few_sections(written: list[str]) -> None:
    blocks = kit.lines(written, heading="Heading")

    assert "\n".join(block["text"]["text"] for block in blocks) == "\n".join(["Heading", *written])
    assert all(len(block["text"]["text"]) <= kit.SECTION_CHARACTERS for block in blocks)

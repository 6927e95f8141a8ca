from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search.highlight import Piece, excerpt


def test_found_words_are_set_apart_in_all_their_forms() -> None:
    pieces = excerpt("Applying for grants:\nGrant rules", found={"grant", "appli"}, length=100)

    assert pieces == [
        Piece(text="Applying", is_found=True),
        Piece(text=" for ", is_found=False),
        Piece(text="grants", is_found=True),
        Piece(text=": ", is_found=False),
        Piece(text="Grant", is_found=True),
        Piece(text=" rules", is_found=False),
    ]


def test_a_long_text_is_cut_to_where_the_words_are() -> None:
    text = "nothing here " * 50 + "the visa letter is here " + "nothing more " * 50

    shown = "".join(piece.text for piece in excerpt(text, found={"visa", "letter"}, length=80))

    assert "visa letter" in shown
    assert shown[0] == shown[-1] == "…"
    assert len(shown) <= 82


@given(
    st.text(st.characters(exclude_categories=())),
    st.sets(st.sampled_from(["a", "b", "grant"])),
    st.integers(min_value=20, max_value=200),
)
def test_an_excerpt_is_a_stretch_of_the_text(text: str, found: set[str], length: int) -> None:
    flat = " ".join(text.split())

    shown = "".join(piece.text for piece in excerpt(text, found=found, length=length))

    assert shown.removeprefix("…").removesuffix("…") in flat
    assert len(shown) <= length + 2

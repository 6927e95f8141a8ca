"""One sentence for the person who waits, where there is no better place for it."""

from typing import Any

from slack_sdk.models.blocks import PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.views import words

_TITLE = "Not possible now"


def modal(sentence: str, *, title: str = _TITLE) -> dict[str, Any]:
    """A modal that shows a plain sentence and a button to close it."""
    return View(
        type="modal",
        title=PlainTextObject(text=title),
        close=PlainTextObject(text="Close"),
        blocks=_blocks(sentence),
    ).to_dict()


def message(sentence: str) -> dict[str, Any]:
    """A message that shows a plain sentence."""
    return {
        "text": words.escape(sentence),
        "blocks": [block.to_dict() for block in _blocks(sentence)],
    }


def _blocks(sentence: str) -> list[SectionBlock]:
    return [SectionBlock(text=PlainTextObject(text=words.short(sentence, 3000), emoji=False))]

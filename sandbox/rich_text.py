"""What Slack accepts inside a `rich_text` block and as a rich text input's first value."""

from sandbox.schema import Rule, boolean, choice, fields, integer, items, string, tagged

_STYLE = fields({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), boolean))
_MENTION_STYLE = fields(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_ID = string(255)

_PARTS: dict[str, Rule] = {
    "text": fields({"text": string(40_000)}, {"style": _STYLE}),
    "link": fields({"url": string(3000)}, {"text": string(40_000), "unsafe": boolean, "style": _STYLE}),
    "emoji": fields(
        {"name": string(255)}, {"unicode": string(255), "skin_tone": integer(1, 6), "style": _STYLE}
    ),
    "user": fields({"user_id": _ID}, {"style": _MENTION_STYLE}),
    "usergroup": fields({"usergroup_id": _ID}, {"style": _MENTION_STYLE}),
    "channel": fields({"channel_id": _ID}, {"style": _MENTION_STYLE}),
    "broadcast": fields({"range": choice("here", "channel", "everyone")}, {"style": _MENTION_STYLE}),
    "date": fields(
        {"timestamp": integer(0, 99_999_999_999), "format": string(255)},
        {"url": string(3000), "fallback": string(3000), "style": _STYLE},
    ),
    "color": fields({"value": string(50)}, {"style": _STYLE}),
}
_MANY = 10_000
_CONTENT = items(tagged(_PARTS), most=_MANY, least=0)
_LITERAL = items(tagged({kind: _PARTS[kind] for kind in ("text", "link")}), most=_MANY, least=0)
_BORDER: dict[str, Rule] = {"border": integer(0, 1)}
_SECTION = fields({"elements": _CONTENT})

_ELEMENT = tagged(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": fields(
            {
                "style": choice("bullet", "ordered"),
                "elements": items(tagged({"rich_text_section": _SECTION}), most=_MANY),
            },
            {"indent": integer(0, 8), "offset": integer(0, 100_000), **_BORDER},
        ),
        "rich_text_quote": fields({"elements": _CONTENT}, _BORDER),
        "rich_text_preformatted": fields({"elements": _LITERAL}, {"language": string(100), **_BORDER}),
    }
)

RICH_TEXT = fields({"elements": items(_ELEMENT, most=_MANY)}, {"block_id": string(255)})
INPUT_RICH_TEXT = tagged({"rich_text": RICH_TEXT})
"""A rich text input's first value: a whole block."""

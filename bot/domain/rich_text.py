"""Formatted text as Slack's editor gives it: made harmless, measured, written as mrkdwn and as plain text."""

from collections.abc import Iterator, Mapping
from typing import Any

RichText = dict[str, Any]
"""A `rich_text` block."""

_MARKS = (("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*"))
_SAFE_LINKS = ("https://", "http://", "mailto:", "tel:")


def harmless(block: Mapping[str, Any]) -> RichText:
    """The text without what calls whole channels or groups, or leads elsewhere than to a page or an address.

    Those become words: nobody is called by them, and nothing of the text is lost.
    """
    return {"type": "rich_text", "elements": [_tamed(element) for element in block.get("elements") or ()]}


def calls_many(block: Mapping[str, Any]) -> bool:
    """Whether it calls a channel or a group."""
    return any(part.get("type") in ("broadcast", "usergroup") for part in _parts(block))


def length(block: Mapping[str, Any]) -> int:
    """How many characters Slack counts, addresses of links among them."""
    return sum(len(_words(part)) + len(str(part.get("url", ""))) for part in _parts(block))


def is_blank(block: Mapping[str, Any]) -> bool:
    """Whether it shows nothing."""
    return not any(_words(part).strip() or part.get("type") == "emoji" for part in _parts(block))


def plain(block: Mapping[str, Any]) -> str:
    """Its words alone, a line for each paragraph or item."""
    lines = [_line(element, styled=False) for element in block.get("elements") or ()]
    return "\n".join(line.rstrip("\n") for line in lines).strip("\n")


def as_mrkdwn(block: Mapping[str, Any]) -> str:
    """The same in Slack's older markup: what people typed is escaped, so that none of it comes out live."""
    lines = [_line(element, styled=True) for element in block.get("elements") or ()]
    return "\n".join(line.rstrip("\n") for line in lines).strip("\n")


def paragraphs(*texts: str) -> RichText:
    """Plain paragraphs as formatted text; a line that begins with a bullet becomes an item of a list."""
    elements: list[dict[str, Any]] = []
    for place, text in enumerate(texts):
        end = "\n\n" if place < len(texts) - 1 else ""
        items = [line.removeprefix("• ") for line in text.split("\n") if line.startswith("• ")]
        if items and len(items) == len(text.split("\n")):
            listed = [{"type": "rich_text_section", "elements": [_text(item)]} for item in items]
            elements.append({"type": "rich_text_list", "style": "bullet", "elements": listed})
        else:
            elements.append({"type": "rich_text_section", "elements": [_text(text + end)]})
    return {"type": "rich_text", "elements": elements}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _tamed(element: Mapping[str, Any]) -> dict[str, Any]:
    if "elements" in element:
        return {**element, "elements": [_tamed(inner) for inner in element["elements"]]}
    kind = element.get("type")
    if kind in ("broadcast", "usergroup"):
        return _text(_words(element))
    if kind == "link" and not str(element.get("url", "")).lower().startswith(_SAFE_LINKS):
        return _text(_words(element) or str(element.get("url", "")))
    return dict(element)


def _parts(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "elements" in element:
        for inner in element["elements"]:
            yield from _parts(inner)
    else:
        yield element


def _words(part: Mapping[str, Any]) -> str:
    match part.get("type"):
        case "text":
            return str(part.get("text", ""))
        case "link":
            return str(part.get("text") or part.get("url", ""))
        case "emoji":
            return f":{part.get('name', '')}:"
        case "user":
            return f"@{part.get('user_id', '')}"
        case "usergroup":
            return "@group"
        case "channel":
            return f"#{part.get('channel_id', '')}"
        case "broadcast":
            return f"@{part.get('range', 'channel')}"
        case "date":
            return str(part.get("fallback") or part.get("format", ""))
        case "color":
            return str(part.get("value", ""))
    return ""


def _line(element: Mapping[str, Any], *, styled: bool) -> str:
    inner = element.get("elements") or ()
    match element.get("type"):
        case "rich_text_list":
            is_ordered, indent = element.get("style") == "ordered", "    " * int(element.get("indent", 0))
            first = int(element.get("offset", 0)) + 1
            items = [_line(item, styled=styled).strip("\n") for item in inner]
            return "\n".join(
                f"{indent}{f'{first + place}.' if is_ordered else '•'} {item}"
                for place, item in enumerate(items)
            )
        case "rich_text_quote":
            text = "".join(_part(part, styled=styled) for part in inner)
            return "\n".join(f"> {line}" for line in text.split("\n"))
        case "rich_text_preformatted":
            text = "".join(_escaped(_words(part)) if styled else _words(part) for part in inner)
            return f"```{text}```" if styled else text
    return "".join(_part(part, styled=styled) for part in inner)


def _part(part: Mapping[str, Any], *, styled: bool) -> str:
    if not styled:
        return _words(part)
    match part.get("type"):
        case "user":
            return f"<@{part.get('user_id', '')}>"
        case "channel":
            return f"<#{part.get('channel_id', '')}>"
        case "link":
            address = str(part.get("url", "")).replace("|", "%7C")
            label = _escaped(str(part.get("text", ""))).replace("|", "¦")
            written = f"<{_escaped(address)}|{label}>" if label else f"<{_escaped(address)}>"
        case _:
            written = _escaped(_words(part))
    return _styled(written, part.get("style") or {})


def _styled(written: str, style: Mapping[str, Any]) -> str:
    inner = written.strip()
    if not inner or "\n" in inner:
        return written
    before, _, after = written.partition(inner)
    for name, mark in _MARKS:
        if style.get(name):
            inner = f"{mark}{inner}{mark}"
    return f"{before}{inner}{after}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

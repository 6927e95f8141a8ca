"""What a message may hold and whose it is, for every way an app can post: chat.*, uploads, response_url."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.blocks import validate_blocks, with_ids
from sandbox.errors import SlackError
from sandbox.records import App
from sandbox.shapes import bot_object
from sandbox.workspace import Workspace

LONGEST_TEXT = 40_000
"""Characters; Slack cuts the rest off."""
LONGEST_MARKDOWN = 12_000
_MOST_ATTACHMENTS = 100
_LARGEST_METADATA = 8_000
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.:-]{1,255}")


def authorship(workspace: Workspace, app: App) -> dict[str, Any]:
    """The fields that say that a message is an app's own."""
    profile = {key: value for key, value in bot_object(workspace, app).items() if key != "user_id"}
    return {"user": app.bot_user_id, "bot_id": app.bot_id, "app_id": app.id, "bot_profile": profile}


def content(workspace: Workspace, given: Mapping[str, Any]) -> dict[str, Any]:
    """`text`, `blocks` and `attachments` of a new message as they are stored.

    given: the arguments of the call, read; may hold `text`, `markdown_text`, `blocks`, `attachments`.
    Raises SlackError `no_text`, `markdown_text_conflict`, `msg_too_long`, and those of the blocks.
    """
    text = str(given.get("text", ""))
    blocks = given.get("blocks")
    attachments = given.get("attachments")
    if markdown := given.get("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > LONGEST_MARKDOWN:
            raise SlackError("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    stored: dict[str, Any] = {"text": text[:LONGEST_TEXT]}
    if blocks is not None:
        validate_blocks(blocks, surface="message")
        if blocks:
            stored["blocks"] = with_ids(blocks, lambda: workspace.new_secret(5))
            stored["text"] = stored["text"] or "This content can't be displayed."
    if attachments:
        stored["attachments"] = _attachments(workspace, attachments)
    return stored


def _attachments(workspace: Workspace, attachments: Any) -> list[dict[str, Any]]:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > _MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    stored = []
    for number, attachment in enumerate(attachments, start=1):
        shown = {"id": number, **attachment}
        if "blocks" in attachment:
            validate_blocks(attachment["blocks"], surface="message")
            shown["blocks"] = with_ids(attachment["blocks"], lambda: workspace.new_secret(5))
        stored.append(shown)
    return stored


def metadata(given: Any) -> dict[str, Any]:
    """A message's metadata, checked; empty for an empty object.

    Raises SlackError `invalid_metadata_format`, `invalid_metadata_schema`, `metadata_too_large`.
    """
    if not isinstance(given, dict):
        raise SlackError("invalid_metadata_format")
    if not given:
        return {}
    unknown = sorted(set(given) - {"event_type", "event_payload", "entities"})
    if unknown or not isinstance(given.get("event_type"), str):
        raise SlackError("invalid_metadata_schema", *(f"[ERROR] unknown field: {name}" for name in unknown))
    if not _EVENT_TYPE.fullmatch(given["event_type"]) or not isinstance(given.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(given)) > _LARGEST_METADATA:
        raise SlackError("metadata_too_large")
    return given


def cut_warning(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the answer says in addition where the text was cut."""
    if len(str(given.get("text", ""))) <= LONGEST_TEXT:
        return {}
    return {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}

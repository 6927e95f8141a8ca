"""The log: its two shapes, and no secret in either."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from bot import log

SECRETS = ("xoxb-1-2-verysecret", "0123456789abcdef0123456789abcdef", "hunter22")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(form: str) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    log.set_up("INFO", form, secrets=SECRETS, stream=stream)
    return logging.getLogger("a.feature"), stream


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_blotted_out_of_message_arguments_and_tracebacks(form: str) -> None:
    logger, stream = logged(form)

    try:
        raise ValueError(f"refused for {SECRETS[0]} with hunter22")
    except ValueError:
        logger.exception("key %s", SECRETS[1], extra={"token": "xoxp-99-somebody-elses"})

    line = stream.getvalue()
    assert [secret for secret in (*SECRETS, "99-somebody") if secret in line] == []
    assert "ValueError: refused for … with …" in line


@pytest.mark.parametrize("token", ["xoxb-1-a", "xoxp-2-b", "xapp-1-A0-3-c", "xoxe.xoxp-1-Mi0y", "xoxa-2-d"])
def test_what_is_shaped_like_a_token_is_blotted_out(token: str) -> None:
    logger, stream = logged("text")

    logger.info("token=%s,", token)

    assert stream.getvalue().endswith(f"token={token[:4]}-…,\n")


def test_json_lines_carry_what_was_logged_beside_the_message() -> None:
    logger, stream = logged("json")

    logger.error("unexpected error", extra={"reference": "ABCD2345"})

    line = json.loads(stream.getvalue())
    assert {name: line[name] for name in ("level", "logger", "message", "reference")} == {
        "level": "ERROR",
        "logger": "a.feature",
        "message": "unexpected error",
        "reference": "ABCD2345",
    }


def test_text_lines_carry_the_reference_too() -> None:
    logger, stream = logged("text")

    logger.error("unexpected error", extra={"reference": "ABCD2345"})

    assert stream.getvalue().endswith("ERROR   a.feature: unexpected error [reference ABCD2345]\n")


def test_standard_error_is_where_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("WARNING", "text", stream=sys.stderr)

    logging.getLogger("a.feature").info("too small")
    logging.getLogger("a.feature").warning("seen")

    shown = capsys.readouterr()
    assert (shown.out, shown.err[24:]) == ("", "WARNING a.feature: seen\n")


def test_references_are_short_and_differ() -> None:
    references = {log.new_reference() for _ in range(500)}

    assert {len(reference) for reference in references} == {8}
    assert len(references) == 500

"""What goes over the wire where a call fails on demand, or is too much; which call does, faults.py draws."""

from typing import Any

from aiohttp import web

_OUT_OF_ORDER = "<!DOCTYPE html><title>Server Error</title><h1>Our servers have a hiccup.</h1>"


def limited(answer: dict[str, Any], retry_after_s: int) -> web.Response:
    """HTTP 429, with how long to wait."""
    return web.json_response(answer, status=429, headers={"Retry-After": str(retry_after_s)})


def broken() -> web.Response:
    """HTTP 503 with a page for people, as a proxy before Slack answers."""
    return web.Response(status=503, text=_OUT_OF_ORDER, content_type="text/html")


def hung_up(http: web.Request) -> web.Response:
    """No answer at all: the connection is closed."""
    if http.transport is not None:
        http.transport.close()
    return web.Response(status=500)

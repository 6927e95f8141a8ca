"""Bolt's app, which finds who listens to a command, button, form or shortcut by its name.

Bolt itself asks one listener after the other whether it is meant. With a hundred and fifty of them that takes
longer than most answers.
"""

from collections.abc import Awaitable, Callable
from re import Pattern
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener import AsyncCustomListener
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_Name = tuple[str, str]
_Constraints = str | Pattern[str] | dict[str, Any]


class App(AsyncApp):
    """What is registered by name is found by it alone; everything else as Bolt finds it, after these."""

    def __init__(self, **settings: Any) -> None:
        """settings: those of AsyncApp."""
        super().__init__(**settings)
        self._named: dict[_Name, Callable[..., Awaitable[Any]]] = {}
        self._made: dict[_Name, AsyncCustomListener] = {}
        self._finds_by_name = False

    def find_by_name(self) -> None:
        """Do so for what is registered from here on: after the middleware that there is, before any later."""
        self._finds_by_name = True
        self.middleware(self._answer)

    def command(self, command: str | Pattern[str], *others: Any, **more: Any) -> Callable[..., Any]:
        """Register a listener to a command."""
        return self._named_or("command", command, super().command, others, more)

    def action(self, constraints: _Constraints, *others: Any, **more: Any) -> Callable[..., Any]:
        """Register a listener to a button, menu or picker."""
        return self._named_or("action", constraints, super().action, others, more)

    def view(self, constraints: _Constraints, *others: Any, **more: Any) -> Callable[..., Any]:
        """Register a listener to the submission of a modal."""
        return self._named_or("view", constraints, super().view, others, more)

    def shortcut(self, constraints: _Constraints, *others: Any, **more: Any) -> Callable[..., Any]:
        """Register a listener to a shortcut."""
        return self._named_or("shortcut", constraints, super().shortcut, others, more)

    def _named_or(
        self,
        kind: str,
        name: _Constraints,
        otherwise: Callable[..., Callable[..., Any]],
        others: tuple[Any, ...],
        more: dict[str, Any],
    ) -> Callable[..., Any]:
        if not self._finds_by_name or not isinstance(name, str) or others or more:
            return otherwise(name, *others, **more)

        def register(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            # Of several to one name the first is asked, by Bolt as well.
            self._named.setdefault((kind, name), function)
            return function

        return register

    async def _answer(
        self, request: AsyncBoltRequest, response: BoltResponse, next: Callable[[], Awaitable[Any]]
    ) -> BoltResponse | None:
        listener = self._listener(_name(request.body))
        if listener is None:
            passed_on: BoltResponse | None = await next()
            return passed_on
        answer = await listener.run_ack_function(request=request, response=response)
        return answer if isinstance(answer, BoltResponse) else request.context.ack.response

    def _listener(self, name: _Name) -> AsyncCustomListener | None:
        # Made when it is first asked: to look at the arguments of them all would be a part of every start.
        if name not in self._made and (function := self._named.get(name)):
            self._made[name] = AsyncCustomListener(
                app_name=self.name, ack_function=function, lazy_functions=[], matchers=[], middleware=[]
            )
        return self._made.get(name)


def _name(body: dict[str, Any]) -> _Name:
    match body:
        case {"command": name}:
            kind = "command"
        case {"type": "block_actions", "actions": [{"action_id": name}, *_]}:
            kind = "action"
        case {"type": "view_submission", "view": {"callback_id": name}}:
            kind = "view"
        case {"type": "shortcut" | "message_action", "callback_id": name}:
            kind = "shortcut"
        case _:
            return "", ""
    return kind, str(name)

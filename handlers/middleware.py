"""Who is this, and may they? Runs before every listener, and leaves the person and the way to answer."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.domain.ids import TeamId, UserId
from bot.domain.members import Actor, Member
from bot.domain.refusals import Refused
from bot.services import people
from handlers import payloads, replies
from handlers.deps import Deps
from handlers.named import App
from handlers.together import Together
from storage import members

_log = logging.getLogger(__name__)

_ACTOR = "actor"


def register(app: AsyncApp, deps: Deps) -> None:
    """Identify whoever sends a payload, before any listener sees it.

    Commands, actions, submissions and shortcuts of deactivated people and of bots are refused. An event
    is let through whoever caused it: some tell of exactly such people.
    """

    async def known(team_id: str, user_ids: Sequence[UserId]) -> Sequence[_Known | Exception]:
        return await _known(deps, TeamId(team_id), user_ids)

    look_up = Together(known)

    @app.middleware
    async def identify(
        body: dict[str, Any], context: AsyncBoltContext, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        context["respond"] = replies.Respond(deps, body)
        user_id = payloads.user_id(body)
        is_event = "event" in body
        if user_id is not None:
            person = await _person(deps, look_up, payloads.team_id(body), user_id, comes_back=_is_wish(body))
            if person is not None:
                context[_ACTOR] = person
            elif not is_event:
                raise Refused(await _why_not(deps, payloads.team_id(body), user_id))
        elif not is_event and "ssl_check" not in body:
            _log.warning("a payload names nobody: %s", body.get("type"))
        return await next()

    if isinstance(app, App):
        app.find_by_name()


async def _why_not(deps: Deps, team_id: TeamId, user_id: UserId) -> str:
    if await people.is_erased(deps.db, team_id=team_id, user_id=user_id):
        return f"All that I held on you is deleted. To begin anew, type {deps.command('academy')}."
    return "Only people with an active account in this workspace can use this."


def actor(context: AsyncBoltContext) -> Actor:
    """Who asks. Raises Refused where it is nobody who may: an event about a bot or a deactivated person."""
    found = context.get(_ACTOR)
    if not isinstance(found, Actor):
        raise Refused("Only people with an active account in this workspace can use this.")
    return found


def known_actor(context: AsyncBoltContext) -> Actor | None:
    """Who did what an event tells of; None where it is nobody who may: a bot, somebody who left."""
    found = context.get(_ACTOR)
    return found if isinstance(found, Actor) else None


def require_organiser(actor: Actor) -> None:
    """Let organisers pass; raises Refused for everybody else.

    Called for a command and again for its modal's submission: a role may be lost in between.
    """
    if not actor.is_organiser:
        raise Refused("Only organisers of the academy can do this. Ask one of them if it is needed.")


def organiser(context: AsyncBoltContext) -> Actor:
    """Who asks, where they are an organiser now. Raises Refused for everybody else."""
    who = actor(context)
    require_organiser(who)
    return who


def _is_wish(body: dict[str, Any]) -> bool:
    """Whether somebody turns to the bot of their own accord, and not by a form or message of before."""
    return "command" in body or body.get("type") in ("shortcut", "message_action")


_Known = tuple[Member | None, bool]
"""Somebody, and whether they may do what organisers do."""


async def _known(deps: Deps, team_id: TeamId, user_ids: Sequence[UserId]) -> list[_Known]:
    async with deps.db.reading() as work:
        known = await members.members_of_ids(work, team_id=team_id, user_ids=set(user_ids))
        may_organise = await members.who_may_organise(work, team_id=team_id, people=known.values())
    return [(known.get(user_id), user_id in may_organise) for user_id in user_ids]


async def _person(
    deps: Deps, look_up: Together[UserId, _Known], team_id: TeamId, user_id: UserId, *, comes_back: bool
) -> Actor | None:
    known, is_organiser = await look_up(team_id, user_id)
    if known is None:
        if not comes_back and await people.is_erased(deps.db, team_id=team_id, user_id=user_id):
            return None
        known = await _newcomer(deps, team_id, user_id)
        if known is not None:
            async with deps.db.reading() as work:
                is_organiser = await members.may_organise(work, person=known)
    if known is None or known.is_bot or known.is_deactivated:
        return None
    return Actor(team_id=team_id, user_id=user_id, name=known.name, tz=known.tz, is_organiser=is_organiser)


async def _newcomer(deps: Deps, team_id: TeamId, user_id: UserId) -> Member | None:
    """Somebody of whom no event told yet: ask Slack, and remember them."""
    try:
        answer = await deps.client_for(team_id).users_info(user=user_id)
    except SlackApiError as refused:
        # A person of another workspace, in a shared channel, may not be visible.
        if refused.response.get("error") not in ("user_not_found", "user_not_visible"):
            raise
        return None
    newcomer = people.described(answer["user"], team_id=team_id)
    await people.come_back(deps.db, person=newcomer, now=deps.now())
    return newcomer

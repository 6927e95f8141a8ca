"""What Slack tells of people and of user groups."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.ids import UserId
from bot.services import people
from handlers import payloads
from handlers.deps import Deps


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to people who join, leave or change, and to user groups that do."""

    @app.event("team_join")
    @app.event("user_change")
    async def person_changed(ack: AsyncAck, body: dict[str, Any]) -> None:
        now = deps.now()
        await people.person_changed(
            deps.db,
            person=people.described(body["event"]["user"], team_id=payloads.team_id(body)),
            now=now,
            joined=body["event"]["type"] == "team_join",
            once=payloads.delivery(body, now=now),
        )
        await ack()

    @app.event("subteam_members_changed")
    async def group_changed(ack: AsyncAck, body: dict[str, Any]) -> None:
        event = body["event"]
        await people.group_changed(
            deps.db,
            team_id=payloads.team_id(body),
            group_id=event["subteam_id"],
            added=[UserId(user_id) for user_id in event.get("added_users") or ()],
            removed=[UserId(user_id) for user_id in event.get("removed_users") or ()],
            once=payloads.delivery(body, now=deps.now()),
        )
        await ack()

    @app.event("subteam_created")
    @app.event("subteam_updated")
    async def group_written(ack: AsyncAck, body: dict[str, Any]) -> None:
        group, team_id = body["event"]["subteam"], payloads.team_id(body)
        told = [UserId(user_id) for user_id in group.get("users") or ()]
        if group.get("date_delete"):
            told = []
        elif int(group.get("user_count") or 0) > len(told):
            # Slack tells of 500 members at most, and counts them all.
            told = await people.fetch_group_members(deps.client_for(team_id), group_id=group["id"])
        await people.group_written(
            deps.db,
            team_id=team_id,
            group_id=group["id"],
            user_ids=told,
            once=payloads.delivery(body, now=deps.now()),
        )
        await ack()

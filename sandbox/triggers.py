"""Trigger ids: the right, for three seconds and once, to put a modal before the person who has just acted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.errors import SlackError
from sandbox.records import App
from sandbox.workspace import Workspace

LIFE = timedelta(seconds=3)


@dataclass
class _Trigger:
    app_id: str
    user_id: str
    made_at: datetime
    is_used: bool = False


class Triggers:
    """The trigger ids handed out, on the workspace's clock."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, _Trigger] = {}

    def new(self, app: App, user_id: str) -> str:
        """A trigger id for what this person has just done with this app."""
        workspace = self._workspace
        trigger_id = f"{workspace.now_s()}.{workspace.new_secret(12)}.{workspace.new_secret(32)}"
        self._triggers[trigger_id] = _Trigger(app.id, user_id, workspace.clock.now())
        return trigger_id

    def use(self, trigger_id: str, app: App) -> str:
        """Whom it stands for; it is spent then.

        Raises SlackError `invalid_trigger_id`, `expired_trigger_id`, `exchanged_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None or trigger.app_id != app.id:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if self._workspace.clock.now() - trigger.made_at > LIFE:
            raise SlackError("expired_trigger_id")
        trigger.is_used = True
        return trigger.user_id

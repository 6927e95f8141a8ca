"""The Web API's methods, one file a family; importing this package fills the registry."""

from sandbox.methods import (
    auth,
    bots,
    chat,
    conversations,
    files,
    history,
    pins,
    reactions,
    scheduled,
    usergroups,
    users,
    views,
)

__all__ = [
    "auth",
    "bots",
    "chat",
    "conversations",
    "files",
    "history",
    "pins",
    "reactions",
    "scheduled",
    "usergroups",
    "users",
    "views",
]

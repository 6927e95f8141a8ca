"""Slack's ids and ours, told apart by the type checker."""

from typing import NewType

TeamId = NewType("TeamId", str)
"""A workspace: `T…`."""
UserId = NewType("UserId", str)
"""A person in a workspace: `U…` or `W…`."""
ChannelId = NewType("ChannelId", str)
"""A conversation: `C…`, `G…` or `D…`."""
EditionKey = NewType("EditionKey", str)
"""An edition's key as its file names it: `cba-2`."""
HomeworkId = NewType("HomeworkId", str)
"""A homework in a workspace: edition's key, slash, homework's key: `cba-2/action-plan-1`."""

QuestionId = NewType("QuestionId", int)
"""A question in a workspace: 1, 2, …; never given twice."""


def homework_id(edition_key: str, homework_key: str) -> HomeworkId:
    """The id of an edition's homework. Neither key may hold a slash."""
    return HomeworkId(f"{edition_key}/{homework_key}")

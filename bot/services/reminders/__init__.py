"""Reminders: planned with every change, queued when due, written at the instant of sending.

`planning` keeps the plan, `queueing` moves what is due to the outbox, `messages` writes what is sent.
"""

from bot.services.reminders.messages import COMPOSERS
from bot.services.reminders.planning import (
    named,
    received,
    replan,
    replan_everything,
    resume,
    snooze,
    stop,
    taken_back,
)
from bot.services.reminders.queueing import next_due_at, queue_due

__all__ = [
    "COMPOSERS",
    "named",
    "next_due_at",
    "queue_due",
    "received",
    "replan",
    "replan_everything",
    "resume",
    "snooze",
    "stop",
    "taken_back",
]

"""Peer feedback: rounds planned by organisers, published, followed; feedback written, got and rated.

`planning` makes drafts, `publishing` tells people and takes it back, `feedback` is what they write,
`overview` what they see, `people` what they decide for themselves, `following` and `dropouts` what happens
on the way, `desk` what organisers see, `messages` writes what is sent. `pool` and `solving` stand between
all this and the matcher.
"""

from bot.services.peers.desk import Status, nudge, published, status, table
from bot.services.peers.dropouts import drop_out
from bot.services.peers.feedback import Form, Received, form, rate, received, thank, write
from bot.services.peers.following import answer, next_due_at, tick
from bot.services.peers.messages import COMPOSERS
from bot.services.peers.overview import Mine, MyRound, Owed, mine, mine_in, owed_now
from bot.services.peers.people import not_to_meet, offer, pause, resume, set_not_to_meet
from bot.services.peers.planning import (
    Choices,
    Draft,
    choices,
    discard,
    draft,
    draw_again,
    keep_apart,
    lock,
    plan,
    swap,
)
from bot.services.peers.pool import all_history
from bot.services.peers.publishing import publish, undo

__all__ = [
    "COMPOSERS",
    "Choices",
    "Draft",
    "Form",
    "Mine",
    "MyRound",
    "Owed",
    "Received",
    "Status",
    "all_history",
    "answer",
    "choices",
    "discard",
    "draft",
    "draw_again",
    "drop_out",
    "form",
    "keep_apart",
    "lock",
    "mine",
    "mine_in",
    "next_due_at",
    "not_to_meet",
    "nudge",
    "offer",
    "owed_now",
    "pause",
    "plan",
    "publish",
    "published",
    "rate",
    "received",
    "resume",
    "set_not_to_meet",
    "status",
    "swap",
    "table",
    "thank",
    "tick",
    "undo",
    "write",
]

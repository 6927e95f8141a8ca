"""Peer feedback: rounds planned by organisers, published, followed; feedback written, got and rated.

`planning` makes drafts of what `checks` lets pass, `publishing` tells people and takes it back, `feedback` is
what they write, `overview` what they see, `people` what they decide for themselves, `apart` who is not to be
matched; `following` and `dropouts` what happens on the way, `desk` and `tables` what organisers see,
`messages` writes what is sent. `pool` and `solving` stand between all this and the matcher.
"""

from bot.services.peers import messages, tables
from bot.services.peers.apart import keep_apart, kept_apart, let_meet, not_to_meet, set_not_to_meet
from bot.services.peers.desk import Status, nudge, published, status
from bot.services.peers.dropouts import drop_out
from bot.services.peers.feedback import Form, Received, form, rate, received, thank, write
from bot.services.peers.following import answer, next_due_at, tick
from bot.services.peers.overview import Mine, MyRound, Owed, mine, mine_in, owed_now
from bot.services.peers.people import offer, pause, resume
from bot.services.peers.planning import (
    Choices,
    Draft,
    choices,
    discard,
    draft,
    draw_again,
    lock,
    plan,
    swap,
)
from bot.services.peers.pool import all_history
from bot.services.peers.publishing import publish, undo
from bot.services.peers.solving import load, load_if_needed
from bot.services.peers.tables import send_table, table

COMPOSERS = {**messages.COMPOSERS, **tables.COMPOSERS}
"""By the kind of row in the outbox."""

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
    "kept_apart",
    "let_meet",
    "load",
    "load_if_needed",
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
    "send_table",
    "set_not_to_meet",
    "status",
    "swap",
    "table",
    "thank",
    "tick",
    "undo",
    "write",
]

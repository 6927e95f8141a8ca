"""Homework: handed in by participants, written and looked after by organisers, told of in messages.

`handing_in` is what participants do, `desk` what organisers do, `messages` writes what is sent.
"""

from bot.services.homework.desk import (
    Participant,
    Status,
    Written,
    at_a_glance,
    create,
    edit,
    everything,
    extend,
    handed_in,
    homework_named,
    nudge_missing,
    overview,
    status,
    writable_editions,
)
from bot.services.homework.handing_in import (
    HOME,
    Piece,
    announce_change,
    announce_opening,
    hand_in,
    homework_to_hand_in,
    my_homework,
    participants,
    pieces,
    refresh_home,
)
from bot.services.homework.messages import COMPOSERS

__all__ = [
    "COMPOSERS",
    "HOME",
    "Participant",
    "Piece",
    "Status",
    "Written",
    "announce_change",
    "announce_opening",
    "at_a_glance",
    "create",
    "edit",
    "everything",
    "extend",
    "hand_in",
    "handed_in",
    "homework_named",
    "homework_to_hand_in",
    "my_homework",
    "nudge_missing",
    "overview",
    "participants",
    "pieces",
    "refresh_home",
    "status",
    "writable_editions",
]

"""Homework: handed in by participants, written and looked after by organisers, told of in messages.

`handing_in` is what participants do, `desk` what organisers do, `standings` how everybody stands, `messages`
writes what is sent.
"""

from bot.services.homework.desk import (
    Written,
    create,
    edit,
    everything,
    extend,
    homework_named,
    writable_editions,
)
from bot.services.homework.handing_in import (
    HOME,
    Piece,
    announce_change,
    announce_opening,
    hand_in,
    homework_of,
    homework_to_hand_in,
    participants,
    pieces,
    refresh_home,
)
from bot.services.homework.messages import COMPOSERS
from bot.services.homework.standings import (
    Participant,
    Status,
    at_a_glance,
    handed_in,
    nudge_missing,
    overview,
    status,
)

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
    "homework_of",
    "homework_to_hand_in",
    "nudge_missing",
    "overview",
    "participants",
    "pieces",
    "refresh_home",
    "status",
    "writable_editions",
]

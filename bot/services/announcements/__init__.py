"""Announcements: written, looked at, approved, sent by and by, confirmed, changed and taken back."""

from bot.services.announcements.after import (
    Report,
    change_everywhere,
    confirm,
    listed,
    recall,
    remind,
    report,
    send_table,
)
from bot.services.announcements.files import copy as copy_files
from bot.services.announcements.messages import COMPOSERS
from bot.services.announcements.preferences import choice, choose, to_confirm
from bot.services.announcements.sending import next_due_at, pause, resume, stop, tick
from bot.services.announcements.sending_off import Preview, preview, send_off, send_test
from bot.services.announcements.writing import Form, Saved, discard, form, save

__all__ = [
    "COMPOSERS",
    "Form",
    "Preview",
    "Report",
    "Saved",
    "change_everywhere",
    "choice",
    "choose",
    "confirm",
    "copy_files",
    "discard",
    "form",
    "listed",
    "next_due_at",
    "pause",
    "preview",
    "recall",
    "remind",
    "report",
    "resume",
    "save",
    "send_off",
    "send_table",
    "send_test",
    "stop",
    "tick",
    "to_confirm",
]

"""Setting an academy up in Slack, without a file.

`reading` is what the pages show, `academy` and `editions` what their forms change, `copying` makes an edition
from an earlier one, `greeting` shows admins the way here, `files` sends an edition's file and a test message.
"""

from bot.services.setup import files, greeting
from bot.services.setup.academy import WrittenAcademy, keep_for, named_channels, save_academy
from bot.services.setup.copying import Copying, copy_edition, preview
from bot.services.setup.editions import (
    WrittenDay,
    make_edition,
    remove_day,
    remove_homework,
    save_day,
    save_edition,
)
from bot.services.setup.files import send_file, send_test
from bot.services.setup.greeting import greet_admins, next_due_at
from bot.services.setup.reading import (
    EditionPage,
    Overview,
    academy_now,
    checked,
    edition_page,
    hidden_from,
    look_up,
    named_edition,
    overview,
    version_of,
)

COMPOSERS = {**files.COMPOSERS, **greeting.COMPOSERS}
"""By the kind of row in the outbox."""

__all__ = [
    "COMPOSERS",
    "Copying",
    "EditionPage",
    "Overview",
    "WrittenAcademy",
    "WrittenDay",
    "academy_now",
    "checked",
    "copy_edition",
    "edition_page",
    "greet_admins",
    "hidden_from",
    "keep_for",
    "look_up",
    "make_edition",
    "named_channels",
    "named_edition",
    "next_due_at",
    "overview",
    "preview",
    "remove_day",
    "remove_homework",
    "save_academy",
    "save_day",
    "save_edition",
    "send_file",
    "send_test",
    "version_of",
]

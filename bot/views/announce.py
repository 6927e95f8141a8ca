"""What people get of an announcement: the message, the reminder, and what waits for them on the Home tab."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain import rich_text
from bot.domain.announcements import Announcement, Written
from bot.domain.audiences import Choice
from bot.views import kit, words

GOT_IT = "announce_got_it"
SAMPLE = "announce_sample"
PREFS = "announce_prefs"
PREFS_CALLBACK = "announce_prefs"
CHOICE_BLOCK = "announce_choice"

_NOTIFICATION = 3000
_AT_HOME = 5
_CHOICES: Mapping[Choice, tuple[str, str]] = {
    Choice.ALL: ("All announcements for me", "as they come, between 08:00 and 19:00 on your clock"),
    Choice.CONFIRMATION: ("Only those to confirm", "the others are in the announcements channel"),
    Choice.CHANNEL: ("None: I read the channel", "only what everybody needs comes all the same"),
}


def message(
    said: Written,
    *,
    number: int,
    is_direct: bool = True,
    confirmed_at: datetime | None = None,
    reader_zone: str = "UTC",
    is_sample: bool = False,
) -> kit.Message:
    """An announcement as people see it.

    number: the announcement's. is_direct: in a direct message, where each person has their own.
    is_sample: before it goes; its buttons do nothing then.
    """
    blocks = [kit.header(said.title), dict(said.body)]
    if said.files:
        blocks.append(
            kit.context(f"📎 {words.listed(_file(file.permalink, file.name) for file in said.files)}")
        )
    if said.is_necessary and is_direct:
        why = words.excerpt(said.why_necessary, 1000)
        blocks.append(kit.context(f"ℹ️ You get this whatever you chose to get by message: {why}"))
    buttons: list[kit.Block] = []
    if said.asks_confirmation and confirmed_at is not None:
        blocks.append(kit.context(f"✅ You confirmed this, {words.when(confirmed_at, reader_zone)}."))
    elif said.asks_confirmation:
        action = SAMPLE if is_sample else GOT_IT
        buttons.append(kit.button("Got it", action, str(number), style="primary"))
    if is_direct:
        buttons.append(kit.button("What reaches me", SAMPLE + "_2" if is_sample else PREFS, "announce"))
    if buttons:
        blocks.append(kit.actions(*buttons))
    text = f"{words.escape(said.title)}\n{rich_text.as_mrkdwn(said.body)}"
    if len(text) > _NOTIFICATION:
        # It is the notification, and what screen readers say first; the blocks have the whole.
        text = words.excerpt(f"{said.title}\n{rich_text.plain(said.body)}", _NOTIFICATION)
    return kit.message(text, blocks)


def reminder(found: Announcement) -> kit.Message:
    """To who has not confirmed."""
    text = f"Please confirm that you have read “{words.excerpt(found.title, 150)}”."
    excerpt = words.excerpt(rich_text.plain(found.body), 300)
    blocks = [
        kit.section(f"🔔 {text}\n&gt; {' '.join(excerpt.split())}".replace("&gt; ", "> ", 1)),
        kit.actions(kit.button("Got it", GOT_IT, str(found.id), style="primary")),
    ]
    return kit.message(text, blocks)


def thanked(title: str) -> kit.Message:
    """After somebody confirmed in a channel, or under a reminder."""
    text = f"✅ Thank you. It is noted that you have read “{words.excerpt(title, 150)}”."
    return kit.message(text, [kit.section(text)])


def to_confirm(waiting: Sequence[Announcement]) -> list[kit.Block]:
    """The part of the Home tab on what somebody was asked to confirm; nothing where nothing waits."""
    if not waiting:
        return []
    blocks = [kit.divider(), kit.header("Announcements to confirm")]
    for found in waiting[:_AT_HOME]:
        excerpt = " ".join(words.excerpt(rich_text.plain(found.body), 200).split())
        title = words.excerpt(found.title, 150)
        button = kit.button("Got it", GOT_IT, str(found.id), style="primary")
        blocks.append(kit.section(f"*{title}*\n{excerpt}", accessory=button))
    if len(waiting) > _AT_HOME:
        blocks.append(kit.context(f"and {len(waiting) - _AT_HOME} more, in your messages with this app"))
    return blocks


def preferences(chosen: Choice) -> kit.View:
    """What somebody wants by direct message."""
    options = [kit.option(label, one.value, text) for one, (label, text) in _CHOICES.items()]
    initial = next(option for option in options if option["value"] == chosen.value)
    element = {"type": "radio_buttons", "options": options, "initial_option": initial}
    return kit.modal(
        callback_id=PREFS_CALLBACK,
        title="What reaches me",
        submit="Save",
        blocks=[
            kit.field(CHOICE_BLOCK, "Announcements by direct message", element),
            kit.context(
                "An announcement that everybody concerned needs, such as joining instructions, comes "
                "whatever you choose, and says why. Reminders of your own homework are not changed by this."
            ),
        ],
    )


def chosen(choice: Choice) -> kit.View:
    """After somebody chose."""
    label, text = _CHOICES[choice]
    said = f"✅ Saved: *{label}* ({text})."
    return kit.modal(
        callback_id="announce_prefs_saved", title="What reaches me", blocks=[kit.section(said)], close="Done"
    )


def _file(permalink: str, name: str) -> str:
    label = words.excerpt(name, 100).replace("|", "¦")
    return f"<{words.escape(permalink).replace('|', '%7C')}|{label}>" if permalink else label

"""Announcements as they stand: the list, what became of one, by person, and how far a task has come."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.domain.announcements import Announcement, AnnouncementState, Receipt
from bot.domain.audiences import Out
from bot.views import kit, words
from bot.views.announce_preview import LEFT_OUT, OPEN

DETAIL_CALLBACK = "announce_detail"
LIST_CALLBACK = "announce_list"
REWRITE_CALLBACK = "announce_rewrite"

PAUSE = "announce_pause"
RESUME = "announce_resume"
STOP = "announce_stop"
REWRITE = "announce_rewrite"
RECALL = "announce_recall"
REMIND = "announce_remind"
TABLE = "announce_table"
PAGE = "announce_page"
NEW = "announce_new"

TITLE, TEXT = "announce_title", "announce_text"

_ON_A_PAGE = 30
_STATES = {
    AnnouncementState.DRAFT: "📝 Draft",
    AnnouncementState.APPROVAL: "✋ Waits for a second organiser",
    AnnouncementState.SCHEDULED: "🕑 Scheduled",
    AnnouncementState.SENDING: "📤 Being sent",
    AnnouncementState.PAUSED: "⏸️ Paused",
    AnnouncementState.SENT: "✅ Sent",
    AnnouncementState.STOPPED: "⏹️ Stopped",
    AnnouncementState.CANCELLED: "🗑️ Cancelled",
    AnnouncementState.RECALLED: "↩️ Taken back",
}
_REASONS = {
    "account_inactive": "the account is deactivated",
    "cannot_dm_bot": "it is a bot",
    "cant_delete_message": "Slack no longer lets it be deleted",
    "cant_update_message": "Slack no longer lets it be changed",
    "channel_not_found": "there is no such conversation any more",
    "compliance_exports_prevent_deletion": "the workspace's rules forbid deleting",
    "edit_window_closed": "Slack lets it be changed no longer",
    "is_archived": "the conversation is closed: the channel is archived, or the account is deactivated",
    "message_not_found": "the message is gone",
    "not_in_channel": "the bot is not in the channel: invite it there",
    "user_not_found": "there is no such person any more",
}
_TASKS = {
    "send": "Being sent",
    "edit": "Being changed",
    "recall": "Being taken back",
    "remind": "Being reminded of",
}
_ENDED = {
    "send": "✅ Sent",
    "edit": "✅ Changed everywhere",
    "recall": "↩️ Taken back",
    "remind": "✅ Reminders sent",
}


def listed(found: Sequence[Announcement], *, reader_zone: str) -> kit.View:
    """The newest announcements: what is in hand first, then what went out."""
    blocks: list[kit.Block] = [kit.actions(kit.button("New announcement", NEW, "new", style="primary"))]
    order = list(_STATES)
    for one in sorted(found, key=lambda each: (order.index(each.state), -each.id)):
        title = words.excerpt(one.title, 150)
        line = f"*{title}*\n{_STATES[one.state]}{_at(one, reader_zone)}"
        blocks.append(kit.section(line, accessory=kit.button("Open", OPEN, str(one.id))))
    if not found:
        blocks.append(kit.section("There is no announcement yet."))
    return kit.modal(callback_id=LIST_CALLBACK, title="Announcements", blocks=blocks)


def _at(one: Announcement, reader_zone: str) -> str:
    if one.state is AnnouncementState.SCHEDULED and one.starts_at:
        return f": {words.when(one.starts_at, one.zone, reader_zone)}"
    if one.started_at:
        return f", {words.when(one.started_at, reader_zone)}"
    return f", written {words.when(one.written_at, reader_zone)}"


def detail(
    found: Announcement,
    receipts: Sequence[Receipt],
    changes: Sequence[Receipt],
    *,
    left: int,
    asked: int,
    confirmed: int,
    sender: str,
    approver: str,
    reader_zone: str,
    page: int = 0,
    note: str = "",
) -> kit.View:
    """An announcement that went off: what became of it, by person, and what can be done with it.

    receipts: of all its recipients. changes: where its last change could not be made. left: how many are
    to be done still of what is going on with it.
    """
    state = f"*{words.excerpt(found.title, 150)}*\n{_STATES[found.state]}{_at(found, reader_zone)}"
    if sender:
        state += f", by {words.excerpt(sender, 80)}"
    if approver:
        state += f", approved by {words.excerpt(approver, 80)}"
    blocks = [*([kit.section(note)] if note else []), kit.section(state)]
    counts = Counter(one.outcome for one in receipts)
    blocks.append(
        kit.section(_counted(counts, asked=asked, confirmed=confirmed, is_asking=found.asks_confirmation))
    )
    if found.task and left:
        blocks.append(kit.context(f"⏳ {_TASKS[found.task.partition(':')[0]]}: {left:,} to go"))
    if changes:
        lines = [f"{_named(one)}: {_reason(one)}" for one in changes[:20]]
        blocks += kit.lines(lines, heading="⚠️ *The last change could not be made here:*")
    blocks += _buttons(found, has_unconfirmed=confirmed < asked)
    blocks.append(kit.divider())
    pages = max(-(-len(receipts) // _ON_A_PAGE), 1)
    page = min(max(page, 0), pages - 1)
    shown = receipts[page * _ON_A_PAGE : (page + 1) * _ON_A_PAGE]
    blocks += kit.lines(
        [_line(one, reader_zone) for one in shown], heading=f"*By person*, page {page + 1} of {pages}"
    )
    turns = [
        kit.button("Earlier", PAGE, f"{found.id}:{page - 1}") if page else None,
        kit.button("More", PAGE + "_2", f"{found.id}:{page + 1}") if page < pages - 1 else None,
    ]
    if any(turns):
        blocks.append(kit.actions(*turns))
    return kit.modal(
        callback_id=DETAIL_CALLBACK, title="Announcement", blocks=blocks, metadata={"id": str(found.id)}
    )


def _counted(counts: Counter[str], *, asked: int, confirmed: int, is_asking: bool) -> str:
    parts = [f"{counts['sent']:,} sent"]
    for outcome, label in (
        ("waiting", "waiting"),
        ("failed", "failed"),
        ("dropped", "not sent"),
        ("stopped", "not sent, since it was stopped"),
        ("left_out", "left out"),
    ):
        if counts[outcome]:
            parts.append(f"{counts[outcome]:,} {label}")
    said = ", ".join(parts)
    return f"{said}\n{confirmed:,} of {asked:,} confirmed" if is_asking else said


def _buttons(found: Announcement, *, has_unconfirmed: bool) -> list[kit.Block]:
    number = str(found.id)
    row: list[kit.Block | None] = []
    if found.state is AnnouncementState.SENDING:
        row.append(kit.button("Pause", PAUSE, number))
    if found.state is AnnouncementState.PAUSED:
        row.append(kit.button("Go on", RESUME, number, style="primary"))
    if found.state in (AnnouncementState.SENDING, AnnouncementState.PAUSED):
        sure = kit.confirm("Stop it?", "Who has it keeps it; nobody else gets it.", "Stop it", "Cancel")
        row.append(kit.button("Stop", STOP, number, confirm=sure))
    if found.state.is_out and not found.task:
        row.append(kit.button("Change everywhere", REWRITE, number))
        if found.asks_confirmation and found.reminded_at is None and has_unconfirmed:
            row.append(kit.button("Remind the others", REMIND, number))
    if found.state is not AnnouncementState.RECALLED:
        sure = kit.confirm(
            "Take it back?", "The message is deleted for everybody who has it.", "Take it back", "Keep it"
        )
        row.append(kit.button("Take it back", RECALL, number, style="danger", confirm=sure))
    row.append(kit.button("Table of all people", TABLE, number))
    return [kit.actions(*row)]


def _line(one: Receipt, reader_zone: str) -> str:
    what = {
        "waiting": "waits",
        "sent": f"sent {words.when(one.sent_at, reader_zone)}" if one.sent_at else "sent",
        "failed": f"⚠️ failed: {_reason(one)}",
        "dropped": f"not sent: {words.excerpt(one.reason, 150)}",
        "stopped": "not sent: it was stopped",
        "past": "sent so long ago that the record is gone",
        "left_out": f"left out: {LEFT_OUT[Out(one.reason)] if one.outcome == 'left_out' else ''}",
    }[one.outcome]
    mark = f", ✅ confirmed {words.when(one.confirmed_at, reader_zone)}" if one.confirmed_at else ""
    return f"{_named(one)}: {what}{mark}"


def _named(one: Receipt) -> str:
    return words.excerpt(one.name, 80) if one.is_person else f"<#{one.recipient}>"


def _reason(one: Receipt) -> str:
    return _REASONS.get(one.reason, words.excerpt(one.reason, 150))


def table(found: Announcement, receipts: Sequence[Receipt]) -> list[list[str]]:
    """The report by person as rows of a table, the first of which has the headings."""
    rows = [["id", "name", "outcome", "reason", "sent at (UTC)", "confirmed at (UTC)"]]
    for one in receipts:
        reason = (
            LEFT_OUT[Out(one.reason)] if one.outcome == "left_out" else _REASONS.get(one.reason, one.reason)
        )
        rows.append([one.recipient, one.name, one.outcome, reason, _utc(one.sent_at), _utc(one.confirmed_at)])
    return rows


def rewrite(found: Announcement) -> kit.View:
    """The form to change what was sent, everywhere."""
    title = {"type": "plain_text_input", "max_length": 150, "initial_value": found.title}
    return kit.modal(
        callback_id=REWRITE_CALLBACK,
        title="Change everywhere",
        submit="Change everywhere",
        blocks=[
            kit.field(TITLE, "Title", title),
            kit.field(TEXT, "Text", {"type": "rich_text_input", "initial_value": dict(found.body)}),
            kit.context("Every message that was sent is changed. Nobody is notified of it."),
        ],
        metadata={"id": str(found.id), "version": str(found.version)},
    )


def progress(
    found: Announcement,
    *,
    task: str,
    done: int,
    of: int,
    failed: int,
    left_s: int | None,
    rests_until: datetime | None = None,
    reader_zone: str = "UTC",
) -> kit.Message:
    """How far a task has come, to who began it.

    left_s: an estimate in seconds, None where it is over. rests_until: when the next message goes, where all
    that are left wait for their morning.
    """
    title = words.excerpt(found.title, 150)
    what = _TASKS[task.partition(":")[0]].lower()
    share = done * 10 // of if of else 10
    bar = "█" * share + "░" * (10 - share)
    if found.state is AnnouncementState.PAUSED:
        said = f"⏸️ “{title}” is paused: {done:,} of {of:,}"
    elif left_s is None:
        said = f"{_ENDED.get(task.partition(':')[0], '✅ Done')}: “{title}”, {done:,} of {of:,}"
        if found.state is AnnouncementState.STOPPED and task == "send":
            said = f"⏹️ “{title}” was stopped: {done:,} of {of:,} had it by then"
    elif rests_until is not None:
        at = words.when(rests_until, reader_zone)
        said = f"🌙 “{title}”: {done:,} of {of:,}; the others wait for their morning, the first until {at}"
    else:
        left = f"about {words.how_long(left_s)}" if left_s >= 1 else "a moment"
        said = f"⏳ “{title}” is {what}: {done:,} of {of:,}, {left} left"
    if failed:
        said += f". ⚠️ {failed:,} failed; the report says why"
    row = kit.actions(
        kit.button("Report", OPEN, str(found.id)),
        kit.button("Pause", PAUSE, str(found.id)) if found.state is AnnouncementState.SENDING else None,
    )
    return kit.message(said, [kit.section(f"{said}\n`{bar}`"), row])


def _utc(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""

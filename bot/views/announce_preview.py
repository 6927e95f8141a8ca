"""Announcements before they go off: the preview, the request to approve one, what is said as one goes."""

from collections import Counter
from collections.abc import Sequence

from bot.domain.announcements import Announcement, AnnouncementState, is_ambiguous
from bot.domain.audiences import Out
from bot.domain.country_names import name_of
from bot.views import announce, kit, words

PREVIEW_CALLBACK = "announce_preview"

OPEN = "announce_open"
EDIT = "announce_edit"
TEST = "announce_test"
DISCARD = "announce_discard"

UNSCHEDULED = "⚠️ It is saved, and is not scheduled any more: send it off again below."

LEFT_OUT = {
    Out.DEACTIVATED: "deactivated",
    Out.GUEST: "guests",
    Out.PAUSED: "paused for now",
    Out.CONFIRMATION_ONLY: "want only what is to be confirmed",
    Out.CHANNEL_ONLY: "read the channel only",
    Out.IN_CHANNEL: "read it in the channel",
}
"""Why a person gets no message of their own, in words."""

_WHO = {
    "applicant": ("applicant", "applicants"),
    "participant": ("participant", "participants"),
    "alumnus": ("alumnus", "alumni"),
    "coach": ("coach", "coaches"),
    "organiser": ("organiser", "organisers"),
    "no part": ("with no part in an edition", "with no part in an edition"),
}


def preview(
    found: Announcement,
    *,
    people: int,
    by_role: Counter[str],
    by_country: Counter[str],
    left_out: Sequence[tuple[str, Out]],
    needs_approval: bool,
    waits_for_me: bool,
    reader_zone: str,
    note: str = "",
) -> kit.View:
    """An announcement as it would go now. note: what happened just before, escaped."""
    said = announce.message(found, number=found.id, is_direct=found.by_message, is_sample=True)
    blocks = [
        *([kit.section(note)] if note else []),
        *said["blocks"],
        kit.divider(),
        kit.section("\n".join(_facts(found, people=people, reader_zone=reader_zone))),
    ]
    if found.by_message:
        blocks += kit.lines(_numbers(by_role, by_country))
        blocks += kit.lines(_left_out(left_out))
    is_pending = found.state is AnnouncementState.APPROVAL
    blocks.append(
        kit.actions(
            kit.button("Send me a test", TEST, str(found.id)),
            kit.button("Edit", EDIT, str(found.id)),
            _discard(found),
        )
    )
    submit = _submit(found, people, needs_approval=needs_approval, waits_for_me=waits_for_me)
    if is_pending and not waits_for_me:
        blocks.append(kit.context("✋ It waits for another organiser, who got a message about it."))
    return kit.modal(
        callback_id=PREVIEW_CALLBACK,
        title="Preview",
        submit=submit,
        blocks=blocks,
        metadata={"id": str(found.id), "version": str(found.version)},
    )


def _submit(found: Announcement, people: int, *, needs_approval: bool, waits_for_me: bool) -> str:
    if found.state is AnnouncementState.SCHEDULED:
        return ""
    if found.state is AnnouncementState.APPROVAL:
        return ("Approve and schedule" if found.at else "Approve and send") if waits_for_me else ""
    if needs_approval:
        return "Ask for approval"
    if found.at is not None:
        return "Schedule"
    return f"Send to {people:,}" if found.by_message else "Post it"


def _discard(found: Announcement) -> kit.Block:
    sure = kit.confirm(
        "Cancel it?", "It will not be sent. It cannot be taken up again.", "Cancel it", "Keep it"
    )
    return kit.button("Cancel announcement", DISCARD, str(found.id), style="danger", confirm=sure)


def _facts(found: Announcement, *, people: int, reader_zone: str) -> list[str]:
    where = [f"<#{channel_id}>" for channel_id in found.channels]
    if found.by_message:
        where.append(f"{words.plural(people, 'direct message')}")
    lines = [f"*Where:* {words.listed(where)}", f"*When:* {_when(found, reader_zone)}"]
    if found.by_message and not found.is_urgent:
        lines.append("Where it is not between 08:00 and 19:00 on a person's clock, theirs waits until 08:00.")
    if found.is_urgent:
        lines.append("⚡ *Urgent:* it goes at any hour.")
    if found.is_necessary:
        lines.append("❗ *Necessary:* it goes also to those who chose fewer messages.")
    if found.files and not all(file.is_ours for file in found.files):
        lines.append("📎 Its files are being copied; it can go in a minute.")
    return lines


def _when(found: Announcement, reader_zone: str) -> str:
    if found.at is None:
        return "as soon as it is sent off"
    said = f"{words.wall(found.at)} ({words.place_of(found.zone)})"
    if is_ambiguous(found.at, found.zone):
        said += ", which clocks show twice that night: the first of the two is meant"
    return said


def _numbers(by_role: Counter[str], by_country: Counter[str]) -> list[str]:
    roles = [words.plural(count, *_WHO.get(role, (role, role))) for role, count in by_role.most_common()]
    places = [
        f"{words.escape(name_of(code)) if code else 'country unknown'} {count}"
        for code, count in sorted(by_country.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    lines = [f"*By role:* {', '.join(roles) or 'nobody'}"]
    return [*lines, f"*By country:* {words.short(', '.join(places), 2500)}"] if places else lines


def _left_out(left_out: Sequence[tuple[str, Out]]) -> list[str]:
    lines: list[str] = []
    for why in Out:
        names = [words.excerpt(name, 80) for name, out in left_out if out is why]
        if names:
            shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
            lines.append(f"*Left out, {LEFT_OUT[why]}:* {shown}")
    return lines


def approval(found: Announcement, *, asked_by: str) -> kit.Message:
    """To the organisers who may approve it."""
    title = words.excerpt(found.title, 150)
    text = f"✋ {words.excerpt(asked_by, 80)} asks a second organiser to approve “{title}”."
    button = kit.button("Look at it", OPEN, str(found.id), style="primary")
    return kit.message(text, [kit.section(text), kit.actions(button)])


def nobody(found: Announcement) -> kit.Message:
    """To its sender: when its time came there was nobody left to get it."""
    text = (
        f"“{words.excerpt(found.title, 150)}” was not sent: when its time came, nobody fitted its audience "
        "any more. It is a draft again; change its audience and send it off once more."
    )
    return kit.message(text, [kit.section(text), kit.actions(kit.button("Open", OPEN, str(found.id)))])


def saved_beside(mine: Announcement, theirs: Announcement, *, writer: str) -> str:
    """What is said above the preview where two organisers wrote at one time."""
    return (
        f"⚠️ {words.excerpt(writer, 80)} changed “{words.excerpt(theirs.title, 150)}” while you wrote. "
        f"Nothing is lost: theirs stays as it is (no. {theirs.id}), and yours is a draft of its own "
        f"(no. {mine.id}). Keep one, and cancel the other."
    )


def sent_off(found: Announcement) -> kit.View:
    """After it was sent off."""
    said = {
        AnnouncementState.APPROVAL: "✋ The other organisers are asked to approve it. It goes once one has.",
        AnnouncementState.SCHEDULED: f"🕑 It goes {_when(found, '')}. Until then you can edit or cancel it.",
        AnnouncementState.DRAFT: "Nobody would get it as things are, so it was not sent. It stays a draft.",
    }.get(found.state, "📤 It is on its way. A message tells you how far it is, and lets you pause it.")
    return kit.modal(
        callback_id="announce_sent_off", title="Announcement", blocks=[kit.section(said)], close="Done"
    )


def cancelled(found: Announcement) -> kit.View:
    """After it was cancelled."""
    said = f"🗑️ “{words.excerpt(found.title, 150)}” is cancelled. Nobody gets it."
    return kit.modal(
        callback_id="announce_cancelled", title="Announcement", blocks=[kit.section(said)], close="Done"
    )

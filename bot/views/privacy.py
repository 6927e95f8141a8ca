"""Privacy: what is kept and why, one's own data, deleting, and what is refused; an organiser's hand-over."""

from collections.abc import Mapping, Sequence

from bot.domain import calendar
from bot.domain.consents import Consent, Purpose
from bot.domain.retention import KINDS, Retention
from bot.domain.values import dataclass
from bot.views import kit, words

OPEN = "privacy_open"
SEND = "privacy_send"
ERASE = "privacy_erase"
WITHDRAW = "privacy_withdraw"
GIVE = "privacy_give"
ERASE_CALLBACK = "privacy_erase"
REQUEST_CALLBACK = "privacy_request"
KEEP_BLOCK = "privacy_keep"
WHAT_BLOCK = "privacy_what"
HOW_BLOCK = "privacy_how"

DATA, DELETION = "data", "deletion"
KEEP = "keep"
WAYS = {
    "mail": "by e-mail",
    "letter": "by letter",
    "call": "by phone",
    "talk": "in person",
    "other": "in another way",
}
"""How a request came: chosen, not written, so that the log names nobody."""

_TITLE = "Privacy"
_KINDS = {
    "homework": ("homework", "after it was due"),
    "feedback": ("peer feedback", "after its round"),
    "questions": ("questions and answers", "after they were asked"),
    "people": ("people who left the workspace", "after they left"),
    "messages": ("what I sent to whom", "after it was sent"),
    "audit": ("what organisers did", "after they did it"),
}
_PURPOSES = {
    Purpose.DIRECTORY: (
        "Directory",
        "Members of this workspace, and nobody else, find you by what your profile shows. There you can hide "
        "any part of it.",
        "Nobody finds you in the directory.",
        "Nobody will find you in the directory any more.",
    ),
    Purpose.QUESTION_LOG: (
        "Question log",
        "What you ask and answer in the questions channels is kept, so that others find it again.",
        "Nothing you say in the questions channels is kept.",
        "Your questions leave the log with all their replies, and your answers too. "
        "What you say from now on is not kept.",
    ),
}
_MOST_DECISIONS = 10


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What is held under one heading."""

    name: str
    why: str
    count: int


def page(
    headings: Sequence[Heading],
    *,
    decisions: Sequence[Consent],
    retention: Retention,
    zone: str,
    note: str = "",
) -> kit.View:
    """What is kept on the reader, and what they can do about it.

    decisions: newest first. zone: the reader's, IANA. note: what was just done.
    """
    blocks: list[kit.Block] = [kit.section(f"✅ {note}")] if note else []
    blocks.append(kit.section("*What I keep about you, and why*"))
    blocks += kit.lines(
        f"• *{one.name}* ({words.plural(one.count, 'entry', 'entries')}): {one.why}." for one in headings
    )
    if not headings:
        blocks.append(kit.section("Nothing."))
    blocks.append(
        kit.context(
            "Organisers see your homework, your part in the editions and your open feedback. Colleagues see "
            "your profile as you set it, and what you say in channels. Nobody else gets any of it."
        )
    )
    blocks.append(
        kit.actions(
            kit.button("Send me my data", SEND, "me"),
            kit.button("Delete me…", ERASE, "me", style="danger"),
        )
    )
    blocks.append(kit.divider())
    for purpose, (name, given, withdrawn, warning) in _PURPOSES.items():
        newest = next((one for one in decisions if one.purpose is purpose), None)
        is_given = newest is None or newest.is_given
        since = f" (since {_on(newest, zone)})" if newest else ""
        if is_given:
            sure = kit.confirm(f"{name}: withdraw?", warning, "Withdraw")
            button = kit.button("Withdraw", WITHDRAW, purpose.value, confirm=sure)
        else:
            button = kit.button("Allow it again", GIVE, purpose.value)
        text = f"*{name}.* {given if is_given else withdrawn}{since}"
        blocks.append(kit.section(text, accessory=button) | {"block_id": f"privacy_{purpose.value}"})
    if decisions:
        told = " · ".join(_decision(one, zone) for one in decisions[:_MOST_DECISIONS])
        blocks.append(kit.context(f"What you decided: {told}"))
    blocks.append(kit.divider())
    blocks += kit.lines(terms(retention), heading="*How long I keep it*")
    return kit.modal(callback_id=OPEN, title=_TITLE, blocks=blocks)


def terms(retention: Retention) -> list[str]:
    """How long each kind is kept, a line each."""
    lines = []
    for kind in KINDS:
        name, since = _KINDS[kind]
        days = int(getattr(retention, kind))
        kept = f"{words.plural(days, 'day')} {since}" if days else "for good, or until you delete it"
        lines.append(f"• {name[:1].upper()}{name[1:]}: {kept}")
    return lines


def erase() -> kit.View:
    """What goes and what stays, before somebody is deleted."""
    goes = (
        "*This deletes all that I hold on you*: your profile, your part in the editions, your homework, the "
        "feedback that you gave and got, your questions with the replies to them, your answers, your "
        "choices. It cannot be undone."
    )
    stays = (
        "*What stays, and why:*\n"
        "• Your messages and files in Slack, and mine to you: they are Slack's to keep. You can delete yours "
        "there.\n"
        "• What others wrote, also about you: it is theirs.\n"
        "• Announcements, homework and editions that you wrote as an organiser: they are the academy's, and "
        "others work with them. Your name goes from them, and from the list of what organisers did.\n"
        "• A fingerprint of your id, so that Slack's list of people does not bring you back. Type a command "
        "to begin anew, as a newcomer."
    )
    useful = kit.option("They may stay, without my name", KEEP)
    keep = kit.field(
        KEEP_BLOCK,
        "My answers that others accepted, and my questions that were answered",
        {"type": "checkboxes", "options": [useful]},
        optional=True,
        hint="If you leave this empty, they go too.",
    )
    blocks = [kit.section(goes), kit.section(stays), keep]
    return kit.modal(
        callback_id=ERASE_CALLBACK, title="Delete me", blocks=blocks, submit="Delete me", close="Cancel"
    )


def erasing() -> kit.View:
    """While somebody is deleted, in whose place `erased` comes."""
    text = (
        "I am deleting all that I hold on you. It takes some seconds, and needs nothing more from you: you "
        "can close this window."
    )
    return kit.modal(callback_id=OPEN, title="Deleting", blocks=[kit.section(text)])


def erased(command: str) -> kit.View:
    """After somebody was deleted. command: `/academy` as it is typed here."""
    text = f"Done: all that I held on you is deleted. If you ever want to come back, type `{command}`."
    return kit.modal(callback_id=OPEN, title="Deleted", blocks=[kit.section(text)])


def request(*, user_id: str, name: str, is_deactivated: bool) -> kit.View:
    """For an organiser who passes on what a person asked for."""
    whom = "you, to pass them on: their account is deactivated" if is_deactivated else "them alone"
    blocks = [
        kit.section(
            f"*{words.excerpt(name, 200)}* asked you for this? It is done for them, "
            "and logged under your name."
        ),
        kit.field(
            WHAT_BLOCK,
            "What they asked for",
            {
                "type": "radio_buttons",
                "options": [
                    kit.option("Their data", DATA, f"Two files go to {whom}."),
                    kit.option("To be deleted", DELETION, "All that I hold on them. It cannot be undone."),
                ],
            },
        ),
        kit.field(
            HOW_BLOCK,
            "How they asked",
            {
                "type": "static_select",
                "placeholder": kit.plain("Choose one"),
                "options": [kit.option(said, key) for key, said in WAYS.items()],
            },
        ),
        kit.field(
            KEEP_BLOCK,
            "If deleted: their accepted answers, and questions that were answered",
            {
                "type": "checkboxes",
                "options": [kit.option("They said these may stay without their name", KEEP)],
            },
            optional=True,
        ),
    ]
    return kit.modal(
        callback_id=REQUEST_CALLBACK,
        title="A person's request",
        blocks=blocks,
        submit="Do it",
        close="Cancel",
        metadata={"user_id": user_id},
    )


def requested(*, name: str, is_erased: bool, goes_to_organiser: bool) -> kit.View:
    """What was done for a person."""
    if is_erased:
        text = "All that I hold on this person is being deleted now. It takes some seconds."
    elif goes_to_organiser:
        text = f"The data of {words.excerpt(name, 200)} are on their way to you. Please pass them on to them."
    else:
        text = f"Their data are on their way to {words.excerpt(name, 200)}."
    return kit.modal(callback_id=OPEN, title="Done", blocks=[kit.section(text)])


def removed(counts: Mapping[str, int]) -> str:
    """To organisers: what went today by its age."""
    return (
        f"🗑️ By the academy's terms, this went today: {removed_in_words(counts)}. "
        "The terms are in the setup; the log of what organisers did has it too."
    )


def removed_in_words(counts: Mapping[str, int]) -> str:
    """`homework: 3, messages: 12`, in words."""
    return ", ".join(f"{_KINDS[kind][0]}: {counts[kind]}" for kind in KINDS if counts.get(kind))


def _decision(one: Consent, zone: str) -> str:
    name = _PURPOSES[one.purpose][0].lower()
    return f"{name} {'allowed' if one.is_given else 'withdrawn'} on {_on(one, zone)}"


def _on(one: Consent, zone: str) -> str:
    return words.day(calendar.local_date(one.decided_at, zone))

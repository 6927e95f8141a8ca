"""The question to organisers who has become an alumnus, its answer, and the news to those who have."""

from collections.abc import Sequence

from bot.domain.editions import Edition
from bot.domain.members import Member
from bot.views import kit, words
from bot.views.profile import OPEN
from bot.views.roles import PEOPLE, UNDO

CONFIRM = "alumni_confirm"
CHOOSE = "alumni_choose"
CALLBACK = "alumni_chosen"

_NAMED = 60


def asked(
    edition: Edition, names: Sequence[str], *, deactivated: Sequence[str], open_homework: Sequence[str]
) -> kit.Message:
    """The list to confirm."""
    title = words.excerpt(edition.name, 150)
    counted = words.plural(len(names), "participant", "participants")
    text = f"The last day in person of {title} is over"
    if not names:
        blocks = [kit.section(f"*{text}.* No participant has an account any more, so nothing is to be done.")]
        return kit.message(text, blocks)
    blocks = [
        kit.section(f"*{text}.* Are these {counted} alumni now?"),
        *kit.lines([_named(names)]),
    ]
    if deactivated:
        blocks.append(
            kit.context(f"They stay as they are, their accounts are deactivated: {_named(deactivated)}")
        )
    if open_homework:
        titles = words.listed(f"“{words.excerpt(one, 80)}”" for one in open_homework[:5])
        blocks.append(kit.context(f"⚠️ Not due yet, and alumni are not asked for it any more: {titles}"))
    sure = kit.confirm(
        "Make them alumni?",
        f"{counted} of {words.short(edition.name, 100)} become alumni. You can take it back.",
        "Yes",
    )
    blocks += [
        kit.actions(
            kit.button("Yes, all of them", CONFIRM, edition.key, style="primary", confirm=sure),
            kit.button("Choose who", CHOOSE, edition.key),
        ),
        kit.context("Until somebody decides, nothing changes. They hear of it ten minutes after."),
    ]
    return kit.message(text, blocks)


def decided(edition: Edition, names: Sequence[str], *, by: str, batch: int) -> kit.Message:
    """What was decided, in the question's place."""
    title = words.excerpt(edition.name, 150)
    text = f"{words.plural(len(names), 'participant')} of {title} became alumni"
    return kit.message(
        text,
        [
            kit.section(f"✅ *{text}.* {words.excerpt(by, 100)} confirmed it."),
            *kit.lines([_named(names)]),
            kit.actions(
                kit.button("Take it back", UNDO, str(batch), confirm=_sure()),
                kit.button("People and roles", PEOPLE, "all"),
            ),
        ],
    )


def choose(edition: Edition, candidates: Sequence[Member]) -> kit.View:
    """The modal to say who has become an alumnus."""
    options = [kit.option(one.name, one.user_id) for one in candidates]
    element: kit.Block = {"type": "multi_static_select", "placeholder": kit.plain("Participants")}
    if len(options) <= kit.OPTIONS:
        element |= {"options": options, "initial_options": options}
    else:
        element["option_groups"] = [
            {
                "label": kit.plain(_range(options[at : at + kit.OPTIONS])),
                "options": options[at : at + kit.OPTIONS],
            }
            for at in range(0, len(options), kit.OPTIONS)
        ]
    return kit.modal(
        callback_id=CALLBACK,
        title="Who is an alumnus?",
        submit="Make them alumni",
        close="Cancel",
        blocks=[
            kit.context(f"{words.excerpt(edition.name, 150)}. Who is not chosen stays a participant."),
            kit.field("people", "Alumni from now on", element),
        ],
        metadata={"edition_key": edition.key},
    )


def news(edition: Edition) -> kit.Message:
    """The message to a new alumnus or alumna."""
    title = words.excerpt(edition.name, 150)
    text = f"You are an alumna or alumnus of {title} now"
    return kit.message(
        text,
        [
            kit.section(
                f"🎓 *{text}.* Thank you for being part of it!\n"
                "There is no more homework for you. Those who come after you may find you in the directory, "
                "and ask you what you know, as far as you let them."
            ),
            kit.actions(kit.button("What others see of me", OPEN, "alumnus")),
        ],
    )


def _named(names: Sequence[str]) -> str:
    shown = [words.excerpt(one, 40) for one in names[:_NAMED]]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(shown) + more


def _range(options: Sequence[kit.Block]) -> str:
    first, last = options[0]["text"]["text"], options[-1]["text"]["text"]
    return f"{words.short(first, 35)} – {words.short(last, 35)}"


def _sure() -> kit.Block:
    return kit.confirm(
        "Take it back?", "They become participants again, as far as nothing changed since.", "Yes"
    )

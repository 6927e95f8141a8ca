"""The form to give feedback: the work itself, three questions, the rubric."""

from collections.abc import Mapping

from bot.domain.homework import Homework, Submission
from bot.domain.members import Member
from bot.domain.peers import RATINGS, Feedback, Handover, Round
from bot.views import kit, words
from bot.views.homework import content
from bot.views.peers_messages import answers, rated
from bot.views.peers_words import date_of

CALLBACK = "give_peers_feedback"
WORKS, CHANGE, QUESTION = "works", "change", "question"
AS_DRAFT = "as_draft"
SEND, KEEP = "send", "keep"

_BLOCKS_OF_WORK = 60


def form(
    of: Round,
    author: Member,
    *,
    homework: Homework,
    handed_in: Submission | None,
    written: Feedback | None,
    reader_zone: str,
    may_write: bool,
) -> kit.View:
    """The modal to write feedback or to change it; to read it where it can no longer be changed."""
    name = words.excerpt(author.name, 100)
    title = words.excerpt(homework.title, 150)
    blocks = [kit.section(f"Feedback on *{title}* by {name}")]
    if not may_write:
        blocks.append(kit.context(f"The date was {date_of(of, reader_zone)}: it can no longer be changed."))
        for heading, text in answers(written) if written else []:
            blocks += [kit.section(f"*{heading}*"), *kit.quoted(text, most=10)]
        if written and (ratings := rated(written, of.rubric)):
            blocks.append(kit.section(ratings))
        return kit.modal(callback_id=CALLBACK, title="Your feedback", blocks=blocks)
    is_sent = written is not None and written.sent_at is not None
    inputs = [
        _answer(WORKS, "What works", written.works if written else ""),
        _answer(CHANGE, "What to change first", written.change if written else ""),
        _answer(QUESTION, "A question to think about", written.question if written else ""),
        *(
            kit.field(rating_block(place), line, _ratings(line, written), optional=True)
            for place, line in enumerate(of.rubric)
        ),
    ]
    if not is_sent:
        options = [kit.option("Send it", SEND), kit.option("Keep it as my draft", KEEP)]
        choice: kit.Block = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
        inputs.append(kit.field(AS_DRAFT, "And then", choice))
    room = kit.MODAL_BLOCKS - len(inputs) - 4
    return kit.modal(
        callback_id=CALLBACK,
        title="Change your feedback" if is_sent else "Give feedback",
        submit="Save",
        close="Cancel",
        blocks=[
            *blocks,
            *_work(handed_in, most=min(room, _BLOCKS_OF_WORK)),
            kit.context(_how(of, reader_zone)),
            *inputs,
        ],
        metadata={"round_id": str(of.id), "author": author.user_id},
    )


def done(of: Round, author: Member, *, is_draft: bool, reader_zone: str) -> kit.View:
    """What became of it, shown in the modal's place."""
    name = words.excerpt(author.name, 100)
    if is_draft:
        said = f"📝 Kept as your draft. {name} does not see it; send it until {date_of(of, reader_zone)}."
    elif of.handover is Handover.AT_DATE:
        said = f"✅ Thank you! {name} gets it on {date_of(of, reader_zone)}. Until then you can change it."
    else:
        said = f"✅ Thank you! {name} gets it now. You can change it until {date_of(of, reader_zone)}."
    return kit.modal(callback_id=CALLBACK, title="Feedback", blocks=[kit.section(said)])


def rating_block(place: int) -> str:
    """The block id of the rubric's line at a place."""
    return f"rating-{place}"


def ratings(of: Round, chosen: Mapping[int, str | None]) -> dict[str, int]:
    """What was chosen, 1 to 4 by line. chosen: the menus' values by the line's place."""
    return {
        of.rubric[place]: int(value)
        for place, value in chosen.items()
        if place < len(of.rubric) and value and value.isdecimal()
    }


def _answer(block_id: str, label: str, written: str) -> kit.Block:
    element: kit.Block = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": kit.INPUT_CHARACTERS,
    }
    if written:
        element["initial_value"] = written
    return kit.field(block_id, label, element, optional=True)


def _ratings(line: str, written: Feedback | None) -> kit.Block:
    options = [kit.option(text.capitalize(), str(number)) for number, text in enumerate(RATINGS, start=1)]
    given = written.ratings.get(line) if written else None
    return kit.menu("", options, placeholder="Not rated", initial=str(given) if given else "")


def _work(handed_in: Submission | None, *, most: int) -> list[kit.Block]:
    if handed_in is None:
        return [kit.context("Nothing was handed in with this bot: ask your partner for it.")]
    shown = content(handed_in)
    if len(shown) > most:
        shown = [*shown[: most - 1], kit.context("… It is longer than fits here.")]
    return [kit.divider(), *shown, kit.divider()]


def _how(of: Round, reader_zone: str) -> str:
    who = "The author is not told your name. " if of.is_anonymous else ""
    when = "at the date" if of.handover is Handover.AT_DATE else "at once"
    return f"{who}The author gets it {when}. Until {date_of(of, reader_zone)} you can change it."

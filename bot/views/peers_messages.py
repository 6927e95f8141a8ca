"""Messages of peer feedback: to pairs, reviewers, authors; the question half-way; news to organisers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.homework import Homework, Submission
from bot.domain.ids import UserId
from bot.domain.members import Member
from bot.domain.peers import RATINGS, Answer, Feedback, Kind, Reply, Round
from bot.domain.values import dataclass
from bot.views import kit, words
from bot.views.homework import files
from bot.views.peers_words import ANSWERS, date_of, openings, times, who
from bot.views.reminders import GIVE

ANSWER = "peers_answer"
RATE = "peers_rate"
THANK = "peers_thank"
READ = "peers_read"
HERE = "peers_here"

_TITLE = 150
_NAME = 60
_TEXT_IN_MESSAGE = 1200
# Three answers of 3,000 characters fit whole; where escaping makes them longer, the rest is behind a button.
_ANSWER_IN_MESSAGE = 3400
_SECTIONS_AN_ANSWER = 3


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Somebody in a pair or group."""

    member: Member
    cluster: str
    handed_in: Submission | None
    zone: str
    """IANA zone."""


def match(
    of: Round, partners: Sequence[Partner], *, homework: Homework | None, proposed: Sequence[datetime]
) -> kit.Message:
    """The first message to a pair, trio or group: who they are, their work, what to begin with, and when."""
    names = words.listed(words.excerpt(one.member.name, _NAME) for one in partners)
    opening = f"👋 {names}, you are together in round {of.id}."
    if of.kind is Kind.GROUPS:
        blocks = [kit.section(f"{opening}\nTalk until {date_of(of)}.")]
    else:
        about = f" Talk about your work on *{words.excerpt(homework.title, _TITLE)}*" if homework else " Talk"
        blocks = [kit.section(f"{opening}{about}, until {date_of(of)}.")]
    for one in partners:
        blocks.append(kit.section(who(one.member, one.cluster)))
        if homework is not None and of.kind is not Kind.GROUPS:
            blocks += _work(one, most=_TEXT_IN_MESSAGE // max(len(partners) - 1, 1))
    questions = "\n".join(f"{number}. {text}" for number, text in enumerate(openings(homework), start=1))
    blocks.append(kit.section(f"*To begin with*\n{questions}"))
    blocks.append(kit.section(f"*When*\n{_when(partners, proposed)}"))
    if of.owes_feedback:
        blocks.append(kit.context("Afterwards each gives the other written feedback:"))
        blocks.append(
            kit.actions(
                *(
                    kit.button(
                        f"Feedback for {words.short(one.member.name, 50)}",
                        f"{GIVE}_{place}",
                        give_value(of.id, one.member.user_id),
                    )
                    for place, one in enumerate(partners)
                )
            )
        )
    return kit.message(opening, blocks)


def review(of: Round, author: Partner, *, homework: Homework, reader_zone: str) -> kit.Message:
    """What a reviewer gets: whose work, the work itself, until when."""
    name = words.excerpt(author.member.name, _NAME)
    title = words.excerpt(homework.title, _TITLE)
    opening = f"📝 Please give feedback on *{title}* by {name}, until {date_of(of, reader_zone)}."
    blocks = [kit.section(opening), kit.section(who(author.member, author.cluster))]
    blocks += _work(author, most=kit.SECTION_CHARACTERS - 500)
    if of.is_anonymous:
        blocks.append(kit.context("The author is not told who you are."))
    value = give_value(of.id, author.member.user_id)
    blocks.append(kit.actions(kit.button("Give feedback", GIVE, value, style="primary")))
    return kit.message(opening, blocks)


def check_in(of: Round, number: int, replies: Mapping[str, Answer]) -> kit.Message:
    """The question half-way, with what was answered so far. replies: by name."""
    question = f"🤝 Half of the time for round {of.id} is over. How far are you?"
    blocks = [kit.section(f"{question} It goes until {date_of(of)}.")]
    if replies:
        lines = [f"{words.excerpt(name, _NAME)}: {ANSWERS[answer]}" for name, answer in replies.items()]
        blocks.append(kit.section("\n".join(lines)))
    blocks.append(
        kit.actions(
            *(
                kit.button(label, f"{ANSWER}_{answer.value}", f"{of.id} {number}")
                for answer, label in ANSWERS.items()
            )
        )
    )
    return kit.message(question, blocks)


def noted(answer: Answer) -> str:
    """What a person is told who answered."""
    if answer is Answer.UNREACHABLE:
        return "Noted: could not reach them. If it stays so, you can be matched with each other again."
    return f"Noted: {ANSWERS[answer]}. Thank you!"


def feedback(
    of: Round, one: Feedback, *, giver: str | None, title: str, reference: str, rubric: Sequence[str]
) -> kit.Message:
    """Feedback as its author gets it. giver: the name; None where the round keeps it to itself."""
    by = words.excerpt(giver, _NAME) if giver else "one of your reviewers"
    opening = f"💬 Feedback on *{words.excerpt(title, _TITLE)}* from {by}"
    blocks = [kit.section(opening + (f" (version {one.version})" if one.version > 1 else ""))]
    for heading, text in answers(one):
        blocks.append(kit.section(f"*{heading}*"))
        blocks += _cut(text)
    if ratings := rated(one, rubric):
        blocks.append(kit.section(ratings))
    blocks.append(kit.actions(*_after_reading(one, reference)))
    return kit.message(opening.replace("*", ""), blocks)


def whole(one: Feedback, *, giver: str | None, title: str) -> list[kit.Block]:
    """Feedback whole, for a modal."""
    by = words.excerpt(giver, _NAME) if giver else "one of your reviewers"
    blocks = [kit.section(f"Feedback on *{words.excerpt(title, _TITLE)}* from {by}")]
    for heading, text in answers(one):
        blocks += [kit.section(f"*{heading}*"), *kit.quoted(text, most=20)]
    if ratings := rated(one, list(one.ratings)):
        blocks.append(kit.section(ratings))
    return blocks


def answers(one: Feedback) -> list[tuple[str, str]]:
    """What was written, with its headings; what is empty is left out."""
    every = [
        ("What works", one.works),
        ("What to change first", one.change),
        ("A question to think about", one.question),
    ]
    return [(heading, text) for heading, text in every if not words.is_blank(text)]


def rated(one: Feedback, rubric: Sequence[str]) -> str:
    """The ratings in words, a line each; empty for none."""
    lines = [
        f"{words.excerpt(line, 80)}: *{RATINGS[one.ratings[line] - 1]}*"
        for line in rubric
        if line in one.ratings
    ]
    return "\n".join(lines)


def thanks(name: str, *, title: str, useful: int | None) -> kit.Message:
    """What a giver hears whose feedback was welcome."""
    text = f"💛 {words.excerpt(name, _NAME)} thanks you for your feedback on *{words.excerpt(title, _TITLE)}*"
    text += f", and found it useful: {useful} of 5." if useful else "."
    return kit.message(text.replace("*", ""), [kit.section(text)])


def nudge(
    of: Round, *, title: str, owed: Sequence[tuple[UserId, str]], reader_zone: str, is_over: bool
) -> kit.Message:
    """The organisers ask for feedback that is owed. owed: at least one person, by id and name."""
    names = words.listed(words.excerpt(name, _NAME) for _, name in owed)
    was = "It was due" if is_over else "It is due"
    text = (
        f"👋 The organisers have not received your feedback for {names} on "
        f"*{words.excerpt(title, _TITLE)}* yet. {was} {date_of(of, reader_zone)}. "
        "If something is in your way, write to them."
    )
    buttons = [
        kit.button(
            "Give feedback" if len(owed) == 1 else f"Feedback for {words.short(name, 50)}",
            GIVE if place == 0 else f"{GIVE}_{place}",
            give_value(of.id, user_id),
            style="primary",
        )
        for place, (user_id, name) in enumerate(owed[:6])
    ]
    return kit.message(text.replace("*", ""), [kit.section(text), kit.actions(*buttons)])


def ended(of: Round, *, names: Sequence[str], others: Sequence[str]) -> kit.Message:
    """A match has ended since somebody dropped out. names: who; others: for reviews whose work it was."""
    gone = words.listed(words.excerpt(name, _NAME) for name in names)
    if others:
        whose = words.listed(words.excerpt(name, _NAME) for name in others)
        text = f"ℹ️ In round {of.id} you need not give feedback to {whose} any more: they no longer take part."
    else:
        text = (
            f"ℹ️ {gone} can no longer take part in round {of.id}. "
            "I look for somebody else for you; a message follows if there is one."
        )
    return kit.message(text, [kit.section(text)])


def left_out() -> kit.Message:
    """To somebody who has said nothing twice."""
    text = (
        "🕘 You did not answer in the last two rounds of peer feedback, so the next ones go on without you. "
        "Press the button when you would like to take part again."
    )
    return kit.message(text, [kit.section(text), kit.actions(kit.button("I am here again", HERE, "here"))])


def silent(names: Sequence[str]) -> kit.Message:
    """To organisers: who has said nothing twice."""
    shown = words.listed(words.excerpt(name, _NAME) for name in names[:20])
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    text = (
        f"📋 Nothing heard in the last two rounds from {shown}{more}. "
        "They are left out of the next ones until they answer. Perhaps you would like to call them."
    )
    return kit.message(text, [kit.section(text)])


def replied(replies: Sequence[Reply], names: Mapping[UserId, str]) -> dict[str, Answer]:
    """Answers by name."""
    return {names.get(one.user_id, "somebody"): one.answer for one in replies}


def give_value(round_id: int, author: UserId) -> str:
    """What a button to give feedback carries."""
    return f"{round_id} {author}"


def _work(one: Partner, *, most: int) -> list[kit.Block]:
    name = words.excerpt(one.member.name, _NAME)
    if one.handed_in is None:
        return [kit.context(f"{name} has not handed anything in yet.")]
    blocks: list[kit.Block] = []
    if not words.is_blank(one.handed_in.text):
        text = words.excerpt(one.handed_in.text, most)
        cut = "\n_… the whole text is in the form to give feedback._" if text.endswith("…") else ""
        blocks.append(kit.section(f"{text}{cut}"))
    if one.handed_in.link:
        blocks.append(kit.section(words.excerpt(one.handed_in.link, 1000)))
    return [*blocks, *files(one.handed_in)[:2]]


def _when(partners: Sequence[Partner], proposed: Sequence[datetime]) -> str:
    zones = dict.fromkeys(one.zone for one in partners)
    if not proposed:
        return "Your working hours do not meet before the date: agree on a time that suits both."
    return "\n".join(f"• {line}" for line in times(proposed, {zone: words.place_of(zone) for zone in zones}))


def _cut(text: str) -> list[kit.Block]:
    whole_text = kit.quoted(text, most=_SECTIONS_AN_ANSWER)
    if kit.characters(whole_text) <= _ANSWER_IN_MESSAGE:
        return whole_text
    return [
        kit.section(words.excerpt(text, _ANSWER_IN_MESSAGE - 600)),
        kit.context("… the rest is behind *Read it all*."),
    ]


def _after_reading(one: Feedback, reference: str) -> list[kit.Block]:
    options = [kit.option(f"{count} of 5", f"{reference}|{count}") for count in range(1, 6)]
    initial = f"{reference}|{one.useful}" if one.useful else ""
    useful = kit.menu(RATE, options, placeholder="How useful is it?", initial=initial)
    thank = kit.button("Thank", THANK, reference)
    return [useful, thank, kit.button("Read it all", READ, reference)]

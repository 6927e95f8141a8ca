"""What the cast of the demo says: hand-ins, questions and answers, feedback. All of it is invented."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.values import dataclass

HANDED_IN: Mapping[str, Sequence[str]] = {
    "coaching-june": (
        "Three questions: how do we find out what our quiet members need, who pays for it, "
        "and where do I begin? "
        "I am free on Tuesdays.",
        "I would like to talk about our board, about fees for start-ups, and about saying no. "
        "Thursdays suit me best.",
    ),
    "action-plan-1": (
        "Aims: more members who take part, one new service, a second source of income. "
        "Actions: ring every member, "
        "try one paid workshop, ask the region for a pilot. Needed: two board members and half a day a week.",
        "Aim: an energy group that runs by itself. Actions: find five firms, visit one of "
        "them, write down what "
        "they save. Needed: somebody from the university, and a member who hosts.",
        "Aims: to be known outside the region, and to keep what we have. Actions: a partner abroad, "
        "one page on each member, a yearly survey. Needed: a student for the summer.",
    ),
    "coaching-july": (
        "What I doubt most: that members will pay for it. I have three prices and believe in none of them.",
        "The partners: everybody says yes and nobody says when. I would like to practise asking.",
    ),
    "member-interviews": (
        "Five talks, one lesson: they want to meet people who do what they do, and nobody arranges it. "
        "The map is in the file.",
        "They would miss our newsletter least and our phone calls most. Two of the five did not know "
        "that we help with applications.",
    ),
    "coaching-august": (
        "We held the workshop: eleven came, eight paid. I would like to talk about the second one.",
        "July was quiet, so I wrote to ten members by hand. Six answered; that is more than "
        "any survey brought.",
    ),
    "action-plan-2": (
        "Second version: two actions are gone, one is new. Each has a name, a month and a "
        "price, and the board "
        "has agreed to the first.",
        "What changed: we begin with the members we have. By December three of five groups meet without me.",
    ),
    "torino-pitch": (
        "In three minutes: our first action is the paid workshop, because eight paid for it "
        "before it was good. "
        "I ask you for speakers.",
        "Why now: the call closes in October. What I ask: a partner from another country with a laboratory.",
    ),
}
"""By the homework's key; one of them for each person."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer in a question's thread."""

    by: str
    """Slack user id."""
    after_h: int
    """Working hours after the question, roughly."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question in the questions channel."""

    key: str
    on_day: int
    """Days after the first homework opens."""
    by: int
    """The asker's place among the participants."""
    text: str
    replies: Sequence[Reply] = ()
    accepted: int | None = None
    """The place of the reply that the asker accepts."""
    is_known: bool = False
    """The asker takes the earlier answer that the bot shows."""


ASKED: Sequence[Asked] = (
    Asked(
        key="survey",
        on_day=4,
        by=3,
        text="Does anyone have a template for a members' survey?",
        is_known=True,
    ),
    Asked(
        key="interviews",
        on_day=12,
        by=10,
        text="How did you choose the five members to interview? I know exactly whom I would like to avoid.",
        replies=(
            Reply(
                by="U0AL04",
                after_h=3,
                text="Two who love you, two who have gone quiet, and one who nearly left. The last one "
                "taught me most.",
            ),
            Reply(by="U0AL01", after_h=6, text="I drew lots among those I had not spoken to for a year."),
        ),
        accepted=0,
    ),
    Asked(
        key="hydrogen",
        on_day=19,
        by=0,
        text="Has anyone set up a hydrogen working group with municipalities in it? Who takes the chair?",
        replies=(
            Reply(
                by="U0AL07",
                after_h=20,
                text="We let a town chair it for a year and a company for the next. It keeps both of them "
                "honest.",
            ),
        ),
        accepted=0,
    ),
    Asked(
        key="summer",
        on_day=32,
        by=16,
        text="What do you still do in August, when nobody answers the telephone?",
        replies=(
            Reply(by="U0AL06", after_h=30, text="Visits. People on the shop floor have time, and they talk."),
            Reply(by="U0AL03", after_h=40, text="I write the half-year report and send it in September."),
        ),
        accepted=0,
    ),
    Asked(
        key="insurance",
        on_day=41,
        by=7,
        text="Do you insure events with demonstrations of machines, and what does it cost you?",
    ),
    Asked(
        key="regions",
        on_day=55,
        by=19,
        text="How do you write down who owns what in a project with three regions?",
        replies=(
            Reply(
                by="U0AL02",
                after_h=70,
                text="One page before the first meeting: who brings what, who may use it, what happens at "
                "the end. "
                "Lawyers come after that page, not before.",
            ),
        ),
        accepted=0,
    ),
    Asked(
        key="pitch",
        on_day=86,
        by=12,
        text="Three minutes in Torino: do you show slides, or do you just talk?",
        replies=(
            Reply(
                by="U0AL05",
                after_h=2,
                text="One picture, no words on it. I have forgotten every slide I saw.",
            ),
            Reply(by="U0AL08", after_h=5, text="I talked, and wished for one picture."),
        ),
        accepted=0,
    ),
)

FEEDBACK: Sequence[Mapping[str, str]] = (
    {
        "works": "I know at once what you want and by when. The first action is small enough to begin "
        "tomorrow.",
        "change": "Name the person behind each action; “the board” will not ring anybody.",
        "question": "What will you stop doing so that there is time for this?",
        "rating-0": "4",
        "rating-1": "3",
    },
    {
        "works": "The talks with members are in every line, and it shows.",
        "change": "Say what it costs. Even a wrong figure makes it easier to say yes.",
        "question": "How will you know in December that it worked?",
        "rating-0": "3",
        "rating-1": "4",
    },
    {
        "works": "It is honest about what did not work last year.",
        "change": "Two aims would be enough; the third one is a wish.",
        "question": "Which of the partners have you already asked?",
        "rating-0": "3",
        "rating-1": "2",
    },
)


@dataclass(frozen=True, kw_only=True)
class Announced:
    """An announcement of the organisers."""

    on: date
    title: str
    text: str
    where: Sequence[str]
    """`news`, `message`."""
    asks_confirmation: bool = False


ANNOUNCED: Sequence[Announced] = (
    Announced(
        on=date(2023, 6, 9),
        title="Material of the two online days",
        text="Slides and templates of both days are in the shared folder. The first homework is open: "
        "your questions for the coach, and the first blueprint of your action plan.",
        where=("news", "message"),
    ),
    Announced(
        on=date(2023, 9, 11),
        title="How to find us in Torino",
        text="We begin on Thursday 21 September at 09:00 at Environment Park. From the station "
        "Porta Susa it is a walk of twenty minutes. Bring your pitch, and shoes for the laboratories.",
        where=("message",),
        asks_confirmation=True,
    ),
)

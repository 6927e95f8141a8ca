"""The newcomer's welcome: what the bot does, what it keeps, three first steps."""

from datetime import datetime

from bot.domain import calendar
from bot.views import kit, words
from bot.views.privacy import OPEN as PRIVACY
from bot.views.profile import OPEN

ZONE = "welcome_zone"
ASK = "welcome_ask"
ZONE_CALLBACK = "welcome_zone"

_DOES = (
    "• shows what is next, and what homework is due\n"
    "• reminds you of it, by your own clock\n"
    "• brings your questions to those who may know the answer\n"
    "• finds people who have done it before"
)
_KEEPS = (
    "What you hand in, ask, answer and write into your profile, and from Slack your name, address and time "
    "zone. I read the questions channels, and elsewhere only what somebody marks as a question."
)


_SEEN_BY = (
    "Those who take part in an edition stand in the directory: members of this workspace find them by what "
    "their profile shows. In your profile you hide any part of it, or all. Under *My data and privacy* you "
    "see what I hold on you, take it away, or delete it."
)


def welcome(*, name: str, academy_name: str, zone: str, now: datetime) -> kit.Message:
    """The message, for a person of that name and IANA zone; the zone is empty where Slack has none."""
    to = words.excerpt(name, 100)
    academy = words.excerpt(academy_name, 150)
    greeting = f"Welcome to {academy}, {to}!" if academy else f"Welcome, {to}!"
    return kit.message(
        greeting,
        [
            kit.section(f"*{greeting}*\nI am the academy's bot. Open my *Home* tab at any time."),
            kit.section(f"*What I do*\n{_DOES}"),
            kit.section(f"*What I keep*\n{_KEEPS}"),
            kit.section(f"*Who sees it*\n{_SEEN_BY}"),
            kit.section(
                "*Three first steps*\n"
                "1. Say in your profile what you can help with, and what you look for.\n"
                f"2. Check your time zone: {_zone(zone, now)}.\n"
                "3. Ask your first question: there is always somebody who had it before."
            ),
            kit.actions(
                kit.button("Fill in my profile", OPEN, "welcome", style="primary"),
                kit.button("Check my time zone", ZONE, "welcome"),
                kit.button("Ask a question", ASK, "welcome"),
                kit.button("My data and privacy", PRIVACY, "welcome"),
            ),
            kit.context("This message comes once."),
        ],
    )


def zone(of: str, *, now: datetime) -> kit.View:
    """The modal on somebody's time zone: what it is, and where it is changed."""
    return kit.modal(
        callback_id=ZONE_CALLBACK,
        title="Your time zone",
        blocks=[
            kit.section(f"Your reminders come by this clock: {_zone(of, now)}."),
            kit.section(
                "*If that is wrong*, change it in Slack: your picture, *Preferences*, *Language & region*, "
                "*Time zone*. The bot hears of it at once, and moves what it has planned for you."
            ),
        ],
    )


def _zone(of: str, now: datetime) -> str:
    if not calendar.is_zone(of):
        return "Slack knows none of you yet"
    at = calendar.wall(now, of)
    return f"{words.escape(words.place_of(of))}, where it is {words.clock(at.time())} now"

"""Six cluster managers on the small stage, their homework, and what organisers do with rounds."""

from typing import Any

# Loaded before the clock of an acknowledgement runs: on a busy machine the solvers take seconds to import.
from bot.domain.matching import groups, pairs, reviews  # noqa: F401
from sandbox.person import Person
from tests.scenarios.stage import Stage

PLAN = "cba-2/action-plan-1"

MORE = (
    ("UHANA", "Hana Novak", "Europe/Prague"),
    ("UILIR", "Ilir Hoxha", "Europe/Tirane"),
    ("UJAN", "Jan Kowal", "Europe/Warsaw"),
)
ROSTER = """slack_id,email,name,role,edition,cluster,country,sectors,languages,expertise
UBEN,,,participant,cba-2,EnergyVaasa,FI,energy;hydrogen,en;fi,hydrogen
UCLEO,,,participant,cba-2,MedValley,PT,health,en;pt,funding
UDINA,,,participant,cba-2,AgroPole,IT,agrifood,en;it,
UHANA,,,participant,cba-2,CzechHydrogen,CZ,hydrogen,en,
UILIR,,,participant,cba-2,TiranaTech,AL,digital,en,
UJAN,,,participant,cba-2,SilesiaAuto,PL,mobility,en;pl,
UEVA,,,alumnus,cba-2,,DE,energy,en,coaching
UFAY,,,coach,cba-2,,BE,,en,
"""
MANAGERS = ("UBEN", "UCLEO", "UDINA", "UHANA", "UILIR", "UJAN")


async def six(stage: Stage, *, roster: str = ROSTER) -> None:
    """Let three more people join, so that there are six participants."""
    general = stage.workspace.channel("CGENERAL")
    for user_id, name, zone in MORE:
        first = name.partition(" ")[0].lower()
        stage.workspace.add_user(
            first, user_id=user_id, real_name=name, email=f"{first}@example.org", tz=zone
        )
        stage.workspace.join(general.id, user_id)
    await stage.import_files(("roster.csv", roster))
    await stage.settle()


async def hand_in(stage: Stage, *user_ids: str) -> None:
    """Let people hand in their action plan."""
    for user_id in user_ids:
        person = stage.person(user_id)
        await person.command("/homework submit action-plan-1")
        assert await person.submit({"text": f"The plan of {user_id}"}) == {}
    await stage.settle()


async def plan(stage: Stage, by: str = "UANN", **fields: Any) -> tuple[Person, dict[str, str]]:
    """Fill in the form for a round; returns who did, and the faults shown."""
    person = stage.person(by)
    await person.command("/peers plan")
    filled = {"kind": "pairs", "homework": PLAN, "date": "2023-06-30", **fields}
    faults = await person.submit(filled)
    if not faults:
        # On a busy machine a note stands there until it is drawn.
        await person.saw_modal("Draft of round")
    return person, faults


async def publish(stage: Stage, **fields: Any) -> Person:
    """Plan a round and publish it; returns the organiser."""
    ann, faults = await plan(stage, **fields)
    assert faults == {}
    await ann.saw_modal("Draft of round")
    await ann.press("modal", "peers_publish")
    await stage.settle()
    return ann


def group(stage: Stage, user_id: str) -> str:
    """The newest group direct message that somebody is in."""
    found = [
        channel
        for channel in stage.workspace.channels.values()
        if channel.kind == "mpim" and user_id in channel.members and channel.messages
    ]
    return max(found, key=lambda channel: str(channel.messages[-1]["ts"])).id


def partners(stage: Stage, user_id: str) -> list[str]:
    """Who is in that group beside them and the bot."""
    members = stage.workspace.channel(group(stage, user_id)).members
    return sorted(one for one in members if one not in (user_id, stage.app.bot_user_id))

"""The newcomer's welcome, through the whole bot: once ever, whatever happens."""

from tests.scenarios.stage import EDITION, Stage, buttons, everything, sections

OF_EDITION = ("cba-2.toml", EDITION.replace('key = "cba-2"', 'key = "cba-2"\nchannel = "CCBA2"'))


def welcomes(stage: Stage, user_id: str) -> list[str]:
    """The headlines of the welcomes that somebody got."""
    said = [sections(message)[0] for message in stage.person(user_id).direct() if message.get("blocks")]
    return [text.partition("\n")[0] for text in said if text.startswith("*Welcome")]


async def test_whoever_joins_the_workspace_is_welcomed_once_and_never_again(stage: Stage) -> None:
    stage.workspace.add_user("hal", user_id="UHAL", real_name="Hal <!here>", tz="Europe/Lisbon")
    await stage.settle()
    (message,) = stage.person("UHAL").direct()

    await stage.again(stage.last("events_api", type="event_callback"))
    stage.workspace.change_user("UHAL", deleted=True)
    await stage.settle()
    stage.workspace.change_user("UHAL", deleted=False)
    await stage.settle()
    await stage.restart()
    await stage.settle()

    assert welcomes(stage, "UHAL") == ["*Welcome to Cluster Booster Academy, Hal &lt;!here&gt;!*"]
    assert "2. Check your time zone: Lisbon, where it is 09:00 now." in everything(message)
    assert buttons(message) == [
        ("Fill in my profile", "welcome"),
        ("Check my time zone", "welcome"),
        ("Ask a question", "welcome"),
        ("My data and privacy", "welcome"),
    ]


async def test_whoever_joins_the_edition_s_channel_is_welcomed_and_who_joins_another_is_not(
    stage: Stage,
) -> None:
    stage.workspace.add_channel("cba-2", members=[stage.app.bot_user_id], channel_id="CCBA2")
    stage.workspace.add_channel("tea", members=[], channel_id="CTEA")
    await stage.import_files(OF_EDITION)
    await stage.settle()
    ben, cleo = stage.person("UBEN"), stage.person("UCLEO")

    await cleo.join("CTEA")
    for _ in range(2):
        await ben.join("CCBA2")
        await stage.settle()
        await ben.leave("CCBA2")
        await stage.settle()

    assert welcomes(stage, "UBEN") == ["*Welcome to Cluster Booster Academy, Ben Virta!*"]
    assert welcomes(stage, "UCLEO") == []


async def test_who_joined_while_the_bot_was_down_is_welcomed_and_apps_are_not(stage: Stage) -> None:
    await stage.bot.stop()
    stage.workspace.add_user("ida", user_id="UIDA", real_name="Ida Late")
    stage.workspace.add_user("robo", user_id="UROBO", real_name="Robo", is_bot=True)

    await stage.restart()
    await stage.settle()

    assert welcomes(stage, "UIDA") == ["*Welcome to Cluster Booster Academy, Ida Late!*"]
    assert [row.recipient for row in await stage.queued("people.welcome")] == ["UIDA"]
    stage.expected_errors = ["dispatch_failed", "dispatch_failed"]  # nobody took the two events in


async def test_the_three_first_steps_are_buttons(stage: Stage) -> None:
    academy = EDITION.replace('organisers = ["UANN"]', 'organisers = ["UANN"]\nquestions = ["CGENERAL"]')
    stage.workspace.join("CGENERAL", stage.app.bot_user_id)
    await stage.import_files(("cba-2.toml", academy))
    stage.workspace.add_user("hal", user_id="UHAL", real_name="Hal New", tz="Europe/Lisbon", locale="pt-PT")
    await stage.settle()
    hal = stage.person("UHAL")
    (message,) = hal.direct()

    await hal.press(message, "profile_open")
    profile = await hal.saw_modal("My profile")
    await hal.close_modal()
    await hal.press(message, "welcome_zone")
    zone = await hal.saw_modal("Your time zone")
    await hal.close_modal()
    await hal.press(message, "privacy_open")
    privacy = await hal.saw_modal("Privacy")
    await hal.close_modal()
    await hal.press(message, "welcome_ask")

    assert "*Directory.* Members of this workspace, and nobody else, find you" in everything(privacy)
    written = [block["element"].get("initial_value") for block in profile["blocks"] if "element" in block]
    assert [text for text in written if text] == ["Portugal", "Portuguese"]
    assert sections(zone)[0] == "Your reminders come by this clock: Lisbon, where it is 09:00 now."
    assert "Your question" in everything(await hal.saw_modal("Ask the alumni"))

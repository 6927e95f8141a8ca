"""The bot goes on from a backup that was made while it ran, on another database."""

from dataclasses import replace
from pathlib import Path

from bot.backup import back_up, restore
from bot.domain.ids import UserId
from bot.domain.questions import NewQuestion
from storage import questions
from tests.scenarios.stage import NOW, Stage, everything, start_bot


async def test_a_bot_on_what_was_restored_knows_everything_and_sends_nothing_again(
    bare_database_url: str, stage: Stage, tmp_path: Path
) -> None:
    ben, backup = stage.person("UBEN"), tmp_path / "moving.backup"
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "One page."})
    asked = NewQuestion(asker_id=UserId("UEVA"), title="How do you win members?", detail="", asked_at=NOW)
    async with stage.bot.db.writing() as work:
        await questions.add_questions(work, team_id=stage.team_id, asked=[(asked, [])])
    await stage.settle()
    heard = [message["text"] for message in ben.messages(ben.direct_id(stage.app.bot_user_id))]

    await back_up(stage.settings.database_url, backup, now=NOW)
    await stage.bot.stop()
    await restore(bare_database_url, backup, now=NOW)
    stage.bot = await start_bot(
        replace(stage.settings, database_url=bare_database_url), stage.workspace.clock
    )
    await stage.settle()

    again = [message["text"] for message in ben.messages(ben.direct_id(stage.app.bot_user_id))]
    await ben.command("/questions member winning")
    found = await ben.saw("direct", "How do you win members?")
    await ben.command("/homework")
    listed = await ben.saw("direct", "Map of your members")
    assert heard != []
    assert again == heard
    assert found["is_ephemeral"]
    assert "Handed in" in everything(listed)

"""A questions channel, and what the log made of what was said there."""

from bot.domain.ids import QuestionId
from bot.domain.questions import Answer, Question
from storage import questions
from tests.scenarios.stage import EDITION, Stage

ASK = "CASK"


async def open_questions_channel(stage: Stage, *, private: bool = False, channel_id: str = ASK) -> None:
    """A questions channel with everybody and the bot in it, named by the academy's file."""
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=channel_id, private=private)
    stage.workspace.join(channel_id, stage.app.bot_user_id)
    await stage.settle()
    await name_questions_channels(stage, channel_id)
    await stage.settle()


async def name_questions_channels(stage: Stage, *channel_ids: str) -> None:
    """The academy's file names these channels as those in which messages are questions."""
    named = ", ".join(f'"{one}"' for one in channel_ids)
    edition = EDITION.replace('organisers = ["UANN"]', f'organisers = ["UANN"]\nquestions = [{named}]')
    await stage.import_files(("cba-2.toml", edition))


async def logged(stage: Stage) -> list[Question]:
    """Every question of the log."""
    async with stage.bot.db.reading() as work:
        ids = [QuestionId(number) for number in range(1, 50)]
        return await questions.questions(work, team_id=stage.team_id, question_ids=ids)


async def answers(stage: Stage, question: Question) -> list[Answer]:
    """A question's answers."""
    async with stage.bot.db.reading() as work:
        return await questions.answers(work, team_id=stage.team_id, question_ids=[question.id])

"""The log filled from files, while the bot runs and from the command line."""

import json
import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import pytest

from bot.domain.faults import Faults
from bot.domain.questions import QuestionState
from bot.domain.workspace import Installation
from bot.services import people
from bot.services.questions import heard, importing
from bot.services.questions.importing import NOTHING_CHANGED
from storage import members
from tests.exports import ANSWERED, ASKED, export, message
from tests.scenarios.asking import ASK, answers, logged, open_questions_channel
from tests.scenarios.stage import Stage

TABLE = (
    "id,asked_at,asked_by,question,answer,answered_by,accepted\n"
    "1,2022-05-03,Ben Virta,How many members?,About ninety.,eva@example.org,yes\n"
    "1,2022-05-03,Ben Virta,How many members?,Two hundred.,Zoe Gone,no\n"
    "2,2022-05-04,,Who pays?,,,\n"
)


async def take_in(stage: Stage, *files: tuple[str, str | bytes], only: tuple[str, ...] = ()) -> list[str]:
    """What `alumni-bot import questions` does while the bot runs."""
    client, team_id = stage.bot.client, stage.team_id
    told: list[tuple[int, int]] = []
    lines = await importing.import_questions(
        stage.bot.db,
        team_id=team_id,
        home=Installation(url="https://alumni.slack.com/", bot_user_id=stage.bot.bot_user_id),
        files=[(name, text.encode() if isinstance(text, str) else text) for name, text in files],
        people=await people.fetch_people(client),
        known=[heard.channel(one, team_id=team_id) for one in await heard.fetch_channels(client)],
        only=only,
        now=stage.workspace.clock.now(),
        progress=lambda done, of: told.append((done, of)),
    )
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    return lines


async def test_a_table_fills_the_log_and_a_second_time_changes_nothing(stage: Stage) -> None:
    first = await take_in(stage, ("old.csv", TABLE))
    second = await take_in(stage, ("old.csv", TABLE))

    assert (first, second) == (["2 questions, 2 answers, 1 accepted"], [NOTHING_CHANGED])
    members_asked, paid = await logged(stage)
    assert (members_asked.title, members_asked.asker_id, members_asked.channel_id) == (
        "How many members?",
        "UBEN",
        None,
    )
    given = await answers(stage, members_asked)
    assert [(one.text, one.author_id == "UEVA") for one in given] == [
        ("About ninety.", True),
        ("Two hundred.", False),
    ]
    assert (members_asked.state, members_asked.accepted_answer_id) == (QuestionState.ANSWERED, 1)
    assert paid.state is QuestionState.OPEN
    async with stage.bot.db.reading() as work:
        zoe = await members.member(work, team_id=stage.team_id, user_id=given[1].author_id)
    assert zoe is not None
    assert (zoe.name, zoe.is_deactivated) == ("Zoe Gone", True)


async def test_a_table_that_grew_adds_what_is_new(stage: Stage) -> None:
    await take_in(stage, ("old.csv", TABLE))

    lines = await take_in(stage, ("old.csv", TABLE + "2,2022-05-04,,Who pays?,The members.,Ben Virta,yes\n"))

    assert lines == ["0 questions, 1 answer, 1 accepted"]
    assert [one.state for one in await logged(stage)] == [QuestionState.ANSWERED] * 2


async def test_an_export_of_another_workspace_is_for_everybody_and_only_what_asks(stage: Stage) -> None:
    chatter = message("Good morning", "1651570000.000100")
    content = export({"chat": [chatter, ASKED, ANSWERED]}, private={"board": [ASKED]})

    lines = await take_in(stage, ("old.zip", content))
    again = await take_in(stage, ("old.zip", content))

    left_out = "left out: board, which was private; to take it over for everybody to see, add --channel board"
    assert lines == ["1 question, 1 answer, 1 accepted", left_out]
    assert again == [NOTHING_CHANGED, left_out]
    (question,) = await logged(stage)
    assert (question.channel_id, question.ts, question.state) == (None, None, QuestionState.ANSWERED)
    assert [one.author_id for one in await answers(stage, question)] == ["UBEN"]


async def test_a_channel_that_is_named_is_taken_whole(stage: Stage) -> None:
    content = export({"chat": [message("Statutes, anybody", "1651570000.000100")], "other": [ASKED]})

    lines = await take_in(stage, ("old.zip", content), only=("#chat",))

    assert lines == ["1 question, 0 answers, 0 accepted"]
    with pytest.raises(Faults, match='there is no channel "chaat" in it; did you mean chat'):
        await take_in(stage, ("old.zip", content), only=("chaat",))


async def test_an_export_of_this_workspace_keeps_its_place_and_is_not_doubled(stage: Stage) -> None:
    await open_questions_channel(stage)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    await eva.say(ASK, "We call them.", thread_ts=ts)
    await stage.settle()
    history = json.loads(json.dumps(stage.workspace.channels[ASK].messages))
    older = message("What is a fair fee", "1651570000.000100", "UEVA")

    lines = await take_in(
        stage, ("now.zip", export({"ask-alumni": [older, *history]}, ids={"ask-alumni": ASK}))
    )

    assert lines == ["1 question, 0 answers, 0 accepted"]
    found = await logged(stage)
    assert [(one.title, one.channel_id, one.ts) for one in found] == [
        ("How do you keep members?", ASK, ts),
        ("What is a fair fee", ASK, "1651570000.000100"),
    ]
    assert found[1].permalink == f"https://alumni.slack.com/archives/{ASK}/p1651570000000100"


async def test_what_is_older_than_slack_shows_survives_the_next_start(stage: Stage) -> None:
    await open_questions_channel(stage)
    await stage.person("UBEN").say(ASK, "How do you keep members?")
    await stage.settle()
    older = message("What is a fair fee", "1651570000.000100", "UEVA")
    await take_in(stage, ("now.zip", export({"ask-alumni": [older]}, ids={"ask-alumni": ASK})))

    await stage.restart()
    await stage.settle()

    assert [one.state for one in await logged(stage)] == [QuestionState.OPEN] * 2


async def test_broken_rows_are_named_by_line_over_all_files_and_nothing_is_imported(stage: Stage) -> None:
    broken = export({"ask": [ASKED]}, others={"ask/2022-05-04.json": '[\n{"type": "message"}]'})

    with pytest.raises(Faults) as wrong:
        await take_in(
            stage,
            ("good.csv", TABLE),
            ("bad.csv", "asked_at,question\nonce,Who?\n"),
            ("bad.zip", broken),
            ("latin.csv", "asked_at,question\n2022-05-03,Señor?\n".encode("latin-1")),
            ("notes.txt", "Who?"),
        )

    assert [str(fault).partition(";")[0] for fault in wrong.value.faults] == [
        'bad.csv:2: asked_at: "once" is no date',
        "bad.zip/ask/2022-05-04.json:2: a message has no ts",
        "latin.csv:2: the text is not in UTF-8",
        "notes.txt:1: this is neither an export nor a table",
    ]
    assert await logged(stage) == []


async def run(stage: Stage, folder: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Exit code, standard output and standard error of `alumni-bot` in a folder."""
    environment = os.environ | {
        "SLACK_BOT_TOKEN": stage.app.bot_token,
        "SLACK_APP_TOKEN": stage.app.app_token,
        "SLACK_API_URL": stage.sandbox.api_url,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'cli.db'}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    process = await create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_command_line_imports_with_a_progress_and_names_what_is_wrong(
    stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "old.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "bad.csv").write_text("asked_at,question\nonce,Who?\n", encoding="utf-8")

    good = await run(stage, tmp_path, "import", "questions", "old.csv")
    again = await run(stage, tmp_path, "import", "questions", "old.csv")
    bad = await run(stage, tmp_path, "import", "questions", "old.csv", "bad.csv")
    nothing = await run(stage, tmp_path, "import", "questions")

    assert good == (0, "2 questions, 2 answers, 1 accepted\n", "2 of 2 questions\n")
    assert again == (0, "nothing changed\n", "2 of 2 questions\n")
    assert bad == (
        1,
        "",
        'bad.csv:2: asked_at: "once" is no date; write one such as 2021-05-03 or 2021-05-03 14:30.\n',
    )
    assert nothing[0] == 1
    assert nothing[2].startswith("Name the files behind `import questions`")

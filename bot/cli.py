"""The command line: `alumni-bot run | demo | check | manifest | import | export | backup | restore`."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import __version__, app, config, failures, log
from bot.clock import SystemClock
from bot.config import Settings, SettingsFaults
from bot.domain.faults import Faults

# What only one command needs is imported by that command: the bot's start does without it.

_WENT_WELL = 0
_FAILED = 1
_QUESTIONS = "questions"
_BAR_WIDTH = 40


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 1 with the reason on standard error.

    argv: without the program's name; the process's own where none is given.
    """
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except SettingsFaults as wrong:
        return _fail(*wrong.faults)
    except Faults as wrong:
        return _fail(*map(str, wrong.faults))
    except failures.EXPECTED as wrong:
        return _fail(failures.sentence(wrong))
    except KeyboardInterrupt:
        return _WENT_WELL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="alumni-bot", description="The bot of an academy and its alumni, in Slack."
    )
    parser.add_argument("--version", action="version", version=f"alumni-bot {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="the bot, until SIGTERM")
    run.set_defaults(command=_run)

    demo = commands.add_parser("demo", help="the bot in a local Slack workspace, in the browser")
    demo.add_argument("--port", type=_port, default=8020, help="of the page (default: 8020)")
    demo.add_argument(
        "--empty", action="store_true", help="nothing is set up yet: set an academy up in Slack"
    )
    demo.add_argument("--no-cast", action="store_true", help="the others do nothing by themselves")
    demo.add_argument("--play", action="store_true", help="no page: run the fifteen weeks, print the diary")
    demo.add_argument(
        "--keep",
        metavar="FILE",
        nargs="?",
        type=Path,
        const=Path("alumni-demo.zip"),
        help="go on where it stopped: everything is kept in FILE (default: alumni-demo.zip)",
    )
    demo.set_defaults(command=_demo)

    check = commands.add_parser("check", help="look at settings, database, tokens and scopes")
    check.set_defaults(command=_check)

    manifest = commands.add_parser("manifest", help="print the Slack app manifest")
    manifest.add_argument("--prefix", help="before each command's name (default: COMMAND_PREFIX)")
    manifest.add_argument("--http", metavar="URL", type=_url, help="the bot's public address, for HTTP mode")
    manifest.set_defaults(command=_manifest)

    take_in = commands.add_parser(
        "import",
        help="take in editions (.toml) and rosters (.csv); `import questions`: what an older group asked",
        usage="%(prog)s [-h] FILE… | %(prog)s questions [--channel NAME]… FILE…",
        description="Editions (.toml) and rosters (.csv). "
        "With the word `questions` first: Slack exports (.zip) and tables of questions and answers (.csv).",
    )
    take_in.add_argument("files", metavar="FILE", nargs="+", type=Path)
    take_in.add_argument(
        "--channel",
        metavar="NAME",
        action="append",
        default=[],
        help="with `questions`: of an export only this channel, and all its messages; may be repeated",
    )
    take_in.set_defaults(command=_import)

    away = commands.add_parser(
        "export", help="write everything into a folder: tables (.csv), editions (.toml), the roster (.csv)"
    )
    away.add_argument("folder", metavar="DIR", type=Path, help="a new or empty folder")
    away.set_defaults(command=_export)

    back_up = commands.add_parser(
        "backup", help="write the whole database into one file, while the bot runs or not"
    )
    back_up.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a new file; ending with .db: a copy of SQLite's; else: fits either database",
    )
    back_up.set_defaults(command=_back_up)

    restore = commands.add_parser("restore", help="fill an empty database from a backup, all or nothing")
    restore.add_argument("file", metavar="FILE", type=Path, help="what `backup` wrote, on either database")
    restore.set_defaults(command=_restore)
    return parser


def _run(_arguments: argparse.Namespace) -> int:
    asyncio.run(app.run(_settings()))
    return _WENT_WELL


def _demo(arguments: argparse.Namespace) -> int:
    from bot.demo import CannotGoOn, demo, play

    log.set_up("WARNING", "text")
    has_cast = not arguments.no_cast
    try:
        if arguments.play:
            asyncio.run(play(has_cast=has_cast, say=_say))
        else:
            kinds = {"has_cast": has_cast, "keep": arguments.keep, "is_empty": arguments.empty}
            asyncio.run(demo(port=arguments.port, **kinds, say=_say))
    except CannotGoOn as wrong:
        return _fail(str(wrong))
    return _WENT_WELL


def _check(_arguments: argparse.Namespace) -> int:
    from bot.check import check

    findings = asyncio.run(check(_values()))
    for finding in findings:
        _say(finding.line())
    return _WENT_WELL if all(finding.is_right for finding in findings) else _FAILED


def _manifest(arguments: argparse.Namespace) -> int:
    from bot.manifest import manifest

    prefix = _values()["COMMAND_PREFIX"] if arguments.prefix is None else arguments.prefix
    if wrong := config.fault("COMMAND_PREFIX", prefix):
        return _fail(wrong)
    _say(json.dumps(manifest(prefix=prefix, http_url=arguments.http), indent=2, ensure_ascii=False))
    return _WENT_WELL


def _import(arguments: argparse.Namespace) -> int:
    from bot import importing

    paths: list[Path] = arguments.files
    is_of_questions = str(paths[0]) == _QUESTIONS
    if is_of_questions and len(paths) == 1:
        return _fail("Name the files behind `import questions`: Slack exports (.zip) or tables (.csv).")
    if arguments.channel and not is_of_questions:
        return _fail("--channel belongs to `import questions`.")
    settings = _settings()
    try:
        files = [(str(path), path.read_bytes()) for path in paths[is_of_questions:]]
    except OSError as wrong:
        return _fail(f"{wrong.filename} cannot be read: {wrong.strerror}.")
    now = SystemClock().now()
    if is_of_questions:
        shown = _Bar("questions")
        taking = importing.take_in_questions(
            settings, files, only=arguments.channel, now=now, progress=shown.progress
        )
    else:
        taking = importing.take_in(settings, files, now=now)
    for line in asyncio.run(taking):
        _say(line)
    return _WENT_WELL


def _export(arguments: argparse.Namespace) -> int:
    from bot.export import export

    folder: Path = arguments.folder
    url = config.database_url_from(_values())
    try:
        names = asyncio.run(export(url, folder))
    except FileExistsError:
        return _fail(f"{folder} is there and not an empty folder: name a new one.")
    except OSError as wrong:
        return _fail(f"{folder} cannot be written: {wrong.strerror}.")
    _say(f"{len(names)} files are in {folder}. They hold what people wrote: keep them safe.")
    return _WENT_WELL


def _back_up(arguments: argparse.Namespace) -> int:
    from bot import backup

    path: Path = arguments.file
    url = config.database_url_from(_values())
    try:
        asyncio.run(backup.back_up(url, path, now=SystemClock().now()))
    except FileExistsError:
        return _fail(f"{path} is there already: name a new file.")
    except OSError as wrong:
        return _fail(f"{path} cannot be written: {wrong.strerror}.")
    _say(f"{path} holds everything, what people wrote too: keep it safe.")
    return _WENT_WELL


def _restore(arguments: argparse.Namespace) -> int:
    from bot import backup

    path: Path = arguments.file
    url = config.database_url_from(_values())
    try:
        rows = asyncio.run(backup.restore(url, path, now=SystemClock().now()))
    except FileNotFoundError:
        return _fail(f"{path} is not there.")
    except (IsADirectoryError, PermissionError) as wrong:
        return _fail(f"{path} cannot be read: {wrong.strerror}.")
    _say(f"All of {path} is in the database (rows: {rows:,}). Next: `alumni-bot check`, then start the bot.")
    return _WENT_WELL


class _Bar:
    """A bar on standard error that grows; on what is no terminal, a line at each tenth."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._tenth = 0

    def progress(self, done: int, of: int) -> None:
        """So many of so many are done."""
        share = done / of if of else 1.0
        if sys.stderr.isatty():
            bar = "█" * round(share * _BAR_WIDTH)
            end = "\n" if done >= of else ""
            sys.stderr.write(f"\r{bar:░<{_BAR_WIDTH}} {done:,} of {of:,} {self._what}{end}")
        elif int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            sys.stderr.write(f"{done:,} of {of:,} {self._what}\n")
        sys.stderr.flush()


def _values() -> dict[str, str]:
    return config.read_values(os.environ, Path.cwd())


def _settings() -> Settings:
    settings = config.settings_from(_values())
    log.set_up(settings.log_level, settings.log_format, secrets=settings.secrets)
    return settings


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a whole number up to 65535 is needed")
    return int(text)


def _url(text: str) -> str:
    if not text.startswith("https://"):
        raise argparse.ArgumentTypeError("it must begin with https://: Slack delivers to no other")
    return text


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _fail(*sentences: str) -> int:
    for sentence in sentences:
        sys.stderr.write(f"{sentence}\n")
    return _FAILED

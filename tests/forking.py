"""Processes that need no second to start: each is forked from one that has imported the bot already."""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

Main = Callable[[Sequence[str]], int]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["bot.cli", "bot.app", "bot.check", "bot.importing"])


class Forked:
    """A process with its output, to be asked and signalled as one of `asyncio.subprocess`."""

    def __init__(
        self, process: multiprocessing.context.ForkServerProcess, out: Connection, err: Connection
    ) -> None:
        self._process = process
        self._outputs = (out, err)
        self._ended = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)
        self.stdout = asyncio.StreamReader()
        self.stderr = asyncio.StreamReader()

    async def listen(self) -> None:
        """Begin to read what it says."""
        loop = asyncio.get_running_loop()
        for stream, connection in zip((self.stdout, self.stderr), self._outputs, strict=True):
            read: IO[bytes] = os.fdopen(os.dup(connection.fileno()), "rb")
            connection.close()
            await loop.connect_read_pipe(partial(asyncio.StreamReaderProtocol, stream), read)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        if not self._ended.done():
            self._ended.set_result(None)

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, or the signal that ended it as a negative number; None while it runs."""
        return self._process.exitcode if self._ended.done() else None

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if not self._ended.done():
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    async def wait(self) -> int:
        """Return its exit code once it has ended."""
        await asyncio.shield(self._ended)
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """The rest of what it says, once it has ended."""
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err


async def fork(
    main: Main,
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str],
    log: Path | None = None,
) -> Forked:
    """Run `main` with these arguments in a process of its own, in that folder and environment.

    main: a function of a module, by whose name the process finds it.
    log: the file to which all that it says is added; without one it is read from `stdout` and `stderr`.
    """
    out, its_out = _CONTEXT.Pipe(duplex=False)
    err, its_err = _CONTEXT.Pipe(duplex=False)
    told = (main, arguments, str(folder), dict(environment), None if log is None else str(log))
    process = _CONTEXT.Process(target=_run, args=(*told, its_out, its_err))
    process.start()
    its_out.close()
    its_err.close()
    forked = Forked(process, out, err)
    await forked.listen()
    return forked


def _run(
    main: Main,
    arguments: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    log: str | None,
    out: Connection,
    err: Connection,
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    file = None if log is None else os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number, connection in ((1, out), (2, err)):
        os.dup2(connection.fileno() if file is None else file, number)
        connection.close()
    sys.exit(main(arguments))

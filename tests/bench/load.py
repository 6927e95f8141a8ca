"""The bot beside a bare Bolt app on the same workspace: `python -m tests.bench.load [acks] [start] [memory]`.

Both run as processes of their own and are asked in turns, so that a busy moment hits both. Prints how long
acknowledgements take and how long people wait for the answer, which may come after it, over Socket Mode and
HTTP; how long a start takes until it is connected, and a command given then; and memory.
"""

import argparse
import asyncio
import gc
import logging
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox import payloads
from sandbox.delivered import Ack
from tests.bench import bare
from tests.bench.goals import Board, load
from tests.bench.starting import CHANNEL, PEOPLE, WORDS, Ground, Running, ground, question, running

PARTS = ("acks", "start", "memory")
ROUNDS = {1: 30, 10: 12, 50: 20}
"""By how many people ask at once."""

_WARM_UP = 3
_STARTS = 7
_AT_REST_AFTER_S = 5.0
_READING, _WRITING = 3.0, 5.0
"""How many times the floor's p99 a command may take at most, at fifty people."""

_STARTING = _RESTING = 2.0
_FIRST_COMMAND_S = 0.1
_RESTED = (1, 2, 3)
"""The starts after which memory is looked at; after the later ones a command is given at once."""

_Typed = Callable[[random.Random], str]
COMMANDS: Mapping[str, tuple[str, _Typed, float | None]] = {
    "floor": ("bare", lambda _: f"{bare.COMMAND} words", None),
    "/homework": ("bot", lambda _: "/homework", _READING),
    "/questions words": ("bot", lambda chance: f"/questions {' '.join(chance.sample(WORDS, 2))}", _READING),
    "/ask": ("bot", lambda chance: f"/ask {question(chance)}", _WRITING),
}
"""By name: which of the two is asked, what is typed, and the goal."""


@dataclass
class Taken:
    """How long acknowledgements of one command took, and answers, in seconds."""

    acks_s: list[float] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)
    rounds_s: list[float] = field(default_factory=list)
    """Until all were acknowledged."""
    late: int = 0
    """How many did not come within the three seconds that Slack allows."""

    def ack_ms(self, share: float) -> float:
        """So many were acknowledged by then."""
        return _quantile_ms(self.acks_s, share)

    def answer_ms(self, share: float) -> float:
        """So many had their answer by then."""
        return _quantile_ms(self.answers_s, share)

    @property
    def a_second(self) -> float:
        """Acknowledgements a second."""
        return len(self.acks_s) / sum(self.rounds_s)


def _quantile_ms(taken_s: Sequence[float], share: float) -> float:
    ranked = sorted(taken_s)
    return 1000 * ranked[min(int(len(ranked) * share), len(ranked) - 1)]


async def acks(board: Board, on: Ground, chance: random.Random) -> None:
    """p50, p99 and how many a second, over both ways in; and what both hold after it."""
    for way, over_http in (("Socket Mode", False), ("HTTP", True)):
        async with (
            running(on, "bare", over_http=over_http) as floor,
            running(on, "bot", over_http=over_http) as bot,
        ):
            await asyncio.sleep(_AT_REST_AFTER_S)
            print(f"\nAcknowledgements over {way}, ms; {load()}")
            print(
                f"  {'at once':>7}  {'command':17} {'p50':>7} {'p99':>7} {'a second':>9}  "
                f"{'p50, p99 to floor':18} {'answered: p50':>14} {'p99':>7}"
            )
            gc.disable()
            try:
                for people, rounds in ROUNDS.items():
                    await _at_once(board, on, bot, chance, way=way, people=people, rounds=rounds)
            finally:
                gc.enable()
            for name, one in (("floor", floor), ("bot", bot)):
                held = one.memory()
                print(f"  memory after it, {name}: {held.mb:.0f} MB, {held.most_mb:.0f} MB at most")


async def _at_once(
    board: Board, on: Ground, bot: Running, chance: random.Random, *, way: str, people: int, rounds: int
) -> None:
    taken = {name: Taken() for name in COMMANDS}
    for number in range(_WARM_UP + rounds):
        for name, (app, typed, _) in COMMANDS.items():
            lines = [typed(chance) for _ in range(people)]
            acks, answers_s = await _ask(on, app, lines)
            if number >= _WARM_UP:
                taken[name].rounds_s.append(max(ack.took_s for ack in acks))
                taken[name].acks_s += [ack.took_s for ack in acks]
                taken[name].answers_s += answers_s
                taken[name].late += sum(not ack.ok for ack in acks)
        # What came of the questions is not to be charged to the next round; nor is the workspace's own
        # garbage, a tenth of a second, to be charged to whom it is collected with.
        await bot.at_rest()
        gc.collect()
    floor = taken["floor"]
    for name, one in taken.items():
        typical, late = one.ack_ms(0.5), one.ack_ms(0.99)
        ratios = f"{typical / floor.ack_ms(0.5):.1f}, {late / floor.ack_ms(0.99):.1f}"
        said = f"; {one.late} took over 3 s" if one.late else ""
        print(
            f"  {people:>7}  {name:17} {typical:7.1f} {late:7.1f} {one.a_second:9.0f}  {ratios:18} "
            f"{one.answer_ms(0.5):14.1f} {one.answer_ms(0.99):7.1f}{said}",
            flush=True,
        )
    if people == max(ROUNDS):
        for name, (_, _, goal) in COMMANDS.items():
            one = taken[name]
            if goal is not None:
                times = one.ack_ms(0.99) / floor.ack_ms(0.99)
                board.reached(
                    f"p99 of {name} over {way}",
                    f"{times:.1f} times the floor's{f', {one.late} of them over 3 s' if one.late else ''}",
                    f"{goal:g} times at most",
                    is_met=times <= goal and not one.late,
                )


async def _ask(on: Ground, name: str, lines: Sequence[str]) -> tuple[list[Ack], list[float]]:
    """Give the commands at once, one a person; returns the acknowledgements, and when each had the answer.

    To check and show an answer is work of the workspace: that of those who have it with the acknowledgement
    is shown once all are acknowledged, or it would be charged to the app. Returns when all have theirs.
    """
    app, given = on.app(name), []
    for person, line in zip(PEOPLE, lines, strict=False):
        command, _, text = line.partition(" ")
        given.append(
            payloads.slash_command(
                on.sandbox.workspace,
                app,
                person,
                on.sandbox.workspace.channel(CHANNEL),
                command=command,
                text=text,
                trigger_id=on.sandbox.interactions.triggers.new(app, person),
                response_url=on.sandbox.interactions.responses.new(app, person, CHANNEL),
            )
        )
    deliver = on.sandbox.delivery.deliver
    started_s = time.perf_counter()
    on.answers.clear()
    acks = await asyncio.gather(*(deliver(app, "slash_commands", payload) for payload in given))
    answers_s: list[float] = []
    for payload, ack in zip(given, acks, strict=True):
        if ack.error not in ("", "operation_timeout"):
            raise RuntimeError(f"{payload['command']} got no answer: {ack.error}")
        if ack.body is not None:
            on.sandbox.interactions.responses.apply(app, payload["user_id"], CHANNEL, ack.body)
            answers_s.append(ack.took_s)
        elif ack.ok:
            answers_s.append(await on.answers.shown_at_s(payload["user_id"]) - started_s)
    await on.sandbox.quiet()
    return acks, answers_s


async def start_and_memory(board: Board, on: Ground, parts: Sequence[str]) -> None:
    """How long each takes until it is connected, and the bot's first answer then; what it holds; in turns."""
    waits = "memory" in parts
    after_s: dict[str, list[float]] = {"bare": [], "bot": []}
    worked_s: dict[str, list[float]] = {"bare": [], "bot": []}
    held_mb: dict[str, list[float]] = {"bare": [], "bot": []}
    own_mb: dict[str, list[float]] = {"bare": [], "bot": []}
    first_s, later_s = list[float](), list[float]()
    for number in range(1 + _STARTS):
        for name in ("bare", "bot"):
            async with running(on, name) as one:
                if waits and number in _RESTED:
                    await asyncio.sleep(_AT_REST_AFTER_S)
                    memory = one.memory()
                    held_mb[name].append(memory.mb)
                    own_mb[name].append(memory.own_mb)
                elif name == "bot" and number > max(_RESTED):
                    first_s.append(await _homework_s(on))
                    await one.at_rest()
                    later_s.append(await _homework_s(on))
                if number:  # the first compiles
                    after_s[name].append(one.connected_after_s)
                    worked_s[name].append(one.worked_s)
    if "start" in parts:
        print(f"\nStart to connected over Socket Mode, median of {_STARTS}; {load()}")
        for name in after_s:
            waited, worked = statistics.median(after_s[name]), statistics.median(worked_s[name])
            print(f"  {name:5} {waited:.2f} s, of which {worked:.2f} s of processor time")
        times = _ratio(after_s)
        print(f"  processor time: {_ratio(worked_s):.2f} times the floor's")
        board.reached(
            "start", f"{times:.2f} times the floor's", f"{_STARTING:g} at most", is_met=times <= _STARTING
        )
        first, later = statistics.median(first_s), statistics.median(later_s)
        print(f"  /homework as soon as it is connected {1000 * first:.0f} ms, at rest {1000 * later:.0f} ms")
        board.reached(
            "first command",
            f"{1000 * (first - later):.0f} ms more than a later one",
            f"{1000 * _FIRST_COMMAND_S:g} ms at most",
            is_met=first - later <= _FIRST_COMMAND_S,
        )
    if waits:
        print(f"\nMemory {_AT_REST_AFTER_S:g} s after it connected; {load()}")
        for name in held_mb:
            held, own = statistics.median(held_mb[name]), statistics.median(own_mb[name])
            print(f"  {name:5} {held:.1f} MB (PSS), its own {own:.1f} MB")
        times = _ratio(held_mb)
        board.reached(
            "memory at rest",
            f"{times:.2f} times the floor's",
            f"{_RESTING:g} at most",
            is_met=times <= _RESTING,
        )


async def _homework_s(on: Ground) -> float:
    acks, _ = await _ask(on, "bot", ["/homework"])
    return acks[0].took_s


def _ratio(by_name: Mapping[str, Sequence[float]]) -> float:
    return statistics.median(by_name["bot"]) / statistics.median(by_name["bare"])


async def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    board, chance = Board(), random.Random(arguments.seed)
    async with ground(arguments.seed) as on:
        if {"start", "memory"} & set(parts):
            await start_and_memory(board, on, parts)
        if "acks" in parts:
            await acks(board, on, chance)
    board.close()


if __name__ == "__main__":
    asyncio.run(main())

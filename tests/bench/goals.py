"""What was to be reached, beside what was measured: one line each, and a last one for all."""

import os
from dataclasses import dataclass, field


@dataclass
class Board:
    """Prints each goal as it is measured, and keeps which were missed."""

    met: int = 0
    missed: list[str] = field(default_factory=list)

    def reached(self, what: str, measured: str, goal: str, *, is_met: bool) -> None:
        """Print a figure beside its goal."""
        print(f"    {'met   ' if is_met else 'MISSED'}  {what}: {measured}; goal {goal}", flush=True)
        if is_met:
            self.met += 1
        else:
            self.missed.append(what)

    def at_least(self, what: str, figure: float, goal: float, unit: str = "%") -> None:
        """The figure, to one decimal, has to come up to the goal."""
        self.reached(
            what, f"{figure:.1f} {unit}", f"{goal:g} {unit} at least", is_met=round(figure, 1) >= goal
        )

    def at_most(self, what: str, figure: float, goal: float, unit: str = "%") -> None:
        """The figure, to one decimal, must not pass the goal."""
        self.reached(
            what, f"{figure:.1f} {unit}", f"{goal:g} {unit} at most", is_met=round(figure, 1) <= goal
        )

    def close(self) -> None:
        """Print the sum."""
        every = self.met + len(self.missed)
        print(f"\n{self.met} of {every} goals met", end="")
        print(f"; missed: {', '.join(self.missed)}" if self.missed else "")


def load() -> str:
    """How busy the machine is: times of a busy one say more of the others than of us."""
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"

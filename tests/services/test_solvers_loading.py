"""The solvers are not loaded by the start, and are once `load` has run."""

import subprocess
import sys

SAYS = """
import sys
import bot.app
from bot.services.peers import solving
libraries = ("rustworkx", "scipy")
print([name in sys.modules for name in libraries])
solving.load()
print([name in sys.modules for name in libraries])
"""


def test_the_start_loads_no_solver_and_load_does() -> None:
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True).stdout

    assert said.splitlines() == ["[False, False]", "[True, True]"]

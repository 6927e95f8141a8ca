"""A start loads only what every start needs: each of these takes its time then, and memory for good."""

import subprocess
import sys

HEAVY = (
    "PIL",
    "alembic",
    "apscheduler",
    "bot.importing",
    "dotenv",
    "holidays",
    "numpy",
    "prometheus_client",
    "pythonjsonlogger",
    "rustworkx",
    "scipy",
    "snowballstemmer",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
)


def test_what_a_start_imports_is_what_it_needs() -> None:
    asks = f"import sys, bot.cli; print(*(name for name in {HEAVY} if name in sys.modules))"

    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)

    assert said.stdout.split() == []

"""`python -m bot`, the same as `alumni-bot`."""

import gc
import sys

# What is imported stays. To look through it for garbage again and again takes a sixth of a start, and later
# holds up whoever waits for an answer just then.
gc.disable()

from bot.cli import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())

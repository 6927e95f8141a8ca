"""How long one waits for what has to come: on a busy machine that takes a while."""

PATIENCE_S = 60.0
"""Only what never comes is given up after it."""

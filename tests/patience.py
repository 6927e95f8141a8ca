"""How long a test waits for what has to come: so long that only what never comes is given up."""

PATIENCE_S = 60.0

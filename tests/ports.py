"""Ports that stay a test's own, also while nothing listens on them."""

import socket
from contextlib import suppress
from random import SystemRandom

# Below those from which systems take one for whoever wants any: every connection that is opened on this
# machine, by another test too, may get one of those at any moment.
_PORTS = range(20_000, 32_000)
_chance = SystemRandom()


def own_port() -> int:
    """A port that is free, and comes to nobody by chance."""
    while True:
        port = _chance.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            probe.bind(("127.0.0.1", port))
            return port

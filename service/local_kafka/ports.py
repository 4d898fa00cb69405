"""Ports of the loopback interface for brokers. They must still be free when a broker restarts."""

from __future__ import annotations

import contextlib
import random
import socket

from service.errors import LocalKafkaError

HOST = "127.0.0.1"
# Below the ports that Linux assigns to outgoing connections (32768 and up), so that the port of a broker that is down
# for a moment is never assigned, not even to a client that keeps trying to reach it. In an order from the system's
# random source, because the order of `random` is the same in test processes that share a seed.
PORTS = range(20_000, 32_000)
_untried = iter(random.SystemRandom().sample(PORTS, len(PORTS)))


def free_port() -> int:
    """Return a free port, a different one each time."""
    for port in _untried:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise LocalKafkaError(f"no port from {PORTS.start} to {PORTS.stop - 1} of {HOST} is free: stop what uses them")


def require_free(*ports: int) -> None:
    """Raise `LocalKafkaError` if a program listens on one of *ports*."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise LocalKafkaError(
                    f"{HOST}:{port} is taken, so Kafka cannot start: stop the program that listens there (another "
                    "`newswire up`?), or set KAFKA_BOOTSTRAP_SERVERS to use a Kafka that is already running"
                ) from None

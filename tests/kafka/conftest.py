"""Fixtures for streams on the shared Kafka. Every test has its own topics and group."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import LEDGER_LINES, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GUARANTEES = ("at_least_once", "exactly_once")


@pytest.fixture(params=GUARANTEES)
def delivery(request: pytest.FixtureRequest) -> str:
    """Return each delivery guarantee in turn."""
    guarantee: str = request.param
    return guarantee


@pytest.fixture
def make_stream(kafka: str, tmp_path: Path) -> Iterator[Callable[..., Stream]]:
    """Return a function that creates streams. Their workers end with the test.

    The tails of the workers' logs are printed; pytest shows them if the test failed.
    """
    streams: list[Stream] = []

    def make(**options: object) -> Stream:
        streams.append(Stream(**({"bootstrap": kafka, "folder": tmp_path} | options)))  # type: ignore[arg-type] # the fields of Stream
        return streams[-1]

    yield make
    for stream in streams:
        stream.stop()
        sys.stdout.writelines(f"--- {worker.log}\n{worker.tail()}" for worker in stream.workers)


@pytest.fixture(autouse=True)
def _ledgers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Pass the ledgers to the terminal summary, also from a process of pytest-xdist."""
    yield
    request.node.user_properties += [("ledger", line) for line in LEDGER_LINES]
    LEDGER_LINES.clear()

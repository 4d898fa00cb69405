"""Streams on the shared Kafka; topics and groups are each test's own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import NOTES, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GUARANTEES = ("at_least_once", "exactly_once")


@pytest.fixture(params=GUARANTEES)
def delivery(request: pytest.FixtureRequest) -> str:
    """Return each guarantee in turn."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def make_stream(kafka: str, tmp_path: Path) -> Iterator[Callable[..., Stream]]:
    """Return a function that makes streams, whose workers end with the test.

    The ends of the workers' logs are printed, which pytest shows if the test failed.
    """
    made: list[Stream] = []

    def make(**options: object) -> Stream:
        made.append(Stream(**({"bootstrap": kafka, "folder": tmp_path} | options)))  # type: ignore[arg-type] # the fields of Stream
        return made[-1]

    yield make
    for stream in made:
        stream.stop()
        sys.stdout.writelines(f"--- {worker.log}\n{worker.tail()}" for worker in stream.workers)


@pytest.fixture(autouse=True)
def _ledgers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hand the ledgers to the summary, also from a process of pytest-xdist."""
    yield
    request.node.user_properties += [("ledger", line) for line in NOTES]
    NOTES.clear()

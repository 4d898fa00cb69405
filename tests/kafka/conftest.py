"""One real Kafka for all tests here; topics and groups are each test's own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from service.local import Broker
from tests.kafka.harness import NOTES, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GUARANTEES = ("at_least_once", "exactly_once")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a broker."""
    with Broker(tmp_path_factory.mktemp("kafka"), overrides={"log.cleaner.backoff.ms": "200"}) as broker:
        yield broker.bootstrap_servers


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the ledgers, passed or failed."""
    if NOTES:
        terminalreporter.section("ledgers")
        for line in NOTES:
            terminalreporter.write_line(line)

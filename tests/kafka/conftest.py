"""One real Kafka for all tests here; topics and groups are each test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.local_kafka import Broker
from tests.kafka.harness import NOTES, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
def make_stream(kafka: str) -> Iterator[Callable[..., Stream]]:
    """Return a maker of streams, whose workers end with the test."""
    made: list[Stream] = []

    def make(**options: object) -> Stream:
        made.append(Stream(**({"bootstrap": kafka} | options)))  # type: ignore[arg-type] # the fields of Stream
        return made[-1]

    yield make
    for stream in made:
        stream.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the ledgers, passed or failed."""
    if NOTES:
        terminalreporter.section("ledgers")
        for line in NOTES:
            terminalreporter.write_line(line)

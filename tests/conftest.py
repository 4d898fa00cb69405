"""Shared by all tests: independence of the shell and of a busy machine, one broker, and the slow tests first."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from service.local_kafka import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLEARED_PREFIXES = ("NEWSWIRE_", "KAFKA_", "OTEL_", "FAUST_", "XDG_STATE_HOME", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
STREAM_SECONDS = 900  # for a test on a real Kafka: its waits have limits of their own, so this ends only what hangs
SLOW_TESTS = ("tests/kafka/", "tests/deploy/test_sources.py")
ONE_PROCESS_FILES = {
    "tests/deploy/test_api_server.py",
    "tests/deploy/test_image.py",
    "tests/kafka/test_rights.py",
    "tests/kafka/faults/test_three_brokers.py",
    "tests/sinks/test_queries.py",
}
"""Files whose tests run in one process, because they share an image, a server, a broker or databases of their own."""
BROKER_KEY = pytest.StashKey[Broker]()


def pytest_configure(config: pytest.Config) -> None:
    """Remove the service's environment variables: a test sets the variables that it needs.

    A fixture would be too late: some test modules read the settings when they are imported.
    """
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name in [name for name in os.environ if name.startswith(CLEARED_PREFIXES)]:
        patch.delenv(name)
    # The processes of pytest-xdist inherit these. With more processes than cores, threads of BLAS only spin.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        patch.setenv(name, "1")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a background job of a shell and its children
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # On a busy machine a single example can be slow. The timeout of the whole test still applies.
    settings.register_profile("tests", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tests")


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the broker that all tests share. Every test has its own topics and group."""
    if hasattr(request.config, "workerinput"):  # a process of pytest-xdist; the main process started the broker
        yield (tmp_path_factory.getbasetemp().parent / "address").read_text()
        return
    with _broker(tmp_path_factory) as broker:
        yield broker.bootstrap_servers


def _broker(tmp_path_factory: pytest.TempPathFactory) -> Broker:
    return Broker(tmp_path_factory.mktemp("kafka"), overrides={"log.cleaner.backoff.ms": "200"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow tests first, in random order: they mostly wait in parallel, and the fast tests fill the end."""
    for item in items:
        if item.nodeid.startswith("tests/kafka/"):
            item.add_marker(pytest.mark.timeout(STREAM_SECONDS))
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW_TESTS))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """Start the broker for all processes of pytest-xdist before the first test, if any test needs it."""
    config: pytest.Config = node.config
    if BROKER_KEY in config.stash or not any(name.startswith(SLOW_TESTS) for name in ids):
        return
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined] # no public API outside fixtures
    config.stash[BROKER_KEY] = _broker(factory).start()
    (factory.getbasetemp() / "address").write_text(config.stash[BROKER_KEY].bootstrap_servers)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute tests one by one, but whole files if their tests share an expensive fixture.

    The mark `xdist_group` would do, but pytest-xdist 3.8 ignores it with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only parallel runs need it

    class Scheduler(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist is untyped here
        """Schedule single tests, and the files of `ONE_PROCESS_FILES` as a whole."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in ONE_PROCESS_FILES else nodeid

    return Scheduler(config, log) if config.getoption("dist") == "load" else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the broker of the processes of pytest-xdist."""
    if BROKER_KEY in session.config.stash:
        session.config.stash[BROKER_KEY].stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the ledgers of the tests on a real Kafka, whether they passed or failed."""
    reports = terminalreporter.getreports("")  # category "": setup and teardown reports, which have the properties
    ledgers = [value for report in reports for name, value in report.user_properties if name == "ledger"]
    if ledgers:
        terminalreporter.section("ledgers")
        for ledger in ledgers:
            terminalreporter.write_line(str(ledger))

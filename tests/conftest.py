"""For all tests: no influence of the shell or a busy machine, one broker for all, and the slow tests first."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from service.local_kafka import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OURS = ("NEWSWIRE_", "KAFKA_", "OTEL_", "FAUST_", "XDG_STATE_HOME", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
SLOW = "tests/kafka/"
WHOLE = {"tests/deploy/test_image.py", "tests/kafka/test_rights.py"}
"""Files whose tests run in one process: an image is built for them, or a broker of their own is started."""
BROKER = pytest.StashKey[Broker]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the tests independent of the shell: a test sets the variables that it needs.

    Not in a fixture, which would be too late: some test modules read the settings when they are imported.
    """
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name in [name for name in os.environ if name.startswith(OURS)]:
        patch.delenv(name)
    # The processes of pytest-xdist inherit it: with more processes than cores, threads of BLAS only spin.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        patch.setenv(name, "1")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a job in the background, and in all that it starts
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # A busy machine makes one example slow; the limit of the whole test stays.
    settings.register_profile("tests", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tests")


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the broker that all tests share; topics and groups are each test's own."""
    if hasattr(request.config, "workerinput"):  # a process of pytest-xdist: the first process started the broker
        yield (tmp_path_factory.getbasetemp().parent / "address").read_text()
        return
    with _broker(tmp_path_factory) as broker:
        yield broker.bootstrap_servers


def _broker(tmp_path_factory: pytest.TempPathFactory) -> Broker:
    return Broker(tmp_path_factory.mktemp("kafka"), overrides={"log.cleaner.backoff.ms": "200"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow tests first, in their random order: side by side they wait, and the quick ones fill the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """Start the broker for all processes of pytest-xdist, before the first test runs, if any of them needs it."""
    config: pytest.Config = node.config
    if BROKER in config.stash or not any(name.startswith(SLOW) for name in ids):
        return
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined] # no public way outside tests
    config.stash[BROKER] = _broker(factory).start()
    (factory.getbasetemp() / "address").write_text(config.stash[BROKER].bootstrap_servers)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out tests one by one, but a whole file if its tests share what takes long to make.

    Not by the mark `xdist_group`: pytest-xdist 3.8 ignores it with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only tests side by side need it

    class Scheduler(LoadScopeScheduling):  # type: ignore[misc] # its types are not looked at
        """Hands out the tests of some files together."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in WHOLE else nodeid

    return Scheduler(config, log) if config.getoption("dist") == "load" else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the broker of pytest-xdist's processes."""
    if BROKER in session.config.stash:
        session.config.stash[BROKER].stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the ledgers of the tests with a real Kafka, whether they passed or failed."""
    reports = terminalreporter.getreports("")  # what is neither a pass nor a failure: the ends of the tests
    ledgers = [value for report in reports for name, value in report.user_properties if name == "ledger"]
    if ledgers:
        terminalreporter.section("ledgers")
        for ledger in ledgers:
            terminalreporter.write_line(str(ledger))

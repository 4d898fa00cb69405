"""The worker pool: outcomes belong to their articles, one article is blamed for a crash, processes are renewed."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from service.contract.outcomes import Enriched, Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.errors import WorkerPoolError
from service.processes import fork_client
from service.processes import pool as pool_module
from service.processes.pool import WorkerPool
from service.processes.worker_process import MAX_ARTICLES_PER_PROCESS
from service.settings import Settings
from tests.process_tree import children

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Container

LIGHT = "tests.kafka.processors:Light"


def message(name: object, do: str = "") -> Message:
    """Return an article for `Light`."""
    return Message(orjson.dumps({"id": str(name), "do": do}))


def open_descriptors() -> list[str]:
    """Return the open descriptors of this process."""
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


class Started:
    """A worker pool of two processes, and what it reported."""

    def __init__(self, article_timeout_seconds: float = 0.5) -> None:
        self.failures: list[Exception] = []
        self.replaced = 0
        settings = Settings(worker_processes=2, article_timeout_seconds=article_timeout_seconds)
        self.pool = WorkerPool(settings, self.failures.append, self._replace, LIGHT)

    def _replace(self) -> None:
        self.replaced += 1

    @property
    def fork_server(self) -> subprocess.Popen[bytes]:
        """Return the process that holds the model and forks the worker processes."""
        process = self.pool._fork_server._process
        assert process is not None
        return process

    async def all(self, *messages: Message) -> list[Outcome]:
        """Return the outcomes of *messages*."""
        return list(await asyncio.gather(*map(self.pool.process, messages)))


def pid_with_children(started: Started) -> int:
    """Return the pid of the fork server, or 0 until it has forked both worker processes."""
    fork_server = started.pool._fork_server._process
    return fork_server.pid if fork_server is not None and len(children(fork_server.pid)) == 2 else 0


async def fork_server_with_children(started: Started, besides: Container[int] = ()) -> int:
    """Wait until both worker processes are forked by a fork server that is none of *besides*; return its pid."""
    async with asyncio.timeout(60):
        while not (pid := pid_with_children(started)) or pid in besides:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)
    return pid


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    """Return a pool that is ready."""
    started = Started()
    await started.pool.start()
    await fork_server_with_children(started)
    yield started
    await started.pool.stop()


async def test_each_outcome_belongs_to_its_article(started: Started) -> None:
    """Two hundred articles in two processes: every article gets its own record."""
    outcomes = await started.all(*map(message, range(200)))

    assert [outcome.id for outcome in outcomes if isinstance(outcome, Enriched)] == list(map(str, range(200)))
    assert (started.replaced, started.failures) == (0, [])


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("die", RejectReason.WORKER_CRASH),
        ("segfault", RejectReason.WORKER_CRASH),
        ("eat", RejectReason.WORKER_CRASH),
        ("garble", RejectReason.WORKER_CRASH),
        ("hang", RejectReason.TIMEOUT),
        ("spin", RejectReason.TIMEOUT),
        ("freeze", RejectReason.TIMEOUT),
    ],
)
async def test_exactly_one_article_is_blamed(started: Started, deed: str, reason: RejectReason) -> None:
    """An article that ends, stops or takes over its process is refused; those before, after and beside it are not."""
    outcomes = await started.all(*(message(number, deed if number == 7 else "") for number in range(20)))

    refused = {number: outcome for number, outcome in enumerate(outcomes) if isinstance(outcome, Refused)}
    assert {number: outcome.reason for number, outcome in refused.items()} == {7: reason}


async def test_the_pool_is_working_within_the_limit(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool is working from an article's first second to its limit, and not when it is idle."""
    assert not started.pool.working
    outcome = started.pool.process(message("slow", "hang"))
    async with asyncio.timeout(60):
        while not started.pool.working:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)
    with monkeypatch.context() as patch:
        patch.setattr(pool_module, "wall_clock_seconds", lambda _settings: 0.0)
        assert not started.pool.working  # the article is over its limit, but its process still exists
    await outcome

    assert not started.pool.working


@pytest.mark.parametrize(("deed", "words"), [("segfault", "SIGSEGV"), ("garble", "sent a malformed answer 2 times")])
async def test_how_a_process_failed_is_reported(started: Started, deed: str, words: str) -> None:
    """The detail of the dead letter names the signal, or what else happened."""
    [outcome] = await started.all(message("x", deed))

    assert isinstance(outcome, Refused)
    assert words in outcome.detail


async def test_an_idle_process_that_dies_is_replaced(started: Started) -> None:
    """A process that is killed while it waits is replaced, and no article is blamed."""
    await started.all(message("first"))
    for pid in children(started.fork_server.pid):
        os.kill(pid, signal.SIGKILL)
    outcomes = await started.all(*map(message, range(10)))

    assert all(isinstance(outcome, Enriched) for outcome in outcomes)


async def test_a_worn_process_is_replaced(started: Started) -> None:
    """After a number of articles a fresh process takes over. No article is affected, and no failure is counted."""
    await started.all(message("first"))
    before = set(children(started.fork_server.pid))
    names = list(map(str, range(2 * MAX_ARTICLES_PER_PROCESS + 2)))

    outcomes = await started.all(*map(message, names))

    assert [outcome.id for outcome in outcomes if isinstance(outcome, Enriched)] == names
    assert set(children(started.fork_server.pid)) != before
    assert (started.replaced, started.failures) == (0, [])


async def test_worker_processes_have_a_lower_priority(started: Started) -> None:
    """The process that talks to Kafka must not wait for those that enrich."""
    await started.all(message("first"))

    priorities = [os.getpriority(os.PRIO_PROCESS, pid) for pid in children(started.fork_server.pid)]

    assert max(priorities) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5)  # the other may not have started


async def test_a_fork_server_that_dies_is_restarted(started: Started) -> None:
    """If it is killed for lack of memory, it starts again with all its children. No article is lost or blamed."""
    fork_server = started.fork_server
    fork_server.kill()
    fork_server.wait()
    outcomes = await started.all(*map(message, range(10)))

    assert all(isinstance(outcome, Enriched) for outcome in outcomes)
    assert started.failures == []


async def test_a_silent_fork_server_is_restarted(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it is silent for too long, it starts again, since late answers would be mistaken for others."""
    monkeypatch.setattr(fork_client, "CONTROL_SECONDS", 0.2)
    fork_server = started.fork_server
    await started.all(message("first"))
    processes = children(fork_server.pid)
    fork_server.send_signal(signal.SIGSTOP)
    for pid in processes:
        os.kill(pid, signal.SIGKILL)
    outcomes = await started.all(*map(message, range(10)))

    assert all(isinstance(outcome, Enriched) for outcome in outcomes)
    assert fork_server.returncode is not None
    assert await fork_server_with_children(started) != fork_server.pid


async def test_no_article_is_blamed_for_the_fork_server() -> None:
    """An article in work when the fork server dies is tried again, even for the third time."""
    started = Started(article_timeout_seconds=30.0)
    await started.pool.start()
    waiting = started.pool.process(message("slow", "hang"))
    killed: set[int] = set()
    for _ in range(3):
        pid = await fork_server_with_children(started, killed)
        killed.add(pid)
        os.kill(pid, signal.SIGKILL)

    assert not waiting.done()
    await started.pool.stop()


async def test_a_cancelled_article_costs_no_work(started: Started) -> None:
    """Cancelled articles are skipped, and the next one is processed."""
    slow = [started.pool.process(message(number, "hang")) for number in range(50)]
    for outcome in slow:
        outcome.cancel()

    [following] = await asyncio.wait_for(started.all(message("next")), 30)
    assert isinstance(following, Enriched)


async def test_a_model_that_cannot_be_loaded_is_reported() -> None:
    """The start fails, and the error names the model and the cause."""
    pool = WorkerPool(Settings(model="en_nowhere"), print, print, "tests.kafka.processors:Broken")

    with pytest.raises(WorkerPoolError, match=r"en_nowhere cannot be loaded: OSError: .E050. Can't find model"):
        await pool.start()
    await pool.stop()


async def test_a_start_that_fails_leaves_no_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the system cannot start another process, both ends of the control socket are closed."""

    def fail(*_: object, **__: object) -> None:
        """Fail as the system does at its limit."""
        raise OSError("no more processes")

    monkeypatch.setattr("subprocess.Popen", fail)
    pool = WorkerPool(Settings(), print, lambda: None)
    before = open_descriptors()

    with pytest.raises(OSError, match="no more processes"):
        await pool.start()

    assert open_descriptors() == before

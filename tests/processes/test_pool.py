"""Worker processes: each outcome to its article, blame on exactly one, no lane for ever."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import orjson
import pytest

from service.contract.outcomes import Enriched, Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.errors import WorkerPoolError
from service.processes import fork_client
from service.processes import pool as module
from service.processes.pool import ARTICLES, Lanes
from service.settings import Settings
from tests.process_tree import children

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator

LIGHT = "tests.kafka.processors:Light"


def message(name: object, do: str = "") -> Message:
    """Return an article for `Light`."""
    return Message(orjson.dumps({"id": str(name), "do": do}))


class Started:
    """Lanes and what they said."""

    def __init__(self, article_timeout_seconds: float = 0.5) -> None:
        self.failures: list[Exception] = []
        self.replaced = 0
        settings = Settings(worker_processes=2, article_timeout_seconds=article_timeout_seconds)
        self.lanes = Lanes(settings, self.failures.append, self._replace, LIGHT)

    def _replace(self) -> None:
        self.replaced += 1

    @property
    def nursery(self) -> subprocess.Popen[bytes]:
        """Return the process that holds the model and forks the lanes."""
        process = self.lanes._nursery._process
        assert process is not None
        return process

    async def all(self, *messages: Message) -> list[Outcome]:
        """Return the outcomes of *messages*."""
        return list(await asyncio.gather(*map(self.lanes.process, messages)))


def at_work(started: Started) -> int:
    """Return the process with the model, 0 while it has not forked both lanes."""
    nursery = started.lanes._nursery._process
    return nursery.pid if nursery is not None and len(children(nursery.pid)) == 2 else 0


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    """Return two lanes, ready."""
    made = Started()
    await made.lanes.start()
    yield made
    await made.lanes.stop()


async def test_each_outcome_is_its_articles(started: Started) -> None:
    """Two hundred articles over two lanes: every one gets the record of its own."""
    outcomes = await started.all(*map(message, range(200)))

    assert [outcome.id for outcome in outcomes if isinstance(outcome, Enriched)] == list(map(str, range(200)))
    assert (started.replaced, started.failures) == (0, [])


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("die", RejectReason.WORKER_CRASH),
        ("segfault", RejectReason.WORKER_CRASH),
        ("eat", RejectReason.WORKER_CRASH),
        ("hang", RejectReason.TIMEOUT),
        ("spin", RejectReason.TIMEOUT),
        ("freeze", RejectReason.TIMEOUT),
    ],
)
async def test_exactly_one_is_to_blame(started: Started, deed: str, reason: RejectReason) -> None:
    """An article that ends or stops its process is refused; those before, behind and beside it are not."""
    outcomes = await started.all(*(message(number, deed if number == 7 else "") for number in range(20)))

    refused = {number: outcome for number, outcome in enumerate(outcomes) if isinstance(outcome, Refused)}
    assert {number: outcome.reason for number, outcome in refused.items()} == {7: reason}


async def test_at_work_within_the_limit(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lanes are working from an article's first second to its limit, and not when they are idle."""
    assert not started.lanes.working
    outcome = started.lanes.process(message("slow", "hang"))
    async with asyncio.timeout(60):
        while not started.lanes.working:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    with monkeypatch.context() as patch:
        patch.setattr(module, "hard_seconds", lambda _settings: 0.0)
        assert not started.lanes.working  # the article is over its limit, and its process still there
    await outcome

    assert not started.lanes.working


async def test_how_it_ended_is_told(started: Started) -> None:
    """The dead letter's detail names the signal."""
    [outcome] = await started.all(message("x", "segfault"))

    assert isinstance(outcome, Refused)
    assert "SIGSEGV" in outcome.detail


async def test_an_idle_lane_that_dies_is_replaced(started: Started) -> None:
    """A lane killed while it waits is replaced, and no article is blamed."""
    await started.all(message("first"))
    for pid in children(started.nursery.pid):
        os.kill(pid, signal.SIGKILL)
    outcomes = await started.all(*map(message, range(10)))

    assert all(isinstance(outcome, Enriched) for outcome in outcomes)


async def test_a_lane_serves_its_time(started: Started) -> None:
    """After some articles a fresh process takes a lane's place, and no article notices; that is no failure to count."""
    await started.all(message("first"))
    before = set(children(started.nursery.pid))
    names = list(map(str, range(2 * ARTICLES + 2)))

    outcomes = await started.all(*map(message, names))

    assert [outcome.id for outcome in outcomes if isinstance(outcome, Enriched)] == names
    assert set(children(started.nursery.pid)) != before
    assert (started.replaced, started.failures) == (0, [])


async def test_lanes_give_way_to_the_event_loop(started: Started) -> None:
    """A process that enriches has a lower priority than the one that talks to Kafka, which must not wait."""
    await started.all(message("first"))

    priorities = [os.getpriority(os.PRIO_PROCESS, pid) for pid in children(started.nursery.pid)]

    assert max(priorities) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5)  # the other may not have begun


async def test_the_process_with_the_model_dies(started: Started) -> None:
    """Killed for want of memory, it is started anew with all its lanes, and no article is lost or blamed."""
    nursery = started.nursery
    nursery.kill()
    nursery.wait()
    outcomes = await started.all(*map(message, range(10)))

    assert all(isinstance(outcome, Enriched) for outcome in outcomes)
    assert started.failures == []


async def test_a_process_with_the_model_that_does_not_answer(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is silent too long it is started anew: its late answers would be taken for others."""
    monkeypatch.setattr(fork_client, "CONTROL_SECONDS", 0.2)
    nursery = started.nursery
    await started.all(message("first"))
    lanes = children(nursery.pid)
    nursery.send_signal(signal.SIGSTOP)
    for pid in lanes:
        os.kill(pid, signal.SIGKILL)
    outcomes = await started.all(*map(message, range(10)))

    assert all(isinstance(outcome, Enriched) for outcome in outcomes)
    assert nursery.returncode is not None
    assert len(children(started.nursery.pid)) == len(lanes)


async def test_an_article_is_not_to_blame_for_the_process_with_the_model() -> None:
    """An article at work when that process dies is tried again, be it for the third time."""
    started = Started(article_timeout_seconds=30.0)
    await started.lanes.start()
    waiting = started.lanes.process(message("slow", "hang"))
    killed: set[int] = set()
    for _ in range(3):
        async with asyncio.timeout(60):
            while not (pid := at_work(started)) or pid in killed:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        killed.add(pid)
        os.kill(pid, signal.SIGKILL)

    assert not waiting.done()
    await started.lanes.stop()


async def test_nobody_waits_for_a_dropped_article(started: Started) -> None:
    """An outcome that was cancelled costs no work, and the next ones come."""
    slow = [started.lanes.process(message(number, "hang")) for number in range(50)]
    for outcome in slow:
        outcome.cancel()

    [following] = await asyncio.wait_for(started.all(message("next")), 30)
    assert isinstance(following, Enriched)


async def test_a_model_that_cannot_be_loaded() -> None:
    """The start fails, and says what could not be loaded and why."""
    lanes = Lanes(Settings(model="en_nowhere"), print, print, "tests.kafka.processors:Broken")

    with pytest.raises(WorkerPoolError, match=r"en_nowhere cannot be loaded: OSError: .E050. Can't find model"):
        await lanes.start()
    await lanes.stop()

"""Streams of both guarantees on the same brokers, so that one fault serves both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kafka.harness import await_, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.kafka.harness import Stream, Worker

DONE = "newswire_articles_total"


def work(streams: Sequence[Stream], seconds_each: float) -> list[Worker]:
    """Start a worker for each of *streams*, and return them when they are at work."""
    workers = [stream.start(TEST_SECONDS=str(seconds_each)) for stream in streams]
    for worker in workers:
        worker.await_ready()
    await_more(workers)
    return workers


def await_more(workers: Sequence[Worker]) -> None:
    """Wait until each of *workers* has done some more articles."""
    enough = [worker.metric(DONE) + 200 for worker in workers]
    await_(
        lambda: all(worker.metric(DONE) >= count for worker, count in zip(workers, enough, strict=True)),
        "some more work",
        90,
        workers,
    )


def finish(streams: Sequence[Stream], workers: Sequence[Worker], fault: str, repeats: int) -> None:
    """Wait until all is out, and judge: nothing lost or out of order, and at least once no more than *repeats* twice.

    *workers* are those that came through the fault; they must stop in order.
    """
    for stream in streams:
        stream.await_done(240)
    ledgers = [stream.ledger() for stream in streams]
    for ledger in ledgers:
        note(fault, ledger)
    for ledger in ledgers:
        assert (ledger.lost, ledger.disordered) == (0, 0)
        assert ledger.duplicated <= (0 if ledger.delivery == "exactly_once" else repeats)
    assert [worker.terminate() for worker in workers] == [0] * len(workers)

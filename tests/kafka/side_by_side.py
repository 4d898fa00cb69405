"""Run streams of both delivery guarantees on the same brokers, so that one fault tests both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kafka.harness import PATIENCE, await_, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.kafka.harness import Stream, Worker

DONE = "newswire_articles_total"


def start_workers(streams: Sequence[Stream], seconds_per_article: float) -> list[Worker]:
    """Start a worker for every stream and return the workers once they have delivered some articles."""
    workers = [stream.start(TEST_SECONDS=str(seconds_per_article)) for stream in streams]
    for worker in workers:
        worker.await_ready()
    await_more_articles(workers)
    return workers


def await_more_articles(workers: Sequence[Worker]) -> None:
    """Wait until each of *workers* has delivered 200 more articles."""
    targets = [worker.metric(DONE) + 200 for worker in workers]
    await_(
        lambda: all(worker.metric(DONE) >= count for worker, count in zip(workers, targets, strict=True)),
        "some more work",
        PATIENCE,
        workers,
    )


def finish_and_check(streams: Sequence[Stream], workers: Sequence[Worker], fault: str, repeats: int) -> None:
    """Wait for all output and assert: nothing lost or out of order, and in at least once at most *repeats* repeats.

    *workers* are the workers that survived the fault; they must stop with exit code 0.
    """
    for stream in streams:
        stream.await_done()
    ledgers = [stream.ledger() for stream in streams]
    for ledger in ledgers:
        note(fault, ledger)
    for stream in streams:
        if stream.events:
            stream.note_events(fault)
    for ledger in ledgers:
        assert (ledger.lost, ledger.disordered) == (0, 0)
        assert ledger.duplicated <= (0 if ledger.delivery == "exactly_once" else repeats)
    assert [worker.terminate() for worker in workers] == [0] * len(workers)

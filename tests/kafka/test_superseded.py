"""An older version of an article that arrives after a later one is marked, or dropped if so configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.kafka.harness import PATIENCE, await_

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

REAL = "service.processes.processor:Processor"
SMALL_WINDOW = "import service.worker.published_versions as versions; versions.WINDOW_RECORDS = 20"


def version(article: str, number: int, **fields: object) -> tuple[bytes, bytes]:
    """Return key and value of a version of *article*."""
    metadata = {"id": article, "version": number, "updated_at": f"2022-05-{number:02}T10:00:00Z"}
    return article.encode(), orjson.dumps(metadata | {"body": "Talks in Sofia."} | fields)


def light(article: str, revision: int, **fields: object) -> tuple[bytes, bytes]:
    """Return key and value of a version of *article* for the processor `Light`."""
    return article.encode(), orjson.dumps({"id": article, "revision": f"{revision:04}"} | fields)


def marks(stream: Stream) -> list[tuple[str, bool]]:
    """Return `article/revision` of every record in order, from its headers, and whether it is marked."""
    records = []
    for record in stream.read(stream.enriched):
        headers = {name: value.decode() for name, value in record.headers}
        assert headers.get("newswire.superseded") in {None, "true"}
        records.append((f"{headers['ce_subject']}/{headers['newswire.revision']}", "newswire.superseded" in headers))
    return records


def test_an_older_version_is_marked(make_stream: Callable[..., Stream], delivery: str) -> None:
    """After the second version the first is superseded, also in a restarted worker; other articles are not."""
    stream = make_stream(delivery=delivery, partitions=1)
    stream.produce([version("a", 2), version("b", 1), version("a", 1), version("a", 2), version("a", 3)])
    worker = stream.start(REAL)
    stream.await_done()
    before = stream.read(stream.enriched)
    assert worker.metric("newswire_superseded_articles_total") == 1
    assert [line["superseded"] for line in worker.lines("article")] == [False, False, True, False, False]
    assert worker.terminate() == 0
    stream.produce([version("a", 2), version("b", 2), version("b", 1)])
    stream.start(REAL)
    stream.await_done()

    assert [marked for _, marked in marks(stream)] == [False, False, True, False, False, True, False, True]
    second, _, first, repeated = before[:4]
    assert second.value == repeated.value
    assert orjson.loads(first.value)["revision"] < orjson.loads(second.value)["revision"]
    assert dict(first.headers)["newswire.revision"].decode() == orjson.loads(first.value)["revision"]


def test_an_older_version_is_dropped(make_stream: Callable[..., Stream], delivery: str) -> None:
    """With NEWSWIRE_SUPERSEDED=drop it is not published but counted and logged, and its offset is committed."""
    stream = make_stream(delivery=delivery, partitions=1)
    stream.produce([light("a", 2), light("b", 1), light("a", 1), light("b", 2), light("b", 1)])
    worker = stream.start(NEWSWIRE_SUPERSEDED="drop")
    await_(lambda: stream.committed() >= 5, "the commit", PATIENCE, [worker])
    stream.produce([light("a", 1)])  # a delivery in which nothing is published
    await_(lambda: stream.committed() >= 6, "the commit", PATIENCE, [worker])

    assert marks(stream) == [("a/0002", False), ("b/0001", False), ("b/0002", False)]
    assert stream.read(stream.dead) == []
    dropped = [line for line in worker.lines("article") if line["outcome"] == "superseded"]
    assert [(line["id"], line["origin"].rpartition("/")[2]) for line in dropped] == [("a", "2"), ("b", "4"), ("a", "5")]
    assert worker.metric("newswire_superseded_articles_total") == 3
    assert 'newswire_articles_total{outcome="superseded",reason=""} 3.0' in worker.page("/metrics")[1]
    assert worker.terminate() == 0


def test_withdrawals(make_stream: Callable[..., Stream]) -> None:
    """After a kill notice an earlier version is superseded; a late kill notice is never dropped."""
    stream = make_stream(partitions=1)
    kill: dict[str, Any] = {"status": "canceled", "body": ""}
    stream.produce([version("a", 1), version("a", 3, **kill), version("a", 2)])
    stream.produce([version("b", 3), version("b", 2, **kill), version("b", 1)])
    stream.produce([version("c", 1), version("c", 2, **(kill | {"updated_at": "the day before yesterday"}))])
    stream.produce([version("c", 1)])
    worker = stream.start(REAL, NEWSWIRE_SUPERSEDED="drop")
    await_(lambda: stream.committed() >= 9, "the commit", PATIENCE, [worker])

    records = [orjson.loads(record.value) for record in stream.read(stream.enriched)]
    assert [(record["id"], record["version"], record["status"]) for record in records] == [
        ("a", "1", "enriched"),
        ("a", "3", "retracted"),
        ("b", "3", "enriched"),
        ("b", "2", "retracted"),
        ("c", "1", "enriched"),
        ("c", "2", "retracted"),
    ]
    assert [marked for _, marked in marks(stream)] == [False, False, False, True, False, False]
    assert stream.read(stream.dead) == []


def test_the_window_is_the_same_after_a_restart(make_stream: Callable[..., Stream], delivery: str) -> None:
    """The worker knows the same number of last records, whether it has published them or read them at start.

    Every article is a delivery of its own here, so in exactly once half of the offsets are ends of transactions.
    """
    stream = make_stream(delivery=delivery, partitions=1)

    def publish_one_by_one(*articles: tuple[bytes, bytes | None]) -> None:
        for article in articles:
            stream.produce([article])
            stream.await_done()

    worker = stream.start(before=SMALL_WINDOW).await_ready()
    publish_one_by_one(light("gone", 2), light("kept", 2), *(light(str(number), 1) for number in range(19)))
    assert worker.terminate() == 0
    worker = stream.start(before=SMALL_WINDOW).await_ready()
    publish_one_by_one((b"none", None), light("kept", 1), light("kept", 1))
    assert worker.terminate() == 0
    stream.start(before=SMALL_WINDOW)
    publish_one_by_one(light("0", 0), light("1", 0), light("2", 0))

    published = [record for record in stream.read(stream.enriched) if record.value is not None]
    marked = [(record.key, ("newswire.superseded", b"true") in record.headers) for record in published[21:]]
    assert marked == [(b"kept", True), (b"kept", False), (b"0", False), (b"1", False), (b"2", False)]


@pytest.mark.parametrize("setting", ["mark", "drop"])
def test_a_dead_letter_replayed_after_a_later_version(make_stream: Callable[..., Stream], setting: str) -> None:
    """An old version that was refused and is replayed after a later one does not replace that one."""
    stream = make_stream(partitions=1, environment={"NEWSWIRE_SUPERSEDED": setting})
    stream.produce([light("a", 1, do="refuse once"), light("a", 2), light("b", 1, do="refuse once")])
    worker = stream.start()
    stream.await_done()
    stream.command("dead-letters", "replay")
    await_(lambda: stream.committed() >= 5, "the commit", PATIENCE, [worker])

    late = [("a/0001", True)] if setting == "mark" else []
    assert marks(stream) == [("a/0002", False), *late, ("b/0001", False)]
    assert stream.command("dead-letters", "list").stderr.startswith("0 open")


def test_replay_reports_dropped_versions(make_stream: Callable[..., Stream]) -> None:
    """`newswire replay` reports the versions that were dropped, and no difference in them."""
    stream = make_stream(partitions=1, environment={"NEWSWIRE_SUPERSEDED": "drop"})
    stream.produce([version("a", 2), version("a", 1), version("b", 1)])
    worker = stream.start(REAL)
    await_(lambda: stream.committed() >= 3, "the commit", PATIENCE, [worker])
    assert worker.terminate() == 0
    process = stream.command("replay", "--diff")

    assert "3 articles: 2 same, 1 superseded" in process.stderr
    assert process.returncode == 0


def test_replay_distinguishes_lost_from_dropped_versions(make_stream: Callable[..., Stream]) -> None:
    """A version that was not published although no later one had arrived by then is reported as missing."""
    stream = make_stream(partitions=1, environment={"NEWSWIRE_SUPERSEDED": "drop"})
    stream.produce([version("a", 1), version("a", 3), version("a", 2)])
    skip_to(stream, 1)
    worker = stream.start(REAL)
    await_(lambda: stream.committed() >= 3, "the commit", PATIENCE, [worker])
    assert worker.terminate() == 0
    process = stream.command("replay")

    assert process.stderr.splitlines() == [
        f"{stream.raw}/0/0: not published",
        "3 articles: 1 not published, 1 same, 1 superseded",
    ]
    assert process.returncode == 1


def skip_to(stream: Stream, offset: int) -> None:
    """Commit *offset* for the group, so that earlier articles are lost."""
    consumer = KafkaConsumer(bootstrap_servers=stream.bootstrap, group_id=stream.name, enable_auto_commit=False)
    consumer.assign([TopicPartition(stream.raw, 0)])
    consumer.commit({TopicPartition(stream.raw, 0): OffsetAndMetadata(offset, "", -1)})
    consumer.close()

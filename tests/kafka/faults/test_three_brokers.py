"""Three replicating brokers: one fails or its link does, and the work continues.

Every test runs one worker per guarantee in parallel, so that one fault tests both. No worker is restarted: it has to
survive all of these faults.
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaAdminClient

from service.kafka.lag import NO_COORDINATOR
from service.local_kafka import Cluster
from tests.kafka.conftest import GUARANTEES
from tests.kafka.harness import MOST_IN_FLIGHT, PATIENCE, Stream, await_
from tests.kafka.proxy import HOST, Proxy
from tests.kafka.side_by_side import await_more_articles, finish_and_check, start_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.faults

ARTICLES = 3_000
SECONDS_PER_ARTICLE = 0.02  # in each of two processes: 100 articles per second, 30 s of work
PROXIED = "PROXIED"
AWAY_SECONDS = 60.0


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[int, Proxy]]:
    """Return one proxy per broker, by the broker's id."""
    with Proxy() as first, Proxy() as second, Proxy() as third:
        yield {1: first, 2: second, 3: third}


@pytest.fixture(scope="module")
def cluster(proxies: dict[int, Proxy], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return three brokers. A client that connects through a proxy gets the addresses of proxies only."""
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    for number, broker in running.brokers.items():
        proxies[number].target = broker.add_listener(PROXIED, proxies[number].port)
    with running:
        yield running


@pytest.fixture
def streams(cluster: Cluster, tmp_path: Path) -> Iterator[list[Stream]]:
    """Return one stream per guarantee, with articles to process. One broker coordinates both groups."""
    names = [f"t-{uuid.uuid4().hex[:8]}"]
    while len(names) < len(GUARANTEES):
        name = f"t-{uuid.uuid4().hex[:8]}"
        if coordinator(cluster, name) == coordinator(cluster, names[0]):
            names.append(name)
    running = [
        Stream(
            cluster.bootstrap_servers, delivery, folder=tmp_path, replicas=len(cluster.brokers), name=name, events=True
        )
        for delivery, name in zip(GUARANTEES, names, strict=True)
    ]
    for stream in running:
        stream.produce_light(ARTICLES, bytes=200)
    yield running
    for stream in running:
        stream.stop()


@pytest.fixture
def proxied(streams: list[Stream], proxies: dict[int, Proxy]) -> Iterator[list[Stream]]:
    """Return the streams, with workers that connect through the proxies."""
    addresses = ",".join(f"{HOST}:{proxy.port}" for proxy in proxies.values())
    for stream in streams:
        stream.environment["KAFKA_BOOTSTRAP_SERVERS"] = addresses
    yield streams
    for proxy in proxies.values():
        proxy.heal()


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_each_broker_in_turn(cluster: Cluster, streams: list[Stream], how: str) -> None:
    """The work continues while the brokers, one after another, are killed or stopped and started again."""
    workers = start_workers(streams, SECONDS_PER_ARTICLE)
    for broker in cluster.brokers.values():
        getattr(broker, how)()
        broker.start()
        await_in_sync(cluster)
    finish_and_check(
        streams, workers, f"three brokers, each in turn: {how}", repeats=len(cluster.brokers) * MOST_IN_FLIGHT
    )


def test_the_coordinator_is_killed(cluster: Cluster, streams: list[Stream]) -> None:
    """The work continues without the broker that coordinates the group after it is killed."""
    workers = start_workers(streams, SECONDS_PER_ARTICLE)
    broker = cluster.brokers[coordinator(cluster, streams[0].name)]
    broker.kill()
    await_more_articles(workers)
    broker.start()
    await_in_sync(cluster)
    finish_and_check(streams, workers, "three brokers, the coordinator killed", repeats=MOST_IN_FLIGHT)


def test_the_link_to_a_broker_is_cut(cluster: Cluster, proxied: list[Stream], proxies: dict[int, Proxy]) -> None:
    """A minute in which every connection to the group's coordinator is aborted at once loses nothing."""
    workers = start_workers(proxied, SECONDS_PER_ARTICLE)
    proxies[coordinator(cluster, proxied[0].name)].cut()
    time.sleep(AWAY_SECONDS)
    proxies[coordinator(cluster, proxied[0].name)].heal()
    finish_and_check(
        proxied, workers, f"three brokers, the link to one cut for {AWAY_SECONDS:.0f} s", repeats=MOST_IN_FLIGHT
    )


def test_a_broker_is_slow(cluster: Cluster, proxied: list[Stream], proxies: dict[int, Proxy]) -> None:
    """With responses of the group's coordinator delayed by half a second, the work is slower but nothing fails."""
    workers = start_workers(proxied, SECONDS_PER_ARTICLE)
    proxies[coordinator(cluster, proxied[0].name)].delay(0.5)
    finish_and_check(proxied, workers, "three brokers, one slow by 0.5 s", repeats=0)


def test_a_broker_vanishes_silently(cluster: Cluster, proxied: list[Stream], proxies: dict[int, Proxy]) -> None:
    """Open connections to the group's coordinator fall silent, and new ones only work after half a minute."""
    workers = start_workers(proxied, SECONDS_PER_ARTICLE)
    proxies[coordinator(cluster, proxied[0].name)].swallow()
    time.sleep(AWAY_SECONDS / 2)
    proxies[coordinator(cluster, proxied[0].name)].heal()
    finish_and_check(
        proxied, workers, f"three brokers, one half open for {AWAY_SECONDS / 2:.0f} s", repeats=MOST_IN_FLIGHT
    )


def coordinator(cluster: Cluster, group: str) -> int:
    """Return the id of the broker that coordinates *group*."""
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    try:
        while True:
            try:
                broker_id: int = admin._manager.run(admin._find_coordinator_id, group)
            except NO_COORDINATOR:  # the first group: the broker is still creating the topic of offsets
                time.sleep(0.1)
            else:
                return broker_id
    finally:
        admin.close()


def await_in_sync(cluster: Cluster) -> None:
    """Wait until all replicas of every partition are in sync, so that the next broker may fail."""
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    try:
        await_(
            lambda: all(
                len(part["isr_nodes"]) == len(cluster.brokers)
                for topic in admin.describe_topics()
                for part in topic["partitions"]
            ),
            "the replicas to be in sync",
            PATIENCE,
        )
    finally:
        admin.close()

"""Three brokers that replicate to each other: one goes, or the way to one is bad, and the work goes on.

Each test has one worker for each guarantee, side by side, so that one fault serves both. No worker is started again:
all of these are faults that it has to come through by itself.
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
from tests.kafka.harness import Stream, await_
from tests.kafka.proxy import HOST, Proxy
from tests.kafka.side_by_side import await_more, finish, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.faults, pytest.mark.timeout(500)]

ARTICLES = 3_000
SECONDS_EACH = 0.02  # in each of two processes: 100 articles a second, 30 s of work
IN_FLIGHT = 96  # 48 for each of two processes: what may come again, at least once, for each loss of a broker
PROXIED = "PROXIED"
AWAY_SECONDS = 60.0


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[int, Proxy]]:
    """Return a proxy for each broker, by the broker's id."""
    with Proxy() as first, Proxy() as second, Proxy() as third:
        yield {1: first, 2: second, 3: third}


@pytest.fixture(scope="module")
def cluster(proxies: dict[int, Proxy], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return three brokers. The clients that come through a proxy are sent to proxies only."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    for number, broker in made.brokers.items():
        proxies[number].target = broker.add_listener(PROXIED, proxies[number].port)
    with made:
        yield made


@pytest.fixture
def streams(cluster: Cluster, tmp_path: Path) -> Iterator[list[Stream]]:
    """Return a stream for each guarantee, with articles to work on; one broker coordinates the groups of both."""
    names = [f"t-{uuid.uuid4().hex[:8]}"]
    while len(names) < len(GUARANTEES):
        name = f"t-{uuid.uuid4().hex[:8]}"
        if coordinator(cluster, name) == coordinator(cluster, names[0]):
            names.append(name)
    made = [
        Stream(cluster.bootstrap_servers, delivery, folder=tmp_path, replicas=len(cluster.brokers), name=name)
        for delivery, name in zip(GUARANTEES, names, strict=True)
    ]
    for stream in made:
        stream.produce_light(ARTICLES, bytes=200)
    yield made
    for stream in made:
        stream.stop()


@pytest.fixture
def proxied(streams: list[Stream], proxies: dict[int, Proxy]) -> Iterator[list[Stream]]:
    """Return the streams; their workers come through the proxies."""
    addresses = ",".join(f"{HOST}:{proxy.port}" for proxy in proxies.values())
    for stream in streams:
        stream.environment["KAFKA_BOOTSTRAP_SERVERS"] = addresses
    yield streams
    for proxy in proxies.values():
        proxy.heal()


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_each_broker_in_turn(cluster: Cluster, streams: list[Stream], how: str) -> None:
    """Each broker is killed -9, or stopped in order, and started again, one after another."""
    workers = work(streams, SECONDS_EACH)
    for broker in cluster.brokers.values():
        getattr(broker, how)()
        broker.start()
        await_in_sync(cluster)
    finish(streams, workers, f"three brokers, each in turn: {how}", repeats=len(cluster.brokers) * IN_FLIGHT)


def test_the_coordinator_is_killed(cluster: Cluster, streams: list[Stream]) -> None:
    """The broker that coordinates the group is killed -9: without it the work goes on."""
    workers = work(streams, SECONDS_EACH)
    broker = cluster.brokers[coordinator(cluster, streams[0].name)]
    broker.kill()
    await_more(workers)
    broker.start()
    await_in_sync(cluster)
    finish(streams, workers, "three brokers, the coordinator killed", repeats=IN_FLIGHT)


def test_the_link_to_a_broker_is_cut(cluster: Cluster, proxied: list[Stream], proxies: dict[int, Proxy]) -> None:
    """For a minute every connection to the group's coordinator is ended as soon as it is made."""
    workers = work(proxied, SECONDS_EACH)
    proxies[coordinator(cluster, proxied[0].name)].cut()
    time.sleep(AWAY_SECONDS)
    proxies[coordinator(cluster, proxied[0].name)].heal()
    finish(proxied, workers, f"three brokers, the link to one cut for {AWAY_SECONDS:.0f} s", repeats=IN_FLIGHT)


def test_a_broker_is_slow(cluster: Cluster, proxied: list[Stream], proxies: dict[int, Proxy]) -> None:
    """All answers of the group's coordinator come half a second late: slower, but nothing fails."""
    workers = work(proxied, SECONDS_EACH)
    proxies[coordinator(cluster, proxied[0].name)].delay(0.5)
    finish(proxied, workers, "three brokers, one slow by 0.5 s", repeats=0)


def test_a_broker_vanishes_without_a_word(cluster: Cluster, proxied: list[Stream], proxies: dict[int, Proxy]) -> None:
    """Connections to the group's coordinator stay open and say nothing any more; after half a minute new ones do."""
    workers = work(proxied, SECONDS_EACH)
    proxies[coordinator(cluster, proxied[0].name)].swallow()
    time.sleep(AWAY_SECONDS / 2)
    proxies[coordinator(cluster, proxied[0].name)].heal()
    finish(proxied, workers, f"three brokers, one half open for {AWAY_SECONDS / 2:.0f} s", repeats=IN_FLIGHT)


def coordinator(cluster: Cluster, group: str) -> int:
    """Return the id of the broker that coordinates *group*."""
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    try:
        while True:
            try:
                found: int = admin._manager.run(admin._find_coordinator_id, group)
            except NO_COORDINATOR:  # the first group of all: its topic is just being made
                time.sleep(0.1)
            else:
                return found
    finally:
        admin.close()


def await_in_sync(cluster: Cluster) -> None:
    """Wait until every partition has all its replicas again, so that the next broker may go."""
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    try:
        await_(
            lambda: all(
                len(part["isr_nodes"]) == len(cluster.brokers)
                for topic in admin.describe_topics()
                for part in topic["partitions"]
            ),
            "the replicas to be in sync",
            60,
        )
    finally:
        admin.close()

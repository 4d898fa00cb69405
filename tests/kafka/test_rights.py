"""The ACLs of the Kubernetes component suffice, on a real Kafka that denies everything else."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    NewTopic,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from pydantic import SecretStr

from service.contract.headers import ATTEMPT
from service.contract.outcomes import Refused
from service.contract.reject_reasons import RejectReason
from service.contract.topics import declared
from service.errors import KafkaOperationError
from service.kafka.kafka_record import KafkaRecord
from service.local_kafka import Broker
from service.settings import Settings
from service.worker import preflight
from service.worker.encoding import dead_letter
from tests.kafka.harness import PATIENCE, Worker, await_

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
USERS = ROOT / "deploy/kustomize/strimzi/users.yaml"
USER_NAMES = ("enricher", "producer", "consumer", "operator")
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
KINDS = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactionalId": ResourceType.TRANSACTIONAL_ID,
}
OPERATIONS = {
    "Describe": ACLOperation.DESCRIBE,
    "DescribeConfigs": ACLOperation.DESCRIBE_CONFIGS,
    "Read": ACLOperation.READ,
    "Write": ACLOperation.WRITE,
}


def as_user(bootstrap: str, name: str) -> dict[str, Any]:
    """Return the options of a kafka-python client that authenticates as *name*."""
    return {
        "bootstrap_servers": bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": name,
        "sasl_plain_password": f"{name}-secret",
    }


def granted(name: str) -> list[ACL]:
    """Return the ACLs of the KafkaUser `newswire-`*name* as kafka-python expects them."""
    users = {user["metadata"]["name"]: user["spec"] for user in yaml.safe_load_all(USERS.read_text())}
    acls = []
    for rule in users[f"newswire-{name}"]["authorization"]["acls"]:
        resource = rule["resource"]
        prefixed = resource.get("patternType") == "prefix"
        pattern = ResourcePattern(
            KINDS[resource["type"]],
            resource["name"],
            ACLResourcePatternType.PREFIXED if prefixed else ACLResourcePatternType.LITERAL,
        )
        acls += [
            ACL(f"User:{name}", "*", OPERATIONS[operation], ACLPermissionType.ALLOW, pattern)
            for operation in rule["operations"]
        ]
    return acls


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Kafka where nobody may do anything but `admin`, with the declared topics and the user's rights."""
    users = " ".join(f'user_{name}="{name}-secret"' for name in ("admin", "reader", *USER_NAMES))
    overrides = {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config": (
            f'{LOGIN} username="admin" password="admin-secret" {users};'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:admin;User:ANONYMOUS",  # only the listener of the controller is anonymous
    }
    with Broker(tmp_path_factory.mktemp("kafka"), overrides=overrides) as broker:
        admin = KafkaAdminClient(**as_user(broker.bootstrap_servers, "admin"))
        admin.create_topics([NewTopic(topic.name, 2, 1) for topic in declared()], wait_for_metadata=True)
        for name in USER_NAMES:
            admin.create_acls(granted(name))
        admin.close()
        yield broker.bootstrap_servers


def start(guarded: str, delivery: str, folder: Path, command: str = "worker", user: str = "enricher") -> Worker:
    """Start a worker, or another *command*, as *user*."""
    environment = environment_of(guarded, user) | {
        "NEWSWIRE_DELIVERY": delivery,
        "NEWSWIRE_EVENTS_TOPIC": "newswire.events",
        "NEWSWIRE_WORKER_PROCESSES": "1",
        "NEWSWIRE_LOG_FORMAT": "json",
    }
    return Worker(environment, [sys.executable, "-m", "service", command], folder)


def environment_of(guarded: str, user: str) -> dict[str, str]:
    """Return the environment in which a command of the service authenticates as *user*."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "KAFKA_BOOTSTRAP_SERVERS": guarded,
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": user,
        "KAFKA_SASL_PASSWORD": f"{user}-secret",
    }


def run(guarded: str, user: str, *command: str, text: str = "") -> str:
    """Run a command of the service as *user* with *text* on its standard input, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "service", *command],
        env=environment_of(guarded, user),
        input=text,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def is_done(worker: Worker, article_id: str) -> bool:
    """Report whether *worker* has published the record of an article, and a dead letter."""
    articles = worker.lines("article")
    published = any(line.get("id") == article_id for line in articles)
    return published and any(line["outcome"] == "rejected" for line in articles)


@pytest.mark.parametrize("delivery", ["at_least_once", "exactly_once"])
def test_the_rights_are_enough(guarded: str, delivery: str, tmp_path: Path) -> None:
    """With only the ACLs of `user.yaml`, a worker reads, publishes, refuses and commits."""
    worker = start(guarded, delivery, tmp_path).await_ready()
    try:
        before = ends(guarded)
        producer = KafkaProducer(**as_user(guarded, "admin"))
        for value in (b'{"id": "a", "body": "Teachers marched in Cluj."}', b"no JSON"):
            producer.send("newswire.raw", key=b"a", value=value)
        producer.close()
        # Other tests may have left an article in the topic.
        await_(lambda: is_done(worker, "a"), "both articles to be done", PATIENCE, [worker])
        after = ends(guarded)
        code = worker.terminate()
    finally:
        worker.kill()

    assert after["newswire.enriched"] > before["newswire.enriched"]
    assert after["newswire.events"] > before["newswire.events"]
    assert after["newswire.dead-letter"] > before["newswire.dead-letter"]
    assert code == 0
    assert committed(guarded) >= 2
    assert worker.lines("published_versions_unknown") == []


def test_without_the_right_to_read_its_records(guarded: str, tmp_path: Path) -> None:
    """A worker that may not read its own output topic works, and logs what it cannot know."""
    pattern = ResourcePatternFilter(ResourceType.TOPIC, "newswire.enriched", ACLResourcePatternType.LITERAL)
    admin = KafkaAdminClient(**as_user(guarded, "admin"))
    producer = KafkaProducer(**as_user(guarded, "admin"))
    producer.send("newswire.enriched", key=b"a", value=b"{}", headers=[("newswire.revision", b"1")]).get(timeout=30)
    producer.close()
    admin.delete_acls([ACLFilter(None, None, ACLOperation.READ, ACLPermissionType.ANY, pattern)])
    worker = start(guarded, "at_least_once", tmp_path)
    try:
        worker.await_ready()
        code = worker.terminate()
    finally:
        worker.kill()
        for name in USER_NAMES:  # of all of them the right was taken
            admin.create_acls(granted(name))
        admin.close()

    assert code == 0
    [warning] = worker.lines("published_versions_unknown")
    assert "no right to read" in warning["why"]


def test_the_page_needs_no_more_than_to_read_records(guarded: str, tmp_path: Path) -> None:
    """Without rights the page says so in its log; with the right to read the records it works."""
    pattern = ResourcePattern(ResourceType.TOPIC, "newswire.enriched", ACLResourcePatternType.LITERAL)
    page = start(guarded, "at_least_once", tmp_path, command="page", user="reader")
    admin = KafkaAdminClient(**as_user(guarded, "admin"))
    try:
        await_(lambda: bool(page.lines("page_cannot_read")), "the page to report", PATIENCE, [page])
        admin.create_acls([ACL("User:reader", "*", ACLOperation.READ, ACLPermissionType.ALLOW, pattern)])
        await_(lambda: page.page("/readyz")[0] == 200, "the page to read", PATIENCE, [page])
        with urllib.request.urlopen(f"http://127.0.0.1:{page.port}/page/events", timeout=60) as events:
            while events.readline() != b"event: figures\n":
                pass
            figures = events.readline()
        code = page.terminate()
    finally:
        page.kill()
        admin.close()

    assert b'"lag":null' in figures
    assert code == 0


def test_the_producer_may_send_articles(guarded: str) -> None:
    """With only its ACLs, `newswire produce` sends an article."""
    before = ends(guarded)

    run(guarded, "producer", "produce", "-", text='{"id": "b", "body": "Teachers marched in Cluj."}\n')

    assert ends(guarded)["newswire.raw"] == before["newswire.raw"] + 1


def test_the_consumer_may_read_records(guarded: str) -> None:
    """With only its ACLs, `newswire tail` prints a record, and a consumer reads it in a group and commits."""
    send(guarded, "newswire.enriched", b'{"id":"r"}')
    group = "newswire-consumer-archive"
    reader = KafkaConsumer(
        "newswire.enriched", group_id=group, auto_offset_reset="earliest", **as_user(guarded, "consumer")
    )
    try:
        record = next(reader)
        reader.commit()
    finally:
        reader.close()

    assert record.value
    assert run(guarded, "consumer", "tail", "--from-start", "--count", "1")


def test_the_operator_may_replay_and_park(guarded: str) -> None:
    """With only its ACLs, an operator sees the lag, sends a refused article again, and parks one that failed often."""
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    refused = Refused(RejectReason.EMPTY_TEXT, "wire", "no words")
    for number, attempt in enumerate((b"1", b"3")):
        article = KafkaRecord("newswire.raw", 0, number, 0, b"c", b"{}", ((ATTEMPT, attempt),))
        letter = dead_letter(Settings(), article, refused, moment, 1_000_000)
        send(guarded, letter.topic, letter.value, [(name, value or b"") for name, value in letter.headers])

    run(guarded, "operator", "lag")
    listed = run(guarded, "operator", "dead-letters", "list")
    replayed = run(guarded, "operator", "dead-letters", "replay")

    assert "empty_text" in listed
    assert "newswire.raw" in replayed
    assert "newswire.parked" in replayed


def test_without_the_right_to_look_at_a_topic(guarded: str) -> None:
    """The check of `newswire check` and of a worker's start says which right is missing, not that the topic is."""
    settings = Settings(
        bootstrap_servers=guarded,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_username="enricher",
        sasl_password=SecretStr("enricher-secret"),
        raw_topic="newswire.of-others",
    )

    with pytest.raises(KafkaOperationError, match=r"newswire\.of-others.* cannot be described: .* right Describe"):
        preflight.check(settings)


def test_the_user_may_do_nothing_else(guarded: str) -> None:
    """The same user cannot write raw articles or create topics."""
    admin = KafkaAdminClient(**as_user(guarded, "enricher"))
    try:
        with pytest.raises(Exception, match="Authorization"):
            admin.create_topics([NewTopic("newswire.more", 1, 1)])
    finally:
        admin.close()
    producer = KafkaProducer(**as_user(guarded, "enricher"))
    with pytest.raises(Exception, match="Authorization"):
        producer.send("newswire.raw", value=b"{}").get(timeout=30)
    producer.close()


def send(bootstrap: str, topic: str, value: bytes | None, headers: list[tuple[str, bytes]] | None = None) -> None:
    """Send a message as the administrator."""
    producer = KafkaProducer(**as_user(bootstrap, "admin"))
    producer.send(topic, key=b"c", value=value, headers=headers).get(timeout=30)
    producer.close()


def ends(bootstrap: str) -> dict[str, int]:
    """Return the sum of the end offsets of each output topic over its partitions."""
    consumer = KafkaConsumer(**as_user(bootstrap, "admin"))
    try:
        return {
            topic: sum(consumer.end_offsets([TopicPartition(topic, number) for number in range(2)]).values())
            for topic in ("newswire.raw", "newswire.enriched", "newswire.events", "newswire.dead-letter")
        }
    finally:
        consumer.close()


def committed(bootstrap: str) -> int:
    """Return the number of raw articles that the group has committed."""
    admin = KafkaAdminClient(**as_user(bootstrap, "admin"))
    try:
        offsets = admin.list_group_offsets({"newswire-enricher": None})["newswire-enricher"]
    finally:
        admin.close()
    return sum(max(0, committed.offset) for committed in offsets.values())

"""What the sources in `deploy/sources` send is read by the service, and their configurations are valid."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import importlib.util
import json
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.admin import NewTopic

from service import wire

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "deploy/sources"
SAMPLES = ROOT / "tests/wire/samples"
PUSHED = (SAMPLES / "ninjs-superdesk.json").read_bytes()
SECRET = "a secret"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch, kafka: str) -> ModuleType:
    """Return the receiver as a module that sends to a topic of this test."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("SUPERDESK_SECRET", SECRET)
    spec = importlib.util.spec_from_file_location("superdesk_receiver", SOURCES / "superdesk_receiver.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TOPIC", f"raw-{uuid.uuid4().hex}")
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics([NewTopic(module.TOPIC, num_partitions=1, replication_factor=1)])
    admin.close()
    return module


def push(receiver: ModuleType, body: bytes, signature: str) -> int:
    """Return the status with which *receiver* answers *body*, pushed as Superdesk does."""

    async def answer() -> int:
        """Push once."""
        application = web.Application()
        application.cleanup_ctx.append(receiver.producer)
        application.router.add_post("/", receiver.receive)
        async with TestClient(TestServer(application)) as client:
            response = await client.post("/", data=body, headers={"x-superdesk-signature": signature})
            return response.status

    return asyncio.run(answer())


def signed(body: bytes) -> str:
    """Return the header by which Superdesk signs *body*."""
    return "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()


def test_what_superdesk_pushes_is_on_the_topic_with_its_id_as_key(receiver: ModuleType, kafka: str) -> None:
    """The bytes are unchanged, and 201 comes when Kafka has them."""
    status = push(receiver, PUSHED, signed(PUSHED))
    consumer = KafkaConsumer(receiver.TOPIC, bootstrap_servers=kafka, auto_offset_reset="earliest")
    message = next(consumer)
    consumer.close()

    assert status == 201
    assert message.value == PUSHED
    assert message.key.decode() == wire.read(message.value, {}).id


def test_an_item_with_another_signature_is_refused(receiver: ModuleType) -> None:
    """Who does not know the secret sends nothing to Kafka."""
    assert push(receiver, PUSHED, signed(PUSHED + b" ")) == 403


def test_an_item_of_kafka_connect_rss_is_an_article() -> None:
    """Its members are those of the connector's documentation, without a schema."""
    item = {
        "feed": {"title": "Example Wire", "url": "https://wire.example/world.xml"},
        "title": "Ferry runs aground off Varna",
        "id": "https://wire.example/2024/ferry",
        "link": "https://wire.example/2024/ferry",
        "content": "A ferry ran aground off Varna on Monday. Nobody was hurt.",
        "author": "Ana Petrova",
        "date": "2024-03-04T08:00:00Z",
    }
    article = wire.read(json.dumps(item).encode(), {})

    assert (article.id, article.headline, article.body) == (item["id"], item["title"], item["content"])
    assert article.published_at is not None
    assert article.source.name == "Example Wire"


def test_an_item_of_the_rss_pipeline_is_an_article() -> None:
    """Its members are those that the mapping of the pipeline writes; those that the feed lacks are null."""
    item = {
        "guid": "ferry-1",
        "title": "Ferry runs aground off Varna",
        "content": "<p>A ferry ran aground off Varna on Monday.</p>",
        "link": "https://wire.example/2024/ferry",
        "pubDate": "Mon, 04 Mar 2024 08:00:00 GMT",
        "language": None,
        "source": {"name": "Example Wire", "uri": "https://wire.example/world.xml"},
    }
    article = wire.read(json.dumps(item).encode(), {})

    assert (article.id, article.body) == ("ferry-1", "A ferry ran aground off Varna on Monday.")
    assert article.published_at is not None


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.json")), ids=lambda path: path.name)
def test_a_connector_sends_to_the_raw_topic_without_a_schema(path: Path) -> None:
    """A schema around the article would make it unreadable."""
    config = json.loads(path.read_text())["config"]

    assert config["topic"] == "newswire.raw"
    assert config["value.converter"].endswith((".JsonConverter", ".ByteArrayConverter"))
    assert config.get("value.converter.schemas.enable", "false") == "false"


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.yaml")), ids=lambda path: path.name)
def test_the_linter_of_redpanda_connect_finds_nothing(path: Path) -> None:
    """Every field exists and every mapping parses."""
    lint = ["lint", "--skip-env-var-check"]
    installed = [
        [found, *arguments]
        for name, arguments in (("redpanda-connect", lint), ("rpk", ["connect", *lint]))
        if (found := shutil.which(name))
    ]
    if not installed:
        pytest.skip("NOT CHECKED: needs redpanda-connect or rpk on the PATH, which cannot be installed by the tests")
    done = subprocess.run([*installed[0], str(path)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr

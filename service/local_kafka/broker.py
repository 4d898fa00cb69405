"""One Apache Kafka node in KRaft mode, on loopback, as a child process that goes when we go."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
import uuid
from typing import TYPE_CHECKING, Self

from service.errors import LocalKafkaError
from service.local_kafka import distribution

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Broker"]

HOST = "127.0.0.1"
START_SECONDS = 60.0  # 3 s on two idle cores; a loaded machine takes far longer
STOP_SECONDS = 30.0  # a controlled shutdown takes 1-2 s
STARTED = "Kafka Server started"
PR_SET_PDEATHSIG = 1  # linux/prctl.h

# A single node has no second replica to give, and a group of one has nobody to wait for.
SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "8",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
}


class Broker:
    """A Kafka whose state lives in *data_dir* and outlives it.

    Args:
        data_dir: Where topics and logs are kept; made where missing.
        port: Port for clients; the controller takes the next one. 0 picks two free ones.
        overrides: Broker settings to add or change, by their names in `server.properties`.
    """

    def __init__(self, data_dir: Path, port: int = 0, overrides: Mapping[str, str] | None = None) -> None:
        self._folder = data_dir / "kafka"
        self._port, self._controller_port = (port, port + 1) if port else _free_ports()
        self._overrides = dict(overrides or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Return the address that clients connect to."""
        return f"{HOST}:{self._port}"

    @property
    def log_path(self) -> Path:
        """Return the file that Kafka's own log lines go to."""
        return self._folder / "kafka.log"

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> Self:
        """Start Kafka and return when it serves. Raise `LocalKafkaError` where it cannot."""
        java, jars = distribution.java(), distribution.jars()
        _require_free(self._port, self._controller_port)
        self._folder.mkdir(parents=True, exist_ok=True)
        classpath = os.pathsep.join(map(str, jars))
        properties = self._write_properties()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(java, classpath, properties)
        command = [
            str(java), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss",
            "-cp", classpath, "kafka.Kafka", str(properties),
        ]  # fmt: skip
        with self.log_path.open("wb") as log:
            # Its own session, so that Ctrl-C reaches us first and the worker can still commit.
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_go_with_the_parent,  # noqa: PLW1509 - one call to prctl, safe after a fork
            )
        self._await_start()
        return self

    def stop(self) -> None:
        """Stop Kafka in order; kill it where it takes too long. Does nothing where it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End Kafka at once, as a crash would."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _write_properties(self) -> Path:
        settings = SINGLE_NODE | {
            "listeners": f"PLAINTEXT://{HOST}:{self._port},CONTROLLER://{HOST}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self._port}",
            "controller.quorum.voters": f"1@{HOST}:{self._controller_port}",
            "log.dirs": str(self._folder / "data"),
        }
        path = self._folder / "server.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in (settings | self._overrides).items()))
        return path

    def _format(self, java: Path, classpath: str, properties: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [str(java), "-XX:TieredStopAtLevel=1", "-cp", classpath]
        # In one word with its option: one id in 64 begins with a hyphen.
        command += ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(properties)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise LocalKafkaError(f"Kafka could not prepare {self._folder}:\n{_complaint(done.stderr)}")

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while STARTED not in self._log():
            if self._process is None or self._process.poll() is not None:
                raise LocalKafkaError(f"Kafka ended while it started; {self.log_path} says:\n{_complaint(self._log())}")
            if time.monotonic() > deadline:
                self.kill()
                raise LocalKafkaError(f"Kafka did not start within {START_SECONDS:.0f} s; see {self.log_path}")
            time.sleep(0.05)

    def _log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _complaint(output: str) -> str:
    """Return the line of *output* that names the error: Java buries it under its stack."""
    lines = output.strip().splitlines()
    return next((line for line in lines if "Exception" in line or " ERROR " in line), "\n".join(lines[-3:]))


def _free_ports() -> tuple[int, int]:
    """Return two ports of loopback that nobody listens on."""
    with socket.socket() as first, socket.socket() as second:
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]


def _require_free(*ports: int) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise LocalKafkaError(
                    f"{HOST}:{port} is taken, so Kafka cannot start: stop what listens there (another `newswire up`?), "
                    "or set KAFKA_BOOTSTRAP_SERVERS to use a Kafka that runs already"
                ) from None


def _go_with_the_parent() -> None:
    """Ask Linux to stop the child when its parent dies, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

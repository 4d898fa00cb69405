"""One Apache Kafka node in KRaft mode on loopback, as a child process that ends when its parent does."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import time
import uuid
from typing import TYPE_CHECKING, Self

from service.errors import LocalKafkaError
from service.local_kafka import distribution
from service.local_kafka.ports import HOST, free_port, require_free
from service.parent_death import signal_on_parent_death

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

START_SECONDS = 60.0  # 3 s on two idle cores; a loaded machine takes far longer
STOP_SECONDS = 30.0  # a controlled shutdown takes 1-2 s
STARTED = "Kafka Server started"

# A single node can hold no second replica, and a group of one need not wait for other members.
SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
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
    """A Kafka broker whose state in *data_dir* outlives it.

    Args:
        data_dir: Folder of topics and logs, created if missing.
        port: Port for clients; the controller uses the next one. 0 picks two free ports.
        overrides: Broker settings to add or change, by their names in `server.properties`.
        cluster_id: The cluster that the node belongs to; a new one if not given. Ignored if *data_dir* has state.
    """

    def __init__(
        self, data_dir: Path, port: int = 0, overrides: Mapping[str, str] | None = None, *, cluster_id: str = ""
    ) -> None:
        self._folder = data_dir / "kafka"
        self._port, self._controller_port = (port, port + 1) if port else (free_port(), free_port())
        self.overrides = dict(overrides or {})
        """Settings of `server.properties`. A change takes effect at the next start."""
        self._cluster_id = cluster_id or new_cluster_id()
        self._listeners: dict[str, tuple[int, int]] = {"PLAINTEXT": (self._port, self._port)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Return the address that clients connect to."""
        return f"{HOST}:{self._port}"

    @property
    def log_path(self) -> Path:
        """Return the file of Kafka's own log."""
        return self._folder / "kafka.log"

    @property
    def pid(self) -> int | None:
        """Return the process id, or None if Kafka is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def controller(self) -> str:
        """Return the address of its controller, which only brokers use."""
        return f"{HOST}:{self._controller_port}"

    def add_listener(self, name: str, advertised_port: int) -> int:
        """Add a port for clients from the next start on, and return it. Its clients are directed to *advertised_port*.

        This allows a proxy between the broker and some of its clients.
        """
        self._listeners[name] = (free_port(), advertised_port)
        return self._listeners[name][0]

    def start(self) -> Self:
        """Start Kafka and return when it accepts connections. Raise `LocalKafkaError` if it cannot start."""
        self.format()
        self.launch()
        self.await_started()
        return self

    def format(self) -> None:
        """Write the settings and prepare a new `data_dir`. This is the first step of `start`."""
        require_free(self._controller_port, *(port for port, _ in self._listeners.values()))
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write_properties()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format()

    def launch(self) -> None:
        """Start the process without waiting. This is the second step of `start`.

        Call it in a thread that keeps running: Linux ends the child when the thread that started it ends.
        """
        command = [
            *_java(), "-Xmx512m", "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss",
            "kafka.Kafka", str(self._properties),
        ]  # fmt: skip
        with self.log_path.open("wb") as log:
            # In its own session, so that Ctrl-C reaches only us and the worker can still commit.
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one call to prctl, safe after a fork
            )

    def await_started(self) -> None:
        """Wait until it accepts connections. This is the last step of `start`.

        Raises:
            LocalKafkaError: It ended or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while STARTED not in self._log():
            if self._process is None or self._process.poll() is not None:
                raise LocalKafkaError(f"Kafka ended while starting; {self.log_path} says:\n{_error_line(self._log())}")
            if time.monotonic() > deadline:
                self.kill()
                raise LocalKafkaError(f"Kafka did not start within {START_SECONDS:.0f} s; see {self.log_path}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Shut Kafka down, and kill it if that takes too long. Do nothing if it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill Kafka at once, as a crash would."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _write_properties(self) -> None:
        listeners = {name: f"{name}://{HOST}:{port}" for name, (port, _) in self._listeners.items()}
        advertised = [f"{name}://{HOST}:{port}" for name, (_, port) in self._listeners.items()]
        settings = SINGLE_NODE | {
            "listeners": ",".join([*listeners.values(), f"CONTROLLER://{self.controller}"]),
            "advertised.listeners": ",".join(advertised),
            "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in [*listeners, "CONTROLLER"]),
            "controller.quorum.voters": f"1@{self.controller}",
            "log.dirs": str(self._folder / "data"),
        }
        lines = [f"{name}={value}\n" for name, value in (settings | self.overrides).items()]
        self._properties.write_text("".join(lines))

    def _format(self) -> None:
        # With `=`: one id in 64 begins with a hyphen and would be read as an option.
        command = [*_java(), "kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster_id}"]
        command += ["-c", str(self._properties)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise LocalKafkaError(f"Kafka could not prepare {self._folder}:\n{_error_line(done.stderr)}")

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


def _error_line(output: str) -> str:
    """Return the line of *output* that names the error, without the stack trace of Java."""
    lines = output.strip().splitlines()
    return next((line for line in lines if "Exception" in line or " ERROR " in line), "\n".join(lines[-3:]))


def new_cluster_id() -> str:
    """Return an id for a new cluster."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def _java() -> list[str]:
    """Return the beginning of a command that runs a class of Kafka, to be followed by options and the class name."""
    classpath = os.pathsep.join(map(str, distribution.jars()))
    return [str(distribution.java()), "-XX:TieredStopAtLevel=1", "-cp", classpath]


def _end_with_parent() -> None:
    signal_on_parent_death(signal.SIGTERM)

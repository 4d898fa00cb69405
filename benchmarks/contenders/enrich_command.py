"""Contender: `newswire enrich`, from a file to standard output, without Kafka.

    python -m benchmarks.contenders.enrich_command ARTICLES PROCESSES

Prints the wall-clock seconds for all articles, extrapolated as in `ceiling` from those between the first ten and the
last ten, without start-up and shutdown; and the CPU seconds of all processes likewise.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks import processes
from benchmarks.contenders.ceiling import EDGE_ARTICLES, at_steady_pace


def main(path: str, count: str) -> tuple[float, float]:
    """Run the command and time its output lines."""
    articles = len(Path(path).read_bytes().splitlines())
    command = [sys.executable, "-m", "service", "enrich", path, "--processes", count]
    readings = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        for number, _ in enumerate(process.stdout, start=1):
            if number in {EDGE_ARTICLES, articles - EDGE_ARTICLES}:
                readings.append((time.monotonic(), processes.cpu_seconds(processes.tree(process.pid))))
    if process.returncode:
        raise SystemExit(process.returncode)
    return at_steady_pace(readings, articles)


if __name__ == "__main__":
    print(*main(*sys.argv[1:]))

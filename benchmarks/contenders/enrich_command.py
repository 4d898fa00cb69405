"""Contender: `newswire enrich`, from file to standard output; no Kafka.

    python -m benchmarks.contenders.enrich_command ARTICLES PROCESSES

Prints the seconds that all articles take at the pace of those between the first ten and the last ten, as the ceiling
does, so without start and end; and the CPU seconds of all processes likewise.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks import processes
from benchmarks.contenders.ceiling import EDGE, at_pace


def main(path: str, count: str) -> tuple[float, float]:
    """Run the command and take the time between its lines."""
    articles = len(Path(path).read_bytes().splitlines())
    command = [sys.executable, "-m", "service", "enrich", path, "--processes", count]
    looks = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        for number, _ in enumerate(process.stdout, start=1):
            if number in {EDGE, articles - EDGE}:
                looks.append((time.monotonic(), processes.cpu_seconds(processes.tree(process.pid))))
    if process.returncode:
        raise SystemExit(process.returncode)
    return at_pace(looks, articles)


if __name__ == "__main__":
    print(*main(*sys.argv[1:]))

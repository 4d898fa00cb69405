"""Contender: `newswire enrich`, from file to standard output; no Kafka.

    python -m benchmarks.contenders.enrich_command ARTICLES PROCESSES

Prints the seconds that all articles take at the pace of those after the first ten, so without the start.
"""

from __future__ import annotations

import subprocess
import sys
import time

WARM_UP = 10

if __name__ == "__main__":
    command = [sys.executable, "-m", "service", "enrich", sys.argv[1], "--processes", sys.argv[2]]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        times = [time.monotonic() for _ in process.stdout]
    if process.returncode:
        raise SystemExit(process.returncode)
    print((times[-1] - times[WARM_UP - 1]) * len(times) / (len(times) - WARM_UP))

"""Read CPU time and memory of processes from /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDED = (FileNotFoundError, ProcessLookupError)
TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return *pid* and all its descendants, parents first, without those that end during the call."""
    pids = [pid]
    for parent in pids:
        for task in Path(f"/proc/{parent}/task").glob("*"):
            with contextlib.suppress(*ENDED):
                pids += [int(child) for child in (task / "children").read_text().split()]
    return pids


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU time, user and system, used by *pids* and by those of their children that have ended."""
    return sum(map(_cpu_seconds, pids))


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except ENDED:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK  # utime, stime, cutime and cstime, see proc_pid_stat(5)


def memory(pid: int) -> dict[str, float]:
    """Return the memory of *pid* in MB.

    `rss`: all pages; `pss`: shared pages divided by the number of processes that share them; `private`: the pages that
    no other process maps.
    """
    sizes: dict[str, float] = {"rss": 0.0, "pss": 0.0, "private": 0.0}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        kind = {"Rss": "rss", "Pss": "pss", "Private_Clean": "private", "Private_Dirty": "private"}.get(name)
        if kind:
            sizes[kind] += int(rest.split()[0]) / 1024
    return sizes

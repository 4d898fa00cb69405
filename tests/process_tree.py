"""Which processes a process has started, as Linux tells it."""

from __future__ import annotations

from pathlib import Path


def children(pid: int) -> list[int]:
    """Return the pids of a process's children."""
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]

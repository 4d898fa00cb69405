"""How many CPUs this process may use.

A container's CPU limit is a quota of its cgroup and hides no core: `docker run --cpus=2` on 64 cores leaves 64 to be
seen. Python looks at the cores alone, also in `os.process_cpu_count`.
"""

from __future__ import annotations

import math
import os
from pathlib import Path


def usable(root: Path = Path("/")) -> int:
    """Return how many CPUs this process may use: the cores it may run on, or its cgroup's quota if that is less.

    Part of a CPU counts as one. *root* holds `proc` and `sys`.
    """
    return min([len(os.sched_getaffinity(0)), *(max(1, math.ceil(quota)) for quota in _quotas(root))])


def _quotas(root: Path) -> list[float]:
    """Return the quotas, in CPUs, of this process's cgroup (v2) and of all that hold it: the least is in force."""
    mount = root / "sys/fs/cgroup"
    group = mount / _group(root / "proc/self/cgroup")
    found = []
    for folder in (group, *group.parents):
        if not folder.is_relative_to(mount):
            break
        try:
            quota, period = (folder / "cpu.max").read_text().split()
        except (OSError, ValueError):  # cgroup v1, the root of all groups, or a system that only looks like Linux
            continue
        if quota != "max":
            found.append(int(quota) / int(period))
    return found


def _group(listing: Path) -> str:
    """Return the path of this process's cgroup (v2) below the mount; empty if it has none, or none that we see."""
    try:
        lines = listing.read_text().splitlines()
    except OSError:
        return ""
    paths = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    return paths[0] if paths and ".." not in paths[0] else ""

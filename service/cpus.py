"""How many CPUs this process may use.

The CPU limit of a container is a quota of its cgroup and does not hide cores: `docker run --cpus=2` on a machine with
64 cores still shows 64. Python counts only cores, even in `os.process_cpu_count`.
"""

from __future__ import annotations

import math
import os
from pathlib import Path


def usable(root: Path = Path("/")) -> int:
    """Return how many CPUs this process may use: the cores that it may run on, or its cgroup's quota if that is less.

    A fraction of a CPU counts as one. *root* is the directory that contains `proc` and `sys`.
    """
    return min([len(os.sched_getaffinity(0)), *(max(1, math.ceil(quota)) for quota in _quotas(root))])


def _quotas(root: Path) -> list[float]:
    """Return the quotas, in CPUs, of this process's cgroup (v2) and its ancestors. The smallest one applies."""
    mount = root / "sys/fs/cgroup"
    group = mount / _group(root / "proc/self/cgroup")
    quotas = []
    for folder in (group, *group.parents):
        if not folder.is_relative_to(mount):
            break
        try:
            quota, period = (folder / "cpu.max").read_text().split()
        except (OSError, ValueError):  # cgroup v1, the root cgroup, or a system that only resembles Linux
            continue
        if quota != "max":
            quotas.append(int(quota) / int(period))
    return quotas


def _group(listing: Path) -> str:
    """Return the path of this process's cgroup (v2) below the mount; empty if there is none, or none visible."""
    try:
        lines = listing.read_text().splitlines()
    except OSError:
        return ""
    paths = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    return paths[0] if paths and ".." not in paths[0] else ""

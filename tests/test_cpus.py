"""The number of usable CPUs is that of the cores or the cgroup quota, read from files laid out as on Linux."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from service import cpus
from service.cpus import usable
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

CORES = 8


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a machine with eight cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(CORES)))


def system(root: Path, group: str, /, **quotas: str) -> Path:
    """Create the files of a process in *group* under *root*, and return *root*.

    Each of *quotas* is that of the named cgroup, with `__` for `/`; `root` is the mount.
    """
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(f"1:name=systemd:/\n0::{group}\n")
    for name, quota in quotas.items():
        folder = root / "sys/fs/cgroup" / ("" if name == "root" else name.replace("__", "/"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cpu.max").write_text(f"{quota}\n")
    return root


@pytest.mark.parametrize(
    ("quota", "cpus"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("100000 50000", 2),
        ("6400000 100000", CORES),
        ("max 100000", CORES),
        ("not a quota at all", CORES),
    ],
)
def test_a_container_sees_its_quota(tmp_path: Path, quota: str, cpus: int) -> None:
    """In its own cgroup namespace, a container's quota is at the mount. A fraction of a CPU counts as one."""
    assert usable(system(tmp_path, "/", root=quota)) == cpus


def test_the_smallest_quota_of_the_hierarchy_applies(tmp_path: Path) -> None:
    """A cgroup is limited by the quotas of its ancestors."""
    quotas = {"pods": "max 100000", "pods__pod": "300000 100000", "pods__pod__container": "500000 100000"}

    assert usable(system(tmp_path, "/pods/pod/container", **quotas)) == 3


def test_the_quota_of_another_group_is_ignored(tmp_path: Path) -> None:
    """Only the cgroups of the process itself apply."""
    assert usable(system(tmp_path, "/mine", mine="400000 100000", theirs="100000 100000")) == 4


@pytest.mark.parametrize("group", ["/host/path/that/is/not/mounted", "/../../elsewhere"])
def test_the_mount_applies_if_the_group_is_not_visible(tmp_path: Path, group: str) -> None:
    """If the path belongs to another namespace, the quota at the mount still applies."""
    assert usable(system(tmp_path, group, root="200000 100000")) == 2


def test_a_system_without_cgroups_has_its_cores(tmp_path: Path) -> None:
    """Without cgroups, the number of cores that the process may run on is returned."""
    assert usable(tmp_path) == CORES


def test_a_large_machine_gets_no_more_processes_than_the_setting_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default does not exceed the maximum of the setting."""
    monkeypatch.setattr(cpus, "usable", lambda: 200)

    assert Settings().worker_processes == 64

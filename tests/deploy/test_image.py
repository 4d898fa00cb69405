"""Build and run the image of the Dockerfile without Docker.

The commands of the build stage, but for the system packages, run in a mount namespace with an empty folder as `/opt`,
so all paths are those of the image. The service then runs as the image's user, with a read-only root and without a
network.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARTICLE = ROOT / "service/local_kafka/nato-summit-2022.json"
UNCHECKED_HASH = 0b01  # flags in the header of a .pyc file, see PEP 552
BUILD_SECONDS = 900  # 90 s on two idle cores, and the time for downloads


@dataclass(frozen=True)
class Stage:
    """One stage of the Dockerfile: its instructions in order."""

    instructions: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        """Return the arguments of every instruction *name*."""
        return [rest for instruction, rest in self.instructions if instruction == name]


def stages() -> list[Stage]:
    """Return the stages of the Dockerfile, one per `FROM`."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    parsed: list[Stage] = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            parsed.append(Stage([]))
        elif name and parsed:
            parsed[-1].instructions.append((name, rest))
    return parsed


def build_script(stage: Stage) -> str:
    """Return the build stage as a shell script that runs in the root of the repository."""
    lines = ["set -eu", f"context={shlex.quote(str(ROOT))}"]
    for name, rest in stage.instructions:
        match name:
            case "ENV":
                lines.append(f"export {rest}")
            case "WORKDIR":
                lines.append(f"mkdir -p {rest}; cd {rest}")
            case "COPY":
                *sources, target = rest.split()
                lines.append(f"mkdir -p $(dirname {target}x)")
                lines += [f'cp -r "$context/{source}" {target}' for source in sources]
            case "RUN" if rest.startswith("apt-get"):
                pass  # the compiler of this machine does as well
            case "RUN":
                lines.append(f"/bin/sh -c {shlex.quote(rest)}")
            case _:
                pytest.fail(f"this test does not know the instruction {name} of the build stage")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the build stage and return the folder that served as `/opt`."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--net", "true"], check=False).returncode:
        pytest.skip("needs root and unshare(1), to give the install commands an empty /opt of their own")
    folder = tmp_path_factory.mktemp("image")
    folder.chmod(0o755)  # for the image's user, who is not the user of the tests
    (folder / "base").mkdir()
    (folder / "base/python").symlink_to(f"/srv/bin/python{sys.version_info.major}.{sys.version_info.minor}")
    done = in_namespace(folder, build_script(stages()[0]), {"PATH": f"/opt/base:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr[-3000:]
    shutil.rmtree(folder / "tools")
    return folder


def in_namespace(image: Path, script: str, env: dict[str, str], *flags: str) -> subprocess.CompletedProcess[str]:
    """Run *script* with *image* as `/opt` and this Python as `/srv`, in namespaces of its own."""
    mounts = f"mount --bind {image} /opt && mount --bind {sys.base_prefix} /srv"
    return subprocess.run(
        ["unshare", "--mount", *flags, "/bin/sh", "-c", f"{mounts}\n{script}"],
        env=env,
        text=True,
        capture_output=True,
        timeout=BUILD_SECONDS,
        check=False,
    )


def as_in_the_image(image: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run *command* with the image's variables and user, a read-only root and no network."""
    env: dict[str, str] = {}
    for line in stages()[1].all("ENV"):
        env |= dict(pair.split("=", 1) for pair in shlex.split(line))
    env["PATH"] = env["PATH"].replace("$PATH", "/usr/bin:/bin")
    uid, gid = stages()[1].all("USER")[0].split(":")
    script = f"""
        mount --bind {ARTICLE.parent} /mnt
        mount -o remount,ro,bind / && mount -o remount,ro,bind /opt && mount -t tmpfs tmpfs /tmp && chmod 1777 /tmp
        cd /tmp
        exec setpriv --reuid {uid} --regid {gid} --clear-groups {command}
    """
    return in_namespace(image, script, env, "--net")


@pytest.mark.timeout(BUILD_SECONDS)
def test_it_enriches_without_a_network(image: Path) -> None:
    """The image contains model and data: it enriches without a network, write access or root."""
    done = as_in_the_image(image, f"newswire enrich /mnt/{ARTICLE.name}")

    assert done.returncode == 0, done.stderr[-3000:]
    record = json.loads(done.stdout)
    names = {entity["name"] for entity in record["entities"]}
    assert record["status"] == "enriched"
    assert any("Stoltenberg" in name for name in names), names


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_image_contains_the_worker(image: Path) -> None:
    """The command that the image starts exists with all its imports."""
    entrypoint, command = (json.loads(stages()[1].all(name)[0]) for name in ("ENTRYPOINT", "CMD"))

    done = as_in_the_image(image, shlex.join([*entrypoint, *command, "--help"]))

    assert done.returncode == 0, done.stderr[-3000:]
    assert "SIGTERM" in done.stdout


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_image_contains_the_page(image: Path) -> None:
    """The wheel contains templates, styles and map, so an article can be rendered as HTML."""
    command = f"newswire enrich /mnt/{ARTICLE.name} --html /tmp/page.html && cat /tmp/page.html"

    done = as_in_the_image(image, shlex.join(["sh", "-c", command]))

    assert done.returncode == 0, done.stderr[-3000:]
    assert '<path class="land" d="M' in done.stdout


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_image_has_a_bill_of_materials(image: Path) -> None:
    """The bill of materials lists the installed packages of the lock, and no build tool."""
    bill = json.loads((image / "newswire/sbom.cdx.json").read_text())
    listed = {(re.sub("[-_.]+", "-", part["name"]).lower(), part["version"]) for part in bill["components"]}
    names = {name for name, _ in listed}

    assert bill["bomFormat"] == "CycloneDX"
    assert ("spacy", importlib.metadata.version("spacy")) in listed
    assert {"spacy", "faust-streaming", "kafka-python", "orjson", "prometheus-client"} <= names
    assert not {"pip", "hatchling", "cyclonedx-bom", "pytest"} & names


@pytest.mark.timeout(BUILD_SECONDS)
def test_compiled_code_has_no_timestamps(image: Path) -> None:
    """Compiled files are valid independently of the timestamps of their sources, so nothing is compiled at start."""
    compiled = list((image / "newswire/lib").rglob("*.pyc"))
    flags = {path.read_bytes()[4] for path in compiled}

    assert len(compiled) > 1_000
    assert flags == {UNCHECKED_HASH}


def test_hadolint_reports_nothing() -> None:
    """The Dockerfile passes its linter."""
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_the_image_is_unprivileged_and_stops_by_sigterm() -> None:
    """The user is a number above those of the host, the stop signal is SIGTERM, and no command runs in a shell."""
    final = stages()[1]

    assert re.fullmatch(r"1\d{4}:1\d{4}", final.all("USER")[0])
    assert final.all("STOPSIGNAL") == ["SIGTERM"]
    for instruction in ("ENTRYPOINT", "CMD"):
        assert json.loads(final.all(instruction)[0])
    assert json.loads(final.all("HEALTHCHECK")[0].partition("CMD ")[2]) == ["newswire", "health"]


def test_the_build_context_is_what_is_copied() -> None:
    """The .dockerignore admits exactly what the Dockerfile copies."""
    admitted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for line in stages()[0].all("COPY") for source in line.split()[:-1]}

    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()
    assert copied == admitted

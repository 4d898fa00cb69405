"""The Dockerfile, without Docker: its own install commands are run in an empty place, and what they made is used.

The build stage is run in a mount namespace with an empty folder as `/opt`, so every path is the image's own. Then the
service runs as the image's user, on a read-only root, with no network at all.
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
UNCHECKED_HASH = 0b01  # the flags in a .pyc file's header, by PEP 552
BUILD_SECONDS = 900  # 90 s on two idle cores; the downloads decide


@dataclass(frozen=True)
class Stage:
    """One stage of the Dockerfile: its instructions in order."""

    instructions: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        """Return the arguments of every instruction *name*."""
        return [rest for instruction, rest in self.instructions if instruction == name]


def stages() -> list[Stage]:
    """Read the Dockerfile: one entry a `FROM`."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            found.append(Stage([]))
        elif name and found:
            found[-1].instructions.append((name, rest))
    return found


def build_script(stage: Stage) -> str:
    """Return the build stage as a shell script, run from the repository's root."""
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
            case "RUN":
                lines.append(f"/bin/sh -c {shlex.quote(rest)}")
            case _:
                pytest.fail(f"this test does not know the instruction {name} of the build stage")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the build stage and return the folder that was its `/opt`."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--net", "true"], check=False).returncode:
        pytest.skip("needs root and unshare(1), to give the install commands an empty /opt of their own")
    folder = tmp_path_factory.mktemp("image")
    folder.chmod(0o755)  # the image's user is not the one who runs the tests
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
    """Run *command* as the image would: its variables, its user, its root read-only, and the network cut off."""
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
    """Model and data are baked in: a record comes out with no network, no right to write, and no right to be root."""
    done = as_in_the_image(image, f"newswire enrich /mnt/{ARTICLE.name}")

    assert done.returncode == 0, done.stderr[-3000:]
    record = json.loads(done.stdout)
    names = {entity["name"] for entity in record["entities"]}
    assert record["status"] == "enriched"
    assert any("Stoltenberg" in name for name in names), names


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_worker_is_inside(image: Path) -> None:
    """The command that the image starts is there with all it imports."""
    entrypoint, command = (json.loads(stages()[1].all(name)[0]) for name in ("ENTRYPOINT", "CMD"))

    done = as_in_the_image(image, shlex.join([*entrypoint, *command, "--help"]))

    assert done.returncode == 0, done.stderr[-3000:]
    assert "SIGTERM" in done.stdout


@pytest.mark.timeout(BUILD_SECONDS)
def test_the_page_is_inside(image: Path) -> None:
    """Templates, style and map are in the wheel: an article becomes a page."""
    command = f"newswire enrich /mnt/{ARTICLE.name} --html /tmp/page.html && cat /tmp/page.html"

    done = as_in_the_image(image, shlex.join(["sh", "-c", command]))

    assert done.returncode == 0, done.stderr[-3000:]
    assert '<path class="land" d="M' in done.stdout


@pytest.mark.timeout(BUILD_SECONDS)
def test_it_lists_what_is_inside(image: Path) -> None:
    """The bill of materials names each package of the lock that is installed, and no build tool."""
    bill = json.loads((image / "newswire/sbom.cdx.json").read_text())
    listed = {(re.sub("[-_.]+", "-", part["name"]).lower(), part["version"]) for part in bill["components"]}
    names = {name for name, _ in listed}

    assert bill["bomFormat"] == "CycloneDX"
    assert ("spacy", importlib.metadata.version("spacy")) in listed
    assert {"spacy", "faust-streaming", "kafka-python", "orjson", "prometheus-client"} <= names
    assert not {"pip", "hatchling", "cyclonedx-bom", "pytest"} & names


@pytest.mark.timeout(BUILD_SECONDS)
def test_compiled_code_has_no_time_stamps(image: Path) -> None:
    """A compiled file of the image is valid whatever the age of its source, so nothing is compiled at start."""
    compiled = list((image / "newswire/lib").rglob("*.pyc"))
    flags = {path.read_bytes()[4] for path in compiled}

    assert len(compiled) > 1_000
    assert flags == {UNCHECKED_HASH}


def test_hadolint_finds_nothing() -> None:
    """The Dockerfile is clean by its linter."""
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_it_stops_in_order_and_is_nobody() -> None:
    """The user is a number above the host's own, the stop signal is SIGTERM, and nothing runs through a shell."""
    final = stages()[1]

    assert re.fullmatch(r"1\d{4}:1\d{4}", final.all("USER")[0])
    assert final.all("STOPSIGNAL") == ["SIGTERM"]
    for instruction in ("ENTRYPOINT", "CMD"):
        assert json.loads(final.all(instruction)[0])
    assert json.loads(final.all("HEALTHCHECK")[0].partition("CMD ")[2]) == ["newswire", "health"]


def test_the_context_holds_what_is_copied() -> None:
    """Everything that the Dockerfile copies is let through by .dockerignore, which lets nothing else through."""
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for line in stages()[0].all("COPY") for source in line.split()[:-1]}

    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()
    assert copied == let_through

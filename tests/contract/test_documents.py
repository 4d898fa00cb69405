"""The documents say what the code does: tables are made from it, and what they name exists."""

from __future__ import annotations

import ast
import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import __version__
from service.contract.outcomes import Enriched, Message
from service.processes.processor import Processor
from service.settings import Settings
from service.worker.application import MAX_FETCHED_ARTICLES
from service.worker.in_flight import ARTICLES_PER_PROCESS, MIN_ARTICLES_PER_PARTITION

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
MOST_README_LINES = 150
MOST_HOPS = 20
script = runpy.run_path(str(ROOT / "scripts" / "readme.py"))

TABLE_DOCUMENTS: list[Path] = script["DOCUMENTS"]
DOCUMENTS = [
    *TABLE_DOCUMENTS,
    *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "deploy/README.md", "deploy/runbook.md")),
    *(ROOT / name for name in ("benchmarks/README.md", "training/README.md")),
    *(ROOT / name for name in ("schemas/README.md", "schemas/headers.md")),
    *sorted((ROOT / "deploy/sinks").glob("*.md")),
]
LINKS = sorted(
    {
        (str(document.relative_to(ROOT)), link)
        for document in DOCUMENTS
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text())
    }
)
PATHS = sorted(
    {
        (str(document.relative_to(ROOT)), path)
        for document in DOCUMENTS
        for path in re.findall(
            r"`((?:service|tests|scripts|schemas|deploy|docs|benchmarks|training|lock)/[\w./-]*)`", document.read_text()
        )
    }
)
WALK = re.findall(
    r"^\| \d+ \| `(service/[\w/.]+\.py)` \| `([\w.]+)` \|",
    (ROOT / "docs/architecture.md").read_text(),
    re.MULTILINE,
)


@pytest.mark.parametrize("path", TABLE_DOCUMENTS, ids=lambda path: path.name)
def test_the_tables_are_those_of_the_code(path: Path) -> None:
    """Settings, metrics, commands, reasons and topics are those of the code: `make readme` writes them."""
    text = path.read_text()

    assert text == script["with_tables"](text)


def test_every_table_is_in_one_document() -> None:
    """No table was removed by hand, and none is repeated."""
    names = [match[2] for path in TABLE_DOCUMENTS for match in script["BLOCK"].finditer(path.read_text())]

    assert sorted(names) == sorted(script["TABLES"])


@pytest.mark.parametrize(("document", "link"), LINKS)
def test_links_lead_somewhere(document: str, link: str) -> None:
    """A file, folder or heading that a document links to is in the repository."""
    name, _, anchor = link.partition("#")
    target = (ROOT / document).parent / name if name else ROOT / document

    assert target.exists()
    if anchor:
        assert anchor in anchors(target.read_text())


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings in *text*, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("document", "path"), PATHS)
def test_named_paths_exist(document: str, path: str) -> None:
    """A path of the repository in code letters is a file or folder."""
    assert (ROOT / path).exists(), document


def test_the_readme_is_short() -> None:
    """The first page is read in a few minutes; everything else has a document of its own."""
    assert len(README.read_text().splitlines()) <= MOST_README_LINES


def test_the_walk_is_short_and_never_returns() -> None:
    """One article passes through at most 20 files, each once."""
    files = [path for path, _ in WALK]

    assert 0 < len(files) <= MOST_HOPS
    assert len(set(files)) == len(files)


@pytest.mark.parametrize(("path", "function"), WALK)
def test_every_hop_of_the_walk_exists(path: str, function: str) -> None:
    """The file of each hop defines its function, by itself or in the class before the dot."""
    body = ast.parse((ROOT / path).read_text()).body
    *classes, name = function.split(".")
    for class_name in classes:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == class_name)

    assert name in {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_room_is_described() -> None:
    """The folders among the layers of import-linter are the rooms of CONTRIBUTING and of the architecture."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {part for layer in contracts[0]["layers"] for part in layer.split(" | ")}
    rooms = {f"service/{layer}" for layer in layers if (ROOT / "service" / layer).is_dir()}

    in_contributing = re.findall(r"^\| `(service/\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    in_architecture = re.findall(r"^\*\*`(service/\w+)`\*\*", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)
    assert set(in_contributing) == rooms
    assert set(in_architecture) == rooms


def test_the_version_is_the_same_everywhere() -> None:
    """The image tag, the build command and the newest release in the changelog are those of the package."""
    kustomizations = [ROOT / f"deploy/kustomize/{folder}/kustomization.yaml" for folder in ("base", "feed")]
    images = [image for path in kustomizations for image in yaml.safe_load(path.read_text())["images"]]
    releases = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert [image["newTag"] for image in images] == [__version__] * 2
    assert f"VERSION={__version__} " in (ROOT / "deploy/README.md").read_text()
    assert releases[0] == __version__


def test_make_targets_exist() -> None:
    """Every `make` command of a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"(?:^|`)make ([a-z]+)", path.read_text(), re.MULTILINE)}

    assert named <= targets


def test_the_example_is_what_comes_out() -> None:
    """Everything that the README shows of a record is in the record of the article above it."""
    article, record = re.findall(r"```json\n(.+?)```", README.read_text(), re.DOTALL)[:2]
    outcome = Processor(Settings()).process(Message(article.encode()))
    assert isinstance(outcome, Enriched)

    shown = json.loads(re.sub(r",\s*…|…\s*,", "", record))

    assert _missing(shown, json.loads(outcome.value)) == []


def _missing(shown: Any, record: Any, path: str = "") -> list[str]:
    """Return what of *shown* is not in *record*. Of a list, some items may be left out."""
    if isinstance(shown, dict) and isinstance(record, dict):
        return [gap for name in shown for gap in _missing(shown[name], record.get(name), f"{path}.{name}")]
    if isinstance(shown, list) and isinstance(record, list):
        return [f"{path}: {item}" for item in shown if all(_missing(item, other) for other in record)]
    return [] if shown == record else [f"{path}: {shown}"]


def test_the_table_of_faults_keeps_the_promise() -> None:
    """Under every fault, exactly once repeated nothing."""
    section = (ROOT / "docs/consume.md").read_text().partition("## Under faults")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", section, re.MULTILINE)

    assert rows[0] == ("fault", "exactly once")
    assert {repeated for _, repeated in rows[1:]} == {"0"}


def test_the_most_that_is_in_flight_is_documented() -> None:
    """How many articles may be repeated after a crash is how many may be in flight."""
    text = (ROOT / "docs/consume.md").read_text()

    assert f"about {ARTICLES_PER_PROCESS} articles per worker process" in text
    assert (
        f"at least {MIN_ARTICLES_PER_PARTITION} per partition and up to {MAX_FETCHED_ARTICLES} more per partition"
        in text
    )

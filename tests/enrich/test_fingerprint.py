"""The fingerprint changes with everything that decides what a record says, and with nothing else."""

from __future__ import annotations

import json
import py_compile
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import service
from service.enrich.enricher import Enricher
from service.enrich.fingerprint import code, describe
from service.settings import Settings

if TYPE_CHECKING:
    from service.contract.records import Pipeline

PACKAGE = Path(service.__file__).parent
ASK = (
    "from service.enrich.enricher import Enricher; from service.settings import Settings; "
    "print(Enricher(Settings())._pipeline.model_dump_json())"
)
MODULES = (
    "import sys, service.processes.processor; "
    "print(*(module.__file__ for name, module in sys.modules.items() if name.split('.')[0] == 'service'), sep='\\n')"
)


@pytest.fixture(scope="module")
def enricher() -> Enricher:
    """Return the enricher with default settings."""
    return Enricher(Settings())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a copy of the package in another folder."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, tmp_path / "service", ignore=ignored))


def run(program: str, folder: Path) -> str:
    """Return what *program* prints when `service` is that of *folder*."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def asked(package: Path) -> dict[str, str]:
    """Return what the records of *package* say of their pipeline."""
    parts: dict[str, str] = json.loads(run(ASK, package.parent))
    return parts


def edit(path: Path, before: str, after: str) -> None:
    """Replace *before*, which stands once in the file at *path*, by *after*."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_copy_in_another_folder_has_the_same_fingerprint(package: Path, enricher: Enricher) -> None:
    """Neither the folder, nor bytecode, nor the text of a model card decides what a record says."""
    with (package / "enrich/data/model/README.md").open("a") as card:
        card.write("\nAnother line.\n")
    py_compile.compile(str(package / "enrich/tags.py"), str(package / "enrich/__pycache__/tags.pyc"))

    assert asked(package) == enricher._pipeline.model_dump()


def test_a_changed_constant_changes_the_fingerprint(package: Path, enricher: Enricher) -> None:
    """A stage that weighs phrases more is other code, with the same data, libraries and settings."""
    edit(package / "enrich/tags.py", "PHRASE_WEIGHT = 0.5", "PHRASE_WEIGHT = 0.6")

    ours, theirs = enricher._pipeline.model_dump(), asked(package)

    assert {name for name in ours if ours[name] != theirs[name]} == {"code", "fingerprint"}


def test_a_changed_word_list_changes_the_fingerprint(package: Path, enricher: Enricher) -> None:
    """A rule without a verb is other data, with the same code."""
    edit(package / "enrich/data/event_rules.yaml", "verbs: invade, overrun", "verbs: overrun")

    ours, theirs = enricher._pipeline.model_dump(), asked(package)

    assert {name for name in ours if ours[name] != theirs[name]} == {"rules", "fingerprint"}


def test_the_code_is_that_of_every_module_that_makes_a_record(package: Path) -> None:
    """A line more in any module that a worker process loads for a record is other code."""
    sources = [Path(line) for line in run(MODULES, package.parent).splitlines()]
    before = code(package)
    assert package / "wire/detect.py" in sources

    for source in sources:
        text = source.read_text(encoding="utf-8")
        source.write_text(f"{text}\nCHANGED = 1\n", encoding="utf-8")
        assert code(package) != before, source
        source.write_text(text, encoding="utf-8")
    assert code(package) == before


def test_files_that_swap_names_are_noticed(package: Path) -> None:
    """What a file says counts under its own path, folder included: two `names.py` are not each other."""
    before = code(package)
    one, other = package / "enrich/entities/names.py", package / "enrich/locations/names.py"
    one.rename(package / "kept")
    other.rename(one)
    (package / "kept").rename(other)

    assert code(package) != before


@pytest.mark.parametrize(
    ("setting", "changed"),
    [
        (Settings(watched=("RO",)), {"settings", "fingerprint"}),
        (Settings(languages=("en", "de")), {"settings", "fingerprint"}),
        (Settings(input_format="rss"), {"settings", "fingerprint"}),
        (Settings(web_port=1), set()),
    ],
    ids=["watched", "languages", "input format", "port"],
)
def test_a_setting_counts_if_it_changes_records(enricher: Enricher, setting: Settings, changed: set[str]) -> None:
    """What is watched, enriched and how it is read decides what a record says; a port does not."""
    ours = enricher._pipeline.model_dump()
    theirs = describe(setting, enricher._nlp, enricher._gazetteer).model_dump()

    assert {name for name in ours if ours[name] != theirs[name]} == changed


@pytest.mark.parametrize("library", ["spacy", "thinc", "blis", "numpy", "pydantic"])
def test_a_library_of_another_version(enricher: Enricher, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Another version of a library that computes scores, days or times changes the fingerprint."""
    installed = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0" if name == library else installed(name))

    ours = enricher._pipeline.model_dump()
    theirs = describe(Settings(), enricher._nlp, enricher._gazetteer).model_dump()

    assert {name for name in ours if ours[name] != theirs[name]} == {"libraries", "fingerprint"}


def test_an_installed_model_counts_by_its_files(
    enricher: Enricher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Other weights under the same name and version are other data."""
    monkeypatch.setattr(enricher._nlp, "_path", tmp_path)
    made: list[Pipeline] = []
    for weights in ("a", "b"):
        (tmp_path / "ner").mkdir(exist_ok=True)
        (tmp_path / "ner" / "model").write_text(weights)
        made.append(describe(Settings(), enricher._nlp, enricher._gazetteer))
    (tmp_path / "README.md").write_text("What the model is.")
    made.append(describe(Settings(), enricher._nlp, enricher._gazetteer))

    assert made[0].rules != made[1].rules
    assert made[1] == made[2]

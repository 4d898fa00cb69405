"""The fingerprint changes with everything that shapes a record, and with nothing else."""

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
from service.enrich.fingerprint import code_digest, describe_pipeline
from service.settings import Settings

if TYPE_CHECKING:
    from service.contract.enriched_article import Pipeline

PACKAGE = Path(service.__file__).parent
PRINT_PIPELINE = (
    "from service.enrich.enricher import Enricher; from service.settings import Settings; "
    "print(Enricher(Settings())._english.pipeline.model_dump_json())"
)
PRINT_LOADED_MODULES = (
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
    """Return what *program* prints if `service` is the package in *folder*."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def pipeline_of(package: Path) -> dict[str, str]:
    """Return the pipeline that records of *package* name."""
    parts: dict[str, str] = json.loads(run(PRINT_PIPELINE, package.parent))
    return parts


def edit(path: Path, before: str, after: str) -> None:
    """Replace *before*, which occurs once in the file at *path*, with *after*."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_copy_in_another_folder_has_the_same_fingerprint(package: Path, enricher: Enricher) -> None:
    """The folder, bytecode and the text of a model card do not shape a record."""
    with (package / "enrich/data/model/README.md").open("a") as card:
        card.write("\nAnother line.\n")
    py_compile.compile(str(package / "enrich/tags.py"), str(package / "enrich/__pycache__/tags.pyc"))

    assert pipeline_of(package) == enricher._english.pipeline.model_dump()


def test_a_changed_constant_changes_the_fingerprint(package: Path, enricher: Enricher) -> None:
    """A stage with another weight is different code, with the same data, libraries and settings."""
    edit(package / "enrich/tags.py", "PHRASE_WEIGHT = 0.5", "PHRASE_WEIGHT = 0.6")

    ours, theirs = enricher._english.pipeline.model_dump(), pipeline_of(package)

    assert {name for name in ours if ours[name] != theirs[name]} == {"code", "fingerprint"}


def test_a_changed_word_list_changes_the_fingerprint(package: Path, enricher: Enricher) -> None:
    """A rule with a verb less is different data, with the same code."""
    edit(package / "enrich/data/event_rules.yaml", "verbs: invade, overrun", "verbs: overrun")

    ours, theirs = enricher._english.pipeline.model_dump(), pipeline_of(package)

    assert {name for name in ours if ours[name] != theirs[name]} == {"rules", "fingerprint"}


def test_every_module_that_produces_a_record_counts(package: Path) -> None:
    """An added line in any module that a worker process loads changes the digest of the code."""
    sources = [Path(line) for line in run(PRINT_LOADED_MODULES, package.parent).splitlines()]
    before = code_digest(package)
    assert package / "wire/detect.py" in sources

    for source in sources:
        text = source.read_text(encoding="utf-8")
        source.write_text(f"{text}\nCHANGED = 1\n", encoding="utf-8")
        assert code_digest(package) != before, source
        source.write_text(text, encoding="utf-8")
    assert code_digest(package) == before


def test_files_that_swap_names_change_the_fingerprint(package: Path) -> None:
    """The content of a file counts under its path, folder included: two `__init__.py` are different files."""
    before = code_digest(package)
    entities, places = package / "enrich/entities/__init__.py", package / "enrich/places/__init__.py"
    entities.rename(package / "aside")
    places.rename(entities)
    (package / "aside").rename(places)

    assert code_digest(package) != before


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
def test_a_setting_counts_if_it_affects_records(enricher: Enricher, setting: Settings, changed: set[str]) -> None:
    """Watched countries, enriched languages and the input format shape a record. A port does not."""
    ours = enricher._english.pipeline.model_dump()
    theirs = describe_pipeline(setting, enricher._english._nlp, enricher._english._gazetteer.edition).model_dump()

    assert {name for name in ours if ours[name] != theirs[name]} == changed


@pytest.mark.parametrize("library", ["spacy", "thinc", "blis", "numpy", "pydantic"])
def test_a_library_of_another_version(enricher: Enricher, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Another version of a library that computes scores, days or times changes the fingerprint."""
    installed = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0" if name == library else installed(name))

    ours = enricher._english.pipeline.model_dump()
    theirs = describe_pipeline(Settings(), enricher._english._nlp, enricher._english._gazetteer.edition).model_dump()

    assert {name for name in ours if ours[name] != theirs[name]} == {"libraries", "fingerprint"}


def test_an_installed_model_counts_with_its_files(
    enricher: Enricher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Different weights under the same name and version are different data."""
    monkeypatch.setattr(enricher._english._nlp, "_path", tmp_path)
    pipelines: list[Pipeline] = []
    for weights in ("a", "b"):
        (tmp_path / "ner").mkdir(exist_ok=True)
        (tmp_path / "ner" / "model").write_text(weights)
        pipelines.append(describe_pipeline(Settings(), enricher._english._nlp, enricher._english._gazetteer.edition))
    (tmp_path / "README.md").write_text("What the model is.")
    pipelines.append(describe_pipeline(Settings(), enricher._english._nlp, enricher._english._gazetteer.edition))

    assert pipelines[0].rules != pipelines[1].rules
    assert pipelines[1] == pipelines[2]

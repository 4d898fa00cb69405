"""The YAML files of the stages say the same to libyaml and to PyYAML's own parser."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import service.enrich
from service.enrich import data_files

FILES = sorted((Path(service.enrich.__file__).parent / "data").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_reads_the_same_with_and_without_libyaml(path: Path) -> None:
    """Where PyYAML was built without libyaml, the word lists and rules are no others."""
    text = path.read_text(encoding="utf-8")

    assert data_files.read(path) == yaml.safe_load(text)
    assert data_files.read_as_written(path) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings only


def test_words_that_yaml_takes_for_values_stay_words(tmp_path: Path) -> None:
    """A rule may ask for "no" or "on"."""
    path = tmp_path / "words.yaml"
    path.write_text("[no, on, 12]", encoding="utf-8")

    assert data_files.read_as_written(path) == ["no", "on", "12"]

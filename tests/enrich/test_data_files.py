"""The YAML files of the stages: read alike by both parsers of PyYAML, and checked against their schemas."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import service.enrich
from service.enrich import data_files, tags
from service.enrich.counts import affected
from service.enrich.data_files import DataFileError
from service.enrich.events import rules
from service.enrich.grammar import word_lists

DATA = Path(service.enrich.__file__).parent / "data"
FILES = sorted(DATA.rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_reads_the_same_with_and_without_libyaml(path: Path) -> None:
    """If PyYAML was built without libyaml, the word lists and rules are the same."""
    text = path.read_text(encoding="utf-8")

    assert data_files.read(path) == yaml.safe_load(text)
    assert data_files.read_as_written(path) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings only


def test_words_that_yaml_reads_as_values_stay_words(tmp_path: Path) -> None:
    """A rule may ask for "no" or "on"."""
    path = tmp_path / "words.yaml"
    path.write_text("[no, on, 12]", encoding="utf-8")

    assert data_files.read_as_written(path) == ["no", "on", "12"]


@pytest.mark.parametrize(
    ("where", "key", "load"),
    [
        ("event_rules.yaml: row 'attack'", "contexts", rules.rules),
        ("counts.yaml: row 'killed'", "nouns", affected.kinds),
        ("clause_flags.yaml: row 'negated'", "adverbs", word_lists.flag_lists),
        ("tags.yaml: row 'summit'", "phrases", tags.vocabulary),
        ("quotes.yaml", "verbs", word_lists.speech_words),
        ("function_words.yaml", "place_prepositions", word_lists.function_words),
    ],
)
def test_a_misspelt_key_is_an_error_that_names_file_row_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, key: str, load: Any
) -> None:
    """A key that the schema does not know would otherwise be a condition that silently never holds."""
    name, _, _ = where.partition(":")
    text = (DATA / name).read_text(encoding="utf-8")
    misspelt = re.sub(rf"^([^#\n]*)\b{key}: ", rf"\1{key}x: ", text, count=1, flags=re.MULTILINE)
    (tmp_path / name).write_text(misspelt, encoding="utf-8")
    monkeypatch.setattr(sys.modules[load.__module__], "DATA", tmp_path)

    with pytest.raises(DataFileError, match=rf"^{re.escape(where)}: (.*; )?{key}x: Extra inputs are not permitted"):
        load.__wrapped__()

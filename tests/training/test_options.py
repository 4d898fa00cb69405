"""What a training is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from training import options

if TYPE_CHECKING:
    from pathlib import Path


def test_without_articles_the_command_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training without data ends with a message that says what to provide."""
    monkeypatch.delenv(options.LABELLED, raising=False)
    with pytest.raises(SystemExit, match=r"NEWSWIRE_LABELLED is not set.*give your own"):
        options.read([])


def test_a_path_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the variable and the path."""
    monkeypatch.setenv(options.LABELLED, str(tmp_path))
    monkeypatch.setenv(options.RAW_NEWS, str(tmp_path / "raw.jsonl.xz"))
    with pytest.raises(SystemExit, match=r"NEWSWIRE_RAW_NEWS: there is no .*raw\.jsonl\.xz"):
        options.read([])


def test_the_environment_names_the_articles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both paths are read from it."""
    monkeypatch.setenv(options.LABELLED, str(tmp_path))
    monkeypatch.setenv(options.RAW_NEWS, str(tmp_path))
    assert options.read([]).labelled == options.read([]).raw == tmp_path

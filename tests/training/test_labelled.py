"""Labelled articles, and the part to which each belongs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from training import labelled
from training.labelled import LabelledArticle

if TYPE_CHECKING:
    from pathlib import Path


def test_the_split_never_moves() -> None:
    """An article always stays in its part, or test articles would leak into training."""
    parts = [labelled.part_of_article(f"article-{number}") for number in range(12)]
    assert [number for number, part in enumerate(parts) if part == "test"] == [0, 4, 10]
    assert [number for number, part in enumerate(parts) if part == "development"] == [5]
    assert {labelled.part_of_article(str(number)) for number in range(100)} == {"train", "development", "test"}


def test_all_articles_of_an_outlet_are_in_one_part() -> None:
    """The outlet is the id without its number, so that the test part has outlets that were never read."""
    outlets = {labelled.outlet_of(name) for name in ("daily_news_1.txt", "daily_news_22.txt.gz", "daily_news_3")}
    assert outlets == {"daily_news"}
    parts = [labelled.part_of_outlet(f"outlet-{number}") for number in range(12)]
    assert [number for number, part in enumerate(parts) if part == "test"] == [0, 8]


def test_collections_are_told_apart() -> None:
    """A world article has an outlet; an article without labels of events is there for its topics."""
    world, wire = (LabelledArticle("paper_1", outlet, "", events=()) for outlet in ("paper", "paper_1"))
    topics = LabelledArticle("a", "a", "", topics=("574",))
    assert [article.collection for article in (world, wire, topics)] == ["world", "wire", "topics only"]


@pytest.mark.parametrize("file", ["articles", "events"])
def test_labels_that_do_not_fit_the_text_are_errors(tmp_path: Path, file: str) -> None:
    """The message names the article whose text differs from the label's at its offsets."""
    span = {"start": 0, "end": 5, "text": "Varna"}
    entity = span | {"label": "GPE"}
    event = {"type": "AID", "trigger": span, **dict.fromkeys(labelled.FLAGS, False)}
    row: dict[str, Any] = {"id": "article-7", "text": "Sofia", "sentences": [], "topics": [], "set": "wire"}
    for name in ("articles", "world", "events", "topics"):
        lines = json.dumps(row | {"entities": [entity], "events": [event]}) if name == file else ""
        (tmp_path / f"{name}.jsonl").write_text(lines, "utf-8")
    with pytest.raises(ValueError, match=r"article-7: .*Varna"):
        list(labelled.read(tmp_path))

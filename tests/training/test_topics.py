"""The topics of the labels become the topics of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from training import make_topics, topics

if TYPE_CHECKING:
    from pathlib import Path

LABELS = """\
M15 SPORT
  822 competition discipline: 823 American football, 1301 records, medals and honours
  1103 disciplinary action in sport

M17 WEATHER
  1128 weather forecast
"""


@pytest.mark.parametrize(
    ("code", "topic"), [("M01", "01000000"), ("M15", "15000000"), ("574", "20000574"), ("1065", "20001065")]
)
def test_a_code_stands_for_a_media_topic(code: str, topic: str) -> None:
    """A top level is counted in millions, and every other topic from twenty million on."""
    assert topics.media_topic(code) == topic


def test_the_file_of_the_service_is_made_from_the_topics_of_the_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each topic becomes a row with its id, the id of the topic above it, and its name, which may contain commas."""
    labels, made = tmp_path / "labels.txt", tmp_path / "topics.tsv"
    labels.write_text(LABELS)
    monkeypatch.setattr(make_topics, "TARGET", made)

    make_topics.main(str(labels))

    assert [line for line in made.read_text().splitlines() if not line.startswith("#")] == [
        "15000000\t\tsport",
        "20000822\t15000000\tcompetition discipline",
        "20000823\t20000822\tAmerican football",
        "20001301\t20000822\trecords, medals and honours",
        "20001103\t15000000\tdisciplinary action in sport",
        "17000000\t\tweather",
        "20001128\t17000000\tweather forecast",
    ]


def test_the_committed_file_is_headed_by_source_and_licence() -> None:
    """Whoever reads the file learns where it comes from."""
    head = [line for line in make_topics.TARGET.read_text().splitlines() if line.startswith("#")]

    assert "IPTC" in head[0]
    assert "CC BY 4.0" in head[0]
    assert "training/make_topics.py" in head[-1]

"""The IPTC Media Topics that an article can have, and how they stand above one another.

They are an extract of the release that `data/topics.tsv` names; `training/make_topics.py` makes the file.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from service.enrich.data_files import DATA


@dataclass(frozen=True, slots=True)
class TopicTree:
    """Topics by id. An article about a topic is also about the topics above it."""

    names: dict[str, str]
    """The name of each topic, in the order of the file: a topic stands before those below it."""
    parents: dict[str, str]
    """The topic right above each; those of the top level have none."""

    def with_ancestors(self, topic: str) -> list[str]:
        """Return *topic* and the topics above it, the most specific first."""
        topics = [topic]
        while topics[-1] in self.parents:
            topics.append(self.parents[topics[-1]])
        return topics


@functools.cache
def topic_tree() -> TopicTree:
    """Return all topics."""
    text = (DATA / "topics.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return TopicTree(
        names={topic: name for topic, _, name in rows},
        parents={topic: parent for topic, parent, _ in rows if parent},
    )

"""The Media Topics that an article can have form a tree, whose ids and names are fit for a record."""

from __future__ import annotations

import pytest

from service.contract.annotations import Topic
from service.enrich.media_topics import TopicTree, topic_tree


@pytest.fixture
def tree() -> TopicTree:
    """Return all topics."""
    return topic_tree()


def test_the_topics_above_a_topic_are_implied(tree: TopicTree) -> None:
    """An article about football is also about a discipline and about sport."""
    above = tree.with_ancestors("20001065")

    assert above == ["20001065", "20000822", "15000000"]
    assert [tree.names[topic] for topic in above] == ["football (soccer)", "competition discipline", "sport"]


def test_the_top_level_has_nothing_above_it(tree: TopicTree) -> None:
    """The seventeen subjects of the IPTC are where every topic ends."""
    top_level = [topic for topic in tree.names if topic not in tree.parents]

    assert len(top_level) == 17
    assert tree.with_ancestors("15000000") == ["15000000"]
    assert {tree.with_ancestors(topic)[-1] for topic in tree.names} == set(top_level)


def test_a_topic_stands_below_the_one_it_is_part_of(tree: TopicTree) -> None:
    """The topic above each one comes before it in the file, so that no topic is above itself."""
    order = list(tree.names)

    assert all(order.index(parent) < order.index(topic) for topic, parent in tree.parents.items())


def test_every_topic_may_stand_in_a_record(tree: TopicTree) -> None:
    """The contract accepts each id, and no two topics have the same name."""
    for topic, name in tree.names.items():
        Topic(medtop=topic, name=name, score=1)

    assert len(set(tree.names.values())) == len(tree.names)

"""The topics of an article bear on the types of its events."""

from __future__ import annotations

import numpy as np
import pytest

from service.enrich.events import topic_priors
from service.enrich.media_topics import topic_tree

TYPES = ("ASSAULT", "ELECTION", "SPORT")


@pytest.mark.parametrize(
    ("topic", "likeliest"), [("15000000", "SPORT"), ("16000000", "ASSAULT"), ("11000000", "ELECTION")]
)
def test_a_word_of_several_senses_has_that_of_the_article(topic: str, likeliest: str) -> None:
    """Of "won", "defeat" and "attack", the topic of the article decides what they are; whether it is an event stays."""
    types = np.array([[0.4, 0.2, 0.2, 0.2]], dtype=np.float32)
    topics = np.array([float(name == topic) for name in topic_tree().names], dtype=np.float32)

    weighed = topic_priors.weigh(types, TYPES, topics)

    assert TYPES[int(weighed[0, 1:].argmax())] == likeliest
    assert weighed[0, 0] == types[0, 0]
    assert weighed.sum() == pytest.approx(1)

"""An article gets the topics that it is about, most important first, each with the words that speak for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import article_topics
from service.enrich.media_topics import topic_tree
from service.enrich.model import loading, tokenizing

if TYPE_CHECKING:
    from spacy.language import Language

SPORT = """Dinamo beat Steaua to win the cup

Dinamo scored twice in the second half of the football final on Sunday. The striker headed the winning goal past the
goalkeeper after 80 minutes. The coach praised his players. It is the club's third cup in five seasons."""
WEATHER = """Heavy snow expected in the north

Meteorologists forecast heavy snow and strong winds for the weekend. Temperatures will fall to minus 15 degrees. The
weather service issued a warning for the mountains."""
ELECTION = """Opposition wins parliamentary election

The opposition party won the general election on Sunday with 52 percent of the vote. Turnout at polling stations was
high. The prime minister conceded defeat, and voters celebrated the results."""


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the shipped model."""
    return loading.load()


@pytest.mark.parametrize(("text", "top_level"), [(SPORT, "15000000"), (WEATHER, "17000000"), (ELECTION, "11000000")])
def test_the_first_topic_is_what_the_article_is_about(nlp: Language, text: str, top_level: str) -> None:
    """Sport, weather and an election are told apart."""
    first, *_ = article_topics.find(tokenizing.annotate(nlp, text))

    assert topic_tree().with_ancestors(first.medtop)[-1] == top_level


@pytest.mark.parametrize("text", [SPORT, WEATHER, ELECTION])
def test_topics_above_a_listed_one_are_not_listed(nlp: Language, text: str) -> None:
    """They are implied."""
    listed = [topic.medtop for topic in article_topics.find(tokenizing.annotate(nlp, text))]

    assert not {above for topic in listed for above in topic_tree().with_ancestors(topic)[1:]} & set(listed)


def test_evidence_is_words_of_the_article(nlp: Language) -> None:
    """The words that speak for sport are those of the game, at their offsets."""
    first, *_ = article_topics.find(tokenizing.annotate(nlp, SPORT))

    assert all(SPORT[word.start : word.end] == word.text for word in first.evidence)
    assert {word.text for word in first.evidence} & {
        "goal",
        "scored",
        "football",
        "cup",
        "striker",
        "goalkeeper",
        "players",
    }

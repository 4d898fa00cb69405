"""Fixtures of the entity stage's tests: the stage, and docs with the labels that a model might give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
import spacy

from service.enrich.entities import EntityFinder
from service.enrich.gazetteer.places import Gazetteer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from service.contract.annotations import Entity


@pytest.fixture(scope="session")
def finder() -> EntityFinder:
    """Return the stage, which keeps no state between articles."""
    return EntityFinder(Gazetteer())


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Return a tokenizer without a model: each test sets the labels."""
    return spacy.blank("en")


class Find(Protocol):
    """Runs the stage on a text with labels for parts of it."""

    def __call__(self, text: str, *labelled: tuple[str, str]) -> list[Entity]:
        """Return the entities; each labelled string is searched after the previous one."""


@pytest.fixture
def labelled(nlp: Language) -> object:
    """Return a function that creates a doc from a text and (string, label) pairs in text order."""

    def create(text: str, *pairs: tuple[str, str]) -> Doc:
        doc = nlp(text)
        spans = []
        position = 0
        for words, label in pairs:
            start = text.index(words, position)
            position = start + len(words)
            span = doc.char_span(start, position, label, alignment_mode="expand")
            assert span is not None
            spans.append(span)
        doc.ents = spans
        return doc

    return create


@pytest.fixture
def find(finder: EntityFinder, labelled: object) -> Find:
    """Return the stage as a function of a text and its labels."""

    def run(text: str, *pairs: tuple[str, str]) -> list[Entity]:
        assert callable(labelled)
        return finder.find(labelled(text, *pairs))

    return run

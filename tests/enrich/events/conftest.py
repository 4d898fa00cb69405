"""One loaded model for the tests of the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Load the shipped model once."""
    return loading.load()

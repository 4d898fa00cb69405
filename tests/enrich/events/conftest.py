"""The shipped model, loaded once for the tests of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Return the shipped model."""
    return loading.load()

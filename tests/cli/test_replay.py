"""The causes that `newswire replay --diff` can name. The replay itself is tested in tests/kafka."""

from __future__ import annotations

from service.cli.comparison import PIPELINE_PARTS
from service.contract.enriched_article import Pipeline


def test_every_part_of_a_pipeline_has_a_name() -> None:
    """Each member of `pipeline` belongs to a part, so `--diff` can name a cause for every changed fingerprint."""
    named = {member for members in PIPELINE_PARTS.values() for member in members}

    assert Pipeline.model_fields.keys() - named == {"service", "fingerprint"}

"""What `newswire replay` says of a pipeline that changed; tests/kafka has the replay itself."""

from __future__ import annotations

from service.cli.replay import PARTS
from service.contract.enriched_article import Pipeline


def test_every_part_of_a_pipeline_has_a_name() -> None:
    """No fingerprint can change without a cause that `--diff` names: each member of `pipeline` belongs to one."""
    named = {member for members in PARTS.values() for member in members}

    assert Pipeline.model_fields.keys() - named == {"service", "fingerprint"}

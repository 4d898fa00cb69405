"""The Kafka topics that the service reads and writes, as `schemas/topics/*.yaml` declares them.

`newswire topics create` creates the topics from these files, and the AsyncAPI document is made from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Role = Literal["raw", "enriched", "events", "dead-letter", "parked"]


class Topic(BaseModel):
    """A topic. Its name is a default, which `NEWSWIRE_RAW_TOPIC` and similar settings change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    name: str = Field(pattern=r"^[a-zA-Z0-9._-]{1,249}$")
    description: str
    key: str
    """Meaning of the key of a message."""
    schema_file: str = Field(alias="schema")
    """File name in `schemas/` of the JSON Schema of the value, or of the headers of a dead letter."""
    producers: list[str]
    consumers: list[str]
    partitions: int = Field(ge=1)
    config: dict[str, Annotated[str, BeforeValidator(str)]]
    """Topic configuration by Kafka's names."""


def declared() -> list[Topic]:
    """Return the declared topics in the order of the flow: raw, enriched, events, dead-letter, parked."""
    installed = Path(__file__).parents[1] / "declared_topics"  # in a wheel; a checkout has them in schemas/
    folder = installed if installed.is_dir() else Path(__file__).parents[2] / "schemas/topics"
    order: list[Role] = ["raw", "enriched", "events", "dead-letter", "parked"]
    return [Topic.model_validate(yaml.safe_load((folder / f"{role}.yaml").read_text())) for role in order]

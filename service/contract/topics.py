"""The Kafka topics that the service reads and writes, as `schemas/topics/*.yaml` declares them.

The YAML files are the source: the topics are created from them, and the AsyncAPI document is made from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Role = Literal["raw", "enriched", "dead-letter", "parked"]


class Topic(BaseModel):
    """One topic. Its name is a default: `NEWSWIRE_RAW_TOPIC` and its like choose another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    name: str = Field(pattern=r"^[a-zA-Z0-9._-]{1,249}$")
    description: str
    key: str
    """What the key of a message is."""
    schema_file: str = Field(alias="schema")
    """Name of the JSON Schema in `schemas/`: of the value, or of the headers of a dead letter."""
    producers: list[str]
    consumers: list[str]
    partitions: int = Field(ge=1)
    config: dict[str, Annotated[str, BeforeValidator(str)]]
    """Topic settings by Kafka's names."""


def declared() -> list[Topic]:
    """Return the declared topics in the order of the flow: raw, enriched, dead-letter, parked."""
    installed = Path(__file__).parents[1] / "declared_topics"  # there in a wheel; in a checkout they lie in schemas/
    folder = installed if installed.is_dir() else Path(__file__).parents[2] / "schemas/topics"
    order: list[Role] = ["raw", "enriched", "dead-letter", "parked"]
    return [Topic.model_validate(yaml.safe_load((folder / f"{role}.yaml").read_text())) for role in order]

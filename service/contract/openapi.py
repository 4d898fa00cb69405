"""The OpenAPI 3.1 document of `newswire serve`: `openapi_template.yaml` with the schemas filled in."""

from __future__ import annotations

from importlib import resources
from typing import Any, get_args

import yaml

from service.contract.field_types import SCHEMA_VERSION
from service.contract.raw_article import InputFormat


def document(components: dict[str, Any]) -> dict[str, Any]:
    """Return the document with *components*, the schemas by name."""
    content: dict[str, Any] = yaml.safe_load(
        (resources.files(__package__) / "openapi_template.yaml").read_text(encoding="utf-8")
    )
    content["info"]["version"] = f"{SCHEMA_VERSION}.0"
    (input_format,) = content["paths"]["/enrich"]["post"]["parameters"]
    input_format["schema"] = {"type": "string", "enum": list(get_args(InputFormat))}
    content["components"]["schemas"] = components
    return content

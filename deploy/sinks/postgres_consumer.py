"""Keep PostgreSQL up to date with the newswire topics, at least once: `python postgres_consumer.py`.

Needs `pip install kafka-python 'psycopg[binary]'` and the tables of `newswire schema --as postgres`.
KAFKA_BOOTSTRAP_SERVERS says where Kafka is, and the variables of libpq where PostgreSQL is (PGHOST, PGUSER, …).
"""

import os

import psycopg
from kafka import KafkaConsumer

PUT = {
    "newswire.enriched": "SELECT newswire.put_article(%s::jsonb)",
    "newswire.events": "SELECT newswire.put_event(%s::jsonb)",
}
DELETE = {
    "newswire.enriched": "SELECT newswire.delete_article(%s)",
    "newswire.events": "SELECT newswire.delete_event(%s)",
}


def apply(
    connection: psycopg.Connection, topic: str, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
) -> None:
    """Write one message to the tables. A null value without a key deletes nothing."""
    if value is None:
        connection.execute(DELETE[topic], [key and key.decode()])
    elif ("newswire.superseded", b"true") not in headers:
        connection.execute(PUT[topic], [value.decode()])


def main() -> None:
    """Read until interrupted. Offsets are committed after the transaction, so a crash repeats and loses nothing."""
    consumer = KafkaConsumer(
        *PUT,
        bootstrap_servers=os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
        group_id="newswire-postgres",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    with psycopg.connect() as connection:
        while True:
            for messages in consumer.poll(timeout_ms=1000).values():
                for message in messages:
                    apply(connection, message.topic, message.key, message.value, message.headers)
            connection.commit()
            consumer.commit()


if __name__ == "__main__":
    main()

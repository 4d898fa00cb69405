"""`newswire replay`: enrich raw articles again and compare the records with those that were published."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import kafka_errors, load_settings, talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.outcomes import Message
    from service.settings import Settings


def replay(
    since: Annotated[datetime | None, typer.Option("--from", help="Begin with articles of this time (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="End before articles of this time (UTC).")] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Name the fields in which each record differs, and the cause.")
    ] = False,
) -> None:
    """Enrich articles again and list the records that differ, byte for byte, from those that were published.

    Publishes nothing. Exits 1 if any record differs; the fingerprint of its pipeline says whether anything was changed.
    An older version that `NEWSWIRE_SUPERSEDED=drop` kept from being published does not count as different. An article's
    time is the timestamp of its Kafka message; with `--from`, reading starts at the first article of that time.
    """
    settings = load_settings()
    from service.cli.comparison import NO_DIFFERENCE, compare  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.cli.published import Published  # noqa: PLC0415 - as above
    from service.processes.in_order import process_in_order  # noqa: PLC0415 - as above

    first = since.replace(tzinfo=UTC).timestamp() * 1000 if since else 0
    end = until.replace(tzinfo=UTC).timestamp() * 1000 if until else float("inf")
    counts: Counter[str] = Counter()
    with (
        kafka_errors(settings),
        closing(Published(settings, first)) as published,
        closing(process_in_order(settings, _articles(settings, first, end))) as outcomes,
    ):
        for origin, outcome in outcomes:
            verdict, detail = compare(settings, published, origin, outcome, diff=diff)
            counts[verdict] += 1
            if verdict not in NO_DIFFERENCE:
                talk().print(f"{origin}: {verdict}{f' ({detail})' if detail else ''}", markup=False, soft_wrap=True)
    total = counts.total()
    talk().print(f"{total:,} articles: " + ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())))
    if sum(counts[verdict] for verdict in NO_DIFFERENCE) < total:
        raise SystemExit(1)


def _articles(settings: Settings, first: float, end: float) -> Iterator[tuple[str, Message]]:
    """Yield the articles from *first* to before *end*, in milliseconds since 1970-01-01 UTC, with their origins.

    Reads on to the end of the topic: producers set the timestamps, so an article of this period may come after one of a
    later time.
    """
    from service.kafka.kafka_record import KafkaRecord  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.kafka.reading import committed_records  # noqa: PLC0415 - `newswire --help` need not wait for it

    for consumed in committed_records(settings, settings.raw_topic, since=first):
        record = KafkaRecord.of(consumed)
        if first <= record.timestamp < end:
            yield record.origin, record.message()

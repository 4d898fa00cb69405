"""`newswire replay`: enrich a stretch of the raw topic again, and hold it against what was published."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from service.cli.console import kafka_errors, load_settings, talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.cli.published import Known, Published
    from service.contract.outcomes import Message, Outcome
    from service.settings import Settings


NO_DIFFERENCE = ("same", "superseded")
PARTS = {
    "code": ("code",),
    "data": ("model", "model_version", "gazetteer", "rules"),
    "libraries": ("libraries",),
    "settings": ("settings",),
}
"""Members of a record's `pipeline` by what they tell of."""


def replay(
    since: Annotated[datetime | None, typer.Option("--from", help="Begin with articles of this time (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="End before articles of this time (UTC).")] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Name the fields in which each record differs, and what made them differ.")
    ] = False,
) -> None:
    """Enrich articles again and tell which records differ, byte for byte, from those that were published.

    Publishes nothing. Exit 1 where any differs; the pipeline's fingerprint tells whether something was changed. An
    older version that `NEWSWIRE_SUPERSEDED=drop` kept from being published is no difference. With `--from`, reading
    starts at the first article of that time; the time is that of the Kafka message.
    """
    settings = load_settings()
    from service.cli.published import Published  # noqa: PLC0415 - as above
    from service.processes.in_order import outcomes  # noqa: PLC0415 - `newswire --help` need not wait for it

    first = since.replace(tzinfo=UTC).timestamp() * 1000 if since else 0
    last = until.replace(tzinfo=UTC).timestamp() * 1000 if until else float("inf")
    count: Counter[str] = Counter()
    with (
        kafka_errors(settings),
        closing(Published(settings, first)) as published,
        closing(outcomes(settings, _articles(settings, first, last))) as found,
    ):
        for origin, outcome in found:
            verdict, detail = _compare(settings, published, origin, outcome, diff=diff)
            count[verdict] += 1
            if verdict not in NO_DIFFERENCE:
                talk().print(f"{origin}: {verdict}{f' ({detail})' if detail else ''}", markup=False, soft_wrap=True)
    total = count.total()
    talk().print(f"{total:,} articles: " + ", ".join(f"{number:,} {name}" for name, number in sorted(count.items())))
    if sum(count[verdict] for verdict in NO_DIFFERENCE) < total:
        raise SystemExit(1)


def _articles(settings: Settings, first: float, last: float) -> Iterator[tuple[str, Message]]:
    """Yield the articles of that time, in milliseconds since 1970-01-01 UTC, with where they stand.

    Starts at the first of them, but reads to the end of the topic: their timestamps are their producers', and one of
    this time may come after those of a later time.
    """
    from service.kafka.kafka_record import KafkaRecord  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.kafka.traffic import committed_records  # noqa: PLC0415 - `newswire --help` need not wait for it

    for found in committed_records(settings, settings.raw_topic, since=first):
        record = KafkaRecord.of(found)
        if first <= record.timestamp < last:
            yield record.origin, record.message()


def _was_dropped(settings: Settings, published: Published, origin: str, outcome: Outcome) -> bool:
    """Return whether *outcome* is an older version, which `NEWSWIRE_SUPERSEDED=drop` kept from being published."""
    from service.contract.outcomes import Enriched  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.worker.encoding import is_dropped, version_key  # noqa: PLC0415 - `newswire --help` need not wait for it

    if not isinstance(outcome, Enriched):
        return False
    return is_dropped(settings, replace(outcome, superseded=published.superseded(origin, *version_key(outcome))))


def _compare(settings: Settings, published: Published, origin: str, outcome: Outcome, *, diff: bool) -> tuple[str, str]:
    """Return `same`, or what is different; and where, if *diff* asks for it."""
    from service.cli.published import Print  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.contract.outcomes import Enriched, Refused  # noqa: PLC0415 - as above

    if origin not in published.known:
        return "superseded" if _was_dropped(settings, published, origin, outcome) else "not published", ""
    before = published.known[origin]
    now: Known = f"refused: {outcome.reason}" if isinstance(outcome, Refused) else None
    if isinstance(outcome, Enriched):
        now = Print.of(outcome.value)
    if before == now:
        return "same", ""
    if not isinstance(before, Print) or not isinstance(outcome, Enriched) or not isinstance(now, Print):
        return "different", f"was {_kind(before)}, is {_kind(now)}" if diff else ""
    why = _changed(orjson.loads(before.pipeline), orjson.loads(now.pipeline))
    if why and before.found == now.found:
        return "same but for the pipeline's fingerprint", why if diff else ""
    names = _differing(published.fields(before), orjson.loads(outcome.value)) if diff else ""
    return "different", f"{names}; {why or 'by the same pipeline: report it'}" if diff else ""


def _changed(old: dict[str, str], new: dict[str, str]) -> str:
    """Say what changed from the pipeline *old* to *new*; nothing if their fingerprints are equal.

    Records made before the parts had digests of their own say only that something changed.
    """
    if old["fingerprint"] == new["fingerprint"]:
        return ""
    parts = [f"other {part}" for part, names in PARTS.items() if any(old.get(name) != new[name] for name in names)]
    what = ", ".join(parts) if old.get("code") else "the published record does not say in what"
    return f"the pipeline changed, {old['fingerprint']} to {new['fingerprint']}: {what}"


def _differing(old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    if old is None:
        return "its record is no longer there to tell in which fields"
    names = sorted((old.keys() | new.keys()) - {"pipeline"})
    return ", ".join(name for name in names if old.get(name) != new.get(name))


def _kind(known: Known) -> str:
    return known if isinstance(known, str) else "a record" if known else "a tombstone"

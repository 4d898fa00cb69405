"""`newswire replay`: enrich a stretch of the raw topic again, and hold it against what was published."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from service.cli.terminal import kafka_errors, load_settings, talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.outcome import Message, Outcome
    from service.settings import Settings


NO_DIFFERENCE = ("same", "superseded")


def replay(
    since: Annotated[datetime | None, typer.Option("--from", help="Begin with articles of this time (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="End before articles of this time (UTC).")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Name the fields in which each record differs.")] = False,
) -> None:
    """Enrich articles again and tell which records differ, byte for byte, from those that were published.

    Publishes nothing. Exit 1 where any differs; the pipeline's fingerprint tells whether something was changed. An
    older version that `NEWSWIRE_SUPERSEDED=drop` kept from being published is no difference.
    """
    settings = load_settings()
    from service.cli.pool import outcomes  # noqa: PLC0415 - `newswire --help` need not wait for it

    count: Counter[str] = Counter()
    with kafka_errors(settings):
        published, latest = _published(settings)
        for origin, outcome in outcomes(settings, _articles(settings, since, until)):
            verdict, detail = _compare(published.get(origin, "missing"), outcome)
            if verdict == "not published" and _was_dropped(settings, latest, outcome):
                verdict = "superseded"
            count[verdict] += 1
            if verdict not in NO_DIFFERENCE:
                talk().print(
                    f"{origin}: {verdict}{f' ({detail})' if diff and detail else ''}", markup=False, soft_wrap=True
                )
    total = count.total()
    talk().print(f"{total:,} articles: " + ", ".join(f"{number:,} {name}" for name, number in sorted(count.items())))
    if sum(count[verdict] for verdict in NO_DIFFERENCE) < total:
        raise SystemExit(1)


def _articles(settings: Settings, since: datetime | None, until: datetime | None) -> Iterator[tuple[str, Message]]:
    from service.outcome import Message  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.stream.traffic import committed_records  # noqa: PLC0415 - `newswire --help` need not wait for it

    first = since.replace(tzinfo=UTC).timestamp() * 1000 if since else 0
    last = until.replace(tzinfo=UTC).timestamp() * 1000 if until else float("inf")
    for record in committed_records(settings, settings.raw_topic):
        if first <= record.timestamp < last:
            headers = tuple((name, value or b"") for name, value in record.headers)
            message = Message(record.value, record.key, headers, record.timestamp)
            yield f"{record.topic}/{record.partition}/{record.offset}", message


def _published(settings: Settings) -> tuple[dict[str, Any], dict[bytes, bytes]]:
    """Return what was published, by origin, and the latest revision, by the article's id.

    What was published is the record's bytes, None for a tombstone, `refused: REASON`.
    """
    from service.stream.output import ORIGIN, REVISION, SUBJECT  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.stream.traffic import committed_records  # noqa: PLC0415 - `newswire --help` need not wait for it

    found: dict[str, Any] = {}
    latest: dict[bytes, bytes] = {}
    for record in committed_records(settings, settings.enriched_topic):
        headers = dict(record.headers)
        found[headers.get(ORIGIN, b"").decode()] = record.value
        article, revision = headers.get(SUBJECT, b""), headers.get(REVISION, b"")
        latest[article] = max(latest.get(article, b""), revision)
    for record in committed_records(settings, settings.dead_letter_topic):
        headers = dict(record.headers)
        if ORIGIN in headers:
            found[headers[ORIGIN].decode()] = f"refused: {headers.get('newswire.reason', b'').decode()}"
    return found, latest


def _was_dropped(settings: Settings, latest: dict[bytes, bytes], outcome: Outcome) -> bool:
    """Return whether *outcome* is an older version, which `NEWSWIRE_SUPERSEDED=drop` kept from being published."""
    from service.outcome import Enriched  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.stream.output import dropped, identity  # noqa: PLC0415 - `newswire --help` need not wait for it

    if not isinstance(outcome, Enriched):
        return False
    article, revision = identity(outcome)
    return dropped(settings, replace(outcome, superseded=latest.get(article, b"") > revision))


def _compare(before: bytes | str | None, outcome: Outcome) -> tuple[str, str]:
    """Return `same`, or what is different, and where."""
    from service.outcome import Enriched, Refused  # noqa: PLC0415 - `newswire --help` need not wait for it

    now = outcome.value if isinstance(outcome, Enriched) else None
    if isinstance(outcome, Refused):
        now = f"refused: {outcome.reason}"  # type: ignore[assignment] # compared as the letter's reason is
    if before == now:
        return "same", ""
    if before == "missing":
        return "not published", ""
    if not isinstance(before, bytes) or not isinstance(now, bytes):
        return "different", f"was {_kind(before)}, is {_kind(now)}"
    old, new = orjson.loads(before), orjson.loads(now)
    fields = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    changed = old["pipeline"]["fingerprint"] != new["pipeline"]["fingerprint"]
    why = f"the pipeline changed, {old['pipeline']['fingerprint']} to {new['pipeline']['fingerprint']}"
    only = [name for name in fields if name != "pipeline"]
    if changed and not only:
        return "same but for the pipeline's fingerprint", why
    return "different", f"{', '.join(only)}; {why if changed else 'by the same pipeline: report it'}"


def _kind(value: bytes | str | None) -> str:
    return value if isinstance(value, str) else "a record" if value else "a tombstone"

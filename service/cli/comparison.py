"""How the outcome of an article differs from what was published of it, for `newswire replay`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from service.cli.published import RecordDigest
from service.contract.outcomes import Enriched, Refused
from service.worker.encoding import is_dropped, version_key

if TYPE_CHECKING:
    from service.cli.published import KnownOutcome, Published
    from service.contract.outcomes import Outcome
    from service.settings import Settings

NO_DIFFERENCE = ("same", "superseded")
PIPELINE_PARTS = {
    "code": ("code",),
    "data": ("model", "model_version", "gazetteer", "rules"),
    "libraries": ("libraries",),
    "settings": ("settings",),
}
"""The members of a record's `pipeline`, by what they describe."""


def compare(settings: Settings, published: Published, origin: str, outcome: Outcome, *, diff: bool) -> tuple[str, str]:
    """Return a verdict on *outcome*, such as `same`, and, if *diff* asks for it, what differs."""
    if origin not in published.outcomes:
        return "superseded" if _was_dropped(settings, published, origin, outcome) else "not published", ""
    before = published.outcomes[origin]
    after: KnownOutcome = f"refused: {outcome.reason}" if isinstance(outcome, Refused) else None
    if isinstance(outcome, Enriched):
        after = RecordDigest.of(outcome.value)
    if before == after:
        return "same", ""
    if not isinstance(before, RecordDigest) or not isinstance(outcome, Enriched) or not isinstance(after, RecordDigest):
        return "different", f"was {_describe(before)}, is {_describe(after)}" if diff else ""
    cause = _pipeline_changes(orjson.loads(before.pipeline), orjson.loads(after.pipeline))
    if cause and before.content_hash == after.content_hash:
        return "same but for the pipeline's fingerprint", cause if diff else ""
    names = _differing_fields(published.fields(before), orjson.loads(outcome.value)) if diff else ""
    return "different", f"{names}; {cause or 'by the same pipeline: report it'}" if diff else ""


def _was_dropped(settings: Settings, published: Published, origin: str, outcome: Outcome) -> bool:
    """Return whether *outcome* is an older version, which `NEWSWIRE_SUPERSEDED=drop` kept from being published."""
    if not isinstance(outcome, Enriched):
        return False
    return is_dropped(settings, replace(outcome, superseded=published.is_superseded(origin, *version_key(outcome))))


def _pipeline_changes(before: dict[str, str], after: dict[str, str]) -> str:
    """Return what changed between two pipelines, or an empty string if their fingerprints are equal.

    For records published before the parts had digests of their own, it can only be said that something changed.
    """
    if before["fingerprint"] == after["fingerprint"]:
        return ""
    parts = [
        f"other {part}"
        for part, names in PIPELINE_PARTS.items()
        if any(before.get(name) != after[name] for name in names)
    ]
    changes = ", ".join(parts) if before.get("code") else "the published record does not say in what"
    return f"the pipeline changed, {before['fingerprint']} to {after['fingerprint']}: {changes}"


def _differing_fields(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    if before is None:
        return "fields unknown, since the published record no longer exists"
    names = sorted((before.keys() | after.keys()) - {"pipeline"})
    return ", ".join(name for name in names if before.get(name) != after.get(name))


def _describe(outcome: KnownOutcome) -> str:
    return outcome if isinstance(outcome, str) else "a record" if outcome else "a tombstone"

"""Check the contract before a record is published: the text at every mention's offsets is the mention's own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from service.contract.annotations import Mention, Span
from service.errors import SpanMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.enriched_article import EnrichedArticle


def check(record: EnrichedArticle) -> EnrichedArticle:
    """Return *record* if all its spans fit its text.

    Raises:
        SpanMismatchError: A span lies outside the text, or a mention's text is not the text at its offsets.
    """
    text = record.text
    for name, span in spans(record):
        if not 0 <= span.start < span.end <= len(text):
            raise SpanMismatchError(f"{name}: [{span.start}, {span.end}) in a text of {len(text)} code points")
        if isinstance(span, Mention) and text[span.start : span.end] != span.text:
            raise SpanMismatchError(f"{name}: [{span.start}, {span.end}) holds other words than the mention")
    return record


def spans(record: EnrichedArticle) -> Iterator[tuple[str, Span]]:
    """Yield every span of *record* with the name of the list it belongs to."""
    for name in nested_models(type(record)):
        yield from ((name, span) for span in _spans(getattr(record, name)))


def _spans(value: BaseModel | list[BaseModel] | None) -> Iterator[Span]:
    if isinstance(value, list):
        for item in value:
            yield from _spans(item)
    elif value is not None:
        if isinstance(value, Span):
            yield value
        for name in nested_models(type(value)):
            yield from _spans(getattr(value, name))


@functools.cache
def nested_models(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of *model* that hold models. Most hold text or numbers and contain no span."""
    return tuple(name for name, field in model.model_fields.items() if _holds_models(field.annotation))


def _holds_models(annotation: object) -> bool:
    """Return whether *annotation* is a model, or contains one, as `list[Mention]` and `Mention | None` do."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(map(_holds_models, get_args(annotation)))

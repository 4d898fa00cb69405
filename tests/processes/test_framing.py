"""Frames between the worker and its worker processes: they keep every value, and garbage is recognised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.contract.outcomes import Enriched, Message, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason
from service.processes import framing

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # with surrogates, which an article's JSON may hold
COUNTS = st.dictionaries(st.text(), st.integers(0, 2**62))

messages = st.builds(
    Message,
    value=st.none() | st.binary(),
    key=st.none() | st.binary(),
    headers=st.lists(st.tuples(st.text(), st.binary())).map(tuple),
    timestamp=st.none() | st.integers(-1, 2**62),
)
enriched = st.builds(
    Enriched,
    id=st.text(),
    value=st.binary(),
    status=st.text(),
    seconds=st.dictionaries(st.text(), st.floats(0, allow_infinity=False)),
    revision=st.text(),
    superseded=st.just(value=False),
    entities=COUNTS,
    places=COUNTS,
    events=COUNTS,
    tags=st.lists(st.text()).map(tuple),
    unread=st.lists(st.text()).map(tuple),
    flat_events=st.dictionaries(st.text(), st.binary()),
)
outcomes: SearchStrategy[Outcome] = st.one_of(
    enriched, st.builds(Refused, st.sampled_from(RejectReason), st.text(), ANY_TEXT), st.just(Tombstone())
)


def parts(frame: bytes) -> tuple[bytes, bytes]:
    """Return head and body of *frame*."""
    head_bytes, body_bytes = framing.LENGTHS.unpack(frame[: framing.LENGTHS.size])
    content = frame[framing.LENGTHS.size :]
    assert len(content) == head_bytes + body_bytes
    return content[:head_bytes], content[head_bytes:]


@given(messages)
def test_a_message_is_the_same_on_the_other_side(message: Message) -> None:
    """Null and empty values, keys and headers with any bytes are kept apart."""
    assert framing.decode_message(*parts(framing.encode_message(message))) == message


@given(outcomes)
def test_an_outcome_is_the_same_on_the_other_side(outcome: Outcome) -> None:
    """Records, refusals and tombstones are kept with all their fields."""
    assert framing.decode_outcome(*parts(framing.encode_outcome(outcome))) == outcome


@given(st.binary(), st.binary())
def test_garbage_is_never_an_outcome(head: bytes, body: bytes) -> None:
    """Random bytes raise the one error that the pool expects."""
    with pytest.raises(framing.MalformedFrameError):
        framing.decode_outcome(head, body)


ENRICHED = Enriched("a", b"{}", "enriched", {"wire": 0.1}, entities={"ORG": 1}, tags=("war",))
GOOD = framing.encode_outcome(ENRICHED)


@pytest.mark.parametrize(
    "damage",
    [
        lambda head: head.replace(b'"id":"a"', b'"id":1'),
        lambda head: head.replace(b'"ORG":1', b'"ORG":"1"'),
        lambda head: head.replace(b'"ORG":1', b'"ORG":-1'),
        lambda head: head.replace(b'"wire":0.1', b'"wire":1e999'),
        lambda head: head.replace(b'["war"]', b'{"war":1}'),
        lambda head: head.replace(b'"revision":"",', b""),
        lambda head: head.replace(b'"revision":"",', b'"revision":"","more":1,'),
        lambda head: head.replace(b'"enriched",', b'"superb",', 1),
    ],
)
def test_a_field_of_a_wrong_type_is_malformed(damage: Callable[[bytes], bytes]) -> None:
    """Each field is checked, so that a wrong one cannot cause an error later, outside the pool."""
    head, body = parts(GOOD)
    assert isinstance(framing.decode_outcome(head, body), Enriched)
    assert damage(head) != head

    with pytest.raises(framing.MalformedFrameError):
        framing.decode_outcome(damage(head), body)


def test_events_longer_than_the_body_are_malformed() -> None:
    """Lengths that the body does not have are noticed before anything is cut from it."""
    head, body = parts(framing.encode_outcome(replace(ENRICHED, flat_events={"x": b"{}"})))

    with pytest.raises(framing.MalformedFrameError, match="shorter than its parts"):
        framing.decode_outcome(head.replace(b'"x":2', b'"x":5'), body)


@pytest.mark.parametrize("lengths", [(2**32 - 1, 0), (0, 4_000_001)])
def test_absurd_lengths_are_malformed(lengths: tuple[int, int]) -> None:
    """The worker never waits for, or holds in memory, what no honest process would send."""
    with pytest.raises(framing.MalformedFrameError):
        framing.decode_lengths(framing.LENGTHS.pack(*lengths), max_body_bytes=4_000_000)

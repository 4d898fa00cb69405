"""Any input gives an article or a reason: never another exception, and never an endless loop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import wire
from service.contract.reject_reasons import InvalidArticleError
from service.wire.text import clean

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())
HEADERS = st.dictionaries(
    st.sampled_from(["newswire.format", "content-type", "ce_specversion", "ce_id", "ce_source", "ce_subject"]),
    st.sampled_from([name.encode() for name in wire.FORMATS]) | st.binary(max_size=40),
    max_size=3,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KNOWN_MEMBERS = sorted(
    {member for path in SAMPLES if path.suffix == ".json" for member in orjson.loads(path.read_bytes())}
    | {"id", "status", "@type", "articleBody", "author", "publisher", "embargoed_until", "value", "name", "data"}
)


def outcome(value: bytes, headers: dict[str, bytes]) -> RawArticle | InvalidArticleError:
    """Return the article in *value*, or its refusal."""
    try:
        return wire.read(value, headers)
    except InvalidArticleError as invalid:
        return invalid


def check(value: bytes, headers: dict[str, bytes]) -> None:
    """Check that the outcome of *value* has what every outcome must have."""
    result = outcome(value, headers)
    if isinstance(result, InvalidArticleError):
        assert result.detail
        assert "\n" not in result.detail
        result.detail.encode()
        return
    assert result.id
    assert result.text == result.text.strip()
    assert clean(result.body) == result.body
    assert result == outcome(value, headers)
    again = wire.read(result.model_dump_json().encode(), {"newswire.format": b"newswire"})
    assert again.text == result.text


@given(st.binary(max_size=400), HEADERS)
def test_any_bytes_have_an_outcome(value: bytes, headers: dict[str, bytes]) -> None:
    """Random bytes give an outcome."""
    check(value, headers)


@given(st.dictionaries(st.sampled_from(KNOWN_MEMBERS), VALUES, max_size=8) | VALUES, HEADERS)
def test_any_json_has_an_outcome(row: object, headers: dict[str, bytes]) -> None:
    """JSON with the members of the formats, and anything in them, gives an outcome."""
    check(json.dumps(row).encode(), headers)


@given(st.sampled_from(SAMPLES), st.data(), HEADERS)
def test_any_broken_message_has_an_outcome(path: Path, data: st.DataObject, headers: dict[str, bytes]) -> None:
    """A good message of each format, with a piece replaced by something else, gives an outcome."""
    value = path.read_bytes()
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(start + 60, len(value))))
    check(
        value[:start] + data.draw(st.binary(max_size=8) | st.sampled_from([b"<", b"&", b'"', b"]]>"])) + value[end:],
        headers,
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_message_cut_anywhere_has_an_outcome(path: Path) -> None:
    """A value of which only the beginning arrived gives an outcome, for any length."""
    value = path.read_bytes()
    for end in range(0, len(value), 7):
        check(value[:end], {})

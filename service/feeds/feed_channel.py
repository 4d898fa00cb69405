"""What a feed says about itself: its title, and when it may be polled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.contract.reject_reasons import InvalidArticleError
from service.wire import decode, xml

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = re.compile(
    rb"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>)*+<(?:[\w.-]+:)?(?:rss|RDF|feed)(?=[\s/>])", re.DOTALL
)
_MAX_MARKS = 400_000
"""Tags or brackets: 2,000 items with 100 elements each. Their tree takes 30 MB, but 10 MB of tiny tags take 300 MB."""
_SECONDS_PER_MINUTE = 60.0
_MAX_TTL_MINUTES = 24 * 60
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says about itself."""

    title: str = ""
    ttl_seconds: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, UTC, in which the publisher does not want to be asked."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week, Monday is 0."""


def read(body: bytes) -> Channel | None:
    """Return what the feed in *body* says about itself, as far as it can be read, or None if *body* is no feed."""
    is_xml = _ROOT.match(body) is not None
    if sum(map(body.count, (b"<", b"{", b"["))) > _MAX_MARKS:
        return Channel() if is_xml else None
    try:
        content = decode.decode_bytes(body)
        root = xml.parse(content.source) if isinstance(content, decode.Xml) and is_xml else None
    except InvalidArticleError:
        return Channel() if is_xml else None  # single items may be readable all the same
    if root is not None:
        return _of_xml(root)
    if isinstance(content, dict) and isinstance(content.get("items"), list):
        title = content.get("title")
        return Channel(title if isinstance(title, str) else "")
    return None


def _of_xml(root: xml.Element) -> Channel:
    xml.drop_namespaces(root)
    ttl = (xml.first_text(root, "channel/ttl") or "")[:10]
    hours = _texts(root, "channel/skipHours/hour")
    return Channel(
        title=xml.first_text(root, "channel/title", "title") or "",
        ttl_seconds=min(int(ttl), _MAX_TTL_MINUTES) * _SECONDS_PER_MINUTE if ttl.isdecimal() else 0.0,
        skip_hours=frozenset(int(hour) % 24 for hour in hours if hour.isdecimal()),  # some write 24 for 0
        skip_days=frozenset(_DAYS.index(day) for day in _texts(root, "channel/skipDays/day") if day in _DAYS),
    )


def _texts(root: xml.Element, path: str) -> Iterator[str]:
    return ((element.text or "").strip().lower()[:10] for element in root.iterfind(path))

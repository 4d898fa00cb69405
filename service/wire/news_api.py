"""Articles of news APIs and of feeds in JSON, which name the same few members in many ways.

The names are data: `data/news_api.yaml` lists them with the documentation of the APIs. A JSON Feed with one item is
read with the feed's title, address and language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from service.wire.article import join_names
from service.wire.refusals import wrong_shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.wire.article import Fields

    Row = Mapping[str, object]

_SPELLING = str.maketrans("", "", "_- ")
_EMPTY: tuple[object, ...] = (None, "", [], {})


def _key(name: str) -> str:
    """Return *name* as it is compared: without case, `_`, `-` and spaces. An `_id` is an id."""
    return name.translate(_SPELLING).lower()


_DATA: dict[str, Any] = yaml.safe_load((files("service.wire") / "data" / "news_api.yaml").read_text("utf-8"))
_PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    field: tuple(tuple(map(_key, path.split("."))) for path in paths) for field, paths in _DATA["fields"].items()
}
_TOP = {field: frozenset(path[0] for path in paths if len(path) == 1) for field, paths in _PATHS.items()}
_TEXT_ALONE = frozenset(map(_key, _DATA["text_alone"]))
_BESIDE_TITLE = frozenset().union(*(_TOP[name] for name in ("body", "summary", "url", "published_at"))) | {"fields"}
_PLACEHOLDER = re.compile(_DATA["placeholder"])
_CUT_TEXT = re.compile(_DATA["cut_text"])
_JSON_FEED = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")
_OTHER_NAMES = {
    "id": _TOP["id"] - _TOP["url"],
    "headline": _TOP["headline"],
    "body": _TOP["body"] | _TOP["summary"],
    "published_at": _TOP["published_at"],
}
"""Names of the members that would be lost if an article were read in the service's own format."""


def fields(row: Row) -> Fields:
    """Map the article *row*, or the only item of the JSON Feed *row*, to our fields."""
    feed: Row = {}
    if is_json_feed(row):
        feed, row = row, _only_item(row)
    item = _by_key(row)
    found = {field: _first(item, paths, text=field.startswith("source.")) for field, paths in _PATHS.items()}
    body = found["body"] or found["summary"]
    return {
        **{name: found[name] for name in ("id", "version", "url", "headline", "updated_at", "embargoed_until")},
        **{name: found[name] for name in ("published_at", "dateline", "status")},
        "body": _CUT_TEXT.sub("", body) if isinstance(body, str) else body,
        "source": {
            "name": found["source.name"] or feed.get("title"),
            "uri": found["source.uri"] or feed.get("home_page_url") or feed.get("feed_url"),
        },
        "language": found["language"] or feed.get("language"),
        "byline": join_names(found["byline"]),
    }


def is_json_feed(row: Row) -> bool:
    """Return whether *row* is a JSON Feed."""
    version = row.get("version")
    return isinstance(version, str) and _JSON_FEED.match(version) is not None and isinstance(row.get("items"), list)


def matches(row: Row) -> bool:
    """Return whether *row* has a title beside a text, an address or a time, or a text that only an article has."""
    keys = _filled(row)
    titled = bool(keys & _TOP["headline"]) and bool(keys & _BESIDE_TITLE)
    return titled or bool(keys & _TEXT_ALONE) or is_json_feed(row)


def completes(row: Row) -> bool:
    """Return whether *row* has an id, a headline, a text or a time that the service's own format would not read."""
    keys = _filled(row)
    return any(row.get(field) in _EMPTY and not keys.isdisjoint(names) for field, names in _OTHER_NAMES.items())


def has_other_time(row: Row) -> bool:
    """Return whether *row* states its time in another member than `date`."""
    keys = _filled(row)
    return "date" not in keys and bool(keys & _TOP["published_at"])


def known_members(names: Iterable[str]) -> int:
    """Return how many of *names* a news API could have given to members, or 0 if none of them is that of a text."""
    keys = frozenset(map(_key, names))
    has_text = not keys.isdisjoint(_TOP["headline"] | _TOP["body"])
    return len(keys & frozenset().union(*_TOP.values())) if has_text else 0


def _only_item(feed: Row) -> Row:
    items = feed["items"]
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        many = f"{len(items):,} items; send one per message" if isinstance(items, list) and items else "no item"
        raise wrong_shape(f"the feed holds {many}")
    return items[0]


def _by_key(row: Row) -> dict[str, object]:
    """Return *row* by the names as they are compared. Of two members with one such name, the first that is filled."""
    found: dict[str, object] = {}
    for name, value in row.items():
        if value not in _EMPTY and not (isinstance(value, str) and _PLACEHOLDER.fullmatch(value)):
            found.setdefault(_key(name), value)
    return found


def _filled(row: Row) -> frozenset[str]:
    return frozenset(_by_key(row))


def _first(item: Row, paths: Iterable[tuple[str, ...]], *, text: bool) -> object:
    """Return the first value at *paths* that is not empty. With *text*, only texts count: a source may be an object."""
    values = (_at(item, path) for path in paths)
    return next((value for value in values if value not in _EMPTY and (isinstance(value, str) or not text)), None)


def _at(item: Row, path: tuple[str, ...]) -> object:
    name, *rest = path
    value = item.get(name)
    if not rest:
        return value
    return _at(_by_key(value), tuple(rest)) if isinstance(value, Mapping) else None

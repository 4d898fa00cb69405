"""Objects around a list of articles, as APIs answer: `{"articles": […]}`, `{"response": {"results": […]}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from service.contract.reject_reasons import InvalidArticleError
from service.wire import cloudevents, detect, news_api, schema_org

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = Mapping[str, Any]
    Path = tuple[str, ...]

_LISTS = (
    *("articles", "items", "results", "data", "news", "top_news", "entries", "docs", "stories", "posts"),
    *("documents", "records", "@graph"),
)
_WRAPPERS = ("response", "data", "result")
MAX_DEPTH = 3
"""Names on the way to a list of articles, and lists in a list, at most."""
_TEXTS = ("headline", "headlines", "body", "bodies", "text", "maintext", "content", "event_text", "articleBody")
"""An object with one of these is an article, even if it also holds a list of others."""
_FEED = ("version", "title", "home_page_url", "feed_url", "language")
"""What an item of a JSON Feed needs of its feed."""


def is_article(row: Row) -> bool:
    """Return whether *row* is in a format that is read."""
    try:
        return cloudevents.is_structured(row, {}) or bool(detect.detect_format(row))
    except InvalidArticleError:
        return False


def list_path(row: Row, depth: int = 1) -> Path:
    """Return the names that lead to the list of articles in *row*, or none if *row* is no envelope.

    A list of another name counts if *row* is in no format itself.
    """
    if depth > MAX_DEPTH or _is_whole(row):
        return ()
    other_names = () if is_article({name: row[name] for name in row if name != "status"}) else row
    for name in (*_LISTS, *other_names):
        items = row.get(name)
        if isinstance(items, list) and any(_is_item(item, depth) for item in items):
            return (name,)
    for name in (*_WRAPPERS, *other_names):
        inner = row.get(name)
        if isinstance(inner, dict) and (path := list_path(inner, depth + 1)):
            return (name, *path)
    empty = next((name for name in _LISTS if row.get(name) == []), None)
    return (empty,) if empty else ()


def may_lead_to_list(path: Path) -> bool:
    """Return whether the names of *path* are those on the way to a list of articles."""
    return bool(path) and path[-1] in _LISTS and all(name in _WRAPPERS for name in path[:-1])


def is_part_of_page(row: Row) -> bool:
    """Return whether *row* describes something beside the article of a web page: the page itself, its publisher."""
    return ("@type" in row or "@graph" in row) and not schema_org.find_articles(row)


def feed_head(row: Any) -> dict[str, Any]:
    """Return what the items of *row* need of it, if it is a JSON Feed."""
    return (
        {name: row[name] for name in _FEED if name in row}
        if isinstance(row, dict) and news_api.is_json_feed(row)
        else {}
    )


def with_head(item: bytes, head: Mapping[str, Any]) -> bytes:
    """Return *item* as the only item of the JSON Feed that *head* describes."""
    return orjson.dumps(head)[:-1] + b',"items":[' + item.strip() + b"]}" if head else item


def _is_item(value: object, depth: int) -> bool:
    return isinstance(value, dict) and (is_article(value) or bool(list_path(value, depth + 1)))


def _is_whole(row: Row) -> bool:
    """Return whether *row* is one article: it has a text of its own, is an event, or holds one as its format says."""
    if cloudevents.is_structured(row, {}) or any(row.get(name) for name in _TEXTS):
        return True
    if "@type" in row or "@graph" in row:
        return len(schema_org.find_articles(row)) == 1
    if news_api.is_json_feed(row):
        return len(row["items"]) == 1
    try:
        return detect.detect_format(row) == "gdelt"
    except InvalidArticleError:
        return False

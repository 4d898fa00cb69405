"""Detect the format of a decoded value by the members or the root element that only this format has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.wire import news_api
from service.wire.decode import Xml
from service.wire.refusals import describe_type, wrong_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Row = Mapping[str, object]

_ROOT = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL)
FORMAT_BY_ROOT = {
    "newsItem": "newsml-g2",
    "newsMessage": "newsml-g2",
    "packageItem": "newsml-g2",
    "nitf": "nitf",
    "rss": "rss",
    "RDF": "rss",
    "item": "rss",
    "feed": "atom",
    "entry": "atom",
}
_NINJS_MEMBERS = frozenset(["$standard", "standard", "pubstatus", "representationtype"]) | {
    *("firstcreated", "versioncreated", "contentcreated"),
    *("headline", "headlines", "body_html", "body_text", "body_xhtml", "bodies", "descriptions"),
}
"""Members, in lower case. Every ninjs item has at least one of them beside its `uri`."""
_SUPERDESK_MEMBERS = _NINJS_MEMBERS - {"$standard", "standard", "headline"}
"""Those by which an item with a `guid` is the ninjs of Superdesk, which has no `uri`."""
_TRAFILATURA_MEMBERS = frozenset(["fingerprint", "raw_text", "source-hostname"])


def detect_format(content: object) -> str:
    """Return the name of the format of *content*. Raise `InvalidArticleError`, `wrong_shape`, if there is none."""
    if isinstance(content, Xml):
        return _detect_xml(content)
    if not isinstance(content, dict):
        raise wrong_shape(f"the value is {describe_type(content)}; one JSON object is expected")
    return _detect_json(content)


def _detect_xml(document: Xml) -> str:
    root = _ROOT.match(document.source)
    name = root[1] if root else ""
    if name == "html":
        raise wrong_shape("the value is an HTML page; send its text as `body` of a JSON object")
    if name == "NewsML":
        raise wrong_shape("the value is NewsML 1; only NewsML-G2 is read")
    if name not in FORMAT_BY_ROOT:
        raise wrong_shape("the XML is neither NewsML-G2 nor NITF nor RSS nor Atom; send one of these")
    return FORMAT_BY_ROOT[name]


def _detect_json(row: Row) -> str:
    articles = row.get("articles")
    if isinstance(articles, list) and not _is_gdelt(row):
        raise wrong_shape(f"`articles` holds {len(articles):,} articles; send one per message")
    for name, matches in SIGNATURES:
        if matches(row):
            return name
    raise wrong_shape(
        "the value has neither `headline` nor `body`, nor the members of another format; send one of them"
    )


def _is_gdelt(row: Row) -> bool:
    articles = row.get("articles")
    rows = [row, *articles] if isinstance(articles, list) else [row]
    return any(isinstance(article, dict) and "seendate" in article for article in rows)


def _is_newswire(row: Row) -> bool:
    return bool({"headline", "body", "status"} & row.keys())


def _is_ninjs(row: Row) -> bool:
    names = {name.lower() for name in row}
    return ("uri" in row and bool(_NINJS_MEMBERS & names)) or ("guid" in row and bool(_SUPERDESK_MEMBERS & names))


def _is_cc_news(row: Row) -> bool:
    return "text" in row and bool({"title", "domain"} & row.keys()) and not news_api.has_other_time(row)


SIGNATURES: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("gdelt", _is_gdelt),
    ("schema.org", lambda row: "@type" in row or "@graph" in row),
    ("news-please", lambda row: "maintext" in row),
    ("ninjs", _is_ninjs),
    ("event-registry", lambda row: {"uri", "title", "body"} <= row.keys()),
    ("newswire", lambda row: _is_newswire(row) and not news_api.completes(row)),
    ("trafilatura", lambda row: bool(_TRAFILATURA_MEMBERS & row.keys()) or row.keys() == {"text", "comments"}),
    ("cc-news", _is_cc_news),
    ("news-api", lambda row: _is_newswire(row) or news_api.matches(row)),
)
"""Names of the JSON formats, in the order in which they are tried, and the test that recognizes each."""

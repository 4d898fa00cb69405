"""schema.org articles as JSON-LD (https://schema.org/NewsArticle), as web pages carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.records import InvalidArticle, RejectReason
from service.wire.article import Fields, named

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALSO_ARTICLES = {"BlogPosting", "LiveBlogPosting", "Report"}
_DEEPEST = 3
"""Levels of `@graph` and lists in which the article is looked for."""


def fields(row: Mapping[str, object]) -> Fields:
    """Return the fields of the one article in *row*. Raises `InvalidArticle` where there is none, or several."""
    found = _articles(row)
    if len(found) != 1:
        many = f"{len(found):,} articles; send one a message" if found else "no article (`@type` NewsArticle)"
        raise InvalidArticle(RejectReason.WRONG_SHAPE, f"the JSON-LD holds {many}")
    article = found[0]
    url = _address(article.get("url")) or _address(article.get("mainEntityOfPage"))
    publisher = article.get("publisher")
    return {
        "id": article.get("@id") or url,
        "version": article.get("version"),
        "source": {
            "name": named(publisher),
            "uri": _address(publisher.get("url")) if isinstance(publisher, dict) else None,
        },
        "url": url,
        "headline": article.get("headline") or article.get("name"),
        "body": article.get("articleBody") or article.get("text") or article.get("description"),
        "language": _language(article.get("inLanguage")),
        "published_at": article.get("datePublished"),
        "updated_at": article.get("dateModified"),
        "byline": named(article.get("author")),
        "dateline": article.get("dateline"),
    }


def _articles(value: object, depth: int = 0) -> list[dict[str, object]]:
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [article for item in value for article in _articles(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    return [value] if _is_article(value.get("@type")) else _articles(value.get("@graph"), depth + 1)


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    names = [name.rpartition("/")[2].rpartition(":")[2] for name in kinds if isinstance(name, str)]
    return any(name.endswith("Article") or name in _ALSO_ARTICLES for name in names)


def _address(value: object) -> object:
    return value.get("@id") or value.get("url") if isinstance(value, dict) else value


def _language(value: object) -> object:
    return value.get("alternateName") or value.get("name") if isinstance(value, dict) else value

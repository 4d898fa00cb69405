"""schema.org articles as JSON-LD (https://schema.org/NewsArticle), as web pages carry them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.wire.article import Fields, join_names
from service.wire.refusals import wrong_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHER_ARTICLE_TYPES = {"BlogPosting", "LiveBlogPosting", "Report"}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAX_GRAPH_DEPTH = 3
"""Levels of `@graph` and lists that are searched for the article."""


def fields(row: Mapping[str, object]) -> Fields:
    """Map the only article in *row* to our fields. Raise `InvalidArticleError` if there is not exactly one."""
    articles = find_articles(row)
    if len(articles) != 1:
        many = f"{len(articles):,} articles; send one per message" if articles else "no article (`@type` NewsArticle)"
        raise wrong_shape(f"the JSON-LD holds {many}")
    article = articles[0]
    url = _address(article.get("url")) or _address(article.get("mainEntityOfPage"))
    publisher = article.get("publisher")
    return {
        "id": _absolute_iri(article.get("@id")) or _absolute_iri(url),
        "version": article.get("version"),
        "source": {
            "name": join_names(publisher),
            "uri": _address(publisher.get("url")) if isinstance(publisher, dict) else None,
        },
        "url": url,
        "headline": article.get("headline") or article.get("name"),
        "body": article.get("articleBody") or article.get("text") or article.get("description"),
        "language": _language(article.get("inLanguage")),
        "published_at": article.get("datePublished"),
        "updated_at": article.get("dateModified"),
        "byline": join_names(article.get("author")),
        "dateline": article.get("dateline"),
    }


def find_articles(value: object, depth: int = 0) -> list[dict[str, object]]:
    """Return the articles in *value*, an object of JSON-LD or a list of them."""
    if depth > _MAX_GRAPH_DEPTH:
        return []
    if isinstance(value, list):
        return [article for item in value for article in find_articles(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    return [value] if _is_article(value.get("@type")) else find_articles(value.get("@graph"), depth + 1)


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    names = [name.rpartition("/")[2].rpartition(":")[2] for name in kinds if isinstance(name, str)]
    return any(name.endswith("Article") or name in _OTHER_ARTICLE_TYPES for name in names)


def _absolute_iri(value: object) -> str | None:
    """Return *value* if it is an absolute IRI. `#article` or `_:b0` name another article on each page of a site."""
    return value if isinstance(value, str) and _SCHEME.match(value) else None


def _address(value: object) -> str | None:
    """Return the address in *value*: a text, or an object with `@id` or `url`. Some pages have `true`."""
    value = _only_item(value)
    if isinstance(value, dict):
        value = _absolute_iri(value.get("@id")) or value.get("url")
    return value if isinstance(value, str) else None


def _language(value: object) -> object:
    value = _only_item(value)
    return value.get("alternateName") or value.get("name") if isinstance(value, dict) else value


def _only_item(value: object) -> object:
    """Return the item of a list of one, and None for a longer list, which does not say which item is meant."""
    if isinstance(value, list):
        return value[0] if len(value) == 1 else None
    return value

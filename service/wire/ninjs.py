"""IPTC ninjs 1.x, 2.x and 3.x: news in JSON (https://iptc.org/standards/ninjs/), also as Superdesk writes it.

Version 3 is version 2 in camel case; version 1 has single members (`headline`, `body_xhtml`) where the later ones have
arrays with roles. So member names are matched in any case, and each text in either form. Superdesk has `guid` in place
of `uri`, because its item has no address yet, and adds `source`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.wire.article import Fields, join_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    _Rank = tuple[bool, bool, bool]


def fields(row: Mapping[str, object]) -> Fields:
    """Map the ninjs item *row* to our fields."""
    item = _lower_names(row)
    return {
        "id": item.get("uri") or item.get("guid"),
        "version": item.get("version"),
        "source": _source(item),
        "headline": _preferred(item, "headline", "headlines"),
        "body": _preferred(item, "body", "bodies") or _preferred(item, "description", "descriptions"),
        "language": item.get("language"),
        "published_at": item.get("firstcreated") or item.get("contentcreated") or item.get("versioncreated"),
        "updated_at": item.get("versioncreated"),
        "embargoed_until": item.get("embargoeduntil") or item.get("embargoed"),
        "byline": item.get("by") or item.get("byline") or join_names(item.get("authors")),
        "dateline": item.get("located"),
        "status": item.get("pubstatus"),
    }


def _lower_names(row: Mapping[str, object]) -> dict[str, object]:
    return {name.lower(): value for name, value in row.items()}


def _preferred(item: Mapping[str, object], single: str, plural: str) -> object:
    """Return the preferred one of the texts that *item* has.

    The main text is preferred to a teaser, and HTML to plain text, because it keeps the paragraphs.
    """
    if isinstance(item.get(single), str):
        return item[single]
    texts = [*_texts_in_array(item.get(plural)), *_texts_in_members(item, f"{single}_")]
    return min(texts, key=lambda text: text[0], default=(None, None))[1]


def _texts_in_array(entries: object) -> Iterator[tuple[_Rank, object]]:
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            text = _lower_names(entry)
            if text.get("value"):
                is_secondary = text.get("role") not in (None, "", "main")
                yield _rank(f"{text.get('contenttype') or ''}", is_secondary=is_secondary), text["value"]


def _texts_in_members(item: Mapping[str, object], prefix: str) -> Iterator[tuple[_Rank, object]]:
    for name, value in item.items():
        if name.startswith(prefix) and value:
            yield _rank(name), value


def _rank(kind: str, *, is_secondary: bool = False) -> _Rank:
    """Return whether the text is unreadable, secondary, and without markup. The lowest rank is preferred."""
    html = "html" in kind
    return not (html or kind == "" or "text" in kind), is_secondary, not html


def _source(item: Mapping[str, object]) -> Fields:
    sources = item.get("infosources") or item.get("infosource")
    first = sources[0] if isinstance(sources, list) and sources else None
    uri = first.get("uri") if isinstance(first, dict) else None
    name = join_names(first) or item.get("copyrightholder") or join_names(item.get("source"))
    return {"name": name, "uri": uri}

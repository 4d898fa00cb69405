"""IPTC NewsML-G2: one `newsItem`, alone or in a `newsMessage` (https://iptc.org/standards/newsml-g2/).

Read with lxml and not with IPTC's `newsmlg2`: that parses with libxml2's defaults, and reads the item's whole catalog
of schemes again for every item (40 ms each), of which nothing is needed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.wire import xml

if TYPE_CHECKING:
    from service.wire.article import Fields
    from service.wire.decode import Xml

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BODIES = ("body.content", "body")
"""Where NITF and XHTML keep the text of the article."""


def fields(document: Xml) -> Fields:
    """Return the fields of the one news item in *document*.

    Raises `InvalidArticleError` where there is none, or several.
    """
    item = _item(xml.parse(document.source))
    xml.drop_namespaces(item)
    meta, content = "itemMeta", "contentMeta"
    return {
        "id": item.get("guid"),
        "version": item.get("version"),
        "source": _source(item),
        "headline": xml.words(item, f"{content}/headline", f"{content}/title", f"{meta}/title", ".//hl1"),
        "body": _body(item),
        "language": xml.attribute(item, f"{content}/language", "tag") or item.get(_LANGUAGE),
        "published_at": xml.words(item, f"{meta}/firstCreated", f"{content}/contentCreated", f"{meta}/versionCreated"),
        "updated_at": xml.words(item, f"{meta}/versionCreated"),
        "embargoed_until": xml.words(item, f"{meta}/embargoed"),
        "byline": xml.words(item, f"{content}/by") or _name(item, f"{content}/creator"),
        "dateline": xml.words(item, f"{content}/dateline") or _name(item, f"{content}/located"),
        "status": _status(item),
    }


def _item(root: xml.Element) -> xml.Element:
    items = [root] if xml.tag(root) == "newsItem" else root.findall("{*}itemSet/{*}newsItem")
    if len(items) == 1:
        return items[0]
    if items:
        raise InvalidArticleError(
            RejectReason.WRONG_SHAPE, f"{len(items):,} news items in one message; send one a message"
        )
    detail = f"a {xml.tag(root)} without a newsItem has no text of its own; send the newsItem"
    raise InvalidArticleError(RejectReason.METADATA_ONLY, detail)


def _local(qcode: str | None) -> str | None:
    """Return the code of *qcode* without the alias of its scheme: `usable` of `stat:usable`."""
    return qcode.rpartition(":")[2] if qcode else None


def _status(item: xml.Element) -> str | None:
    """Return the code of the publication status; by the standard, an item without one is usable.

    Raises `InvalidArticleError` where one is there, but has no code: it may withdraw what was sent before.
    """
    status = item.find("itemMeta/pubStatus")
    if status is None:
        return None
    code = _local(status.get("qcode")) or re.split("[/#]", status.get("uri", "").rstrip("/"))[-1]
    if not code:
        raise InvalidArticleError(RejectReason.WRONG_SHAPE, "`pubStatus` has no code; give it a qcode or a uri")
    return code


def _name(item: xml.Element, path: str) -> str | None:
    code = _local(xml.attribute(item, path, "qcode"))
    return xml.words(item, f"{path}/name") or xml.attribute(item, path, "literal") or code


def _source(item: xml.Element) -> Fields:
    for path in ("contentMeta/infoSource", "itemMeta/provider"):
        name = _name(item, path)
        if name:
            return {"name": name, "uri": xml.attribute(item, path, "uri")}
    return {}


def _body(item: xml.Element) -> str | None:
    """Return the text of the first rendition that is in the item itself, with its markup."""
    for content in item.iterfind("contentSet/*"):
        if content.tag == "inlineXML":
            body = next((found for name in _BODIES if (found := content.find(f".//{name}")) is not None), content)
            return xml.html(body)
        if content.tag == "inlineData":
            return "".join(content.itertext())
    description = xml.words(item, "contentMeta/description")
    withdrawn = _status(item) in {"canceled", "withheld"}
    if description is None and item.find("contentSet/remoteContent") is not None and not withdrawn:
        raise InvalidArticleError(
            RejectReason.METADATA_ONLY, "the text is elsewhere (remoteContent); send it in the item"
        )
    return description

"""IPTC NewsML-G2: one `newsItem`, alone or in a `newsMessage` (https://iptc.org/standards/newsml-g2/).

Read with lxml and not with IPTC's `newsmlg2`, which parses with libxml2's unsafe defaults and reads the whole catalog
of schemes for every item (40 ms each), although nothing of it is needed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.wire import xml
from service.wire.refusals import wrong_shape

if TYPE_CHECKING:
    from service.wire.article import Fields
    from service.wire.decode import Xml

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BODIES = ("body.content", "body")
"""Elements in which NITF and XHTML keep the text of the article."""


def fields(document: Xml) -> Fields:
    """Map the only news item in *document* to our fields. Raise `InvalidArticleError` if there is not exactly one."""
    item = _item(xml.parse(document.source))
    xml.drop_namespaces(item)
    meta, content = "itemMeta", "contentMeta"
    return {
        "id": item.get("guid"),
        "version": item.get("version"),
        "source": _source(item),
        "headline": xml.first_text(item, f"{content}/headline", f"{content}/title", f"{meta}/title", ".//hl1"),
        "body": _body(item),
        "language": xml.attribute(item, f"{content}/language", "tag") or item.get(_LANGUAGE),
        "published_at": xml.first_text(
            item, f"{meta}/firstCreated", f"{content}/contentCreated", f"{meta}/versionCreated"
        ),
        "updated_at": xml.first_text(item, f"{meta}/versionCreated"),
        "embargoed_until": xml.first_text(item, f"{meta}/embargoed"),
        "byline": xml.first_text(item, f"{content}/by") or _name(item, f"{content}/creator"),
        "dateline": xml.first_text(item, f"{content}/dateline") or _name(item, f"{content}/located"),
        "status": _status(item),
    }


def _item(root: xml.Element) -> xml.Element:
    items = [root] if xml.local_name(root) == "newsItem" else root.findall("{*}itemSet/{*}newsItem")
    if len(items) == 1:
        return items[0]
    if items:
        raise wrong_shape(f"{len(items):,} news items in one message; send one per message")
    detail = f"a {xml.local_name(root)} without a newsItem has no text of its own; send the newsItem"
    raise InvalidArticleError(RejectReason.METADATA_ONLY, detail)


def _code(qcode: str | None) -> str | None:
    """Return the code of *qcode* without the alias of its scheme: `usable` for `stat:usable`."""
    return qcode.rpartition(":")[2] if qcode else None


def _status(item: xml.Element) -> str | None:
    """Return the code of the publication status, or None. By the standard, an item without one is usable.

    Raise `InvalidArticleError` if there is a status without a code: it may be a withdrawal.
    """
    status = item.find("itemMeta/pubStatus")
    if status is None:
        return None
    code = _code(status.get("qcode")) or re.split("[/#]", status.get("uri", "").rstrip("/"))[-1]
    if not code:
        raise wrong_shape("`pubStatus` has no code; give it a qcode or a uri")
    return code


def _name(item: xml.Element, path: str) -> str | None:
    code = _code(xml.attribute(item, path, "qcode"))
    return xml.first_text(item, f"{path}/name") or xml.attribute(item, path, "literal") or code


def _source(item: xml.Element) -> Fields:
    for path in ("contentMeta/infoSource", "itemMeta/provider"):
        name = _name(item, path)
        if name:
            return {"name": name, "uri": xml.attribute(item, path, "uri")}
    return {}


def _body(item: xml.Element) -> str | None:
    """Return the first rendition that is in the item itself, with its markup."""
    for content in item.iterfind("contentSet/*"):
        if content.tag == "inlineXML":
            body = next((body for name in _BODIES if (body := content.find(f".//{name}")) is not None), content)
            return xml.to_html(body)
        if content.tag == "inlineData":
            return "".join(content.itertext())
    description = xml.first_text(item, "contentMeta/description")
    withdrawn = _status(item) in {"canceled", "withheld"}
    if description is None and item.find("contentSet/remoteContent") is not None and not withdrawn:
        raise InvalidArticleError(RejectReason.METADATA_ONLY, "the text is in remoteContent; send it in the item")
    return description

"""IPTC NewsML-G2: one `newsItem`, alone or in a `newsMessage` (https://iptc.org/standards/newsml-g2/).

Read with lxml and not with IPTC's `newsmlg2`: that parses with libxml2's defaults, and reads the item's whole catalog
of schemes again for every item (40 ms each), of which nothing is needed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from service.records import InvalidArticle, RejectReason

if TYPE_CHECKING:
    from service.wire.article import Fields
    from service.wire.decode import Xml

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BODIES = ("body.content", "body")
"""Where NITF and XHTML keep the text of the article."""


def fields(document: Xml) -> Fields:
    """Return the fields of the one news item in *document*. Raises `InvalidArticle` where there is none, or several."""
    item = _item(_parse(document.source))
    _drop_namespaces(item)
    meta, content = "itemMeta", "contentMeta"
    return {
        "id": item.get("guid"),
        "version": item.get("version"),
        "source": _source(item),
        "headline": _words(item, f"{content}/headline", f"{content}/title", f"{meta}/title", ".//hl1"),
        "body": _body(item),
        "language": _attribute(item, f"{content}/language", "tag") or item.get(_LANGUAGE),
        "published_at": _words(item, f"{meta}/firstCreated", f"{content}/contentCreated", f"{meta}/versionCreated"),
        "updated_at": _words(item, f"{meta}/versionCreated"),
        "embargoed_until": _words(item, f"{meta}/embargoed"),
        "byline": _words(item, f"{content}/by") or _name(item, f"{content}/creator"),
        "dateline": _words(item, f"{content}/dateline") or _name(item, f"{content}/located"),
        "status": _local(_attribute(item, f"{meta}/pubStatus", "qcode")),
    }


def _parse(source: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # libxml2's own limits on depth and length stay
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(source.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise InvalidArticle(RejectReason.NOT_JSON, f"the XML breaks at line {line}, column {column}") from None


def _item(root: etree._Element) -> etree._Element:
    items = [root] if _tag(root) == "newsItem" else root.findall("{*}itemSet/{*}newsItem")
    if len(items) == 1:
        return items[0]
    if items:
        raise InvalidArticle(RejectReason.WRONG_SHAPE, f"{len(items):,} news items in one message; send one a message")
    detail = f"a {_tag(root)} without a newsItem has no text of its own; send the newsItem"
    raise InvalidArticle(RejectReason.METADATA_ONLY, detail)


def _tag(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _drop_namespaces(item: etree._Element) -> None:
    for element in item.iter(etree.Element):
        element.tag = _tag(element)
    etree.cleanup_namespaces(item)


def _words(item: etree._Element, *paths: str) -> str | None:
    for path in paths:
        element = item.find(path)
        words = "".join(element.itertext()).strip() if element is not None else ""
        if words:
            return words
    return None


def _attribute(item: etree._Element, path: str, name: str) -> str | None:
    element = item.find(path)
    found: str | None = element.get(name) if element is not None else None
    return found


def _local(qcode: str | None) -> str | None:
    """Return the code of *qcode* without the alias of its scheme: `usable` of `stat:usable`."""
    return qcode.rpartition(":")[2] if qcode else None


def _name(item: etree._Element, path: str) -> str | None:
    return _words(item, f"{path}/name") or _attribute(item, path, "literal") or _local(_attribute(item, path, "qcode"))


def _source(item: etree._Element) -> Fields:
    for path in ("contentMeta/infoSource", "itemMeta/provider"):
        name = _name(item, path)
        if name:
            return {"name": name, "uri": _attribute(item, path, "uri")}
    return {}


def _body(item: etree._Element) -> str | None:
    """Return the text of the first rendition that is in the item itself, with its markup."""
    for content in item.iterfind("contentSet/*"):
        if content.tag == "inlineXML":
            body = next((found for name in _BODIES if (found := content.find(f".//{name}")) is not None), content)
            return str(etree.tostring(body, encoding="unicode", method="html", with_tail=False))
        if content.tag == "inlineData":
            return "".join(content.itertext())
    description = _words(item, "contentMeta/description")
    withdrawn = _local(_attribute(item, "itemMeta/pubStatus", "qcode")) in {"canceled", "withheld"}
    if description is None and item.find("contentSet/remoteContent") is not None and not withdrawn:
        raise InvalidArticle(RejectReason.METADATA_ONLY, "the text is elsewhere (remoteContent); send it in the item")
    return description

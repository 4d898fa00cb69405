"""NITF 3.x, the older XML of IPTC that many wires still send (https://iptc.org/standards/nitf/)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.wire import xml

if TYPE_CHECKING:
    from service.wire.article import Fields
    from service.wire.decode import Xml

_DOCUMENT = "head/docdata"
_HEAD = "body/body.head"


def fields(document: Xml) -> Fields:
    """Map the NITF *document* to our fields."""
    root = xml.parse(document.source)
    xml.drop_namespaces(root)
    return {
        "id": xml.attribute(root, f"{_DOCUMENT}/doc-id", "id-string"),
        "version": xml.attribute(root, f"{_DOCUMENT}/du-key", "version"),
        "source": {
            "name": xml.attribute(root, f"{_DOCUMENT}/doc-id", "regsrc")
            or xml.attribute(root, f"{_DOCUMENT}/doc.copyright", "holder")
        },
        "headline": xml.first_text(root, f"{_HEAD}/hedline/hl1", f"{_HEAD}/hedline", "head/title"),
        "body": _body(root),
        "language": root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        "published_at": xml.attribute(root, f"{_DOCUMENT}/date.issue", "norm"),
        "updated_at": xml.attribute(root, f"{_DOCUMENT}/date.issue", "norm"),
        "embargoed_until": xml.attribute(root, f"{_DOCUMENT}/date.release", "norm"),
        "byline": xml.first_text(root, f"{_HEAD}/byline/person", f"{_HEAD}/byline"),
        "dateline": xml.first_text(root, f"{_HEAD}/dateline", f"{_HEAD}/dateline/location"),
        "status": _status(root),
    }


def _body(root: xml.Element) -> str | None:
    for path in ("body/body.content", "body"):
        element = root.find(path)
        if element is not None:
            return xml.to_html(element)
    return None


def _status(root: xml.Element) -> str | None:
    """Return the status. An embargoed article is usable and carries its embargo."""
    status = xml.attribute(root, _DOCUMENT, "management-status")
    return None if status == "embargoed" else status

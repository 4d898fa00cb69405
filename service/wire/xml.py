"""A safe XML parser, and helpers to read text and attributes, for the XML formats of IPTC."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from service.contract.reject_reasons import InvalidArticleError, RejectReason

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for the type of its elements


def parse(source: str) -> Element:
    """Return the root of *source*. Raise `InvalidArticleError`, `not_json`, if it is not well-formed."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # keeps libxml2's own limits on depth and length
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(source.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise InvalidArticleError(RejectReason.NOT_JSON, f"the XML breaks at line {line}, column {column}") from None
    return root


def drop_namespaces(root: Element) -> None:
    """Remove the namespace from every element name in *root*, so that paths need none."""
    for element in root.iter(etree.Element):
        element.tag = local_name(element)
    etree.cleanup_namespaces(root)


def local_name(element: Element) -> str:
    """Return the name of *element* without its namespace."""
    return str(etree.QName(element).localname)


def first_text(root: Element, *paths: str) -> str | None:
    """Return the text at the first of *paths* that has any."""
    for path in paths:
        element = root.find(path)
        text = " ".join("".join(element.itertext()).split()) if element is not None else ""
        if text:
            return text
    return None


def attribute(root: Element, path: str, name: str) -> str | None:
    """Return the attribute *name* of the element at *path*."""
    element = root.find(path)
    value: str | None = element.get(name) if element is not None else None
    return value


def to_html(element: Element) -> str:
    """Return *element* as HTML, for `service.wire.html_text`."""
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))

"""What the XML formats of IPTC have in common: a safe parser, and ways to their words."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from service.contract.records import InvalidArticle, RejectReason

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for the type of its elements


def parse(source: str) -> Element:
    """Return the root of *source*. Raises `InvalidArticle`, `not_json`, where it is not well-formed."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # libxml2's own limits on depth and length stay
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(source.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise InvalidArticle(RejectReason.NOT_JSON, f"the XML breaks at line {line}, column {column}") from None
    return root


def drop_namespaces(root: Element) -> None:
    """Make every name in *root* the one without its namespace, so that paths need none."""
    for element in root.iter(etree.Element):
        element.tag = local_name(element)
    etree.cleanup_namespaces(root)


def local_name(element: Element) -> str:
    """Return the name of *element* without its namespace."""
    return str(etree.QName(element).localname)


def first_text(root: Element, *paths: str) -> str | None:
    """Return the text of the first of *paths* that has any."""
    for path in paths:
        element = root.find(path)
        found = " ".join("".join(element.itertext()).split()) if element is not None else ""
        if found:
            return found
    return None


def attribute(root: Element, path: str, name: str) -> str | None:
    """Return the attribute *name* of the element at *path*."""
    element = root.find(path)
    found: str | None = element.get(name) if element is not None else None
    return found


def to_html(element: Element) -> str:
    """Return *element* written as HTML, for `markup` to read."""
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))

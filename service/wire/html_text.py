"""Convert HTML to text with paragraph breaks.

lexbor parses it as a browser would, so an unclosed tag, a stray `<` or a whole page lose nothing but their markup.
"""

from __future__ import annotations

import html
import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser, LexborNode


def _tags(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_PARAGRAPH_TAGS = _tags(
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hl1 hl2 hr main nav ol p pre section table ul"
)
"""Block elements, separated by a blank line. `hl1` and `hl2` are the headlines of NITF."""
_LINE_TAGS = _tags("caption li option tr")
_CELL_TAGS = _tags("td th")
_HIDDEN_TAGS = _tags("button canvas head iframe math noscript object script select style svg template textarea title")
_INLINE_TAGS = _tags("a abbr b cite code em font i mark q s small span strong sub sup tbody thead u")

_KNOWN_TAGS = "|".join(
    sorted(_PARAGRAPH_TAGS | _LINE_TAGS | _CELL_TAGS | _HIDDEN_TAGS | _INLINE_TAGS | {"html"}, key=len, reverse=True)
)
_TAG = re.compile(
    rf"</(?i:{_KNOWN_TAGS})\s*>"
    r"|<(?i:br)\s*/?>"
    r"|<(?:p|hr|div|html)\s*/?>"
    r"|<(?i:a|body|div|font|h\d|hr|html|img|p|span|table|td)\s[^<>=]*+=[^<>]*+>"
    r"|<(?i:!doctype\s+html)\b[^<>]*+>"
)
"""A closing tag, a tag with attributes, or, in lower case, one of the few tags that are used without either.

So "a < b", "<name@example.org>" and the share symbols of market reports ("Phillips Petroleum <P>") are not HTML.
"""

_SPACE = re.compile(r"[ \t\n\r\f]+")
_AROUND_BREAK = re.compile(r" ?\n ?")
_MANY_BREAKS = re.compile(r"\n{3,}")

_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_OPTIONAL_END_TAGS = _tags("p br hr img li dt dd tr td th option input meta link wbr")
_MAX_DEPTH = 500
"""Levels of nesting. Beyond them tags are only removed, as lexbor's time grows with the square (100,000: 12 s)."""

_FORMATTING = re.compile(r"(</?)(?:(a|font)|big|b|code|em|i|nobr|small|strike|strong|s|tt|u)(?=[\s/>])", re.IGNORECASE)
"""Formatting elements: an HTML parser opens those that are still open again in each block that follows.

400 of them, left open before 250 paragraphs, make 100,000 elements (5 kB of markup, 36 MB of memory).
"""


def _without_formatting(source: str) -> str:
    """Return *source* with formatting elements replaced by neutral ones that are not opened again.

    `span` closes an `svg` that was left open, as most formatting elements do. `a` and `font` become `ins`, which, like
    `a`, does not.
    """
    return _FORMATTING.sub(lambda tag: f"{tag[1]}{'ins' if tag[2] else 'span'}", source)


def is_html(text: str) -> bool:
    """Return whether *text* contains HTML tags."""
    return "<" in text and _TAG.search(text) is not None


def to_text(source: str) -> str:
    """Return the text of *source*: a blank line between paragraphs, a line break for `<br>`, list items and rows."""
    parts = [html.unescape(re.sub("<[^<>]*>", "\n", source))] if _is_too_deep(source) else _parts(source)
    text = _AROUND_BREAK.sub("\n", re.sub("[ \t]+", " ", "".join(parts).replace("\r\n", "\n")))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def _parts(source: str) -> list[str]:
    parts: list[str] = []
    root = LexborHTMLParser(_without_formatting(source)).root
    stack: list[LexborNode | str] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.is_text_node:
            words = node.text_content or ""
            in_pre = node.parent is not None and node.parent.tag == "pre"
            parts.append(words if in_pre else _SPACE.sub(" ", words))
        elif node.tag == "br":
            parts.append("\n")
        elif node.is_element_node and node.tag not in _HIDDEN_TAGS:
            separator = _separator(node.tag)
            parts.append(separator)
            stack.append(separator)
            stack.extend(reversed(_children(node)))
    return parts


def _separator(tag: str | None) -> str:
    if tag in _PARAGRAPH_TAGS:
        return "\n\n"
    if tag in _LINE_TAGS:
        return "\n"
    return " " if tag in _CELL_TAGS else ""


def _children(node: LexborNode) -> list[LexborNode]:
    children = []
    child = node.first_child
    while child is not None:
        children.append(child)
        child = child.next
    return children


def _is_too_deep(source: str) -> bool:
    depth: Counter[str] = Counter()
    total = 0
    for closing, name in _OPEN_OR_CLOSE.findall(source):
        tag = name.lower()
        if tag in _OPTIONAL_END_TAGS:
            continue
        if not closing:
            depth[tag] += 1
            total += 1
        elif depth[tag]:
            depth[tag] -= 1
            total -= 1
        if total > _MAX_DEPTH:
            return True
    return False

"""A record as HTML: what people see, and nothing that an article could make their browser do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from service.views import html

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "article", "aside", "section", "details", "summary"),
    *("h1", "h3", "p", "div", "span", "b", "q", "small", "mark", "time", "a", "ul", "li", "abbr"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "path", "circle", "g"),
}
ATTRIBUTES = {
    *("class", "title", "dir", "lang", "datetime", "href", "rel", "target", "scope", "charset", "name", "content"),
    *("http-equiv", "viewbox", "role", "aria-label", "d", "cx", "cy", "r"),
}


@pytest.fixture(params=[html.fragment, html.document], ids=["fragment", "document"])
def page(request: pytest.FixtureRequest, hostile: EnrichedArticle) -> LexborHTMLParser:
    """Return a record that means harm, read as a browser reads it."""
    return LexborHTMLParser(request.param(hostile))


def test_no_element_comes_from_an_article(page: LexborHTMLParser) -> None:
    """Only elements and attributes of our templates are there: no script, no image, no handler."""
    assert page.root is not None
    for node in page.root.traverse():
        if node.tag and not node.tag.startswith(("-", "!")):
            assert node.tag in ELEMENTS
            assert {name.lower() for name in node.attributes} <= ATTRIBUTES


def test_no_link_runs_anything(page: LexborHTMLParser) -> None:
    """A `javascript:` address becomes no link."""
    assert page.css("a") == []


def test_harm_is_shown_as_words(page: LexborHTMLParser) -> None:
    """What would have been markup is there to be read."""
    text = page.css_first(".text")

    assert text is not None
    assert "<script>window.harmed = 1</script>" in text.text()


@pytest.mark.parametrize(
    "url", ["data:text/html,x", "JavaScript:alert(1)", "//evil.example", "http://", "ftp://a.example", "http://[", ""]
)
def test_only_web_addresses_are_links(record: EnrichedArticle, url: str) -> None:
    """Anything but http and https with a host stays text."""
    shown = html.fragment(record.model_copy(update={"url": url}))

    assert "<a " not in shown


def test_a_web_address_is_a_link(record: EnrichedArticle) -> None:
    """The original can be opened, and does not learn where the reader came from."""
    link = LexborHTMLParser(html.fragment(record)).css_first("a")

    assert link is not None
    assert link.attributes["href"] == "https://wire.example/cluj?a=1&b=2"
    assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_a_record_shows_what_was_found(record: EnrichedArticle) -> None:
    """Text, marks, places with coordinates, events with who did what, tags and countries."""
    page = LexborHTMLParser(html.document(record))
    text = page.css_first(".text")
    marked = [(node.text(), node.attributes["class"]) for node in page.css(".text mark")]

    assert text is not None
    assert text.text() == record.text
    assert ("Cluj", "entity place") in marked
    assert ("marched", "trigger") in marked
    assert [node.text() for node in page.css(".chips .chip")] == ["RO", "protest"]
    assert "46.77, 23.60" in page.css("table")[0].text()
    assert "teachers → " in page.css(".events")[0].text()
    assert len(page.css("svg circle")) == 2


def test_a_file_needs_nothing_beside_it(record: EnrichedArticle) -> None:
    """The document loads nothing, runs nothing, and its policy lets it do no more than its one style."""
    shown = html.document(record)

    assert re.search(r"default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;", shown)
    assert not re.search(r"""(?:src|href)=["'](?!https://wire\.example)""", shown)
    assert not re.search(r"\bstyle=", shown)
    assert shown.lstrip().startswith("<!doctype html>")


def test_an_empty_record_says_why(record: EnrichedArticle) -> None:
    """Where nothing was found the reason stands in its place."""
    none_found = {"entities": "no name", "locations": "no place", "events": "no event"}
    bare = record.model_copy(
        update={name: [] for name in ("entities", "locations", "countries", "events", "tags")}
        | {"none_found": record.none_found.model_copy(update=none_found), "status": "unsupported_language"}
    )

    shown = LexborHTMLParser(html.document(bare))

    assert [node.text() for node in shown.css(".tables .note")] == ["no place", "no event", "no name"]
    assert [node.text() for node in shown.css(".chip.status")] == ["unsupported language"]
    assert shown.css("svg") == []


def test_the_live_page_bears_a_giant(record: EnrichedArticle) -> None:
    """A record as long as they may be is cut on the live page, with a word of it, and whole in a file."""
    giant = record.model_copy(update={"text": record.text + " word" * 200_000, "entities": record.entities * 2000})

    fragment = html.fragment(giant)

    assert len(fragment) < 120_000
    assert "more characters are in the record" in fragment
    assert len(html.document(giant)) > 1_000_000

"""A record as HTML shows what was enriched, and makes no browser do what an article wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from service.views import html
from tests.views.conftest import mention

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
    """Return a hostile record, parsed as a browser parses it."""
    return LexborHTMLParser(request.param(hostile))


def test_no_element_comes_from_an_article(page: LexborHTMLParser) -> None:
    """Only elements and attributes of our templates occur: no script, no image, no event handler."""
    assert page.root is not None
    for node in page.root.traverse():
        if node.tag and not node.tag.startswith(("-", "!")):
            assert node.tag in ELEMENTS
            assert {name.lower() for name in node.attributes} <= ATTRIBUTES


def test_no_link_runs_a_script(page: LexborHTMLParser) -> None:
    """A `javascript:` address does not become a link."""
    assert page.css("a") == []


def test_markup_of_an_article_is_shown_as_text(page: LexborHTMLParser) -> None:
    """What would have been markup can be read."""
    text = page.css_first(".text")

    assert text is not None
    assert "<script>window.harmed = 1</script>" in text.text()


@pytest.mark.parametrize(
    "url", ["data:text/html,x", "JavaScript:alert(1)", "//evil.example", "http://", "ftp://a.example", "http://[", ""]
)
def test_only_web_addresses_are_links(record: EnrichedArticle, url: str) -> None:
    """Only http and https addresses with a host become links."""
    shown = html.fragment(record.model_copy(update={"url": url}))

    assert "<a " not in shown


def test_a_web_address_is_a_link(record: EnrichedArticle) -> None:
    """The original article can be opened, and its site does not learn where the reader came from."""
    link = LexborHTMLParser(html.fragment(record)).css_first("a")

    assert link is not None
    assert link.attributes["href"] == "https://wire.example/cluj?a=1&b=2"
    assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_a_record_shows_what_it_holds(record: EnrichedArticle) -> None:
    """Text, marks, places with coordinates, events with actors, topics, tags and countries are shown."""
    page = LexborHTMLParser(html.document(record))
    text = page.css_first(".text")
    marked = [(node.text(), node.attributes["class"]) for node in page.css(".text mark")]

    assert text is not None
    assert text.text() == record.text
    assert ("Cluj", "entity place") in marked
    assert ("marched", "main trigger") in marked
    assert [node.text() for node in page.css(".chips .chip")] == [
        "RO",
        "demonstration 0.87",
        "teachers 0.60",
        "protest",
    ]
    assert "46.77, 23.60" in page.css("table")[0].text()
    assert "teachers → " in page.css(".events")[0].text()
    assert [node.text() for node in page.css(".topics li")] == ["demonstration 0.87 marched", "teachers 0.60"]
    assert len(page.css("svg circle")) == 2


def test_cyrillic_and_letters_with_a_mark_of_their_own_shift_no_mark(record: EnrichedArticle) -> None:
    """Offsets are code points: a letter and its mark are two. The browser is told the language of the text."""
    words = "Иван Петро\u0301в"
    text = f"За\u0301мъкът и\u0306 Bras\u0306ov: {words} e тук."  # noqa: RUF001 - Cyrillic
    entity = record.entities[0].model_copy(update={"mentions": [mention(text, words)]})
    nothing: dict[str, list[object]] = {"locations": [], "events": []}
    shown = record.model_copy(update={"text": text, "language": "bg", "entities": [entity]} | nothing)

    for page in (html.fragment(shown), html.document(shown)):
        (box,) = LexborHTMLParser(page).css(".text")

        assert box.text() == text
        assert box.attributes["lang"] == "bg"
        assert [node.text() for node in box.css("mark")] == [words]


def test_the_main_event_stands_out(record: EnrichedArticle) -> None:
    """The story's own event is marked in the text and in the list, and another event is not."""
    other = record.events[0].model_copy(update={"main": False, "trigger": mention(record.text, "hurt")})
    page = LexborHTMLParser(html.document(record.model_copy(update={"events": [*record.events, other]})))

    assert [node.text() for node in page.css(".text mark.main")] == ["marched"]
    assert ["main" in node.text().split() for node in page.css(".events li")] == [True, False]


def test_a_document_needs_no_other_file(record: EnrichedArticle) -> None:
    """The document loads and runs nothing, and its policy allows nothing but its one style sheet."""
    shown = html.document(record)

    assert re.search(r"default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;", shown)
    assert not re.search(r"""(?:src|href)=["'](?!https://wire\.example)""", shown)
    assert not re.search(r"\bstyle=", shown)
    assert shown.lstrip().startswith("<!doctype html>")


def test_an_empty_record_says_why(record: EnrichedArticle) -> None:
    """An empty list is replaced by the reason why it is empty."""
    none_found = {"entities": "no name", "locations": "no place", "events": "no event", "topics": "no topic"}
    bare = record.model_copy(
        update={name: [] for name in ("entities", "locations", "countries", "events", "topics", "tags")}
        | {"none_found": record.none_found.model_copy(update=none_found), "status": "unsupported_language"}
    )

    shown = LexborHTMLParser(html.document(bare))

    assert [node.text() for node in shown.css(".tables .note")] == ["no place", "no event", "no topic", "no name"]
    assert [node.text() for node in shown.css(".chip.status")] == ["unsupported language"]
    assert shown.css("svg") == []


def test_a_record_from_before_topics_has_no_list_of_them(record: EnrichedArticle) -> None:
    """A record without topics that gives no reason was written when there were none: nothing is shown."""
    assert "Topics" not in html.document(record.model_copy(update={"topics": []}))


def test_a_long_record_is_cut_on_the_live_page(record: EnrichedArticle) -> None:
    """The longest record is cut on the live page, which says so, and is whole in a document."""
    giant = record.model_copy(update={"text": record.text + " word" * 200_000, "entities": record.entities * 2000})

    fragment = html.fragment(giant)

    assert len(fragment) < 120_000
    assert "more characters are in the record" in fragment
    assert len(html.document(giant)) > 1_000_000


def test_a_retracted_record_shows_no_text(record: EnrichedArticle) -> None:
    """Neither the headline nor the text of a retracted article is on the live page, and the entry says why."""
    retracted = record.model_copy(update={"status": "retracted"})

    fragment = html.fragment(retracted)

    assert "retracted this article" in fragment
    assert [node.text() for node in LexborHTMLParser(fragment).css(".chip.status")] == ["retracted"]
    assert not any(words in fragment for words in ("Teachers", "marched", "wire.example"))
    assert record.id in fragment


def test_the_id_of_a_retracted_record_is_escaped(hostile: EnrichedArticle) -> None:
    """A hostile id or source is shown as text."""
    page = LexborHTMLParser(html.fragment(hostile.model_copy(update={"status": "retracted"})))

    assert page.css("script, svg, img") == []

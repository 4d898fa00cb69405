"""What is read from a feed: its items, each recognised again, and its wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from service import wire
from service.errors import FeedError
from service.feeds import feed_channel, feed_items
from service.feeds.feed_channel import Channel

if TYPE_CHECKING:
    from service.feeds.feed_items import Feed, Item

ITEM = "<item><guid>{0}</guid><title>Ferry {0} sails</title><description>From Varna to Odesa.</description></item>"
ENTRY = "<entry><id>urn:ferry:{0}</id><title>Ferry {0} sails</title><summary>From Varna to Odesa.</summary></entry>"


def rss(items: str, head: str = "") -> bytes:
    """Return an RSS feed."""
    return f'<rss version="2.0"><channel><title>Harbour News</title>{head}{items}</channel></rss>'.encode()


def read(body: bytes) -> Feed:
    """Read *body*."""
    return feed_items.read(body, "https://harbour.example/rss")


def only(body: bytes) -> Item:
    """Return the only item of *body*."""
    (item,) = read(body).items
    return item


@pytest.mark.parametrize(
    "body",
    [
        rss(ITEM.format("urn:ferry:1") + ITEM.format("urn:ferry:2")),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour News</title>' + ENTRY.format(1) + ENTRY.format(2)
        ).encode()
        + b"</feed>",
        orjson.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Harbour News",
                "items": [
                    {"id": f"urn:ferry:{number}", "title": f"Ferry {number} sails", "content_text": "From Varna."}
                    for number in (1, 2)
                ],
            }
        ),
    ],
    ids=["RSS", "Atom", "JSON Feed"],
)
def test_a_feed_is_read_in_every_format(body: bytes) -> None:
    """Each item is an article of its own, keyed by its id, with the title of the feed as its source."""
    feed = read(body)
    articles = [wire.read(item.value, {}) for item in feed.items]

    assert feed.channel.title == "Harbour News"
    assert [item.key for item in feed.items] == [b"urn:ferry:1", b"urn:ferry:2"]
    assert [article.id for article in articles] == ["urn:ferry:1", "urn:ferry:2"]
    assert {article.source.name for article in articles} == {"Harbour News"}


def test_an_item_is_recognised_by_its_id_and_its_text() -> None:
    """Whatever else changes in the feed, and however many items it has."""
    first = only(rss(ITEM.format(1), "<lastBuildDate>Mon, 02 Mar 2026 10:30:00 GMT</lastBuildDate>"))
    again = read(rss(ITEM.format(2) + ITEM.format(1) + "<lastBuildDate>Tue</lastBuildDate>")).items[1]
    changed = only(rss(ITEM.format(1).replace("Varna", "Burgas")))

    assert (again.identity, again.content) == (first.identity, first.content)
    assert (changed.identity, changed.content == first.content) == (first.identity, False)


def test_an_item_without_an_id_is_recognised_by_its_text() -> None:
    """Its key is a hash of the message, which changes with the rest of a feed of one item."""
    item = ITEM.format(1).replace("<guid>1</guid>", "")

    first = only(rss(item, "<lastBuildDate>Mon</lastBuildDate>"))
    again = only(rss(item, "<lastBuildDate>Tue</lastBuildDate>"))

    assert (first.identity, first.content) == (again.identity, again.content)


def test_one_damaged_item_costs_no_other() -> None:
    """It is reported with its position."""
    feed = read(rss(ITEM.format(1) + "<item><guid>2</guid><title>Open" + ITEM.format(3)))

    assert [item.key for item in feed.items] == [b"1", b"3"]
    assert "item 2" in feed.unreadable[0]


def test_an_article_that_will_be_refused_is_an_item() -> None:
    """The dead letter says why, so that nothing vanishes on the way."""
    assert only(rss("<item><guid>1</guid><pubDate>soon</pubDate><title>Ferry</title></item>")).key == b"1"


def test_only_so_many_items_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the feed, which are the newest. The others are counted."""
    monkeypatch.setattr(feed_items, "MAX_ITEMS", 10)

    feed = read(rss("".join(ITEM.format(number) for number in range(15))))

    assert (len(feed.items), feed.items[0].key, feed.left_out) == (10, b"0", 5)


@pytest.mark.parametrize(
    "body", [rss(""), b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}']
)
def test_a_feed_may_be_empty(body: bytes) -> None:
    """A new feed has no items yet."""
    assert read(body).items == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><body>Welcome</body></html>",
        b'{"error": "no such feed"}',
        b"<error>no such feed</error>",
        b"\x00\x01",
    ],
)
def test_what_is_no_feed_is_a_failure(body: bytes) -> None:
    """A page that a server sends in place of the feed is reported, and not sent to Kafka."""
    with pytest.raises(FeedError, match="there is no feed") as caught:
        read(body)

    assert caught.value.reason == "not_a_feed"


def test_an_entity_bomb_is_not_expanded() -> None:
    """Its items, if any, are refused as unsafe by the service like those of other producers."""
    bomb = (
        '<!DOCTYPE rss [<!ENTITY a "harbour"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<rss version="2.0"><channel><item><guid>1</guid><title>&b;</title></item></channel></rss>'
    )

    with pytest.raises(FeedError, match="document type"):
        read(bomb.encode())


def test_a_feed_says_when_to_poll_it() -> None:
    """Hours and days that are no hours and days are ignored, and 24 is midnight."""
    head = (
        "<ttl>90</ttl><skipHours><hour>3</hour><hour>24</hour><hour>late</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>Caturday</day></skipDays>"
    )

    channel = feed_channel.read(rss("", head))

    assert channel == Channel("Harbour News", 5400.0, frozenset([0, 3]), frozenset([6]))


def test_a_feed_of_tiny_tags_is_not_searched() -> None:
    """The tree of its elements would take thirty times the memory of the feed, so its wishes are not looked for."""
    assert read(rss("<a/>" * 1_000_000, "<ttl>90</ttl>")).channel == Channel()


@pytest.mark.parametrize("ttl", ["-5", "soon", "", "9" * 50])
def test_a_nonsensical_time_to_live_is_harmless(ttl: str) -> None:
    """At most a day is meant."""
    channel = feed_channel.read(rss("", f"<ttl>{ttl}</ttl>"))

    assert channel is not None
    assert channel.ttl_seconds in {0, 86_400}

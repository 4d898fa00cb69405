"""Articles of news APIs: whatever the members are called, no text and no date is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from service import wire
from service.contract.reject_reasons import InvalidArticleError, RejectReason

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle

BODY = "Bulgaria and Romania agreed on a second bridge over the Danube."
WHEN = datetime(2024, 10, 28, 19, 1, 28, tzinfo=UTC)
PAGE = "https://paper.example/bridge"

ARTICLES: dict[str, dict[str, Any]] = {
    "NewsAPI": {
        "source": {"id": None, "name": "Example Paper"},
        "author": "Eva Nagy",
        "title": "A second bridge",
        "description": "Two countries agreed.",
        "url": PAGE,
        "urlToImage": None,
        "publishedAt": "2024-10-28T19:01:28Z",
        "content": BODY + "… [+1834 chars]",
    },
    "GNews": {
        "id": PAGE,
        "title": "A second bridge",
        "description": "Two countries agreed.",
        "content": BODY + "... [1862 chars]",
        "url": PAGE,
        "image": "https://paper.example/bridge.jpg",
        "publishedAt": "2024-10-28T19:01:28Z",
        "lang": "en",
        "source": {"id": "92f", "name": "Example Paper", "url": "https://paper.example"},
    },
    "NewsData.io": {
        "article_id": PAGE,
        "title": "A second bridge",
        "link": PAGE,
        "keywords": ["bridge"],
        "creator": ["Eva Nagy"],
        "description": BODY,
        "content": "ONLY AVAILABLE IN PAID PLANS",
        "pubDate": "2024-10-28 19:01:28",
        "pubDateTZ": "UTC",
        "source_id": "example",
        "source_name": "Example Paper",
        "language": "english",
    },
    "NewsCatcher": {
        "id": PAGE,
        "title": "A second bridge",
        "authors": ["Eva Nagy"],
        "published_date": "2024-10-28 19:01:28",
        "parse_date": "2024-10-29 01:00:00",
        "link": PAGE,
        "name_source": "Example Paper",
        "domain_url": "paper.example",
        "language": "en",
        "description": "Two countries agreed.",
        "content": BODY,
    },
    "World News API": {
        "id": PAGE,
        "title": "A second bridge",
        "text": BODY,
        "summary": "Two countries agreed.",
        "url": PAGE,
        "publish_date": "2024-10-28 19:01:28",
        "authors": ["Eva Nagy"],
        "language": "en",
        "source_country": "bg",
        "sentiment": 0.2,
    },
    "Guardian": {
        "id": PAGE,
        "type": "article",
        "sectionId": "world",
        "webPublicationDate": "2024-10-28T19:01:28Z",
        "webTitle": "A second bridge",
        "webUrl": PAGE,
        "apiUrl": "https://api.example/bridge",
        "fields": {"bodyText": BODY, "trailText": "Two countries agreed.", "byline": "Eva Nagy"},
    },
    "mediastack": {
        "author": "Eva Nagy",
        "title": "A second bridge",
        "description": BODY,
        "url": PAGE,
        "source": "Example Paper",
        "language": "en",
        "country": "bg",
        "published_at": "2024-10-28T19:01:28+00:00",
    },
    "JSON Feed": {
        "id": PAGE,
        "url": PAGE,
        "title": "A second bridge",
        "content_html": f"<p>{BODY}</p>",
        "date_published": "2024-10-28T19:01:28Z",
    },
    "kafka-connect-rss": {
        "feed": {"title": "Example Paper", "url": "https://paper.example/feed.rss"},
        "title": "A second bridge",
        "id": PAGE,
        "link": PAGE,
        "content": BODY,
        "author": "Eva Nagy",
        "date": "2024-10-28T19:01:28Z",
    },
    "NGEC": {
        "id": PAGE,
        "date": "2024-10-28T19:01:28Z",
        "event_type": ["AGREE"],
        "event_text": BODY,
        "publisher": "Example Paper",
        "headline": "A second bridge",
        "pub_date": "2024-10-28T19:01:28Z",
    },
    "a table with a header": {
        "Id": PAGE,
        "Title": "A second bridge",
        "Full Text": BODY,
        "Publish Date": "2024-10-28 19:01:28",
    },
}


def read(row: dict[str, Any]) -> RawArticle:
    """Return the article that *row* holds."""
    return wire.read(json.dumps(row).encode(), {})


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_of_an_api_arrives_whole(name: str) -> None:
    """Id, headline, text and time are those of the article, however the API names them."""
    article = read(ARTICLES[name])

    assert article.source.format == "news-api"
    assert (article.id, article.headline) == (PAGE, "A second bridge")
    assert article.body.startswith(BODY.rstrip("."))
    assert "chars]" not in article.body
    assert article.published_at == WHEN


@pytest.mark.parametrize("name", ["NewsAPI", "GNews", "NewsData.io", "NewsCatcher", "mediastack", "NGEC"])
def test_the_name_of_the_source_is_read(name: str) -> None:
    """It is a text, an object, or a member with a name of its own."""
    assert read(ARTICLES[name]).source.name == "Example Paper"


@pytest.mark.parametrize(
    ("row", "headline", "body"),
    [
        ({"id": "1", "title": "A bridge", "body": BODY}, "A bridge", BODY),
        ({"id": "1", "headline": "A bridge", "content": BODY}, "A bridge", BODY),
        ({"id": "1", "headline": "A bridge", "body": "", "text": BODY}, "A bridge", BODY),
        ({"id": "1", "headline": "A bridge", "summary": BODY}, "A bridge", BODY),
        ({"id": "1", "headline": "A bridge", "title": "Short", "body": BODY}, "A bridge", BODY),
    ],
)
def test_nothing_is_lost_beside_the_members_of_the_own_format(row: dict[str, Any], headline: str, body: str) -> None:
    """A text under another name fills a gap, and never replaces what the service's own member says."""
    article = read(row)

    assert (article.headline, article.body) == (headline, body)


def test_a_date_under_another_name_is_read() -> None:
    """Relative dates in the text then count from it."""
    assert read({"headline": "A bridge", "body": BODY, "publish_date": "2024-10-28 19:01:28"}).published_at == WHEN


def test_a_withdrawal_stays_one() -> None:
    """The status counts whatever other members are called."""
    assert read({"guid": "a-1", "title": "A bridge", "status": "canceled"}).status == "canceled"


def test_an_answer_that_reports_an_error_is_refused() -> None:
    """APIs answer a wrong key with an object that has a status and no article."""
    with pytest.raises(InvalidArticleError, match="status") as refused:
        read({"status": "error", "code": "apiKeyInvalid", "message": "Your key is wrong."})
    assert refused.value.reason is RejectReason.WRONG_SHAPE


@pytest.mark.parametrize("row", [{"title": "A bridge"}, {"text": BODY}, {"url": PAGE}, {"id": 1, "content": BODY}])
def test_a_member_alone_is_not_an_article(row: dict[str, Any]) -> None:
    """Detection asks for a title beside a text, an address or a time."""
    with pytest.raises(InvalidArticleError):
        read(row)


def test_a_feed_lends_its_item_source_and_language() -> None:
    """The item of a JSON Feed does not repeat them."""
    item = ARTICLES["JSON Feed"]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Example Paper", "language": "en", "items": [item]}

    article = read(feed)

    assert (article.id, article.source.name, article.language) == (PAGE, "Example Paper", "en")


def test_a_feed_with_two_items_is_refused() -> None:
    """A message holds one article."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Example", "items": [ARTICLES["JSON Feed"]] * 2}

    with pytest.raises(InvalidArticleError, match="2 items; send one per message"):
        read(feed)


def test_a_text_that_the_own_format_does_not_know_is_named() -> None:
    """It may be the article, so whoever operates the service learns of it."""
    row = {"id": "1", "body": "Short.", "transcript": BODY * 5, "section": "World", "link": PAGE}

    assert wire.examine(json.dumps(row).encode(), {}).unread == ("transcript",)

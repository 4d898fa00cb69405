"""Articles in the service's own JSON: what is repaired, what is refused, and with which detail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service import wire
from service.contract.reject_reasons import InvalidArticleError, RejectReason

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle


def read(**fields: object) -> RawArticle:
    """Send *fields* as a producer would, and read them."""
    return wire.read(json.dumps(fields).encode(), {})


def refusal(value: bytes) -> InvalidArticleError:
    """Return why *value* is refused."""
    with pytest.raises(InvalidArticleError) as caught:
        wire.read(value, {})
    return caught.value


def test_every_field_arrives() -> None:
    """An article with all fields keeps all of them."""
    article = read(
        id="a-1",
        version="3",
        source={"name": "Example Wire", "uri": "https://wire.example"},
        url="https://wire.example/a-1",
        headline="Summit ends",
        body="Leaders left Brussels.",
        language="en-GB",
        published_at="2022-03-24T18:00:00+02:00",
        updated_at="2022-03-24",
        embargoed_until="Thu, 24 Mar 2022 20:00:00 GMT",
        byline="By Ann Lee",
        dateline="BRUSSELS, March 24",
    )

    assert article.model_dump(mode="json") == {
        "id": "a-1",
        "version": "3",
        "source": {"name": "Example Wire", "uri": "https://wire.example", "format": "newswire"},
        "url": "https://wire.example/a-1",
        "headline": "Summit ends",
        "body": "Leaders left Brussels.",
        "language": "en-GB",
        "published_at": "2022-03-24T16:00:00Z",
        "updated_at": "2022-03-24T00:00:00Z",
        "embargoed_until": "2022-03-24T20:00:00Z",
        "byline": "By Ann Lee",
        "dateline": "BRUSSELS, March 24",
        "status": "usable",
    }


@pytest.mark.parametrize(
    ("value", "reason", "says"),
    [
        (b'{"body": "\xff"}', RejectReason.NOT_UTF8, "byte 10"),
        ("{}".encode("utf-16"), RejectReason.NOT_UTF8, "UTF-16"),
        (b"hello", RejectReason.NOT_JSON, "line 1, column 1"),
        (b'{"body": "x"', RejectReason.NOT_JSON, "column 13"),
        (b'{"body": "a\x00b"}', RejectReason.NOT_JSON, "control character"),
        (b'{"body": NaN}', RejectReason.NOT_JSON, "column 10"),
        (b"[" * 100_000, RejectReason.NOT_JSON, "depth"),
        (b'{"a":' * 100_000, RejectReason.NOT_JSON, "depth"),
        (b"", RejectReason.EMPTY_TEXT, "the value is empty"),
        (b" \n", RejectReason.EMPTY_TEXT, "the value is empty"),
        (b'{"headline": "", "body": " "}', RejectReason.EMPTY_TEXT, "has a word"),
        (b'{"body": "<p>&nbsp;</p>"}', RejectReason.EMPTY_TEXT, "has a word"),
        (b'{"body": "\\u0000\\u200b ..."}', RejectReason.EMPTY_TEXT, "has a word"),
        (b"null", RejectReason.WRONG_SHAPE, "null"),
        (b"[]", RejectReason.WRONG_SHAPE, "list"),
        (b"5", RejectReason.WRONG_SHAPE, "a number"),
        (b"{}", RejectReason.WRONG_SHAPE, "`body`"),
        (b'{"body": {"text": "x"}}', RejectReason.WRONG_SHAPE, "`body` is an object"),
        (b'{"body": "x", "headline": ["x"]}', RejectReason.WRONG_SHAPE, "`headline` is a list"),
        (b'{"body": "x", "id": true}', RejectReason.WRONG_SHAPE, "`id`"),
        (b'{"body": "x", "source": 5}', RejectReason.WRONG_SHAPE, "`source` is a number"),
        (b'{"body": "x", "source": {"name": []}}', RejectReason.WRONG_SHAPE, "`source.name`"),
        (b'{"body": "x", "status": "gone"}', RejectReason.WRONG_SHAPE, "usable, withheld or canceled"),
        (b'{"body": "x", "status": {}}', RejectReason.WRONG_SHAPE, "`status` is an object"),
        (b'{"status": "canceled", "headline": "Kill"}', RejectReason.WRONG_SHAPE, "no id"),
        (json.dumps({"body": "x", "id": "y" * 1025}).encode(), RejectReason.WRONG_SHAPE, "1,024"),
        (b'{"body": "x", "published_at": "yesterday"}', RejectReason.BAD_DATE, "`published_at` is 'yesterday'"),
        (b'{"body": "x", "updated_at": "05/06/2022"}', RejectReason.BAD_DATE, "`updated_at`"),
        (b'{"body": "x", "published_at": "2022-13-45"}', RejectReason.BAD_DATE, "2022-13-45"),
        (b'{"body": "x", "published_at": [2022]}', RejectReason.BAD_DATE, "a list"),
        (b'{"body": "x", "published_at": true}', RejectReason.BAD_DATE, "True"),
        (b'{"body": "x", "published_at": 1e300}', RejectReason.BAD_DATE, "1e+300"),
        (b'{"body": "x", "published_at": "0001-01-01T00:00:00+14:00"}', RejectReason.BAD_DATE, "0001"),
        (b'{"body": "x", "embargoed_until": "9999-12-31T23:59:59-12:00"}', RejectReason.BAD_DATE, "`embargoed_until`"),
    ],
)
def test_bad_input_is_refused_with_its_reason(value: bytes, reason: RejectReason, says: str) -> None:
    """Every kind of bad input has its own reason, and the detail says where it is."""
    refused = refusal(value)

    assert refused.reason is reason
    assert says in refused.detail


def test_a_refusal_never_quotes_the_article() -> None:
    """The text of the article stays out of the reason, which goes into headers and logs."""
    assert "secret" not in refusal(b'{"body": {"secret": "secret"}, "headline": "secret"}').detail


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    """An emoji that its producer cut in the middle leaves the rest of the article intact."""
    article = wire.read(rb'{"id": "1", "headline": "cut \ud83d", "body": "whole \ud83d\ude00, literal \\ud83d"}', {})

    assert article.headline == "cut \ufffd"
    assert article.body == "whole \U0001f600, literal \\ud83d"


def test_a_byte_order_mark_is_ignored() -> None:
    """UTF-8 with a byte order mark, as some editors write it, is read."""
    assert wire.read(b'\xef\xbb\xbf{"body": "Hello there"}', {}).body == "Hello there"


def test_control_characters_are_removed() -> None:
    """Escaped control characters are removed from every field, and the text around them stays."""
    article = read(id="a\0\x1b1", headline="NATO\0 meets", body="Line\x07 one.\n\nLine\x00 two.", byline="\x01Ann\x7f")

    assert (article.id, article.headline, article.byline) == ("a1", "NATO meets", "Ann")
    assert article.body == "Line one.\n\nLine two."


def test_a_headline_that_the_body_repeats_counts_once() -> None:
    """HTML bodies often begin with the headline, and its names must not count twice."""
    assert read(headline="NATO meets", body="<h1>NATO meets</h1><p>NATO meets today.</p>").body == "NATO meets today."
    assert read(headline="NATO meets", body="NATO meets").text == "NATO meets"
    assert read(headline="NATO meets", body="NATO meets today.").body == "NATO meets today."


def test_ids_and_addresses_are_not_changed() -> None:
    """What identifies an article elsewhere is not repaired like text."""
    article = read(id="Ã¢1?a=1&amp;b=<p>2</p>\n", version="1.0 ", url=" https://wire.example/?q=a&lt;b ", body="Text")

    assert article.id == "Ã¢1?a=1&amp;b=<p>2</p>"
    assert (article.version, article.url) == ("1.0", "https://wire.example/?q=a&lt;b")


def test_null_fields_count_as_absent() -> None:
    """A field that is null counts as missing."""
    article = read(id=None, version=None, source=None, headline=None, body="Text", language=None, status=None)

    assert article.headline == ""
    assert article.status == "usable"
    assert article.source.name is None


def test_numbers_serve_as_ids_and_versions() -> None:
    """Producers with numeric keys need not quote them."""
    article = read(id=4711, version=2, body="Text", source="Example Wire")

    assert (article.id, article.version, article.source.name) == ("4711", "2", "Example Wire")


def test_without_an_id_the_same_message_has_the_same_id() -> None:
    """The id of an article that states none comes from its bytes alone."""
    one, again, other = (read(body="Text"), read(body="Text"), read(body="Other text"))

    assert one.id == again.id != other.id


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("en-GB", "en-GB"),
        ("en_US", "en-US"),
        (" ro ", "ro"),
        ("eng", "en"),
        ("rum", "ro"),
        ("RON-MD", "ro-MD"),
        ("mo", "ro"),
        ("mol", "ro"),
        ("slo", "sk"),
        ("slk_SK", "sk-SK"),
        ("hun", "hu"),
        ("bul", "bg"),
        ("English", None),
        ("und", None),
        ("", None),
    ],
)
def test_a_language_tag_is_kept_and_anything_else_left_to_detection(given: str, kept: str | None) -> None:
    """BCP 47 tags are trusted, in the codes of ISO 639-2 as well; other words count as no language."""
    assert read(body="Text", language=given).language == kept


@pytest.mark.parametrize("status", ["withheld", "canceled", "Cancelled"])
def test_a_withdrawal_needs_no_text(status: str) -> None:
    """Withdrawing an article needs its id and nothing else."""
    article = read(id="a-1", status=status)

    assert article.status == status.lower().replace("cancelled", "canceled")
    assert article.text == ""


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2022-03-24", datetime(2022, 3, 24, tzinfo=UTC)),
        ("27-MAR-1987 12:05:50.31", datetime(1987, 3, 27, 12, 5, 50, tzinfo=UTC)),
        ("27-MAR-1987 12:05:50.31&#5;&#5;RM", datetime(1987, 3, 27, 12, 5, 50, tzinfo=UTC)),
        ("27-Mar-1987", datetime(1987, 3, 27, tzinfo=UTC)),
        ("2022-03", datetime(2022, 3, 1, tzinfo=UTC)),
        ("2022", datetime(2022, 1, 1, tzinfo=UTC)),
        ("2022-03-24t18:00:00z", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("2022-03-24 18:00:00", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("20220324T180000+0200", datetime(2022, 3, 24, 16, tzinfo=UTC)),
        ("20220324T180000Z", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("20220324180000", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("20220324", datetime(2022, 3, 24, tzinfo=UTC)),
        ("2022-03-24 18:00:00 UTC", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("2022-03-24T18:00:00EET", datetime(2022, 3, 24, 16, tzinfo=UTC)),
        ("Thu, 24 Mar 2022 18:00:00 -0500", datetime(2022, 3, 24, 23, tzinfo=UTC)),
        ("Thu, 24 Mar 2022 18:00:00 -0000", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("Thu, 24 Mar 2022 18:00 UT", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("24 Mar 22 18:00:00 Z", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("Thu, 24 Mar 2022 18:00:00 EST", datetime(2022, 3, 24, 23, tzinfo=UTC)),
        ("Thu, 24 Mar 2022 18:00:00 EET", datetime(2022, 3, 24, 16, tzinfo=UTC)),
        ("Mon, 27 Jun 2022 18:00:00 cest", datetime(2022, 6, 27, 16, tzinfo=UTC)),
        ("Thu, 24 Mar 2022 18:00:00 +0100 (CET)", datetime(2022, 3, 24, 17, tzinfo=UTC)),
        ("Thu Mar 24 2022 18:00:00 GMT+0200 (Eastern European Standard Time)", datetime(2022, 3, 24, 16, tzinfo=UTC)),
        ("Thu Mar 24 18:00:00 EET 2022", datetime(2022, 3, 24, 16, tzinfo=UTC)),
        ("Thu Mar 24 18:00:00 2022", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("March 24, 2022", datetime(2022, 3, 24, tzinfo=UTC)),
        ("27-MAR-1987 12:05:50.31 EET", datetime(1987, 3, 27, 10, 5, 50, tzinfo=UTC)),
        ("1648144800", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("1648144800000", datetime(2022, 3, 24, 18, tzinfo=UTC)),
        (1648144800, datetime(2022, 3, 24, 18, tzinfo=UTC)),
        (1648144800000, datetime(2022, 3, 24, 18, tzinfo=UTC)),
        ("", None),
    ],
)
def test_dates_in_every_usual_notation_are_read(given: object, moment: datetime | None) -> None:
    """ISO 8601, RFC 822 and seconds or milliseconds since 1970; no zone means UTC."""
    assert read(body="Text", published_at=given).published_at == moment


@pytest.mark.parametrize(
    "given",
    [
        "18:00",
        "22",
        "--03-24",
        "2022032418",
        "1610112041234.5",
        "2022-03-24x18:00",
        "Thu, 24 Mar 2022 18:00:00 IST",
        "Thu, 24 Mar 2022 18:00:00 A",
        "Thu, 24 Mar 2022 18:00:00 America/New_York",
        "Thu, 24 Mar 2022 18:00:00 UTC+2",
        "Thu, 24 Mar 2022 18:00:00 +9900",
        "March 24, 2022 6:00 PM",
        "24 Mar 2022 18.00 EET",
        "24-Mar-2022 18:00:00 Bucharest",
        "24-Mar-2022 18:00",
        "2022-03-24T18:00:00+02:00 EET",
        "March " * 80_000,
    ],
)
def test_a_date_is_not_guessed(given: str) -> None:
    """An incomplete date, an ambiguous one, or one in an unknown zone is refused."""
    assert refusal(json.dumps({"body": "Text", "published_at": given}).encode()).reason is RejectReason.BAD_DATE

"""Every supported format gives the same article, and what cannot be read is refused with a reason."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from service import wire
from service.contract.raw_article import InputFormat, RawArticle
from service.contract.reject_reasons import InvalidArticleError, RejectReason

SAMPLES = Path(__file__).with_name("samples")
STORY = "urn:newsml:wire.example:20220504:border-17"
PAGE = "https://wire.example/2022/05/04/17"
HEADLINE = "Romania opens new border crossing with Hungary"


def sample(name: str) -> bytes:
    """Return the sample file *name*, written after the specification of its format."""
    return (SAMPLES / name).read_bytes()


def read(name: str, **headers: bytes) -> RawArticle:
    """Read the sample file *name*."""
    return wire.read(sample(name), headers)


def refusal(value: bytes | str, headers: dict[str, bytes] | None = None) -> InvalidArticleError:
    """Return why *value* is refused."""
    with pytest.raises(InvalidArticleError) as caught:
        wire.read(value.encode() if isinstance(value, str) else value, headers or {})
    return caught.value


def changed(name: str, **members: object) -> bytes:
    """Return the JSON sample *name* with *members* in place of its own."""
    return json.dumps(json.loads(sample(name)) | members).encode()


def newsml(old: str = "", new: str = "") -> bytes:
    """Return the NewsML-G2 sample with *new* in place of *old*."""
    document = sample("newsml-g2-xhtml.xml").decode()
    assert old in document
    return document.replace(old, new).encode()


IPTC = ["ninjs-1.json", "ninjs-2.json", "ninjs-3.json", "newsml-g2-xhtml.xml", "newsml-g2-nitf.xml"]


def test_all_formats_of_iptc_give_the_same_article() -> None:
    """A story in ninjs 1, 2 and 3 and in NewsML-G2, as XHTML and as NITF, is the same article."""
    articles = [read(name).model_dump(exclude={"source": {"format"}}) for name in IPTC]

    assert all(article == articles[0] for article in articles)


@pytest.mark.parametrize("name", IPTC)
def test_a_wire_item_arrives_whole(name: str) -> None:
    """Id, version, dates, embargo, byline, place, status and a body in paragraphs are read."""
    article = read(name)

    assert (article.id, article.version, article.status) == (STORY, "2", "usable")
    assert article.published_at == datetime(2022, 5, 4, 9, 30, tzinfo=UTC)
    assert article.updated_at == datetime(2022, 5, 4, 10, 5, tzinfo=UTC)
    assert article.embargoed_until == datetime(2022, 5, 4, 10, 30, tzinfo=UTC)
    assert (article.headline, article.byline, article.dateline) == (HEADLINE, "Ion Marin", "Bucharest")
    assert (article.source.name, article.source.uri) == ("Example Wire", "https://wire.example")
    assert article.language == "en-GB"
    paragraphs = article.body.split("\n\n")
    assert [paragraph.split()[0] for paragraph in paragraphs] == ["BUCHAREST,", "Romanian", "Lorries"]
    assert "drivers & farmers" in paragraphs[1]


@pytest.mark.parametrize(
    ("name", "article_format", "article_id", "byline"),
    [
        ("newswire.json", "newswire", "urn:example:wire:2022:0504-17", "By Ion Marin"),
        ("rss.xml", "rss", STORY, "Ion Marin"),
        ("nitf.xml", "nitf", STORY, "Ion Marin"),
        ("event-registry.json", "event-registry", "7012345678", "Ion Marin"),
        ("rss-item.xml", "rss", PAGE, None),
        ("atom.xml", "atom", STORY, "Ion Marin"),
        ("news-please.json", "news-please", PAGE, "Ion Marin, Eva Nagy"),
        ("trafilatura.json", "trafilatura", PAGE, "Ion Marin, Eva Nagy"),
        ("cc-news.json", "cc-news", PAGE, None),
        ("schema-org.json", "schema.org", f"{PAGE}#article", "Ion Marin, Eva Nagy"),
        ("cloudevents-structured.json", "newswire", "border-17", None),
        ("news-api.json", "news-api", PAGE, "Ion Marin"),
        ("json-feed.json", "news-api", "border-17", "Ion Marin"),
        ("ninjs-superdesk.json", "ninjs", STORY, "Ion Marin"),
    ],
)
def test_each_format_is_detected_by_its_content(
    name: str, article_format: str, article_id: str, byline: str | None
) -> None:
    """No header is needed: the members or the root element identify the format."""
    article = read(name)

    assert article.source.format == article_format
    assert (article.id, article.headline, article.byline) == (article_id, HEADLINE, byline)
    assert article.body.startswith("BUCHAREST, May 4 (Example Wire) - Romania and Hungary")
    assert "\n\n" in article.body
    assert "<" not in article.body


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("rss.xml", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("nitf.xml", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("event-registry.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("rss-item.xml", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("atom.xml", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("news-please.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("trafilatura.json", datetime(2022, 5, 4, tzinfo=UTC)),
        ("cc-news.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("schema-org.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("news-api.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("json-feed.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
        ("ninjs-superdesk.json", datetime(2022, 5, 4, 9, 30, tzinfo=UTC)),
    ],
)
def test_each_format_has_its_publication_date(name: str, published: datetime) -> None:
    """The date is parsed in the notation of the format."""
    assert read(name).published_at == published


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20220327T033000Z", datetime(2022, 3, 27, 3, 30, tzinfo=UTC)),
        ("2022-03-27T03:30:00EET", datetime(2022, 3, 27, 1, 30, tzinfo=UTC)),
        ("Sun, 27 Mar 2022 03:30 +0300", datetime(2022, 3, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_dates_of_feeds_are_read_like_all_others(written: str, moment: datetime) -> None:
    """Their time and zone count, and the zone of the machine does not."""
    assert wire.read(sample("rss-item.xml").replace(b"Wed, 04 May 2022 09:30:00 GMT", written.encode()), {}) == read(
        "rss-item.xml"
    ).model_copy(update={"published_at": moment})


@pytest.mark.parametrize("written", ["18:00", "--03-24", "22", "Sun, 27 Mar 2022 03:30:00 IST"])
def test_what_a_feed_leaves_out_of_a_date_is_not_made_up(written: str) -> None:
    """A record is the same today and tomorrow: missing parts of a date are not filled from the clock."""
    value = sample("rss-item.xml").replace(b"Wed, 04 May 2022 09:30:00 GMT", written.encode())

    assert refusal(value).reason is RejectReason.BAD_DATE


@pytest.mark.parametrize("code", ["withheld", "canceled"])
def test_wires_withdraw_what_they_sent(code: str) -> None:
    """The publication status of ninjs and NewsML-G2 becomes the status of the article."""
    assert wire.read(changed("ninjs-1.json", pubstatus=code), {}).status == code
    assert wire.read(changed("ninjs-3.json", pubStatus=code), {}).status == code
    assert wire.read(newsml("stat:usable", f"stat:{code}"), {}).status == code


def test_nitf_has_a_status_and_a_version() -> None:
    """The management status can withdraw an article. An embargo does not; it is passed on."""
    article = read("nitf.xml")
    assert (article.version, article.source.name, article.dateline) == ("2", "Example Wire", "Bucharest")
    assert (article.language, article.status, article.embargoed_until) == ("en-GB", "usable", None)

    document = sample("nitf.xml").replace(b'"usable"', b'"canceled"')
    assert wire.read(document, {}).status == "canceled"
    release = b'"embargoed"><date.release norm="20220504T103000Z"/'
    embargoed = wire.read(sample("nitf.xml").replace(b'"usable"', release), {})
    assert embargoed.status == "usable"
    assert embargoed.embargoed_until == datetime(2022, 5, 4, 10, 30, tzinfo=UTC)


def test_a_kill_notice_without_text_is_read() -> None:
    """A ninjs or NewsML-G2 item that only withdraws needs neither headline nor body."""
    assert wire.read(b'{"uri": "urn:x", "versionCreated": "2022-05-04", "pubStatus": "canceled"}', {}).id == "urn:x"
    item = '<newsItem guid="urn:x" version="3"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>'
    article = wire.read(item.encode(), {})
    assert (article.id, article.version, article.status) == ("urn:x", "3", "canceled")


@pytest.mark.parametrize("end", ["canceled", "canceled/", "withheld"])
def test_a_publication_status_may_be_a_full_address(end: str) -> None:
    """Items of NewsML-G2 without a catalog of schemes name the concept by its IRI."""
    named = f'<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/{end}"'

    assert wire.read(newsml('<pubStatus qcode="stat:usable"', named), {}).status == end.rstrip("/")


@pytest.mark.parametrize(
    "status", ['qcode="stat:gone"', 'uri="http://cv.iptc.org/newscodes/pubstatusg2/gone"', 'qcode="stat:"', ""]
)
def test_an_unknown_publication_status_is_refused(status: str) -> None:
    """What may be a withdrawal must not pass as an article."""
    refused = refusal(newsml('qcode="stat:usable"', status))

    assert refused.reason is RejectReason.WRONG_SHAPE
    assert "tatus" in refused.detail


def test_a_news_item_without_a_publication_status_is_usable() -> None:
    """The standard says so."""
    assert wire.read(newsml('<pubStatus qcode="stat:usable"/>', ""), {}).status == "usable"


def test_a_picture_is_read_by_its_caption() -> None:
    """If an item has no body, its description is read."""
    item = {"uri": "urn:p", "type": "picture", "pubstatus": "usable", "description_caption": "A bridge in Ruse."}

    assert wire.read(json.dumps(item).encode(), {}).body == "A bridge in Ruse."


def test_the_main_text_is_preferred_to_a_teaser() -> None:
    """Markup only decides between two main texts; without a main text any text is read."""
    main = {"role": "main", "contenttype": "text/plain", "value": "All of it."}
    teaser = {"role": "teaser", "contenttype": "text/html", "value": "<p>A little.</p>"}
    marked = {"role": "main", "contenttype": "text/html", "value": "<p>All of it, marked.</p>"}
    binary = {"role": "main", "contenttype": "application/pdf", "value": "JVBERi0x"}

    for bodies, text in [
        ([main, teaser], "All of it."),
        ([teaser, main], "All of it."),
        ([main, teaser, marked], "All of it, marked."),
        ([teaser], "A little."),
        ([binary, teaser], "A little."),
    ]:
        assert wire.read(changed("ninjs-2.json", bodies=bodies), {}).body == text


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('[{"body": "One article"}, {"body": "Another"}]', "list of 2"),
        ('{"articles": [{"title": "One"}, {"title": "Two"}]}', "`articles` holds 2"),
        ('{"@graph": [{"@type": "NewsArticle"}, {"@type": "Article"}]}', "2 articles"),
        ("<rss><channel><item><title>One</title></item><item><title>Two</title></item></channel></rss>", "2 items"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry/><entry/></feed>', "2 items"),
        ("<newsMessage><itemSet><newsItem/><newsItem/></itemSet></newsMessage>", "2 news items"),
    ],
)
def test_several_articles_in_one_message_are_refused(value: str, says: str) -> None:
    """An article has one outcome, so a message holds one; the reason says how many there were."""
    refused = refusal(value)

    assert refused.reason is RejectReason.WRONG_SHAPE
    assert says in refused.detail
    assert "send one" in refused.detail


def test_json_ld_may_be_a_list() -> None:
    """The article of a page is in a list together with the page itself."""
    page = [{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "Head", "articleBody": "Text"}]

    assert wire.read(json.dumps(page).encode(), {}).text == "Head\n\nText"


def page(**members: object) -> bytes:
    """Return the article of the JSON-LD sample, alone, with *members* in place of its own."""
    article = json.loads(sample("schema-org.json"))["@graph"][1]
    return json.dumps(article | members).encode()


@pytest.mark.parametrize("name", ["#article", "_:b0", "article", "/#article", 5, {"x": 1}])
def test_a_name_within_the_page_is_not_an_id(name: object) -> None:
    """Each page of a site calls its article `#article`, so the address of the page identifies it."""
    assert wire.read(page(**{"@id": name}), {}).id == PAGE

    unnamed: dict[str, object] = {"@id": name, "mainEntityOfPage": {"@id": "#page"}}
    one, other = (wire.read(page(articleBody=body, **unnamed), {}) for body in ("One", "Other"))
    assert one.id != other.id


@pytest.mark.parametrize(
    ("members", "language"),
    [
        ({"inLanguage": ["en-US"]}, "en-US"),
        ({"inLanguage": [{"@type": "Language", "alternateName": "ro"}]}, "ro"),
        ({"inLanguage": ["hu", "sk"]}, None),
        ({"inLanguage": "bg", "mainEntityOfPage": True, "url": [PAGE]}, "bg"),
        ({"inLanguage": "bg", "mainEntityOfPage": [{"@id": PAGE}], "url": None}, "bg"),
    ],
)
def test_json_ld_may_put_values_into_lists(members: dict[str, object], language: str | None) -> None:
    """A list of one counts as its item; of several items none is chosen; `true` counts as the page itself."""
    article = wire.read(page(**members), {})

    assert (article.language, article.url) == (language, PAGE)


def test_every_format_can_be_set() -> None:
    """The setting and the header accept the same formats."""
    assert set(get_args(InputFormat)) == wire.FORMATS.keys()


def test_a_list_of_one_article_is_that_article() -> None:
    """Some producers wrap each article in a list."""
    assert wire.read(b'[{"body": "One article"}]', {}).body == "One article"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (sample("gdelt-doc.json"), RejectReason.METADATA_ONLY),
        (b"<packageItem/>", RejectReason.METADATA_ONLY),
        (newsml("inlineXML", "remoteContent"), RejectReason.METADATA_ONLY),
        (b"<rss><channel/></rss>", RejectReason.WRONG_SHAPE),
        (b'{"@type": "Person", "name": "Ann"}', RejectReason.WRONG_SHAPE),
        (b"<!DOCTYPE html><html><body><p>A page</p></body></html>", RejectReason.WRONG_SHAPE),
        (b'<NewsML Version="1.2"/>', RejectReason.WRONG_SHAPE),
        (b"<svg/>", RejectReason.WRONG_SHAPE),
        (b'{"id": "x", "text": "Words"}', RejectReason.WRONG_SHAPE),
        (b"<newsItem><headline></newsItem>", RejectReason.NOT_JSON),
        (b"<newsItem>" + b"<a>" * 10_000, RejectReason.NOT_JSON),
        (newsml("UTF-8", "UTF-7"), RejectReason.NOT_UTF8),
        (newsml("UTF-8", "no-such"), RejectReason.NOT_UTF8),
        (newsml("2022-05-04T10:05:00Z", "yesterday"), RejectReason.BAD_DATE),
        (changed("ninjs-2.json", versioncreated="yesterday"), RejectReason.BAD_DATE),
        (sample("rss-item.xml").replace(b"Wed, 04 May 2022 09:30:00 GMT", b"Yesterday"), RejectReason.BAD_DATE),
        (b"\x00\x00\x00\x00\x07" + b'{"body": "x"}', RejectReason.SCHEMA_REGISTRY_FRAMED),
        (b"\x00", RejectReason.NOT_JSON),
        (b"<rss><channel><item>" + b"<a>" * 300_000, RejectReason.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_has_its_own_reason(value: bytes, reason: RejectReason) -> None:
    """Each kind of unreadable value has its reason code."""
    assert refusal(value).reason is reason


def test_a_schema_registry_frame_is_named_with_its_schema() -> None:
    """A producer that publishes through a registry learns which schema it used."""
    assert "schema id 258" in refusal(b"\x00\x00\x00\x01\x02\x06abc").detail


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "document_type",
    [
        f'<!DOCTYPE newsItem [<!ENTITY a0 "ha">{BOMB}]>',
        '<!DOCTYPE newsItem [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE newsItem SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE nitf SYSTEM "nitf.dtd"><!DOCTYPE nitf [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE nitf SYSTEM "nitf.dtd" [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE newsItem [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>',
    ],
)
@pytest.mark.parametrize("root", ["newsItem", "rss"])
def test_unsafe_xml_is_refused(document_type: str, root: str) -> None:
    """Entities that multiply and references to files or hosts are refused, not followed."""
    value = f"<?xml version='1.0'?><!-- x -->\n{document_type}<{root}>&a9;</{root}>"

    assert refusal(value).reason is RejectReason.UNSAFE_XML


@pytest.mark.parametrize("document_type", ["<!DOCTYPE {}>", '<!DOCTYPE nitf SYSTEM "x.dtd">', ""])
@pytest.mark.parametrize("name", ["nitf.xml", "rss-item.xml"])
def test_comments_before_the_root_are_accepted(name: str, document_type: str) -> None:
    """So is a document type that only names the root: neither declares anything."""
    root = "nitf" if name == "nitf.xml" else "item"
    before = f"<?xml version='1.0'?><!-- x -->{document_type.format(root)}\n<!-- <!ENTITY x> --><?x y?>".encode()
    document = sample(name)

    assert wire.read(before + document[document.index(f"<{root}".encode()) :], {}).headline == HEADLINE


def test_a_document_type_inside_an_article_is_accepted() -> None:
    """A whole HTML page as the content of an RSS item is text like any other."""
    item = b'<rss><channel><item><description><![CDATA[<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN"><p>Text</p>]]>'

    assert wire.read(item + b"</description></item></channel></rss>", {}).body == "Text"


def test_xml_may_be_in_the_encoding_that_it_declares() -> None:
    """A wire in Latin-2 is decoded as it declares."""
    item = '<?xml version="1.0" encoding="ISO-8859-2"?><item><title>Timișoara, Győr, Žilina</title></item>'

    assert wire.read(item.replace("ș", "ş").encode("iso-8859-2"), {}).headline == "Timişoara, Győr, Žilina"


def test_the_header_decides_the_format() -> None:
    """A message that names its format is read in that format."""
    row = {"uri": "urn:x", "headline": "Head", "body": "Text", "pubstatus": "usable"}

    assert wire.read(json.dumps(row).encode(), {}).id == "urn:x"
    forced = wire.read(json.dumps(row).encode(), {"newswire.format": b"Newswire"})
    assert forced.source.format == "newswire"
    assert forced.id != "urn:x"


def test_the_setting_decides_if_no_header_does() -> None:
    """A topic of one format needs no header per message; a message that has one is read in that format."""
    value = b'{"title": "Head", "text": "Text", "source-hostname": "X"}'

    assert wire.read(value, {}, "cc-news").source.format == "cc-news"
    assert wire.read(value, {"newswire.format": b"trafilatura"}, "cc-news").source.format == "trafilatura"


@pytest.mark.parametrize(
    ("value", "header", "says"),
    [
        (b'{"body": "x"}', b"docx", "use one of newswire, ninjs"),
        (b'{"body": "x"}', b"\xff", "use one of"),
        (b'{"body": "x"}', b"rss", "should be rss, but the value is an object"),
        (b"<item/>", b"ninjs", "should be ninjs, but the value is XML"),
        (b"5", b"newswire", "but the value is a number"),
    ],
)
def test_a_wrong_format_header_is_refused(value: bytes, header: bytes, says: str) -> None:
    """A header that does not fit the value is refused, and the detail names both."""
    refused = refusal(value, {"newswire.format": header})

    assert refused.reason is RejectReason.WRONG_SHAPE
    assert says in refused.detail


def test_cloudevents_in_binary_mode_fill_gaps_of_the_article() -> None:
    """The subject serves as id and the source as address of the source, unless the article has its own."""
    event = {"ce_specversion": b"1.0", "ce_id": b"e-1", "ce_source": b"https://desk.example", "ce_subject": b"art-1"}

    assert wire.read(b'{"body": "Text"}', event).id == "art-1"
    assert wire.read(b'{"body": "Text"}', event | {"ce_subject": b""}).id == "e-1"
    assert wire.read(b'{"body": "Text", "source": "Wire"}', event).source.model_dump() == {
        "name": "Wire",
        "uri": "https://desk.example",
        "format": "newswire",
    }
    assert wire.read(b'{"id": "own", "body": "Text"}', event).id == "own"


def test_cloudevents_in_structured_mode_are_unwrapped() -> None:
    """Data may be JSON, text of any format, or base64 of it."""
    event = {"specversion": "1.0", "id": "e-1", "source": "/desk", "type": "t"}
    as_text = event | {"datacontenttype": "application/xml", "data": sample("rss-item.xml").decode()}
    as_bytes = event | {"data_base64": base64.b64encode(sample("ninjs-3.json")).decode()}

    assert wire.read(json.dumps(as_text).encode(), {}).headline == HEADLINE
    assert wire.read(json.dumps(as_bytes).encode(), {}).id == STORY


@pytest.mark.parametrize("encoding", ["UTF-16", "ISO-8859-2", "x-none", "UTF-8"])
def test_text_in_an_event_is_not_decoded_again(encoding: str) -> None:
    """The encoding that its XML declares was that of its original bytes."""
    item = "<item><guid>Žilina-1</guid><title>Timișoara, Győr, Žilina</title></item>"
    data = f'\ufeff<?xml version="1.0" encoding="{encoding}"?>{item}'
    event = {"specversion": "1.0", "id": "e-1", "source": "/desk", "type": "t", "data": data}

    article = wire.read(json.dumps(event).encode(), {})

    assert (article.id, article.headline) == ("Žilina-1", "Timișoara, Győr, Žilina")


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, "no `data`"),
        ({"data_base64": "%%"}, "not base64"),
        ({"data_base64": 5}, "not base64"),
        ({"data": 5}, "a number"),
    ],
)
def test_an_event_without_readable_data_is_refused(members: dict[str, object], says: str) -> None:
    """An empty envelope, or one with unreadable data, is refused with a detail that says so."""
    event = {"specversion": "1.0", "id": "e-1", "source": "/desk", "type": "t"} | members

    assert says in refusal(json.dumps(event)).detail


def test_a_batch_of_events_is_refused() -> None:
    """CloudEvents defines no batch mode for Kafka."""
    refused = refusal('{"x": 1}', {"content-type": b"application/cloudevents-batch+json; charset=utf-8"})

    assert "batch" in refused.detail


def test_header_names_are_matched_in_any_case() -> None:
    """Kafka headers have no fixed case, and a header may have no value."""
    article = wire.read(sample("cc-news.json"), {"Newswire.Format": b"cc-news", "Content-Type": None})  # type: ignore[dict-item]

    assert article.source.format == "cc-news"


@pytest.mark.parametrize("name", ["feedparser", "lxml"])
def test_json_articles_load_no_xml_library(name: str) -> None:
    """A producer of JSON does not wait for the parsers of feeds to load."""
    code = (
        'import sys; from service import wire; wire.read(b\'{"body": "x"}\', {}); sys.exit(sys.argv[1] in sys.modules)'
    )
    assert subprocess.run([sys.executable, "-c", code, name], check=False).returncode == 0

"""A file or stream is split into articles by its content, whatever it is called and however it is packed."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any, cast

import pytest

from service import wire
from service.splitting import Part, Piece, Problem, split, split_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBERS = range(3)
ROWS = [
    {
        "id": f"story-{number}",
        "title": f"Bridge {number}",
        "content": "They met.",
        "publishedAt": "2022-05-04T09:30:00Z",
    }
    for number in NUMBERS
]
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
ITEMS = "".join(
    f"<item><guid>story-{number}</guid><title>Bridge {number}</title><description><![CDATA[<p>They met.</p>]]>"
    "</description><pubDate>Wed, 04 May 2022 09:30:00 GMT</pubDate></item>\n"
    for number in NUMBERS
)
HEAD = "<title>Example Wire</title><link>https://wire.example</link><language>en-GB</language>"
LOGO = "<image><title>Logo</title></image>"
RSS = f'<?xml version="1.0"?>\n<rss version="2.0"><channel>{HEAD}{LOGO}{ITEMS}</channel></rss>'
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    f"<channel>{HEAD}</channel>{ITEMS}</rdf:RDF>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Example Wire</title>{}</feed>'.format(
    "".join(
        f"<entry><id>story-{number}</id><title>Bridge {number}</title><summary>They met.</summary></entry>"
        for number in NUMBERS
    )
)
NEWS_ITEMS = "".join(
    f'<newsItem guid="story-{number}" standard="NewsML-G2"><contentMeta><headline>Bridge {number}</headline>'
    "</contentMeta><contentSet><inlineData>They met.</inlineData></contentSet></newsItem>"
    for number in NUMBERS
)
NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
NEWS_MESSAGE = f'<newsMessage xmlns="{NAMESPACE}"><header/><itemSet>{NEWS_ITEMS}</itemSet></newsMessage>'
JSON_FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "Example Wire", "language": "en"}
FEED_ITEMS = [{"id": row["id"], "title": row["title"], "content_text": "They met."} for row in ROWS]
ROW = 'story-{0}{1}Bridge {0}{1}"They met,\nand ""talked""."\n'
TABLE = "id,title,text\n" + "".join(ROW.format(number, ",") for number in NUMBERS)

FORMS: dict[str, bytes] = {
    "JSON lines": LINES,
    "JSON lines in UTF-8 with a byte order mark": b"\xef\xbb\xbf" + LINES,
    "values over several lines": "\n".join(json.dumps(row, indent=2) for row in ROWS).encode(),
    "a list": json.dumps(ROWS).encode(),
    "a list over several lines": json.dumps(ROWS, indent=2).encode(),
    "an answer with articles": json.dumps({"status": "ok", "totalResults": 3, "articles": ROWS}).encode(),
    "an answer with results": json.dumps({"status": "success", "results": ROWS, "nextPage": "7"}, indent=1).encode(),
    "an answer with data": json.dumps({"pagination": {"total": 3}, "data": ROWS}).encode(),
    "an answer in an answer": json.dumps({"response": {"status": "ok", "results": ROWS}}).encode(),
    "an answer with a list of another name": json.dumps({"count": 3, "hits_of_day": ROWS}).encode(),
    "an answer per line": b"".join(json.dumps({"articles": [row]}).encode() + b"\n" for row in ROWS),
    "a JSON Feed": json.dumps(JSON_FEED | {"items": FEED_ITEMS}).encode(),
    "RSS 2.0": RSS.encode(),
    "RSS 1.0": RDF.encode(),
    "Atom": ATOM.encode(),
    "items without a feed": ITEMS.encode(),
    "items in an element of another name": f"<export>{ITEMS}</export>".encode(),
    "a newsMessage": NEWS_MESSAGE.encode(),
    "CSV": TABLE.encode(),
    "CSV with semicolons": ("id;title;text\n" + "".join(ROW.format(number, ";") for number in NUMBERS)).encode(),
    "TSV": ("Id\tTitle\tText\n" + "".join(ROW.format(number, "\t") for number in NUMBERS)).encode(),
    "CSV in UTF-16": TABLE.encode("utf-16"),
    "RSS in UTF-16": RSS.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"),
}


def archived(name: str, value: bytes) -> bytes:
    """Return a zip with *value* as its entry *name*."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._x", "what an operating system adds")
        archive.writestr(name, value)
    return file.getvalue()


def taped(name: str, value: bytes) -> bytes:
    """Return a tar with *value* as its entry *name*."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(value)
        archive.addfile(entry, io.BytesIO(value))
    return file.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zip": lambda value: archived("inner", value),
    "tar": lambda value: taped("inner", value),
    "tar.gz in zip": lambda value: archived("inner.tar.gz", gzip.compress(taped("inner", value))),
}


def ids(parts: list[Part]) -> list[str]:
    """Return the ids of the articles in *parts*, none of which may be a problem."""
    assert not [part for part in parts if isinstance(part, Problem)]
    return [wire.read(part.value, {}).id for part in parts if isinstance(part, Piece)]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_split(form: str) -> None:
    """Each article becomes a piece that a worker reads without any header, in the order of the input."""
    assert ids(list(split(FORMS[form], "a.txt"))) == ["story-0", "story-1", "story-2"]


@pytest.mark.parametrize("form", FORMS)
def test_a_pipe_gives_the_same_articles_as_a_file(form: str) -> None:
    """Where the reads of a stream end makes no difference."""

    class Pipe(io.RawIOBase):
        """Gives seven bytes at a time."""

        rest = FORMS[form]

        def readable(self) -> bool:
            """Return True: this is a stream to read."""
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            """Put up to seven bytes into *buffer*."""
            chunk, self.rest = self.rest[:7], self.rest[7:]
            buffer[: len(chunk)] = chunk
            return len(chunk)

    pipe = io.BufferedReader(cast("Any", Pipe()), 7)

    assert list(split(pipe, "a")) == list(split(FORMS[form], "a"))


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("form", ["JSON lines", "RSS 2.0", "CSV"])
def test_packed_files_are_unpacked(packed: str, form: str) -> None:
    """Compressed files and archives are known by their first bytes, also inside each other."""
    assert ids(list(split(PACKED[packed](FORMS[form]), "a"))) == ["story-0", "story-1", "story-2"]


@pytest.mark.parametrize("form", ["RSS 2.0", "RSS 1.0", "Atom", "a JSON Feed"])
def test_an_item_keeps_what_its_feed_says(form: str) -> None:
    """The title of the feed is the source of each article, and its language that of each that states none."""
    articles = [wire.read(part.value, {}) for part in split(FORMS[form], "a") if isinstance(part, Piece)]

    assert {article.source.name for article in articles} == {"Example Wire"}
    assert {(article.language or "")[:2] for article in articles} == {"en"}


SAMPLES = (
    *("rss.xml", "atom.xml", "nitf.xml", "newsml-g2-nitf.xml", "ninjs-2.json", "schema-org.json", "json-feed.json"),
    *("gdelt-doc.json", "cloudevents-structured.json"),
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_one_article_keeps_its_bytes(sample: str, pytestconfig: pytest.Config) -> None:
    """A file with one article is sent as it is, so that its id stays the same if it is a hash of the bytes."""
    value = (pytestconfig.rootpath / "tests/wire/samples" / sample).read_bytes()

    assert [part.value for part in split(value, "a") if isinstance(part, Piece)] == [value]


def test_plain_text_is_one_article_named_by_its_file() -> None:
    """It has no members, so the name of the file is the id."""
    (piece,) = split(b"Boris Johnson flew to Kyiv.\nHe stayed, it was said, for a day.\n", "texts/story.txt")

    assert isinstance(piece, Piece)
    article = wire.read(piece.value, {})
    assert (article.id, article.body) == ("story", "Boris Johnson flew to Kyiv.\nHe stayed, it was said, for a day.")


def test_an_article_that_holds_a_list_is_not_taken_apart() -> None:
    """An article with a text of its own may list others beside it."""
    row = ROWS[0] | {"related": ROWS[1:], "items": ROWS[1:]}

    assert ids(list(split(json.dumps(row).encode(), "a"))) == ["story-0"]


@pytest.mark.parametrize("value", [b"", b"  \n", b"[]", b'{"status": "ok", "totalResults": 0, "articles": []}'])
def test_an_empty_input_has_no_articles(value: bytes) -> None:
    """An API that found nothing is not a problem."""
    assert list(split(value, "a")) == []


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    """Hidden files are left out."""
    (tmp_path / "b.json").write_text(json.dumps(ROWS[1]))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z").write_text(json.dumps(ROWS[0]))
    (tmp_path / "c.xml").write_text(RSS)
    (tmp_path / ".hidden").write_text("{")

    parts = list(split_files([str(tmp_path)]))

    assert ids(parts) == ["story-0", "story-1", "story-0", "story-1", "story-2"]
    assert parts[2].position == f"{tmp_path}/c.xml, item 1"

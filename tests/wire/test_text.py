"""Cleaning repairs what is broken and leaves everything else as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wire.text import clean, clean_line


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("<p>One <b>two</b>.</p><p>Three&nbsp;&amp; four.</p>", "One two.\n\nThree & four."),
        ("<p>First<br>second<br/>third", "First\nsecond\nthird"),
        ("First<BR>second", "First\nsecond"),
        ("<P CLASS='lead'>One<P>Two", "One\n\nTwo"),
        ("<ul><li>Sofia<li>Budapest</ul>After", "Sofia\n\nBudapest\n\nAfter"),
        ("<table><tr><td>Cluj</td><td>12</td></tr><tr><td>Iași</td><td>7</td></tr></table>", "Cluj 12\n\nIași 7"),
        (
            "<html><head><title>No</title></head><body><h1>Yes</h1>And.<script>no()</script></body></html>",
            "Yes\n\nAnd.",
        ),
        ("<pre>BUCHAREST\nline two</pre>", "BUCHAREST\nline two"),
        ("<p>Half\n   a  line\twide</p>", "Half a line wide"),
        (
            '<hedline><hl1>Head</hl1></hedline><p>Body in <location class="x">Sofia</location>.</p>',
            "Head\n\nBody in Sofia.",
        ),
        ("&lt;p&gt;Escaped &amp;amp; sent twice&lt;/p&gt;", "Escaped & sent twice"),
        ("<p><b>One<p>Two <i>three</b> four<p>five", "One\n\nTwo three four\n\nfive"),
        ("<p>On/ i/ off, 3 <EM CLASS='x'>a/b</EM>, &lt;b</p>", "On/ i/ off, 3 a/b, <b"),
        ("<p>One</p><svg><a href='#'>label</a></svg><p>Two</p>", "One\n\nTwo"),
        ("It&#39;s R&amp;D &eacute;", "It's R&D é"),
    ],
)
def test_markup_becomes_text_with_its_paragraphs(given_text: str, cleaned: str) -> None:
    """Tags and entities are removed, and a blank line separates paragraphs."""
    assert clean(given_text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "if a < b and c > d",
        "<ann@example.org> wrote",
        "AT&T; R&D & more",
        "Phillips Petroleum <P> and DuPont Corp <DD> <P> rose, made by <P.T. Indauda> & Co",
        "Two  spaces and “curly” quotes — kept.",
        "București, Timișoara, Szabó Gábor, Żywiec, Şţ",
        "Line one\nline two\n\nParagraph two",
    ],
)
def test_good_text_is_left_alone(text: str) -> None:
    """Text that needs no repair is unchanged, so that offsets into it stay valid."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("RomÃ¢nia and MarÃ\xada said â€œnoâ€\x9d", "România and María said “no”"),
        ("Yemen\x92s branch", "Yemen\u2019s branch"),
        ("Ro\u00adma\u00adnia", "Romania"),
        ("\u202b\u05e9\u05dc\u202c \u200eNATO\u200f", "\u05e9\u05dc NATO"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\u00a0b\u2009c\u3000d\te", "a b c d e"),
        ("nul\x00 and \x1b[31mred", "nul and red"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("one  \n\n\n\n two", "one\n\n two"),
        ("ﬁnance ﬁﬂ", "finance fifl"),
        ("e\u0301", "é"),
    ],
)
def test_what_transport_broke_is_repaired(given_text: str, cleaned: str) -> None:
    """Mojibake, odd spaces, invisible marks, control characters and line ends of all kinds are repaired."""
    assert clean(given_text) == cleaned


def test_a_headline_is_one_line() -> None:
    """A line break in a headline becomes a space."""
    assert clean_line("  Summit\n  ends <b>early</b>\t") == "Summit ends early"


PIECES = (
    "& amp; lt; #38; < > /p p b <p> </p> <br> \x00 \xad Ã Â â€ \x92 \u202e a é \ud800 &nbsp; <script> </b> <!-- -->"
)
TANGLED = st.lists(st.sampled_from([*PIECES.split(" "), " ", "\n", "\r", "\xa0", "\u0301"]), max_size=30).map("".join)


@given(st.text() | TANGLED)
def test_cleaning_is_idempotent(text: str) -> None:
    """Clean text is stable. Otherwise a replayed record would differ."""
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text() | TANGLED)
def test_clean_text_can_be_written_as_utf8(text: str) -> None:
    """No surrogate, NUL or other control character except the line break is left."""
    cleaned = clean(text)

    assert cleaned.encode().decode() == cleaned
    assert not any(character < " " and character != "\n" for character in cleaned)


@pytest.mark.parametrize(
    ("start", "part"),
    [
        *(
            ("", part)
            for part in ["<div>", "<b>", "<", "<a ", "<p>", "&amp;", "&", "<table>", "</p>", "&#38;#38;", "</b"]
        ),
        *(("", part) for part in [" ", "\r", "\xa0", "Ã", "\x92", "\u0301", "<!--"]),
        *(("<p x=", part) for part in ["=", " "]),
        ("<p>" + "".join(f"<b x={number}>" for number in range(400)), "<p>x"),
        *(("</p>", part) for part in [" ", "<br>", "<td>", "<ul><li>", "<b><p></b>", "<table><tr><td>", "\0"]),
    ],
)
def test_a_quarter_megabyte_of_one_pattern_is_cleaned_in_time(start: str, part: str) -> None:
    """Nesting, spaces and escapes need linear time. With quadratic time the test would time out."""
    cleaned = clean(start + part * (250_000 // len(part)) + "word</b>")

    assert clean(cleaned) == cleaned

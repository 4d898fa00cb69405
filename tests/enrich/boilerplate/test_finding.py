"""What counts as boilerplate of a web page, and what never does."""

from __future__ import annotations

import pytest

from service.enrich.boilerplate.finding import find

PARAGRAPH = (
    "The harbour of Varna was closed on Monday after a tanker ran aground in thick fog, the port authority said."
)
COUNTRIES = (
    "Choose your country Albania Algeria Andorra Angola Argentina Armenia Australia Austria Azerbaijan Bahrain "
    "Bangladesh Barbados Belarus Belgium Belize Benin Bhutan Bolivia Botswana Brazil Bulgaria Burundi Cambodia "
    "Cameroon Canada Chad Chile China Colombia Croatia Cuba Cyprus Denmark"
)


def marked(body: str) -> list[str]:
    """Return the texts of the stretches that are found in *body*."""
    return [body[start:end] for start, end in find(body)]


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "[PHOTO]",
        "Skip to main content",
        "Share Tweet Email",
        "Sign up for our daily newsletter",
        "Get the day's top stories delivered to your inbox. By signing up, you agree to our Privacy Policy.",
        f"Get The Digest. {COUNTRIES}. I have read and accept the terms of use. Thank you!",
        "We use cookies to improve your experience.",
        "Please enable JavaScript to watch this video",
        "Follow us on Twitter @harbournews",
        "Copyright © 2024 The Harbour News. All rights reserved.",
        "Media playback is unsupported on your device Media caption Divers tell how they found the wreck",
        "SEE ALSO: Minister opens the new bridge in Ruse",
        "Mayor of Burgas denies that the beach was sold Read more",
        "(RELATED: Farmers block the ring road of Plovdiv)",
        "MINISTER RESIGNS OVER FERRY THAT NEVER SAILED, SAYS PARTY",
        "FILE PHOTO: Cranes stand still in the port of Varna, Bulgaria, March 3, 2021. REUTERS/Ana Petrova",
        "Cranes stand still in the port of Varna. (AP Photo/Ana Petrova)",
        "Cranes stand still in the port of Varna. Photograph: Ana Petrova/AFP/Getty Images",
        "Enlarge this image toggle caption Ana Petrova/AP Ana Petrova/AP",
        "(Pixabay)",
        "The views expressed in this article are the author's own and do not reflect the views of Harbour News.",
    ],
)
def test_a_line_of_the_page_is_boilerplate(line: str) -> None:
    """Buttons, forms, notices, links and captions between two paragraphs are marked, and the paragraphs are not."""
    assert marked(f"{PARAGRAPH}\n\n{line}\n\n{PARAGRAPH}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        PARAGRAPH,
        "Residents can sign up for the flu vaccine at any pharmacy from Monday, the ministry said.",
        "“Click here,” the e-mail said, and hundreds of clerks did.",
        "The company said that it would change how its newsletter uses cookies and how readers subscribe.",
        "The minister shared a photo of the bridge on Twitter and Facebook.",
        "A Reuters/Ipsos poll showed that 54 percent of voters backed the ban.",
        "VARNA, Bulgaria (Reuters) - Dockers went on strike on Tuesday.",
        "He said the copyright law of 2019 must go.",
        f"{', '.join(COUNTRIES.split()[3:])} and Norway voted for the resolution.",
        "Why the ferry never sailed",
        "WHAT WE KNOW SO FAR",
        "- WHERE DID THE FERRY COME FROM, AND WHY? -",
        "Wheat up 3, corn down 2, soybeans unchanged",
    ],
)
def test_a_sentence_of_the_article_is_not(line: str) -> None:
    """News about newsletters, photos and countries is news, and so are subheadings and tables."""
    assert marked(f"{PARAGRAPH}\n\n{line}\n\n{PARAGRAPH}") == []


def test_lines_that_follow_each_other_are_one_stretch() -> None:
    """A footer of several lines is marked once."""
    footer = "Sign up for our daily newsletter\n\nCopyright © 2024 The Harbour News. All rights reserved."

    assert marked(f"{PARAGRAPH}\n\n{footer}\n") == [footer]


def test_the_links_below_their_label_are_boilerplate() -> None:
    """The list ends where sentences go on."""
    links = "Related:\n\nFerry runs aground near Nesebar\n\nPort of Burgas to get a third pier"

    assert marked(f"{links}\n\n{PARAGRAPH}") == [links]


def test_a_credit_that_was_left_in_a_paragraph_is_cut_out_alone() -> None:
    """The sentences before and after it stay."""
    assert marked(f"{PARAGRAPH * 3} (Ana Petrova/AFP/Getty Images) {PARAGRAPH * 3}") == [
        "(Ana Petrova/AFP/Getty Images)"
    ]


def test_a_form_on_the_line_of_a_paragraph_is_cut_out_alone() -> None:
    """Only its sentence is marked if most of the line is the article's."""
    form = "Sign up for our daily newsletter."

    assert marked(f"{PARAGRAPH} {form} {PARAGRAPH}") == [form]


def test_a_label_before_a_sentence_is_cut_out_alone() -> None:
    """The slot of an advertisement stood between two paragraphs that became one line."""
    assert marked(f"Advertisement {PARAGRAPH}") == ["Advertisement"]

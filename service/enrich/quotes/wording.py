"""Tell what somebody said from titles, names and terms between quotation marks."""

from __future__ import annotations

MIN_WORDS = 4
"""Shorter ones are names, titles and scare quotes, unless a verb of speech makes them somebody's whole sentence."""
MIN_WORDS_WITHOUT_VERB = 6
"""Fewer without a verb of speech are terms and slogans, unless they are a sentence."""
MIN_LETTERS_OF_TITLE_WORD = 4
SENTENCE_ENDINGS = ".,!?…—"


def is_speech(words: str, *, has_verb: bool, is_direct: bool, continues: bool) -> bool:
    """Return whether somebody said or wrote *words*: they are no title, name or term.

    *has_verb* says whether a verb of speech goes with them, *is_direct* whether it stands beside them, and *continues*
    whether they go on with the last words of the paragraph before.
    """
    number = len(words.split())
    is_title = _is_title(words)
    is_sentence = words[0].isupper() and words[-1] in SENTENCE_ENDINGS
    if is_direct and is_sentence:
        return True
    if is_title or number < MIN_WORDS:
        return not is_title and is_sentence and has_verb
    return continues or is_direct or is_sentence or number >= MIN_WORDS_WITHOUT_VERB


def _is_title(words: str) -> bool:
    """Return whether all long words begin with a capital, as in the title of a book or film."""
    long_words = [word for word in words.split() if len(word) >= MIN_LETTERS_OF_TITLE_WORD and word[0].isalpha()]
    return len(long_words) > 1 and all(word[0].isupper() for word in long_words)

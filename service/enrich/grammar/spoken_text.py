"""What a text quotes and who speaks in it, read once for all stages that ask."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from service.enrich.grammar import speech
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.quotation_marks import leads_on, paragraphs, passages
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.enrich.grammar.quotation_marks import Passage


class SpokenText:
    """The passages between quotation marks, and the cues outside of them.

    Attributes:
        passages: Each passage with its tokens, in the order of the text.
        quoted: All tokens of the passages.
        cues: The verbs of speech with their speakers, in the order of the text.
    """

    __slots__ = ("_lines", "_starts", "_text", "cues", "passages", "quoted")

    def __init__(self, doc: Doc) -> None:
        self._text = text_of(doc)
        self._starts: list[int] = doc.to_array("IDX").tolist()
        self._lines: list[int] | None = None
        spans = ((passage, self._tokens(passage)) for passage in passages(self._text))
        self.passages = [(passage, tokens) for passage, tokens in spans if tokens]
        self.quoted = {token for _, tokens in self.passages for token in tokens}
        ends = [tokens[-1] for passage, tokens in self.passages if leads_on(self._text, passage)]
        self.cues = speech.find(Parse.of(doc), self.quoted, ends)

    @classmethod
    def of(cls, doc: Doc) -> SpokenText:
        """Return what *doc* quotes, read on the first call and kept with the document, as its parse is."""
        kept: SpokenText | None = doc.user_data.get("spoken_text")
        if kept is None:
            kept = doc.user_data["spoken_text"] = cls(doc)
        return kept

    @property
    def lines(self) -> list[int]:
        """The number of the paragraph of each token."""
        if self._lines is None:
            firsts = [first for first, _ in paragraphs(self._text)]
            self._lines = [bisect_right(firsts, start) - 1 for start in self._starts]
        return self._lines

    def _tokens(self, passage: Passage) -> range:
        return range(bisect_left(self._starts, passage.start), bisect_left(self._starts, passage.end))

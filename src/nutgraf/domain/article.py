"""An article as text with offsets: everything Nutgraf says later points back into `Article.text`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class ParagraphKind(enum.Enum):
    """What a paragraph is in the article's own structure."""

    BODY = "body"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    CAPTION = "caption"
    NOTE = "note"
    """The newsroom on the article itself (a correction, an editor's note); no part of the story."""


class ArticleFlag(enum.Enum):
    """What is known of the article as a whole that a writer or reader should heed."""

    PAYWALLED = "paywalled"
    STUB = "stub"
    LIVE_BLOG = "live_blog"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text: characters `start` to `end` (exclusive)."""

    start: int
    end: int
    kind: ParagraphKind = ParagraphKind.BODY


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """Sentence number `index` of the article: characters `start` to `end` (exclusive) of its text."""

    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """An extracted article.

    `text` holds paragraphs joined by a blank line, white space folded, NFC; `text_hash` is the SHA-256 of its UTF-8
    in hex. `sentences` never cross a paragraph and cover everything but white space. Times are UTC.
    `standfirst` is the publisher's own summary (feed or meta data); it is not part of the text and proves nothing.
    """

    url: str
    canonical_url: str
    title: str
    publisher: str
    byline: str
    published_at: datetime | None
    language: str
    lead_image_url: str
    text: str
    text_hash: str
    sentences: tuple[SourceSentence, ...]
    paragraphs: tuple[Paragraph, ...] = ()
    standfirst: str = ""
    section: str = ""
    updated_at: datetime | None = None
    flags: frozenset[ArticleFlag] = frozenset()

    def sentence_text(self, index: int) -> str:
        """The words of sentence `index`, as they stand in the text. Raises IndexError."""
        sentence = self.sentences[index]
        return self.text[sentence.start : sentence.end]

    @property
    def word_count(self) -> int:
        """Number of white-space-separated words in the text."""
        return len(self.text.split())

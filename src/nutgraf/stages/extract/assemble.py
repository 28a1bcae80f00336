"""Paragraphs and meta data to an Article: the one place where text, offsets and hash are made."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from nutgraf.domain.article import Article, ArticleFlag, Paragraph, ParagraphKind, SourceSentence
from nutgraf.text.language import detect_language
from nutgraf.text.sentences import split_sentences

MAX_TEXT_CHARS = 400_000
"""About 60,000 words: longer than any article; what lies beyond is left out."""

_SPACE = re.compile(r"\s+")
# Characters that are not seen but change what a machine reads: controls, bidirectional overrides, zero-width
# (ZWJ and ZWNJ stay: Persian and Indic scripts need them), soft hyphens, tag characters, byte-order marks.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article beside its text; empty where unknown, times in UTC."""

    url: str
    canonical_url: str = ""
    title: str = ""
    publisher: str = ""
    byline: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    lead_image_url: str = ""
    standfirst: str = ""
    section: str = ""
    flags: frozenset[ArticleFlag] = frozenset()


def clean_line(text: str) -> str:
    """`text` on one line: NFC, invisible characters removed, white space folded."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def assemble_article(blocks: Iterable[tuple[ParagraphKind, str]], metadata: Metadata) -> Article:
    """An Article of `blocks` (kind and raw text, in reading order).

    Empty blocks are left out. The language is that of the text, else the declared one. Naive times are taken as UTC.
    """
    parts: list[str] = []
    paragraphs: list[Paragraph] = []
    position = 0
    for kind, raw in blocks:
        line = clean_line(raw)
        if not line:
            continue
        line = line[: MAX_TEXT_CHARS - position]
        if parts:
            position += 2
        paragraphs.append(Paragraph(position, position + len(line), kind))
        parts.append(line)
        position += len(line)
        if position >= MAX_TEXT_CHARS:
            break
    text = "\n\n".join(parts)
    language = detect_language(text, metadata.language)
    sentences: list[SourceSentence] = []
    for paragraph in paragraphs:
        for start, end in split_sentences(text[paragraph.start : paragraph.end], language):
            sentences.append(SourceSentence(len(sentences), paragraph.start + start, paragraph.start + end))
    return Article(
        url=metadata.url,
        canonical_url=metadata.canonical_url or metadata.url,
        title=clean_line(metadata.title),
        publisher=clean_line(metadata.publisher),
        byline=clean_line(metadata.byline),
        published_at=_utc(metadata.published_at),
        updated_at=_utc(metadata.updated_at),
        language=language,
        lead_image_url=metadata.lead_image_url,
        text=text,
        text_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        sentences=tuple(sentences),
        paragraphs=tuple(paragraphs),
        standfirst=clean_line(metadata.standfirst),
        section=clean_line(metadata.section),
        flags=metadata.flags,
    )


def article_from_text(
    text: str, *, title: str, publisher: str = "", url: str = "", published_at: datetime | None = None
) -> Article:
    """An Article of plain text: paragraphs are separated by blank lines (or by lines, where there are none)."""
    separator = r"\n\s*\n" if re.search(r"\n\s*\n", text) else r"\n"
    blocks = ((ParagraphKind.BODY, block) for block in re.split(separator, text[: 2 * MAX_TEXT_CHARS]))
    metadata = Metadata(url=url, title=title, publisher=publisher, published_at=published_at)
    return assemble_article(blocks, metadata)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

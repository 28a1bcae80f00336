"""Evidence as it is shown: the article's paragraphs with the words marked that one sentence, or each, rests on.

Around those words stands what the article says next to them; not what speaks to a reader or a machine instead of
telling something, and no address: nothing of a page is shown here that its brief could not say.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nutgraf.domain.article import Article, Paragraph
from nutgraf.domain.evidence import Finding
from nutgraf.text.exits import find_exit
from nutgraf.text.spoken_to import FIRST_PERSON, is_no_reporting, speaks_to_somebody

MAX_PARAGRAPHS = 6
MAX_CONTEXT_CHARS = 280
"""How much of a paragraph is shown before the first and after the last marked word."""
LEFT_OUT = " … "
MAX_REMEMBERED_SENTENCES = 4_096


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the article's text; `is_marked` where the sentence rests on it."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A paragraph of the article, cut to what surrounds its marked words. Segments joined give the text shown."""

    segments: tuple[Segment, ...]
    is_cut_before: bool
    is_cut_after: bool


@dataclass(frozen=True, slots=True)
class SharedSegment:
    """A stretch of the article's text with the numbers, from 1, of the brief's sentences that rest on it.

    `number` counts the marked stretches of the article from 1; it is 0 where nothing rests on this one.
    """

    text: str
    sentences: tuple[int, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class SharedParagraph:
    """A paragraph that holds evidence, cut as an Excerpt is; `skipped_before` paragraphs before it hold none."""

    segments: tuple[SharedSegment, ...]
    is_cut_before: bool
    is_cut_after: bool
    skipped_before: int


def trace_article(article: Article, findings: Sequence[Finding]) -> tuple[SharedParagraph, ...]:
    """The paragraphs that any of `findings` rests on, in the order of the text; finding 0 is sentence 1."""
    spans = [sorted((span.start, span.end) for span in finding.evidence) for finding in findings]
    numbers = itertools.count(1)
    shown: list[SharedParagraph] = []
    skipped = 0
    for paragraph in paragraphs_of(article):
        marks = {number: _marks_within(of_one, paragraph) for number, of_one in enumerate(spans, 1)}
        if not any(marks.values()):
            skipped += 1
            continue
        shown.append(_shared_paragraph(article, paragraph, marks, numbers, skipped))
        skipped = 0
    return tuple(shown)


def _shared_paragraph(
    article: Article,
    paragraph: Paragraph,
    marks: dict[int, list[tuple[int, int]]],
    numbers: itertools.count[int],
    skipped_before: int,
) -> SharedParagraph:
    edges = sorted({edge for of_one in marks.values() for mark in of_one for edge in mark})
    first, last = _context(article, paragraph, edges[0], edges[-1])
    segments = []
    for start, end in itertools.pairwise(sorted({first, *edges, last})):
        resting = tuple(
            number for number, of_one in marks.items() if any(mark[0] <= start and end <= mark[1] for mark in of_one)
        )
        words = article.text[start:end] if resting else _told(article, start, end)
        segments.append(SharedSegment(words, resting, next(numbers) if resting else 0))
    return SharedParagraph(tuple(segments), first > paragraph.start, last < paragraph.end, skipped_before)


def trace_finding(article: Article, finding: Finding) -> tuple[Excerpt, ...]:
    """The evidence of one sentence by paragraph, in the order of the text, at most MAX_PARAGRAPHS.

    Spans are clipped to their paragraph and overlapping ones joined, so that each character is shown once.
    """
    spans = sorted((span.start, span.end) for span in finding.evidence if span.start < span.end)
    excerpts: list[Excerpt] = []
    for paragraph in paragraphs_of(article):
        marks = _marks_within(spans, paragraph)
        if marks:
            excerpts.append(_excerpt(article, paragraph, marks))
        if len(excerpts) == MAX_PARAGRAPHS:
            break
    return tuple(excerpts)


def paragraphs_of(article: Article) -> tuple[Paragraph, ...]:
    """The article's paragraphs; those that its blank lines make where it came without."""
    if article.paragraphs:
        return article.paragraphs
    return tuple(
        Paragraph(match.start(), match.end()) for match in re.finditer(r"\S(?:(?!\n\s*\n).)*", article.text, re.DOTALL)
    )


def _marks_within(spans: list[tuple[int, int]], paragraph: Paragraph) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    for span_start, span_end in spans:
        start, end = max(span_start, paragraph.start), min(span_end, paragraph.end)
        if start >= end:
            continue
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return marks


def _excerpt(article: Article, paragraph: Paragraph, marks: list[tuple[int, int]]) -> Excerpt:
    first, last = _context(article, paragraph, marks[0][0], marks[-1][1])
    segments: list[Segment] = []
    position = first
    for start, end in marks:
        segments += [Segment(_told(article, position, start), False), Segment(article.text[start:end], True)]
        position = end
    segments.append(Segment(_told(article, position, last), False))
    return Excerpt(
        segments=tuple(segment for segment in segments if segment.text),
        is_cut_before=first > paragraph.start,
        is_cut_after=last < paragraph.end,
    )


def _context(article: Article, paragraph: Paragraph, start: int, end: int) -> tuple[int, int]:
    """From where to where a paragraph is shown around its marks, which lie between `start` and `end`."""
    first = _cut_before(article.text, paragraph.start, start)
    last = _cut_after(article.text, end, paragraph.end)
    first = max((after for _, after in _left_out(article, first, start)), default=first)
    last = min((before for before, _ in _left_out(article, end, last)), default=last)
    first += len(article.text[first:start]) - len(article.text[first:start].lstrip())
    return first, max(end, len(article.text[:last].rstrip()))


def _told(article: Article, start: int, end: int) -> str:
    """The words between two marks, or between one and an end of the context, without what tells nothing."""
    words, position = "", start
    for before, after in _left_out(article, start, end):
        words = f"{words}{article.text[position:before].rstrip()}{LEFT_OUT}"
        position = after + (article.text[after : after + 1] == " ")
    return words + article.text[position:end]


def _left_out(article: Article, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences, clipped to this stretch of text, that are not shown beside evidence."""
    for sentence in article.sentences:
        if sentence.start < end and sentence.end > start and start < end:
            text = article.text[sentence.start : sentence.end]
            if not _tells(text, article.language):
                yield max(start, sentence.start), min(end, sentence.end)


@functools.lru_cache(maxsize=MAX_REMEMBERED_SENTENCES)
def _tells(text: str, language: str) -> bool:
    if is_no_reporting(text, language) or find_exit(text):
        return False
    return speaks_to_somebody(text, language) in ("", FIRST_PERSON)


def _cut_before(text: str, start: int, mark: int) -> int:
    """Where the context before a mark begins: the paragraph's start, or a word's start near enough."""
    if mark - start <= MAX_CONTEXT_CHARS:
        return start
    space = text.find(" ", mark - MAX_CONTEXT_CHARS, mark)
    return space + 1 if space >= 0 else mark - MAX_CONTEXT_CHARS


def _cut_after(text: str, mark: int, end: int) -> int:
    """Where the context after a mark ends: the paragraph's end, or a word's end near enough."""
    if end - mark <= MAX_CONTEXT_CHARS:
        return end
    space = text.rfind(" ", mark, mark + MAX_CONTEXT_CHARS)
    return space if space > mark else mark + MAX_CONTEXT_CHARS

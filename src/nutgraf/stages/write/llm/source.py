"""The article as a model gets it: numbered sentences of its reporting, a line each, in parts that fit one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nutgraf.domain.article import Article, ParagraphKind
from nutgraf.stages.write.llm.limits import MAX_ARTICLE_CHARS, MAX_PART_CHARS
from nutgraf.text.exits import strip_invisible
from nutgraf.text.spoken_to import is_no_reporting

_LEFT_OUT = frozenset((ParagraphKind.CAPTION, ParagraphKind.NOTE, ParagraphKind.HEADING))
_MAX_LINE_CHARS = 1_000
FENCE = str.maketrans({"<": "‹", ">": "›"})
"""Angle brackets stand only around the article in a prompt."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Sentence `index` of the article on one line, without what no reader sees."""

    index: int
    text: str


def read_source(article: Article) -> list[SourceLine]:
    """The sentences that report something, in order.

    Captions, headings, the newsroom's notes, questions, code and orders to whoever writes are left out; the angle
    brackets that delimit the article in a prompt are replaced in its text.
    """
    left_out = [(p.start, p.end) for p in article.paragraphs if p.kind in _LEFT_OUT]
    lines = []
    for sentence in article.sentences:
        if sentence.end > MAX_ARTICLE_CHARS or any(start <= sentence.start < end for start, end in left_out):
            continue
        text = strip_invisible(article.text[sentence.start : sentence.end])
        if not text or len(text) > _MAX_LINE_CHARS or is_no_reporting(text, article.language):
            continue
        lines.append(SourceLine(sentence.index, text.translate(FENCE)))
    return lines


def split_source(lines: Sequence[SourceLine], article: Article) -> list[list[SourceLine]]:
    """`lines` in parts of at most MAX_PART_CHARS, of about one size, parted between paragraphs where there is one."""
    total = sum(len(line.text) for line in lines)
    count = -(-total // MAX_PART_CHARS)
    if count <= 1:
        return [list(lines)]
    target = total / count
    openings = _paragraph_openings(lines, article)
    parts: list[list[SourceLine]] = [[]]
    size = 0
    for line in lines:
        is_full = size + len(line.text) > MAX_PART_CHARS
        if parts[-1] and (is_full or (size >= target and line.index in openings)):
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line.text)
    return parts


def render_source(lines: Sequence[SourceLine]) -> str:
    """The lines, each with its number in brackets."""
    return "\n".join(f"[{line.index}] {line.text}" for line in lines)


def _paragraph_openings(lines: Sequence[SourceLine], article: Article) -> set[int]:
    """Indexes of the lines before which a paragraph ends."""
    starts = sorted(paragraph.start for paragraph in article.paragraphs)
    found = set()
    for before, after in pairwise(lines):
        first, last = article.sentences[before.index].start, article.sentences[after.index].start
        if any(first < start <= last for start in starts):
            found.add(after.index)
    return found

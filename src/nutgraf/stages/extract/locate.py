"""Where on a page the article is: the element whose blocks are worth most, then what in it belongs to the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from nutgraf.domain.article import ParagraphKind
from nutgraf.stages.extract.blocks import Block, PageBlocks
from nutgraf.stages.extract.furniture import CONTENT_NAMES, Furniture, is_spoken_only
from nutgraf.stages.extract.publishers import Selector

_STANDFIRST_NAMES = re.compile(
    r"standfirst|intro|lead\b|teaser|excerpt|summary|subtitle|sub-?head|\bdek\b|\bdeck\b|vorspann|anrei|chapo|entradilla|bajada|sub-?headline|article-?description|page-?intro|copete|sommario|occhiello",
    re.I,
)
_MIN_LEFT = 0.2
_MIN_RULED_SCORE = 50.0
_INTRODUCTION_BLOCKS = 25
_STANDFIRST_BLOCKS = 8
_STANDFIRST_LEVELS = 3
_STANDFIRST_WORDS = 8
_LINE_WORDS = 20
_FAR_BLOCKS = 60
_OPENING_BLOCKS = 6
_ABOVE_PROSE = 3
_MAX_SCORED_WORDS = 100


def find_range(page: PageBlocks, content: Selector | None = None) -> tuple[int, int]:
    """The range of blocks of the element with the greatest sum of scores, the innermost where several have it.

    `content` is where the publisher's rules say the text is; it counts where there is prose in it.
    """
    scores = [score_block(block) for block in page.blocks]
    mark_furniture(page, scores)
    for index, block in enumerate(page.blocks):
        if block.furniture:
            scores[index] = 0.0
    sums = [0.0, *accumulate(scores)]
    best = (0.0, 0, 0)
    for element, start, end in page.ranges:  # inner elements come before outer ones
        total = sums[end] - sums[start]
        if content is not None and total > _MIN_RULED_SCORE and content.matches(element):
            best = (total, start, end)
            break
        if element.get("itemprop") == "articleBody" or _names_content(element.get("class", "")):
            total *= 1.2
        elif element.tag in ("article", "main"):
            total *= 1.1
        if total > best[0]:
            best = (total, start, end)
    return _with_introduction(page.blocks, best[1], best[2])


@lru_cache(maxsize=10_000)  # pages repeat their classes, and sites theirs
def _names_content(classes: str) -> bool:
    return CONTENT_NAMES.search(classes) is not None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands near the text: the heading before it, and short lines (datelines, bylines), nearest first.

    `openings` are the first blocks of the text itself.
    """

    heading: str = ""
    lines: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()


def surroundings_of(page: PageBlocks, start: int, end: int) -> Surroundings:
    """The surroundings of the text in the page's blocks `start` to `end`."""
    blocks = page.blocks
    earliest = max(start - _INTRODUCTION_BLOCKS, -1)
    nearest_first = range(min(start, len(blocks) - 1), earliest, -1)
    heading = next(
        (i for i in nearest_first if blocks[i].level in (1, 2) and not is_spoken_only(blocks[i].element)), -1
    )
    first = start if heading < 0 else heading
    near = [*range(first, min(start + 4, len(blocks))), *range(first - 1, max(first - 6, -1), -1)]
    near += range(end, min(end + 6, len(blocks)))
    order = dict.fromkeys([*near, *range(start, min(end, start + _FAR_BLOCKS)), *range(max(start - 20, 0), start)])
    asides = [text for index, text in page.asides if first - 6 <= index <= start + 4]
    lines = [blocks[i].text for i in order if blocks[i].words <= _LINE_WORDS]
    openings = [block.text for block in blocks[start : min(end, start + _OPENING_BLOCKS)]]
    prose = next((i for i in range(start, end) if _opens_story(blocks[i])), start)
    if prose - start >= _OPENING_BLOCKS:  # a page of one element: the text begins below navigation
        openings.append(blocks[prose].text)
        lines += [
            blocks[i].text for i in range(prose - 1, prose - 1 - _ABOVE_PROSE, -1) if blocks[i].words <= _LINE_WORDS
        ]
    return Surroundings(blocks[heading].text if heading >= 0 else "", (*asides, *lines), tuple(openings))


def _opens_story(block: Block) -> bool:
    return block.words >= _LINE_WORDS and block.ends_sentence and block.link_share < 0.3 and not block.furniture


def _with_introduction(blocks: list[Block], start: int, end: int) -> tuple[int, int]:
    """The range, begun earlier where a standfirst stands between the headline and the element of the text."""
    for index in range(start, min(start + _STANDFIRST_BLOCKS, end)):
        block = blocks[index]
        if block.furniture and _is_called_standfirst(block) and _is_standfirst(block):
            block.furniture = False
        if not block.furniture and block.words >= _LINE_WORDS:
            break
    if any(block.level == 1 and block.words > 2 for block in blocks[start:end]):
        return start, end
    headline = _headline_before(blocks, start)
    if headline < 0:
        return start, end
    for index in range(headline + 1, start):
        block = blocks[index]
        block.furniture = not (_is_standfirst(block) and (blocks[headline].level == 1 or _is_called_standfirst(block)))
    return headline + 1, end


def _headline_before(blocks: list[Block], start: int) -> int:
    """The place of the headline above the text, or -1: the nearest h1, else a heading of another rank close by."""
    for index in range(start - 1, max(start - _INTRODUCTION_BLOCKS, 0) - 1, -1):
        if blocks[index].level == 1:
            return index
    for index in range(start - 1, max(start - _STANDFIRST_BLOCKS, 0) - 1, -1):
        if blocks[index].level in (2, 3) and blocks[index].words >= 3:
            return index if blocks[index].link_share < 0.5 else -1
    return -1


def _is_standfirst(block: Block) -> bool:
    return (
        (not block.furniture or _is_called_standfirst(block))
        and block.words >= _STANDFIRST_WORDS
        and block.link_share < 0.3
        and block.kind in (ParagraphKind.BODY, ParagraphKind.HEADING, ParagraphKind.QUOTE, ParagraphKind.LIST_ITEM)
        and (block.ends_sentence or block.words >= 15)
    )


def _is_called_standfirst(block: Block) -> bool:
    element = block.element
    for _ in range(_STANDFIRST_LEVELS):
        if element is None or element.tag in ("article", "main", "body"):
            return False
        if _STANDFIRST_NAMES.search(element.get("class", "")):
            return True
        element = element.getparent()
    return False


def score_block(block: Block) -> float:
    """What a block speaks for (prose, about its number of words) or against (links, labels) its element."""
    words = min(block.words, _MAX_SCORED_WORDS)
    links = block.link_share
    if block.kind is ParagraphKind.CAPTION:
        return 0.0
    if block.kind is ParagraphKind.HEADING:
        return -3.0 if links > 0.5 else 0.0
    if links > 0.5:
        return -3.0 - 0.3 * words
    if block.kind is ParagraphKind.LIST_ITEM:
        return 0.5 * words * (1 - links) if words >= 8 else 0.3
    if words >= 20 or (words >= 8 and block.ends_sentence):
        return words * (1 - links) * (1.0 if block.tag == "p" else 0.8)
    if block.ends_sentence:
        return 0.5 * words
    return -0.5 if block.tag == "p" else -2.0


def mark_furniture(page: PageBlocks, scores: list[float]) -> None:
    """Mark the blocks in what calls itself furniture, unless so much of the page's prose is in it that it cannot be."""
    worth = [max(score, 0.0) for score in scores]
    for verdicts in ((Furniture.HIDDEN, Furniture.SURE), (Furniture.LIKELY,)):
        sums = [0.0, *accumulate(worth)]
        marked: set[int] = set()
        for verdict, start, end in reversed(page.marks):  # outer elements first
            if verdict in verdicts and sums[end] - sums[start] <= verdict.value * sums[-1]:
                marked.update(range(start, end))
        if sums[-1] - sum(worth[index] for index in marked) < _MIN_LEFT * sums[-1]:
            continue  # together they are the page: names that mean something else here
        for index in marked:
            page.blocks[index].furniture = True
            worth[index] = 0.0

"""Which blocks of the article's element are the article: pleas, pointers to other stories and labels are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from nutgraf.domain.article import ParagraphKind
from nutgraf.stages.extract.blocks import Block
from nutgraf.stages.extract.furniture import is_spoken_only
from nutgraf.stages.extract.phrases import (
    COMMENTS,
    NOTE,
    PAYWALL,
    PLEA,
    POINTER,
    SERVICE_FILLERS,
    SERVICES,
    SOURCE_NOTE,
    asks_for_support,
)
from nutgraf.text.words import words

_POINTER_WORDS = 25
_PLEA_WORDS = 40
_LONG_PLEA_WORDS = 140
_SOURCE_WORDS = 30
_SERVICES = 2
_SERVICE_LINE_WORDS = 20
_CUE_WORDS = 4
_TEASERS = 2
_TEASER_WORDS = 60
_TITLE_WORDS = 4
_MIN_ARTICLE_WORDS = 100
_TAIL_WORDS = 8
_PROSE_WORDS = 15
_LONG_WORDS = 60
_SUMMARY_WORDS = 50
_CAPTION_WORDS = 8
"""A shorter caption, or one that is no sentence, names the picture and tells nothing."""
_NOT_WORD = re.compile(r"\W+")


def select_blocks(blocks: Sequence[Block], title: str) -> list[Block]:
    """The blocks of an article's element that are its text, in order."""
    blocks = _without_teasers(_without_tail(blocks))
    kept: list[Block] = []
    folded_title = _fold(title)
    for block in blocks:
        if block.furniture or _is_furniture(block):
            continue
        if folded_title and block.words < 40 and _fold(block.text) == folded_title:
            continue
        if block.words < 8 and kept and kept[-1].text == block.text:
            continue
        if block.kind in (ParagraphKind.BODY, ParagraphKind.QUOTE) and NOTE.match(block.text):
            block.kind = ParagraphKind.NOTE
        kept.append(block)
    return _without_idle_headings(_trimmed(kept))


def _without_tail(blocks: Sequence[Block]) -> Sequence[Block]:
    """Up to where readers' comments begin, or a heading of other stories after which no prose comes."""
    before = 0
    last_prose = _last_prose(blocks)
    for index, block in enumerate(blocks):
        if block.furniture:
            continue
        if before >= _MIN_ARTICLE_WORDS and block.words <= _TAIL_WORDS and not block.ends_sentence:
            is_heading = block.kind is ParagraphKind.HEADING
            if COMMENTS.match(block.text) and (is_heading or block.tag != "p"):
                return blocks[:index]
            if is_heading and index > last_prose and POINTER.match(block.text):
                return blocks[:index]
        before += 0 if block.link_share > 0.5 else block.words
    return blocks


def _last_prose(blocks: Sequence[Block]) -> int:
    """The last place of a long paragraph or of two that follow each other, as in an article and not among teasers."""
    following = 0
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        words = block.words if block.tag == "p" and block.link_share < 0.3 and not block.furniture else 0
        if words >= _LONG_WORDS or min(words, following) >= _PROSE_WORDS:
            return index
        following = words
    return -1


def _without_teasers(blocks: Sequence[Block]) -> list[Block]:
    """Without the linked titles of other articles, and without the few lines under each where there are several.

    A linked heading above much text is this article's own, as in a list of films with links to the shops.
    """
    titles = [i for i, block in enumerate(blocks) if _is_linked_title(block)]
    ends = sorted({*titles, *(i for i, block in enumerate(blocks) if block.kind is ParagraphKind.HEADING), len(blocks)})
    following = dict(pairwise(ends))
    dropped: set[int] = set()
    for index in titles:
        under = blocks[index + 1 : following[index]]
        words = sum(block.words for block in under)
        is_heading = blocks[index].kind is ParagraphKind.HEADING
        if is_heading and sum(block.words for block in under if block.tag == "p") > _TEASER_WORDS:
            continue
        dropped.add(index)
        is_teaser = words <= _TEASER_WORDS if is_heading else words <= _SUMMARY_WORDS and not _has_paragraph(under)
        if is_teaser and len(titles) >= _TEASERS:
            dropped.update(range(index, following[index]))
    return [block for i, block in enumerate(blocks) if i not in dropped]


def _has_paragraph(blocks: Sequence[Block]) -> bool:
    return any(block.tag == "p" for block in blocks)


def _is_linked_title(block: Block) -> bool:
    if block.kind is ParagraphKind.HEADING:
        return block.link_share > 0.6
    return (
        block.kind is ParagraphKind.BODY and block.tag != "p" and block.link_share > 0.8 and block.words >= _TITLE_WORDS
    )


def _is_furniture(block: Block) -> bool:
    finished = block.ends_sentence and block.text[-1] != ":"
    if block.words <= _POINTER_WORDS and _is_pointer(block, finished=finished):
        return True
    if block.words <= _PLEA_WORDS and (PLEA.search(block.text) or PAYWALL.search(block.text)):
        return True
    if _is_plea_at_length(block) or _is_source_note(block) or _names_services(block):
        return True
    if block.kind is ParagraphKind.CAPTION:
        return block.words < _CAPTION_WORDS or not block.ends_sentence
    if block.kind is ParagraphKind.HEADING:
        return block.level == 1 or is_spoken_only(block.element)
    if block.link_share > 0.8:
        return True
    if block.kind is ParagraphKind.LIST_ITEM:
        return block.link_share > 0.5
    return block.kind is ParagraphKind.BODY and block.tag not in ("p", "td") and block.words < 4 and not finished


def _is_pointer(block: Block, *, finished: bool) -> bool:
    cue = POINTER.match(block.text)
    if cue is None:
        return False
    if cue[0].isalpha() and block.words > _CUE_WORDS:
        return block.link_share > 0.3  # a word alone, as in "Advertising revenue fell", says little
    return not finished or block.link_share > 0.3 or block.words <= 2 * _CUE_WORDS


def _is_plea_at_length(block: Block) -> bool:
    return block.words <= _LONG_PLEA_WORDS and asks_for_support(block.text)


def _is_source_note(block: Block) -> bool:
    """Whether a block says no more than whose work the article is: in brackets, or no sentence, or a credit's words."""
    return block.words <= _SOURCE_WORDS and SOURCE_NOTE.match(block.text) is not None


def _names_services(block: Block) -> bool:
    """Whether a block is little but names of social services: "TikTok, Instagram, Facebook"."""
    if block.words > _SERVICE_LINE_WORDS:
        return False
    own = words(block.text.lower())
    names = sum(word in SERVICES for word in own)
    return names >= _SERVICES and all(word in SERVICES or word in SERVICE_FILLERS for word in own)


def _trimmed(blocks: list[Block]) -> list[Block]:
    """Without what comes before the first and after the last block of prose."""
    prose = [i for i, block in enumerate(blocks) if _is_prose(block)]
    if not prose:
        return blocks
    first, last = prose[0], prose[-1]
    while first > 0 and blocks[first - 1].kind in (ParagraphKind.HEADING, ParagraphKind.CAPTION):
        first -= 1
    while last + 1 < len(blocks) and (blocks[last + 1].kind is ParagraphKind.LIST_ITEM or blocks[last + 1].tag == "p"):
        last += 1
    return blocks[first : last + 1]


def _is_prose(block: Block) -> bool:
    if block.kind is ParagraphKind.LIST_ITEM:
        return block.words >= 4
    if block.kind in (ParagraphKind.HEADING, ParagraphKind.CAPTION):
        return False
    if block.tag == "pre":
        return True
    return block.words >= 12 or (block.words >= 2 and block.ends_sentence)


def _without_idle_headings(blocks: list[Block]) -> list[Block]:
    """Without headings that head nothing: followed by one of the same rank or a higher one, or by the end."""
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        if block.kind is ParagraphKind.HEADING:
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if following is None or (following.kind is ParagraphKind.HEADING and following.level <= block.level):
                continue
        kept.append(block)
    return kept


def _fold(text: str) -> str:
    return _NOT_WORD.sub("", text).casefold()

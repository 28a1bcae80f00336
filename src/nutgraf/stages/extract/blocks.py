"""A tree to a flat list of blocks of text in reading order, each with what is needed to judge it.

Inline elements never split a block; block elements always do. What is no text of the page (scripts, navigation,
forms, hidden parts) or says by its class that it is furniture is left out on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nutgraf.domain.article import ParagraphKind
from nutgraf.stages.extract.furniture import Furniture, judge_element
from nutgraf.stages.extract.tree import Element, inner_text

MAX_BLOCKS = 20_000
_INLINE = frozenset(
    str.split(
        """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span
    strike strong sub sup time tt u var wbr ruby rb rt rp output amp-fit-text
    """
    )
)
_SKIPPED = frozenset(
    str.split(
        """
    script style noscript template svg math iframe object embed applet canvas audio video map head nav button
    select textarea input option dialog menu link meta rt rp amp-ad amp-embed amp-analytics amp-sidebar
    amp-consent
    """
    )
)
_APART = frozenset(("span", "time", "small", "label", "a", "cite"))  # unlike b or i, often set apart by a style sheet
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELL_BLOCKS = frozenset(
    str.split(
        """
    p div ul ol table h1 h2 h3 h4 h5 h6 blockquote section article li
    """
    )
)
_HEADING_WORDS = 18
_ROW_CHARS = 400
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:;][\"'”’»“)\]]*$")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_END_CHARS = 6
_ASIDE_CHARS = 100


@dataclass(slots=True)
class Block:
    """A run of text between two block boundaries.

    `element` is the block element that holds it, `tag` that one's tag; `furniture` is decided by locate.find_range.
    """

    text: str
    kind: ParagraphKind
    tag: str
    element: Element
    link_chars: int
    words: int
    furniture: bool = False
    level: int = 0  # 1 to 6 for a heading

    @property
    def link_share(self) -> float:
        """Share of the characters that are in links, 0..1."""
        return self.link_chars / (len(self.text) or 1)

    @property
    def ends_sentence(self) -> bool:
        """Whether the text ends as a sentence does."""
        return _SENTENCE_END.search(self.text[-_END_CHARS:]) is not None


@dataclass(slots=True)
class PageBlocks:
    """The blocks of a page and, for each block element, the range of blocks that it holds.

    `marks` are the ranges of what calls itself furniture; `asides` the texts of inline furniture (datelines, labels)
    with the number of blocks before them.
    """

    blocks: list[Block] = field(default_factory=list)
    ranges: list[tuple[Element, int, int]] = field(default_factory=list)
    marks: list[tuple[Furniture, int, int]] = field(default_factory=list)
    asides: list[tuple[int, str]] = field(default_factory=list)


def read_blocks(body: Element) -> PageBlocks:
    """The blocks under `body`, at most MAX_BLOCKS. Recursion is bounded by guard.MAX_DEPTH."""
    reader = _Reader()
    reader.read(body, ParagraphKind.BODY, body, linked=False)
    reader.flush()
    reader.page.ranges.append((body, 0, len(reader.page.blocks)))
    return reader.page


class _Reader:
    def __init__(self) -> None:
        self.page = PageBlocks()
        self._parts: list[str] = []
        self._link_chars = 0
        self._breaks = 0
        self._kind = ParagraphKind.BODY
        self._element: Element | None = None
        self._edge = ""  # the inline element that began or ended since the last text
        self._last_link = ""  # the address of the link that ended since the last text
        self._between_links = False  # and one to another address began

    def read(self, element: Element, kind: ParagraphKind, holder: Element, *, linked: bool) -> None:
        """Read `element`'s content; `holder` is the nearest block element."""
        self._add(element.text, kind, holder, linked)
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                if tag == "br":
                    self._break()
                elif tag in _INLINE:
                    self._read_inline(child, tag, kind, holder, linked)
                elif tag not in _SKIPPED:
                    self._read_block(child, tag, kind, linked)
            self._add(child.tail, kind, holder, linked)

    def _read_inline(self, child: Element, tag: str, kind: ParagraphKind, holder: Element, linked: bool) -> None:
        if child.attrib and tag != "a":
            verdict = judge_element(child)
            if verdict not in (Furniture.NONE, Furniture.CAPTION) and len(child) < 4:
                self.page.asides.append((len(self.page.blocks), inner_text(child)[:_ASIDE_CHARS]))
                return
            if verdict is Furniture.CAPTION:
                kind = ParagraphKind.CAPTION
        self._edge = tag
        if tag == "a" and self._last_link:
            self._between_links = child.get("href") != self._last_link
        self.read(child, kind, holder, linked=linked or (tag == "a" and _leads_away(child)))
        self._edge = tag
        if tag == "a":
            self._last_link = child.get("href") or ""

    def _read_block(self, child: Element, tag: str, kind: ParagraphKind, linked: bool) -> None:
        self.flush()
        if len(self.page.blocks) >= MAX_BLOCKS:
            return
        verdict = judge_element(child)
        if verdict is Furniture.CAPTION:
            kind = ParagraphKind.CAPTION
        start = len(self.page.blocks)
        if tag == "tr" and self._read_row(child):
            pass
        else:
            if tag in _HEADINGS:
                kind = ParagraphKind.HEADING
            elif tag in ("li", "dd", "dt"):
                kind = ParagraphKind.LIST_ITEM
            elif tag == "p" and kind is ParagraphKind.HEADING:
                kind = ParagraphKind.BODY  # a heading that was never closed
            elif tag == "blockquote":
                kind = ParagraphKind.QUOTE
            elif tag == "figcaption" or tag == "caption":
                kind = ParagraphKind.CAPTION
            self.read(child, kind, child, linked=linked)
            self.flush()
        if len(self.page.blocks) > start:
            if verdict not in (Furniture.NONE, Furniture.CAPTION):
                self.page.marks.append((verdict, start, len(self.page.blocks)))
            self.page.ranges.append((child, start, len(self.page.blocks)))

    def _read_row(self, row: Element) -> bool:
        """Read a row of a data table as one block; False where it is layout."""
        cells = []
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            if any(inner.tag in _CELL_BLOCKS for inner in cell.iter()):
                return False
            cells.append(" ".join(inner_text(cell).split()))
        text = " | ".join(cell for cell in cells if cell)
        if len(cells) < 2 or len(text) > _ROW_CHARS:
            return False
        if text:
            links = sum(len(inner_text(a)) for a in row.iter("a"))
            self.page.blocks.append(Block(text, ParagraphKind.LIST_ITEM, "tr", row, links, count_words(text)))
        return True

    def _add(self, text: str | None, kind: ParagraphKind, holder: Element, linked: bool) -> None:
        if not text:
            return
        if not text.strip():
            if self._parts:
                self._parts.append(" ")
            return
        if not self._parts:
            self._kind, self._element = kind, holder
        elif kind is ParagraphKind.CAPTION and self._kind is not kind:
            self.flush()
            self._kind, self._element = kind, holder
        elif self._breaks == 1 or self._stands_apart(text):
            self._parts.append(" ")
        self._breaks = 0
        self._forget_edges()
        self._parts.append(text)
        if linked:
            self._link_chars += len(text)

    def _break(self) -> None:
        self._breaks += 1
        if self._breaks >= 2:
            self.flush()

    def flush(self) -> None:
        """End the current block."""
        if self._parts and self._element is not None:
            text = " ".join("".join(self._parts).split())
            if text and (len(text) > 1 or text.isalnum()):
                element = self._element
                tag = element.tag
                block = Block(text, self._kind, tag, element, self._link_chars, count_words(text))
                if tag in _HEADINGS:
                    block.level = int(tag[1])
                    if block.words > _HEADING_WORDS and not block.link_share > 0.5:
                        block.kind = ParagraphKind.BODY  # a paragraph in a heading's clothes
                self.page.blocks.append(block)
        self._parts = []
        self._link_chars = 0
        self._breaks = 0
        self._forget_edges()

    def _stands_apart(self, text: str) -> bool:
        """Whether `text` stands apart on the page from what came before, though nothing is between them."""
        left = self._parts[-1]
        if self._between_links and left[-1].isalnum() and (text[0].isalnum() or text[0] in "#@"):
            return True
        return bool(self._edge) and _is_glued(left, text, self._edge)

    def _forget_edges(self) -> None:
        self._edge = ""
        self._last_link = ""
        self._between_links = False


def _leads_away(anchor: Element) -> bool:
    """Whether a link goes elsewhere; notes and headings often link to places on the same page."""
    address = anchor.get("href")
    return address is not None and not address.startswith("#")


def count_words(text: str) -> int:
    """Words of `text`; scripts that are written without spaces count two characters as a word."""
    unspaced = sum(map(len, _UNSPACED.findall(text))) if not text.isascii() else 0
    return len(text.split()) + unspaced // 2


def _is_glued(left: str, right: str, edge: str) -> bool:
    """Whether two texts on the sides of an element's edge would run together though they stand apart on the page."""
    if not right[0].isupper():
        return False
    return left[-1] in ".!?:;…”»)" or (edge in _APART and left[-1].islower()) or (edge == "time" and left[-1].isalnum())

"""Second opinions where our own reading of a page found little: what structured data says, then trafilatura."""

from __future__ import annotations

import html
import re
from typing import Any

import trafilatura

from nutgraf.domain.article import ParagraphKind
from nutgraf.stages.extract.assemble import clean_line
from nutgraf.stages.extract.blocks import Block, count_words
from nutgraf.stages.extract.jsonld import Node, text_of
from nutgraf.stages.extract.tree import Element, lxml_html_copy

TextBlocks = list[tuple[ParagraphKind, str]]

_MAX_BODY_CHARS = 400_000
_BREAK = re.compile(r"(?:\s*\n\s*)+|</(?:p|div|h\d|li|blockquote)>|<br\s*/?>(?:\s*<br\s*/?>)+", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_KINDS = {"head": ParagraphKind.HEADING, "item": ParagraphKind.LIST_ITEM, "quote": ParagraphKind.QUOTE}


def structured_body(article: Node) -> TextBlocks:
    """The paragraphs of schema.org's articleBody; where it has no line breaks it is one paragraph."""
    body = text_of(article.get("articleBody"))[:_MAX_BODY_CHARS]
    pieces = (_TAG.sub(" ", piece) if "<" in piece else piece for piece in _BREAK.split(body))
    return [(ParagraphKind.BODY, html.unescape(piece)) for piece in pieces if piece and not piece.isspace()]


def trafilatura_blocks(root: Element) -> list[Block]:
    """What trafilatura, favouring precision, takes for the text; empty where it finds none or fails."""
    try:
        document = trafilatura.bare_extraction(
            lxml_html_copy(root), favor_precision=True, include_comments=False, with_metadata=False
        )
    except Exception:  # a third-party reading of hostile markup must not cost the article
        return []
    if document is None or isinstance(document, dict) or document.body is None:
        return []
    return _tree_blocks(document.body)


def _tree_blocks(body: Any) -> list[Block]:
    blocks = []
    holders = ("p", "item", "quote", "cell", "head", "code")
    for element in body.iter(*holders):
        if any(parent.tag in holders for parent in element.iterancestors()):
            continue
        text = clean_line("".join(element.itertext()))
        if text:
            kind = _KINDS.get(element.tag, ParagraphKind.BODY)
            blocks.append(Block(text, kind, "p", element, link_chars=0, words=count_words(text)))
    return blocks

"""Quoted words in a text, and whether another text holds them byte for byte (typographic variants aside)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nutgraf.text.words import fold_typography

MAX_QUOTATION_CHARS = 1_000

_DOUBLE = re.compile(
    rf'"(?P<words>[^"]{{1,{MAX_QUOTATION_CHARS}}})"|(?:``)(?P<tex>[^"]{{1,{MAX_QUOTATION_CHARS}}}?)\'\''
)
_SINGLE = re.compile(
    rf"(?<![\w'])['`](?!(?:s|t|d|m|ll|re|ve)\b)(?P<words>(?:[^'\"`]|(?<=\w)'(?=\w)){{2,{MAX_QUOTATION_CHARS}}})'(?!\w)"
)
_GAP = re.compile(r"\s*(?:\[[^\]]*\]|\(?(?:\.\s?){3,}\)?|…)\s*")
_EDGE = " \t,.;:!?-–—'\""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks: characters `start` to `end` (exclusive) without the marks."""

    start: int
    end: int
    words: str


def find_quotations(text: str) -> list[Quotation]:
    """Quotations of `text` in order: double marks and guillemets of any shape, and single marks around words."""
    folded = fold_typography(text).replace("‹", "'").replace("›", "'")
    found = []
    for match in _DOUBLE.finditer(folded):
        group = "words" if match["words"] is not None else "tex"
        found.append(Quotation(match.start(group), match.end(group), text[match.start(group) : match.end(group)]))
    for match in _SINGLE.finditer(folded):
        start, end = match.span("words")
        if not any(quotation.start <= start < quotation.end for quotation in found):
            found.append(Quotation(start, end, text[start:end]))
    return sorted((q for q in found if any(c.isalnum() for c in q.words)), key=lambda quotation: quotation.start)


def fold_quotation(text: str) -> str:
    """`text` as quotations are compared: plain marks and dashes, white space folded; case and words stay."""
    plain = fold_typography(text).replace("—", "-").replace("–", "-").replace("…", "...")
    return re.sub(r"\s+", " ", plain)


def locate_quotation(words: str, folded_source: str) -> tuple[int, int] | None:
    """Where `folded_source` (made by `fold_quotation`) holds the quoted `words`, or None.

    The first letter's case may differ, as may punctuation at the ends; an ellipsis or a bracketed insertion parts
    the words into pieces that must follow each other. Offsets are into `folded_source`.
    """
    pieces = [piece.strip(_EDGE) for piece in _GAP.split(fold_quotation(words))]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return None
    first_start, position = -1, 0
    for piece in pieces:
        found = _find_piece(piece, folded_source, position)
        if found < 0:
            return None
        first_start = found if first_start < 0 else first_start
        position = found + len(piece)
    return first_start, position


def _find_piece(piece: str, source: str, position: int) -> int:
    swapped = piece[0].swapcase() + piece[1:]
    places = [
        place for place in (_find_word(piece, source, position), _find_word(swapped, source, position)) if place >= 0
    ]
    return min(places, default=-1)


def _find_word(piece: str, source: str, position: int) -> int:
    """The next place of `piece` that does not begin or end inside a word, or -1."""
    place = source.find(piece, position)
    while place >= 0:
        end = place + len(piece)
        inside = (place > 0 and source[place - 1].isalnum() and piece[0].isalnum() and piece[0].isascii()) or (
            end < len(source) and source[end].isalnum() and piece[-1].isalnum() and piece[-1].isascii()
        )
        if not inside:
            return place
        place = source.find(piece, place + 1)
    return -1

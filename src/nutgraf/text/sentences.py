"""Sentence boundaries as character offsets, by sentencex; a quotation of several sentences stays whole."""

from __future__ import annotations

import sentencex

MAX_SENTENCE_CHARS = 4_000
"""A longer 'sentence' is no prose; it is split at white space so that everything after is bounded."""


def split_sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Offsets (start, end) of the sentences of `text`, surrounding white space left out, in order.

    Together they cover every character that is not white space. `language` is an ISO 639-1 code; an unknown one
    falls back to general rules.
    """
    offsets: list[tuple[int, int]] = []
    position = 0
    for piece in sentencex.segment(language or "en", text):
        start = position
        position += len(piece)
        stripped = piece.strip()
        if not stripped:
            continue
        start += len(piece) - len(piece.lstrip())
        offsets.extend(_bounded(text, start, start + len(stripped)))
    return offsets


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces = []
    while end - start > MAX_SENTENCE_CHARS:
        cut = text.rfind(" ", start + 1, start + MAX_SENTENCE_CHARS)
        cut = cut if cut > start else start + MAX_SENTENCE_CHARS
        pieces.append((start, cut))
        start = cut + (text[cut : cut + 1] == " ")
    pieces.append((start, end))
    return [(a, b) for a, b in pieces if b > a]

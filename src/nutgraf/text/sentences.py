"""Sentence boundaries as character offsets, by sentencex; a quotation of several sentences stays whole."""

from __future__ import annotations

import re

import sentencex

MAX_SENTENCE_CHARS = 4_000
"""A longer 'sentence' is no prose; it is split at white space so that everything after is bounded."""


_CLOCK_END = re.compile(r"\b[ap]\.m\.$")
_TIME_ZONE = re.compile(r"(?:[ECMP][DS]?T|GMT|UTC|BST|CES?T|Eastern|Central|Mountain|Pacific|local)\b")


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
        end = start + len(stripped)
        if offsets and _goes_on(text, offsets[-1], start):
            start = offsets.pop()[0]
        offsets.extend(_bounded(text, start, end))
    return offsets


def _goes_on(text: str, before: tuple[int, int], start: int) -> bool:
    """Whether what begins at `start` is still the sentence `before`: a time zone after `a.m.` or `p.m.`."""
    return _CLOCK_END.search(text, max(before[0], before[1] - 5), before[1]) is not None and (
        _TIME_ZONE.match(text, start) is not None
    )


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces = []
    while end - start > MAX_SENTENCE_CHARS:
        cut = text.rfind(" ", start + 1, start + MAX_SENTENCE_CHARS)
        cut = cut if cut > start else start + MAX_SENTENCE_CHARS
        pieces.append((start, cut))
        start = cut + (text[cut : cut + 1] == " ")
    pieces.append((start, end))
    return [(a, b) for a, b in pieces if b > a]

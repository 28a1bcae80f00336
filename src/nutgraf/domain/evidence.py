"""What a sentence rests on, and how well."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """Whether the article's words carry a sentence. Only the first two ever reach a reader."""

    SUPPORTED = "supported"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of an article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The checker's answer for one sentence.

    `score` is 0..1, higher is better supported; `evidence` is in the order of the text;
    `reasons` are plain sentences for a person, empty where nothing is amiss.
    """

    verdict: Verdict
    score: float
    evidence: tuple[Span, ...] = ()
    reasons: tuple[str, ...] = ()

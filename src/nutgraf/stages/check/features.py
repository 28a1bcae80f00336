"""How far the article carries a claim's words and the ties between them, as numbers from 0 (fully) upwards."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from nutgraf.stages.check.evidence import MAX_POSTINGS, kin_of
from nutgraf.stages.check.index import ArticleIndex, Reading

_WINDOW = 3
_KIN_SUPPORT = 0.6
_PAIR_REACH_TOKENS = 12
_PAIR_POSITIONS = 40


@dataclass(frozen=True, slots=True)
class Support:
    """Shares of a claim that the article does not carry; all 0 for a sentence of the article.

    `novel`: content words that are nowhere in it; `novel_window`: the same in the worst run of three;
    `outside`: content words that are in the article but not in the evidence; `loose`: neighbouring content words
    that do not stand together there; `loose_window`: the same in the worst run; `uncopied`: word trigrams that the
    article does not have.
    """

    novel: float
    novel_window: float
    outside: float
    loose: float
    loose_window: float
    uncopied: float


def measure_support(claim: Reading, evidence: list[int], index: ArticleIndex) -> Support:
    """The Support of `claim` by the article, with `evidence` (sentence indexes) as its nearest part."""
    kin = [kin_of(claim.lemmas[place], index) for place in claim.content]
    known = [
        1.0 if word == claim.lemmas[place] else _KIN_SUPPORT if word else 0.0
        for word, place in zip(kin, claim.content, strict=True)
    ]
    chosen = set(evidence)
    outside = [bool(word) and not any(index.sentence_of[p] in chosen for p in index.positions[word]) for word in kin]
    ties = [
        _tie(first, second, reach, index)
        for first, second, reach in zip(
            kin, kin[1:], (b - a for a, b in zip(claim.content, claim.content[1:], strict=False)), strict=False
        )
    ]
    count = max(1, len(known))
    return Support(
        novel=sum(1.0 - share for share in known) / count,
        novel_window=_worst_window(known),
        outside=sum(outside) / count,
        loose=sum(1.0 - tie for tie in ties) / max(1, len(ties)),
        loose_window=_worst_window(ties),
        uncopied=_uncopied(claim, index),
    )


def _tie(first: str, second: str, reach: int, index: ArticleIndex) -> float:
    """How closely two words stand together somewhere in the article: 1 as in the claim, 0 never or unknown."""
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    seconds = index.positions[second][:MAX_POSTINGS]
    best = 0.1
    for position in index.positions[first][:_PAIR_POSITIONS]:
        at = bisect.bisect(seconds, position)
        if at < len(seconds):
            best = max(best, _closeness(position, seconds[at], reach, index, 1.0))
        if at > 0:
            best = max(best, _closeness(seconds[at - 1], position, reach, index, 0.7))
        if best >= 1.0:
            break
    return best


def _closeness(before: int, after: int, reach: int, index: ArticleIndex, most: float) -> float:
    apart = index.sentence_of[after] - index.sentence_of[before]
    if apart == 0:
        extra = max(0, after - before - reach)
        return most * max(0.4, 1.0 - 0.6 * extra / _PAIR_REACH_TOKENS)
    return 0.3 * most if apart == 1 else 0.1


def _worst_window(shares: list[float]) -> float:
    if len(shares) <= _WINDOW:
        return 1.0 - sum(shares) / len(shares) if shares else 0.0
    return 1.0 - min(sum(shares[i : i + _WINDOW]) for i in range(len(shares) - _WINDOW + 1)) / _WINDOW


def _uncopied(claim: Reading, index: ArticleIndex) -> float:
    lemmas = claim.lemmas
    source = index.trigrams
    total = max(1, len(lemmas) - 2)
    return sum(trigram not in source for trigram in zip(lemmas, lemmas[1:], lemmas[2:], strict=False)) / total

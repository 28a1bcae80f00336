"""How closely words of a claim stand together in the article: between neighbours, and each with all the others."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.stages.check.index import ArticleIndex

NO_TIE = 0.1
_ADJACENT_SENTENCE_TIE = 0.3
_REVERSED_TIE = 0.7
_MIN_SENTENCE_TIE = 0.4
_REACH_TOKENS = 12
_MAX_FIRST_POSITIONS = 40
_MAX_SECOND_POSITIONS = 400
_FIT_WINDOW_TOKENS = 18
_MAX_FIT_POSITIONS = 30


def tie(first: str, second: str, reach: int, index: ArticleIndex) -> float:
    """How closely two lemmas of the article stand together somewhere in it; the claim has them `reach` apart.

    1 in the claim's order and no farther apart, less with distance and in reversed order, 0.1 where they never meet,
    0 where either is empty (unknown to the article).
    """
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    seconds = index.positions[second][:_MAX_SECOND_POSITIONS]
    best = NO_TIE
    for position in index.positions[first][:_MAX_FIRST_POSITIONS]:
        at = bisect.bisect(seconds, position)
        if at < len(seconds):
            best = max(best, _closeness(position, seconds[at], reach, index))
        if at > 0:
            best = max(best, _REVERSED_TIE * _closeness(seconds[at - 1], position, reach, index))
        if best >= 1.0:
            break
    return best


def _closeness(before: int, after: int, reach: int, index: ArticleIndex) -> float:
    apart = index.sentence_of[after] - index.sentence_of[before]
    if apart == 0:
        extra = max(0, after - before - reach)
        return max(_MIN_SENTENCE_TIE, 1.0 - 0.6 * extra / _REACH_TOKENS)
    return _ADJACENT_SENTENCE_TIE if apart == 1 else NO_TIE


@dataclass(frozen=True, slots=True)
class NeighbourTies:
    """Ties between a claim's content words and the next two: `nearest` per word with its direct neighbours."""

    loose: float
    known_loose: float
    odd: float
    nearest: tuple[float, ...]


def neighbour_ties(kin: Sequence[str], places: Sequence[int], index: ArticleIndex) -> NeighbourTies:
    """Ties of content words (`kin` their lemmas in the article or "", `places` their token positions in the claim).

    `loose` is 1 minus the mean tie, an unknown word counting as untied; `known_loose` leaves unknown words out;
    `odd` is how much worse the worst tied word is than the mean: one word that was exchanged in a faithful sentence.
    """
    count = len(kin)
    sums = [0.0] * count
    shares = [0] * count
    nearest = [0.0] * count
    all_ties: list[float] = []
    known_ties: list[float] = []
    for step in (1, 2):
        for i in range(count - step):
            value = tie(kin[i], kin[i + step], places[i + step] - places[i], index)
            all_ties.append(value)
            if kin[i] and kin[i + step]:
                known_ties.append(value)
                for place in (i, i + step):
                    sums[place] += value
                    shares[place] += 1
                    if step == 1:
                        nearest[place] = max(nearest[place], value)
    means = [total / share for total, share in zip(sums, shares, strict=True) if share]
    odd = sum(means) / len(means) - min(means) if means else 0.0
    return NeighbourTies(_lack(all_ties), _lack(known_ties), odd, tuple(nearest))


def _lack(values: Sequence[float]) -> float:
    return 1.0 - sum(values) / len(values) if values else 0.0


def misfits(kin: Sequence[str], index: ArticleIndex) -> list[float]:
    """For each content word, the weighted share of the claim's other known words that are nowhere near it.

    Near is within 18 tokens of one and the same occurrence of the word; weights are inverse sentence frequencies.
    An unknown word misfits wholly (1).
    """
    lemmas = list(dict.fromkeys(word for word in kin if word))
    if len(lemmas) < 2:
        return [0.0 if word else 1.0 for word in kin]
    sentence_count = len(index.sentence_tokens)
    weights = [math.log(1.0 + sentence_count / min(sentence_count, len(index.positions[word]))) for word in lemmas]
    marks = sorted(
        (position, number)
        for number, word in enumerate(lemmas)
        for position in index.positions[word][:_MAX_FIT_POSITIONS]
    )
    best = _best_company(marks, weights)
    total = sum(weights)
    lack = {word: 1.0 - best[i] / max(1e-9, total - weights[i]) for i, word in enumerate(lemmas)}
    return [lack[word] if word else 1.0 for word in kin]


def _best_company(marks: list[tuple[int, int]], weights: Sequence[float]) -> list[float]:
    """For each lemma number, the greatest weight of others within the window around any of its marks."""
    best = [0.0] * len(weights)
    counts = [0] * len(weights)
    inside = 0.0
    low = high = 0
    for position, number in marks:
        while high < len(marks) and marks[high][0] <= position + _FIT_WINDOW_TOKENS:
            entering = marks[high][1]
            if counts[entering] == 0:
                inside += weights[entering]
            counts[entering] += 1
            high += 1
        while marks[low][0] < position - _FIT_WINDOW_TOKENS:
            leaving = marks[low][1]
            counts[leaving] -= 1
            if counts[leaving] == 0:
                inside -= weights[leaving]
            low += 1
        best[number] = max(best[number], inside - weights[number])
    return best

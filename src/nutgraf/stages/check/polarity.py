"""What turns a sentence round: negators and opposites, compared between a claim and where the article has its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.stages.check.lexicon import NEGATORS, OPPOSITES, opposites_in
from nutgraf.stages.check.ties import tie

_NEGATION_REACH_TOKENS = 4
_CLEAR_COMPANY = 0.7
_CLEAR_LEAD = 0.6
_MAX_POSITIONS = 60
_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Polarity:
    """Words of a claim by what was turned: `negated` in the claim alone, `unnegated` in the evidence alone.

    `negator_added`: the claim has a negator and its evidence none. `turned`: by how much an opposite fits better
    beside the claim's other words than the word it has, summed; `turned_words` names the pairs where that is clear.
    """

    negated: tuple[str, ...]
    unnegated: tuple[str, ...]
    negator_added: bool
    turned: float
    turned_words: tuple[tuple[str, str], ...]


def compare_polarity(claim: Reading, kin: dict[int, str], evidence: Sequence[int], index: ArticleIndex) -> Polarity:
    """The Polarity of `claim`; `kin` gives for each token place the article's lemma for it, or ""."""
    chosen = set(evidence)
    lemmas = index.reading.lemmas
    negated, unnegated = [], []
    for place in claim.content:
        word = kin[place]
        found = [p for p in index.positions.get(word, ())[:_MAX_POSITIONS] if index.sentence_of[p] in chosen]
        if not found:
            continue
        here = _is_negated(claim, place)
        there = [_is_negated(index.reading, position) for position in found]
        if here and not any(there):
            negated.append(claim.tokens.words[place])
        elif not here and all(there):
            unnegated.append(claim.tokens.words[place])
    turned, pairs = _turned(claim, kin, index)
    in_claim = any(word in NEGATORS for word in claim.lemmas)
    in_evidence = any(lemmas[p] in NEGATORS for s in chosen for p in range(*index.sentence_tokens[s]))
    return Polarity(tuple(negated), tuple(unnegated), in_claim and not in_evidence, turned, tuple(pairs))


def _is_negated(reading: Reading, place: int) -> bool:
    return any(reading.lemmas[other] in NEGATORS for other in reading.before(place, _NEGATION_REACH_TOKENS))


def _turned(claim: Reading, kin: dict[int, str], index: ArticleIndex) -> tuple[float, list[tuple[str, str]]]:
    total = 0.0
    pairs: list[tuple[str, str]] = []
    known = [place for place in claim.content if kin[place]]
    for place, (word, spelled) in enumerate(zip(claim.lemmas, claim.tokens.words, strict=True)):
        if not (kin.get(place) is not None or word in OPPOSITES or spelled in OPPOSITES):
            continue
        others = _opposites(word, index)
        if spelled != word:
            others = others + _opposites(spelled, index)
        if not others:
            continue
        near = sorted((p for p in known if p != place), key=lambda p: abs(p - place))[:_NEIGHBOURS]
        if not near:
            continue
        own = _company(word, place, near, kin, index)
        best, other = max((_company(other, place, near, kin, index), other) for other in others)
        total += max(0.0, best - own)
        is_clear = best >= max(_CLEAR_COMPANY, own + _CLEAR_LEAD) and place in kin and other not in claim.lemmas
        if is_clear and _is_negated(claim, place) == _all_negated(other, index):
            pairs.append((spelled, other))
    return total, pairs


def _opposites(word: str, index: ArticleIndex) -> list[str]:
    if word not in index.opposites:
        index.opposites[word] = opposites_in(word, index.positions)
    return index.opposites[word]


def _all_negated(word: str, index: ArticleIndex) -> bool:
    return all(_is_negated(index.reading, position) for position in index.positions[word][:_MAX_POSITIONS])


def _company(word: str, place: int, near: Sequence[int], kin: dict[int, str], index: ArticleIndex) -> float:
    """Mean tie of `word`, standing at `place`, with its neighbours; 0 where the article does not have it."""
    if word not in index.positions:
        return 0.0
    ties = (
        tie(kin[other], word, place - other, index) if other < place else tie(word, kin[other], other - place, index)
        for other in near
    )
    return sum(ties) / len(near)

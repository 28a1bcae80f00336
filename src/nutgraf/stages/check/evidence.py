"""Which of the article's sentences a claim rests on: greedy cover of its words, weighted by rarity in the article."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nutgraf.stages.check.index import ROOT_CHARS, ArticleIndex, Reading
from nutgraf.stages.check.lexicon import SYNONYMS

MAX_EVIDENCE_SENTENCES = 3
MAX_CANDIDATES = 12
MAX_POSTINGS = 400

_MIN_GAIN = 0.14  # share of the claim's weight that a further sentence must add
_CITE_BONUS = 1.15


def kin_of(word: str, index: ArticleIndex) -> str:
    """The article's own lemma for `word`: itself, one derived from the same root, a synonym, or ""."""
    if word in index.positions:
        return word
    if word not in index.kin:
        index.kin[word] = _same_root(word, index) or _synonym(word, index)
    return index.kin[word]


def _same_root(word: str, index: ArticleIndex) -> str:
    if len(word) <= ROOT_CHARS:
        return ""
    need = max(ROOT_CHARS, len(word) - 4)
    for other in index.roots.get(word[:ROOT_CHARS], ()):
        if other[:need] == word[:need] and abs(len(other) - len(word)) <= 5:
            return other
    return ""


def _synonym(word: str, index: ArticleIndex) -> str:
    """The synonym that the article uses most, the first in the alphabet among equals."""
    known = [other for other in sorted(SYNONYMS.get(word, ())) if other in index.positions]
    return max(known, key=lambda other: len(index.positions[other]), default="")


def rank_sentences(claim: Reading, index: ArticleIndex, cites: Sequence[int] = ()) -> tuple[list[int], list[int]]:
    """Candidates, best first, and the evidence: up to three sentences in text order that together cover the claim."""
    weights: dict[str, float] = {}
    holders: dict[str, set[int]] = {}
    sentence_count = max(1, len(index.sentence_tokens))
    places = claim.content or range(len(claim.lemmas))
    for place in places:
        word = claim.lemmas[place]
        if word in weights:
            continue
        kin = kin_of(word, index)
        if not kin:
            weights[word] = 0.0
            continue
        held = {index.sentence_of[position] for position in index.positions[kin][:MAX_POSTINGS]}
        holders[word] = held
        weights[word] = math.log(1.0 + sentence_count / len(held))
    scores: dict[int, float] = {}
    for word, held in holders.items():
        for sentence in held:
            scores[sentence] = scores.get(sentence, 0.0) + weights[word]
    for cite in cites:
        if cite in scores:
            scores[cite] *= _CITE_BONUS
    candidates = sorted(scores, key=lambda sentence: (-scores[sentence], sentence))[:MAX_CANDIDATES]
    return candidates, _cover(candidates, weights, holders)


def with_naming_sentences(claim: Reading, evidence: Sequence[int], index: ArticleIndex) -> list[int]:
    """`evidence` and, as far as there is room, the first sentence that gives a name of the claim in full.

    A writer may fill in a first name that the sentence it rests on leaves out.
    """
    chosen = list(evidence)
    for name in claim.names:
        held = {index.reading.tokens.words[p] for s in chosen for p in range(*index.sentence_tokens[s])}
        if len(name.words) < 2 or name.words[-1] not in held or held.issuperset(name.words):
            continue
        first = next((other for other in index.reading.names if other.words[-len(name.words) :] == name.words), None)
        places = index.places_between(first.start, first.end) if first is not None else range(0)
        if places and len(chosen) < MAX_EVIDENCE_SENTENCES:
            chosen.append(index.sentence_of[places[0]])
    return sorted(set(chosen))


def _cover(candidates: list[int], weights: dict[str, float], holders: dict[str, set[int]]) -> list[int]:
    total = sum(weights.values()) or 1.0
    open_words = set(holders)
    chosen: list[int] = []
    while candidates and len(chosen) < MAX_EVIDENCE_SENTENCES:
        gains = [sum(weights[word] for word in open_words if sentence in holders[word]) for sentence in candidates]
        best = max(range(len(candidates)), key=lambda i: (gains[i], -i))
        if gains[best] <= 0 or (chosen and gains[best] < _MIN_GAIN * total):
            break
        chosen.append(candidates[best])
        open_words = {word for word in open_words if candidates[best] not in holders[word]}
    return sorted(chosen)

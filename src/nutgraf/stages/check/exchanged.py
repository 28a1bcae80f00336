"""Figures that have changed places: the article's sentence, nearly word for word, its numbers the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from nutgraf.stages.check.faults import Fault
from nutgraf.stages.check.index import ArticleIndex, Reading, is_number_word

_MIN_SHARE = 0.85  # of the claim's tokens in the sentence, in its order: told more freely, an order proves nothing
_MAX_TOKENS = 80
_NUMBER = "#"


def find_exchanged(claim: Reading, evidence: Sequence[int], index: ArticleIndex) -> list[Fault]:
    """A number of `claim` that stands where a sentence of the evidence has another, while that one has it elsewhere."""
    words = claim.tokens.words
    if len(words) > _MAX_TOKENS or sum(map(is_number_word, words)) < 2:
        return []
    masked = _masked(words, claim.lemmas)
    for sentence in evidence:
        first, last = index.sentence_tokens[sentence]
        source = index.reading.tokens.words[first:last]
        if len(source) > _MAX_TOKENS:
            continue
        matcher = SequenceMatcher(None, masked, _masked(source, index.reading.lemmas[first:last]), autojunk=False)
        blocks = matcher.get_matching_blocks()
        if sum(block.size for block in blocks) < _MIN_SHARE * len(masked):
            continue
        pairs = ((words[b.a + step], source[b.b + step]) for b in blocks for step in range(b.size))
        for said, given in pairs:
            if said != given and is_number_word(said) and is_number_word(given) and said in source:
                return [Fault("counted", f"the article says “{given}” where this says “{said}”")]
    return []


def _masked(words: Sequence[str], lemmas: Sequence[str]) -> list[str]:
    return [_NUMBER if is_number_word(word) else lemma for word, lemma in zip(words, lemmas, strict=True)]

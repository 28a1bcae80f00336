"""Faults of sense: a claim with the article's words that turns them round or leaves out what limits them.

They are looked for only where the claim keeps close to its evidence, since a sentence told in other words may well say
the same with another negation.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from nutgraf.stages.check.faults import Fault
from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.stages.check.lexicon import HEDGES, MODALS, NEGATORS, QUALIFIERS
from nutgraf.stages.check.polarity import Polarity

_MOST_LOOSE = 0.3
_MOST_NOVEL = 0.15
_HEDGE_REACH_TOKENS = 2
_MAX_POSITIONS = 40
_MIN_CONTENT = 2


def find_turned(
    claim: Reading,
    kin: Mapping[int, str],
    evidence: Sequence[int],
    polarity: Polarity,
    novel: float,
    index: ArticleIndex,
    *,
    is_close: bool,
) -> list[Fault]:
    """Faults of sense in `claim`, of whose content words the share `novel` is unknown to the article.

    In a claim that does not keep close to its evidence they are soft.
    """
    faults = _qualifier_faults(claim, kin, index, is_close=is_close)
    faults.extend(
        Fault("turned", f"the article says “{given}”, not “{said}”", is_hard=novel <= 2 * _MOST_NOVEL)
        for said, given in polarity.turned_words
    )
    if not is_close:
        return faults
    is_one = len(evidence) == 1
    if polarity.negated and polarity.negator_added:
        faults.append(Fault("negation", f"the article does not deny “{polarity.negated[0]}”", is_hard=is_one))
    elif polarity.unnegated and not polarity.negated and not _has_negator(claim):
        faults.append(Fault("negation", f"the article denies “{polarity.unnegated[0]}”", is_hard=is_one))
    faults.extend(_hedge_faults(claim, kin, evidence, index))
    return faults


def keeps_close(claim: Reading, loose: float, novel: float) -> bool:
    """Whether a claim hangs together as the article does and has few words of its own."""
    return len(claim.content) >= _MIN_CONTENT and loose <= _MOST_LOOSE and novel <= _MOST_NOVEL


def _has_negator(claim: Reading) -> bool:
    return any(word in NEGATORS for word in claim.lemmas)


def _qualifier_faults(claim: Reading, kin: Mapping[int, str], index: ArticleIndex, *, is_close: bool) -> list[Fault]:
    """A noun that always has its qualifier in the article (former president) and here has none, or the reverse."""
    faults = []
    for place in claim.content:
        word, spelled = claim.lemmas[place], claim.tokens.words[place]
        if kin[place] != word or spelled in QUALIFIERS or spelled[0].isdigit():
            continue
        here = _word_before(claim, place, QUALIFIERS)
        there = [_word_before(index.reading, p, QUALIFIERS) for p in index.positions[word][:_MAX_POSITIONS]]
        if not here and all(there):
            faults.append(Fault("qualifier", f"the article says “{there[0]} {spelled}”", is_hard=is_close))
        elif here and here not in index.surface:
            faults.append(Fault("qualifier", f"the article does not say “{here} {spelled}”", is_hard=is_close))
    return faults


def _hedge_faults(claim: Reading, kin: Mapping[int, str], evidence: Sequence[int], index: ArticleIndex) -> list[Fault]:
    """A word that the evidence has only after "may", "might" or "could", said here as a fact."""
    if any(word in HEDGES for word in claim.tokens.words):
        return []
    chosen = set(evidence)
    for place in claim.content:
        if kin[place] != claim.lemmas[place]:
            continue
        found = [p for p in index.positions[kin[place]][:_MAX_POSITIONS] if index.sentence_of[p] in chosen]
        modals = [_word_before(index.reading, p, MODALS, _HEDGE_REACH_TOKENS) for p in found]
        if modals and all(modals):
            return [Fault("hedge", f"the article says “{modals[0]} {kin[place]}”", is_hard=len(evidence) == 1)]
    return []


def _word_before(reading: Reading, place: int, kind: Container[str], reach: int = 1) -> str:
    """The nearest word of a kind within `reach` tokens before `place` in its clause, or ""."""
    words = reading.tokens.words
    return next((words[other] for other in reading.before(place, reach) if words[other] in kind), "")

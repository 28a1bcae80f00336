"""Facts fused from two: a name or figure put into a sentence that the article has about another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nutgraf.stages.check.faults import Fault
from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.text.names import Name
from nutgraf.text.numbers import Quantity, find_quantities, is_among, same_quantity

_MIN_OTHER_WORDS = 3
_MIN_COVERED = 0.75
_SENTENCES_BEFORE = 3
_HEAD_TOKENS = 3
_NEAR_TOKENS = 8
_MIN_TELLING = 100
_FIRST_YEAR, _LAST_YEAR = 1500, 2100
_TIMES = frozenset(("s", "min", "h", "day", "week", "month", "year", "decade"))


def find_fused(
    claim: Reading, kin: Mapping[int, str], candidates: Sequence[int], index: ArticleIndex, *, is_close: bool
) -> list[Fault]:
    """Names and figures of an English `claim` that the article has, but not with what the claim says of them.

    `candidates` are sentences of the article that share words with the claim, best first.
    """
    if index.language != "en":
        return []
    quantities = [q for q in find_quantities(claim.text, index.language) if _is_telling(q)]
    return [
        *(fault for name in claim.names for fault in _fused_name(name, claim, kin, candidates, index)),
        *(fault for quantity in quantities for fault in _fused_quantity(quantity, claim, kin, candidates, index)),
        *_miscounted(quantities, claim, kin, index, is_close=is_close),
    ]


def _is_telling(quantity: Quantity) -> bool:
    """Whether a quantity belongs to one fact: no ordinal, age, year, length of time or small count."""
    if quantity.unit:
        return quantity.unit != "ordinal" and quantity.unit not in _TIMES
    is_year = _FIRST_YEAR <= quantity.value <= _LAST_YEAR
    return quantity.value >= _MIN_TELLING and not is_year


def _fused_name(
    name: Name, claim: Reading, kin: Mapping[int, str], candidates: Sequence[int], index: ArticleIndex
) -> list[Fault]:
    source = _source_without((name.start, name.end), claim, kin, candidates, index)
    if source < 0:
        return []
    held = _words_around(source, index)
    if any(word in held for word in name.words) or name.words[-1] not in index.full_names:
        return []
    said = {word for other in claim.names for word in other.words}
    first, last = index.article.sentences[source].start, index.article.sentences[source].end
    others = [
        other
        for other in index.reading.names
        if first <= other.start < last and other.words[-1] in index.full_names and not said & set(other.words)
    ]
    if not others:
        return []
    return [Fault("fused", f"the article says this of “{others[0].text}”, not of “{name.text}”", is_hard=False)]


def _fused_quantity(
    quantity: Quantity, claim: Reading, kin: Mapping[int, str], candidates: Sequence[int], index: ArticleIndex
) -> list[Fault]:
    source = _source_without((quantity.start, quantity.end), claim, kin, candidates, index)
    if source < 0 or is_among(quantity, index.quantities_in((source,))):
        return []
    given = [other for other in index.quantities if same_quantity(quantity, other)]
    if not given:
        return []
    sentences = index.article.sentences
    first, last = sentences[max(0, source - 1)].start, sentences[min(len(sentences) - 1, source + 1)].end
    if any(first <= other.start < last for other in given):
        return []
    return [Fault("fused", f"the article says “{quantity.text.strip()}” of something else", is_hard=False)]


def _source_without(
    part: tuple[int, int], claim: Reading, kin: Mapping[int, str], candidates: Sequence[int], index: ArticleIndex
) -> int:
    """The first candidate that has nearly all other content words of the claim, but for those in `part`, or -1."""
    starts = claim.tokens.starts
    words = {kin[p] for p in claim.content if not part[0] <= starts[p] < part[1]}
    if len(words) < _MIN_OTHER_WORDS or "" in words:
        return -1
    lemmas = index.reading.lemmas
    for sentence in candidates[:3]:
        held = set(lemmas[slice(*index.sentence_tokens[sentence])])
        if len(words & held) >= _MIN_COVERED * len(words):
            return sentence
    return -1


def _words_around(sentence: int, index: ArticleIndex) -> set[str]:
    """The words of a sentence and of those before it, which its pronouns may point to."""
    first = index.sentence_tokens[max(0, sentence - _SENTENCES_BEFORE)][0]
    return set(index.reading.tokens.words[first : index.sentence_tokens[sentence][1]])


def _miscounted(
    quantities: Sequence[Quantity], claim: Reading, kin: Mapping[int, str], index: ArticleIndex, *, is_close: bool
) -> list[Fault]:
    """A bare number that counts other things in the article than in the claim."""
    faults = []
    for quantity in quantities:
        head = _counted(quantity, claim)
        if quantity.unit or head < 0 or not kin[head]:
            continue
        given = [other for other in index.quantities if same_quantity(quantity, other)]
        if not given:
            continue
        places = [p for other in given for p in index.places_between(other.start, other.end)]
        near = index.positions[kin[head]]
        if places and not any(abs(p - q) <= _NEAR_TOKENS for p in places for q in near):
            word = claim.tokens.words[head]
            faults.append(
                Fault("counted", f"“{quantity.text.strip()}” does not count “{word}” in the article", is_hard=is_close)
            )
    return faults


def _counted(quantity: Quantity, claim: Reading) -> int:
    """The place of the noun after a number, as far as it stands in the next words, or -1."""
    following = [p for p in claim.content if claim.tokens.starts[p] >= quantity.end]
    if not following:
        return -1
    place = following[0]
    between = claim.text[quantity.end : claim.tokens.starts[place]]
    word = claim.text[claim.tokens.starts[place] : claim.tokens.ends[place]]
    is_next = not any(mark in between for mark in ",.;:()") and len(between.split()) < _HEAD_TOKENS
    return place if is_next and word.islower() and word.endswith("s") else -1

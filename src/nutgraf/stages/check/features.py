"""How far the article carries a claim's words and the ties between them, as numbers from 0 (fully) upwards.

Each feature has a reason to lower trust and none to raise it; the coefficients in data/checker.toml are therefore all
negative. Words and neighbourhoods are compared as lemmas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nutgraf.stages.check.clauses import Roles
from nutgraf.stages.check.evidence import kin_of
from nutgraf.stages.check.faults import Fault
from nutgraf.stages.check.index import ArticleIndex, Reading, is_number_word
from nutgraf.stages.check.polarity import Polarity
from nutgraf.stages.check.ties import NO_TIE, NeighbourTies, misfits, tie
from nutgraf.text.numbers import find_quantities, same_quantity
from nutgraf.text.places import place_key

# How ill a word is placed, by the best that the article offers: its trigram, a bigram, a close neighbour, a farther
# one, the evidence, anywhere, nowhere.
_TRIGRAM, _BIGRAM, _CLOSE, _FAR, _EVIDENCE, _ARTICLE, _NOWHERE = 0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 1.0
_CLOSE_TIE = 0.8
_FAR_TIE = 0.5
_MAX_COUNT = 2
# The first ill-placed word of a sentence says more than the fifth: shares enter with this exponent.
_CONCAVITY = 0.6
_CONCAVE = (
    "novel", "unplaced", "unplaced_sum", "unplaced_small", "loose", "known_loose", "misfit", "fragments", "uncopied",
)  # fmt: skip
_MAX_FRAGMENT_POSITIONS = 60
_PRONOUNS = frozenset(("he", "she", "him", "her", "they", "them", "his", "their", "it", "its"))
_SUBJECT_TOKENS = 3


def kin_by_place(claim: Reading, index: ArticleIndex) -> dict[int, str]:
    """For each content word's place in the claim, the article's lemma for it, or "".

    A number or amount that the article writes otherwise (12,900 million, $12.9bn) is known by its value, a country by
    its demonym.
    """
    kin = {place: kin_of(claim.lemmas[place], index) for place in claim.content}
    unknown = [place for place, word in kin.items() if not word]
    if unknown and index.language == "en":
        places = index.places
        for place in unknown:
            kin[place] = places.get(place_key(claim.tokens.words[place]), "")
    if any(not kin[place] for place in unknown):
        for quantity in find_quantities(claim.text, index.language):
            given = next((other for other in index.quantities if same_quantity(quantity, other)), None)
            written = index.lemma_at(given.start, given.end) if given is not None else ""
            for place in unknown:
                if not kin[place] and quantity.start <= claim.tokens.starts[place] < quantity.end:
                    kin[place] = written
    return kin


def measure(
    claim: Reading,
    kin: Mapping[int, str],
    evidence: Sequence[int],
    faults: Sequence[Fault],
    polarity: Polarity,
    ties: NeighbourTies,
    roles: Roles,
    index: ArticleIndex,
    *,
    is_opening: bool,
) -> dict[str, float]:
    """The features of `claim` by name (their meaning: docs/explanation/evidence.md)."""
    places = claim.content
    words = [kin[place] for place in places]
    lacks = misfits(words, index)
    content = _placement(claim, kin, evidence, ties.nearest, index)
    small = [_placed_by_neighbours(claim, place, index) for place in range(len(claim.lemmas)) if place not in kin]
    names, numbers = _entity_places(claim)
    usual = sorted(lack for lack, word in zip(lacks, words, strict=True) if word)
    middle = usual[len(usual) // 2] if usual else 0.0
    features = {
        **_fault_counts(faults),
        "novel": _mean([float(not word) for word in words]),
        "novel_names": min(_MAX_COUNT, sum(not kin[place] for place in places if place in names)),
        "novel_numbers": min(_MAX_COUNT, sum(not kin[place] for place in places if place in numbers)),
        "unplaced": _mean(content),
        "unplaced_sum": sum(content) / 10.0,
        "unplaced_small": _mean(small),
        "loose": ties.loose,
        "known_loose": ties.known_loose,
        "odd_word": ties.odd,
        "misfit": _mean(lacks),
        "misfit_names": _excess(lacks, kin, names, middle),
        "misfit_numbers": _excess(lacks, kin, numbers, middle),
        "number_head": _number_heads(claim, kin, numbers, index),
        "fragments": _fragment_count(claim, index) / max(1, len(claim.lemmas)),
        "uncopied": _uncopied(claim, index),
        "exchanged": min(_MAX_COUNT, _exchanged(claim, content, kin, index)),
        "strange_verb": min(_MAX_COUNT, roles.strange_verbs),
        "strange_subject": min(_MAX_COUNT, roles.strange_subjects),
        "strange_object": min(_MAX_COUNT, roles.strange_objects),
        "spread": max(0, len(evidence) - 1),
        **_dangling(claim, evidence, index, is_opening=is_opening),
        "negated": min(_MAX_COUNT, len(polarity.negated)) / 2.0,
        "unnegated": min(_MAX_COUNT, len(polarity.unnegated)) / 2.0,
        "negator_added": float(polarity.negator_added),
        "turned": polarity.turned,
    }
    for name in _CONCAVE:
        features[name] = max(0.0, features[name]) ** _CONCAVITY
    return features


def _dangling(claim: Reading, evidence: Sequence[int], index: ArticleIndex, *, is_opening: bool) -> dict[str, float]:
    """A pronoun for a subject: where no sentence goes before, and where the evidence calls the subject otherwise."""
    said = {word for word in claim.tokens.words[:_SUBJECT_TOKENS] if word in _PRONOUNS}
    held = {word for s in evidence for word in index.reading.tokens.words[slice(*index.sentence_tokens[s])]}
    return {"dangling": float(bool(said) and is_opening), "renamed": float(bool(said - held))}


def _fault_counts(faults: Sequence[Fault]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for fault in faults:
        counts[f"fault_{fault.kind}"] = min(_MAX_COUNT, counts.get(f"fault_{fault.kind}", 0.0) + 1.0)
    return counts


def _placement(
    claim: Reading, kin: Mapping[int, str], evidence: Sequence[int], nearest: Sequence[float], index: ArticleIndex
) -> list[float]:
    """How ill each content word is placed."""
    chosen = set(evidence)
    values = []
    for number, place in enumerate(claim.content):
        word = kin[place]
        if not word:
            values.append(_NOWHERE)
            continue
        value = _placed_by_neighbours(claim, place, index) if word == claim.lemmas[place] else _NOWHERE
        if nearest[number] >= _CLOSE_TIE:
            value = min(value, _CLOSE)
        elif nearest[number] >= _FAR_TIE:
            value = min(value, _FAR)
        elif any(index.sentence_of[position] in chosen for position in index.positions[word]):
            value = min(value, _EVIDENCE)
        values.append(min(value, _ARTICLE))
    return values


def _placed_by_neighbours(claim: Reading, place: int, index: ArticleIndex) -> float:
    """By the tokens on either side alone: whether the article has the three, or two of them, in a row."""
    lemmas = claim.lemmas
    word = lemmas[place]
    before = lemmas[place - 1] if place else None
    after = lemmas[place + 1] if place + 1 < len(lemmas) else None
    if before and after and (before, word, after) in index.trigrams:
        return _TRIGRAM
    left = before is not None and (before, word) in index.bigrams
    right = after is not None and (word, after) in index.bigrams
    if (left and after is None) or (right and before is None):
        return _TRIGRAM
    if left or right:
        return _BIGRAM
    return _ARTICLE if word in index.positions else _NOWHERE


def _entity_places(claim: Reading) -> tuple[set[int], set[int]]:
    """Places of the claim's tokens that belong to names, and of those that are numbers."""
    starts = claim.tokens.starts
    names: set[int] = set()
    for name in claim.names:
        for place, start in enumerate(starts):
            is_first = name.is_initial and start == name.start
            if name.start <= start < name.end and not (is_first and claim.lemmas[place] != claim.tokens.words[place]):
                names.add(place)
    return names, {place for place, word in enumerate(claim.tokens.words) if is_number_word(word)}


def _excess(lacks: Sequence[float], kin: Mapping[int, str], chosen: set[int], middle: float) -> float:
    """By how much known words at `chosen` places misfit more than the claim's middle word, summed."""
    return sum(
        max(0.0, lack - middle)
        for lack, (place, word) in zip(lacks, kin.items(), strict=True)
        if word and place in chosen
    )


def _number_heads(claim: Reading, kin: Mapping[int, str], numbers: set[int], index: ArticleIndex) -> float:
    """How loosely known numbers are tied to the better of their two neighbours, summed."""
    total = 0.0
    places = claim.content
    for at, place in enumerate(places):
        if place not in numbers or not kin[place]:
            continue
        ties = [
            tie(kin[places[a]], kin[places[b]], places[b] - places[a], index)
            for a, b in ((at - 1, at), (at, at + 1))
            if a >= 0 and b < len(places) and kin[places[a]] and kin[places[b]]
        ]
        total += 1.0 - max(ties) if ties else 0.0
    return total


def _fragment_count(claim: Reading, index: ArticleIndex) -> int:
    """Number of runs into which the claim falls when cut greedily into longest runs of the article's lemmas."""
    lemmas, source = claim.lemmas, index.reading.lemmas
    at = count = 0
    while at < len(lemmas):
        longest = 1
        for position in index.positions.get(lemmas[at], ())[:_MAX_FRAGMENT_POSITIONS]:
            length = 1
            while (
                at + length < len(lemmas)
                and position + length < len(source)
                and source[position + length] == lemmas[at + length]
            ):
                length += 1
            longest = max(longest, length)
        at += longest
        count += 1
    return count - 1


def _uncopied(claim: Reading, index: ArticleIndex) -> float:
    lemmas = claim.lemmas
    trigrams = list(zip(lemmas, lemmas[1:], lemmas[2:], strict=False))
    return _mean([float(trigram not in index.trigrams) for trigram in trigrams])


def _exchanged(claim: Reading, content: Sequence[float], kin: Mapping[int, str], index: ArticleIndex) -> int:
    """Number of content words in whose place, between the same two tokens, the article has another word."""
    lemmas = claim.lemmas
    count = 0
    for place, value in zip(claim.content, content, strict=True):
        if value > NO_TIE and 0 < place < len(lemmas) - 1:
            count += (lemmas[place - 1], lemmas[place + 1]) in index.gaps
    return count


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0

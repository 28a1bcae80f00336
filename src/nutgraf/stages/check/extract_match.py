"""Whether a sentence is an article's sentence, whole or safely shortened: language-neutral and exact."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.stages.check.lexicon import DENIALS, HEDGES, NEGATORS, QUALIFIERS

_MAX_LEADING_WORDS = 2
_MAX_GAPS = 5
_CLAUSE_MARKS = frozenset(',;:—–-()[]"“”«»„.!?…')
_SCOPE_TOKENS = 6
_CONDITIONS = frozenset(("if", "unless", "falls"))
_LINKS = frozenset(
    ("that", "to", "whether", "if", "be", "have", "been", "having", "also", "soon", "still", "now", "dass", "que")
)


@dataclass(frozen=True, slots=True)
class ExtractMatch:
    """Sentence `sentence` of the article holds all the claim's words in order.

    `lost` names a word left out that changes the sense ("not", "former"), else ""; `is_safe` says that what was left
    out stands between punctuation marks, so that the rest is still a statement of the article.
    """

    sentence: int
    is_safe: bool
    lost: str = ""


def match_extract(claim: Reading, candidates: list[int], index: ArticleIndex) -> ExtractMatch | None:
    """The best of `candidates` (sentence indexes) that holds the claim's words in order, or None."""
    best: ExtractMatch | None = None
    words = claim.tokens.words
    if not words:
        return None
    for sentence in candidates:
        first, last = index.sentence_tokens[sentence]
        source = index.reading.tokens.words[first:last]
        if len(source) < len(words) or not set(words).issubset(source):
            continue
        places = _align(words, source)
        if places is None:
            continue
        match = _judge([first + place for place in places], sentence, (first, last), index)
        if match.is_safe and not match.lost:
            return match
        if best is None or (best.lost and not match.lost):
            best = match
    return best


def _align(words: tuple[str, ...], source: tuple[str, ...]) -> list[int] | None:
    """Places of `words` in `source`, in order, in as few runs as a greedy search from either end finds."""
    run = _find_run(words, source)
    if run is not None:
        return run
    forward = _greedy(words, source)
    if forward is None:
        return None
    backward = [len(source) - 1 - place for place in reversed(_greedy(words[::-1], source[::-1]) or [])]
    return min((forward, backward), key=_gap_count) if backward else forward


def _find_run(words: tuple[str, ...], source: tuple[str, ...]) -> list[int] | None:
    length = len(words)
    for start in range(len(source) - length + 1):
        if source[start] == words[0] and source[start : start + length] == words:
            return list(range(start, start + length))
    return None


def _greedy(words: tuple[str, ...], source: tuple[str, ...]) -> list[int] | None:
    """Earliest places, preferring to go on next to the last one."""
    places: list[int] = []
    position = 0
    for word in words:
        while position < len(source) and source[position] != word:
            position += 1
        if position == len(source):
            return None
        places.append(position)
        position += 1
    # Pull every word as far right as its follower allows: a run then ends where the next begins.
    for at in range(len(places) - 2, -1, -1):
        place = places[at + 1] - 1
        if place > places[at] and source[place] == words[at]:
            places[at] = place
    return places


def _gap_count(places: list[int]) -> int:
    return sum(after - before > 1 for before, after in pairwise(places))


def _judge(places: list[int], sentence: int, bounds: tuple[int, int], index: ArticleIndex) -> ExtractMatch:
    first, last = bounds
    edges = [first - 1, *places, last]
    gaps = [(a + 1, b) for a, b in pairwise(edges) if b - a > 1]
    lost = next((word for gap in gaps if (word := _lost_word(gap, places, index))), "")
    is_safe = len(gaps) <= _MAX_GAPS and all(_is_parted(gap, bounds, index) for gap in gaps)
    return ExtractMatch(sentence, is_safe, lost)


def _lost_word(gap: tuple[int, int], places: list[int], index: ArticleIndex) -> str:
    """A negator, hedge or qualifier in the gap that governs words which were kept, in the same clause.

    A hedge counts where its verb was kept ("may | lift"), not where it went with it ("may lift | the limit").
    """
    reading = index.reading
    words, lemmas = reading.tokens.words, reading.lemmas
    start, end = gap
    if words[start] in _CONDITIONS:
        return words[start]
    if end > places[-1]:
        return ""
    for position in range(max(start, end - _SCOPE_TOKENS), end):
        if _has_mark(position, end, index):
            continue
        word, left = words[position], end - position
        if left == 1 and word in QUALIFIERS:
            return word
        if word in HEDGES and all(words[other] in _LINKS for other in range(position + 1, end)):
            return word
        if word in NEGATORS or lemmas[position] in NEGATORS:
            return word
        if lemmas[position] in DENIALS and (left == 1 or words[end - 1] in _LINKS):
            return word
    return ""


def _is_parted(gap: tuple[int, int], bounds: tuple[int, int], index: ArticleIndex) -> bool:
    """Whether the gap stands between punctuation marks or the sentence's ends (a short leading word needs none)."""
    start, end = gap
    first, last = bounds
    left = start == first or _has_mark(start - 1, start, index)
    right = end == last or _has_mark(end - 1, end, index)
    if start == first:
        return right or end - start <= _MAX_LEADING_WORDS
    if end == last:
        return left
    return left and right


def _has_mark(before: int, after: int, index: ArticleIndex) -> bool:
    """Whether a punctuation mark stands somewhere between two tokens."""
    tokens = index.reading.tokens
    between = index.text[tokens.ends[before] : tokens.starts[after]] if after < len(tokens.starts) else ""
    if after - before > 1:
        between = "".join(index.text[tokens.ends[i] : tokens.starts[i + 1]] for i in range(before, after))
    return any(character in _CLAUSE_MARKS for character in between)

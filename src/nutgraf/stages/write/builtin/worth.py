"""How likely a summary is to say each word and each pair of words of an article, and to be each sentence.

Two logistic functions, of words and of pairs of neighbouring words, and a linear one of sentences; the coefficients are
read from data/salience.toml. Choosing sentences by the words that they would add (a maximum-coverage model, Gillick and
Favre 2009, with word worth learnt as by Hong and Nenkova 2014) keeps them from saying things twice by itself.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

import numpy as np

from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.stages.write.builtin.clauses import NUMBER
from nutgraf.stages.write.builtin.salience import Salience, stem
from nutgraf.text.lexicon import Lexicon
from nutgraf.text.similarity import Matrix, Vector

Pair = tuple[str, str]
_Concept = TypeVar("_Concept", str, Pair)

WORD_FEATURES = (
    *("often", "once", "share", "first", "early", "near"),
    *("late", "place", "capital", "aside", "long", "size"),
)
PAIR_FEATURES = (
    *("often", "once", "first", "early", "near", "late"),
    *("place", "stop_head", "stop_tail", "aside", "size"),
)
SENTENCE_FEATURES = (
    "is_first",
    "is_second",
    "near",
    "lead_centrality",
    "centrality",
    "likeness_to_lead",
    "mean_word",
    "word_density",
    "pair_density",
    "word_sum",
    "pair_sum",
    "length",
    "is_short",
    "figures",
    "has_quote",
    "says_who",
    "pronouns",
    "starts_paragraph",
)
DEK_WORDS_READ = 25
"""Words of a sentence that count for its worth as a dek."""
HEADLINE_LIFT = 1.0
"""What standing in the headline adds to a word's log odds; by hand, the measuring data have no headlines."""
_SHORT = 9
_PAIR_WEIGHT = 2.0  # what a pair counts beside a word


@dataclass(frozen=True, slots=True)
class Weights:
    """Means, scales and coefficients of one function."""

    bias: float
    coefficients: Vector

    def logits(self, features: Matrix) -> Vector:
        """The function's values before any squashing, shape (rows,)."""
        result: Vector = (features @ self.coefficients + self.bias).astype(np.float32)
        return result


@cache
def load_weights(name: str) -> Weights:
    """The shipped coefficients of "word", "pair" or "sentence" (made by tools/fit_salience.py)."""
    table = tomllib.loads((files("nutgraf") / "data" / "salience.toml").read_text(encoding="utf-8"))[name]
    names = {"word": WORD_FEATURES, "pair": PAIR_FEATURES, "sentence": SENTENCE_FEATURES}[name]
    return Weights(table["bias"], np.array([table[feature] for feature in names], dtype=np.float32))


@dataclass(slots=True)
class Concepts:
    """The distinct words and pairs of an article with what is known of them, and those of each candidate."""

    words: dict[str, list[float]]
    pairs: dict[Pair, list[float]]
    of_candidate: list[tuple[set[str], set[Pair]]]


def read_concepts(candidates: list[Candidate], stop: Collection[str]) -> Concepts:
    """Words that are no stop words, and pairs of neighbours with at least one such word, by candidate."""
    words: dict[str, list[float]] = {}
    pairs: dict[Pair, list[float]] = {}
    of_candidate = []
    for candidate in candidates:
        stems = [stem(word) for word in candidate.words]
        own_pairs = {pair for pair in itertools.pairwise(stems) if not (pair[0] in stop and pair[1] in stop)}
        own_words = {word for word in stems if word not in stop}
        capitals = {stem(token.low) for token in candidate.tokens if token.is_capital and token.start > 0}
        aside = candidate.leaning.never or candidate.leaning.first_person
        _count(words, own_words, candidate.position, aside)
        _count(pairs, own_pairs, candidate.position, aside)
        for word in own_words & capitals:
            words[word][_CAPITAL] += 1
        of_candidate.append((own_words, own_pairs))
    return Concepts(words, pairs, of_candidate)


_TIMES, _PLACE, _EARLY, _ASIDE, _CAPITAL = range(5)
_EARLY_SENTENCES = 3


def _count(known: dict[_Concept, list[float]], new: set[_Concept], position: int, aside: bool) -> None:
    early = position < _EARLY_SENTENCES
    for concept in new:
        record = known.get(concept)
        if record is None:
            known[concept] = [1.0, position, float(early), float(aside), 0.0]
            continue
        record[_TIMES] += 1
        if early:
            record[_EARLY] += 1
        if aside:
            record[_ASIDE] += 1


def _common_columns(records: Matrix, sentences: int) -> dict[str, Vector]:
    times, place = records[:, _TIMES], records[:, _PLACE]
    return {
        "often": np.log(times),
        "once": (times == 1).astype(np.float32),
        "share": times / times.max(),
        "first": (place == 0).astype(np.float32),
        "early": (records[:, _EARLY] > 0).astype(np.float32),
        "near": 1.0 / (1.0 + 0.5 * place),
        "late": np.log1p(place),
        "place": place / max(1, sentences),
        "aside": records[:, _ASIDE] / times,
        "capital": records[:, _CAPITAL] / times,
        "size": np.full(len(records), math.log(max(1, sentences)), dtype=np.float32),
    }


def word_features(concepts: Concepts) -> Matrix:
    """One row per word, columns as in WORD_FEATURES."""
    records = np.array(list(concepts.words.values()), dtype=np.float32).reshape(-1, 5)
    columns = _common_columns(records, len(concepts.of_candidate)) if len(records) else {}
    columns["long"] = np.array([len(word) >= 8 for word in concepts.words], dtype=np.float32)
    return _table(columns, WORD_FEATURES, len(records))


def pair_features(concepts: Concepts, stop: Collection[str]) -> Matrix:
    """One row per pair, columns as in PAIR_FEATURES."""
    records = np.array(list(concepts.pairs.values()), dtype=np.float32).reshape(-1, 5)
    columns = _common_columns(records, len(concepts.of_candidate)) if len(records) else {}
    columns["stop_head"] = np.array([head in stop for head, _ in concepts.pairs], dtype=np.float32)
    columns["stop_tail"] = np.array([tail in stop for _, tail in concepts.pairs], dtype=np.float32)
    return _table(columns, PAIR_FEATURES, len(records))


def _table(columns: dict[str, Vector], names: tuple[str, ...], rows: int) -> Matrix:
    if not rows:
        return np.zeros((0, len(names)), dtype=np.float32)
    return np.stack([columns[name] for name in names], axis=1).astype(np.float32)


@dataclass(slots=True)
class Worth:
    """Per word and pair the probability that a summary says it; what is covered is worth nothing any more."""

    words: dict[str, float]
    pairs: dict[Pair, float]
    of_candidate: list[tuple[set[str], set[Pair]]]

    def value(self, positions: Iterable[int], covered: Covered) -> float:
        """What the sentences at `positions` would add together to what is `covered`."""
        first, *others = positions
        words, pairs = self.of_candidate[first]
        for position in others:
            words = words | self.of_candidate[position][0]
            pairs = pairs | self.of_candidate[position][1]
        added = sum(map(self.words.__getitem__, words - covered.words))
        return added + _PAIR_WEIGHT * sum(map(self.pairs.__getitem__, pairs - covered.pairs))

    def cover(self, position: int, covered: Covered) -> None:
        """Count the words and pairs of the sentence at `position` as said."""
        own_words, own_pairs = self.of_candidate[position]
        covered.words |= own_words
        covered.pairs |= own_pairs


@dataclass(slots=True)
class Covered:
    """Words and pairs that are said already."""

    words: set[str]
    pairs: set[Pair]


def measure_worth(candidates: list[Candidate], headline: Iterable[str], lexicon: Lexicon) -> Worth:
    """Worth of every word and pair of the article, those of the `headline` lifted; linear in the words."""
    stop = {stem(word) for word in lexicon.words("stop_words")}
    concepts = read_concepts(candidates, stop)
    lifted = [stem(word) for word in headline]
    lifted_pairs = set(itertools.pairwise(lifted))
    lifted_words = set(lifted)
    word_lift = np.array([word in lifted_words for word in concepts.words], dtype=np.float32)
    pair_lift = np.array([pair in lifted_pairs for pair in concepts.pairs], dtype=np.float32)
    word_odds = load_weights("word").logits(word_features(concepts)) + HEADLINE_LIFT * word_lift
    pair_odds = load_weights("pair").logits(pair_features(concepts, stop)) + HEADLINE_LIFT * pair_lift
    return Worth(
        dict(zip(concepts.words, probability(word_odds), strict=True)),
        dict(zip(concepts.pairs, probability(pair_odds), strict=True)),
        concepts.of_candidate,
    )


def probability(odds: Vector) -> list[float]:
    """Log odds as probabilities."""
    values: list[float] = (1.0 / (1.0 + np.exp(-odds))).tolist()
    return values


def sentence_features(candidates: list[Candidate], salience: Salience, worth: Worth, lexicon: Lexicon) -> Matrix:
    """One row per candidate, columns as in SENTENCE_FEATURES."""
    rows = salience.rows[: len(candidates)]
    head = rows[:_EARLY_SENTENCES]
    likeness = rows @ head.mean(axis=0) if len(head) else np.zeros(len(rows), dtype=np.float32)
    verbs, pronouns = lexicon.words("attribution_verbs"), lexicon.words("pronouns")
    likenesses: list[float] = likeness.tolist()
    lead_centrality: list[float] = salience.lead_centrality.tolist()
    centrality: list[float] = salience.centrality.tolist()
    table = []
    for candidate in candidates:
        position, own_words = candidate.position, worth.of_candidate[candidate.position][0]
        read = [stem(word) for word in candidate.words[:DEK_WORDS_READ]]
        words = sum(worth.words[word] for word in own_words.intersection(read))
        pairs = sum(worth.pairs.get(pair, 0.0) for pair in set(itertools.pairwise(read)))
        size = max(10, len(read))
        weights = [salience.word_weights[word] for word in read if word in salience.word_weights]
        table.append(
            (
                position == 0,
                position == 1,
                1.0 / (1.0 + 0.5 * position),
                lead_centrality[position],
                centrality[position],
                likenesses[position] - (position < _EARLY_SENTENCES) / _EARLY_SENTENCES,
                sum(weights) / max(1, len(weights)),
                words / size,
                pairs / size,
                words,
                pairs,
                math.log(max(1, candidate.word_count)),
                candidate.word_count < _SHORT,
                min(3, [token.tag for token in candidate.tokens].count(NUMBER)),
                candidate.leaning.has_quote,
                not verbs.isdisjoint(candidate.words),
                not pronouns.isdisjoint(candidate.words),
                candidate.starts_paragraph,
            )
        )
    return np.array(table, dtype=np.float32).reshape(-1, len(SENTENCE_FEATURES))


def sentence_worth(candidates: list[Candidate], salience: Salience, worth: Worth, lexicon: Lexicon) -> Vector:
    """How near each candidate alone is expected to come to a one-sentence summary, in ROUGE-1 + ROUGE-2."""
    return load_weights("sentence").logits(sentence_features(candidates, salience, worth, lexicon))

"""How much each sentence says of its story: position, centrality, the headline's words, length, names, numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nutgraf.domain.article import Article
from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.text.lexicon import Lexicon
from nutgraf.text.similarity import Matrix, Vector, centroid_similarity, tfidf_rows
from nutgraf.text.words import words


@dataclass(frozen=True, slots=True)
class Salience:
    """Per candidate: `scores` (any scale, higher says more) and TF-IDF `rows` of unit length, `headline` its cosine with
    the headline; per word: its weight, 0..1.
    """

    scores: Vector
    rows: Matrix
    word_weights: dict[str, float]
    headline: Vector


def stem(word: str) -> str:
    """A crude common form for comparison: possessives and a plural s removed."""
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def measure_salience(article: Article, candidates: list[Candidate], lexicon: Lexicon) -> Salience:
    """Salience of all candidates; the cost is linear in words and quadratic in candidates, which are bounded."""
    stop = {stem(word) for word in lexicon.words("stop_words")}
    documents = [[stem(word) for word in candidate.words] for candidate in candidates]
    title = [stem(word) for word in words(article.title)]
    rows = tfidf_rows([*documents, title], stop)
    body, headline_row = rows[:-1], rows[-1]
    position = np.array([candidate.position for candidate in candidates], dtype=np.float32)
    centrality = centroid_similarity(body, (1.0 / (1.0 + 0.15 * position)).astype(np.float32))
    headline = (body @ headline_row).astype(np.float32)
    length = np.array([min(1.0, candidate.word_count / 18) for candidate in candidates], dtype=np.float32)
    scores = 0.9 / (1.0 + 0.35 * position) + 0.8 * centrality + 0.5 * headline + 0.25 * length
    scores += np.array([_manner(candidate) for candidate in candidates], dtype=np.float32)
    return Salience(scores.astype(np.float32), body, _word_weights(documents, stop), headline)


def _manner(candidate: Candidate) -> float:
    """Small likes and dislikes: figures are news; questions, quotations and the first person are not."""
    score = 0.06 * min(2, sum(token.tag == "#" for token in candidate.tokens))
    score += 0.04 if candidate.starts_paragraph else 0.0
    score -= 0.25 * candidate.leaning.has_quote + 0.5 * candidate.leaning.asks + 0.5 * candidate.leaning.first_person
    return score


def _word_weights(documents: list[list[str]], stop: set[str]) -> dict[str, float]:
    """Words by the share of sentences that have them, the most frequent one weighing 1."""
    counts: dict[str, int] = {}
    for document in documents:
        for word in set(document):
            if word not in stop:
                counts[word] = counts.get(word, 0) + 1
    top = max(counts.values(), default=1)
    return {word: (times / top) ** 0.5 for word, times in counts.items()}

"""How alike pieces of one text are: TF-IDF rows, cosine, centrality, and choice by maximal marginal relevance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]


def tfidf_rows(documents: Sequence[Sequence[str]], ignore: Collection[str] = frozenset()) -> Matrix:
    """One row of unit length per document, shape (documents, vocabulary); a document without words is a zero row.

    Weight: (1 + ln tf) · ln(1 + n / df), with n and df over the given documents. Words in `ignore` are left out.
    """
    counts = [Counter(word for word in document if word not in ignore) for document in documents]
    columns: dict[str, int] = {}
    for count in counts:
        for word in count:
            columns.setdefault(word, len(columns))
    rows = np.zeros((len(counts), max(1, len(columns))), dtype=np.float32)
    for row, count in enumerate(counts):
        for word, times in count.items():
            rows[row, columns[word]] = 1.0 + math.log(times)
    frequency = np.count_nonzero(rows, axis=0)
    rows *= np.log1p(len(counts) / np.maximum(frequency, 1)).astype(np.float32)
    return _unit_rows(rows)


def cosine_matrix(rows: Matrix) -> Matrix:
    """Cosine of every pair of unit rows, shape (rows, rows)."""
    product: Matrix = rows @ rows.T
    return product


def centroid_similarity(rows: Matrix, weights: Vector | None = None) -> Vector:
    """Cosine of each unit row with the (weighted) mean of all rows, shape (rows,)."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    centre = rows.mean(axis=0) if weights is None else weights @ rows
    norm = float(np.linalg.norm(centre))
    similarity: Vector = (rows @ (centre / norm) if norm else np.zeros(len(rows))).astype(np.float32)
    return similarity


def degree_centrality(similarity: Matrix, threshold: float = 0.1) -> Vector:
    """Share of the other pieces that are at least `threshold` alike, shape (pieces,) (LexRank's degree centrality)."""
    if len(similarity) < 2:
        return np.zeros(len(similarity), dtype=np.float32)
    alike = (similarity >= threshold).sum(axis=1) - 1
    return (alike / (len(similarity) - 1)).astype(np.float32)


def marginal_relevance(relevance: Vector, similarity: Matrix, chosen: Sequence[int], balance: float = 0.7) -> Vector:
    """Relevance less redundancy with what is chosen: λ·relevance − (1−λ)·max similarity (Carbonell & Goldstein 1998)."""
    if not chosen:
        return (balance * relevance).astype(np.float32)
    redundancy = similarity[:, list(chosen)].max(axis=1)
    return (balance * relevance - (1.0 - balance) * redundancy).astype(np.float32)


def _unit_rows(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    norms[norms == 0] = 1.0
    unit: Matrix = (rows / norms).astype(np.float32)
    return unit

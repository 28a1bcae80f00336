"""How alike pieces of one text are: TF-IDF rows, cosine and centrality."""

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
        rows[row, [columns[word] for word in count]] = [1.0 + math.log(times) for times in count.values()]
    frequency = np.count_nonzero(rows, axis=0)
    rows *= np.log1p(len(counts) / np.maximum(frequency, 1)).astype(np.float32)
    return _unit_rows(rows)


def cosine_to(rows: Matrix, row: int) -> Vector:
    """Cosine of every unit row with the one numbered `row`, shape (rows,)."""
    similarity: Vector = rows @ rows[row]
    return similarity


def centroid_similarity(rows: Matrix, weights: Vector | None = None) -> Vector:
    """Cosine of each unit row with the (weighted) mean of all rows, shape (rows,)."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    centre = rows.mean(axis=0) if weights is None else weights @ rows
    norm = float(np.linalg.norm(centre))
    similarity: Vector = (rows @ (centre / norm) if norm else np.zeros(len(rows))).astype(np.float32)
    return similarity


def _unit_rows(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    norms[norms == 0] = 1.0
    unit: Matrix = (rows / norms).astype(np.float32)
    return unit

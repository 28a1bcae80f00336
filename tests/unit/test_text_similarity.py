"""TF-IDF rows, cosine and centrality behave as their formulas say."""

import numpy as np
import pytest

from nutgraf.text.similarity import centroid_similarity, cosine_to, tfidf_rows


def test_rows_have_unit_length_and_empty_documents_are_zero() -> None:
    rows = tfidf_rows([["port", "bridge"], [], ["the"]], ignore={"the"})
    assert rows.shape[0] == 3
    assert np.linalg.norm(rows[0]) == pytest.approx(1.0)
    assert not rows[1].any()
    assert not rows[2].any()


def test_likeness_orders_as_expected() -> None:
    rows = tfidf_rows([["port", "bridge", "vote"], ["port", "bridge", "cost"], ["opera", "singer"]])
    to_first = cosine_to(rows, 0)
    assert to_first[0] == pytest.approx(1.0)
    assert to_first[1] > to_first[2] == 0.0


def test_centrality_prefers_the_shared_topic_and_obeys_weights() -> None:
    rows = tfidf_rows([["port", "bridge"], ["port", "vote"], ["opera"]])
    even = centroid_similarity(rows)
    assert even[0] > even[2]
    pulled = centroid_similarity(rows, np.array([0.0, 0.0, 1.0], dtype=np.float32))
    assert pulled[2] == pytest.approx(1.0)
    assert centroid_similarity(rows[:0]).shape == (0,)

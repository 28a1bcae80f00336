"""Sentence boundaries: offsets that cover the text, and the places where splitting goes wrong."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.text.sentences import MAX_SENTENCE_CHARS, split_sentences


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Mr. Vik said so. It rained.", 2),
        ("“We will go. We must.” he said on Monday. Then he left.", 2),
        ("The vote ended at 9 p.m. ET on Thursday after a long debate.", 1),
        ("The vote ended at 9 p.m. Then they left.", 2),
        ("Prices rose by 3.5 percent in the U.S. last year. They fell before.", 2),
    ],
)
def test_boundaries(text: str, count: int) -> None:
    assert len(pieces(text)) == count, pieces(text)


@given(st.text(max_size=400))
def test_every_character_but_white_space_is_in_one_sentence(text: str) -> None:
    offsets = split_sentences(text)
    assert all(a < b for a, b in offsets)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(offsets))
    assert "".join("".join(text[a:b].split()) for a, b in offsets) == "".join(text.split())


def test_what_is_no_prose_is_bounded() -> None:
    assert all(end - start <= MAX_SENTENCE_CHARS for start, end in split_sentences("word " * 5_000))

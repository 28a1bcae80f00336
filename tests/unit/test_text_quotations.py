"""Quotations: which words stand between marks, and whether a source holds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.text.quotations import find_quotations, fold_quotation, locate_quotation

SOURCE = fold_quotation("“We won’t go – not now, not ever,” said Ott. He called it ‘a bitter end’ for the ban.")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He said “we won’t go”.", ["we won’t go"]),
        ('He said "no" and "yes".', ["no", "yes"]),
        ("Er sagte: „Wir gehen nicht.“", ["Wir gehen nicht."]),
        ("Il a dit « jamais » hier.", [" jamais "]),
        ("It is ‘a bitter end’, he said.", ["a bitter end"]),
        ("The dockers' union and the owner's men", []),
        ("It's the men's choice, isn't it", []),
    ],
)
def test_quotations_are_found(text: str, quoted: list[str]) -> None:
    assert [quotation.words for quotation in find_quotations(text)] == quoted


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ("we won't go", True),
        ("We won’t go", True),
        ("we will not go", False),
        ("We won’t go – not now", True),
        ("we won't go ... not ever", True),
        ("not ever ... we won't go", False),
        ("we won't [leave] not now", True),
        ("a bitter", True),
        ("bit", False),
        ("A BITTER END", False),
        ("…", False),
    ],
)
def test_quoted_words_are_compared_byte_for_byte(words: str, held: bool) -> None:
    assert (locate_quotation(words, SOURCE) is not None) is held


@given(st.text(max_size=200))
def test_a_text_holds_what_it_quotes(text: str) -> None:
    for quotation in find_quotations(text):
        assert text[quotation.start : quotation.end] == quotation.words

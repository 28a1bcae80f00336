"""Names by their capitals, acronyms, and places by their demonyms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.text.names import acronyms, find_names
from nutgraf.text.places import place_key


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The governor Ada Bail met Joe Byrne in Dorrin.", ["Ada Bail", "Joe Byrne", "Dorrin"]),
        ("She joined the Bank of Kelsa and left.", ["Bank of Kelsa"]),
        ("Then Brandt’s deputy spoke to them.", ["Then Brandt’s"]),
        ("The mayor and the council agreed.", []),
        ("“Nobody knows,” Mr Reyl said to us.", ["Nobody", "Mr Reyl"]),
        ("ALL CAPITALS SAY NOTHING", []),
        ("no capitals at all here", []),
    ],
)
def test_names_are_found(text: str, names: list[str]) -> None:
    assert [name.text for name in find_names(text)] == names


def test_the_first_word_of_a_sentence_is_marked() -> None:
    names = find_names("Kelsa is calm. Yesterday we met Holm there.")
    assert [(name.words, name.is_initial) for name in names] == [
        (("kelsa",), True),
        (("yesterday",), True),
        (("holm",), False),
    ]


def test_acronyms_with_and_without_small_words() -> None:
    assert set(acronyms(("world", "harbour", "organization"))) == {"who"}
    assert set(acronyms(("bank", "of", "kelsa"))) == {"bok", "bk"}
    assert list(acronyms(("kelsa",))) == []


@pytest.mark.parametrize(
    ("word", "following", "key"),
    [
        ("french", "", "france"),
        ("uk", "", "britain"),
        ("united", "states", "us"),
        ("united", "front", ""),
        ("kelsa", "", ""),
    ],
)
def test_places(word: str, following: str, key: str) -> None:
    assert place_key(word, following) == key


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for name in find_names(text):
        assert text[name.start : name.end] == name.text
        assert name.words

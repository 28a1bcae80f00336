"""What a publisher changed, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nutgraf.web.changes import MAX_CHANGES_SHOWN, MAX_WORDS, ChangedParagraph, Edit, compare_texts, compare_words


def joined(paragraph: ChangedParagraph, *edits: Edit) -> str:
    return " ".join(words.text for words in paragraph if words.edit in edits)


def test_a_changed_word_is_deleted_and_inserted() -> None:
    edits = compare_words("It costs 60 marks a year.", "It costs 40 marks a year.")
    assert [(words.edit, words.text) for words in edits] == [
        (Edit.KEPT, "It costs"),
        (Edit.DELETED, "60"),
        (Edit.INSERTED, "40"),
        (Edit.KEPT, "marks a year."),
    ]


def test_only_changed_paragraphs_are_given() -> None:
    changes = compare_texts("One.\n\nTwo.\n\nThree.", "One.\n\nTwo!\n\nThree.\n\nFour.")
    assert [joined(paragraph, Edit.INSERTED) for paragraph in changes.paragraphs] == ["Two!", "Four."]
    assert not changes.is_partial


def test_equal_texts_have_no_changes() -> None:
    assert compare_texts("One.\n\nTwo.", "One.\n\nTwo.").paragraphs == ()


def test_a_removed_paragraph_is_all_deleted() -> None:
    (paragraph,) = compare_texts("One.\n\nTwo.", "One.").paragraphs
    assert [(words.edit, words.text) for words in paragraph] == [(Edit.DELETED, "Two.")]


def test_a_very_long_paragraph_is_replaced_whole() -> None:
    before, after = "word " * (MAX_WORDS + 1), "word " * MAX_WORDS
    assert [words.edit for words in compare_words(before, after)] == [Edit.DELETED, Edit.INSERTED]


def test_many_changes_are_shown_in_part_and_say_so() -> None:
    before = "\n\n".join(f"a{number}" for number in range(MAX_CHANGES_SHOWN + 1))
    changes = compare_texts(before, before.replace("a", "b"))
    assert len(changes.paragraphs) == MAX_CHANGES_SHOWN
    assert changes.is_partial


@given(st.text(alphabet="ab c", max_size=60), st.text(alphabet="ab c", max_size=60))
def test_edits_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    edits = compare_words(before, after)
    assert joined(edits, Edit.KEPT, Edit.INSERTED).split() == after.split()
    assert joined(edits, Edit.KEPT, Edit.DELETED).split() == before.split()

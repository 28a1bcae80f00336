"""What a publisher changed between two texts of an article, word by word."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_PARAGRAPHS = 400
MAX_WORDS = 300
"""Longer paragraphs are shown as replaced whole: SequenceMatcher is cubic in the worst case."""
MAX_CHANGES_SHOWN = 20


class Edit(enum.StrEnum):
    """What became of a stretch of words."""

    KEPT = "kept"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class EditedWords:
    """A stretch of words of a changed paragraph, parted by single spaces."""

    edit: Edit
    text: str


ChangedParagraph = tuple[EditedWords, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changed paragraphs, in order; `is_partial` where there are more than are shown or could be compared."""

    paragraphs: tuple[ChangedParagraph, ...]
    is_partial: bool


def compare_texts(before: str, after: str) -> Changes:
    """The paragraphs in which two texts differ (paragraphs are parted by a blank line), bounded in size and time."""
    old, new = before.split("\n\n"), after.split("\n\n")
    is_partial = max(len(old), len(new)) > MAX_PARAGRAPHS
    changed: list[ChangedParagraph] = []
    for old_paragraph, new_paragraph in _changed_pairs(old[:MAX_PARAGRAPHS], new[:MAX_PARAGRAPHS]):
        if len(changed) == MAX_CHANGES_SHOWN:
            return Changes(tuple(changed), is_partial=True)
        changed.append(compare_words(old_paragraph, new_paragraph))
    return Changes(tuple(changed), is_partial)


def compare_words(before: str, after: str) -> ChangedParagraph:
    """The edits that lead from one paragraph to the other; KEPT and INSERTED words make `after`."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > MAX_WORDS:
        return tuple(_edits([(Edit.DELETED, old), (Edit.INSERTED, new)]))
    matcher = difflib.SequenceMatcher(None, old, new, False)
    stretches: list[tuple[Edit, Sequence[str]]] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            stretches.append((Edit.KEPT, new[new_start:new_end]))
        else:
            stretches += [(Edit.DELETED, old[old_start:old_end]), (Edit.INSERTED, new[new_start:new_end])]
    return tuple(_edits(stretches))


def _changed_pairs(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs that differ, each with what stands in its place; an empty string where there is nothing."""
    matcher = difflib.SequenceMatcher(None, old, new, False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for offset in range(max(old_end - old_start, new_end - new_start)):
            yield (
                old[old_start + offset] if old_start + offset < old_end else "",
                new[new_start + offset] if new_start + offset < new_end else "",
            )


def _edits(stretches: Sequence[tuple[Edit, Sequence[str]]]) -> Iterator[EditedWords]:
    for edit, words in stretches:
        if words:
            yield EditedWords(edit, " ".join(words))

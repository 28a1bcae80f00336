"""Words that decide whether two sentences say the same, read from data/checker_words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Container
from importlib.resources import files

_NEGATIVE_PREFIXES = ("un", "in", "im", "ir", "dis", "non", "mis", "de")
_MIN_PREFIXED_CHARS = 4


def _synonyms(lines: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in lines.strip().splitlines():
        group = line.split()
        for word in group:
            table.setdefault(word, set()).update(group)
    return {word: frozenset(others - {word}) for word, others in table.items()}


def _opposites(lines: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in lines.strip().splitlines():
        left, right = (side.split() for side in line.split("|"))
        for side, other in ((left, right), (right, left)):
            for word in side:
                table.setdefault(word, set()).update(other)
    return {word: frozenset(others - SYNONYMS.get(word, frozenset()) - {word}) for word, others in table.items()}


_WORDS: dict[str, str] = tomllib.loads((files("nutgraf") / "data" / "checker_words.toml").read_text(encoding="utf-8"))

FUNCTION_WORDS = frozenset(_WORDS["function"].split())
NEGATORS = frozenset(_WORDS["negators"].split())
DENIALS = frozenset(_WORDS["denials"].split())
HEDGES = frozenset(_WORDS["hedges"].split())
MODALS = frozenset(_WORDS["modals"].split())
QUALIFIERS = frozenset(_WORDS["qualifiers"].split())
CAUSES = frozenset(_WORDS["causes"].split())
SCOPES = {word: frozenset(line.split()) for line in _WORDS["scopes"].strip().splitlines() for word in line.split()}
"""Word → the words that say as much of how far a statement reaches."""
SYNONYMS = _synonyms(_WORDS["synonyms"])
"""Lemma → lemmas that may stand for it."""
OPPOSITES = _opposites(_WORDS["opposites"])
"""Lemma → lemmas that turn its sentence round."""


def opposites_in(word: str, vocabulary: Container[str]) -> list[str]:
    """Opposites of `word` that `vocabulary` holds, those made by a prefix (clear, unclear) among them; sorted."""
    found = {other for other in OPPOSITES.get(word, ()) if other in vocabulary}
    for prefix in _NEGATIVE_PREFIXES:
        if len(word) >= _MIN_PREFIXED_CHARS and prefix + word in vocabulary:
            found.add(prefix + word)
        bare = word.removeprefix(prefix)
        if bare != word and len(bare) >= _MIN_PREFIXED_CHARS and bare in vocabulary and word not in vocabulary:
            found.add(bare)
    return sorted(found)

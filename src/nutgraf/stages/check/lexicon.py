"""Words that decide whether two sentences say the same, read from data/checker_words.toml."""

from __future__ import annotations

import tomllib
from importlib.resources import files


def _opposites(lines: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in lines.strip().splitlines():
        left, right = (side.split() for side in line.split("|"))
        for side, other in ((left, right), (right, left)):
            for word in side:
                table.setdefault(word, set()).update(other)
    return {word: frozenset(others) for word, others in table.items()}


_WORDS: dict[str, str] = tomllib.loads((files("nutgraf") / "data" / "checker_words.toml").read_text(encoding="utf-8"))

FUNCTION_WORDS = frozenset(_WORDS["function"].split())
NEGATORS = frozenset(_WORDS["negators"].split())
DENIALS = frozenset(_WORDS["denials"].split())
HEDGES = frozenset(_WORDS["hedges"].split())
QUALIFIERS = frozenset(_WORDS["qualifiers"].split())
CAUSAL = frozenset(_WORDS["causal"].split())
OPPOSITES = _opposites(_WORDS["opposites"])
"""Lemma → lemmas that turn its sentence round."""

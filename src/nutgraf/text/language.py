"""Which language a text is in, by py3langid (a naive Bayes model over byte n-grams, numpy only)."""

from __future__ import annotations

import py3langid

_SAMPLE_CHARS = 2_000
_CONFIRMING_CHARS = 600
"""Where the beginning of a text is in the declared language, the rest is not asked: its time is that of its length."""
_MIN_LETTERS = 12


def detect_language(text: str, declared: str = "") -> str:
    """ISO 639-1 code of the language of `text`, or the `declared` one (any BCP 47 tag), or "".

    The text decides where there is enough of it; what pages declare is often their template's language.
    """
    fallback = declared.replace("_", "-").split("-")[0].strip().lower()
    fallback = fallback if len(fallback) in (2, 3) and fallback.isalpha() else ""
    sample = text[:_SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
        return fallback
    if fallback and py3langid.classify(sample[:_CONFIRMING_CHARS])[0] == fallback:
        return fallback
    language: str = py3langid.classify(sample)[0]
    return language

"""The dek: the one sentence among the first that tells the news best, at a dek's length, standing alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.stages.write.builtin.clauses import count_words
from nutgraf.stages.write.builtin.endings import opening_clause
from nutgraf.stages.write.builtin.leaning import starts_with_verb
from nutgraf.stages.write.builtin.page import Page
from nutgraf.stages.write.builtin.reduction import reduce_lead
from nutgraf.stages.write.builtin.salience import Salience
from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.text.lexicon import Lexicon
from nutgraf.text.similarity import Vector

DEK_WORDS = (10, 25)
_REACH = 12  # sentences among which the dek is looked for
_NEAR = 6  # sentences of which the main clause may be taken out of what surrounds it
_SCENE = 0.5  # share of the best likeness to the headline under which the lead is held to set a scene
_LEAD = 3  # sentences of which the opening clause alone may be the dek
# In points of ROUGE, as the worth of a sentence is; by hand, the measuring data have no headlines.
W_HEADLINE = 30.0
W_LEAD = 6.0
W_SHORTENED = 1.0
W_QUOTE = 8.0
W_RESTATED = 2.0
W_TOO_SHORT = 20.0


def choose_dek(
    candidates: list[Candidate], salience: Salience, worth: Vector, page: Page, lexicon: Lexicon
) -> tuple[Candidate, str] | None:
    """The best of the first sentences that can be brought to 10–25 words, with its text, or None."""
    lead_bonus = W_LEAD * _lead_tells_news(salience.headline)
    best: tuple[float, Candidate, str] | None = None
    for candidate, text in _options(candidates, page, lexicon):
        score = float(worth[candidate.position]) + W_HEADLINE * float(salience.headline[candidate.position])
        score -= W_SHORTENED * (text != candidate.text) + W_QUOTE * candidate.leaning.has_quote
        score -= W_RESTATED * bool(candidate.rests_on) + W_TOO_SHORT * (count_words(text) < DEK_WORDS[0])
        score += lead_bonus * (candidate.position == 0)
        if best is None or score > best[0]:
            best = score, candidate, text
    return best[1:] if best else None


def _lead_tells_news(headline: Vector) -> bool:
    """Whether the first sentence is as like the headline as any, or nearly; else it sets a scene."""
    nearest = float(headline[:_REACH].max(initial=0.0))
    return nearest > 0.0 and float(headline[0]) >= _SCENE * nearest


def _options(candidates: list[Candidate], page: Page, lexicon: Lexicon) -> Iterator[tuple[Candidate, str]]:
    """The first sentences that stand alone, each as little shortened as a dek's length asks."""
    low, high = DEK_WORDS
    for candidate in candidates[:_REACH]:
        if not page.stands(candidate) or candidate.leaning.first_person or starts_with_verb(candidate.tokens):
            continue
        text = shorten(candidate.text, high, lexicon)
        if text is None and candidate.position < _NEAR:
            text = reduce_lead(candidate.text, candidate.tokens, lexicon, low, high)
        if text is None and candidate.position < _LEAD:
            text = opening_clause(candidate.text, candidate.tokens, lexicon, low, high)
        if text is not None and count_words(text) >= min(low, candidate.word_count):
            yield candidate, text


def lead_worth(count: int) -> Vector:
    """Worth of sentences where nothing is known of the language: the earlier, the better."""
    return -np.arange(count, dtype=np.float32) * W_HEADLINE

"""The dek: the one sentence among the first that tells the news best, at a dek's length, standing alone."""

from __future__ import annotations

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
from nutgraf.text.words import words

DEK_WORDS = (10, 25)
_REACH = 12  # sentences among which the dek is looked for
_NEAR = 6  # sentences of which the main clause may be taken out of what surrounds it
_SCENE = 0.5  # share of the best likeness to the headline under which the lead is held to set a scene
_LEAD = 3  # sentences of which the opening clause alone may be the dek
_ROOT_LETTERS = 6
_FEWEST_TOLD = 4  # words: one word of a headline of two is not half of the news
_ENOUGH_CUES = 2
# In points of ROUGE, as the worth of a sentence is; by hand, the measuring data have no headlines.
W_HEADLINE = 30.0
W_LEAD = 6.0
W_SHORTENED = 2.0
W_QUOTE = 8.0
W_RESTATED = 2.0
W_TOO_SHORT = 20.0
W_COVERAGE = 12.0
W_NEWS = 4.0


def choose_dek(
    candidates: list[Candidate], salience: Salience, worth: Vector, page: Page, headline: list[str], lexicon: Lexicon
) -> tuple[Candidate, str] | None:
    """The best of the first sentences that can be brought to 10–25 words, with its text, or None.

    They are tried from the most promising on: one that could not win even whole is not shortened at all.
    """
    told = {_root(word) for word in headline if word not in lexicon.words("stop_words")}
    lead_bonus = W_LEAD * _lead_tells_news(salience.headline)

    def score(candidate: Candidate, text: str) -> float:
        place = candidate.position
        points = float(worth[place]) + W_HEADLINE * float(salience.headline[place]) + lead_bonus * (place == 0)
        points += W_COVERAGE * _coverage(text, told) + W_NEWS * _brings_news(candidate, lexicon)
        points -= W_SHORTENED * (text != candidate.text) + W_QUOTE * candidate.leaning.has_quote
        return points - W_RESTATED * bool(candidate.rests_on) - W_TOO_SHORT * (count_words(text) < DEK_WORDS[0])

    able = [candidate for candidate in candidates[:_REACH] if _may_open(candidate, page)]
    promising = sorted(((score(candidate, candidate.text), candidate) for candidate in able), key=lambda pair: -pair[0])
    best: tuple[float, Candidate, str] | None = None
    for bound, candidate in promising:
        if best is not None and bound < best[0]:
            break
        text = _bring_to_length(candidate, lexicon)
        if text is None:
            continue
        points = score(candidate, text)
        if best is None or (points, -candidate.position) > (best[0], -best[1].position):
            best = points, candidate, text
    return best[1:] if best else None


def _lead_tells_news(headline: Vector) -> bool:
    """Whether the first sentence is as like the headline as any, or nearly; else it sets a scene."""
    nearest = float(headline[:_REACH].max(initial=0.0))
    return nearest > 0.0 and float(headline[0]) >= _SCENE * nearest


def _may_open(candidate: Candidate, page: Page) -> bool:
    """Whether the sentence stands alone, and is neither the writer's own voice nor an order."""
    if not page.stands(candidate) or candidate.leaning.first_person or starts_with_verb(candidate.tokens):
        return False
    opening = [token.low for token in candidate.tokens[:2]]
    return opening not in (["if", "that"], ["if", "this"], ["if", "so"], ["when", "that"])


def _bring_to_length(candidate: Candidate, lexicon: Lexicon) -> str | None:
    """The sentence as little shortened as a dek's length asks, or None."""
    low, high = DEK_WORDS
    text = shorten(candidate.text, high, lexicon)
    if text is None and candidate.position < _NEAR:
        text = reduce_lead(candidate.text, candidate.tokens, lexicon, low, high)
    if text is None and candidate.position < _LEAD:
        text = opening_clause(candidate.text, candidate.tokens, lexicon, low, high)
    return text if text is not None and count_words(text) >= min(low, candidate.word_count) else None


def _root(word: str) -> str:
    """The first letters, so that "quakes" and "quake", "charged" and "charges" are one word."""
    return word.removesuffix("'s")[:_ROOT_LETTERS].rstrip("s")


def _coverage(text: str, told: set[str]) -> float:
    """Share of the headline's words that `text`, as it will be shown, has."""
    return len(told & {_root(word) for word in words(text)}) / max(_FEWEST_TOLD, len(told))


def _brings_news(candidate: Candidate, lexicon: Lexicon) -> float:
    """How much the sentence says that something is new, from 0 to 1: "now", "this week", "a study found"."""
    cues = lexicon.words("news_words") | lexicon.words("weekdays")
    return min(_ENOUGH_CUES, len(cues.intersection(candidate.words))) / _ENOUGH_CUES


def lead_worth(count: int) -> Vector:
    """Worth of sentences where nothing is known of the language: the earlier, the better."""
    return -np.arange(count, dtype=np.float32) * W_HEADLINE

"""Key insights: sentences that bring something new, each under a title from it or from a sentence beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.stages.write.builtin.clauses import count_words
from nutgraf.stages.write.builtin.salience import Salience, stem
from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.stages.write.builtin.titles import Title, find_titles
from nutgraf.text.lexicon import Lexicon

EXPLANATION_WORDS = (12, 40)
_TITLED = 30  # sentences looked at for a title
_NEAR = 3  # sentences before and behind that may lend a title
W_TITLE = 2.5
LENT = 0.14
"""What a title from another sentence is worth less."""
REPEATED = 0.55
"""What a title that begins as its explanation does is worth less: a reader reads the same words twice."""
_MIN_SHARED = 2  # of a lent title's telling words in the sentence it stands over
_SHARED = 0.4  # of those words
_MIN_TIE = 0.06  # cosine between two sentences for one to lend the other a title
_OPENING_WORDS = 3
_WORD = re.compile(r"[\w’'$€£%-]+")
_FIGURE = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class InsightChoice:
    """A sentence to explain with, as shortened, its title, and the sentence that the title is from."""

    candidate: Candidate
    text: str
    title: Title
    title_from: Candidate
    worth: float


def repeats_opening(title: str, explanation: str) -> bool:
    """Whether the title's first words are the explanation's too, articles and marks apart."""
    first, second = _opening(title), _opening(explanation)
    return first == second[: len(first)]


@lru_cache(maxsize=2_048)  # each sentence is compared with many titles
def _opening(text: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(text[:200])]
    return [word for word in words if word not in ("the", "a", "an")][:_OPENING_WORDS]


def _names_others(title: str, candidate: Candidate) -> bool:
    """Whether title and sentence each name somebody or something, and nothing that the other names."""
    words = _WORD.findall(title)
    named = {word.lower() for word in words if word[:1].isupper()}
    inner = [word for word in words[1:] if word[:1].isupper()]
    inner += [word for word in words[:1] if word.endswith(("'s", "’s"))]  # "Quill's office received a letter"
    told = {token.low for token in candidate.tokens if token.is_capital}
    told_inner = any(token.is_capital for token in candidate.tokens[1:])
    return bool(inner) and told_inner and not named & told


def _names_unknown(title: str, explanation: str) -> bool:
    """Whether a name in the title, its first word apart, has no part in the explanation: "Lenham raised Ada Quill"."""
    name: list[str] = []
    for word in [*_WORD.findall(title)[1:], ""]:
        if word[:1].isupper():
            name.append(word.removesuffix("'s").removesuffix("’s"))
            continue
        if name and not any(part in explanation for part in name):
            return True
        name = []
    return False


class InsightFinder:
    """Pairs explanations with titles; each sentence's titles are found once."""

    def __init__(self, candidates: list[Candidate], salience: Salience, lexicon: Lexicon) -> None:
        self._candidates = candidates
        self._salience = salience
        self._lexicon = lexicon
        self._fewest_words = lexicon.as_many(EXPLANATION_WORDS[0])
        self._titles: dict[int, list[Title]] = {}
        self._stems: dict[int, set[str]] = {}

    def pairs(
        self, may_explain: Callable[[Candidate], bool], may_lend: Callable[[Candidate], bool]
    ) -> list[InsightChoice]:
        """Every worthwhile pair of the most telling sentences, none chosen yet."""
        scores = self._salience.scores
        found: list[InsightChoice] = []
        looked_at = 0
        for candidate in sorted(self._candidates, key=lambda c: -float(scores[c.position])):
            if looked_at >= _TITLED:
                break
            if candidate.word_count < self._fewest_words or not may_explain(candidate):
                continue
            text = shorten(candidate.text, EXPLANATION_WORDS[1], self._lexicon)
            if text is None or count_words(text) < self._fewest_words:
                continue
            looked_at += 1
            found += self._titled(candidate, text, may_lend)
        return found

    def holds_title(self, candidate: Candidate) -> bool:
        """Whether the sentence is long enough to explain and holds a title of its own."""
        return candidate.word_count >= self._fewest_words and bool(self._titles_of(candidate))

    def _titled(
        self, candidate: Candidate, text: str, may_lend: Callable[[Candidate], bool]
    ) -> Iterator[InsightChoice]:
        score = float(self._salience.scores[candidate.position])
        for title in self._titles_of(candidate):
            quality = title.quality - REPEATED * repeats_opening(title.text, text)
            yield InsightChoice(candidate, text, title, candidate, score + W_TITLE * quality)
        for lender in self._neighbours(candidate):
            if not may_lend(lender):
                continue
            for title in self._titles_of(lender):
                if not title.is_claim and self._tied(title, lender, candidate):
                    yield InsightChoice(candidate, text, title, lender, score + W_TITLE * (title.quality - LENT))

    def _neighbours(self, candidate: Candidate) -> Iterator[Candidate]:
        for distance in range(1, _NEAR + 1):
            for position in (candidate.position - distance, candidate.position + distance):
                if 0 <= position < len(self._candidates):
                    other = self._candidates[position]
                    if abs(other.paragraph - candidate.paragraph) <= 2:
                        yield other

    def _tied(self, title: Title, lender: Candidate, candidate: Candidate) -> bool:
        """Whether a reader sees at once what the sentence has to do with the title."""
        if repeats_opening(title.text, candidate.text):
            return False
        if any(figure not in candidate.text for figure in _FIGURE.findall(title.text)):
            return False  # a figure over a sentence with another one misleads
        if _names_others(title.text, candidate) or _names_unknown(title.text, candidate.text):
            return False
        rows = self._salience.rows
        if float(rows[lender.position] @ rows[candidate.position]) < _MIN_TIE:
            return False
        weights = self._salience.word_weights
        named = {stem(word.lower()) for word in _WORD.findall(title.text)}
        telling = named & weights.keys()
        shared = telling & self._stems_of(candidate)
        return len(shared) >= max(_MIN_SHARED, _SHARED * len(telling))

    def _stems_of(self, candidate: Candidate) -> set[str]:
        if candidate.position not in self._stems:
            self._stems[candidate.position] = {stem(word) for word in candidate.words}
        return self._stems[candidate.position]

    def _titles_of(self, candidate: Candidate) -> list[Title]:
        if candidate.position not in self._titles:
            titles = find_titles(candidate.text, candidate.tokens, self._lexicon, self._salience.word_weights)
            self._titles[candidate.position] = titles
        return self._titles[candidate.position]

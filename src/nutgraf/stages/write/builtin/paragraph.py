"""What happened: 2–4 sentences in the article's order, chosen for what they say together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.stages.write.builtin.clauses import count_words
from nutgraf.stages.write.builtin.leaning import opens_with_pronoun
from nutgraf.stages.write.builtin.page import Page
from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.stages.write.builtin.worth import Covered, Worth
from nutgraf.text.lexicon import Lexicon

PARAGRAPH_WORDS = (50, 110)
PARAGRAPH_SENTENCES = (2, 4)
_ENOUGH_WORDS = 50
_LONGEST_SENTENCE = 45
_FEWEST_WORDS = 7
_CHAIN = 3  # sentences, each leaning on the one before, that may be taken together
# A sentence's value is ten times what it adds to the words said, per word; by search on the fitting part of the data.
_SCALE = 10.0
_SPARE_WORDS = 8
W_PLACE = 1.0
W_QUOTE = 1.0


@dataclass(slots=True)
class _Chain:
    """Sentences in a row that are taken together; `on_dek` where the first leans on the dek right above."""

    members: list[Candidate]
    words: int
    on_dek: bool = False


@dataclass(slots=True)
class ParagraphChooser:
    """Chooses What happened for one article. `avoid`: positions with the price of each."""

    candidates: list[Candidate]
    worth: Worth
    page: Page
    lexicon: Lexicon
    banned: set[int] = field(default_factory=set)
    avoid: dict[int, float] = field(default_factory=dict)
    dek: Candidate | None = None
    _texts: dict[int, str] = field(default_factory=dict)
    _word_counts: dict[int, int] = field(default_factory=dict)
    _chosen: list[Candidate] = field(default_factory=list)
    _begins_after: int = -1

    def choose(self) -> list[tuple[Candidate, str]]:
        """Sentences with their texts in the article's order; they are shown on the page."""
        covered = Covered(set(), set())
        if self.dek is not None:
            self.worth.cover(self.dek.position, covered)
        total = 0
        while len(self._chosen) < PARAGRAPH_SENTENCES[1]:
            if total >= _ENOUGH_WORDS and len(self._chosen) >= PARAGRAPH_SENTENCES[0]:
                break
            chains = self._chains(PARAGRAPH_WORDS[1] - total, PARAGRAPH_SENTENCES[1] - len(self._chosen))
            best = max(chains, key=lambda chain: self._value(chain, covered), default=None)
            if best is None:
                break
            total += best.words
            if best.on_dek and self.dek is not None:
                self._begins_after = self.dek.position
            for candidate in best.members:
                self._chosen.append(candidate)
                self.page.show(candidate)
                self.worth.cover(candidate.position, covered)
        self._chosen.sort(key=lambda candidate: candidate.position)
        return [self._as_placed(candidate) for candidate in self._chosen]

    def _value(self, chain: _Chain, covered: Covered) -> float:
        added = self.worth.value((member.position for member in chain.members), covered)
        value = _SCALE * added / max(_SPARE_WORDS, chain.words)
        for member in chain.members:
            liked = W_PLACE / (1.0 + 0.5 * member.position) - W_QUOTE * member.leaning.has_quote
            value += (liked - self.avoid.get(member.position, 0.0)) / len(chain.members)
        return value

    def _chains(self, max_words: int, max_sentences: int) -> Iterator[_Chain]:
        """Every usable sentence, with those before it that it needs and that are not on the page."""
        taken = {candidate.position for candidate in self._chosen}
        for candidate in self.candidates:
            chain = self._chain_to(candidate, taken) if candidate.position > self._begins_after else None
            if chain is not None and chain.words <= max_words and len(chain.members) <= max_sentences:
                yield chain

    def _chain_to(self, candidate: Candidate, taken: set[int]) -> _Chain | None:
        if not self._usable(candidate):
            return None
        members, on_dek = [candidate], False
        while not self.page.stands(members[0]) and members[0].position - 1 not in taken:
            before = members[0].position - 1
            if self.dek is not None and before == self.dek.position:
                if opens_with_pronoun(members[0].tokens, self.lexicon) or any(place < before for place in taken):
                    return None
                on_dek = True
                break
            if before < 0 or len(members) >= _CHAIN or not self._usable(self.candidates[before]):
                return None
            members.insert(0, self.candidates[before])
        return _Chain(members, sum(self._word_count(member) for member in members), on_dek)

    def _usable(self, candidate: Candidate) -> bool:
        leaning = candidate.leaning
        if leaning.never or leaning.asks or leaning.first_person or candidate.word_count < _FEWEST_WORDS:
            return False
        return candidate.position not in self.banned and self.page.is_new(candidate) and bool(self._text(candidate))

    def _text(self, candidate: Candidate) -> str:
        if candidate.position not in self._texts:
            self._texts[candidate.position] = shorten(candidate.text, _LONGEST_SENTENCE, self.lexicon) or ""
        return self._texts[candidate.position]

    def _word_count(self, candidate: Candidate) -> int:
        if candidate.position not in self._word_counts:
            self._word_counts[candidate.position] = count_words(self._text(candidate))
        return self._word_counts[candidate.position]

    def _as_placed(self, candidate: Candidate) -> tuple[Candidate, str]:
        """The sentence with its own pronoun again where the one that names the person stands right before it."""
        text, before = self._text(candidate), candidate.before
        follows = any(other.position == candidate.position - 1 and other.before is None for other in self._chosen)
        if before is not None and follows and text == candidate.text:
            return before, before.text
        return candidate, text

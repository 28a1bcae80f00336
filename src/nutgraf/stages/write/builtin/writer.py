"""The built-in writer: a draft from the article's own sentences, chosen together, shortened only where that is safe."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft, DraftInsight, DraftSentence
from nutgraf.stages.write.builtin.candidates import Candidate, read_candidates
from nutgraf.stages.write.builtin.clauses import count_words, tag_tokens, tokenize
from nutgraf.stages.write.builtin.dek import DEK_WORDS, choose_dek, lead_worth
from nutgraf.stages.write.builtin.insights import InsightChoice, InsightFinder
from nutgraf.stages.write.builtin.names import NameBook
from nutgraf.stages.write.builtin.page import Page
from nutgraf.stages.write.builtin.paragraph import PARAGRAPH_WORDS, ParagraphChooser
from nutgraf.stages.write.builtin.references import resolve_openings
from nutgraf.stages.write.builtin.salience import Salience, measure_salience, stem
from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.stages.write.builtin.worth import measure_worth, sentence_worth
from nutgraf.text.lexicon import Lexicon, load_lexicon
from nutgraf.text.words import words

NAME = "builtin/1"

SHORT_ARTICLE_WORDS = 120
TAKEAWAY_WORDS = (8, 40)
INSIGHTS = 3
_SCARCE_TITLES = 9  # sentences with a title at which each is kept for the insights
W_REDUNDANCY = 1.2
W_SCARCE = 0.7
W_KEPT = 4.0  # where the insights do not come to three otherwise
_LOOKS_AHEAD = 1.0
_TOLD_AGAIN = 0.4  # share of a standfirst's longer words that the sentences below it repeat


@dataclass(frozen=True, slots=True)
class _Parts:
    """What has been chosen for a page."""

    dek: tuple[Candidate, str] | None
    happened: list[tuple[Candidate, str]]
    insights: list[InsightChoice]
    takeaways: list[tuple[Candidate, str]]

    @property
    def paragraph_words(self) -> int:
        """Words of What happened."""
        return sum(count_words(text) for _, text in self.happened)


class BuiltinWriter:
    """Writes with no model: extracts, shortens and arranges sentences of the article."""

    @property
    def name(self) -> str:
        """Name and version, as stored with each brief."""
        return NAME

    def write(self, article: Article) -> Draft:
        """A draft whose sentences cite the article's sentences. Never raises for any article text."""
        return _Composer(article).compose()


class _Composer:
    """One article's way to a draft."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.words_in_article = article.word_count
        self.lexicon: Lexicon = load_lexicon(article.language)
        self.names = NameBook(article.text, self.lexicon)
        self.candidates = resolve_openings(
            read_candidates(article, self.lexicon), article.text, self.names, self.lexicon
        )
        self.salience: Salience = measure_salience(article, self.candidates, self.lexicon)
        self.headline = headline = words(article.title)
        self.worth = measure_worth(self.candidates, headline, self.lexicon)
        self.finder = InsightFinder(self.candidates, self.salience, self.lexicon)
        self.reserved = self.dek_position = -1
        self.standfirst = _standfirst_positions(article, self.candidates)
        self.scarce: set[int] = set()
        self.keeping = W_SCARCE
        self.forward: dict[int, float] = {}
        self.page = Page(
            rows=self.salience.rows,
            shown={*headline, *(stem(word) for word in headline)},
            redundancy=np.zeros(len(self.candidates), dtype=np.float32),
        )

    def compose(self) -> Draft:
        if not self.candidates:
            return Draft(None, (), (), (), NAME)
        dek = self._choose_dek()
        self._reserve_outlook()
        self._reserve_titled()
        start = self.page.copy()
        parts = self._fill(dek)
        spent = any(candidate.position in self.scarce for candidate, _ in parts.happened)
        if spent and len(parts.insights) < INSIGHTS:  # else the dearer choice would be the same
            self.page, self.keeping = start, W_KEPT
            kept = self._fill(dek)
            if len(kept.insights) > len(parts.insights) and kept.paragraph_words >= PARAGRAPH_WORDS[0]:
                parts = kept
        return self._draft(parts.dek, parts.happened, parts.insights, parts.takeaways)

    def _fill(self, dek: tuple[Candidate, str] | None) -> _Parts:
        """What stands below the dek, chosen with `keeping` as the cost of a sentence that the insights need."""
        happened = self._choose_paragraph(dek[0] if dek else None)
        if not happened:
            happened = self._lead()
        if not happened and dek is not None:  # all there is to say is what happened
            happened, dek = [dek], None
        insights: list[InsightChoice] = []
        takeaways: list[tuple[Candidate, str]] = []
        if self.words_in_article >= SHORT_ARTICLE_WORDS or not self.lexicon.known:
            takeaways = self._choose_takeaways()
            insights = self._choose_insights()
        return _Parts(dek, happened, insights, takeaways)

    def _choose_dek(self) -> tuple[Candidate, str] | None:
        worth = lead_worth(len(self.candidates))
        if self.lexicon.known:
            worth = sentence_worth(self.candidates, self.salience, self.worth, self.lexicon)
        dek = choose_dek(self.candidates, self.salience, worth, self.page, self.headline, self.lexicon)
        if dek is not None:
            self.page.show(dek[0])
            self.dek_position = dek[0].position
        return dek

    def _choose_paragraph(self, dek: Candidate | None) -> list[tuple[Candidate, str]]:
        banned = self.standfirst | {self.reserved}
        avoid = dict.fromkeys(self.scarce, self.keeping)
        if not self.lexicon.known:  # without stop words the worth of words misleads: the lead is the best guess
            avoid = {candidate.position: W_KEPT * candidate.position for candidate in self.candidates}
        chooser = ParagraphChooser(self.candidates, self.worth, self.page, self.lexicon, banned, avoid, dek)
        return chooser.choose()

    def _lead(self) -> list[tuple[Candidate, str]]:
        """The first sentences, where no rule was content with any: a brief that says too little beats none."""
        unused = (c for c in self.candidates[:10] if c.position not in self.page.used)
        usable = [c for c in unused if not c.leaning.never and not c.leaning.asks][:2]
        for candidate in usable:
            self.page.show(candidate)
        return [(candidate, candidate.text) for candidate in usable if candidate.word_count <= 60]

    def _redundancy(self, candidate: Candidate) -> float:
        return float(self.page.redundancy[candidate.position])

    def _reserve_outlook(self) -> None:
        """Keep the sentence of the second half that most looks ahead out of What happened: the takeaways need it."""
        later = self.candidates[len(self.candidates) // 2 :]
        best = max(later, key=self._forward, default=None)
        if best is not None and self._forward(best) >= _LOOKS_AHEAD and not best.leaning.previous:
            self.reserved = best.position

    def _reserve_titled(self) -> None:
        """Where few sentences hold a title, keep What happened off them: the insights have nothing else."""
        if self.words_in_article < SHORT_ARTICLE_WORDS:
            return
        titled = (c.position for c in self.candidates if self._may_explain(c) and self.finder.holds_title(c))
        first = set(itertools.islice(titled, _SCARCE_TITLES + 1))
        if len(first) <= _SCARCE_TITLES:
            self.scarce = first

    def _choose_takeaways(self) -> list[tuple[Candidate, str]]:
        """One or two sentences that look ahead, with the words that say so."""
        ranked = sorted(
            ((self._forward(candidate), candidate) for candidate in self.candidates if self._may_explain(candidate)),
            key=lambda pair: (pair[1].position != self.reserved, -pair[0], pair[1].position),
        )
        chosen: list[tuple[Candidate, str]] = []
        for forward, candidate in ranked:
            if forward < _LOOKS_AHEAD or len(chosen) == 2:
                break
            text = shorten(candidate.text, TAKEAWAY_WORDS[1], self.lexicon)
            if text is None or count_words(text) < TAKEAWAY_WORDS[0] or not self.page.is_new(candidate):
                continue
            if chosen and (forward < 1.4 or candidate.position in self.scarce):
                break
            chosen.append((candidate, text))
            self.page.show(candidate)
        return sorted(chosen, key=lambda pair: pair[0].position)

    def _forward(self, candidate: Candidate) -> float:
        """How much the sentence looks ahead; found once for each."""
        if candidate.position not in self.forward:
            self.forward[candidate.position] = self._look_ahead(candidate)
        return self.forward[candidate.position]

    def _look_ahead(self, candidate: Candidate) -> float:
        low = " " + " ".join(candidate.words) + " "
        first = set(candidate.words)
        strong, weak = (
            sum(cue in low for word in first & cues.keys() for cue in cues[word])
            for cues in (_cues(self.lexicon.code, "forward_cues"), _cues(self.lexicon.code, "weak_forward_cues"))
        )
        place = candidate.position / max(1, len(self.candidates) - 1)
        if not strong and (weak < 2 or place < 0.6):
            return 0.0
        score = 0.6 + 0.3 * min(strong, 2) + 0.1 * min(weak, 3) + 0.3 * place
        return score - 0.3 * candidate.leaning.has_quote + 0.15 * float(self.salience.scores[candidate.position])

    def _may_explain(self, candidate: Candidate) -> bool:
        if candidate.position in self.standfirst or (
            candidate.leaning.first_person and not candidate.leaning.is_advice
        ):
            return False
        return self.page.stands(candidate) and self.page.is_new(candidate)

    def _choose_insights(self) -> list[InsightChoice]:
        """Sentences that bring something new and have a title, at most three, in the order of the article."""
        pool = self.finder.pairs(self._may_explain, self._may_lend)
        chosen: list[InsightChoice] = []
        lent: set[int] = set()
        while pool and len(chosen) < INSIGHTS:
            best = max(pool, key=lambda pair: pair.worth - W_REDUNDANCY * self._redundancy(pair.candidate))
            chosen.append(best)
            self.page.show(best.candidate)
            if best.title_from is not best.candidate:
                self.page.show(best.title_from)
            lent.add(best.title_from.position)
            pool = [
                pair
                for pair in pool
                if self._may_explain(pair.candidate) and self._may_title(pair) and pair.title_from.position not in lent
            ]
        return sorted(chosen, key=lambda pair: pair.candidate.position)

    def _may_lend(self, candidate: Candidate) -> bool:
        return not candidate.leaning.never and candidate.position != self.dek_position

    def _may_title(self, pair: InsightChoice) -> bool:
        return pair.title_from is pair.candidate or self._may_lend(pair.title_from)

    def _draft(
        self,
        dek: tuple[Candidate, str] | None,
        happened: list[tuple[Candidate, str]],
        insights: list[InsightChoice],
        takeaways: list[tuple[Candidate, str]],
    ) -> Draft:
        """The draft in the order of the page, lone surnames made full names where they are first shown."""
        names = _Introductions(self.article, self.names, self.lexicon)
        draft_dek = names.sentence(*dek) if dek else None
        if dek and draft_dek and count_words(draft_dek.text) > DEK_WORDS[1]:
            draft_dek = DraftSentence(dek[1], (dek[0].index, *dek[0].rests_on))
        draft_happened = tuple(names.sentence(candidate, text) for candidate, text in happened)
        draft_insights = tuple(
            DraftInsight(
                DraftSentence(pair.title.text, (pair.title_from.index, *pair.title_from.rests_on)),
                names.sentence(pair.candidate, pair.text),
            )
            for pair in insights
        )
        draft_takeaways = tuple(names.sentence(candidate, text) for candidate, text in takeaways)
        return Draft(draft_dek, draft_happened, draft_insights, draft_takeaways, NAME)


@cache
def _cues(code: str, name: str) -> dict[str, list[str]]:
    """The phrases of the list `name`, between spaces, by their first word: few need to be looked for."""
    cues: dict[str, list[str]] = {}
    for cue in load_lexicon(code).phrase_list(name):
        cues.setdefault(cue.split(" ", 1)[0], []).append(f" {cue} ")
    return cues


def _standfirst_positions(article: Article, candidates: list[Candidate]) -> set[int]:
    """Sentences of the publisher's own summary above the story, where the story tells the same again below it.

    They may give the dek; elsewhere on the page they would say twice what the lead says.
    """
    summary = set(words(article.standfirst))
    head = [candidate for candidate in candidates if candidate.paragraph == candidates[0].paragraph]
    said = {word for candidate in head for word in candidate.words}
    if len(summary) < 4 or len(said & summary) < 0.9 * len(said):
        return set()
    below = {word for candidate in candidates[len(head) : len(head) + 6] for word in candidate.words}
    told = {word for word in said if len(word) > 3}
    is_told_again = len(told & below) >= _TOLD_AGAIN * len(told)
    return {candidate.position for candidate in head} if is_told_again else set()


class _Introductions:
    """Keeps track of which full names the page has shown, and introduces people by theirs."""

    def __init__(self, article: Article, book: NameBook, lexicon: Lexicon) -> None:
        self._article = article
        self._book = book
        self._lexicon = lexicon
        self._seen = ""

    def sentence(self, candidate: Candidate, text: str) -> DraftSentence:
        """The draft sentence; cites also the sentence that gives a full name which was put in."""
        cites = [candidate.index, *candidate.rests_on]
        offset = 0
        for start, surname, full_name in list(self._book.lone_surnames(text)):
            known = any(name in self._seen or name in text for name in self._book.full_names(surname))
            if known or not full_name or not self._may_expand(text, start + offset, surname):
                continue
            place = start + offset
            text = text[:place] + full_name + text[place + len(surname) :]
            offset += len(full_name) - len(surname)
            cites.extend(self._where(full_name))
            self._seen += " " + full_name
        self._seen += " " + text
        return DraftSentence(text, tuple(dict.fromkeys(cites)))

    def _may_expand(self, text: str, start: int, surname: str) -> bool:
        if (text[:start].count("“") + text[:start].count('"')) > text[:start].count("”") and (
            text[:start].count("“") > text[:start].count("”") or text[:start].count('"') % 2
        ):
            return False
        tokens = tag_tokens(tokenize(text[start:]), self._lexicon)
        after = tokens[1] if len(tokens) > 1 else None
        if after is None or after.tag in ("V", ",", ".", "C", "R"):
            return True
        return tokens[0].text != surname and tokens[0].text.startswith(surname)

    def _where(self, full_name: str) -> list[int]:
        place = self._article.text.find(full_name)
        return [s.index for s in self._article.sentences if s.start <= place < s.end][:1]

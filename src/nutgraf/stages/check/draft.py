"""A draft to what of it may be published: unsupported sentences are repaired from the source or dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from nutgraf.domain.article import Article
from nutgraf.domain.brief import (
    Brief,
    BriefSentence,
    Draft,
    DraftInsight,
    DraftSentence,
    Insight,
    Outcome,
    Part,
    Withheld,
)
from nutgraf.domain.evidence import Finding, Verdict
from nutgraf.stages.check.index import ArticleIndex
from nutgraf.stages.check.sentences import check_sentence
from nutgraf.stages.check.translation import check_translation
from nutgraf.text.exits import find_exit
from nutgraf.text.spoken_to import is_no_reporting, speaks_to_somebody

WITHDRAWN_REASON = "withdrawn after a reader’s report was upheld"

# A source sentence may take a faulty one's place where its length in words fits the part (DESIGN section 1, with
# some play: an article's own sentence reads whole).
_WORDS = {Part.DEK: (6, 32), Part.WHAT_HAPPENED: (5, 45), Part.INSIGHT: (8, 45), Part.TAKEAWAYS: (5, 45)}
_TITLE_WORDS = (3, 9)
_MIN_REST_WORDS = 3  # an explanation says more than its title


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """The parts of a draft that may be published, any of them possibly empty, and what was withheld."""

    dek: BriefSentence | None
    what_happened: tuple[BriefSentence, ...]
    insights: tuple[Insight, ...]
    takeaways: tuple[BriefSentence, ...]
    withheld: tuple[Withheld, ...]


def check_draft(
    draft: Draft, article: Article, *, barred: Iterable[str] = (), closes_exits: bool = True
) -> CheckedDraft:
    """Check every sentence of `draft` against `article` and apply the verdicts.

    Supported and weak sentences stay as written. An unsupported one is replaced by the nearest sentence of the
    article where that fits the part and is not yet in the brief, else dropped; both are recorded. An insight without
    a title or an explanation is dropped whole. Sentences in `barred` were withdrawn as faulty before: they are treated
    as unsupported whatever the article says, and take no other's place. So are sentences that come with a fault.

    With `closes_exits`, which only a writer that takes the article's own words may do without, a sentence is
    unsupported that carries an address, mark-up or code or speaks to somebody, and what the article itself says to its
    reader or to whoever writes about it (orders, questions, code) supports nothing. A draft in another language than
    the article's is compared as far as can be, see `translation`; no sentence of the article takes a place in it.
    """
    source = reporting_of(article) if closes_exits else article
    language = "" if draft.language == article.language else draft.language
    desk = _Desk(
        ArticleIndex(source),
        {_key(text) for text in barred},
        replaces=not language,
        closes_exits=closes_exits,
        language=language,
    )
    return desk.apply(draft)


def reporting_of(article: Article) -> Article:
    """The article with blanks for the sentences that report nothing; all offsets stay."""
    pieces: list[str] = []
    position = 0
    for sentence in article.sentences:
        if is_no_reporting(article.text[sentence.start : sentence.end], article.language):
            pieces += [article.text[position : sentence.start], " " * (sentence.end - sentence.start)]
            position = sentence.end
    return replace(article, text="".join([*pieces, article.text[position:]])) if pieces else article


def find_exit_fault(text: str, language: str) -> str:
    """What bars `text` from a brief whatever the article says, in words for a person, or ""."""
    way_out = find_exit(text) or speaks_to_somebody(text, language)
    return f"it holds {way_out}" if way_out else ""


def withdraw_sentences(
    brief: Brief, positions: Collection[int], article: Article, *, replaces: bool = True
) -> CheckedDraft:
    """The parts of a published brief without its sentences at `positions`, which turned out to be faulty.

    With `replaces` each gives way to the nearest sentence of the article where one fits, as in check_draft. The other
    sentences stay as they are, with their findings; an insight without a title or an explanation is dropped whole.
    """
    sentences = list(brief.sentences())
    barred = {_key(sentences[position][1].text) for position in positions}
    is_translated = bool(brief.language) and brief.language != article.language
    desk = _Desk(ArticleIndex(article), barred, replaces=replaces and not is_translated)
    desk.used.update(_key(sentence.text) for _, sentence in sentences)
    return desk.withdraw(brief)


@dataclass
class _Desk:
    """What is being decided: the sentences barred, those used so far and those withheld.

    `language` is that of a draft in another language than the article, else "".
    """

    index: ArticleIndex
    barred: set[str]
    replaces: bool = True
    closes_exits: bool = False
    language: str = ""
    used: set[str] = field(default_factory=set)
    withheld: list[Withheld] = field(default_factory=list)

    def apply(self, draft: Draft) -> CheckedDraft:
        self.used.update(_key(sentence.text) for sentence in _all_sentences(draft))
        dek = self.settle(Part.DEK, draft.dek) if draft.dek is not None else None
        what_happened = self.settle_all(Part.WHAT_HAPPENED, draft.what_happened)
        insights = tuple(i for insight in draft.insights if (i := self.settle_insight(insight)) is not None)
        takeaways = self.settle_all(Part.TAKEAWAYS, draft.takeaways)
        return CheckedDraft(dek, what_happened, insights, takeaways, tuple(self.withheld))

    def settle_all(self, part: Part, sentences: tuple[DraftSentence, ...]) -> tuple[BriefSentence, ...]:
        settled = (self.settle(part, sentence, is_opening=at == 0) for at, sentence in enumerate(sentences))
        return tuple(sentence for sentence in settled if sentence is not None)

    def settle(self, part: Part, sentence: DraftSentence, *, is_opening: bool = True) -> BriefSentence | None:
        """The sentence itself, its replacement, or None; the latter two are recorded."""
        finding = self.check(sentence, is_opening=is_opening)
        if finding.verdict is not Verdict.UNSUPPORTED:
            return BriefSentence(sentence.text, finding)
        return self.replace(part, sentence, finding, self.source_for(part, finding))

    def check(self, sentence: DraftSentence, *, is_opening: bool = True) -> Finding:
        if self.language:
            finding = check_translation(sentence.text, self.language, sentence.cites, sentence.quotes, self.index)
        else:
            finding = check_sentence(sentence.text, self.index, sentence.cites, is_opening=is_opening)
        exit_fault = self.exit_fault(sentence.text)
        faults = (*sentence.faults, *((exit_fault,) if exit_fault else ()))
        if faults:
            finding = replace(finding, verdict=Verdict.UNSUPPORTED, reasons=tuple(dict.fromkeys(faults)))
        return _barred(finding) if _key(sentence.text) in self.barred else finding

    def exit_fault(self, text: str) -> str:
        return find_exit_fault(text, self.language or self.index.language) if self.closes_exits else ""

    def withdraw(self, brief: Brief) -> CheckedDraft:
        dek = self.keep(Part.DEK, brief.dek) if brief.dek is not None else None
        what_happened = tuple(s for one in brief.what_happened if (s := self.keep(Part.WHAT_HAPPENED, one)))
        insights = tuple(i for insight in brief.insights if (i := self.keep_insight(insight)))
        takeaways = tuple(s for one in brief.takeaways if (s := self.keep(Part.TAKEAWAYS, one)))
        return CheckedDraft(dek, what_happened, insights, takeaways, tuple(self.withheld))

    def keep(self, part: Part, sentence: BriefSentence) -> BriefSentence | None:
        """The sentence itself where it is not barred, else its replacement or None."""
        if _key(sentence.text) not in self.barred:
            return sentence
        finding = _barred(sentence.finding)
        return self.replace(part, DraftSentence(sentence.text), finding, self.source_for(part, finding))

    def keep_insight(self, insight: Insight) -> Insight | None:
        explanation = self.keep(Part.INSIGHT, insight.explanation)
        title: BriefSentence | None = insight.title
        if _key(insight.title.text) in self.barred:
            source = _title_from(explanation.text) if explanation is not None and self.replaces else ""
            source = "" if _key(source) in self.barred else source
            finding = _barred(insight.title.finding)
            title = self.replace(Part.INSIGHT_TITLE, DraftSentence(insight.title.text), finding, source)
        return Insight(title, explanation) if title is not None and explanation is not None else None

    def replace(self, part: Part, sentence: DraftSentence, finding: Finding, replacement: str) -> BriefSentence | None:
        if replacement:
            new_finding = check_sentence(replacement, self.index)
            if new_finding.verdict is not Verdict.UNSUPPORTED:
                self.used.add(_key(replacement))
                self.withheld.append(Withheld(part, sentence.text, finding, Outcome.REPAIRED, replacement))
                return BriefSentence(replacement, new_finding)
        self.withheld.append(Withheld(part, sentence.text, finding, Outcome.DROPPED))
        return None

    def source_for(self, part: Part, finding: Finding) -> str:
        """The first sentence of the evidence that fits the part and is not in the brief, or ""."""
        if not self.replaces:
            return ""
        fewest, most = _WORDS[part]
        for span in finding.evidence:
            text = self.index.article.text[span.start : span.end]
            if fewest <= len(text.split()) <= most and self.is_free(text) and _stands_alone(text):
                if self.exit_fault(text):
                    continue
                return text
        return ""

    def is_free(self, text: str) -> bool:
        return _key(text) not in self.used | self.barred

    def settle_insight(self, insight: DraftInsight) -> Insight | None:
        explanation = self.settle(Part.INSIGHT, insight.explanation)
        title_finding = self.check(insight.title)
        if explanation is None:
            self.withheld.append(Withheld(Part.INSIGHT_TITLE, insight.title.text, title_finding, Outcome.DROPPED))
            return None
        if title_finding.verdict is not Verdict.UNSUPPORTED:
            return Insight(BriefSentence(insight.title.text, title_finding), explanation)
        title = self.replace(Part.INSIGHT_TITLE, insight.title, title_finding, _title_from(explanation.text))
        if title is None:
            self.withheld.append(Withheld(Part.INSIGHT, explanation.text, explanation.finding, Outcome.DROPPED))
            return None
        return Insight(title, explanation)


def _barred(finding: Finding) -> Finding:
    return replace(finding, verdict=Verdict.UNSUPPORTED, reasons=(WITHDRAWN_REASON,))


def _all_sentences(draft: Draft) -> list[DraftSentence]:
    insights = [insight.explanation for insight in draft.insights]
    dek = [draft.dek] if draft.dek is not None else []
    return [*dek, *draft.what_happened, *insights, *draft.takeaways]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


_DANGLING_WORDS = "he she it they this that these those but and or so his her their its such him them"
_DANGLING = frozenset(_DANGLING_WORDS.split())


def _stands_alone(text: str) -> bool:
    words = text.split()
    return bool(words) and words[0].strip("“\"'‘").casefold() not in _DANGLING


def _title_from(explanation: str) -> str:
    """The words of the explanation up to its first punctuation mark, where they make a title, or ""."""
    fewest, most = _TITLE_WORDS
    clause = explanation
    for mark in (",", ";", ":", " – ", " — ", "."):
        clause = clause.split(mark, 1)[0]
    words = clause.split()
    if len(explanation.split()) - len(words) < _MIN_REST_WORDS:
        return ""
    return clause.strip() if fewest <= len(words) <= most and _stands_alone(clause) else ""

"""The checker: sentences and an article to findings."""

from __future__ import annotations

from collections.abc import Sequence

from nutgraf.domain.article import Article
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.stages.check.evidence import rank_sentences
from nutgraf.stages.check.extract_match import match_extract
from nutgraf.stages.check.faults import Fault, find_foreign
from nutgraf.stages.check.features import measure_support
from nutgraf.stages.check.index import MAX_CLAIM_CHARS, ArticleIndex, Reading, read
from nutgraf.stages.check.score import load_scale

EXTRACT_SCORE = 0.99
HARD_FAULT_SCORE = 0.2
"""A hard fault divides the score by five: the order among faulty sentences stays meaningful."""

_MAX_REASONS = 5


def check_sentences(
    sentences: Sequence[str], article: Article, *, cites: Sequence[tuple[int, ...]] | None = None
) -> list[Finding]:
    """One finding per sentence, in their order.

    `cites` may hold, per sentence, the indexes of the source sentences that the writer says it rests on: hints for
    the search, never proof. A sentence of the article, whole or shortened between its punctuation marks, is supported
    by exactly that sentence. Raises ValueError where `cites` has another length than `sentences`.
    """
    if cites is not None and len(cites) != len(sentences):
        raise ValueError("cites must be given for every sentence or not at all")
    index = ArticleIndex(article)
    return [check_sentence(text, index, cites[i] if cites is not None else ()) for i, text in enumerate(sentences)]


def check_sentence(text: str, index: ArticleIndex, cites: Sequence[int] = ()) -> Finding:
    """The finding for one sentence against an article that is indexed already."""
    if len(text) > MAX_CLAIM_CHARS:
        return Finding(Verdict.UNSUPPORTED, 0.0, (), ("the sentence is too long to be checked",))
    claim = read(text, index.language)
    if not claim.tokens.words or not index.article.sentences:
        return Finding(Verdict.UNSUPPORTED, 0.0, (), ("there is nothing to compare",))
    candidates, evidence = rank_sentences(claim, index, cites)
    match = match_extract(claim, candidates, index)
    foreign = find_foreign(claim, index)
    if match is not None:
        evidence = [match.sentence]
        if match.lost:
            foreign.append(Fault("qualifier", f"the article says “{match.lost}”, which is left out"))
        elif match.is_safe and not any(fault.is_hard for fault in foreign):
            return Finding(Verdict.SUPPORTED, EXTRACT_SCORE, _spans(evidence, index), ())
    return _weigh(claim, evidence, foreign, index)


def _weigh(claim: Reading, evidence: list[int], faults: list[Fault], index: ArticleIndex) -> Finding:
    scale = load_scale()
    support = measure_support(claim, evidence, index)
    features = {name: getattr(support, name) for name in support.__slots__}
    features["soft_faults"] = float(sum(not fault.is_hard for fault in faults))
    score = scale.score(features)
    reasons = tuple(dict.fromkeys(fault.reason for fault in faults))[:_MAX_REASONS]
    if any(fault.is_hard for fault in faults):
        return Finding(Verdict.UNSUPPORTED, score * HARD_FAULT_SCORE, _spans(evidence, index), reasons)
    verdict = scale.verdict(score)
    if verdict is not Verdict.SUPPORTED and not reasons:
        reasons = (_overlap_reason(claim, index),)
    return Finding(verdict, score, _spans(evidence, index), reasons)


def _overlap_reason(claim: Reading, index: ArticleIndex) -> str:
    unseen = [claim.tokens.words[place] for place in claim.content if claim.lemmas[place] not in index.positions]
    if unseen:
        return "words that the article does not use: " + ", ".join(dict.fromkeys(unseen[:6]))
    return "the article does not say these words together"


def _spans(evidence: list[int], index: ArticleIndex) -> tuple[Span, ...]:
    sentences = index.article.sentences
    return tuple(Span(sentences[number].start, sentences[number].end) for number in sorted(set(evidence)))

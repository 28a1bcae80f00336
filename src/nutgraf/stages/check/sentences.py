"""The checker: sentences and an article to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.domain.article import Article
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.stages.check.clauses import compare_roles
from nutgraf.stages.check.company import find_company_faults
from nutgraf.stages.check.evidence import rank_sentences, with_naming_sentences
from nutgraf.stages.check.exchanged import find_exchanged
from nutgraf.stages.check.extract_match import match_extract
from nutgraf.stages.check.faults import MARKED_KINDS, Fault, find_foreign
from nutgraf.stages.check.features import kin_by_place, measure
from nutgraf.stages.check.fusion import find_fused
from nutgraf.stages.check.index import MAX_CLAIM_CHARS, ArticleIndex, Reading, read
from nutgraf.stages.check.polarity import compare_polarity
from nutgraf.stages.check.score import load_scale
from nutgraf.stages.check.sense import find_turned, keeps_close
from nutgraf.stages.check.ties import neighbour_ties
from nutgraf.text.quotations import fold_quotation

EXTRACT_SCORE = 0.99
HARD_FAULT_SHARE = 0.4
"""What a hard fault leaves of the score: the order among faulty sentences stays meaningful."""

_MAX_REASONS = 5
_NEAR_LOOSE = 0.5


def check_sentences(
    sentences: Sequence[str], article: Article, *, cites: Sequence[tuple[int, ...]] | None = None
) -> list[Finding]:
    """One finding per sentence, in their order.

    `cites` may hold, per sentence, the indexes of the source sentences that the writer says it rests on: hints for
    the search, never proof. A sentence of the article, whole or shortened between its punctuation marks, is supported
    by exactly that sentence. Two and more are taken to follow one another: "he" in the second may be the first's
    subject. Raises ValueError where `cites` has another length than `sentences`.
    """
    if cites is not None and len(cites) != len(sentences):
        raise ValueError("cites must be given for every sentence or not at all")
    index = ArticleIndex(article)
    hints = cites if cites is not None else [()] * len(sentences)
    return [
        check_sentence(text, index, hint, is_opening=number == 0 < len(sentences) - 1)
        for number, (text, hint) in enumerate(zip(sentences, hints, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found out about a claim: evidence (sentence indexes), faults, features (none for an extract)."""

    evidence: list[int]
    faults: list[Fault]
    features: dict[str, float]
    is_extract: bool = False


def check_sentence(text: str, index: ArticleIndex, cites: Sequence[int] = (), *, is_opening: bool = True) -> Finding:
    """The finding for one sentence against an article that is indexed already.

    `is_opening`: no sentence goes before it that could say who its "he" is.
    """
    if len(text) > MAX_CLAIM_CHARS:
        return Finding(Verdict.UNSUPPORTED, 0.0, (), ("the sentence is too long to be checked",))
    claim = read(text, index.language)
    if not claim.tokens.words or not index.sentence_tokens:
        return Finding(Verdict.UNSUPPORTED, 0.0, (), ("there is nothing to compare",))
    examination = examine(claim, index, cites, is_opening=is_opening)
    if examination.is_extract:
        return Finding(Verdict.SUPPORTED, EXTRACT_SCORE, _spans(examination.evidence, index))
    evidence = _spans(with_naming_sentences(claim, examination.evidence, index), index)
    scale = load_scale()
    score = min(scale.score(examination.features), EXTRACT_SCORE)
    reasons = tuple(dict.fromkeys(fault.reason for fault in examination.faults))[:_MAX_REASONS]
    if any(fault.is_hard for fault in examination.faults):
        return Finding(Verdict.UNSUPPORTED, score * HARD_FAULT_SHARE, evidence, reasons)
    verdict = scale.verdict(score)
    if verdict is Verdict.SUPPORTED:
        if not any(fault.kind in MARKED_KINDS for fault in examination.faults):
            return Finding(verdict, score, evidence)
        verdict = Verdict.WEAK
    if verdict is not Verdict.SUPPORTED and not reasons:
        reasons = (_overlap_reason(claim, index),)
    return Finding(verdict, score, evidence, reasons)


def examine(claim: Reading, index: ArticleIndex, cites: Sequence[int] = (), *, is_opening: bool = True) -> Examination:
    """Find the evidence for `claim`, its faults, and how far the article carries it.

    `is_opening`: no sentence goes before it that could say who its "he" is.
    """
    candidates, evidence = rank_sentences(claim, index, cites)
    match = match_extract(claim, candidates, index)
    faults = find_foreign(claim, evidence, index)
    if match is not None:
        evidence = [match.sentence]
        if match.lost:
            faults.append(Fault("left_out", f"the article says “{match.lost}”, which is left out"))
        elif match.is_safe and (fold_quotation(claim.text) in index.folded or not any(f.is_hard for f in faults)):
            return Examination(evidence, [], {}, is_extract=True)
    kin = kin_by_place(claim, index)
    polarity = compare_polarity(claim, kin, evidence, index)
    ties = neighbour_ties(list(kin.values()), claim.content, index)
    novel = sum(not word for word in kin.values()) / max(1, len(kin))
    is_close = keeps_close(claim, ties.loose, novel)
    is_near = novel == 0.0 and ties.loose <= _NEAR_LOOSE
    roles = compare_roles(claim, kin, index, is_close=is_close, is_near=is_close or is_near)
    faults.extend(find_turned(claim, kin, evidence, polarity, novel, index, is_close=is_close))
    faults.extend(roles.faults)
    faults.extend(find_fused(claim, kin, candidates, index, is_close=is_close))
    faults.extend(find_company_faults(claim, evidence, index, is_close=is_close))
    faults.extend(find_exchanged(claim, evidence, index))
    return Examination(
        evidence, faults, measure(claim, kin, evidence, faults, polarity, ties, roles, index, is_opening=is_opening)
    )


def _overlap_reason(claim: Reading, index: ArticleIndex) -> str:
    unseen = [claim.tokens.words[place] for place in claim.content if claim.lemmas[place] not in index.positions]
    if unseen:
        return "words that the article does not use: " + ", ".join(dict.fromkeys(unseen[:6]))
    return "the article does not say these words together"


def _spans(evidence: list[int], index: ArticleIndex) -> tuple[Span, ...]:
    sentences = index.article.sentences
    return tuple(Span(sentences[number].start, sentences[number].end) for number in sorted(set(evidence)))

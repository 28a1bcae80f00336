"""Faults that show in the company a word keeps: pronouns, names said twice, words of scope, causes, speakers."""

from __future__ import annotations

from collections.abc import Sequence

from nutgraf.stages.check.faults import Fault
from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.stages.check.lexicon import CAUSES, SCOPES
from nutgraf.text.lexicon import load_lexicon
from nutgraf.text.names import Name
from nutgraf.text.places import place_key
from nutgraf.text.quotations import Quotation, find_quotations, locate_quotation

_GENDERS = (frozenset(("he", "him", "his", "himself")), frozenset(("she", "her", "hers", "herself")))
_LOOSE_CAUSES = frozenset(["after", "as", "since", "following", "for", "over", "so", "when", "that", "which"])
_ATTRIBUTIONS = load_lexicon("en").words("attribution_verbs")
_SPEAKER_SENTENCES = 3
_SPEAKER_REACH_CHARS = 6  # "Reyl said", "Reyl has said"
_MIN_SPOKEN_WORDS = 3
_MIN_PRONOUNS = 2


def find_company_faults(claim: Reading, evidence: Sequence[int], index: ArticleIndex, *, is_close: bool) -> list[Fault]:
    """Faults of an English `claim` that rests on the sentences `evidence`, and keeps close to their words or not."""
    if index.language != "en":
        return []
    return [
        *_pronoun_faults(claim, index),
        *_repeated_names(claim),
        *_scope_faults(claim, evidence, index),
        *_cause_faults(claim, evidence, index, is_close=is_close),
        *_speaker_faults(claim, index),
    ]


def _pronoun_faults(claim: Reading, index: ArticleIndex) -> list[Fault]:
    """He where the article knows only she, or the reverse."""
    for own, other in (_GENDERS, _GENDERS[::-1]):
        said = next((word for word in claim.tokens.words if word in own), "")
        if said and not own & index.surface:
            given = [word for word in index.reading.tokens.words if word in other]
            if len(given) >= _MIN_PRONOUNS:
                return [Fault("pronoun", f"the article says “{given[0]}”, never “{said}”")]
    return []


def _repeated_names(claim: Reading) -> list[Fault]:
    """One and the same full name twice in a sentence, where two people are meant to stand."""
    seen: set[tuple[str, ...]] = set()
    for name in claim.names:
        if len(name.words) > 1 and name.words in seen:
            return [Fault("repeated", f"“{name.text}” stands in two places of one sentence", is_hard=False)]
        seen.add(name.words)
    return []


def _scope_faults(claim: Reading, evidence: Sequence[int], index: ArticleIndex) -> list[Fault]:
    """Only, all, never, most: words of scope that no sentence of the evidence has, nor another of their group."""
    held = _evidence_words(evidence, index)
    faults = []
    for word in dict.fromkeys(claim.tokens.words):
        group = SCOPES.get(word)
        if group is not None and not group & held:
            faults.append(Fault("scope", f"the article does not say “{word}” of this", is_hard=False))
    return faults


def _cause_faults(claim: Reading, evidence: Sequence[int], index: ArticleIndex, *, is_close: bool) -> list[Fault]:
    """A cause between facts for which the evidence gives none; in one sentence, a time may stand for it (after)."""
    said = next((word for word in claim.tokens.words if word in CAUSES), "")
    held = _evidence_words(evidence, index)
    if not said or held & CAUSES or (len(evidence) == 1 and held & _LOOSE_CAUSES):
        return []
    return [Fault("cause", f"the article does not give the cause that “{said}” claims", is_hard=is_close)]


def _evidence_words(evidence: Sequence[int], index: ArticleIndex) -> set[str]:
    words = index.reading.tokens.words
    return {word for sentence in evidence for word in words[slice(*index.sentence_tokens[sentence])]}


def _speaker_faults(claim: Reading, index: ArticleIndex) -> list[Fault]:
    """Quoted words put into the mouth of somebody whom the article has nowhere near them."""
    faults = []
    for quotation in find_quotations(claim.text):
        if len(quotation.words.split()) < _MIN_SPOKEN_WORDS:
            continue
        place = locate_quotation(quotation.words, index.plain)
        speaker = _speaker(claim, quotation)
        if place is None or speaker is None:
            continue
        first, last = _sentences_at(place, index)
        spoken = {word for sentence in range(first, last + 1) for word in _evidence_words((sentence,), index)}
        others = _evidence_words(range(max(0, first - _SPEAKER_SENTENCES), first), index)
        others |= _evidence_words(range(last + 1, min(last + 2, len(index.sentence_tokens))), index)
        surname = speaker.words[-1]
        if surname in spoken or surname not in index.surface or place_key(surname):
            continue
        names = [name for name in index.reading.names if _is_beside(name, place, index)]
        if names or surname not in others:
            given = f": there “{names[0].text}” speaks" if names else ""
            faults.append(Fault("speaker", f"the article does not give these quoted words to “{speaker.text}”{given}"))
    return faults


def _speaker(claim: Reading, quotation: Quotation) -> Name | None:
    """The name outside the quotation that stands right before or right after a verb of saying."""
    tokens = claim.tokens
    verbs = [i for i, word in enumerate(tokens.words) if word in _ATTRIBUTIONS]
    for name in claim.names:
        if quotation.start <= name.start < quotation.end:
            continue
        for verb in verbs:
            before = tokens.starts[verb] - name.end
            after = name.start - tokens.ends[verb]
            if (0 < before <= _SPEAKER_REACH_CHARS and name.end <= tokens.starts[verb]) or 0 < after <= 2:
                return name
    return None


def _sentences_at(place: tuple[int, int], index: ArticleIndex) -> tuple[int, int]:
    """The first and last sentence of the article that characters `place` touch."""
    touched = [s.index for s in index.article.sentences if s.start < place[1] and place[0] < s.end]
    return (touched[0], touched[-1]) if touched else (0, 0)


def _is_beside(name: Name, place: tuple[int, int], index: ArticleIndex) -> bool:
    """Whether a verb of saying and `name` stand together in the sentence of the quotation, outside of it."""
    first, last = _sentences_at(place, index)
    bounds = index.article.sentences[first].start, index.article.sentences[last].end
    if not (bounds[0] <= name.start < bounds[1]) or place[0] <= name.start < place[1]:
        return False
    around = index.text[max(bounds[0], name.start - 40) : min(bounds[1], name.end + 40)].casefold()
    return any(word in _ATTRIBUTIONS for word in around.split())

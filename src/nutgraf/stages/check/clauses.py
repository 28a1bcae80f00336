"""Who did what to whom, as far as word order tells: the verbs of an English text with what stands before and after.

A light reading by word classes, without a parser. It is asked for reasons to doubt, so that what it cannot tell
counts as agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nutgraf.stages.check.faults import Fault
from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.text.lexicon import load_lexicon

Mode = Literal["fact", "future", "open"]
"""What a verb's group says of it: that it happened or happens, that it will, or that it may."""

_ENGLISH = load_lexicon("en")
_VERB_FORMS = _ENGLISH.verb_forms
_NOT_BEFORE_VERBS = _ENGLISH.words("determiners") | _ENGLISH.words("adjectives") | _ENGLISH.words("possessives")
_PREPOSITIONS = _ENGLISH.words("prepositions") - {"to"}
_BE = _ENGLISH.words("be_forms") | frozenset(("get", "gets", "got", "getting"))
_ATTRIBUTIONS = _ENGLISH.words("attribution_verbs")
_OPEN_WORDS = """
may might could would should can if whether unless possibly perhaps likely unlikely reportedly allegedly plan plans
planned planning want wants wanted intend intends intended expect expects expected hope hopes hoped threaten threatens
threatened vow vows vowed try tries tried trying attempt attempts attempted seek seeks sought aim aims aimed ask asks
asked urge urges urged consider considers considered considering propose proposes proposed suggest suggests suggested
demand demands demanded refuse refuses refused fail fails failed decline declines declined accused alleged suspected
ready likely must
"""
_OPEN = frozenset(_OPEN_WORDS.split())
_FUTURE = frozenset(("will", "shall", "'ll", "wo"))
_HELPERS = (
    _ENGLISH.words("auxiliaries")
    | _ENGLISH.words("adverbs")
    | _ENGLISH.words("modals")
    | _ENGLISH.words("negations")
    | frozenset(("to",))
) - _OPEN
_GROUP_TOKENS = 5
_SIDE_TOKENS = 10
_MAX_OCCURRENCES = 12
_MIN_ED_CHARS = 5


@dataclass(frozen=True, slots=True)
class Predicate:
    """The verb at token `place`: `before` and `after` are the places of content words on its sides, nearest first.

    A passive verb's agent stands after it, behind "by".
    """

    place: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    is_passive: bool
    mode: Mode


def is_verb(reading: Reading, place: int) -> bool:
    """Whether the word at `place` is used as a verb, judged by its form and the word before it."""
    word = reading.tokens.words[place]
    start = reading.tokens.starts[place]
    if reading.text[start - 1 : start] == "-":
        return False  # cloud-based
    form = _VERB_FORMS.get(word, "")
    before = reading.tokens.words[place - 1] if place else ""
    if form in ("past", "participle", "past_or_participle"):
        return before not in _NOT_BEFORE_VERBS
    if form:
        return before not in _NOT_BEFORE_VERBS and before not in _PREPOSITIONS
    return len(word) >= _MIN_ED_CHARS and word.endswith("ed") and before not in _NOT_BEFORE_VERBS


def predicate_at(reading: Reading, place: int, bounds: tuple[int, int]) -> Predicate:
    """The predicate of the verb at `place`, whose sentence has the tokens `bounds` (start, end)."""
    words = reading.tokens.words
    first, last = bounds
    group = _verb_group(words, place, first)
    is_participle = _VERB_FORMS.get(words[place], "") in ("participle", "past_or_participle", "base_or_past") or words[
        place
    ].endswith(("ed", "en"))
    reach = words[max(first, place - 3) : place]
    following = words[place + 1 : min(last, place + _SIDE_TOKENS)]
    is_passive = is_participle and (any(word in _BE for word in reach) or "by" in following[:3])
    mode: Mode = "future" if group & _FUTURE else "open" if group & _OPEN or "to" in group else "fact"
    content = reading.content_places
    before = tuple(p for p in range(place - 1, max(first, place - _SIDE_TOKENS) - 1, -1) if p in content)
    after = tuple(p for p in range(place + 1, min(last, place + 1 + _SIDE_TOKENS)) if p in content)
    return Predicate(place, before, after, is_passive, mode)


def _verb_group(words: Sequence[str], place: int, first: int) -> frozenset[str]:
    """The helping words before a verb (may not have been) and the word before those (plans to, asked to)."""
    at = place - 1
    while at > first and place - at < _GROUP_TOKENS and words[at] in _HELPERS:
        at -= 1
    return frozenset(words[max(first, at) : place])


@dataclass(frozen=True, slots=True)
class Roles:
    """What a claim's verbs raise: faults, and how many are unknown to the article or have a strange subject, object."""

    faults: tuple[Fault, ...] = ()
    strange_verbs: int = 0
    strange_subjects: int = 0
    strange_objects: int = 0


def compare_roles(
    claim: Reading, kin: Mapping[int, str], index: ArticleIndex, *, is_close: bool, is_near: bool
) -> Roles:
    """The Roles of `claim`; `kin` gives the article's lemma for each content place, or "".

    `is_close` and `is_near` say how far the claim keeps to the article's words: two names the other way round are a
    hard fault only in a close one.
    """
    if index.language != "en":
        return Roles()
    faults: list[Fault] = []
    verbs = subjects = objects = 0
    words = claim.tokens.words
    names = _name_places(claim)
    for place in claim.content:
        if words[place] in _ATTRIBUTIONS or not is_verb(claim, place):
            continue
        given = _occurrences(kin[place], index)
        said = predicate_at(claim, place, (0, len(words)))
        if not kin[place]:
            verbs += 1
            faults.extend(_predicate_faults(said, claim, kin, index))
        if not given:
            continue
        subject, thing = (
            next((p for p in side if kin[p] and _is_noun(claim, p)), -1) for side in (said.before, said.after)
        )
        subjects += subject >= 0 and not any(_has_side(kin[subject], said, other, index, True) for other in given)
        objects += thing >= 0 and not any(_has_side(kin[thing], said, other, index, False) for other in given)
        is_named = {subject, thing} <= names
        if is_named and _is_swapped(kin[subject], kin[thing], said, given, index):
            reason = f"the article has “{words[subject]}” and “{words[thing]}” the other way round"
            faults.append(Fault("roles", reason, is_hard=is_close))
        if is_near and said.mode == "fact" and all(other.mode != "fact" for other in given):
            openly = any(other.mode == "open" for other in given)
            how = "as something that may happen" if openly else "as something still to come"
            faults.append(Fault("mode", f"the article speaks of “{words[place]}” {how}", is_hard=False))
    return Roles(tuple(faults), verbs, subjects, objects)


def _predicate_faults(said: Predicate, claim: Reading, kin: Mapping[int, str], index: ArticleIndex) -> list[Fault]:
    """A verb of the claim's own between two names that the article puts together with other verbs."""
    names = _name_places(claim)
    subject, thing = (next((p for p in side[:1] if p in names), -1) for side in (said.before, said.after))
    if subject < 0 or thing < 0 or not kin[subject] or not kin[thing]:
        return []
    sentences = [{index.sentence_of[p] for p in index.positions[kin[place]]} for place in (subject, thing)]
    if not sentences[0] & sentences[1]:
        return []
    words = claim.tokens.words
    reason = f"the article does not say that “{words[subject]}” “{words[said.place]}” “{words[thing]}”"
    return [Fault("predicate", reason, is_hard=False)]


def _has_side(word: str, said: Predicate, given: Predicate, index: ArticleIndex, is_before: bool) -> bool:
    """Whether `word` stands on the same side of the verb in the article (the other side in the other voice).

    A subject may stand in the sentence before, taken up by a pronoun.
    """
    sentence = index.sentence_of[given.place]
    if is_before != (said.is_passive != given.is_passive):
        first = index.sentence_tokens[max(0, sentence - 1)][0]
        return any(first <= p < given.place for p in index.positions[word])
    return any(index.sentence_of[p] == sentence and p > given.place for p in index.positions[word])


def _name_places(claim: Reading) -> frozenset[int]:
    starts = claim.tokens.starts
    return frozenset(i for name in claim.names for i, start in enumerate(starts) if name.start <= start < name.end)


def _is_noun(claim: Reading, place: int) -> bool:
    """Whether a content word may be who does or to whom it is done: no numeral, no adjective, no part of a compound."""
    word = claim.tokens.words[place]
    end = claim.tokens.ends[place]
    return not word[0].isdigit() and word not in _NOT_BEFORE_VERBS and claim.text[end : end + 1] != "-"


def _occurrences(verb: str, index: ArticleIndex) -> list[Predicate]:
    if not verb:
        return []
    if verb not in index.predicates:
        index.predicates[verb] = [
            predicate_at(index.reading, place, index.sentence_tokens[index.sentence_of[place]])
            for place in index.positions[verb][:_MAX_OCCURRENCES]
            if is_verb(index.reading, place)
        ]
    return index.predicates[verb]


def _is_swapped(subject: str, thing: str, said: Predicate, given: Sequence[Predicate], index: ArticleIndex) -> bool:
    """Whether the article has both with this verb, the other way round only."""
    lemmas = index.reading.lemmas
    is_reversed = False
    for other in given:
        before, after = ({lemmas[p] for p in side} for side in (other.before, other.after))
        if said.is_passive != other.is_passive:
            before, after = after, before
        if subject in before or thing in after or not subject or not thing:
            return False
        is_reversed = is_reversed or (subject in after and thing in before)
    return is_reversed

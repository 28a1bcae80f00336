"""From an article and the texts of its brief to the entities that the brief names; none where it is not sure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nutgraf.domain.article import Article
from nutgraf.domain.entity import Entity, EntityKind
from nutgraf.stages.name.known import Known, KnownName, load_known
from nutgraf.stages.name.organisations import organisation_of
from nutgraf.stages.name.people import PersonSpan, full_name_of, person_of, surnames_alone
from nutgraf.stages.name.spans import Span, Word, find_spans, is_joined, split_words
from nutgraf.text.words import fold_typography, without_accents

MAX_ENTITIES = 6
MAX_TEXT_CHARACTERS = 30_000
MAX_SLUG_CHARACTERS = 80
LANGUAGE = "en"
"""The lists and cues are of this language; in others capitals or titles mean something else."""

_LOWER_WORD = re.compile(r"(?<![\w'’-])[^\W\d_A-Z]\w+")
_ADJECTIVES = frozenset(("U.S.", "U.S.A.", "U.K.", "UK"))
_TEXT_WEIGHTS = (4, 3, 1)
"""What a name counts in the headline, in the dek, and in each later sentence of a brief."""


@dataclass(slots=True)
class _Evidence:
    """What an article shows of names."""

    people: dict[str, PersonSpan] = field(default_factory=dict)
    sure_people: set[str] = field(default_factory=set)
    alone: Counter[str] = field(default_factory=Counter)
    other_names: set[tuple[str, ...]] = field(default_factory=set)
    organisations: dict[str, set[str]] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)
    kinds: dict[str, EntityKind] = field(default_factory=dict)


def find_entities(article: Article, brief_texts: Sequence[str]) -> list[Entity]:
    """At most MAX_ENTITIES people, places and organisations of `brief_texts` that `article` shows to be such.

    `brief_texts` are the headline and the brief's sentences in the order of the page. What matters most is first.
    """
    if article.language.partition("-")[0] != LANGUAGE:
        return []
    known = load_known()
    evidence = _read(article, known)
    texts = [split_words(text) for text in brief_texts]
    rated: dict[tuple[EntityKind, str], tuple[int, Entity]] = {}
    for entity, forms in _named(evidence):
        score = _rate(texts, forms, known)
        if score and entity.name != article.publisher:
            rated.setdefault((entity.kind, entity.slug), (score, entity))
    found = sorted(rated.values(), key=lambda item: (-item[0], item[1].kind is EntityKind.PLACE, item[1].name))
    return [entity for _, entity in found[:MAX_ENTITIES]]


def entity_slug(name: str) -> str:
    """The name as an address, without accents; empty where it has no letter of ours."""
    plain = without_accents(unicodedata.normalize("NFKC", name)).casefold().replace("'", "").replace(".", "")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_SLUG_CHARACTERS].strip("-")


def _read(article: Article, known: Known) -> _Evidence:
    evidence = _Evidence()
    text = fold_typography(article.text[:MAX_TEXT_CHARACTERS])
    lower_words = set(_LOWER_WORD.findall(text))
    for source in article.sentences:
        if source.end > len(text):
            break
        sentence = text[source.start : source.end]
        words = split_words(sentence)
        if not words or sum(not word.is_capital for word in words) * 3 < len(words):
            continue  # a heading, a list of names: capitals tell nothing
        spans = list(find_spans(words, lower_words | known.sentence_openers, known.given_names))
        evidence.alone.update(surnames_alone(words, spans, known))
        taken = [
            _note_known(words, place, found, lower_words, known, evidence)
            for place, found in _known_names(words, known)
        ]
        for span in spans:
            if not any(other.first <= span.first and span.last <= other.last for other in taken if other):
                _note_span(sentence, words, span, known, evidence)
    _decide_people(evidence)
    return evidence


def _note_span(sentence: str, words: Sequence[Word], span: Span, known: Known, evidence: _Evidence) -> None:
    organisation = organisation_of(sentence, words, span, known)
    if organisation is not None:
        name, acronym = organisation
        evidence.organisations.setdefault(name, {name}).update((acronym,) if acronym else ())
        return
    person = person_of(sentence, words, span, known)
    if person is None:
        evidence.other_names.add(full_name_of(words, span, known))
        return
    earlier = evidence.people.get(person.name)
    if earlier is None or (person.has_cue and not earlier.has_cue):
        evidence.people[person.name] = person
    if person.has_cue and person.has_given_name:
        evidence.sure_people.add(person.name)


def _decide_people(evidence: _Evidence) -> None:
    """Who is called by the surname alone later is a person; a title needs that where the given name is not known."""
    for name, person in evidence.people.items():
        if evidence.alone[person.surname.split()[-1]] and (person.has_given_name or person.has_title):
            evidence.sure_people.add(name)


def _known_names(words: Sequence[Word], known: Known) -> Iterator[tuple[Span, KnownName]]:
    """Names of the lists that stand in a sentence, the longest at a place."""
    index = 0
    while index < len(words):
        longest = known.longest_of.get(words[index].text, 0)
        for count in range(min(longest, len(words) - index), 0, -1):
            found = known.names.get(tuple(word.text for word in words[index : index + count]))
            if found is not None and all(is_joined(words, at) for at in range(index + 1, index + count)):
                yield Span(index, index + count), found
                index += count - 1
                break
        index += 1


def _note_known(
    words: Sequence[Word], place: Span, found: KnownName, lower_words: set[str], known: Known, evidence: _Evidence
) -> Span | None:
    """Note a name of the lists where it stands for itself; the span that it takes up, None where it does not."""
    spelling = " ".join(word.text for word in words[place.first : place.last])
    if not _stands_alone(words, place, known) or spelling.casefold() in lower_words:
        return None
    if spelling in _ADJECTIVES and not _is_noun(words, place, known):
        return place
    if found.needs_place_cue and not _is_placed(words, place, known):
        return place
    evidence.known.setdefault(found.name, {found.name}).add(spelling)
    evidence.kinds[found.name] = found.kind
    return place


def _is_title(word: Word, known: Known) -> bool:
    return word.folded in known.person_titles or word.folded in known.title_qualifiers


def _is_noun(words: Sequence[Word], place: Span, known: Known) -> bool:
    if place.first == 0 or words[place.first - 1].folded != "the":
        return False
    if place.last == len(words):
        return True
    follower = words[place.last]
    return follower.gap.strip() != "" or follower.folded in known.noun_followers


def _is_placed(words: Sequence[Word], place: Span, known: Known) -> bool:
    """Whether a text puts something there: "in Holm", "near Holm", "Ebb, Holm"."""
    if words[place.last - 1].is_possessive or place.first == 0:
        return False
    before = words[place.first - 1]
    return (before.folded in known.place_cues and words[place.first].gap == " ") or (
        words[place.first].gap == ", " and before.is_capital
    )


def _named(evidence: _Evidence) -> Iterator[tuple[Entity, tuple[str, ...]]]:
    """What is sure, with the forms under which a brief may name it."""
    by_bearer: dict[tuple[str, str], list[str]] = {}
    for name, person in evidence.people.items():
        by_bearer.setdefault((person.words[0], person.surname), []).append(name)
    bearers = Counter(surname for _, surname in by_bearer)
    in_people: set[str] = set()
    for (_, surname), names in by_bearer.items():
        if evidence.sure_people.isdisjoint(names):
            continue
        # With a middle name and without is one person, called as the article does first.
        is_only_bearer = bearers[surname] == 1 and not _has_namesake(names, surname, evidence)
        yield from _entity(EntityKind.PERSON, names[0], (*names, surname) if is_only_bearer else tuple(names))
        in_people.update(word for name in names for word in evidence.people[name].words)
    for name, spellings in evidence.known.items():
        if name not in in_people:
            yield from _entity(evidence.kinds[name], name, tuple(spellings))
    for name, spellings in evidence.organisations.items():
        if not any(name.startswith(f"{other} ") for other in evidence.known):  # "Gav Airlines" beside "Gav"
            yield from _entity(EntityKind.ORGANISATION, name, tuple(spellings))


def _has_namesake(names: Sequence[str], surname: str, evidence: _Evidence) -> bool:
    """Whether the article may know another by this surname, whose given name is in no list."""
    end = tuple(surname.split())
    own = [evidence.people[name].words for name in names]
    return any(
        len(other) > len(end) and other[-len(end) :] == end and not any(other[-len(name) :] == name for name in own)
        for other in evidence.other_names
    )


def _entity(kind: EntityKind, name: str, forms: tuple[str, ...]) -> Iterator[tuple[Entity, tuple[str, ...]]]:
    slug = entity_slug(name)
    if slug:
        yield Entity(kind, slug, name), forms


def _rate(texts: Sequence[Sequence[Word]], forms: Sequence[str], known: Known) -> int:
    """How much a brief makes of a name: what stands in the headline or the dek counts more; 0 where it is not named."""
    spelled = [tuple(word.text for word in split_words(form)) for form in forms]
    score = 0
    for number, words in enumerate(texts):
        if any(_names(words, form, known) for form in spelled):
            score += _TEXT_WEIGHTS[min(number, len(_TEXT_WEIGHTS) - 1)]
    return score


def _names(words: Sequence[Word], form: tuple[str, ...], known: Known) -> bool:
    """Whether a text of the brief names it, and not as a part of a longer name."""
    for first in range(len(words) - len(form) + 1):
        place = Span(first, first + len(form))
        if tuple(word.text for word in words[place.first : place.last]) == form and _stands_alone(words, place, known):
            return True
    return False


def _stands_alone(words: Sequence[Word], place: Span, known: Known) -> bool:
    """Whether no other capitalised word goes with it; titles may stand before or after."""
    before, after = place.first - 1, place.last
    if is_joined(words, after) and words[after].is_capital and not _is_title(words[after], known):
        return False
    if is_joined(words, place.first) and words[before].is_capital and before > 0:
        return _is_title(words[before], known)
    return not (before > 0 and words[before].folded == "of" and words[before - 1].is_capital)

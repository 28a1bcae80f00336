"""Which spans are people: a given name or a title, and something that only people do or are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nutgraf.stages.name.known import Known
from nutgraf.stages.name.spans import JOINERS, Span, Word, is_joined

MAX_NAME_WORDS = 5
_PARTICLES = JOINERS - {"of"}
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_NAME_WORD = re.compile(r"[^\W\d_](?:[\w]*[^\W\d_])?(?:['-][^\W\d_]+)*", re.UNICODE)
_INITIALS = re.compile(r"(?:[^\W\d_]\.){1,3}|[A-Z]{2}", re.UNICODE)
_AGE = re.compile(r", (?:who is |aged )?\d{1,2}(?:,|\.| |-year)")


@dataclass(frozen=True, slots=True)
class PersonSpan:
    """A span that may be a person: their name, and whether what stands around it says that it is one."""

    name: str
    words: tuple[str, ...]
    has_given_name: bool
    has_title: bool
    has_cue: bool

    @property
    def surname(self) -> str:
        """The last word that is no suffix, with its particles ("van der Berg")."""
        end = len(self.words) - (self.words[-1].casefold().rstrip(".") in _SUFFIXES)
        start = end - 1
        while start > 1 and self.words[start - 1] in _PARTICLES:
            start -= 1
        return " ".join(self.words[start:end])


def person_of(sentence: str, words: Sequence[Word], span: Span, known: Known) -> PersonSpan | None:
    """The person that a span may be; None where it has other words than a name has."""
    first, has_title = _after_titles(words, span, known)
    has_given_name = first < span.last and _is_given(words[first], known)
    name = [word.text for word in words[first : span.last]]
    if not 2 <= len(name) <= MAX_NAME_WORDS or not (has_given_name or has_title):
        return None
    if name[-1] in _PARTICLES or not all(_fits(word, known) for word in name[1:]) or not _fits_first(name[0], known):
        return None
    if " ".join(word.casefold().rstrip(".") for word in name) in known.not_people:
        return None
    if not has_title and first > 0 and words[first - 1].folded == "the" and is_joined(words, first):
        return None
    if name[-1].casefold().rstrip(".") in _SUFFIXES and len(name) < 3:
        return None
    return PersonSpan(
        name=" ".join(name) + "." * (name[-1] in ("Jr", "Sr")),
        words=tuple(name),
        has_given_name=has_given_name,
        has_title=has_title,
        has_cue=has_title or _has_cue(sentence, words, first, span.last, known),
    )


def full_name_of(words: Sequence[Word], span: Span, known: Known) -> tuple[str, ...]:
    """What of a span would be a full name, were its given name known; empty where it is none."""
    first, _ = _after_titles(words, span, known)
    last = span.last - (words[span.last - 1].folded in _SUFFIXES)
    name = tuple(word.text for word in words[first:last])
    return name if len(name) >= 2 and _fits_first(name[0], known) and all(_fits(word, known) for word in name) else ()


def _after_titles(words: Sequence[Word], span: Span, known: Known) -> tuple[int, bool]:
    """The first word of the name, and whether a title stands before it, also in small letters."""
    first, has_title = span.first, False
    while first < span.last - 1:
        word = words[first].folded
        if word in known.person_titles and not _is_given_with_surname(words, first, span, known):
            has_title = True
        elif word not in known.title_qualifiers:
            break
        first += 1
    if first == span.first and is_joined(words, first) and words[first - 1].folded in known.person_titles:
        has_title = True
    return first, has_title


def _is_given_with_surname(words: Sequence[Word], index: int, span: Span, known: Known) -> bool:
    """Whether a word that may be a title is a given name here ("Dean Phillips", "Earl Smith")."""
    return words[index].folded in known.given_names and span.last - index == 2


def _is_given(word: Word, known: Known) -> bool:
    first, _, second = word.folded.partition("-")
    is_double = bool(second) and first in known.given_names and first not in _PARTICLES
    return word.folded in known.given_names or is_double or _INITIALS.fullmatch(word.text) is not None


def _fits_first(word: str, known: Known) -> bool:
    if _INITIALS.fullmatch(word):
        return len(word.replace(".", "")) >= 2
    folded = word.casefold()
    return (
        _NAME_WORD.fullmatch(word) is not None
        and not word.isupper()
        and (folded in known.given_names or folded not in known.not_in_names | known.title_qualifiers)
    )


def _fits(word: str, known: Known) -> bool:
    folded = word.casefold().rstrip(".")
    if word in _PARTICLES or folded in _SUFFIXES or (_INITIALS.fullmatch(word) and word.endswith(".")):
        return True
    return (
        _NAME_WORD.fullmatch(word) is not None
        and not word.isupper()
        and folded not in known.not_in_names
        and folded not in known.person_titles
    )


def _has_cue(sentence: str, words: Sequence[Word], first: int, last: int, known: Known) -> bool:
    """An age, a relative clause, or a verb of saying right beside the name."""
    after = sentence[words[last - 1].end : words[last - 1].end + 16]
    if _AGE.match(after) or after.startswith((", who ", " who ")):
        return True
    if last < len(words) and words[last].folded in known.speech_verbs and words[last].gap == " ":
        return True
    return first > 0 and words[first - 1].folded in known.speech_verbs and words[first].gap == " "


def surnames_alone(words: Sequence[Word], spans: Sequence[Span], known: Known) -> Iterator[str]:
    """Names of one word that stand alone or after a title: "Reyl", "Mr. Reyl"."""
    for span in spans:
        first, _ = _after_titles(words, span, known)
        if span.last - first == 1:
            yield words[first].text
        elif span.last - first <= MAX_NAME_WORDS and words[first].text.casefold() in _PARTICLES:
            yield " ".join(word.text for word in words[first : span.last])

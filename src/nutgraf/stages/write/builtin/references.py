"""Sentences that open with "He" or "Her": the name is put in where the sentence before leaves no doubt who is meant."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.leaning import judge_leaning
from nutgraf.stages.write.builtin.names import NameBook
from nutgraf.text.lexicon import Lexicon

_OPENING = re.compile(r"(He|She|His|Her)\b(?![’'])")
_HE = re.compile(r"\b(?:he|his|him|himself)\b")
_SHE = re.compile(r"\b(?:she|her|hers|herself)\b")
_VERBS = "(?:said|says|told|tells|added|adds|explained|explains|wrote|recalls|recalled)"
_FIRST_NAMES = r"(?:[A-Z][\w.’'-]* ){0,3}$"
_SUBJECT_BEFORE = re.compile(rf"(?:^|{_VERBS} ){_FIRST_NAMES}")
_MARK_BEFORE = re.compile(rf"[,”\"] {_FIRST_NAMES}")
_VERB_BEHIND = re.compile(rf" {_VERBS}\b")
_NAME_ENDS = re.compile(r"\b(?![’'])")
_CHAIN = 3  # sentences in a row that may open with a pronoun for the same person
_OTHER_PEOPLE = re.compile(
    r"\b(?:father|mother|brother|sister|son|daughter|wife|husband|man|woman|boy|girl|friend|boss|colleague|"
    r"grandfather|grandmother|girlfriend|boyfriend|partner|lawyer|attorney|doctor|teacher|uncle|aunt|cousin)\b"
)


def resolve_openings(candidates: list[Candidate], text: str, book: NameBook, lexicon: Lexicon) -> list[Candidate]:
    """The candidates, those resting on a named person restated with the name; positions and order stay."""
    if lexicon.code != "en" or not any(_OPENING.match(candidate.text) for candidate in candidates):
        return candidates
    people = _People(text, book, lexicon, candidates)
    resolved: list[Candidate] = []
    person, since, rests_on = "", 0, 0
    for candidate in candidates:
        match = _OPENING.match(candidate.text)
        if match is None:
            named = people.only_one(candidate.text)
            person, since, rests_on = named, 0, candidate.index
            resolved.append(candidate)
            continue
        since += 1
        others = people.named(candidate.text) - {person}
        if not person or since > _CHAIN or others or not people.suits(person, match.group(1)):
            person = ""
            resolved.append(candidate)
            continue
        resolved.append(_restated(candidate, match, person, rests_on, lexicon) or candidate)
        if _OTHER_PEOPLE.search(candidate.text.lower()):
            person = ""
    return resolved


def _restated(
    candidate: Candidate, match: re.Match[str], person: str, rests_on: int, lexicon: Lexicon
) -> Candidate | None:
    surname = person.rsplit(" ", 1)[1]
    owner = match.group(1) in ("His", "Her")
    text = (
        surname + ("’s" if owner and "’" in candidate.text else "'s" if owner else "") + candidate.text[match.end() :]
    )
    tokens = tag_tokens(tokenize(text), lexicon)
    leaning = judge_leaning(text, tokens, lexicon)
    if leaning.previous or leaning.never:
        return None
    words = [token.low for token in tokens if token.is_word]
    return replace(
        candidate, text=text, tokens=tokens, leaning=leaning, words=words, rests_on=(rests_on,), before=candidate
    )


def _acts(surname: str, text: str) -> bool:
    """Whether the bearer of `surname` is the sentence's subject or its speaker."""
    start = text.find(surname)
    while start >= 0:
        end = start + len(surname)
        if _NAME_ENDS.match(text, end) and (
            _SUBJECT_BEFORE.search(text, 0, start)
            or (_MARK_BEFORE.search(text, 0, start) and _VERB_BEHIND.match(text, end))
        ):
            return True
        start = text.find(surname, start + 1)
    return False


class _People:
    """The people of an article: full names whose bearers speak or act, with the pronoun that goes with each."""

    def __init__(self, text: str, book: NameBook, lexicon: Lexicon, candidates: list[Candidate]) -> None:
        self._names: dict[str, str] = {}
        self._pronouns: dict[str, Counter[str]] = {}
        for surname in book.surnames():
            if book.is_person(surname):
                self._names[surname] = book.full_names(surname)[0]
        self._any = re.compile(r"\b(?:" + "|".join(map(re.escape, self._names)) + r")\b") if self._names else None
        self._full = {name for surname in book.surnames() for name in book.full_names(surname)}
        for candidate in candidates:
            person = self.only_one(candidate.text)
            if person:
                seen = self._pronouns.setdefault(person, Counter())
                low = candidate.text.lower()
                seen["he"] += len(_HE.findall(low))
                seen["she"] += len(_SHE.findall(low))

    def named(self, text: str) -> set[str]:
        """Full names of the people named in `text`."""
        return {self._names[surname] for surname in self._any.findall(text)} if self._any else set()

    def only_one(self, text: str) -> str:
        """The one person that `text` speaks of, or ""; other people, even unnamed ones, leave it open."""
        people = self.named(text)
        if len(people) != 1 or _OTHER_PEOPLE.search(text.lower()):
            return ""
        person = next(iter(people))
        if not _acts(person.rsplit(" ", 1)[1], text) or any(name in text and person not in name for name in self._full):
            return ""
        return person

    def suits(self, person: str, pronoun: str) -> bool:
        """Whether the article never uses the other pronoun where it speaks of `person` alone."""
        seen = self._pronouns.get(person, Counter())
        return not seen["she" if pronoun in ("He", "His") else "he"]

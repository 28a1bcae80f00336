"""What the writer knows of a language: word lists read from `data/languages/<code>.toml`, one file per language.

Keys of a file, all optional; strings are words separated by white space, lists are phrases, all in lower case:

- word classes: `determiners`, `articles`, `possessives`, `prepositions`, `conjunctions`, `subordinators`,
  `complementizers`, `negations`, `adverbs`, `adjectives`, `pronouns` (third person), `personal_pronouns` (of a
  person), `first_person` (and who is spoken to, again in `second_person`), `finite_verbs`, `auxiliaries`,
  `be_forms`, `modals`; `stop_words` say nothing of a topic;
- `verbs`: base forms, `base/past/participle` where irregular; English inflections are made from them.
  `intransitive` forms end a clause well, after `incomplete_verbs` an object alone does not, `incomplete_participles`
  end no passive, `done_to_participles` without an object are participles; `controlling_verbs` take an object and an
  infinitive;
- openings: `drop_openers` may be dropped before a comma, `bare_openers` without one, `lean_openers` lean on what went
  before; `dropped_links` may be dropped between commas, `dropped_adverbs` anywhere; `pointing_phrases` point back
  wherever they stand;
- nouns: `unique_nouns` need no introduction after a bare article; `vague_nouns` head no title; `content_nouns` need
  their clause with "that"; `indefinites` may be "they"; `person_nouns`, `plural_nouns`, `time_nouns`;
  `noun_modifiers`: plurals that stand before nouns; for names and dates `weekdays`, `months`, `honorifics`;
- `attribution_verbs`: who says so; `conditionals`, `scope_words`: words whose reach a cut would change, `comparatives`
  only where "than" follows;
- for titles: `event_nouns` head a phrase that tells something, behind `factive_verbs` "that" opens a fact, after
  `contested_verbs` a claim is never told as one, and `source_nouns` may be left to the explanation, as may what
  `trailing_bare_gerunds` open; a long one is rid of `spare_adverbs`, of any in -ly but `telling_adverbs`, and of
  `spare_auxiliaries`; `addressing_verbs` are said of somebody rather than that something is; names that end in
  `body_nouns` are no person's; `ing_nouns` are words in -ing that are mostly nouns, `nouns_in_ly` in -ly;
  `making_verbs` say what their object is or becomes, `giving_verbs` have two; `paired_verbs` need
  their "from" or "about"; `no_news` is what the press says of its own work;
- for titles without verb forms: `finite_endings` tell a finite verb, before one of `title_cuts` a clause may end,
  `separable_prefixes` belong to its verb, `reported_verbs` say that somebody else says it;
- `forward_cues`, `weak_forward_cues`: what looks ahead; `news_words`: what says that something is new; `furniture`:
  phrases of paragraphs outside the story, `furniture_openings` only where a sentence begins with them;
- `headline_articles` may be left out of a long title; `object_articles` begin no subject, `subject_endings` are those
  of an adjective before a subject without article;
- `phrase_articles` begin a phrase that tells a happening, its head ends in one of `event_endings` (or is one of them),
  and `phrase_ties` tie the rest to it;
- for orders (`text/orders.py`): `order_verbs` open no statement, unless one of `after_no_order` follows;
  `order_noun_verbs` are nouns or statements, too, unless one of `order_followers`, maybe after one of
  `order_particles`, or soon one of `order_objects` follows; `order_polite_verbs` need one of `order_polite_pronouns`;
  `order_pleas` and `order_plea_phrases` make an order of what follows, before which `order_openers` may stand;
  `writer_phrases` speak of the work of whoever is given the text;
- `words_for_ten`, a number: how many words say what ten English ones do;
- `aside_openers`, `trailing_droppable`, `trailing_bare_droppable`, `leading_droppable`: first words of the parts of
  a sentence that may be left out.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

_CODE = re.compile(r"[a-z]{2,3}")
_ES_ENDINGS = ("s", "x", "z", "ch", "sh", "o")
_VOWELS = "aeiou"
_NOTHING = re.compile(r"(?!)")
_NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists of one language; all empty for a language without a file (`known` is False then)."""

    code: str
    known: bool = False
    classes: dict[str, frozenset[str]] = field(default_factory=dict)
    phrases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    verb_forms: dict[str, str] = field(default_factory=dict)
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    words_for_ten: int = 10

    def words(self, name: str) -> frozenset[str]:
        """The word list called `name`, empty where the language has none."""
        return self.classes.get(name, _NO_WORDS)

    def as_many(self, english_words: int) -> int:
        """How many words of this language say about as much as `english_words` English ones."""
        return round(english_words * self.words_for_ten / 10)

    def phrase_list(self, name: str) -> tuple[str, ...]:
        """The list of phrases called `name`, longest first, empty where the language has none."""
        return self.phrases.get(name, ())

    def holds_phrase(self, name: str, text: str) -> bool:
        """Whether any of the phrases called `name` stands in lower-case `text`, be it within a word."""
        return any(map(text.__contains__, self.phrases.get(name, ())))

    def pattern(self, name: str) -> re.Pattern[str]:
        """An expression that matches any of the phrases called `name` in lower-case text; none: matches nothing."""
        return self.patterns.get(name, _NOTHING)


@cache
def load_lexicon(code: str) -> Lexicon:
    """The lexicon of the language with ISO 639 `code`; an empty one for any other string."""
    if not _CODE.fullmatch(code):
        return Lexicon(code="")
    path = resources.files("nutgraf.data") / "languages" / f"{code}.toml"
    if not path.is_file():
        return Lexicon(code=code)
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    classes = {name: frozenset(value.split()) for name, value in data.items() if isinstance(value, str)}
    phrases = {
        name: tuple(sorted(value, key=len, reverse=True)) for name, value in data.items() if isinstance(value, list)
    }
    verbs = classes.pop("verbs", frozenset())
    patterns = {name: re.compile("|".join(map(re.escape, value))) for name, value in phrases.items() if value}
    forms = _inflect_english(verbs) if code == "en" else {}
    return Lexicon(code, True, classes, phrases, forms, patterns, data.get("words_for_ten", 10))


def _inflect_english(entries: frozenset[str]) -> dict[str, str]:
    """Verb forms and what each can be: `base`, `base_or_past`, `s`, `past`, `participle`, …"""
    forms: dict[str, str] = {}
    for entry in sorted(entries):
        base, _, irregular = entry.partition("/")
        past, _, participle = irregular.partition("/")
        forms[_third_person(base)] = "s"
        forms[_ing_form(base)] = "ing"
        past = past or _regular_past(base)
        if past == base:
            forms[base] = "base_or_past"
            continue
        forms[base] = "base"
        if participle and participle != past:
            forms[past] = "past"
            if participle not in (base,):
                forms[participle] = "participle"
        else:
            forms.setdefault(past, "past_or_participle")
    return forms


def _third_person(base: str) -> str:
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(_ES_ENDINGS) else "s")


def _doubles(base: str) -> bool:
    """Whether the last consonant is doubled: one short final syllable (plan, stop) or a known longer verb."""
    if base in {
        "admit",
        "commit",
        "control",
        "permit",
        "prefer",
        "refer",
        "regret",
        "submit",
        "compel",
        "expel",
        "occur",
        "transfer",
    }:
        return True
    vowels = sum(character in _VOWELS for character in base)
    return len(base) >= 3 and vowels == 1 and base[-1] not in _VOWELS + "wxy" and base[-2] in _VOWELS


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ied"
    return base + base[-1] + "ed" if _doubles(base) else base + "ed"


def _ing_form(base: str) -> str:
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and len(base) > 2:
        return base[:-1] + "ing"
    return base + base[-1] + "ing" if _doubles(base) else base + "ing"

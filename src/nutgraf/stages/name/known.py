"""The lists of data/named_entities.toml, read once in a process."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from nutgraf.domain.entity import EntityKind
from nutgraf.stages.name.spans import split_words

_FILE = "named_entities.toml"


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the lists. `needs_place_cue`: it counts only where a text puts something in it."""

    kind: EntityKind
    name: str
    needs_place_cue: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of names beforehand. Single words are case-folded; `names` are spellings as words."""

    given_names: frozenset[str]
    person_titles: frozenset[str]
    title_qualifiers: frozenset[str]
    not_in_names: frozenset[str]
    not_people: frozenset[str]
    organisation_endings: frozenset[str]
    organisation_beginnings: frozenset[str]
    organisation_too_general: frozenset[str]
    organisation_words: frozenset[str]
    sentence_openers: frozenset[str]
    speech_verbs: frozenset[str]
    place_cues: frozenset[str]
    noun_followers: frozenset[str]
    names: dict[tuple[str, ...], KnownName]
    longest_of: dict[str, int]
    """By the first word of a known spelling, how many words the longest has."""


@cache
def load_known() -> Known:
    """The shipped lists."""
    lists = tomllib.loads(resources.files("nutgraf.data").joinpath(_FILE).read_text(encoding="utf-8"))
    names: dict[tuple[str, ...], KnownName] = {}
    for key, kind, needs_place_cue in (
        ("towns", EntityKind.PLACE, True),
        ("regions", EntityKind.PLACE, True),
        ("countries", EntityKind.PLACE, False),
        ("organisations", EntityKind.ORGANISATION, False),
    ):
        for line in lists[key].strip().splitlines():
            spellings = [spelling.strip() for spelling in line.split("|")]
            for spelling in spellings:
                names[_spelled(spelling)] = KnownName(kind, spellings[0], needs_place_cue)
    longest_of: dict[str, int] = {}
    for words in names:
        longest_of[words[0]] = max(longest_of.get(words[0], 0), len(words))
    return Known(
        **{key: frozenset(lists[key].split()) for key in lists if key not in _LINES},
        not_people=frozenset(lists["not_people"].strip().splitlines()),
        names=names,
        longest_of=longest_of,
    )


_LINES = ("not_people", "organisations", "countries", "regions", "towns")


def _spelled(spelling: str) -> tuple[str, ...]:
    return tuple(word.text for word in split_words(spelling))

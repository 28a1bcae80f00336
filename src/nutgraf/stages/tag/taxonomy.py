"""The taxonomy: topics on two levels with the cues that speak for them, read from a TOML file and checked.

The file's own head says how an entry is written. Codes are those of the IPTC Media Topics.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from nutgraf.domain.topic import Topic
from nutgraf.errors import ConfigError

MAX_BYTES = 2_000_000
MAX_TOPICS = 2_000
MAX_CUE_WORDS = 6

STRENGTHS: Mapping[str, float] = {"strong": 3.0, "cues": 1.5, "weak": 0.5}
"""The lists of cues of an entry and what one occurrence counts."""

OTHER_LANGUAGE_STRENGTH = 2.0  # one list holds both plain and strong cues

MAIN_LANGUAGE = "en"
ANY_LANGUAGE = ""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_IPTC_CODE = re.compile(r"[0-9]{8}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TOKEN = re.compile(r"[^\W_]+|[.,;:!?\n…](?=\s|$)")
_HEADER = re.compile(r"\s*\[\[\s*topic\s*\]\]")
_TEXT_KEYS = ("slug", "name", "iptc", "definition")
_ENTRY_KEYS = frozenset({*_TEXT_KEYS, *STRENGTHS, "parent", "also", "names", "sections", "other_languages"})
_MIN_STEM = 4


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """Words that speak for a topic (or, where `topic` is empty, that mean nothing and hide shorter cues).

    `words` are the phrase's tokens; in a `stem` the one word is the beginning of the words meant. A cue with a
    capital letter in it only matches as it is written. `strength` is what one occurrence in the body counts.
    """

    topic: str
    words: tuple[str, ...]
    strength: float
    language: str
    stem: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """Topics by slug in the order of the file, their cues with the cues' languages, publishers' sections by topic.

    `also` has the top-level topics that a narrower one speaks for besides its parent: job figures are news of the
    economy too.
    """

    topics: Mapping[str, Topic]
    cues: tuple[Cue, ...]
    sections: Mapping[str, tuple[str, ...]]
    also: Mapping[str, tuple[str, ...]]
    languages: frozenset[str]

    def children(self, slug: str) -> tuple[Topic, ...]:
        """The narrower topics of `slug`; with an empty slug, the top-level topics."""
        return tuple(topic for topic in self.topics.values() if topic.parent == slug)


def tokens(text: str) -> list[str]:
    """Words as they are written, and the marks that end a phrase; a possessive ending is left out."""
    return _TOKEN.findall(text.replace("’s", "").replace("'s", ""))


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """The taxonomy in `path`, else the one that comes with Nutgraf. Raises ConfigError naming the entry at fault.

    A file is read once, and again only after it has changed.
    """
    if path is None:
        return _shipped()
    try:
        status = path.stat()
    except OSError as error:
        raise ConfigError(f"the taxonomy {path} cannot be read: {error.strerror}") from error
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1)
def _shipped() -> Taxonomy:
    return parse_taxonomy((resources.files("nutgraf.data") / "taxonomy.toml").read_bytes(), "taxonomy.toml")


@lru_cache(maxsize=4)
def _read(path: Path, _modified_ns: int, size_bytes: int) -> Taxonomy:
    if size_bytes > MAX_BYTES:
        raise ConfigError(f"the taxonomy {path} is larger than {MAX_BYTES:,} bytes")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the taxonomy {path} cannot be read: {error.strerror}") from error
    return parse_taxonomy(data, str(path))


def parse_taxonomy(data: bytes, source: str) -> Taxonomy:
    """The taxonomy in the TOML `data`; `source` names it in messages. Raises ConfigError naming the entry at fault."""
    try:
        text = unicodedata.normalize("NFC", data.decode("utf-8-sig"))
        document = tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{source} is not a TOML file in UTF-8: {error}") from error
    entries = document.get("topic")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{source} has no [[topic]] entries")
    if len(entries) > MAX_TOPICS:
        raise ConfigError(f"{source} has more than {MAX_TOPICS:,} topics")
    for key in document.keys() - {"topic", "ignore"}:
        raise ConfigError(f"{source}: unknown key “{key}” outside the topics")
    topics: dict[str, Topic] = {}
    cues: list[Cue] = []
    sections: dict[str, tuple[str, ...]] = {}
    also: dict[str, tuple[str, ...]] = {}
    places = _places(entries, text, source)
    for entry, where in zip(entries, places, strict=True):
        topic = _topic(entry, where)
        _check_place(topic, topics, where)
        topics[topic.slug] = topic
        cues.extend(_cues(entry, topic.slug, where))
        sections[topic.slug] = tuple(name.casefold() for name in _strings(entry, "sections", where))
        also[topic.slug] = tuple(_strings(entry, "also", where))
    for slug, where in zip(topics, places, strict=True):
        _check_also(topics[slug], also[slug], topics, where)
    cues.extend(_cue(phrase, "", 0.0, MAIN_LANGUAGE, source) for phrase in _strings(document, "ignore", source))
    return Taxonomy(topics, tuple(cues), sections, also, frozenset(cue.language for cue in cues) - {ANY_LANGUAGE})


def _places(entries: list[dict[str, Any]], text: str, source: str) -> list[str]:
    """How messages name each entry: by line and slug; without lines where the file is laid out in another way."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEADER.match(line)]
    names = [entry.get("slug") or f"number {number}" for number, entry in enumerate(entries, start=1)]
    if len(lines) != len(entries):
        return [f"{source}, topic “{name}”" for name in names]
    return [f"{source}, line {line}, topic “{name}”" for line, name in zip(lines, names, strict=True)]


def _topic(entry: dict[str, Any], where: str) -> Topic:
    for key in entry.keys() - _ENTRY_KEYS:
        raise ConfigError(f"{where}: unknown key “{key}”")
    for key in _TEXT_KEYS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise ConfigError(f"{where}: “{key}” is missing or is not a text")
    parent = entry.get("parent", "")
    if not isinstance(parent, str):
        raise ConfigError(f"{where}: “parent” is not a text")
    if not _SLUG.fullmatch(entry["slug"]):
        raise ConfigError(f"{where}: a slug is lower-case letters and digits in groups joined by hyphens")
    if not _IPTC_CODE.fullmatch(entry["iptc"]):
        raise ConfigError(f"{where}: “{entry['iptc']}” is no IPTC code, which has eight digits")
    return Topic(entry["slug"], entry["name"], parent, entry["iptc"], entry["definition"])


def _check_place(topic: Topic, topics: Mapping[str, Topic], where: str) -> None:
    if topic.slug in topics:
        raise ConfigError(f"{where}: the slug is taken already")
    for other in topics.values():
        if other.name.casefold() == topic.name.casefold():
            raise ConfigError(f"{where}: “{topic.name}” is the name of “{other.slug}” already")
        if other.iptc == topic.iptc:
            raise ConfigError(f"{where}: {topic.iptc} is the IPTC code of “{other.slug}” already")
    if topic.parent and topic.parent not in topics:
        raise ConfigError(f"{where}: the parent “{topic.parent}” does not stand above it")
    if topic.parent and topics[topic.parent].parent:
        raise ConfigError(f"{where}: the parent “{topic.parent}” is not a top-level topic")


def _check_also(topic: Topic, also: tuple[str, ...], topics: Mapping[str, Topic], where: str) -> None:
    if also and not topic.parent:
        raise ConfigError(f"{where}: only a narrower topic may have “also”")
    for slug in also:
        if slug not in topics or topics[slug].parent or slug == topic.parent:
            raise ConfigError(f"{where}: “{slug}” in “also” is not another top-level topic")


def _cues(entry: dict[str, Any], slug: str, where: str) -> Iterator[Cue]:
    lists = [(strength, MAIN_LANGUAGE, _strings(entry, name, where)) for name, strength in STRENGTHS.items()]
    lists.append((STRENGTHS["strong"], ANY_LANGUAGE, _strings(entry, "names", where)))
    other = entry.get("other_languages", {})
    if not isinstance(other, dict):
        raise ConfigError(f"{where}: “other_languages” is not a table")
    for language in other:
        if not _LANGUAGE.fullmatch(language) or language == MAIN_LANGUAGE:
            raise ConfigError(f"{where}: “{language}” is no code of another language")
        lists.append((OTHER_LANGUAGE_STRENGTH, language, _strings(other, language, where)))
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for strength, language, phrases in lists:
        for phrase in phrases:
            cue = _cue(phrase, slug, strength, language, where)
            if (language, cue.words) in seen:
                raise ConfigError(f"{where}: the cue “{phrase}” is given twice")
            seen.add((language, cue.words))
            yield cue


def _cue(phrase: str, topic: str, strength: float, language: str, where: str) -> Cue:
    stem = phrase.endswith("*")
    words = tuple(tokens(phrase.removesuffix("*")))
    if not words or len(words) > MAX_CUE_WORDS:
        raise ConfigError(f"{where}: the cue “{phrase}” needs one to {MAX_CUE_WORDS} words")
    if "*" in phrase.removesuffix("*") or (stem and (len(words) > 1 or len(words[0]) < _MIN_STEM)):
        raise ConfigError(f"{where}: in “{phrase}”, a * may only end one word of {_MIN_STEM} letters or more")
    return Cue(topic, words, strength, language, stem)


def _strings(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ConfigError(f"{where}: “{key}” is not a list of texts")
    return value

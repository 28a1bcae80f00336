"""Finding the cues of a taxonomy in a text: one pass over its words with a dictionary of phrases by first word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nutgraf.stages.tag.taxonomy import ANY_LANGUAGE, MAIN_LANGUAGE, Cue, Taxonomy

_PLURAL_ES = ("s", "x", "z", "ch", "sh")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A way to write a cue: words after the first in lower case, the written words where capitals count."""

    rest: tuple[str, ...]
    written: tuple[str, ...] | None
    cues: tuple[Cue, ...]


class CueIndex:
    """The cues that count in one language, by first word, the longest phrase first, and stems by their letters."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._stems: dict[str, list[Cue]] = {}
        phrases: dict[tuple[str, ...], list[Cue]] = {}
        for cue in cues:
            if cue.stem:
                self._stems.setdefault(cue.words[0].lower(), []).append(cue)
            else:
                for words in _spellings(cue):
                    phrases.setdefault(words, []).append(cue)
        self._phrases: dict[str, list[_Phrase]] = {}
        for words in sorted(phrases, key=lambda words: (-len(words), words)):
            lower = tuple(word.lower() for word in words)
            phrase = _Phrase(lower[1:], None if lower == words else words, tuple(phrases[words]))
            self._phrases.setdefault(lower[0], []).append(phrase)
        self._stem_lengths = range(min(map(len, self._stems), default=1), max(map(len, self._stems), default=0) + 1)

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, tuple[Cue, ...]]]:
        """Position and cues of each match, left to right, the longest match at a place, none overlapping."""
        lower = [word.lower() for word in words]
        position = 0
        while position < len(lower):
            length, cues = self._match(words, lower, position)
            if cues:
                yield position, cues
            position += length

    def _match(self, words: Sequence[str], lower: Sequence[str], position: int) -> tuple[int, tuple[Cue, ...]]:
        for phrase in self._phrases.get(lower[position], ()):
            end = position + 1 + len(phrase.rest)
            if tuple(lower[position + 1 : end]) != phrase.rest:
                continue
            if phrase.written is None or tuple(words[position:end]) == phrase.written:
                return end - position, phrase.cues
        word = lower[position]
        for size in self._stem_lengths:
            if size > len(word):
                break
            if word[:size] in self._stems:
                return 1, tuple(self._stems[word[:size]])
        return 1, ()


@lru_cache(maxsize=32)
def cue_index(taxonomy: Taxonomy, language: str) -> CueIndex:
    """The index for texts in `language`: its own cues and those of any language; English where it has none."""
    known = {cue.language for cue in taxonomy.cues}
    wanted = {ANY_LANGUAGE, language if language in known else MAIN_LANGUAGE}
    return CueIndex([cue for cue in taxonomy.cues if cue.language in wanted])


def _spellings(cue: Cue) -> Iterator[tuple[str, ...]]:
    """The cue and its regular plural, which in several languages is a plain s."""
    yield cue.words
    *first, last = cue.words
    if last[-1].isdigit() or last.lower().endswith(("ss", "us", "is")) or len(last) < 2:
        return
    if last.lower().endswith(_PLURAL_ES):
        if cue.language == MAIN_LANGUAGE and not last.endswith("s"):
            yield (*first, last + "es")
    elif last.endswith("y") and last[-2] not in "aeiou" and cue.language == MAIN_LANGUAGE:
        yield (*first, last[:-1] + "ies")
    else:
        yield (*first, last + "s")

"""Finding the cues of a taxonomy in a text: one pass over its words with a dictionary of phrases by first word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nutgraf.stages.tag.taxonomy import ANY_LANGUAGE, MAIN_LANGUAGE, Cue, Taxonomy

_PLURAL_ES = ("s", "x", "z", "ch", "sh")


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A way to write a cue; `written` is None where capitals do not count."""

    written: tuple[str, ...] | None
    cues: tuple[Cue, ...]


class CueIndex:
    """The cues that count in one language: phrases by their words in lower case, and stems."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._stems: dict[str, tuple[Cue, ...]] = {}
        by_words: dict[tuple[str, ...], list[Cue]] = {}
        for cue in cues:
            if cue.stem:
                stem = cue.words[0].lower()
                self._stems[stem] = (*self._stems.get(stem, ()), cue)
            else:
                for words in _spellings(cue):
                    by_words.setdefault(words, []).append(cue)
        self._phrases: dict[tuple[str, ...], list[_Spelling]] = {}
        lengths: dict[str, set[int]] = {}
        for words, meant in by_words.items():
            lower = tuple(word.lower() for word in words)
            self._phrases.setdefault(lower, []).append(_Spelling(None if lower == words else words, tuple(meant)))
            lengths.setdefault(lower[0], set()).add(len(lower))
        self._lengths = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}
        self._stem_lengths = tuple(sorted({len(stem) for stem in self._stems}, reverse=True))
        shortest = min(self._stem_lengths, default=0)
        self._stem_heads = frozenset(stem[:shortest] for stem in self._stems)
        self._shortest_stem = shortest

    def find(self, words: Sequence[str]) -> Iterator[tuple[Cue, ...]]:
        """The cues of each match, left to right, the longest match at a place, none overlapping."""
        lower = [word.lower() for word in words]
        heads, shortest, firsts = self._stem_heads, self._shortest_stem, self._lengths
        after = 0  # the end of the last match
        for position, word in enumerate(lower):
            if position < after or (word not in firsts and word[:shortest] not in heads):
                continue  # most words begin no cue
            length, cues = self._match(words, lower, position)
            if cues:
                yield cues
            after = position + length

    def _match(self, words: Sequence[str], lower: Sequence[str], position: int) -> tuple[int, tuple[Cue, ...]]:
        for length in self._lengths.get(lower[position], ()):
            end = position + length
            spellings = self._phrases.get(tuple(lower[position:end]))
            if spellings:
                written = tuple(words[position:end])
                cues = [cue for s in spellings if s.written is None or s.written == written for cue in s.cues]
                if cues:
                    return length, tuple(cues)
        for length in self._stem_lengths:
            if cues_of_stem := self._stems.get(lower[position][:length]):
                return 1, cues_of_stem
        return 1, ()


def cue_index(taxonomy: Taxonomy, language: str) -> CueIndex:
    """The index for texts in `language`: its own cues and those of any language; English where it has none."""
    return _index(taxonomy, language if language in taxonomy.languages else MAIN_LANGUAGE)


@lru_cache(maxsize=16)  # by languages that the taxonomy knows: a page may claim to be in any language
def _index(taxonomy: Taxonomy, language: str) -> CueIndex:
    return CueIndex([cue for cue in taxonomy.cues if cue.language in (ANY_LANGUAGE, language)])


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

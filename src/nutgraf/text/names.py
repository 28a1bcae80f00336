"""Names by their capitals: spans of capitalised words, and the short forms by which a text may call them again.

Without a model recall is high and precision low; a caller asks whether a name's words occur, never what kind it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from nutgraf.text.words import fold_typography

MAX_NAME_WORDS = 8

_JOINER_WORDS = "of de la le du van von der den di da dos del bin al el and for the"
_INITIAL_WORDS = """
the a an this that these those it he she they we i you in on at for from by with as after before when while if
but and or so yet although though because since until once there here his her their its our my your what who
how why where which both each all some many most no not one two more less only police people new mr mrs ms miss dr sir
lord lady prof professor president minister monday tuesday wednesday thursday friday saturday sunday january
february march april may june july august september october november december
"""
_JOINERS = frozenset(_JOINER_WORDS.split())
_INITIAL_ONLY = frozenset(_INITIAL_WORDS.split())
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "sir", "dame", "lord", "lady", "prof", "professor", "rev", "st"))
_CAPITAL = re.compile(r"[^\W\d_][\w'-]*(?:\.[^\W\d_])*", re.UNICODE)
_SENTENCE_END = re.compile(r"(?:^|[.!?:\n]['\")\]]*\s+|[\"(\[]|\s[-–—•]\s+)$")
# Words of a text without case, such as a corpus in lower case, or a headline all in capitals, tell no names.
_MIN_CASE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised span at `start`..`end`; `words` are its case-folded words without joiners and titles.

    `is_initial` says that its first word begins a sentence, where a capital proves nothing.
    """

    text: str
    start: int
    end: int
    words: tuple[str, ...]
    is_initial: bool


def find_names(text: str) -> list[Name]:
    """Names of `text` in order. Text without small letters gives none."""
    folded = fold_typography(text)
    found: list[Name] = []
    run: list[re.Match[str]] = []
    tokens = list(_CAPITAL.finditer(folded))
    enough = min(_MIN_CASE_WORDS, len(tokens) // 2)
    small = (token for token in tokens if folded[token.start()].islower())
    if sum(1 for _ in islice(small, enough)) < enough:
        return []
    for index, token in enumerate(tokens):
        is_capital = folded[token.start()].isupper()
        if not is_capital and not run:
            continue
        is_joined = (
            bool(run) and folded[run[-1].end() : token.start()] in (" ", ". ", " & ") and len(run) < MAX_NAME_WORDS
        )
        if is_capital:
            if run and not is_joined:
                _close(run, folded, text, found)
                run = []
            run.append(token)
        elif is_joined and token.group() in _JOINERS and _continues(tokens, index, folded):
            run.append(token)
        elif run:
            _close(run, folded, text, found)
            run = []
    if run:
        _close(run, folded, text, found)
    return found


def acronyms(words: Sequence[str]) -> Iterable[str]:
    """The acronyms that a name of these words may go by, with and without its small words, in lower case."""
    if len(words) >= 2:
        yield "".join(word[0] for word in words if word)
        longer = [word for word in words if word not in _JOINERS]
        if len(longer) != len(words) and len(longer) >= 2:
            yield "".join(word[0] for word in longer if word)


def _continues(tokens: list[re.Match[str]], index: int, folded: str) -> bool:
    """Whether a small word stands between two capitalised ones ("Bank of England", "Bank of the West")."""
    for follower in tokens[index + 1 : index + 3]:
        if folded[follower.start() - 1 : follower.start()] != " ":
            return False
        if follower.group()[0].isupper():
            return tokens[index].group() not in ("and", "for", "the", "al", "el") or tokens[index].group() in (
                "al",
                "el",
            )
        if follower.group() not in _JOINERS:
            return False
    return False


def _close(run: list[re.Match[str]], folded: str, text: str, found: list[Name]) -> None:
    """Add the run as a name, without the word that only begins a sentence."""
    is_initial = bool(_SENTENCE_END.search(folded[max(0, run[0].start() - 6) : run[0].start()]))
    if is_initial and run[0].group().casefold() in _INITIAL_ONLY:
        run = run[1:]
        is_initial = False
    words = []
    for token in run:
        word = token.group().casefold().removesuffix("'s").rstrip("'")
        if word not in _TITLES and word not in _JOINERS and word != "i":
            words.append(word)
    if words:
        start, end = run[0].start(), run[-1].end()
        found.append(Name(text[start:end], start, end, tuple(words), is_initial))

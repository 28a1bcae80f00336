"""Which spans are organisations: by the word they end or begin with, or by an acronym that a text gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nutgraf.stages.name.known import Known
from nutgraf.stages.name.spans import Span, Word
from nutgraf.text.names import acronyms

_ACRONYM = re.compile(r",? (?:\(|or )(?:the )?([A-Z]{3,7})(?:\)|,)")
_ANDS = frozenset(("and", "&", "for"))
_LEFT_OFF = frozenset(("the", "a", "an"))
MIN_WORDS = 2


def organisation_of(sentence: str, words: Sequence[Word], span: Span, known: Known) -> tuple[str, str] | None:
    """The organisation's name and the acronym that the text gives it here, or ""; None where it is none."""
    first = span.first
    while first < span.last - 1 and words[first].folded in _LEFT_OFF:
        first += 1
    folded = [word.folded for word in words[first : span.last]]
    if len(folded) < MIN_WORDS or folded[0] in known.person_titles:
        return None
    if _is_again(words, first) or _is_cut(words, first, span.last):
        return None
    acronym = _acronym_after(sentence, words[span.last - 1].end, folded)
    if not _is_body(folded, known) and not (acronym and not known.organisation_words.isdisjoint(folded)):
        return None
    return sentence[words[first].start : words[span.last - 1].end].removesuffix("'s").removesuffix("’s"), acronym


def _is_body(folded: Sequence[str], known: Known) -> bool:
    if folded[-1] in known.organisation_endings:
        telling = folded[:-1]
    elif folded[0] in known.organisation_beginnings and folded[1] == "of":
        telling = folded[2:]
    else:
        return False
    return any(word not in known.organisation_too_general and word != "of" for word in telling)


def _is_again(words: Sequence[Word], first: int) -> bool:
    """Whether it stands in apposition: "Gav, the Harbour Alliance" says again, and only in part, what was named."""
    return first > 0 and words[first - 1].folded == "the" and words[first - 1].gap.startswith(",")


def _is_cut(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether an "and" joins it to another capitalised word: "Ports and Markets Authority"."""
    before = first > 1 and words[first - 1].folded in _ANDS and words[first - 2].is_capital
    return before or (last + 1 < len(words) and words[last].folded in _ANDS and words[last + 1].is_capital)


def _acronym_after(sentence: str, end: int, folded: Sequence[str]) -> str:
    match = _ACRONYM.match(sentence, end)
    if match and match[1].casefold() in acronyms(folded):
        return match[1]
    return ""

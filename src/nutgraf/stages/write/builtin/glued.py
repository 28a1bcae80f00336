"""Words grown together: link text whose publisher left out the space, as in "announcedthat" or "theCoast"."""

from __future__ import annotations

import re
from functools import lru_cache

from nutgraf.text.lexicon import Lexicon, load_lexicon

_GROWN_INTO_FIGURE = re.compile(r"[a-z]{4,}\d")
"""As in "than3,600", of which a title could keep the 3."""
_SHORTEST = 4  # letters of a word that another may have grown together with
_LONGEST = 20  # letters of an English word
# What begins no longer English word, whatever follows.
_ONLY_ALONE = ("their", "its", "that", "through")
_LONGER = frozenset(
    ("thatch", "thatched", "thatcher", "throughout", "throughput", "throughway", "throughline", "theirs")
)
_HEADS = ("the", "this", "that", "which", "while", "from", "were", "have", "been", "they", "also")
_BEFORE_PAST = ("not", "was", "has", "had", "and", "have", "been", "were", "are")
# What ends no longer English word but those named.
_ENDS_NONE = ("that", "such", "said", "which", "were", "was", "from")
_ENDINGS = ("aforesaid", "nonesuch", "naysaid", "wherefrom", "therefrom")
_TAILS = (
    "the",
    "with",
    "into",
    "about",
    "his",
    "their",
    "of",
    "for",
    "and",
    "than",
    "to",
    "if",
    "who",
    "asked",
    "told",
)
_TAILS_OF_PAST = ("in", "on", "by", "at", "a", "an")
_SMALL = frozenset(("the", "and", "for", "two", "six", "ten", "his", "her", "its", "all", "out", "off", "how", "why"))
_SOUND = frozenset(
    ("thereof", "hereof", "whereof", "forthwith", "herewith", "therewith", "breathe", "heretofore", "totally")
)


def is_glued(word: str, lexicon: Lexicon) -> bool:
    """Whether English `word` looks like two; never so for another language, whose words may be joined."""
    if not lexicon.verb_forms or len(word) < 5:
        return False
    stem, mark, tail = word.replace("’", "'").partition("'")
    if mark and len(tail) > 2 and stem.isalpha() and len(stem) > 1:
        return True
    return any(_is_glued(part, lexicon.code) for part in stem.split("-"))


@lru_cache(maxsize=4_096)  # the same words come again and again
def _is_glued(word: str, code: str) -> bool:
    if _GROWN_INTO_FIGURE.match(word):
        return True
    if len(word) < 5 or not word.isalpha():
        return False
    lexicon = load_lexicon(code)
    small = lexicon.words("determiners") | lexicon.words("prepositions") | lexicon.words("conjunctions")
    inner = next((i for i, letter in enumerate(word) if i and letter.isupper()), 0)
    if inner and word[:inner].islower() and (inner >= _SHORTEST or word[:inner] in small) and len(word) > inner + 1:
        return True  # "voterMarc", "theCoast"; not "iPhone"
    low = word.lower()
    if low in lexicon.verb_forms or low in _SOUND or any(low in words for words in lexicon.classes.values()):
        return False
    if _begins_small(low, lexicon):
        return True
    if word[0].isupper():
        return False  # a name may end in anything: "Rolland", "LinkedIn"
    if "said" in low[3:-1] and low not in _ENDINGS:
        return True  # "ministersaidit"
    return len(low) > _LONGEST or _ends_small(low, lexicon) or _holds_ing(low, lexicon)


def _is_word(low: str, lexicon: Lexicon) -> bool:
    if len(low) < _SHORTEST:
        return False
    return low in lexicon.verb_forms or any(low in words for words in lexicon.classes.values())


def _begins_small(low: str, lexicon: Lexicon) -> bool:
    """ "theirview", "thesale", "notdesigned"."""
    if any(low.startswith(head) and len(low) > len(head) + 2 for head in _ONLY_ALONE) and low not in _LONGER:
        return True
    if any(low.startswith(head) and _is_word(low[len(head) :], lexicon) for head in _HEADS):
        return True
    if low.startswith("to") and len(low) > 6 and low[2:] in lexicon.verb_forms:
        return True  # "toregister"
    return low.endswith("ed") and any(
        low.startswith(head) and len(low) > len(head) + 5 and low[len(head) :] in lexicon.verb_forms
        for head in _BEFORE_PAST
    )


def _ends_small(low: str, lexicon: Lexicon) -> bool:
    """ "announcedthat", "worthof", "raisedby"."""
    if low.endswith(_ENDS_NONE) and low not in _ENDINGS:
        return len(low) > 6
    if any(low.endswith(tail) and _is_word(low[: -len(tail)], lexicon) for tail in _TAILS):
        return True
    if any(low.endswith("ed" + tail) and len(low) > len(tail) + _SHORTEST for tail in _TAILS if tail != "to"):
        return True
    return any(low.endswith("ed" + tail) and low[: -len(tail)] in lexicon.verb_forms for tail in _TAILS_OF_PAST)


def _holds_ing(low: str, lexicon: Lexicon) -> bool:
    """ "amplifyingrumours"."""
    places = range(_SHORTEST + 1, len(low) - 2)
    stems = [i for i in places if low[i - 3 : i] == "ing" and lexicon.verb_forms.get(low[:i]) == "ing"]
    return any(len(low) - i >= _SHORTEST or low[i:] in _SMALL for i in stems)

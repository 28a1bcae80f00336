"""A sentence told in another language than the article's: what of it can be compared without understanding either.

Such a sentence is never `supported`. It is `weak`, and so visibly marked, where it names sentences of the article with
words of theirs, every figure and name in it is found there, nothing is denied on one side only, and at least one
figure, name or kindred word ties it to those sentences. Else it is unsupported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.stages.check.index import ArticleIndex
from nutgraf.stages.check.lexicon import NEGATORS
from nutgraf.text.names import find_names
from nutgraf.text.numbers import find_quantities, is_among
from nutgraf.text.places import place_key
from nutgraf.text.quotations import find_quotations, fold_quotation, locate_quotation
from nutgraf.text.tokens import tokenise
from nutgraf.text.words import without_accents

TRANSLATED_REASON = "told in another language than the article: names, figures and cited words were compared, no more"
TRANSLATED_SCORE = 0.5
"""No estimate: nothing is known yet of how often such sentences are right."""

MAX_CITES = 4
_KINDRED_CHARS = 5
_NOUN_CAPITALS = frozenset(("de", "lb"))
_SMALL_NUMBERS = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf",
}
_CALENDAR_WORDS = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
october november december mr mrs ms dr
"""
_CALENDAR = frozenset(_CALENDAR_WORDS.split())


def check_translation(
    text: str, language: str, cites: Sequence[int], quotes: Sequence[str], index: ArticleIndex
) -> Finding:
    """The finding for `text` in `language`, which says that it rests on sentences `cites` and their words `quotes`."""
    cited = [cite for cite in dict.fromkeys(cites) if _is_there(cite, index)][:MAX_CITES]
    sources = [index.article.sentence_text(cite) for cite in cited]
    places = [index.article.sentences[cite] for cite in sorted(cited)]
    spans = tuple(Span(place.start, place.end) for place in places)
    fault = _find_fault(text, language, sources, quotes, index)
    if fault:
        return Finding(Verdict.UNSUPPORTED, 0.0, spans, (fault,))
    return Finding(Verdict.WEAK, TRANSLATED_SCORE, spans, (TRANSLATED_REASON,))


def _is_there(cite: int, index: ArticleIndex) -> bool:
    if not 0 <= cite < len(index.sentence_tokens):
        return False
    first, last = index.sentence_tokens[cite]
    return last > first


def _find_fault(text: str, language: str, sources: list[str], quotes: Sequence[str], index: ArticleIndex) -> str:
    source = "\n".join(sources)
    folded = fold_quotation(source)
    if not any(locate_quotation(quote, folded) for quote in quotes):
        return "it names no words of the article that it rests on"
    for quotation in find_quotations(text):
        if locate_quotation(quotation.words, index.folded) is None:
            return f"quoted words differ: “{quotation.words}” is not in the article"
    foreign, shared = _compare_numbers(text, language, source, index.language)
    if foreign:
        return f"“{foreign}” is not in the sentences it cites"
    name, known = _compare_names(text, language, source, index)
    if name:
        return f"“{name}” is not in the article"
    is_denied, may_deny = _denies(text), [_denies(one) for one in sources]
    if is_denied and not any(may_deny):
        return "the article does not deny this"
    if not is_denied and may_deny == [True]:
        return "the article denies this"
    if not (shared or known or _has_kindred(text, source)):
        return "nothing in it can be compared with the article’s words in another language"
    return ""


def _compare_numbers(text: str, language: str, source: str, source_language: str) -> tuple[str, bool]:
    """A number of `text` that `source` does not have, or ""; whether they share one."""
    there = find_quantities(source, source_language)
    small_there = set(_small_numbers(source, source_language))
    values = {quantity.value for quantity in there}
    shared = False
    for quantity in find_quantities(text, language):
        if quantity.is_word and quantity.value == 1:
            continue
        if not (is_among(quantity, there) or quantity.value in small_there):
            return quantity.text.strip(), shared
        shared = True
    for number in _small_numbers(text, language):
        if number not in small_there | values:
            return str(int(number)), shared
        shared = True
    return "", shared


def _small_numbers(text: str, language: str) -> Iterable[float]:
    table = {word: float(value) for value, word in enumerate(_SMALL_NUMBERS.get(language, "").split(), start=2)}
    return (table[word] for word in tokenise(text).words if word in table)


def _compare_names(text: str, language: str, source: str, index: ArticleIndex) -> tuple[str, bool]:
    """A name of `text` of which the article has no word, or ""; whether the cited sentences have one.

    Where every noun has a capital only several capitals in a row are taken for a name.
    """
    article = {_plain(word) for word in index.surface}
    cited = {_plain(word) for word in tokenise(source).words}
    known = False
    for name in find_names(text):
        words = [part for spelled in name.words for part in tokenise(spelled).words]
        if name.is_initial and (len(words) == 1 or language in _NOUN_CAPITALS):
            words = words[1:]  # the capital of a sentence's first word says nothing
        if not words or _is_common(words):
            continue
        known = known or any(_is_kin(word, cited) for word in words)
        if language in _NOUN_CAPITALS and len(words) == 1:
            continue
        if not any(_is_kin(word, article) for word in words):
            return name.text, known
    return "", known


def _is_common(words: list[str]) -> bool:
    return all(
        word in _CALENDAR or place_key(word, following) for word, following in zip(words, [*words[1:], ""], strict=True)
    )


def _is_kin(word: str, others: set[str]) -> bool:
    """Whether a word, its spelling without accents or one that begins alike (Berlin, Berliner) is among `others`."""
    plain = _plain(word)
    if plain in others:
        return True
    head = plain[: max(_KINDRED_CHARS, len(plain) - 3)]
    return len(plain) >= _KINDRED_CHARS and any(other.startswith(head) for other in others)


def _has_kindred(text: str, source: str) -> bool:
    cited = {_plain(word) for word in tokenise(source).words}
    return any(len(word) >= _KINDRED_CHARS and _is_kin(word, cited) for word in tokenise(text).words)


def _denies(text: str) -> bool:
    return any(word in NEGATORS or word.endswith("n't") for word in tokenise(text).words)


def _plain(word: str) -> str:
    return without_accents(unicodedata.normalize("NFC", word))

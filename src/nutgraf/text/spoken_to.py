"""Sentences that speak to somebody instead of telling something: questions, orders, "you", "I"; quotations apart.

News is told in the third person. What stands between quotation marks is somebody's words in the story and is not
looked at here. Orders to whoever writes ("Summarise this as …", "Ignore the instructions above") are no reporting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nutgraf.text.exits import is_code
from nutgraf.text.orders import is_order, is_told_what_to_write
from nutgraf.text.quotations import find_quotations
from nutgraf.text.words import fold_typography

FIRST_PERSON = "words in the first person"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_YOU = {
    "en": _set("you your yours yourself yourselves you're you've you'll you'd thou"),
    "de": _set("du dich dir dein deine deinen deinem deiner euch euer eure euren"),
    "fr": _set("vous votre vos tu toi tes"),
    "es": _set("tú usted ustedes vosotros vuestro vuestra contigo"),
    "it": _set("tu voi vostro vostra vostri vostre"),
    "pt": _set("você vocês"),
    "nl": _set("jij jouw jullie uw"),
}
_I = {
    "en": _set("my mine myself i'm i've i'll i'd our ours ourselves we we're we've we'll us"),
    "de": _set("ich mich mir mein meine meinen wir unser unsere unseren"),
    "fr": _set("je j moi nous notre nos"),
    "es": _set("yo nosotros nuestro nuestra"),
    "it": _set("io noi nostro nostra"),
    "pt": _set("eu nós nosso nossa"),
    "nl": _set("ik wij we onze"),
}
_POLITE = {"de": frozenset(("Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer"))}

_PHRASES = re.compile(
    r"\bclick(?:ing)? (?:here|on|the link|below)|\bsubscribe (?:to|now|today)|\bsign up (?:to|for|here|now)"
    r"|\breaders? (?:should|must|ought|need to|are (?:urged|advised|asked|encouraged|invited|told))"
    r"|\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\binstructions?\b"
    r"|\bas an? (?:ai|artificial|large language|language model|helpful assistant)\b"
    r"|\b(?:here is|here's|here are|sure,|certainly,|of course,)\s",
    re.IGNORECASE,
)
_TO_THE_WRITER = re.compile(
    r"\b(?:previous|prior|above|earlier|preceding|your) (?:instructions?|prompts?)\b"
    r"|\b(?:system prompt|prompt injection mode|developer mode)\b"
    r"|\byour (?:(?:own|next|final|whole) )?(?:response|answer|output|summary|reply|brief|code|solution|task"
    r"|implementation|translation|programme?|project|script)\b"
    r"|\bcode (?:snippet|section|block|segment|excerpt|fragment)\b|\b(?:snippet|block|piece) of code\b"
    r"|\b(?:the|any|dear) (?:ai|assistant|language model|model|chatbot|bot|summari[sz]er)"
    r" (?:must|should|shall|is to|will now|please)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_QUESTION = re.compile(r"\?[\"')\]]*\s*$|^\s*¿|[؟？]\s*$")


def speaks_to_somebody(text: str, language: str = "en") -> str:
    """How `text`, outside of quotation marks, speaks to a reader or of the one who writes, in words, or ""."""
    plain = _outside_quotations(text)
    words = _WORD.findall(plain)
    low = [word.casefold() for word in words]
    if _QUESTION.search(plain):
        return "a question"
    if is_order(plain, language):
        return "an order"
    if not _words_of(_YOU, language).isdisjoint(low) or _is_polite_you(words, language):
        return "an address to the reader"
    if not _words_of(_I, language).isdisjoint(word.casefold() for word in words if word != "US"):
        return FIRST_PERSON
    if language in ("en", "") and _speaks_as_i(plain):
        return FIRST_PERSON
    return "an address to the reader" if _PHRASES.search(plain) else ""


def is_no_reporting(text: str, language: str = "en") -> bool:
    """Whether a source sentence tells nothing by itself: a question, code, or an order to whoever writes or answers.

    Advice to readers ("Wash the leaves") is no such thing unless its verb is one of writing or answering.
    """
    plain = _outside_quotations(text)
    return bool(plain.strip()) and (_QUESTION.search(plain) is not None or _orders(plain, language))


def gives_orders(text: str, language: str = "en") -> bool:
    """Whether a source sentence is code or an order to whoever writes or answers; a question may be part of a story."""
    plain = _outside_quotations(text)
    return bool(plain.strip()) and _orders(plain, language)


def _orders(plain: str, language: str) -> bool:
    if is_code(plain) or _TO_THE_WRITER.search(plain) is not None:
        return True
    return is_told_what_to_write(plain, language) or is_order(plain, language)


def _words_of(table: Mapping[str, frozenset[str]], language: str) -> frozenset[str]:
    return table.get(language or "en", table["en"])


def _outside_quotations(text: str) -> str:
    """`text`, marks made plain, with blanks for what is quoted."""
    folded = list(fold_typography(text))
    for quotation in find_quotations(text):
        folded[quotation.start : quotation.end] = " " * (quotation.end - quotation.start)
    return "".join(folded)


def _is_polite_you(words: list[str], language: str) -> bool:
    """German "Sie" for "you" has a capital also where no sentence begins; as the first word it may be "she"."""
    return any(word in _POLITE.get(language, ()) for word in words[1:])


def _speaks_as_i(plain: str) -> bool:
    """Whether "I" is somebody speaking and no numeral (World War I)."""
    for match in re.finditer(r"(?<![\w.])I(?![\w.])", plain):
        before = plain[: match.start()].split()
        if not (before and before[-1][:1].isupper() and len(before[-1]) > 1):
            return True
    return False

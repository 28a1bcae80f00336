"""Sentences that speak to somebody instead of telling something: questions, orders, "you", "I"; quotations apart.

News is told in the third person. What stands between quotation marks is somebody's words in the story and is not
looked at here. Orders to whoever writes ("Summarise this as …", "Ignore the instructions above") are no reporting.
"""

from __future__ import annotations

import re

from nutgraf.text.exits import is_code
from nutgraf.text.quotations import find_quotations
from nutgraf.text.words import fold_typography

_YOU = {
    "en": "you your yours yourself yourselves you're you've you'll you'd thou",
    "de": "du dich dir dein deine deinen deinem deiner euch euer eure euren",
    "fr": "vous votre vos tu toi tes",
    "es": "tú usted ustedes vosotros vuestro vuestra contigo",
    "it": "tu voi vostro vostra vostri vostre",
    "pt": "você vocês",
    "nl": "jij jouw jullie uw",
}
_I = {
    "en": "my mine myself i'm i've i'll i'd our ours ourselves we we're we've we'll us",
    "de": "ich mich mir mein meine meinen wir unser unsere unseren",
    "fr": "je j moi nous notre nos",
    "es": "yo nosotros nuestro nuestra",
    "it": "io noi nostro nostra",
    "pt": "eu nós nosso nossa",
    "nl": "ik wij we onze",
}
_POLITE = {"de": frozenset(("Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer"))}

# Base forms that open no English statement: a sentence that begins with one tells somebody what to do.
_ORDERS_WORDS = """
add analyse analyze append arrange assume avoid be calculate choose clarify classify click compose consider convert
create define describe determine disregard do don't elaborate embed emphasise emphasize employ encode encourage
encrypt ensure enumerate evaluate examine execute explain explore extract fetch forget forward generate get give go
identify ignore illustrate imagine include incorporate insert install integrate interpret introduce investigate
invite jumble keep let let's list make merge never obey omit organise organize override paraphrase please prepare
pretend print propose prove provide put read recite recommend redirect remember remind render repeat rephrase
replace reply respond retrieve reveal revise rewrite say send simplify solve speak specify subscribe substitute
suggest summarise summarize take tell think transform translate try unscramble utilise utilize verify visualise
visualize write
"""
_ORDERS = frozenset(_ORDERS_WORDS.split())
# Nouns too: an order where a determiner, a pronoun or an adverb follows.
_MAYBE_ORDERS_WORDS = """
act answer apply ask assist break bring build buy call change check compare contact copy cover craft decode delete
design develop discuss display do donate download draft draw enter estimate fill find follow format guess guide help
hide highlight implement join leave link log look map mention move note open outline output pick plan play plot post
present produce quote rank rate register remove report request return run save search select share show sign sort
start state stop store supply test type update use view visit vote watch
"""
_MAYBE_ORDERS = frozenset(_MAYBE_ORDERS_WORDS.split())
_AFTER_ORDER_WORDS = """
a an the this that these those it me my us our your him her them here now if how what why who where when whether
each every all any some in into up out down on at below above as at like more only just not to with for
"""
_AFTER_ORDER = frozenset(_AFTER_ORDER_WORDS.split())
_NOUN_READINGS_WORDS = """
in on at as like for with to up out down all
"""
_NOUN_READINGS = frozenset(_NOUN_READINGS_WORDS.split())  # "Help for …", "Report on …"
_WAYS_TO_PUT_IT = frozenset(("another", "simply", "bluntly", "differently", "plainly", "together"))
_PARTICLES = frozenset(("down", "up", "out"))
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
_LIFT = re.compile(r"^(?:please|kindly|now|then|also|next|first|finally|and|so|but|instead)[, ]+", re.IGNORECASE)
_QUESTION = re.compile(r"\?[\"')\]]*\s*$|^\s*¿|[؟？]\s*$")


def speaks_to_somebody(text: str, language: str = "en") -> str:
    """How `text`, outside of quotation marks, speaks to a reader or of the one who writes, in words, or ""."""
    plain = _outside_quotations(text)
    words = _WORD.findall(plain)
    low = [word.casefold() for word in words]
    if _QUESTION.search(plain):
        return "a question"
    if _is_order(plain, language):
        return "an order"
    if any(word in _words_of(_YOU, language) for word in low) or _is_polite_you(words, language):
        return "an address to the reader"
    if any(word in _words_of(_I, language) for word, spelled in zip(low, words, strict=True) if spelled != "US"):
        return "words in the first person"
    if language in ("en", "") and _speaks_as_i(plain):
        return "words in the first person"
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
    return is_code(plain) or _TO_THE_WRITER.search(plain) is not None or _is_order(plain, language)


def _words_of(table: dict[str, str], language: str) -> frozenset[str]:
    return frozenset(table.get(language or "en", table["en"]).split())


def _outside_quotations(text: str) -> str:
    """`text`, marks made plain, with blanks for what is quoted."""
    folded = list(fold_typography(text))
    for quotation in find_quotations(text):
        folded[quotation.start : quotation.end] = " " * (quotation.end - quotation.start)
    return "".join(folded)


def _is_order(plain: str, language: str) -> bool:
    if language not in ("en", ""):
        return False
    head = plain.lstrip(" \"'“‘([-–—•*")
    is_lifted = False
    while (match := _LIFT.match(head)) is not None:
        is_lifted = is_lifted or match.group()[:6].casefold() in ("please", "kindly")
        head = head[match.end() :]
    words = [word.casefold() for word in _WORD.findall(head[:120])]
    if is_lifted or not words:
        return is_lifted
    if words[0] == "put" and words[1:2] and words[1] in _WAYS_TO_PUT_IT:
        return False  # "Put another way, one in five …"
    if words[0] in _ORDERS:
        return len(words) < 2 or words[1] not in ("is", "was", "has", "are", "were", "'s", "says", "said")
    if words[0] not in _MAYBE_ORDERS or len(words) < 2:
        return False
    if words[1] in _PARTICLES and len(words) > 2:  # "Break down the plot"; "Report on the crash" may be a noun's
        return words[2] in _AFTER_ORDER - _NOUN_READINGS
    return words[1] in _AFTER_ORDER - _NOUN_READINGS


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

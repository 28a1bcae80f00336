"""Sentences that order somebody to write, answer or act instead of telling something; word lists by language.

An order opens with its verb in the imperative, after a "please" or the name of the machine it speaks to. What makes the
form one is looked at and not what is ordered: a verb form that can only be an imperative at the head of a sentence; one
that may be a noun or a statement, too, with what an object begins with, or with an object of a machine's work (a text,
an answer, instructions) behind it; a polite form with its pronoun. Which forms those are differs by language: in
Spanish, Italian and Portuguese, where statements have no subject, "escribe" alone orders nothing.
"""

from __future__ import annotations

import re

from nutgraf.text.lexicon import Lexicon, load_lexicon

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_MARKS = " \"'“‘«»„([-–—•*¡"
_ADDRESSED = re.compile(
    r"^(?:system|assistant|assistent|asistente|assistente|user|developer|admin|chatbot|chatgpt|bot|llm|gpt|prompt|note"
    r"|k\.?i\.?|i\.?a\.?|a\.?i\.?)\b[^:.!?]{0,40}[:,!]\s*",
    re.IGNORECASE,
)
"""The name of a machine, the same in all these languages, before what it is told."""
_HEAD_CHARS = 160
_OBJECT_WITHIN_WORDS = 10
_PARTICIPLE_WORDS = 4
"""How far a participle's own words reach: "Put another way, …"."""


def is_order(text: str, language: str) -> bool:
    """Whether `text`, quotations blanked, opens as an order; never for a language without word lists."""
    lexicon = load_lexicon(language or "en")
    head = text.lstrip(_MARKS)
    head = head[match.end() :] if (match := _ADDRESSED.match(head)) else head
    head, is_asked = _without_lifts(head, lexicon)
    words = [word.casefold() for word in _WORD.findall(head[:_HEAD_CHARS])]
    if is_asked or not words:
        return is_asked
    first, rest = words[0], words[1:]
    if first in lexicon.words("order_verbs"):
        is_statement = bool(rest) and rest[0] in lexicon.words("after_no_order")
        return not is_statement and not _opens_with_participle(head, first, rest, lexicon)
    if first in lexicon.words("order_polite_verbs"):
        return bool(rest) and rest[0] in lexicon.words("order_polite_pronouns")
    return first in lexicon.words("order_noun_verbs") and _has_object(rest, lexicon)


def is_told_what_to_write(text: str, language: str) -> bool:
    """Whether `text` speaks of the work of whoever it is given to: "your summary", "votre réponse"."""
    return load_lexicon(language or "en").pattern("writer_phrases").search(text.casefold()) is not None


def _without_lifts(head: str, lexicon: Lexicon) -> tuple[str, bool]:
    """The sentence from its verb on, and whether a "please" stood before it, which is an order whatever follows."""
    is_asked = False
    while (match := _WORD.match(head)) is not None:
        word, after = match.group().casefold(), head[match.end() :].lstrip(" ,")
        following = _WORD.match(after)
        is_please = word in lexicon.words("order_pleas")
        if is_please and (following is None or following.group().casefold() in lexicon.words("prepositions")):
            break  # "Bitte um Hilfe": a noun
        if not is_please and word not in lexicon.words("order_openers"):
            break
        is_asked = is_asked or is_please
        head = after
    phrase = next((one for one in lexicon.phrase_list("order_plea_phrases") if head.casefold().startswith(one)), "")
    return head, is_asked or bool(phrase)


def _opens_with_participle(head: str, first: str, rest: list[str], lexicon: Lexicon) -> bool:
    """Whether the verb's base form is its participle here: a phrase of its own, closed by a comma, then a clause."""
    if lexicon.verb_forms.get(first) != "base_or_past" or (rest and rest[0] in lexicon.words("order_followers")):
        return False
    before, comma, after = head.partition(",")
    return bool(comma) and len(_WORD.findall(before)) <= 1 + _PARTICIPLE_WORDS and len(_WORD.findall(after)) >= 3


def _has_object(rest: list[str], lexicon: Lexicon) -> bool:
    """Whether what follows a form that may be a noun or a statement makes an order of it."""
    if len(rest) > 1 and rest[0] in lexicon.words("order_particles"):
        rest = rest[1:]
    if rest and rest[0] in lexicon.words("order_followers"):
        return True
    objects = lexicon.words("order_objects")
    return any(word in objects for word in rest[:_OBJECT_WITHIN_WORDS])

"""Whether a sentence stands alone: openings, pronouns, bare descriptions, quotations without their speaker."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    BASE,
    COMMA,
    CONJUNCTION,
    CONTENT,
    DASH,
    DETERMINER,
    FINITE,
    GERUND,
    NUMBER,
    PARTICIPLE,
    PREPOSITION,
    QUOTE,
    STOP,
    SUBORDINATOR,
    TO,
    Token,
)
from nutgraf.text.lexicon import Lexicon

_OPEN_QUOTES = "“«„"
_CLOSE_QUOTES = "”»"
_INDEFINITE_IT = re.compile(
    r"^it (?:is|was|remains|isn't|wasn't|will be|would be|could be|may be) (?:\w+ )?"
    r"(?:clear|unclear|known|unknown|possible|likely|unlikely|important|difficult|hard|expected|estimated|"
    r"the (?:first|second|third|largest|biggest|latest) (?:time|such))|^it remains to be seen"
)
_MAX_HEAD_WORDS = 4


@dataclass(slots=True)
class Leaning:
    """How a sentence leans on others.

    `never`: unusable wherever it stands; `previous`: needs the sentence before it; `pointing`: head nouns of bare
    descriptions ("the ruling") that must have been shown; `first_person`: speaks as "I" or "we", or to "you", outside
    quotations; `is_advice`: only to "you".
    """

    never: bool = False
    previous: bool = False
    pointing: list[str] = field(default_factory=list)
    first_person: bool = False
    is_advice: bool = False
    has_quote: bool = False
    asks: bool = False


def drop_opening(text: str, lexicon: Lexicon) -> str:
    """`text` without an opening such as "But" or "Meanwhile," whose loss changes nothing, capital restored."""
    bare = lexicon.words("bare_openers")
    for _ in range(2):
        match = lexicon.pattern("drop_openers").match(text[:40].lower().replace("’", "'"))
        if match is None:
            return text
        rest = text[match.end() :]
        if not (rest.startswith(", ") or (match.group() in bare and rest.startswith(" "))):
            return text
        text = capitalise(rest.lstrip(", "))
    return text


def drop_links(text: str, lexicon: Lexicon) -> str:
    """`text` without ", however," or "also" before its first quotation: links to what is not shown."""
    links, adverbs = lexicon.words("dropped_links"), lexicon.words("dropped_adverbs")
    low = text.lower()
    if not any(word in low for word in links) and not any(word in low for word in adverbs):
        return text
    quote = re.search(r"[\"“„«]", text)
    reach = quote.start() if quote else len(text)
    for match in _LINK.finditer(text[:reach]):
        word, adverb = match.group(1), match.group(2)
        known = word.lower() in links if word else adverb in adverbs
        if known and not text[: match.start()].lower().endswith((" but", " and", " only")):
            return text[: match.start()] + text[match.end() :]
    return text


_LINK = re.compile(r", (\w+),(?= \w)| ([a-zà-ÿ]{3,9})(?= [^\W\d_])")


def capitalise(text: str) -> str:
    """`text` with its first letter a capital (an opening quotation mark is passed over)."""
    for position, character in enumerate(text[:3]):
        if character.isalpha():
            return text[:position] + character.upper() + text[position + 1 :]
        if character not in "\"“‘«„'(":
            break
    return text


def judge_leaning(text: str, tokens: list[Token], lexicon: Lexicon) -> Leaning:
    """What the sentence leans on; nothing is known, and nothing held against it, without a lexicon."""
    leaning = Leaning(asks=text.rstrip('”"’» ').endswith("?"))
    leaning.has_quote = any(token.tag == QUOTE for token in tokens)
    if not balanced(text):
        leaning.never = True
    if not lexicon.known or not tokens:
        return leaning
    quoted, spoken = [False] * len(tokens), tokens
    if leaning.has_quote:
        quoted = _quoted(tokens)
        spoken = [token for token, inside in zip(tokens, quoted, strict=True) if not inside]
        _judge_quotation(tokens, quoted, spoken, leaning, lexicon)
    if lexicon.verb_forms and not any(token.tag == FINITE for token in spoken):
        leaning.never = True
    if lexicon.holds_phrase("no_news", text.lower()) or _lacks_subject(tokens):
        leaning.never = True
    _judge_opening(text, tokens, leaning, lexicon)
    _judge_pronouns(tokens, quoted, leaning, lexicon)
    if _opens_with_pronoun(tokens, lexicon) or _spoken_by_pronoun(tokens, lexicon):
        leaning.previous = True
    persons = _speaking(spoken) & lexicon.words("first_person")
    leaning.first_person = bool(persons)
    leaning.is_advice = bool(persons) and persons <= lexicon.words("second_person")
    leaning.pointing = _pointing_heads(tokens, quoted, lexicon)
    return leaning


def _speaking(spoken: list[Token]) -> set[str]:
    """Words outside quotations that may be the writer's own voice: not "US", not what stands in a title's capitals."""
    return {
        token.low
        for i, token in enumerate(spoken)
        if token.text not in ("US", "let", "mine") and not (i and token.is_capital and _goes_on_in_capitals(spoken, i))
    }


def _goes_on_in_capitals(spoken: list[Token], position: int) -> bool:
    """Whether a capitalised word that is no name follows: "its film I'm Still Here"."""
    after = spoken[position + 1] if position + 1 < len(spoken) else None
    return after is not None and after.is_capital and after.tag != CONTENT


def _lacks_subject(tokens: list[Token]) -> bool:
    """Whether a word is missing, as where link text was lost: "For the first time, found that crowds …"."""
    comma = next((i for i, token in enumerate(tokens[:12]) if token.tag == COMMA), None)
    return (
        comma is not None
        and tokens[0].tag == PREPOSITION
        and comma + 1 < len(tokens)
        and tokens[comma + 1].tag == FINITE
        and tokens[comma + 1].low not in _INVERTED
        and not any(token.tag == COMMA for token in tokens[comma + 1 : comma + 8])
    )


_INVERTED = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "may",
        "might",
    ]
)


def balanced(text: str) -> bool:
    """Whether quotation marks and brackets come in pairs."""
    if text.count('"') % 2 or text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        return False
    if "„" in text:
        return text.count("„") == text.count("“") + text.count("”") or text.count("„") == text.count("“")
    if "»" in text or "«" in text:
        return text.count("«") == text.count("»")
    return text.count("“") == text.count("”")


def _quoted(tokens: list[Token]) -> list[bool]:
    """For each token whether it stands inside a quotation (the marks count as inside)."""
    inside, flags = False, []
    for token in tokens:
        if token.tag == QUOTE:
            flags.append(True)
            inside = not inside
        else:
            flags.append(inside)
    return flags


def _judge_quotation(
    tokens: list[Token], quoted: list[bool], spoken: list[Token], leaning: Leaning, lexicon: Lexicon
) -> None:
    words_inside = sum(1 for token, inside in zip(tokens, quoted, strict=True) if inside and token.is_word)
    words_outside = sum(1 for token in spoken if token.is_word)
    if words_inside < 4 and words_outside >= 6:
        return  # scare quotes and short borrowed words need no speaker
    attributed = any(token.low in lexicon.words("attribution_verbs") for token in spoken)
    if words_outside < 2 or not attributed:
        leaning.never = words_outside < 5
        leaning.previous = True
    speaker = any(
        token.is_capital or token.tag == CONTENT
        for token in spoken
        if token.is_word and token.low not in lexicon.words("attribution_verbs")
    )
    if not speaker:
        leaning.previous = True
    if words_inside > 2 * words_outside and words_inside > 12 and not attributed:
        leaning.never = True


def _judge_opening(text: str, tokens: list[Token], leaning: Leaning, lexicon: Lexicon) -> None:
    low = text.lower().replace("’", "'")
    if _INDEFINITE_IT.match(low):
        return
    first = tokens[0]
    if first.tag == COMMA or (first.text[0].islower() and text != text.lower()):
        leaning.never = True
    match = lexicon.pattern("lean_openers").match(low)
    if match is not None and not low[match.end() : match.end() + 1].isalpha():
        follows = low[match.end() : match.end() + 4]
        if follows == " tha" and match.group().startswith("the "):
            return  # "The idea that a single dose protects …"
        partitive = follows.startswith((" of t", " of w", ",", " hav", " are", " wer", " say", " sai"))
        noun_follows = len(tokens) > 1 and tokens[1].tag in (CONTENT, NUMBER)
        if match.group() not in _QUANTIFIERS or partitive or not noun_follows:
            leaning.previous = True
            return
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.tag == PREPOSITION and token.low == "that" and after.tag == CONTENT:
            leaning.previous = True  # "of that dark past"
    for i, token in enumerate(tokens[1:_EARLY], start=1):
        if token.low == "such" and i + 1 < len(tokens) and tokens[i + 1].low not in ("as", "a", "an", "that"):
            leaning.previous = True
    for token, after in itertools.pairwise(tokens[: _EARLY + 1]):
        if token.low in ("another", "others") and after.tag in (COMMA, FINITE, STOP):
            leaning.previous = True  # "In another, a group …", "Many others have …"
    if lexicon.pattern("pointing_phrases").search(low):
        leaning.previous = True
    match = lexicon.pattern("drop_openers").match(low)
    bare = match is not None and match.group() in lexicon.words("bare_openers")
    if bare and match and low[match.end() : match.end() + 1] == " ":
        leaning.previous = True  # an opening that could not be dropped


_QUANTIFIERS = frozenset(
    {
        "most",
        "many",
        "some",
        "several",
        "all",
        "each",
        "half",
        "other",
        "such",
        "not",
        "no",
        "as",
        "like",
        "more",
        "second",
        "third",
        "first",
        "how",
        "just",
        "both",
    }
)


def _judge_pronouns(tokens: list[Token], quoted: list[bool], leaning: Leaning, lexicon: Lexicon) -> None:
    """A third-person pronoun outside quotations needs a noun (a person's pronoun: a name) before it."""
    nouns = names = plurals = 0
    opens_with_it = bool(tokens) and tokens[0].low == "it"
    expletive = opens_with_it and _INDEFINITE_IT.match(" ".join(token.low for token in tokens[:8])) is not None
    pronouns, personal = lexicon.words("pronouns"), lexicon.words("personal_pronouns")
    calendar = lexicon.words("weekdays") | lexicon.words("months")
    introduces = bool(tokens) and (
        tokens[0].low in ("a", "an") or tokens[0].tag == NUMBER
    )  # "A pilot pulled his plane"
    person_nouns, plural_nouns = lexicon.words("person_nouns"), lexicon.words("plural_nouns")
    for position, token in enumerate(tokens):
        if token.low in _PRO_FORMS and _is_pro_form(tokens, position, lexicon):
            leaning.previous = True
            return
        if quoted[position]:
            names += token.is_capital and position > 0
            continue
        low = token.low.partition("'")[0] if token.tag == CONTENT else token.low
        if low in pronouns and not (expletive and low == "it"):
            if low in ("this", "that", "these", "those") and not _stands_for_noun(tokens, position, lexicon):
                continue
            known = names if low in personal else plurals if low in _THEY else nouns
            acts = low != "those" and any(t.tag == FINITE for t in tokens[position + 2 : position + 4])
            if low in _DEMONSTRATIVES and (position < _EARLY or acts):
                known = 0
            if low in _OBJECTS and _is_acted_on(tokens, position):
                known = 0
            if not known and not _cataphora(tokens, position, lexicon):
                leaning.previous = True
                return
        elif token.is_word and token.tag == CONTENT and low not in calendar:
            after = tokens[position + 1] if position + 1 < len(tokens) else None
            nouns += 1
            plurals += low.endswith("s") or low in plural_nouns or low in lexicon.words("indefinites")
            modifies = after is not None and after.tag == CONTENT and not after.is_capital
            if (token.is_capital and not modifies) or low in person_nouns or introduces:
                names += 1
        elif low == "and":
            plurals += 1


def _is_acted_on(tokens: list[Token], position: int) -> bool:
    """Whether the pronoun is what the first subject acts on, so that it is somebody else: "The sun has bleached it"."""
    before, after = tokens[:position], tokens[position + 1 : position + 3]
    if not before or any(token.tag == FINITE for token in after):
        return False  # "The operator said it expected": the subject of a clause
    if before[-1].tag not in (FINITE, PARTICIPLE, BASE) or any(
        token.tag in (COMMA, SUBORDINATOR, PREPOSITION, CONJUNCTION, QUOTE, DASH, TO) for token in before
    ):
        return False
    return sum(token.tag == FINITE for token in before) == 1


_OBJECTS = frozenset(["it", "him", "them"])


def _is_pro_form(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether "one" here stands for a noun said before: "a controlled one"."""
    if lexicon.code != "en" or not 1 < position < _EARLY:
        return False
    if tokens[position - 1].low == "another":
        return True
    return tokens[position - 1].tag == CONTENT and tokens[position - 2].tag in (DETERMINER, STOP)


_PRO_FORMS = frozenset(("one", "ones"))
_THEY = frozenset(["they", "them", "their", "theirs", "themselves"])
_DEMONSTRATIVES = frozenset(["this", "these", "those"])
_EARLY = 8  # words: a demonstrative before that points back out of the sentence


def _stands_for_noun(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether "this" or "that" here points to something unsaid, rather than opening a clause or naming a time."""
    low = tokens[position].low
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if after is None or (position == 0 and after.low not in ("who", "whose", "with")):
        return True
    if low in ("these", "those"):
        return after.low not in ("who", "with", "in", "of", "that", "whose", "from") and after.tag not in (
            PARTICIPLE,
            GERUND,
        )
    return low == "this" and after.low not in lexicon.words("time_nouns")


def _opens_with_pronoun(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the main clause's subject is a pronoun that no name before it explains: "Founded in 1913, it has …"."""
    comma = next((i for i, token in enumerate(tokens[:20]) if token.tag == COMMA), None)
    if comma is None or comma + 1 >= len(tokens) or any(token.is_capital for token in tokens[1:comma]):
        return False
    leading = tokens[0].tag in (PARTICIPLE, GERUND, PREPOSITION, ADVERB)
    return leading and tokens[comma + 1].low in _SUBJECTS and tokens[comma + 1].low in lexicon.words("pronouns")


def _spoken_by_pronoun(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the words are attributed to a pronoun: ", he said"."""
    verbs = lexicon.words("attribution_verbs")
    pronouns = [i for i, token in enumerate(tokens) if token.low in _SUBJECTS]
    return any(
        tokens[i - 1].tag in (COMMA, QUOTE) and tokens[i + 1].low in verbs for i in pronouns if 0 < i < len(tokens) - 1
    )


_SUBJECTS = frozenset(["he", "she", "it", "they"])


def _cataphora(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether the pronoun points forward: "In his speech, Smith said"."""
    if tokens[position].low not in ("his", "her", "its", "their", "he", "she", "they", "it") or position == 0:
        return False
    if tokens[0].low in ("what", "how", "why", "where"):
        return False
    if tokens[0].tag not in (PREPOSITION, SUBORDINATOR) and not tokens[0].low.endswith("ing"):
        return False
    comma = next((i for i in range(position, min(position + 14, len(tokens))) if tokens[i].tag == COMMA), None)
    if comma is None or comma + 1 >= len(tokens):
        return False
    after = tokens[comma + 1]
    return after.is_capital or (after.tag == DETERMINER and after.low in lexicon.words("articles"))


def _pointing_heads(tokens: list[Token], quoted: list[bool], lexicon: Lexicon) -> list[str]:
    """Heads of bare descriptions ("the ruling", "the company") at the start of the sentence or of its main clause."""
    heads = []
    comma = next((i for i, token in enumerate(tokens[:14]) if token.tag == COMMA), None)
    leading = tokens[0].tag in (PREPOSITION, SUBORDINATOR, GERUND, PARTICIPLE, ADVERB)
    starts = [0, comma + 1] if leading and comma is not None else [0]
    spans = lexicon.words("time_nouns") | _SPANS
    timed = (i for i in range(2, min(5, len(tokens))) if tokens[0].tag == PREPOSITION and tokens[i - 1].low in spans)
    for start in (*starts, *timed):  # "For years | the state has …"
        if start >= len(tokens) or quoted[start] or tokens[start].low != "the":
            continue
        phrase: list[Token] = []
        for token in tokens[start + 1 : start + 2 + _MAX_HEAD_WORDS]:
            if token.tag not in (CONTENT, NUMBER, ADVERB):
                break
            phrase.append(token)
        follower = start + 1 + len(phrase)
        after = tokens[follower : follower + 2]
        if not phrase or any(token.is_capital or token.tag == NUMBER for token in phrase):
            continue
        if after and (after[0].low in _SPECIFIES or (after[0].tag == COMMA and len(after) > 1 and after[1].is_capital)):
            continue
        head = phrase[-1].low.removesuffix("'s")
        plain = len(phrase) == 1 or (
            len(phrase) == 2 and (phrase[0].low in lexicon.words("adjectives") or phrase[0].low.endswith("est"))
        )
        if plain and head not in lexicon.words("unique_nouns"):
            heads.append(head)
    for article, count, noun, following in zip(tokens[:_EARLY], tokens[1:], tokens[2:], tokens[3:], strict=False):
        counted = article.low == "the" and count.low in _COUNTS and noun.tag == CONTENT and not noun.is_capital
        if counted and following.low not in _SPECIFIES and following.tag != CONTENT:
            heads.append(noun.low)  # "between the two leaders"
    return heads + _pointing_speakers(tokens, quoted, lexicon)


def _pointing_speakers(tokens: list[Token], quoted: list[bool], lexicon: Lexicon) -> list[str]:
    """Heads of bare speakers: "the group added"."""
    verbs = lexicon.words("attribution_verbs")
    return [
        tokens[i + 1].low
        for i in range(1, len(tokens) - 2)
        if tokens[i].low == "the"
        and not quoted[i]
        and tokens[i + 2].low in verbs
        and tokens[i + 1].tag == CONTENT
        and not tokens[i + 1].is_capital
        and tokens[i + 1].low not in lexicon.words("unique_nouns")
    ]


_COUNTS = frozenset(("two", "three", "four", "five", "other"))
_SPANS = frozenset(("years", "months", "weeks", "days", "decades", "centuries", "hours"))
_SPECIFIES = frozenset(
    [
        "of",
        "that",
        "who",
        "for",
        "which",
        "whose",
        "between",
        "against",
        "on",
        "in",
        "to",
        "from",
        "at",
        "behind",
        "where",
        *("above", "below", "under", "around", "near", "across", "along", "outside", "inside", "with", "by"),
    ]
)


def resolved(heads: list[str], shown: set[str]) -> bool:
    """Whether every head has been shown, in this or a near form (singular and plural count as one)."""
    return all(head in shown or head + "s" in shown or head.removesuffix("s") in shown for head in heads)


def starts_with_verb(tokens: list[Token]) -> bool:
    """Whether the first word is a finite verb: an order or a question, not "States across the country"."""
    return bool(tokens) and tokens[0].tag == FINITE and not (len(tokens) > 1 and tokens[1].tag == PREPOSITION)


def opens_with_pronoun(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the first word stands for somebody or something not named yet."""
    return bool(tokens) and tokens[0].low in lexicon.words("pronouns")
